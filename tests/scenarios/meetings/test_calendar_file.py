"""A member takes the group's meetings into a calendar of their own, and again when something has changed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from ical.calendar import Calendar as CalendarRead
from ical.event import Event, EventStatus

from buddybot.domain.ids import GuildId, UserId
from buddybot.domain.locations.locations import Access, LocationKind, LocationWords, read_location
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.text import cut_to
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.exports.reading import read
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
CAFE = read_location(
    name="Café Lumen",
    kind=LocationKind.HYBRID,
    where="3 Mill Lane\nhttps://meet.example.org/rowan",
    access=frozenset({Access.STEP_FREE, Access.QUIET}),
    note="Ring twice",
)
RINGS = "x, y; \\N END:VEVENT BEGIN:VALARM " + "👩‍👩‍👧" * 12


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


async def taken(rowan: Calendar, name: str = "Ben", **options: object) -> CalendarRead:
    """Let somebody ask for the file, and read it."""
    reply = await rowan.ask(name, "meeting calendar", **options)
    [attachment] = reply.attachments
    return read(await attachment.read())


def slot(calendar: CalendarRead, day: str) -> Event:
    (event,) = [each for each in calendar.events if f"-{day}-" in each.uid]
    return event


async def settle(rowan: Calendar, words: LocationWords, host: str) -> None:
    """Let the first meeting be at a place, with somebody as the host."""

    async def script(tx: Tx) -> None:
        group = await GroupRepository(tx).get(GuildId(rowan.circle.guild.id), rowan.circle.group_id)
        assert group is not None
        location = await LocationRepository(tx).add(
            group_id=group.id,
            guild_id=group.guild_id,
            words=words,
            offered_by=UserId(rowan.person("Ana").id),
            now=rowan.world.now,
        )
        first = (await MeetingRepository(tx).list_ahead(group.id))[0]
        settled = Settled(location, UserId(rowan.person(host).id))
        await arrangements.put(
            UnitOfWork(tx), group, first, settled, now=rowan.world.now, basis=Basis.ASSIGNED
        )

    await rowan.world.bot.services.transactions.write(lambda uow: script(uow.tx))


async def test_a_member_gets_a_file_that_only_they_are_shown(rowan: Calendar) -> None:
    reply = await rowan.ask("Ben", "meeting calendar")
    assert "Rowan in your calendar" in texts_in(reply)
    assert "for members only" in texts_in(reply)
    [attachment] = reply.attachments
    assert attachment.filename == "rowan.ics"
    assert [part["file"]["url"] for part in reply.components[0]["components"] if part["type"] == 13] == [
        attachment.url
    ]
    found = read(await attachment.read())
    assert found.name == ["Rowan"]
    assert [event.dtstart for event in found.events] == [FIRST + WEEK * number for number in range(8)]
    assert {event.summary for event in found.events} == {"Rowan meets"}
    assert {event.dtstamp for event in found.events} == {rowan.world.now.replace(microsecond=0)}


async def test_place_link_and_host_are_in_it(rowan: Calendar) -> None:
    await settle(rowan, CAFE, "Cho")
    event = slot(await taken(rowan), "2026-01-06")
    assert event.location == "Café Lumen, 3 Mill Lane"
    assert event.url == "https://meet.example.org/rowan"
    assert event.description == (
        "Join online: https://meet.example.org/rowan\nHosted by Cho\nstep-free · quiet\nRing twice"
    )


async def test_the_old_days_are_cancelled_when_the_weekday_changes_or_the_group_ends(
    rowan: Calendar,
) -> None:
    before = await taken(rowan)
    await rowan.ask("Ana", "meeting schedule", weekday=2)
    after = await taken(rowan, "Cho")
    for event in before.events:
        (same,) = [each for each in after.events if each.uid == event.uid]
        assert same.status is EventStatus.CANCELLED or same.dtstart != event.dtstart
        assert (same.sequence or 0) > (event.sequence or 0)
    assert slot(after, "2026-02-10").status is EventStatus.CANCELLED
    assert slot(after, "2026-02-10").summary == "Cancelled: Rowan"
    await rowan.press("Ana", "Archive it", await rowan.ask("Ana", "group archive"))
    last = await taken(rowan)
    assert {event.status for event in last.events} == {EventStatus.CANCELLED}
    assert {event.uid for event in last.events} >= {event.uid for event in after.events}


async def test_what_changes_is_the_same_entry_with_a_higher_sequence(rowan: Calendar) -> None:
    before = await taken(rowan)
    await rowan.ask("Ana", "meeting move", meeting="2026-01-06", date="2026-01-07", time="18:30")
    question = await rowan.ask("Ana", "meeting cancel", meeting="2026-01-13")
    await rowan.press("Ana", "Cancel the meeting", question)
    await rowan.ask("Ana", "meeting skip", meeting="2026-02-10", reason="holiday")
    await rowan.world.restart()
    after = await taken(rowan, "Cho")
    assert [event.uid for event in after.events] == [event.uid for event in before.events]
    higher = {
        str(event.uid).split("-", 2)[2].removesuffix("-regular@buddybot")
        for event, old in zip(after.events, before.events, strict=True)
        if (event.sequence or 0) > (old.sequence or 0)
    }
    assert higher == {"2026-01-06", "2026-01-13", "2026-02-10"}
    assert slot(after, "2026-01-06").dtstart == datetime(2026, 1, 7, 18, 30, tzinfo=UTC)
    assert slot(after, "2026-01-06").status is EventStatus.CONFIRMED
    for day in ("2026-01-13", "2026-02-10"):
        assert slot(after, day).status is EventStatus.CANCELLED
        assert slot(after, day).summary == "Cancelled: Rowan"
    assert slot(after, "2026-01-20").status is EventStatus.CONFIRMED


async def test_a_meeting_that_was_held_stays_for_some_weeks(rowan: Calendar) -> None:
    await rowan.world.until(FIRST + WEEK)
    assert slot(await taken(rowan), "2026-01-06").status is EventStatus.CONFIRMED
    await rowan.world.until(FIRST + 5 * WEEK)
    assert not [event for event in (await taken(rowan)).events if "-2026-01-06-" in event.uid]


async def test_the_clock_on_the_wall_stays_when_summer_comes(world: World) -> None:
    rowan = await calendar(world, zone="America/New_York", at=time(19))
    await rowan.world.until(datetime(2026, 2, 20, tzinfo=UTC))
    events = (await taken(rowan)).events
    assert {event.dtstart.time() for event in events if isinstance(event.dtstart, datetime)} == {time(19)}
    offsets = {event.dtstart.utcoffset() for event in events if isinstance(event.dtstart, datetime)}
    assert offsets == {timedelta(hours=-5), timedelta(hours=-4)}


async def test_hostile_words_ring_no_alarm(world: World) -> None:
    rowan = await calendar(world, name="R;o,w\\an\\N " + "🏽" * 10)
    name = cut_to(RINGS, 60)
    words = read_location(name=name, kind=LocationKind.PLACE, where=RINGS, access=frozenset(), note=RINGS)
    await settle(rowan, words, "Cho")
    found = await taken(rowan)
    assert found.name == ["R;o,w\\an\\N " + "🏽" * 10]
    event = slot(found, "2026-01-06")
    assert event.location == f"{words.name}, {words.address}"
    assert event.description == f"Hosted by Cho\n{words.note}"
    assert not any(each.alarm or each.attendees or each.extras for each in found.events)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rowan & Söhne / Berlin", "rowan-sohne-berlin.ics"),
        ("朝活", "meetings.ics"),
        ("../..\\x.exe", "x-exe.ics"),
    ],
)
async def test_the_file_has_a_name_that_every_system_takes(world: World, name: str, expected: str) -> None:
    rowan = await calendar(world, name=name)
    [attachment] = (await rowan.ask("Ben", "meeting calendar")).attachments
    assert attachment.filename == expected


async def test_only_members_get_it(rowan: Calendar) -> None:
    reply = await rowan.ask("Zoe", "meeting calendar")
    assert "not in a buddy group" in texts_in(reply)
    assert reply.attachments == []
    named = await rowan.ask("Zoe", "meeting calendar", group=str(rowan.circle.group_id))
    assert "no such group" in texts_in(named)


async def test_help_names_it_among_what_members_can_do(rowan: Calendar) -> None:
    assert "`/meeting calendar`" in texts_in(await rowan.ask("Ben", "help"))
