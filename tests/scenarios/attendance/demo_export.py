"""The demo's eight weeks, lived once: every file of `/attendance export`, and the rows it was made from."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import simcord

from buddybot.demo.playground import Playground, open_playground
from buddybot.exports.records.formats import Format
from buddybot.storage.engine.database import Tx
from tests.contract import assert_contract

MEETINGS = """
    SELECT m.*, l.name AS place FROM meetings m LEFT JOIN venues v ON v.meeting_id = m.id
    LEFT JOIN locations l ON l.id = v.location_id WHERE m.state = 'closed' ORDER BY m.starts_at
"""
PEOPLE = """
    SELECT p.user_id, p.display_name AS name, m.joined_at FROM memberships m
    JOIN preferences p ON p.user_id = m.user_id AND p.guild_id = m.guild_id ORDER BY p.display_name
"""
LEDGER = "SELECT * FROM attendance ORDER BY id"
PROMISES = """
    SELECT o.meeting_id, o.done, c.user_id, c.category, c.text, c.target, c.visibility
    FROM outcomes o JOIN commitments c ON c.id = o.commitment_id JOIN meetings m ON m.id = o.meeting_id
    WHERE m.state = 'closed' ORDER BY m.starts_at, c.id
"""

PRIVATE = "Ask my doctor about the tablets"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Expected:
    """One row of the long table, as the database has it."""

    number: int
    meeting: Row
    person: Row
    entry: Row

    @property
    def day(self) -> date:
        return date.fromisoformat(self.meeting["local_day"])

    @property
    def time(self) -> time:
        return time.fromisoformat(self.meeting["local_time"])

    @property
    def starts_at(self) -> datetime:
        return datetime.fromtimestamp(self.meeting["starts_at"], UTC)

    @property
    def recorded_at(self) -> datetime:
        return datetime.fromtimestamp(self.entry["recorded_at"], UTC)


@dataclass(frozen=True)
class EightWeeks:
    """The files by format, what the picture says in words, and the rows."""

    files: Mapping[Format, bytes]
    alt: str
    meetings: Sequence[Row]
    people: Sequence[Row]
    ledger: Sequence[Row]
    promises: Sequence[Row]

    @property
    def names(self) -> Mapping[int, str]:
        """What each person is called."""
        return {row["user_id"]: row["name"] for row in self.people}

    @property
    def expected(self) -> list[Expected]:
        """The long table: by meeting, then by name; the newest entry counts."""
        newest = {(row["meeting_id"], row["user_id"]): row for row in self.ledger}
        return [
            Expected(number, meeting, person, newest[meeting["id"], person["user_id"]])
            for number, meeting in enumerate(self.meetings, 1)
            for person in self.people
        ]

    def states(self, name: str) -> list[str]:
        """How somebody was, meeting by meeting."""
        return [each.entry["state"] for each in self.expected if each.person["name"] == name]

    def came(self) -> list[int]:
        """How many came to each meeting."""
        return [
            sum(
                each.entry["state"] in ("present", "late", "virtual")
                for each in self.expected
                if each.number == number
            )
            for number in range(1, len(self.meetings) + 1)
        ]


def lived(folder: Path) -> EightWeeks:
    """Live through the weeks and take everything along; what was sent keeps to Discord's contract."""

    async def live() -> EightWeeks:
        async with open_playground(folder) as playground:
            found = await _exported(playground)
            assert_contract(playground.env)
            playground.env.raise_errors()
            return found

    return asyncio.run(live())


async def _amended(tx: Tx) -> None:
    """What the story lacks: a correction with its reason, and a private commitment that was reported on."""
    [first, *_] = await tx.all("SELECT * FROM attendance WHERE state = 'present' ORDER BY id")
    await tx.run(
        """
        INSERT INTO attendance (meeting_id, user_id, state, previous, recorded_by, recorded_at, reason)
        SELECT meeting_id, user_id, 'late', state, :by, recorded_at + 86400, 'Came at half past, "by bus"'
        FROM attendance WHERE id = :id
        """,
        id=first["id"],
        by=next(row["user_id"] for row in await tx.all(PEOPLE)),
    )
    await tx.run(
        "UPDATE commitments SET visibility = 'private', text = :text WHERE id = "
        "(SELECT MIN(commitment_id) FROM outcomes)",
        text=PRIVATE,
    )


async def _exported(playground: Playground) -> EightWeeks:
    await playground.bot.services.transactions.write(lambda uow: _amended(uow.tx))
    files: dict[Format, bytes] = {}
    alt = ""
    for form in Format:
        message = await _asked(playground, form)
        [attachment] = message.attachments
        files[form] = await attachment.read()
        if form is Format.PNG:
            alt = str(attachment.description)
        await playground.env.advance_time(61)
    rows = [await _rows(playground, sql) for sql in (MEETINGS, PEOPLE, LEDGER, PROMISES)]
    return EightWeeks(files, alt, *rows)


async def _asked(playground: Playground, form: Format) -> simcord.ResponseMessage:
    stage = playground.stage
    result = await stage.people["Ana"].slash(stage.channel, "attendance export", format=form.value)
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


async def _rows(playground: Playground, sql: str) -> list[Row]:
    async def script(tx: Tx) -> list[Row]:
        return [dict(row) for row in await tx.all(sql)]

    return await playground.bot.services.transactions.read(lambda uow: script(uow.tx))
