"""Histories of a group written as rows, so that a year takes no longer than its statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.checkins.pulse import publish_band
from buddybot.domain.commitments.commitments import Category, Outcome, State, Visibility
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState, Reason
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.commitments.commitments import CommitmentRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository
from buddybot.storage.meetings.meetings import MeetingRepository

LASTS = timedelta(minutes=75)


@dataclass(frozen=True)
class PastMeeting:
    """What happened at one meeting, said briefly; the first `came` of the people were there."""

    came: int = 5
    kept: int = 4
    due: int = 6
    ratings: tuple[int, ...] = (4, 4, 5, 4)
    activity: str | None = None
    host: UserId | None = None
    off: Reason | None = None
    unrecorded: bool = False
    commitments: bool = True


GOOD, EMPTY = PastMeeting(), PastMeeting(came=2)


async def join(tx: Tx, group: Group, people: Sequence[UserId], since: datetime) -> None:
    """Let people have been members from a day on, besides those who are."""
    here = {member.user_id for member in await MemberRepository(tx).list_current(group.id)}
    for user_id in people:
        if user_id not in here:
            await MemberRepository(tx).add(
                group_id=group.id, guild_id=group.guild_id, user_id=user_id, role=Role.MEMBER, now=since
            )
    await tx.run(
        "UPDATE memberships SET joined_at = :at WHERE group_id = :id", at=int(since.timestamp()), id=group.id
    )


async def lived(
    tx: Tx, group: Group, people: Sequence[UserId], past_meetings: Sequence[PastMeeting], *, until: datetime
) -> list[Meeting]:
    """Let a group have met once a week, for the last time forty hours before `until`."""
    first = until - timedelta(weeks=len(past_meetings) - 1, hours=40)
    await join(tx, group, people, first - timedelta(days=1))
    return [
        await lived_through(tx, group, people, past, first + timedelta(weeks=week))
        for week, past in enumerate(past_meetings)
    ]


async def lived_through(
    tx: Tx, group: Group, people: Sequence[UserId], past: PastMeeting, at: datetime
) -> Meeting:
    """Let one meeting have been, or been called off."""
    meetings = MeetingRepository(tx)
    made = await meetings.add(
        group_id=group.id,
        guild_id=group.guild_id,
        slot=at.date(),
        kind=MeetingKind.EXTRA,
        at=time(at.hour, at.minute),
        zone="UTC",
        duration_minutes=75,
        starts_at=at,
        ends_at=at + LASTS,
    )
    assert made is not None
    if past.off is not None:
        await meetings.set_state(made, MeetingState.CANCELLED, now=at, reason=past.off.value)
    else:
        await meetings.set_state(made, MeetingState.CLOSED, now=at + LASTS)
        await _was_there(tx, made, people, past, at)
        await _reported(tx, group, made, people, past, at)
        await _rated(tx, made, past, at)
    await tx.run("UPDATE meetings SET activity = :a WHERE id = :id", a=past.activity, id=made)
    if past.host is not None:
        await ArrangementRepository(tx).put(
            Arrangement(
                meeting_id=made, rule=group.rotation, basis=Basis.RULE, location_id=None, host_id=past.host
            )
        )
    found = await meetings.get(group.id, made)
    assert found is not None
    return found


async def _was_there(
    tx: Tx, meeting: MeetingId, people: Sequence[UserId], past: PastMeeting, at: datetime
) -> None:
    for place, user_id in enumerate(people):
        missing = Attendance.UNRECORDED if past.unrecorded else Attendance.ABSENT
        await record(tx, meeting, user_id, Attendance.PRESENT if place < past.came else missing, at)


async def record(tx: Tx, meeting: MeetingId, user_id: UserId, state: Attendance, at: datetime) -> None:
    """Write one line of the ledger."""
    await AttendanceRepository(tx).append(
        meeting_id=meeting, user_id=user_id, state=state, previous=None, recorded_by=None, now=at
    )


async def _reported(
    tx: Tx, group: Group, meeting: MeetingId, people: Sequence[UserId], past: PastMeeting, at: datetime
) -> None:
    commitments = CommitmentRepository(tx)
    for number in range(past.due):
        made = await commitments.add(
            group_id=group.id,
            guild_id=group.guild_id,
            user_id=people[number % len(people)],
            category=Category.OTHER,
            text="Something",
            target=1,
            plan=None,
            visibility=Visibility.GROUP,
            now=at - timedelta(weeks=1),
            set_at_meeting=meeting if past.commitments else None,
        )
        found = await commitments.get(group.id, people[number % len(people)], made)
        assert found is not None
        await commitments.change(found, state=State.KEPT)
        done = Outcome(done=int(number < past.kept), drop=False)
        await CheckInRepository(tx).put_outcome(meeting_id=meeting, commitment_id=made, outcome=done)


async def _rated(tx: Tx, meeting: MeetingId, past: PastMeeting, at: datetime) -> None:
    band = publish_band(past.ratings)
    await tx.run(
        """
        INSERT INTO pulses (meeting_id, closes_at, state, votes, total, band)
        VALUES (:meeting, :at, 'closed', :votes, :total, :band)
        """,
        meeting=meeting,
        at=int((at + timedelta(hours=14)).timestamp()),
        votes=None if band is None else len(past.ratings),
        total=None if band is None else sum(past.ratings),
        band=None if band is None else band.value,
    )
