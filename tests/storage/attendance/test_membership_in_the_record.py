"""Whoever joined late, left or came back counts for the meetings that began while they were members, only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.records import Record
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.exports.records.table import lines
from buddybot.services.attendance.attendance import settle
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import NEW_YEAR, Builder

HOURS = 24 * 12
GROUPS = count(1)
RECORDED = (Attendance.PRESENT, Attendance.LATE, Attendance.EXCUSED, Attendance.ABSENT)
Stints = Sequence[int]
"""Hours at which somebody joined and left by turns; an odd number of them is a member still."""


@dataclass(frozen=True)
class Past:
    """A meeting that is over: when it was to begin, how many hours earlier it was opened, and the rest."""

    hour: int
    early: int
    called_off: bool
    stray: Mapping[int, Attendance]
    """What stands in the ledger beside what closing writes, of members or not."""

    @property
    def began(self) -> int:
        """The hour from which on people were at it."""
        return self.hour - (0 if self.called_off else self.early)


people = st.lists(
    st.lists(st.integers(0, HOURS), min_size=1, max_size=5, unique=True).map(sorted), min_size=1, max_size=4
)
meetings = st.lists(
    st.builds(
        Past,
        hour=st.integers(3, HOURS),
        early=st.integers(0, 2),
        called_off=st.booleans(),
        stray=st.dictionaries(st.integers(0, 3), st.sampled_from(RECORDED), max_size=2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda past: past.hour // 24,
).map(lambda found: sorted(found, key=lambda past: past.hour))


def was_member(memberships: Stints, hour: int) -> bool:
    """The rule in other words: an odd number of changes up to then."""
    return sum(change <= hour for change in memberships) % 2 == 1


@given(people, meetings)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_counts_for_a_meeting_outside_their_membership(
    database: Database, people: Sequence[Stints], meetings: Sequence[Past]
) -> None:
    builder = Builder(database, now=NEW_YEAR + timedelta(hours=HOURS + 1))
    group = await builder.add_plain_group(1, name=f"Rowan {next(GROUPS)}")
    made = [await builder.add_meeting(group, NEW_YEAR + timedelta(hours=past.hour)) for past in meetings]

    async def script(tx: Tx) -> Record:
        await tx.run("DELETE FROM memberships WHERE group_id = :id", id=group.id)
        for place, memberships in enumerate(people):
            await live(tx, group, user(place), memberships)
        for meeting_id, past in zip(made, meetings, strict=True):
            await hold(tx, group, meeting_id, past)
        return await RecordRepository(tx).read(group, now=builder.now)

    record = await database.write(script)

    found = {person.user_id: person for person in record.people}
    counted = 0
    for place, memberships in enumerate(people):
        covered = [was_member(memberships, past.began) for past in meetings]
        assert (user(place) in found) is (any(covered) or len(memberships) % 2 == 1)
        if user(place) not in found:
            continue
        cells = found[user(place)].cells
        assert [cell.counts for cell in cells] == covered
        counted += sum(covered)
        for cell, past, is_covered in zip(cells, meetings, covered, strict=True):
            assert cell.state is expected(past, place, is_covered=is_covered)
    for meeting_id, past in zip(made, meetings, strict=True):
        expected_there = (
            set()
            if past.called_off
            else {
                user(place) for place, memberships in enumerate(people) if was_member(memberships, past.began)
            }
        )
        settled = {
            entry.user_id
            for entry in record.ledger
            if (entry.meeting_id, entry.state) == (meeting_id, Attendance.UNRECORDED)
        }
        assert settled == expected_there
    assert sum(line.role == "member" for line in lines(record, deleted="")) == counted
    known = sum(
        place in past.stray and was_member(memberships, past.began) and not past.called_off
        for past in meetings
        for place, memberships in enumerate(people)
    )
    assert (0 if record.rates is None else record.rates.counted) == known


def user(place: int) -> UserId:
    return UserId(place + 1)


def expected(past: Past, place: int, *, is_covered: bool) -> Attendance:
    if not is_covered:
        return Attendance.NOT_YET_MEMBER
    if past.called_off:
        return Attendance.DIDNT_MEET
    return past.stray.get(place, Attendance.UNRECORDED)


async def live(tx: Tx, group: Group, user_id: UserId, memberships: Stints) -> None:
    """Let somebody join and leave by turns."""
    members = MemberRepository(tx)
    for number, hour in enumerate(memberships):
        now = NEW_YEAR + timedelta(hours=hour)
        if number % 2:
            await members.end(group_id=group.id, user_id=user_id, now=now, reason=None)
        else:
            await members.add(
                group_id=group.id, guild_id=group.guild_id, user_id=user_id, role=Role.MEMBER, now=now
            )


async def hold(tx: Tx, group: Group, meeting_id: MeetingId, past: Past) -> None:
    """Let a meeting have been opened and closed, or called off, and settle who is known by then."""
    repository, start = MeetingRepository(tx), NEW_YEAR + timedelta(hours=past.hour)
    if past.called_off:
        await repository.set_state(meeting_id, MeetingState.CANCELLED, now=start)
    else:
        await repository.set_state(meeting_id, MeetingState.OPEN, now=start - timedelta(hours=past.early))
        await repository.set_state(meeting_id, MeetingState.CLOSED, now=start + timedelta(hours=1))
        meeting = await repository.get(group.id, meeting_id)
        assert meeting is not None
        await settle(UnitOfWork(tx), meeting, start + timedelta(hours=1))
    for place, state in past.stray.items():
        await AttendanceRepository(tx).append(
            meeting_id=meeting_id,
            user_id=user(place),
            state=state,
            previous=None,
            recorded_by=None,
            now=start,
        )
