"""Every column that says something about a person, and what becomes of it when their data is deleted.

The one list that a deletion goes by; a test reads the schema and fails when a column is missing here.
"""

from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What a deletion does: drop the row, empty the column, put nobody (0) into it, or keep a count.

    A count is a row with a negative id, which tells people apart within one meeting only.
    """

    DROP = "drop"
    EMPTY = "empty"
    NOBODY = "nobody"
    COUNT = "count"


class Trace(NamedTuple):
    """A column with people's ids; `also` are columns beside it that hold their own words and are emptied."""

    table: str
    column: str
    fate: Fate
    also: tuple[str, ...] = ()


TRACES = (
    Trace("nudges", "user_id", Fate.DROP),
    Trace("outbox", "recipient", Fate.DROP),
    Trace("outbox", "caused_by", Fate.EMPTY),
    Trace("attendance", "user_id", Fate.COUNT),
    Trace("attendance", "recorded_by", Fate.NOBODY, also=("reason",)),
    Trace("commitments", "user_id", Fate.COUNT),
    Trace("checkins", "user_id", Fate.DROP),
    Trace("rsvps", "user_id", Fate.DROP),
    Trace("turns", "user_id", Fate.DROP),
    Trace("visitors", "recorded_by", Fate.NOBODY),
    Trace("visitors", "withdrawn_by", Fate.NOBODY),
    Trace("pulse_voters", "user_id", Fate.DROP),
    Trace("interests", "user_id", Fate.DROP),
    Trace("travel", "user_id", Fate.DROP),
    Trace("approvals", "user_id", Fate.DROP),
    Trace("shares", "user_id", Fate.DROP),
    Trace("balances", "user_id", Fate.DROP),
    Trace("host_passes", "user_id", Fate.DROP),
    Trace("swaps", "offered_by", Fate.DROP),
    Trace("swaps", "offered_to", Fate.DROP),
    Trace("venues", "host_id", Fate.EMPTY),
    Trace("venues", "before_host_id", Fate.EMPTY),
    Trace("locations", "offered_by", Fate.DROP),
    Trace("meetings", "facilitator_id", Fate.EMPTY),
    Trace("meetings", "timekeeper_id", Fate.EMPTY),
    Trace("meetings", "lead_id", Fate.EMPTY),
    Trace("activity_wishes", "user_id", Fate.DROP),
    Trace("away", "user_id", Fate.DROP),
    Trace("kudos", "from_id", Fate.DROP),
    Trace("kudos", "to_id", Fate.DROP),
    Trace("feedback", "user_id", Fate.DROP),
    Trace("offers", "user_id", Fate.DROP),
    Trace("alerts", "settled_by", Fate.NOBODY),
    Trace("audit", "actor_id", Fate.EMPTY),
    Trace("invitations", "user_id", Fate.DROP),
    Trace("invitations", "created_by", Fate.NOBODY),
    Trace("invitations", "settled_by", Fate.NOBODY, also=("invited_name",)),
    Trace("code_tries", "user_id", Fate.DROP),
    Trace("memberships", "user_id", Fate.DROP),
    Trace("role_tasks", "user_id", Fate.DROP),
    Trace("groups", "created_by", Fate.NOBODY),
    Trace("groups", "charter_by", Fate.EMPTY),
    Trace("preferences", "user_id", Fate.DROP),
)
"""In the order in which a deletion goes through them."""

STATEMENTS = {
    Fate.DROP: "DELETE FROM {table} WHERE {column} = :user",
    Fate.EMPTY: "UPDATE {table} SET {column} = NULL{also} WHERE {column} = :user",
    Fate.NOBODY: "UPDATE {table} SET {column} = 0{also} WHERE {column} = :user",
}


def statement(trace: Trace) -> str | None:
    """Return the one statement that does it; None for what is counted."""
    if trace.fate is Fate.COUNT:
        return None
    also = "".join(f", {column} = NULL" for column in trace.also)
    return STATEMENTS[trace.fate].format(table=trace.table, column=trace.column, also=also)
