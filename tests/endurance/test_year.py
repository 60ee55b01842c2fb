"""Some weeks of some groups while everything goes wrong: no ping is lost, none is doubled, nothing ends."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.endurance.year import Year


@pytest.mark.parametrize("seed", [2, 3])
async def test_after_weeks_of_troubles_every_ping_is_accounted_for(tmp_path: Path, seed: int) -> None:
    year = Year(f"sqlite:///{tmp_path / 'year.sqlite3'}", 3, 6, seed, timedelta(hours=3))
    result = await year.run()
    assert result.complaints == []
    assert result.accounts.total["sent"] > 100
    assert result.counts["kills"] > 2
    assert result.counts["orderly restarts"] == 3
    assert result.counts["answers that did not arrive"]
