"""Nothing is left out of the table: a new command, event, table or ping without its cells fails here."""

from buddybot.domain.pings import PingKind
from tests.changes import apart
from tests.changes.columns import COLUMNS
from tests.changes.conftest import LifeAt
from tests.changes.life import Moment
from tests.changes.table import ROWS

COVERED = {name for change in ROWS.values() for name in change.covers}


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
