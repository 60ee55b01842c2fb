"""The whole bot, killed with SIGKILL again and again: nothing lost, nothing doubled, nothing forgotten.

`make chaos` is the long form.
"""

from pathlib import Path

import pytest

from tests.chaos.drive import kill

SEED = 2026


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine there is."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    return str(request.param)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_bot_that_is_killed_loses_doubles_and_forgets_nothing(
    engine: str, processes: int, tmp_path: Path
) -> None:
    outcome = await kill("bot", engine, kills=40, processes=processes, seed=SEED, folder=tmp_path)
    assert outcome.faults == {}
    assert outcome.killed.total() >= 40
    assert outcome.confirmed
    assert outcome.pings


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_migration_that_is_killed_is_done_whole_by_the_next(
    engine: str, processes: int, tmp_path: Path
) -> None:
    outcome = await kill("migration", engine, kills=10, processes=processes, seed=SEED, folder=tmp_path)
    assert outcome.faults == {}
    assert outcome.killed.total() >= 10
