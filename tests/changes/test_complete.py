"""Nothing is left out of the table: a new command, event, table or ping without its cells fails here."""

import pytest

from buddybot.domain.pings import PingKind
from tests.changes import apart
from tests.changes.columns import COLUMNS
from tests.changes.conftest import LifeAt
from tests.changes.life import Moment
from tests.changes.table import ROWS
from tests.scenarios.authorization import TABLE
from tests.scenarios.town import handlers

COVERED = {name for change in ROWS.values() for name in change.covers}
APART = apart.HANDLERS.keys() | {name for name, line in TABLE.items() if line.shows}


once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Both engines have the same handlers and tables."""


@once
async def test_every_command_button_select_and_form_is_in_the_table(life_at: LifeAt) -> None:
    async with life_at(Moment.EVENING) as life:
        there = {name for name in handlers(life.world.bot) if not name.startswith("?")}
        events = {name for name in life.world.bot.extra_events if name != "on_command_error"}
    named = COVERED | APART
    assert there - named == set(), (
        "these need a row in tests/changes/rows, `shows` in authorization.py, or a reason in apart.py"
    )
    assert {name for name in named if not name.startswith("on_")} - there == set(), "these are no more"
    assert events - COVERED - apart.EVENTS.keys() == set(), (
        "Discord tells of these, and no row says what follows"
    )
    assert set() == COVERED & APART, "these are in the table and apart from it"


@once
async def test_every_table_has_its_column(life_at: LifeAt) -> None:
    tables = {name for column in COLUMNS.values() for name in column.tables}
    async with life_at(Moment.EVENING) as life:
        there = await life.tables()
    assert there - tables - apart.TABLES.keys() == set(), "these need a column in tests/changes/columns.py"
    assert (tables | apart.TABLES.keys()) - there == set(), "these are no more"


def test_every_ping_has_its_column() -> None:
    kinds = [kind for column in COLUMNS.values() for kind in column.pings]
    assert sorted([*kinds, *apart.PINGS]) == sorted(PingKind), "each kind of ping has one column, or a reason"


def test_every_cell_has_its_column_and_says_why() -> None:
    for row, change in ROWS.items():
        assert set(change.cells) <= set(COLUMNS), row
        assert all(cell.why.endswith(".") for cell in change.cells.values()), row
        assert change.make.__doc__, row
