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


class ErasureRule(NamedTuple):
    """A column with people's ids; `also` are columns beside it that hold their own words and are emptied."""

    table: str
    column: str
    fate: Fate
    also: tuple[str, ...] = ()


ERASURE_RULES = (
    ErasureRule("nudges", "user_id", Fate.DROP),
    ErasureRule("outbox", "recipient", Fate.DROP),
    ErasureRule("outbox", "caused_by", Fate.EMPTY),
    ErasureRule("attendance", "user_id", Fate.COUNT),
    ErasureRule("attendance", "recorded_by", Fate.NOBODY, also=("reason",)),
    ErasureRule("commitments", "user_id", Fate.COUNT),
    ErasureRule("checkins", "user_id", Fate.DROP),
    ErasureRule("rsvps", "user_id", Fate.DROP),
    ErasureRule("turns", "user_id", Fate.DROP),
    ErasureRule("visitors", "recorded_by", Fate.NOBODY),
    ErasureRule("visitors", "withdrawn_by", Fate.NOBODY),
    ErasureRule("pulse_voters", "user_id", Fate.DROP),
    ErasureRule("interests", "user_id", Fate.DROP),
    ErasureRule("travel", "user_id", Fate.DROP),
    ErasureRule("approvals", "user_id", Fate.DROP),
    ErasureRule("shares", "user_id", Fate.DROP),
    ErasureRule("balances", "user_id", Fate.DROP),
    ErasureRule("host_passes", "user_id", Fate.DROP),
    ErasureRule("swaps", "offered_by", Fate.DROP),
    ErasureRule("swaps", "offered_to", Fate.DROP),
    ErasureRule("venues", "host_id", Fate.EMPTY),
    ErasureRule("venues", "before_host_id", Fate.EMPTY),
    ErasureRule("locations", "offered_by", Fate.DROP),
    ErasureRule("meetings", "facilitator_id", Fate.EMPTY),
    ErasureRule("meetings", "timekeeper_id", Fate.EMPTY),
    ErasureRule("meetings", "lead_id", Fate.EMPTY),
    ErasureRule("activity_wishes", "user_id", Fate.DROP),
    ErasureRule("away", "user_id", Fate.DROP),
    ErasureRule("kudos", "from_id", Fate.DROP),
    ErasureRule("kudos", "to_id", Fate.DROP),
    ErasureRule("feedback", "user_id", Fate.DROP),
    ErasureRule("offers", "user_id", Fate.DROP),
    ErasureRule("alerts", "settled_by", Fate.NOBODY),
    ErasureRule("audit", "actor_id", Fate.EMPTY),
    ErasureRule("invitations", "user_id", Fate.DROP),
    ErasureRule("invitations", "created_by", Fate.NOBODY),
    ErasureRule("invitations", "settled_by", Fate.NOBODY, also=("invited_name",)),
    ErasureRule("code_tries", "user_id", Fate.DROP),
    ErasureRule("memberships", "user_id", Fate.DROP),
    ErasureRule("role_tasks", "user_id", Fate.DROP),
    ErasureRule("groups", "created_by", Fate.NOBODY),
    ErasureRule("groups", "charter_by", Fate.EMPTY),
    ErasureRule("preferences", "user_id", Fate.DROP),
)
"""In the order in which a deletion goes through them."""

STATEMENTS = {
    Fate.DROP: "DELETE FROM {table} WHERE {column} = :user",
    Fate.EMPTY: "UPDATE {table} SET {column} = NULL{also} WHERE {column} = :user",
    Fate.NOBODY: "UPDATE {table} SET {column} = 0{also} WHERE {column} = :user",
}


def write_statement(rule: ErasureRule) -> str | None:
    """Return the one statement that does it; None for what is counted."""
    if rule.fate is Fate.COUNT:
        return None
    also = "".join(f", {column} = NULL" for column in rule.also)
    return STATEMENTS[rule.fate].format(table=rule.table, column=rule.column, also=also)
