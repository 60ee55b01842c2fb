"""The builder of this layer: every service over one database, and groups with a life."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState, Member, Rotation
from buddybot.domain.ids import (
    ChannelId,
    GroupId,
    GuildId,
    InteractionId,
    LocationId,
    MeetingId,
    MessageId,
    UserId,
)
from buddybot.domain.locations.locations import Access, LocationKind, LocationWords, read_location
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting, MeetingState, Roll
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.checkins.checkins import close_meeting
from buddybot.services.core import Actor, Rules, Transactions, UnitOfWork, meeting_days
from buddybot.services.groups.groups import GroupView, NewGroup, NewSchedule
from buddybot.services.locations.location_views import LocationView
from buddybot.services.registry import Services
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.ui.framework.texts import Texts
from tests.storage import rows

T = TypeVar("T")

GUILD, ELSEWHERE = rows.GUILD, GuildId(20)
ORGANIZER, ANA, BEN, CHO, DEV, ELI, STRANGER = (UserId(number) for number in (1, 2, 3, 4, 5, 6, 9))
EVERYBODY = (ORGANIZER, ANA, BEN)
THURSDAY = 3
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
"""A Thursday."""
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""A Monday; groups with a schedule meet on Thursdays at 19:00 in London."""

RULES = Rules(
    check_in_early=timedelta(hours=24),
    close_after=timedelta(hours=12),
    invitation_life=timedelta(days=7),
    code_tries_per_hour=5,
)
TIMES = Times(card_before=timedelta(hours=24), close_after=timedelta(hours=12), nudge_at=time(10), quiet=None)


class Builder(Services):
    """The services with a clock, and what tests make, let happen and read; `now` is what the test says."""

    def __init__(self, database: Database, now: datetime = START, *, rules: Rules = RULES) -> None:
        self.database = database
        self.now = now
        self.planner = Planner(ahead=2, times=TIMES)
        self._interactions = count(1000)
        transactions = Transactions(database=database, now=lambda: self.now, changed=lambda: None)
        super().__init__(transactions, self.planner, rules)

    def act_as(
        self, user: int, *, guild: int | None = GUILD, channel: int = 0, manages: bool = False
    ) -> Actor:
        """Return a person with a fresh interaction."""
        return Actor(
            user_id=UserId(user),
            guild_id=None if guild is None else GuildId(guild),
            channel_id=ChannelId(channel),
            interaction_id=InteractionId(next(self._interactions)),
            display_name=f"Person {user}",
            manages_guild=manages,
        )

    async def write(self, script: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a script in the bot's own name."""
        return await self.transactions.write(lambda uow: script(uow.tx))

    async def change_rows(self, sql: str, **parameters: Any) -> None:
        """Change rows directly, for what has no use case in the test's feature."""
        await self.write(lambda tx: tx.run(sql, **parameters))

    async def read_rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what a statement selects."""

        async def script(tx: Tx) -> list[dict[str, Any]]:
            return [dict(row) for row in await tx.all(sql, **parameters)]

        return await self.transactions.read(lambda uow: script(uow.tx))

    async def read_table(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table, in an order that is always the same."""
        return sorted(await self.read_rows(f"SELECT * FROM {table}"), key=repr)

    # -- groups and their members ------------------------------------------------------------------

    async def add_plain_group(
        self, *members: int, name: str = "Rowan", guild: int = GUILD, channel: int = rows.CHANNEL
    ) -> Group:
        """Make a group of these people without a schedule; the first of them organizes it."""
        return await self.write(
            lambda tx: rows.add_group(
                tx, members, now=self.now, name=name, guild=guild, channel=channel, capacity=10
            )
        )

    async def add_group(
        self,
        name: str = "Rowan",
        *,
        guild: int = GUILD,
        channel: int = rows.CHANNEL,
        zone: str = "Europe/London",
    ) -> Group:
        """Make a group of an organizer, Ana and Ben with a schedule, and plan its meetings."""
        weekly = Schedule(
            weekday=THURSDAY,
            time=time(19),
            zone=zone,
            every_weeks=1,
            anchor=self.now.date(),
            duration_minutes=75,
        )

        async def script(tx: Tx) -> Group:
            group = await rows.add_group(
                tx, EVERYBODY, now=self.now, name=name, guild=guild, channel=channel, zone=zone
            )
            await ScheduleRepository(tx).put(group.id, weekly)
            await self.planner.plan(UnitOfWork(tx), group, self.now)
            return group

        return await self.write(script)

    async def add_rotating_group(
        self, rule: Rotation = Rotation.TURNS, name: str = "Rowan", channel: int = rows.CHANNEL
    ) -> Group:
        """Make a group of three that goes by a rule; nobody has offered a location yet."""
        group = await self.add_group(name, channel=channel)
        await self.set_rotation(group, rule)
        await self.replan_group(group)
        return await self.reload_group(group)

    async def create_group(
        self, name: str = "Rowan", *, guild: int = GUILD, organizer: int = ORGANIZER, **changes: Any
    ) -> GroupView:
        """Let an organizer set up a group that meets on Thursdays at 19:00 in London."""
        actor = self.act_as(organizer, guild=guild, manages=True)
        return await self.groups.create(actor, make_new_group(name, **changes))

    async def invite_members(
        self, group_id: GroupId, *user_ids: UserId, guild: int = GUILD, by: int = ORGANIZER
    ) -> None:
        """Invite people, who accept."""
        for user_id in user_ids:
            offer = await self.invitations.invite(self.act_as(by, guild=guild), user_id, group_id)
            await self.invitations.accept(self.act_as(user_id, guild=guild), offer.invitation.id)

    async def add_member(self, group: Group, user: int) -> None:
        """Let a person be a member from now on, and plan anew."""

        async def script(tx: Tx) -> None:
            await rows.add_member(tx, group, user, now=self.now)
            await self.planner.plan(UnitOfWork(tx), group, self.now)

        await self.write(script)

    async def remove_member(self, group: Group, user: int) -> None:
        """End a person's membership."""
        await self.write(
            lambda tx: MemberRepository(tx).end(
                group_id=group.id, user_id=UserId(user), now=self.now, reason=None
            )
        )

    async def list_members(self, group_id: GroupId) -> list[Member]:
        """Return who is in a group."""
        return list(await self.transactions.read(lambda uow: uow.members.list_current(group_id)))

    async def set_group_state(self, group: Group, state: GroupState) -> None:
        """Pause, wake or archive a group without a word."""
        assert await self.write(lambda tx: GroupRepository(tx).change(group, state=state))

    async def set_rotation(self, group: Group, rotation: Rotation) -> None:
        """Let a group go by a rule, without planning anew."""
        assert await self.write(lambda tx: GroupRepository(tx).change(group, rotation=rotation))

    async def reload_group(self, group: Group) -> Group:
        """Return a group as it stands."""
        found = await self.write(lambda tx: GroupRepository(tx).get(group.guild_id, group.id))
        assert found is not None
        return found

    async def replan_group(self, group: Group) -> None:
        """Plan as happens every hour."""
        await self.write(lambda tx: self.planner.plan(UnitOfWork(tx), group, self.now))

    # -- meetings ----------------------------------------------------------------------------------

    async def add_meeting(self, group: Group, starts_at: datetime) -> MeetingId:
        """Schedule a meeting of 75 minutes."""
        return await self.write(lambda tx: rows.add_meeting(tx, group, starts_at))

    async def list_ahead(self, group: Group) -> list[Meeting]:
        """Return the meetings that are scheduled or open."""
        return list(await self.write(lambda tx: MeetingRepository(tx).list_ahead(group.id)))

    async def reload_meeting(self, meeting: Meeting) -> Meeting:
        """Return a meeting as it stands."""
        found = await self.write(lambda tx: MeetingRepository(tx).get(meeting.group_id, meeting.id))
        assert found is not None
        return found

    async def set_meeting_state(self, meeting: Meeting, state: MeetingState) -> None:
        """Bring a meeting into a state without a word."""
        await self.write(lambda tx: MeetingRepository(tx).set_state(meeting.id, state, now=self.now))

    async def get_roll(self, meeting: Meeting) -> Roll:
        """Return how the members answer for a meeting by now."""
        return await self.write(lambda tx: RsvpRepository(tx).get_roll(meeting))

    async def hold_meeting(
        self, group: Group, meeting: Meeting, came: tuple[UserId, ...] = EVERYBODY
    ) -> None:
        """Hold a meeting: who came is recorded, the others were not there, and it is closed."""
        self.now = meeting.starts_at
        await self.set_meeting_state(meeting, MeetingState.OPEN)
        for member in await self.list_members(group.id):
            state = Attendance.PRESENT if member.user_id in came else Attendance.ABSENT
            await self.record_attendance(meeting, member.user_id, state)
        self.now += timedelta(hours=2)
        await self.close_meeting(group, meeting)

    async def close_meeting(self, group: Group, meeting: Meeting) -> None:
        """Close a meeting that goes on."""

        async def script(tx: Tx) -> None:
            going_on = await meeting_days.require(UnitOfWork(tx), group, meeting.id)
            await close_meeting(UnitOfWork(tx), self.planner, group, going_on, self.now)

        await self.write(script)

    async def record_attendance(self, meeting: Meeting, user_id: UserId, state: Attendance) -> None:
        """Let an organizer record how a member was there."""
        await self.write(
            lambda tx: AttendanceRepository(tx).append(
                meeting_id=meeting.id,
                user_id=user_id,
                state=state,
                previous=None,
                recorded_by=ORGANIZER,
                now=self.now,
            )
        )

    # -- pings and cards ---------------------------------------------------------------------------

    async def list_pings(self, meeting: Meeting, kind: PingKind | None = None) -> list[Ping]:
        """Return a meeting's pings, of one kind or all."""
        found = await self.write(lambda tx: OutboxRepository(tx).of_meeting(meeting.id))
        return [ping for ping in found if kind is None or ping.kind is kind]

    async def list_planned_kinds(self, meeting: Meeting) -> list[PingKind]:
        """Return the kinds of a meeting's pings that still wait for their time."""
        return [ping.kind for ping in await self.list_pings(meeting) if ping.state is PingState.PLANNED]

    async def send_ping(self, ping: Ping) -> None:
        """Settle a ping as sent; a card is remembered as a message."""

        async def script(tx: Tx) -> None:
            await OutboxRepository(tx).settle(ping.id, PingState.SENT, now=self.now)
            if ping.kind is PingKind.CARD and ping.meeting_id is not None:
                await CardRepository(tx).note_preparing(ping.meeting_id, CardKind.MEETING)
                await CardRepository(tx).note_posted(
                    meeting_id=ping.meeting_id,
                    kind=CardKind.MEETING,
                    channel_id=rows.CHANNEL,
                    message_id=MessageId(5000 + ping.id),
                )

        await self.write(script)

    async def post_card(self, meeting: Meeting) -> None:
        """Put a meeting's card up."""
        for ping in await self.list_pings(meeting, PingKind.CARD):
            await self.send_ping(ping)

    async def is_card_stale(self, meeting: Meeting) -> bool:
        """Return whether a card shows an older state than there is."""
        return bool(await self.write(lambda tx: CardRepository(tx).list_stale(meeting.id)))

    # -- locations ---------------------------------------------------------------------------------

    async def add_location(
        self, name: str = "Café Lumen", by: UserId = ANA, **others: object
    ) -> LocationView:
        """Let a member of the only group suggest a location."""
        return await self.locations.suggest(self.act_as(by), make_words(name, **others))

    async def add_homes(self, *people: UserId) -> dict[UserId, LocationId]:
        """Let each of these people offer their home."""
        return {user: (await self.add_location(f"Home of {user}", by=user)).location.id for user in people}

    async def add_cafes(self, *people: UserId) -> dict[UserId, LocationId]:
        """Let each of these people offer a public location that they know of."""
        access = frozenset({Access.PUBLIC})
        return {
            user: (await self.add_location(f"Café of {user}", by=user, access=access)).location.id
            for user in people
        }

    async def get_arrangement(self, meeting: Meeting) -> Arrangement:
        """Return where a meeting takes place."""
        found = await self.write(lambda tx: ArrangementRepository(tx).get(meeting.id))
        assert found is not None
        return found

    async def list_location_ids(self, group: Group) -> list[LocationId | None]:
        """Return the locations of the meetings ahead, earliest first."""
        return [(await self.get_arrangement(meeting)).location_id for meeting in await self.list_ahead(group)]

    async def list_hosts(self, group: Group) -> list[UserId | None]:
        """Return who hosts the meetings ahead, earliest first."""
        return [(await self.get_arrangement(meeting)).host_id for meeting in await self.list_ahead(group)]

    async def announce_ahead(self, group: Group) -> list[Meeting]:
        """Let the group have read where the meetings ahead are, and return those."""
        meetings = await self.list_ahead(group)
        await self.write(lambda tx: ArrangementRepository(tx).mark_announced([each.id for each in meetings]))
        return meetings


@asynccontextmanager
async def refused(code: str) -> AsyncIterator[None]:
    """Expect a Refusal of this code, with a sentence in the locale for it."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code
    assert Texts()(f"refusals.{code}", **caught.value.parameters)


async def get_refusal(action: Awaitable[object]) -> str:
    """Return the code with which an action is refused."""
    with pytest.raises(Refusal) as caught:
        await action
    return caught.value.code


def make_new_group(name: str = "Rowan", **changes: Any) -> NewGroup:
    """Return what a set-up asks for."""
    new_schedule = NewSchedule(
        weekday=changes.pop("weekday", THURSDAY),
        time=changes.pop("time", time(19)),
        zone=changes.pop("zone", "Europe/London"),
        every_weeks=changes.pop("every_weeks", 1),
    )
    given: dict[str, Any] = {
        "channel_id": rows.CHANNEL,
        "capacity": 6,
        "charter": "Be kind.",
        "language": "en",
        **changes,
    }
    return NewGroup(name=name, new_schedule=new_schedule, **given)


def make_words(name: str = "Café Lumen", **others: object) -> LocationWords:
    """Return what a member says of a location."""
    given: dict[str, object] = {
        "kind": LocationKind.PLACE,
        "where": "3 Mill Lane\nhttps://cafe.example",
        "access": frozenset({Access.QUIET}),
        "note": None,
        **others,
    }
    return read_location(name=name, **given)  # type: ignore[arg-type]  # spelled out above
