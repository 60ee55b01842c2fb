"""A group whose members host in turn, for the tests of whose turn it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.groups import Group, Role, Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import Held
from buddybot.domain.locations.locations import Access
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.checkins.checkins import close_meeting
from buddybot.services.core import Announcement, UnitOfWork, meeting_days
from buddybot.services.groups.break_messages import BreakView, prepare_break
from buddybot.services.locations.host_swaps import SwapService
from buddybot.services.locations.hosting import HostingService
from buddybot.services.locations.rotation import RotationService
from buddybot.services.meetings import location_messages
from buddybot.services.meetings.location_messages import LocationChange, LocationChanges
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.locations.arrangements import ArrangementRepository, FairnessRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.locations.town import Town
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER

CHO, DEV = UserId(4), UserId(5)
EVERYBODY = (ORGANIZER, ANA, BEN)


@dataclass
class Hosts(Town):
    """A town whose group rotates."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rotation = RotationService(self.transactions, self.planner)
        self.swaps = SwapService(self.transactions, self.planner)
        self.hosting = HostingService(self.transactions, self.planner)

    async def rotating(
        self, rule: Rotation = Rotation.TURNS, name: str = "Rowan", channel: int = 100
    ) -> Group:
        """Make a group of three that goes by a rule; nobody has offered a place yet."""
        group = await self.group(name, channel=channel)
        assert await self.run(lambda tx: GroupRepository(tx).change(group, rotation=rule))
        await self.replan(group)
        return await self.current(group)

    async def current(self, group: Group) -> Group:
        """Return a group as it stands."""
        found = await self.run(lambda tx: GroupRepository(tx).get(group.guild_id, group.id))
        assert found is not None
        return found

    async def replan(self, group: Group) -> None:
        """Plan as happens every hour."""
        await self.run(lambda tx: self.planner.plan(UnitOfWork(tx), group, self.now))

    async def hosts(self, group: Group) -> list[UserId | None]:
        """Return who hosts the planned meetings, earliest first."""
        return [(await self.arrangement(meeting)).host_id for meeting in await self.ahead(group)]

    async def rather_not(self, group: Group, user: UserId) -> None:
        """Let somebody not want to host, without planning anew."""
        said_in = self.actor(user).interaction_id
        assert await self.run(
            lambda tx: MemberRepository(tx).set_hosts(
                group_id=group.id, user_id=user, hosts=False, interaction_id=said_in
            )
        )

    async def told_of(self, group: Group) -> list[Meeting]:
        """Let the group have read where both next meetings are, and return those."""
        meetings = await self.ahead(group)
        await self.run(lambda tx: ArrangementRepository(tx).mark_announced([each.id for each in meetings]))
        return meetings

    async def owned(self, *people: UserId) -> dict[UserId, LocationId]:
        """Let each of these people offer their home."""
        return {user: (await self.offer(f"Home of {user}", by=user)).location.id for user in people}

    async def found(self, *people: UserId) -> dict[UserId, LocationId]:
        """Let each of these people offer a public place that they know of."""
        access = frozenset({Access.PUBLIC})
        return {
            user: (await self.offer(f"Café of {user}", by=user, access=access)).location.id for user in people
        }

    async def join(self, group: Group, user_id: UserId) -> None:
        """Let somebody become a member."""

        async def script(tx: Tx) -> None:
            await MemberRepository(tx).add(
                group_id=group.id, guild_id=group.guild_id, user_id=user_id, role=Role.MEMBER, now=self.now
            )
            await self.planner.plan(UnitOfWork(tx), group, self.now)

        await self.run(script)

    async def hold(self, group: Group, meeting: Meeting, came: tuple[UserId, ...] = EVERYBODY) -> None:
        """Hold a meeting: who came is recorded, the others were not there, and it is closed."""
        self.now = meeting.starts_at
        await self.set_state(meeting, MeetingState.OPEN)

        async def script(tx: Tx) -> None:
            for member in await MemberRepository(tx).list_current(group.id):
                state = Attendance.PRESENT if member.user_id in came else Attendance.ABSENT
                await self._record(tx, meeting, member.user_id, state)

        await self.run(script)
        self.now += timedelta(hours=2)
        await self.close(group, meeting)

    async def close(self, group: Group, meeting: Meeting) -> None:
        """Close a meeting that goes on."""

        async def script(tx: Tx) -> None:
            going_on = await meeting_days.require(UnitOfWork(tx), group, meeting.id)
            await close_meeting(UnitOfWork(tx), self.planner, group, going_on, self.now)

        await self.run(script)

    async def correct(self, meeting: Meeting, user_id: UserId, state: Attendance) -> None:
        """Record of somebody anew how they were there."""
        await self.run(lambda tx: self._record(tx, meeting, user_id, state))

    async def _record(self, tx: Tx, meeting: Meeting, user_id: UserId, state: Attendance) -> None:
        await AttendanceRepository(tx).append(
            meeting_id=meeting.id,
            user_id=user_id,
            state=state,
            previous=None,
            recorded_by=ORGANIZER,
            now=self.now,
        )

    async def history(self, group: Group) -> list[Held]:
        """Return what the rules remember."""
        return list(await self.run(lambda tx: FairnessRepository(tx).list_history(group.id)))

    async def news(self, group: Group, meeting: Meeting) -> Announcement | None:
        """Return what the one waiting notice of a meeting's place would say."""
        [waiting] = [
            ping for ping in await self.pings(meeting, PingKind.PLACE) if ping.state is PingState.PLANNED
        ]
        return await self.run(
            lambda tx: location_messages.prepare_location_change(UnitOfWork(tx), waiting, group, self.now)
        )

    async def place_news(self, group: Group) -> list[LocationChanges]:
        """Return what the waiting notices would say, message by message."""
        waiting = [
            ping
            for meeting in await self.ahead(group)
            for ping in await self.pings(meeting, PingKind.PLACE)
            if ping.state is PingState.PLANNED
        ]

        async def script(tx: Tx) -> list[LocationChanges]:
            found = [
                await location_messages.prepare_location_change(UnitOfWork(tx), ping, group, self.now)
                for ping in waiting
            ]
            contents = [each.content for each in found if each is not None]
            news = [each for each in contents if isinstance(each, LocationChanges)]
            assert len(news) == len(contents)
            return news

        return await self.run(script)

    async def break_news(self, group: Group) -> BreakView:
        """Return what the one waiting message about a break would say."""

        async def script(tx: Tx) -> Announcement | None:
            [waiting] = await OutboxRepository(tx).list_waiting(group.id, PingKind.BREAK)
            return await prepare_break(UnitOfWork(tx), waiting, group, self.now)

        told = await self.run(script)
        assert told is not None
        assert isinstance(told.content, BreakView)
        return told.content

    async def change(self, group: Group, meeting: Meeting) -> LocationChange:
        """Return the one change of a meeting that a waiting notice tells of."""
        changes = [change for news in await self.place_news(group) for change in news.changes]
        [change] = [each for each in changes if each.meeting.id == meeting.id]
        return change

    async def send_news(self, meeting: Meeting) -> None:
        """Let the waiting notice have gone out."""
        for ping in await self.pings(meeting, PingKind.PLACE):
            if ping.state is PingState.PLANNED:
                await self.send(ping)


def before(meeting: Meeting, **span: float) -> datetime:
    """Return a moment before a meeting."""
    return meeting.starts_at - timedelta(**span)
