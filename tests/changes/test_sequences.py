"""Changes in any order: what people agreed on holds, or they were told; nothing is left behind."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.changes.conftest import LifeAt
from tests.changes.life import Moment
from tests.changes.model import Changes

pytestmark = pytest.mark.slow

LONG = os.environ.get("CHANGES_EXAMPLES")
"""How many sequences `make soak` looks at; only then is the shortest one that fails looked for."""
EXAMPLES = 5
STEPS = 12
PHASES = (Phase.reuse, Phase.generate, *((Phase.shrink,) if LONG else ()))


def test_what_people_agreed_on_holds_or_they_are_told(life_at: LifeAt) -> None:
    make: Any = lambda: Changes(life_at(Moment.EVENING))  # noqa: E731  # it wants a class and takes what makes one
    run_state_machine_as_test(
        make,
        settings=settings(
            max_examples=int(LONG) if LONG else EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            phases=PHASES,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
