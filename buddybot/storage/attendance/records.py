"""The record of a group, read with one statement a table."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from buddybot.domain.attendance.attendance import Entry, Visitor
from buddybot.domain.attendance.rates import count_kept
from buddybot.domain.attendance.records import (
    CommitmentRecord,
    MeetingRecord,
    Membership,
    Person,
    Record,
    Span,
    cell,
)
from buddybot.domain.commitments.commitments import Category, Visibility
from buddybot.domain.groups.groups import Group
from buddybot.domain.health.stagnation_tally import Tally
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.text import name_order
from buddybot.storage.attendance.attendance import AttendanceRepository, entry_of, visitor_of
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant
from buddybot.storage.health.meeting_history import HistoryRepository
from buddybot.storage.meetings.meetings import meeting_of

_OVER = """
    m.group_id = :group_id AND m.local_day >= :first AND m.local_day <= :last
    AND (m.state = 'closed' OR (m.state IN ('skipped', 'cancelled') AND m.starts_at <= :now))
"""
Of = Mapping[str, int | str]
Standing = Mapping[MeetingId, Mapping[UserId, Entry]]


class RecordRepository(Repository):
    """The callers have made sure that the group is theirs.

    Entries of people whose data was deleted have negative ids, which tell them apart within a meeting only.
    """

    async def read(
        self, group: Group, *, now: dt.datetime, span: Span | None = None, viewer: UserId | None = None
    ) -> Record:
        """Return a group's record up to `now`; of private commitments only the `viewer` reads their own."""
        span = span or Span()
        of = _of(group, now, span)
        ledger = await self._ledger(of)
        standing: dict[MeetingId, dict[UserId, Entry]] = defaultdict(dict)
        for entry in ledger:
            standing[entry.meeting_id][entry.user_id] = entry
        outcomes = await self._outcomes(of)
        meeting_records = await self._meeting_records(group, of, standing, outcomes, now)
        return Record(
            group=group,
            first=span.first,
            last=span.last,
            meeting_records=tuple(meeting_records),
            people=tuple(await self._people(group, meeting_records, standing)),
            commitments=tuple(_read_commitment(row, viewer) for row in outcomes),
            ledger=tuple(entry for entry in ledger if entry.user_id > 0),
        )

    async def list_days(self, group: Group, *, now: dt.datetime) -> Sequence[dt.date]:
        """Return the local days of a group's meetings up to `now`, the newest first."""
        rows = await self._tx.all(
            f"SELECT DISTINCT m.local_day FROM meetings m WHERE {_OVER} ORDER BY m.local_day DESC",
            **_of(group, now, Span()),
        )
        return [dt.date.fromisoformat(row["local_day"]) for row in rows]

    async def _ledger(self, of: Of) -> Sequence[Entry]:
        rows = await self._tx.all(
            f"""
            SELECT a.* FROM attendance a JOIN meetings m ON m.id = a.meeting_id
            WHERE {_OVER} ORDER BY a.id
            """,
            **of,
        )
        return [entry_of(row) for row in rows]

    async def _outcomes(self, of: Of) -> Sequence[Row]:
        return await self._tx.all(
            f"""
            SELECT o.meeting_id, o.done, o.dropped, c.user_id, c.category, c.text, c.target, c.visibility
            FROM outcomes o JOIN meetings m ON m.id = o.meeting_id
            JOIN commitments c ON c.id = o.commitment_id
            WHERE {_OVER} ORDER BY m.starts_at, m.id, c.id
            """,
            **of,
        )

    async def _meeting_records(
        self, group: Group, of: Of, standing: Standing, outcomes: Sequence[Row], now: dt.datetime
    ) -> Sequence[MeetingRecord]:
        rows = await self._tx.all(
            f"""
            SELECT m.*, l.name AS place FROM meetings m LEFT JOIN venues v ON v.meeting_id = m.id
            LEFT JOIN locations l ON l.id = v.location_id WHERE {_OVER} ORDER BY m.starts_at, m.id
            """,
            **of,
        )
        visitors = await self._visitors(of)
        tallies = await self._tallies(group, now)
        due: dict[int, list[Row]] = defaultdict(list)
        for row in outcomes:
            due[row["meeting_id"]].append(row)
        numbered = await AttendanceRepository(self._tx).list_meetings(group.id, now=now)
        numbers = {meeting.id: number for meeting, number in numbered}
        found: list[MeetingRecord] = []
        for row in rows:
            meeting, reported = meeting_of(row), due[row["id"]]
            found.append(
                MeetingRecord(
                    meeting=meeting,
                    number=numbers[meeting.id],
                    place=row["place"],
                    visitors=tuple(visitors[meeting.id]),
                    unnamed=tuple(
                        entry.state for user_id, entry in standing.get(meeting.id, {}).items() if user_id < 0
                    ),
                    commitments=count_kept((each["done"], each["target"]) for each in reported),
                    tally=tallies.get(meeting.id),
                )
            )
        return found

    async def _tallies(self, group: Group, now: dt.datetime) -> Mapping[MeetingId, Tally]:
        """The meetings as the detector counts them; how they were rated stays in the database."""
        past = await HistoryRepository(self._tx).of_group(group.id, until=now)
        return {
            each.meeting_id: each.tally._replace(pulse_n=None, pulse_sum=None, rated=None) for each in past
        }

    async def _visitors(self, of: Of) -> Mapping[MeetingId, list[Visitor]]:
        rows = await self._tx.all(
            f"""
            SELECT v.* FROM visitors v JOIN meetings m ON m.id = v.meeting_id
            WHERE v.withdrawn_at IS NULL AND {_OVER} ORDER BY v.id
            """,
            **of,
        )
        found: dict[MeetingId, list[Visitor]] = defaultdict(list)
        for visitor in map(visitor_of, rows):
            found[visitor.meeting_id].append(visitor)
        return found

    async def _people(
        self, group: Group, meeting_records: Sequence[MeetingRecord], standing: Standing
    ) -> list[Person]:
        """Everybody who is a member now, or was one at some meeting of the record."""
        rows = await self._tx.all(
            "SELECT user_id, joined_at, left_at FROM memberships WHERE group_id = :group_id ORDER BY id",
            group_id=group.id,
        )
        names = await AttendanceRepository(self._tx).names(group.id)
        memberships: dict[UserId, list[Membership]] = defaultdict(list)
        for row in rows:
            memberships[UserId(row["user_id"])].append(
                Membership(instant(row["joined_at"]), instant(row["left_at"]))
            )
        found: list[Person] = []
        for user_id, theirs in memberships.items():
            cells = tuple(
                cell(each.meeting, theirs, standing.get(each.meeting.id, {}).get(user_id))
                for each in meeting_records
            )
            is_member = theirs[-1].until is None
            if is_member or any(each.counts for each in cells):
                found.append(
                    Person(user_id=user_id, name=names.get(user_id, ""), is_member=is_member, cells=cells)
                )
        return sorted(found, key=lambda person: (name_order(person.name), person.user_id))


def _of(group: Group, now: dt.datetime, span: Span) -> dict[str, int | str]:
    return {
        "group_id": group.id,
        "now": epoch(now),
        "first": (span.first or dt.date.min).isoformat(),
        "last": (span.last or dt.date.max).isoformat(),
    }


def _read_commitment(row: Row, viewer: UserId | None) -> CommitmentRecord:
    # What was let go without having begun is its owner's own, like what is private.
    is_private = row["visibility"] == Visibility.PRIVATE or (row["dropped"] and not row["done"])
    is_shown = row["user_id"] > 0 and (not is_private or row["user_id"] == viewer)
    return CommitmentRecord(
        meeting_id=MeetingId(row["meeting_id"]),
        user_id=UserId(row["user_id"]) if row["user_id"] > 0 else None,
        is_private=bool(is_private),
        category=Category(row["category"]) if is_shown else None,
        text=row["text"] if is_shown else None,
        target=row["target"] if is_shown else None,
        done=row["done"] if is_shown else None,
        let_go=bool(row["dropped"]) if is_shown else None,
    )
