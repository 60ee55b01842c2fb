"""A group's record as it is read: what its ledger says, cell by cell, counted as the health counts."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Kept, Rates
from buddybot.domain.attendance.records import Record, Span
from buddybot.domain.commitments.commitments import Category, Outcome, Visibility
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.commitments.commitments import CommitmentRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.health.meeting_history import HistoryRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.exports.example_charts import LETTERS
from tests.services.builder import NEW_YEAR, Builder

ANA, BEN, CHO = UserId(1), UserId(2), UserId(3)
WEEK = timedelta(weeks=1)


class Ledger:
    """A group of Ana and Ben, and what is written of its meetings."""

    def __init__(self, builder: Builder, group: Group) -> None:
        self.builder, self.group = builder, group
        self.meetings: list[MeetingId] = []

    async def met(self, off: bool = False, **letters: str) -> MeetingId:
        """Let a week pass and the group have met; `u3` is the user 3, `gone1` somebody deleted."""
        self.builder.now += WEEK
        meeting = await self.builder.add_meeting(self.group, self.builder.now - timedelta(hours=2))
        self.meetings.append(meeting)

        async def script(tx: Tx) -> None:
            state = MeetingState.CANCELLED if off else MeetingState.CLOSED
            await MeetingRepository(tx).set_state(meeting, state, now=self.builder.now)
            for name, states in letters.items():
                sign = -1 if name.startswith("gone") else 1
                user_id = UserId(sign * int(name.lstrip("ugone")))
                for letter in states:  # each after the first corrects it
                    await self._append(tx, meeting, user_id, LETTERS[letter])

        await self.builder.database.write(script)
        return meeting

    async def _append(self, tx: Tx, meeting: MeetingId, user_id: UserId, state: Attendance) -> None:
        await AttendanceRepository(tx).append(
            meeting_id=meeting,
            user_id=user_id,
            state=state,
            previous=None,
            recorded_by=None,
            now=self.builder.now,
        )

    async def promised(
        self, meeting: MeetingId, user: int, done: int, target: int, *, private: bool = False
    ) -> None:
        """Let somebody have reported on a commitment; a negative user is somebody deleted."""

        async def script(tx: Tx) -> None:
            made = await CommitmentRepository(tx).add(
                group_id=self.group.id,
                guild_id=self.group.guild_id,
                user_id=UserId(user),
                category=Category.OTHER,
                text="Something",
                target=target,
                plan=None,
                visibility=Visibility.PRIVATE if private else Visibility.GROUP,
                now=self.builder.now,
            )
            await CheckInRepository(tx).put_outcome(
                meeting_id=meeting, commitment_id=made, outcome=Outcome(done=done, drop=done == 0)
            )

        await self.builder.database.write(script)

    async def joins(self, user_id: UserId) -> None:
        """Let somebody become a member now."""
        await self.builder.database.write(
            lambda tx: MemberRepository(tx).add(
                group_id=self.group.id,
                guild_id=self.group.guild_id,
                user_id=user_id,
                role=Role.MEMBER,
                now=self.builder.now,
            )
        )

    async def leaves(self, user_id: UserId) -> None:
        """Let somebody leave now."""
        await self.builder.database.write(
            lambda tx: MemberRepository(tx).end(
                group_id=self.group.id, user_id=user_id, now=self.builder.now, reason="other"
            )
        )

    async def read(self, viewer: UserId | None = None, span: Span | None = None) -> Record:
        """Read the record."""
        return await self.builder.database.read(
            lambda tx: RecordRepository(tx).read(self.group, now=self.builder.now, span=span, viewer=viewer)
        )


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    """A group that has not met yet."""
    builder = Builder(database, NEW_YEAR)
    group = await builder.add_plain_group(ANA, BEN)
    builder.now += timedelta(days=1)
    return Ledger(builder, group)


def letters(record: Record) -> dict[int, str]:
    """Everybody's states, a letter each."""
    signs = {state: letter for letter, state in LETTERS.items()}
    return {person.user_id: "".join(signs[cell.state] for cell in person.cells) for person in record.people}


async def test_late_joiners_and_leavers_count_within_their_membership_only(ledger: Ledger) -> None:
    await ledger.met(u1="+", u2="L")
    await ledger.joins(CHO)
    await ledger.met(u1="+", u2="e", u3="V")
    await ledger.leaves(BEN)
    await ledger.met(u1="-", u3="+")
    record = await ledger.read()
    assert letters(record) == {ANA: "++-", BEN: "Le.", CHO: ".V+"}
    assert [person.is_member for person in record.people if person.user_id == BEN] == [False]
    assert record.rates == Rates(3, came=5, excused=1, absent=1)


async def test_the_newest_entry_is_how_it_stands_and_the_ledger_keeps_all(ledger: Ledger) -> None:
    await ledger.met(u1="?-+", u2="")
    record = await ledger.read()
    assert letters(record) == {ANA: "+", BEN: "?"}
    assert [entry.state.value for entry in record.ledger] == ["unrecorded", "absent", "present"]


async def test_a_meeting_that_was_called_off_has_no_number_and_did_not_meet(ledger: Ledger) -> None:
    await ledger.met(u1="+", u2="+")
    await ledger.met(off=True)
    await ledger.met(u1="/", u2="/")
    record = await ledger.read()
    assert [each.number for each in record.meeting_records] == [1, None, 2]
    assert [record.met(place) for place in range(3)] == [True, False, False]
    assert letters(record) == {ANA: "+//", BEN: "+//"}


async def test_a_meeting_has_the_number_that_its_card_has(ledger: Ledger) -> None:
    """Also where one before it is still open, as an extra one can be closed first."""
    before = await ledger.met(u1="+")
    meeting = await ledger.met(u1="+")
    await ledger.builder.change_rows("UPDATE meetings SET state = 'open' WHERE id = :id", id=before)
    record = await ledger.read()

    async def on_the_card(tx: Tx) -> int:
        [held] = await MeetingRepository(tx).list_held(ledger.group.id)
        return await MeetingRepository(tx).get_number(held)

    assert [(each.meeting.id, each.number) for each in record.meeting_records] == [(meeting, 2)]
    assert await ledger.builder.database.read(on_the_card) == 2


async def test_whose_data_was_deleted_counts_and_is_nobody(ledger: Ledger) -> None:
    first = await ledger.met(u1="+", gone1="+", gone2="-")
    await ledger.met(u1="+", gone1="e")
    await ledger.promised(first, -1, done=2, target=2)
    record = await ledger.read()
    assert record.meeting_records[0].unnamed == (Attendance.PRESENT, Attendance.ABSENT)
    assert record.rates == Rates(2, came=3, excused=1, absent=1)
    assert record.kept == Kept(1, 1)
    assert all(person.user_id > 0 for person in record.people)
    assert all(entry.user_id > 0 for entry in record.ledger)
    [commitment] = record.commitments
    assert (commitment.user_id, commitment.text, commitment.done) == (None, None, None)


async def test_a_private_commitment_is_read_by_its_owner_only_and_counts_for_all(ledger: Ledger) -> None:
    meeting = await ledger.met(u1="+", u2="+")
    await ledger.promised(meeting, BEN, done=3, target=3, private=True)
    for viewer, text in ((None, None), (ANA, None), (BEN, "Something")):
        record = await ledger.read(viewer)
        [commitment] = record.commitments
        assert (commitment.text, commitment.is_private) == (text, True)
        assert (
            (commitment.target is None)
            is (commitment.done is None)
            is (commitment.let_go is None)
            is (text is None)
        )
        assert record.kept == Kept(1, 1)


async def test_a_span_of_days_reads_both_ends(ledger: Ledger) -> None:
    for _ in range(4):
        await ledger.met(u1="+", u2="+")
    whole = await ledger.read()
    days = [each.meeting.day for each in whole.meeting_records]
    part = await ledger.read(span=Span(first=days[1], last=days[2]))
    assert part == whole.part(1, 3)


@pytest.mark.parametrize("seed", range(6))
async def test_the_health_counts_every_meeting_as_the_record_does(ledger: Ledger, seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # repeatable, nothing secret
    await ledger.joins(CHO)
    for _ in range(5):
        await _some_meeting(ledger, chance)
    record = await ledger.read()
    history = await ledger.builder.database.read(
        lambda tx: HistoryRepository(tx).of_group(ledger.group.id, until=ledger.builder.now)
    )
    assert [each.meeting_id for each in history] == ledger.meetings
    for place, past in enumerate(history):
        alone = record.part(place, place + 1)
        assert past.rates == alone.rates
        assert (past.kept or Kept(0, 0)) == (alone.kept if alone.met(0) else Kept(0, 0))
        if past.tally.items is not None:
            assert past.tally.reporters == len({each.user_id for each in alone.commitments})
        if past.rates is not None:
            assert (past.tally.present, past.tally.roster) == (past.rates.came, past.rates.counted)


async def _some_meeting(ledger: Ledger, chance: Random) -> None:
    """Let one meeting have been in whatever way."""
    off = chance.random() < 0.2
    states: Sequence[str] = () if off else ("u1", "u2", "u3", "gone1", "gone2")
    said = {name: "".join(chance.choices("+LVe-?/", k=chance.randint(1, 2))) for name in states}
    meeting = await ledger.met(off, **said)
    await ledger.builder.change_rows(
        "UPDATE meetings SET reason = 'other' WHERE id = :id AND state = 'cancelled'", id=meeting
    )
    for user in (ANA, BEN, -1):
        if chance.random() < 0.7:
            await ledger.promised(meeting, user, done=chance.randint(0, 3), target=chance.randint(1, 3))
