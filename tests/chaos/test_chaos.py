"""The whole bot, killed with SIGKILL again and again: nothing lost, nothing doubled, nothing forgotten.

`make chaos` is the long form.
"""

import asyncio
from pathlib import Path

import pytest

from tests.chaos.drive import kill
from tests.chaos.outcome import Outcome

pytestmark = pytest.mark.slow

SEED = 2026


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine there is."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    return str(request.param)


async def killed(life: str, engine: str, kills: int, folder: Path) -> list[Outcome]:
    """Kill in two worlds side by side, with one process and with two: much of a life is waiting."""
    return await asyncio.gather(
        *(
            kill(life, engine, kills=kills, processes=processes, seed=SEED, folder=each)
            for processes, each in ((1, folder / "one"), (2, folder / "two"))
        )
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for each of the two worlds."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    return tmp_path


async def test_a_bot_that_is_killed_loses_doubles_and_forgets_nothing(engine: str, folder: Path) -> None:
    for outcome in await killed("bot", engine, 40, folder):
        assert outcome.faults == {}
        assert outcome.killed.total() >= 40
        assert outcome.confirmed
        assert outcome.pings


async def test_a_migration_that_is_killed_is_done_whole_by_the_next(engine: str, folder: Path) -> None:
    for outcome in await killed("migration", engine, 10, folder):
        assert outcome.faults == {}
        assert outcome.killed.total() >= 10
