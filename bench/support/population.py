"""As many groups as wanted, made by the database itself: six people each, a commitment each, a past."""

from datetime import datetime, timedelta

from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.engine.transaction import epoch

MEMBERS = 6
GROUPS_IN_A_GUILD = 5
FIRST_GUILD = 1_000_000
DAY = 86_400

_NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
)
_PEOPLE = f"{_NUMBERS}, m(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM m WHERE k < {MEMBERS})"
_GUILD = f"{FIRST_GUILD} + i / {GROUPS_IN_A_GUILD}"

_STATEMENTS = (
    f"""
    {_NUMBERS}
    INSERT INTO groups (id, guild_id, name, name_key, channel_id, zone, capacity, charter, rotation, language,
                        state, created_by, created_at)
    SELECT i, {_GUILD}, 'Rowan ' || i, 'rowan ' || i, i, 'Europe/Berlin', 6, 'Be kind.', 'turns', 'en',
           'active', i * 10 + 1, :long_ago FROM n
    """,
    f"""
    {_PEOPLE}
    INSERT INTO memberships (group_id, guild_id, user_id, role, joined_at)
    SELECT i, {_GUILD}, i * 10 + k, CASE k WHEN 1 THEN 'organizer' ELSE 'member' END, :long_ago FROM n, m
    """,
    f"""
    {_PEOPLE}
    INSERT INTO commitments (group_id, guild_id, user_id, category, text, target, done, visibility, state,
                             weeks_carried, created_at)
    SELECT i, {_GUILD}, i * 10 + k, 'application', 'Write to ninety people', 90, 0, 'group', 'open', 0,
           :long_ago FROM n, m
    """,
    f"""
    {_NUMBERS}
    INSERT INTO schedules (group_id, weekday, local_time, zone, every_weeks, anchor, duration_minutes)
    SELECT i, :weekday, '19:00', 'Europe/Berlin', 1, :anchor, 75 FROM n
    """,
)
_MEETING = f"""
    {_NUMBERS}
    INSERT INTO meetings (group_id, guild_id, slot, kind, local_day, local_time, zone, duration_minutes,
                          starts_at, ends_at, state, moves, opened_at, closed_at)
    SELECT i, {_GUILD}, day, 'regular', day, '19:00', 'Europe/Berlin', 75, start, start + 4500, 'closed', 0,
           start, start + 4500
    FROM n, (SELECT CAST(:day AS TEXT) AS day, CAST(:start AS BIGINT) AS start) AS past
"""


async def populate(database: Database, first: int, last: int, *, now: datetime, weeks: int = 2) -> None:
    """Make the groups with these ids; they meet on the day of the week of `now`."""

    async def script(tx: Tx) -> None:
        for statement in _STATEMENTS:
            given = {
                "long_ago": epoch(now) - 200 * DAY,
                "weekday": now.weekday(),
                "anchor": now.date().isoformat(),
            }
            named = {name: each for name, each in given.items() if f":{name}" in statement}
            await tx.run(statement, first=first, last=last, **named)
        for week in range(1, weeks + 1):
            past = now - timedelta(weeks=week)
            await tx.run(_MEETING, first=first, last=last, day=past.date().isoformat(), start=epoch(past))

    await database.write(script)


def organizer(group: int) -> int:
    """The one who runs a group."""
    return group * 10 + 1


def guild(group: int) -> int:
    """The server it is in."""
    return FIRST_GUILD + group // GROUPS_IN_A_GUILD
