"""Whatever happens to a group in whatever order: what was confirmed is kept, nothing is lost or doubled."""

import asyncio
import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import _EMPTY, ENGINES, _execute
from tests.endurance.machine import Life

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "12"))
STEPS = int(os.environ.get("LIFE_STEPS", "30"))
PHASES = (Phase.reuse, Phase.generate, *((Phase.shrink,) if "LIFE_SHRINK" in os.environ else ()))


@pytest.fixture(params=ENGINES)
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make a freshly migrated database at each call."""
    numbers = count()

    def file() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        return f"sqlite:///{path}"

    def schema() -> str:
        url: str = request.getfixturevalue("migrated_schema")
        asyncio.run(_execute(url, _EMPTY))
        return url

    return file if request.param == "sqlite" else schema


def test_a_groups_life_in_any_order(make_database: Callable[[], str]) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # it has no types
        lambda: Life(make_database),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
