"""A group of four on the evening of a meeting, for the tests of check-in, turns and attendance."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Commitment, Outcome, Visibility, guess_category
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import PingKind
from buddybot.services.checkins import checkin_messages
from buddybot.services.checkins.checkin_messages import CheckInView
from buddybot.services.checkins.checkins import Reported
from buddybot.services.checkins.summary_messages import SummaryPreparer
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.commitments.commitments import CommitmentRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import ANA, BEN, CHO, NEW_YEAR, ORGANIZER, Builder
from tests.storage import rows

MEETS = NEW_YEAR + timedelta(days=3, hours=19)
WEEK = timedelta(weeks=1)
WEEKLY = Schedule(
    weekday=MEETS.weekday(),
    time=MEETS.time(),
    zone="UTC",
    every_weeks=1,
    anchor=MEETS.date(),
    duration_minutes=75,
)


class MeetingBuilder(Builder):
    """One group of four, its next two meetings, and what its members do there."""

    group: Group
    meeting_id: MeetingId
    following_id: MeetingId

    @classmethod
    async def prepare(cls, database: Database) -> "MeetingBuilder":
        """Make the group three days before it meets, and plan its pings."""
        builder = cls(database, NEW_YEAR)
        builder.group = await builder.add_plain_group(ORGANIZER, ANA, BEN, CHO)
        await builder.write(lambda tx: ScheduleRepository(tx).put(builder.group.id, WEEKLY))
        await builder.replan_group(builder.group)
        builder.meeting_id, builder.following_id = [
            meeting.id for meeting in await builder.list_ahead(builder.group)
        ]
        return builder

    async def get_meeting(self, meeting_id: MeetingId | None = None) -> Meeting:
        """Return the meeting, or the named one, as it stands."""
        wanted = self.meeting_id if meeting_id is None else meeting_id
        found = await self.database.read(lambda tx: MeetingRepository(tx).get(self.group.id, wanted))
        assert found is not None
        return found

    async def set_rsvp(self, user: int, answer: Answer) -> None:
        """Say whether somebody comes."""

        async def script(tx: Tx) -> None:
            await RsvpRepository(tx).put(
                meeting_id=self.meeting_id,
                user_id=UserId(user),
                answer=answer,
                interaction_id=self.act_as(user).interaction_id,
                now=self.now,
            )

        await self.database.write(script)

    async def add_commitment(
        self,
        user: int,
        text: str = "4 coffee meetings",
        *,
        target: int = 4,
        weeks: int = 0,
        visibility: Visibility = Visibility.GROUP,
    ) -> CommitmentId:
        """Let somebody have an open commitment from last week."""

        async def script(tx: Tx) -> CommitmentId:
            return await CommitmentRepository(tx).add(
                group_id=self.group.id,
                guild_id=self.group.guild_id,
                user_id=UserId(user),
                category=guess_category(text),
                text=text,
                target=target,
                plan="if it is Tuesday, then I write to two people",
                visibility=visibility,
                now=self.now,
                weeks_carried=weeks,
            )

        return await self.database.write(script)

    async def prepare_ping(self, kind: PingKind) -> Announcement | None:
        """Prepare a ping of the meeting as the delivery does."""
        pings = await self.database.read(lambda tx: OutboxRepository(tx).of_meeting(self.meeting_id))
        (ping,) = [ping for ping in pings if ping.kind is kind]
        preparer = (
            checkin_messages.prepare_checkin if kind is PingKind.CHECKIN else SummaryPreparer(self.planner)
        )
        return await self.database.write(lambda tx: preparer(UnitOfWork(tx), ping, self.group, self.now))

    async def open_checkin(self) -> CheckInView:
        """Let it be the meeting's time, and the check-in open."""
        self.now = MEETS
        announcement = await self.prepare_ping(PingKind.CHECKIN)
        assert announcement is not None
        assert isinstance(announcement.content, CheckInView)
        return announcement.content

    async def view_checkin(self) -> CheckInView:
        """Return what the live card shows."""
        meeting = await self.get_meeting()
        return await self.database.read(
            lambda tx: checkin_messages.view_of(UnitOfWork(tx), self.group, meeting)
        )

    async def report_checkin(
        self,
        user: int,
        outcomes: Mapping[CommitmentId, Outcome] | None = None,
        *,
        win: str | None = None,
        blocker: str | None = None,
        meeting_id: MeetingId | None = None,
    ) -> Reported:
        """Write somebody's check-in."""
        return await self.checkins.report(
            self.act_as(user),
            self.meeting_id if meeting_id is None else meeting_id,
            outcomes=outcomes or {},
            win=win,
            blocker=blocker,
        )

    async def close_checkin(self, user: int = ORGANIZER) -> None:
        """Let somebody close the meeting."""
        await self.checkins.close(self.act_as(user), self.meeting_id)

    async def read_ledger(self) -> dict[int, Attendance]:
        """Return how each person stands at the meeting."""
        standing = await self.database.read(
            lambda tx: AttendanceRepository(tx).list_standing(self.meeting_id)
        )
        return {int(user): entry.state for user, entry in standing.items()}

    async def read_commitments(self, user: int) -> list[dict[str, Any]]:
        """Return everything that is kept of somebody's commitments but their ids."""
        return await self.read_rows(
            """
            SELECT c.text, c.target, c.done, c.state, c.weeks_carried, o.done AS said, o.dropped,
                   CASE WHEN c.carried_from IS NULL THEN 0 ELSE 1 END AS carried
            FROM commitments c LEFT JOIN outcomes o ON o.commitment_id = c.id
            WHERE c.user_id = :user ORDER BY c.text, c.id
            """,
            user=user,
        )

    async def join_group(self, user: int) -> None:
        """Let a person become a member now, without planning anew."""
        await self.write(lambda tx: rows.add_member(tx, self.group, user, now=self.now))


def one(commitments: tuple[Commitment, ...]) -> Commitment:
    """Return the only one."""
    assert len(commitments) == 1
    return commitments[0]
