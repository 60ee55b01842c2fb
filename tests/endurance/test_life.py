"""Whatever happens to a group in whatever order: what was confirmed is kept, nothing is lost or doubled."""

import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import ENGINES
from tests.endurance.machine import Life

pytestmark = pytest.mark.slow

EXAMPLES = {"sqlite": 12, "postgres": 2}  # on PostgreSQL each start of a process takes its time
LONG = os.environ.get("LIFE_EXAMPLES")
"""How many lives `make soak` looks at; only then is the shortest one that fails looked for."""
PHASES = (Phase.reuse, Phase.generate, *((Phase.shrink,) if LONG else ()))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Return the engine's name."""
    return str(request.param)


@pytest.fixture
def make_database(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make a freshly migrated database at each call."""
    numbers = count()

    def file() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        return f"sqlite:///{path}"

    def schema() -> str:
        url: str = request.getfixturevalue("migrated_schema")
        request.getfixturevalue("empty_again")()
        return url

    return file if engine == "sqlite" else schema


def test_a_groups_life_in_any_order(engine: str, make_database: Callable[[], str]) -> None:
    make_life: Any = lambda: Life(make_database)  # noqa: E731  # it wants a class and takes what makes one
    run_state_machine_as_test(
        make_life,
        settings=settings(
            max_examples=int(LONG) if LONG else EXAMPLES[engine],
            stateful_step_count=30 if engine == "sqlite" else 20,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
