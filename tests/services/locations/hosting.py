"""What is said and remembered of where a group meets, for the tests of locations and turns to host."""

from datetime import datetime, timedelta

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import Held
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.groups.break_messages import BreakView, prepare_break
from buddybot.services.meetings import location_messages
from buddybot.services.meetings.location_messages import LocationChange, LocationChanges
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.locations.arrangements import ArrangementRepository, FairnessRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import ANA, BEN, Builder

MISSING = LocationId(987_654_321)


async def add_two_locations(builder: Builder, group: Group) -> tuple[LocationId, LocationId, Meeting]:
    """Add Ana's café, where the next meeting is and the group knows it, and Ben's library."""
    await builder.set_rotation(group, Rotation.FIXED)
    cafe = (await builder.add_location(by=ANA)).location.id
    library = (await builder.add_location("Library", by=BEN)).location.id
    first = (await builder.list_ahead(group))[0]
    await post_cards(builder, first)
    assert await builder.list_location_ids(group) == [cafe, cafe]
    return cafe, library, first


async def post_cards(builder: Builder, *meetings: Meeting) -> None:
    """Put the meetings' cards up, with where they are."""
    for meeting in meetings:
        await builder.post_card(meeting)
    await builder.write(lambda tx: ArrangementRepository(tx).mark_announced([each.id for each in meetings]))


async def decline_hosting(builder: Builder, group: Group, user: UserId) -> None:
    """Let a member not want to host, without planning anew."""
    said_in = builder.act_as(user).interaction_id
    assert await builder.write(
        lambda tx: MemberRepository(tx).set_hosts(
            group_id=group.id, user_id=user, hosts=False, interaction_id=said_in
        )
    )


async def list_history(builder: Builder, group: Group) -> list[Held]:
    """Return what the rules remember."""
    return list(await builder.write(lambda tx: FairnessRepository(tx).list_history(group.id)))


async def read_opinions(builder: Builder, table: str) -> list[tuple[int, ...]]:
    """Return what members said of locations, row by row."""
    rows = await builder.read_rows(f"SELECT * FROM {table} ORDER BY location_id, user_id")
    return [tuple(row.values()) for row in rows]


async def list_notice_states(builder: Builder, meeting: Meeting) -> list[PingState]:
    """Return the states of the notices of another location that were ever due."""
    return [ping.state for ping in await builder.list_pings(meeting, PingKind.PLACE)]


async def list_waiting_notices(builder: Builder, meeting: Meeting) -> list[Ping]:
    """Return the notices of another location that still wait."""
    return [
        ping for ping in await builder.list_pings(meeting, PingKind.PLACE) if ping.state is PingState.PLANNED
    ]


async def send_notices(builder: Builder, meeting: Meeting) -> None:
    """Let the waiting notice have gone out."""
    for ping in await list_waiting_notices(builder, meeting):
        await builder.send_ping(ping)


async def prepare_notice(builder: Builder, group: Group, meeting: Meeting) -> Announcement | None:
    """Return what the one waiting notice of a meeting's location would say."""
    [waiting] = await list_waiting_notices(builder, meeting)
    return await builder.write(
        lambda tx: location_messages.prepare_location_change(UnitOfWork(tx), waiting, group, builder.now)
    )


async def prepare_notices(builder: Builder, group: Group) -> list[LocationChanges]:
    """Return what the waiting notices would say, message by message."""
    waiting = [
        ping
        for meeting in await builder.list_ahead(group)
        for ping in await list_waiting_notices(builder, meeting)
    ]

    async def script(tx: Tx) -> list[LocationChanges]:
        found = [
            await location_messages.prepare_location_change(UnitOfWork(tx), ping, group, builder.now)
            for ping in waiting
        ]
        contents = [each.content for each in found if each is not None]
        notices = [each for each in contents if isinstance(each, LocationChanges)]
        assert len(notices) == len(contents)
        return notices

    return await builder.write(script)


async def prepare_change(builder: Builder, group: Group, meeting: Meeting) -> LocationChange:
    """Return the one change of a meeting that a waiting notice tells of."""
    changes = [change for notice in await prepare_notices(builder, group) for change in notice.changes]
    [change] = [each for each in changes if each.meeting.id == meeting.id]
    return change


async def prepare_break_notice(builder: Builder, group: Group) -> BreakView:
    """Return what the one waiting message about a break would say."""

    async def script(tx: Tx) -> Announcement | None:
        [waiting] = await OutboxRepository(tx).list_waiting(group.id, PingKind.BREAK)
        return await prepare_break(UnitOfWork(tx), waiting, group, builder.now)

    announcement = await builder.write(script)
    assert announcement is not None
    assert isinstance(announcement.content, BreakView)
    return announcement.content


def before(meeting: Meeting, **span: float) -> datetime:
    """Return a moment before a meeting."""
    return meeting.starts_at - timedelta(**span)
