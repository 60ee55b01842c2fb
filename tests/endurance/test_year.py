"""Some weeks of some groups while everything goes wrong: no ping is lost, none is doubled, nothing ends."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.endurance.year import Year

pytestmark = pytest.mark.slow


async def test_after_weeks_of_troubles_every_ping_is_accounted_for(tmp_path: Path) -> None:
    year = Year(f"sqlite:///{tmp_path / 'year.sqlite3'}", 4, 8, 3, timedelta(hours=6))
    result = await year.run()
    assert result.complaints == []
    assert result.accounts.total["sent"] > 100
    assert result.counts["kills"] > 2
    assert result.counts["orderly restarts"] == 4
    assert result.counts["answers that did not arrive"]
