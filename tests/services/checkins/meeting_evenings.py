"""A group of four on the evening of a meeting, for the tests of check-in, turns and attendance."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Commitment, Outcome, Visibility, guess_category
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.ids import CommitmentId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import PingKind
from buddybot.pings.planning.planner import Planner
from buddybot.services.attendance.attendance import AttendanceService
from buddybot.services.attendance.corrections import CorrectionService
from buddybot.services.attendance.visitors import VisitorService
from buddybot.services.checkins import checkin_messages
from buddybot.services.checkins.checkin_messages import CheckInView
from buddybot.services.checkins.checkins import CheckInService, Reported
from buddybot.services.checkins.speaking_turns import TurnService
from buddybot.services.checkins.summary_messages import SummaryPreparer
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.meetings.rsvps import RsvpService
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.commitments.commitments import CommitmentRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import RULES, TIMES
from tests.services.homes import START, Home

ORGANIZER, ANA, BEN, CHO, STRANGER = 1, 2, 3, 4, 99
MEETS = START + timedelta(days=3, hours=19)
WEEK = timedelta(days=7)
RHYTHM = Schedule(
    weekday=MEETS.weekday(),
    time=MEETS.time(),
    zone="UTC",
    every_weeks=1,
    anchor=MEETS.date(),
    duration_minutes=75,
)


@dataclass
class Evening:
    """One group, its next two meetings, and what its members do there."""

    home: Home
    group: Group
    meeting_id: MeetingId
    following_id: MeetingId
    planner: Planner

    def __post_init__(self) -> None:
        self.checkins = CheckInService(self.home.transactions, self.planner, RULES)
        self.turns = TurnService(self.home.transactions)
        self.rsvps = RsvpService(self.home.transactions)
        self.attendance = AttendanceService(self.home.transactions)
        self.corrections = CorrectionService(self.home.transactions, self.planner)
        self.visitors = VisitorService(self.home.transactions)

    @classmethod
    async def prepare(cls, database: Database) -> "Evening":
        """Make the group three days before it meets, and plan its pings."""
        home = Home(database)
        group = await home.group(ORGANIZER, ANA, BEN, CHO)
        planner = Planner(ahead=2, times=TIMES)

        async def script(tx: Tx) -> list[MeetingId]:
            await ScheduleRepository(tx).put(group.id, RHYTHM)
            await planner.plan(UnitOfWork(tx), group, home.now)
            return [meeting.id for meeting in await MeetingRepository(tx).list_ahead(group.id)]

        first, following = await home.database.write(script)
        return cls(home, group, first, following, planner)

    @property
    def now(self) -> datetime:
        """The instant it is."""
        return self.home.now

    async def meeting(self, meeting_id: MeetingId | None = None) -> Meeting:
        """Return the meeting, or the named one, as it stands."""
        wanted = self.meeting_id if meeting_id is None else meeting_id
        found = await self.home.database.read(lambda tx: MeetingRepository(tx).get(self.group.id, wanted))
        assert found is not None
        return found

    async def answer(self, user: int, answer: Answer) -> None:
        """Say whether somebody comes."""

        async def script(tx: Tx) -> None:
            await RsvpRepository(tx).put(
                meeting_id=self.meeting_id,
                user_id=UserId(user),
                answer=answer,
                interaction_id=self.home.actor(user).interaction_id,
                now=self.now,
            )

        await self.home.database.write(script)

    async def commit(
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

        return await self.home.database.write(script)

    async def announce(self, kind: PingKind) -> Announcement | None:
        """Prepare a ping of the meeting as the delivery does."""
        pings = await self.home.database.read(lambda tx: OutboxRepository(tx).of_meeting(self.meeting_id))
        (ping,) = [ping for ping in pings if ping.kind is kind]
        preparer = (
            checkin_messages.prepare_checkin if kind is PingKind.CHECKIN else SummaryPreparer(self.planner)
        )
        return await self.home.database.write(lambda tx: preparer(UnitOfWork(tx), ping, self.group, self.now))

    async def open(self) -> CheckInView:
        """Let it be the meeting's time, and the check-in open."""
        self.home.now = MEETS
        announcement = await self.announce(PingKind.CHECKIN)
        assert announcement is not None
        assert isinstance(announcement.content, CheckInView)
        return announcement.content

    async def view(self) -> CheckInView:
        """Return what the live card shows."""
        meeting = await self.meeting()
        return await self.home.database.read(
            lambda tx: checkin_messages.view_of(UnitOfWork(tx), self.group, meeting)
        )

    async def report(
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
            self.home.actor(user),
            self.meeting_id if meeting_id is None else meeting_id,
            outcomes=outcomes or {},
            win=win,
            blocker=blocker,
        )

    async def close(self, user: int = ORGANIZER) -> None:
        """Let somebody close the meeting."""
        await self.checkins.close(self.home.actor(user), self.meeting_id)

    async def ledger(self) -> dict[int, Attendance]:
        """Return how each person stands at the meeting."""
        standing = await self.home.database.read(
            lambda tx: AttendanceRepository(tx).list_standing(self.meeting_id)
        )
        return {int(user): entry.state for user, entry in standing.items()}

    async def commitments(self, user: int) -> list[dict[str, Any]]:
        """Return everything that is kept of somebody's commitments but their ids."""
        return await self.home.rows(
            """
            SELECT c.text, c.target, c.done, c.state, c.weeks_carried, o.done AS said, o.dropped,
                   CASE WHEN c.carried_from IS NULL THEN 0 ELSE 1 END AS carried
            FROM commitments c LEFT JOIN outcomes o ON o.commitment_id = c.id
            WHERE c.user_id = :user ORDER BY c.text, c.id
            """,
            user=user,
        )

    async def join(self, user: int) -> None:
        """Let somebody become a member now."""

        async def script(tx: Tx) -> None:
            await MemberRepository(tx).add(
                group_id=self.group.id,
                guild_id=self.group.guild_id,
                user_id=UserId(user),
                role=Role.MEMBER,
                now=self.now,
            )

        await self.home.database.write(script)

    async def refused(self, action: Awaitable[object]) -> str:
        """Return the code with which an action is refused."""
        with pytest.raises(Refusal) as caught:
            await action
        return caught.value.code


def one(commitments: tuple[Commitment, ...]) -> Commitment:
    """Return the only one."""
    assert len(commitments) == 1
    return commitments[0]
