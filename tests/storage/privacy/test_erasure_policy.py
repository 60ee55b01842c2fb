"""No column that holds somebody's id may be forgotten when their data is deleted or given to them."""

import re

from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.privacy.erasure_policy import ERASURE_RULES, write_statement
from buddybot.storage.privacy.personal_data import SECTIONS

OF_PEOPLE = re.compile(
    r"(?:^|_)(?:user|facilitator|timekeeper|lead|host|actor|from|to)_id$|_by$|^recipient$|^offered_to$"
)
"""How columns with people's ids are called; `from_id` and `to_id` are the two ends of thanks."""
NOT_PEOPLE = {"moved_from"}


async def columns(database: Database) -> set[tuple[str, str]]:
    """Return every column of every table that is named like one with people's ids."""

    async def script(tx: Tx) -> set[tuple[str, str]]:
        if database.engine == "sqlite":
            rows = await tx.all(
                """
                SELECT m.name AS table_name, c.name AS column_name
                FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
                """
            )
        else:
            rows = await tx.all(
                """
                SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = current_schema()
                """
            )
        return {
            (row["table_name"], row["column_name"])
            for row in rows
            if OF_PEOPLE.search(row["column_name"]) and row["column_name"] not in NOT_PEOPLE
        }

    return await database.read(script)


async def test_every_column_with_a_person_in_it_has_a_fate(database: Database) -> None:
    assert await columns(database) == {(rule.table, rule.column) for rule in ERASURE_RULES}


async def test_every_statement_runs_on_both_engines(database: Database) -> None:
    async def script(tx: Tx) -> None:
        for rule in ERASURE_RULES:
            if (found := write_statement(rule)) is not None:
                await tx.run(found, user=1)
        for sql in SECTIONS.values():
            assert await tx.all(sql, user=1) == []

    await database.write(script)


def test_every_column_with_a_person_in_it_is_in_the_copy() -> None:
    """Where only the bot's own trail of an organizer is kept, the copy says how much, not about whom."""
    missing = {
        (rule.table, rule.column)
        for rule in ERASURE_RULES
        if not any(
            re.search(rf"\b(?:FROM|JOIN) {rule.table}\b", sql)
            and re.search(rf"\b{rule.column} = :user\b", sql)
            for sql in SECTIONS.values()
        )
    }
    assert missing == set()
