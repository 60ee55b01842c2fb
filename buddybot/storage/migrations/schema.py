"""What the schema of a database is, told so that it can be compared with what the migrations make.

A description gives each part (a table, a column, an index, a trigger, ...) the words that make it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from buddybot.storage.engine.transaction import Tx, tokens

Description = Mapping[str, str]

RECORD = "schema_migrations"
SQLITE_PARTS = "SELECT type, name, sql FROM sqlite_master"
MADE_RECORD = f"CREATE TABLE IF NOT EXISTS {RECORD} (name TEXT PRIMARY KEY, checksum TEXT)"
_OLD_RECORDS = (
    f"CREATE TABLE {RECORD} (name TEXT PRIMARY KEY)",
    f"CREATE TABLE {RECORD} (name TEXT PRIMARY KEY, checksum TEXT)",
)
# SQLite's own, and those of a program that copies databases as they change; no row of ours depends on them.
_FOREIGN_TABLES = ("sqlite_sequence", "sqlite_stat1", "sqlite_stat4", "_litestream_seq", "_litestream_lock")
_MOST_NAMED = 3

# Of our tables only: a server's schema may hold those of others.
_POSTGRES_PARTS = """
    WITH ours AS (
        SELECT c.oid, c.relname, c.relkind, n.nspname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence = CAST(:kept AS TEXT)
          AND (n.oid = pg_my_temp_schema() OR n.nspname = current_schema())
    )
    SELECT nspname, relname, 'table ' || relname AS part, CAST(relkind AS TEXT) AS made FROM ours
    UNION ALL
    SELECT nspname, relname, 'column ' || relname || '.' || attname,
           concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
                     pg_get_expr(adbin, adrelid), collname)
    FROM ours JOIN pg_attribute ON attrelid = ours.oid
    LEFT JOIN pg_attrdef ON adrelid = ours.oid AND adnum = attnum
    LEFT JOIN pg_collation ON pg_collation.oid = attcollation
    WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT nspname, relname, 'rule of ' || relname || ': ' || conname, pg_get_constraintdef(pg_constraint.oid)
    FROM ours JOIN pg_constraint ON conrelid = ours.oid WHERE contype NOT IN ('n', 't')
    UNION ALL
    SELECT nspname, ours.relname, 'index ' || made.relname, pg_get_indexdef(made.oid)
    FROM ours JOIN pg_index ON indrelid = ours.oid JOIN pg_class made ON made.oid = indexrelid
    UNION ALL
    SELECT nspname, relname, 'trigger ' || tgname, pg_get_triggerdef(pg_trigger.oid)
    FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT nspname, relname, 'rewriting of ' || relname || ': ' || rulename, pg_get_ruledef(pg_rewrite.oid)
    FROM ours JOIN pg_rewrite ON ev_class = ours.oid WHERE ours.relkind IN ('r', 'p')
"""


async def describe_sqlite(tx: Tx) -> Description:
    """Return the description of an SQLite database."""
    rows = await tx.all(SQLITE_PARTS)
    return describe_parts((row["type"], row["name"], row["sql"]) for row in rows)


def describe_parts(parts: Iterable[tuple[Any, Any, Any]]) -> Description:
    """Return the description from the type, the name and the statement of each part of an SQLite database."""
    found = {}
    for kind, name, sql in parts:
        if kind == "table" and name in _FOREIGN_TABLES:
            continue
        if kind == "index" and sql is None:  # made by a table's own statement
            continue
        made = _plain(str(sql))
        if name == RECORD and kind == "table" and made in map(_plain, _OLD_RECORDS):
            continue
        found[f"{kind} {name}"] = made
    return found


async def describe_postgres(tx: Tx, *, like: Description | None = None) -> Description:
    """Return the description of another one's tables, or of the connection's temporary ones."""
    rows = await tx.all(_POSTGRES_PARTS, kept="t" if like is None else "p")
    found = {}
    for row in rows:
        if row["relname"] != RECORD and (like is None or f"table {row['relname']}" in like):
            schema = re.escape(row["nspname"])
            qualified = rf'(?<![\w."])(?:{schema}|"{schema}"|pg_temp)\.'
            found[row["part"]] = re.sub(qualified, "", row["made"])
    return found


def differences(found: Description, expected: Description) -> list[str]:
    """Say which parts are missing, made otherwise or not ours; a few of them, nothing for equal ones."""
    faults = [f"{_show_name(part)} is missing" for part in expected if part not in found]
    faults += [
        f"{_show_name(part)} is made otherwise"
        for part in expected
        if found.get(part, expected[part]) != expected[part]
    ]
    faults += [f"{_show_name(part)} is not ours" for part in found if part not in expected]
    more = len(faults) - _MOST_NAMED
    return faults if more <= 0 else [*faults[:_MOST_NAMED], f"and {more} more"]


def _show_name(part: str) -> str:
    """Return a name as it may stand in a sentence, whoever gave it."""
    return "".join(letter if letter.isprintable() else "?" for letter in part)[:80]


def _plain(sql: str) -> str:
    """Return a statement without comments, with one blank between its words and no quotes around names."""

    def keep(match: re.Match[str]) -> str:
        if match["comment"]:
            return " "
        name = re.fullmatch(r'"(\w+)"', match[0])
        return name[1] if name else match[0].replace(" ", "\0") if match[0].startswith("'") else match[0]

    words = " ".join(tokens().sub(keep, sql).split())
    return re.sub(r" ?([(),]) ?", r"\1", words).replace("\0", " ")
