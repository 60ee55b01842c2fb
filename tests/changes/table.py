"""What becomes of everything that refers to something when that changes: a row a change, a column a thing.

The rows are in `tests/changes/rows`, the columns in `tests/changes/columns.py`.
`tests/changes/test_changes.py` makes each change in a group with a rich life (`tests/changes/life.py`),
on both engines, and looks at each column before and after. A column that a row does not name is untouched,
and that is checked as well. `docs/maintainers/changes.md` explains how to read and how to extend it.
"""

from tests.changes.rows import group, meetings, outside, people, record, turns
from tests.changes.rows.reasons import NOT_NAMED
from tests.changes.words import Cell, Change

ROWS: dict[str, Change] = {
    **meetings.ROWS,
    **group.ROWS,
    **people.ROWS,
    **turns.ROWS,
    **record.ROWS,
    **outside.ROWS,
}


def cell(row: str, column: str) -> Cell:
    """Return what the table says: what a row does not name is untouched."""
    return ROWS[row].cells.get(column, NOT_NAMED)
