"""What can be seen outside the group's channel: the server's event, calendar files, the role."""

from datetime import UTC, datetime
from typing import Any

from ical.event import Event

from tests.changes.life import Life
from tests.changes.seen.ahead import IN_FORCE, all_meetings, group_row, members
from tests.changes.words import Fact, Facts
from tests.exports.reading import read
from tests.scenarios.meetings.gatherings import ACTIVE, SCHEDULED, end_of, start_of

NAMES = ("Rowan", "Linden")
"""What the group is called, before and after it was given another name."""

# -- the server's event -----------------------------------------------------------------------------


def _events(life: Life) -> list[Any]:
    guild = life.world.env.backend.guilds.get(life.guild.id)
    found = [] if guild is None else guild.scheduled_events.values()
    ours = [event for event in found if event.name.startswith(NAMES)]
    return [event for event in ours if event.status in (SCHEDULED, ACTIVE)]


async def see_event(life: Life) -> Facts:
    """What the server's own event says, and when it is."""
    return {
        f"event {number}": Fact(
            f"{event.name}, {event.entity_metadata['location']}",
            f"{start_of(event):%a %d %b %H:%M} to {end_of(event):%H:%M}",
        )
        for number, event in enumerate(_events(life), 1)
    }


async def event_wrong(life: Life) -> list[str]:
    """Whether the next meeting, and it alone, has an event at its time."""
    if life.is_out:
        return []
    there = life.world.env.backend.guilds[life.guild.id].scheduled_events
    rows = await life.world.rows("SELECT event_id, state FROM events WHERE event_id IS NOT NULL")
    if any(row["state"] == "refused" for row in rows):
        return []  # the bot may not touch the server's events
    taken_away = any(row["event_id"] not in there or row["state"] == "over" for row in rows)
    events, group = _events(life), await group_row(life)
    following = [row for row in await all_meetings(life) if row["state"] in IN_FORCE][:1]
    if group["state"] != "active" or not following:
        return [f"{event.name} is shown for nothing" for event in events]
    ahead = {
        datetime.fromtimestamp(row["starts_at"], UTC)
        for row in await all_meetings(life)
        if row["state"] in IN_FORCE
    }
    shown = [start_of(event) for event in events if event.status == SCHEDULED]
    wrong = [
        f"an event is at {start:%d %b %H:%M}, when nothing takes place"
        for start in shown
        if start not in ahead
    ]
    start = datetime.fromtimestamp(following[0]["starts_at"], UTC)
    going_on = [event for event in events if event.status == ACTIVE]
    if shown.count(start) + len(going_on) != 1 and not taken_away and start > life.world.now:
        wrong.append(f"the next meeting has {shown.count(start)} events")
    return wrong


# -- calendar files ---------------------------------------------------------------------------------


async def _file(life: Life) -> bytes:
    if life.is_out:
        return b""
    here = await members(life)
    asking = next((name for name in ("Eli", "Ana", "Ben") if life.person(name).id in here), "Eli")
    return await life.calendar_file(asking)


def _entries(data: bytes) -> dict[str, Event]:
    return {str(event.uid): event for event in read(data).events} if data else {}


def _start(event: Event) -> datetime:
    start = event.dtstart
    assert isinstance(start, datetime)
    return start.astimezone(UTC)


def _off(event: Event) -> bool:
    return event.status is not None and event.status.value == "CANCELLED"


async def see_entries(life: Life) -> Facts:
    """What a calendar shows once it has read the group's file."""
    return {
        uid.partition("-")[2]: Fact(
            f"{'called off' if _off(event) else 'on'}, {event.summary}, {event.location or 'nowhere yet'}",
            f"{_start(event):%a %d %b %H:%M} to {event.end:%H:%M}",
        )
        for uid, event in _entries(await _file(life)).items()
    }


async def entries_wrong(life: Life) -> list[str]:
    """What a calendar that read an earlier file would show wrongly after this one."""
    if life.is_out or not await members(life):
        return []
    before, after, wrong = _entries(life.file), _entries(await _file(life)), []
    for uid, old in before.items():
        new = after.get(uid)
        if _start(old) <= life.world.now or _off(old):
            continue
        if new is None:
            wrong.append(f"{uid} stays in calendars: the file does not name it any more")
        elif (_off(new), _start(new)) != (_off(old), _start(old)) and (new.sequence or 0) <= (
            old.sequence or 0
        ):
            wrong.append(f"{uid} has changed, and calendars ignore it: its SEQUENCE is not higher")
    on = [_start(event) for event in after.values() if not _off(event)]
    resting = (await group_row(life))["state"] != "active"
    meetings = await all_meetings(life)
    held = [row["starts_at"] for row in meetings if row["state"] in IN_FORCE and not resting]
    for row in meetings:
        start = datetime.fromtimestamp(row["starts_at"], UTC)
        if start > life.world.now and on.count(start) != held.count(row["starts_at"]):
            wrong.append(f"the meeting of {row['local_day']}, {row['state']}, has {on.count(start)} entries")
    if resting and any(start > life.world.now for start in on):
        wrong.append("the group does not meet, and its calendar file says that it does")
    return wrong


# -- the role ---------------------------------------------------------------------------------------


def _role(life: Life) -> tuple[str, list[int]] | None:
    guild = life.world.env.backend.guilds.get(life.guild.id)
    made = [] if guild is None else [role for role in guild.roles.values() if role.name in NAMES]
    if guild is None or not made:
        return None
    holders = [user for user, member in guild.members.items() if made[0].id in member.role_ids]
    return made[0].name, holders


async def see_role(life: Life) -> Facts:
    """Who has the group's role."""
    found = _role(life)
    if found is None:
        return {}
    name, holders = found
    return {f"{life.name_of(user)}'s role": Fact(name) for user in holders}


async def role_wrong(life: Life) -> list[str]:
    """Who has the role and is no member, or is one and has it not."""
    found, group = _role(life), await group_row(life)
    if found is None:
        return []
    if group["state"] == "archived":
        return ["the role of an archived group is there"]
    present = set(life.guild.member_ids())
    here, holders = {user for user in await members(life) if user in present}, set(found[1])
    return [
        *(f"{life.name_of(user)} has the role and is no member" for user in sorted(holders - here)),
        *(f"{life.name_of(user)} has no role" for user in sorted(here - holders)),
    ]
