"""A group that meets on Tuesdays and hosts in turn, whose schedule is changed."""

from datetime import date, time, timedelta

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings import meeting_messages
from buddybot.services.meetings.meeting_messages import ChangeView
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ORGANIZER, Builder

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SUNDAY = 0, 1, 2, 3, 4, 6
WEDNESDAYS = [date(2026, 1, 7) + timedelta(weeks=week) for week in range(8)]
MOVED = date(2026, 2, 25)


async def tuesdays(builder: Builder) -> Group:
    """Make a group that meets on Tuesdays, first on 6 January, and hosts in turn."""
    group = await builder.add_rotating_group()
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=TUESDAY))
    await builder.write(lambda tx: tx.run("DELETE FROM outbox WHERE kind = 'change'"))
    return group


async def change(builder: Builder, **wanted: object) -> None:
    """Change what is given of the schedule."""
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(**wanted))  # type: ignore[arg-type]


async def slots(builder: Builder, *, skipped: bool = False) -> list[date]:
    """Return the days ahead as people choose from them."""
    return [
        slot.day
        for slot in await builder.meetings.list_slots(builder.act_as(ORGANIZER))
        if slot.skipped is skipped
    ]


async def move(builder: Builder, day: date, to: date | None, at: time | None = None) -> Meeting:
    """Move the meeting of a day to another, or to another hour."""
    return (await builder.meetings.move(builder.act_as(ORGANIZER), day, day=to, at=at)).meeting


async def notices(builder: Builder, group: Group) -> list[tuple[Ping, ChangeView]]:
    """Return what the group is still told of changes, as it would be told now."""
    found = []
    rows = await builder.write(
        lambda tx: tx.all("SELECT meeting_id FROM outbox WHERE kind = 'change' AND state = 'planned'")
    )
    for meeting_id in dict.fromkeys(row["meeting_id"] for row in rows):
        meeting = await builder.write(lambda tx, m=meeting_id: MeetingRepository(tx).get(group.id, m))  # type: ignore[misc]
        assert meeting is not None
        for ping in await builder.list_pings(meeting, PingKind.CHANGE):
            if ping.state is PingState.PLANNED:
                said = await builder.write(
                    lambda tx, p=ping: meeting_messages.prepare_change(  # type: ignore[misc]
                        UnitOfWork(tx), p, group, builder.now
                    )
                )
                if said is not None:
                    assert isinstance(said.content, ChangeView)
                    found.append((ping, said.content))
    return found


async def tell(builder: Builder, group: Group) -> list[ChangeView]:
    """Let the notices go out; return what they said."""
    told = await notices(builder, group)
    for ping, _ in told:
        await builder.send_ping(ping)
    return [view for _, view in told]
