"""The export of a group that lived is what the schema says, and is replayed as the database is."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from buddybot import cli
from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import Record, Span
from buddybot.domain.commitments.commitments import Category, Outcome, Visibility
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState, Reason
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.commitments.commitments import CommitmentRepository
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.exports.example_records import people, record
from tests.exports.records.json_records import as_json, as_lines, groups
from tests.services.builder import START, Builder
from tests.services.health.past import PastMeeting, lived

PEOPLE = [UserId(100_000_000_000_000_000 + number) for number in range(6)]


async def _lived(database: Database) -> tuple[Group, list[Record]]:
    """A year that goes stale, with all that makes a replay differ if it is counted in another way."""
    builder = Builder(database, now=START)
    group = await builder.add_group()
    quiet = PastMeeting(came=2, kept=1, ratings=())
    evenings = [PastMeeting(ratings=())] * 12 + [PastMeeting(off=Reason.HOLIDAY)] * 2 + [quiet] * 6

    async def script(tx: Tx) -> list[MeetingId]:
        made = await lived(tx, group, PEOPLE, evenings, until=builder.now)
        twice = await lived(
            tx, group, PEOPLE, [replace(quiet, due=3)], until=builder.now + timedelta(hours=9)
        )
        await _left_for_work(tx, PEOPLE[5], made[8].ends_at)
        await _odd(tx, group, [each.id for each in made])
        return [each.id for each in [*made, *twice]]

    await builder.write(script)
    spans = (Span(), Span(first=date(2025, 11, 1), last=date(2025, 12, 1)))
    return group, [
        await builder.write(
            lambda tx, span=span: RecordRepository(tx).read(  # type: ignore[misc]  # bound early
                group, now=builder.now, span=span
            )
        )
        for span in spans
    ]


async def _left_for_work(tx: Tx, user_id: UserId, at: datetime) -> None:
    """Let somebody have left some weeks after their last meeting, because they found work."""
    await tx.run(
        "UPDATE memberships SET left_at = :at, left_reason = :why WHERE user_id = :who",
        at=int((at + timedelta(weeks=3)).timestamp()),
        why=LeaveReason.FOUND_WORK.value,
        who=user_id,
    )


async def _odd(tx: Tx, group: Group, made: Sequence[MeetingId]) -> None:
    """A correction, a private commitment, one erased, more reports than people known, a pause."""
    ledger = AttendanceRepository(tx)
    for meeting, who, state in (
        *((made[3], PEOPLE[0], Attendance.ABSENT), (made[5], PEOPLE[1], Attendance.DIDNT_MEET)),
        *((made[16], who, Attendance.UNRECORDED) for who in PEOPLE[1:]),
        *((made[17], who, Attendance.EXCUSED) for who in PEOPLE[3:]),
        (made[4], UserId(-1), Attendance.PRESENT),
    ):
        await ledger.append(
            meeting_id=meeting,
            user_id=who,
            state=state,
            previous=Attendance.PRESENT,
            recorded_by=PEOPLE[0],
            now=START,
            reason="A slip" if who > 0 else None,
        )
    commitments = CommitmentRepository(tx)
    own = await commitments.add(
        group_id=group.id,
        guild_id=group.guild_id,
        user_id=PEOPLE[2],
        category=Category.OTHER,
        text="Call the clinic",
        target=3,
        plan="if it is Monday",
        visibility=Visibility.PRIVATE,
        now=START - timedelta(weeks=9),
        set_at_meeting=None,
    )
    await CheckInRepository(tx).put_outcome(
        meeting_id=made[6], commitment_id=own, outcome=Outcome(done=2, drop=False)
    )
    await MeetingRepository(tx).set_state(made[12], MeetingState.SKIPPED, now=START)


def replayed(arguments: Sequence[str], url: str, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    assert cli.main(["backtest", *arguments], {"DATABASE_URL": url}) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


async def _in(url: str) -> tuple[Group, list[Record]]:
    database = await connect(url)
    try:
        return await _lived(database)
    finally:
        await database.close()


def test_both_files_are_replayed_as_the_database_is(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group, (whole, part) = asyncio.run(_in(database_url))
    expected = {}
    for sensitivity in cli.SENSITIVITIES:
        option = ["--sensitivity", sensitivity]
        expected[sensitivity] = replayed([*option, "--from-database", str(group.id)], database_url, capsys)
        for name, write in (("record.json", as_json), ("record.jsonl", as_lines)):
            (tmp_path / name).write_bytes(write(whole, part))
            first, second = replayed([*option, os.fspath(tmp_path / name)], database_url, capsys)
            assert [first] == expected[sensitivity]
            assert second["id"] == group.id
    assert expected["normal"][0]["alerts"]


async def test_the_record_of_a_real_group_keeps_to_the_schema(database: Database) -> None:
    _, (whole, part) = await _lived(database)
    told, few = groups(as_json(whole, part))
    assert len(told["meetings"]) == 21
    assert len(told["weeks"]) == 20  # the one that went by in a pause is none
    assert [each["week"] for each in told["weeks"]] == sorted(each["week"] for each in told["weeks"])
    assert told["weeks"][-1]["week"] == told["weeks"][-2]["week"]
    assert told["meetings"][4]["unnamed"] == ["present"]
    assert not [each for each in told["attendance"] if each["member"].startswith("-")]
    assert "clinic" not in json.dumps(told)
    assert [each["private"] for each in told["commitments"]].count(True) == 1
    corrected = [each for each in told["attendance"] if each["reason"] == "A slip"]
    assert corrected[0]["previous"] == "present"
    assert 0 < len(few["meetings"]) < 6
    assert {each["meeting"] for each in few["attendance"]} <= {each["id"] for each in few["meetings"]}


@pytest.mark.parametrize("first_line", [b'{"schema":"buddybot.record/2","groups":[', b"{"])
def test_a_document_of_another_version_is_not_replayed_in_silence(
    first_line: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "record.json"
    _, *rest = as_json(record(people(Ana="+"))).splitlines()
    file.write_bytes(b"\n".join([first_line, *rest]))
    assert cli.main(["backtest", os.fspath(file)], {}) == 1
    assert "line 1 is skipped" in capsys.readouterr().err
