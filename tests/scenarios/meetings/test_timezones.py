"""A group meets at its local time, also when the clocks change between two meetings."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.meetings.schedule import instant, local
from tests.scenarios.meetings.calendars import calendar, stamp
from tests.world import World, texts_in

CHANGES = [
    # zone, the last meeting before the change, the offset in hours of it and of the next one
    ("Europe/Berlin", date(2026, 3, 24), 1, 2),
    ("America/New_York", date(2026, 3, 3), -5, -4),
    ("America/New_York", date(2026, 10, 27), -4, -5),
    ("Australia/Lord_Howe", date(2026, 3, 31), 11, 10.5),
    ("America/Santiago", date(2026, 3, 31), -3, -4),
]


@pytest.mark.parametrize(("zone", "day", "before", "after"), CHANGES)
async def test_the_clocks_change_between_two_meetings(
    world: World, zone: str, day: date, before: float, after: float
) -> None:
    first = datetime.combine(day, time(19), UTC) - timedelta(hours=before)
    second = datetime.combine(day + timedelta(weeks=1), time(19), UTC) - timedelta(hours=after)
    await world.sleep_through(seconds=(first - timedelta(days=3) - world.now).total_seconds())
    rowan = await calendar(world, zone=zone)
    assert await rowan.starts() == [first, second]
    await world.until(first - timedelta(hours=2))
    assert stamp(first) in texts_in(rowan.card())
    assert stamp(first) in texts_in(await rowan.ask("Ben", "next"))
    await world.until(first + timedelta(minutes=1))
    assert await _state(world, first) == "open"
    await world.until(second - timedelta(hours=2))
    assert stamp(second) in texts_in(rowan.card())
    assert stamp(second, "R") in texts_in(await rowan.ask("Ben", "next"))
    await world.until(second - timedelta(minutes=1))
    assert await _state(world, second) == "scheduled"
    await world.until(second + timedelta(minutes=1))
    assert await _state(world, second) == "open"
    assert local(second, zone).time() == time(19)


async def _state(world: World, start: datetime) -> str:
    rows = await world.rows("SELECT state FROM meetings WHERE starts_at = :at", at=int(start.timestamp()))
    return str(rows[0]["state"])


async def test_a_meeting_in_the_hour_that_does_not_exist_is_held_at_its_end(world: World) -> None:
    sunday = datetime(2026, 3, 29, 1, tzinfo=UTC)
    await world.sleep_through(seconds=(sunday - timedelta(days=4) - world.now).total_seconds())
    rowan = await calendar(world, zone="Europe/Berlin")
    await rowan.ask("Ana", "meeting move", meeting="2026-03-31", date="2026-03-29", time="02:30")
    assert (await rowan.starts())[0] == sunday
    assert stamp(sunday) in texts_in(await rowan.ask("Ben", "next"))


async def test_a_move_to_another_zone_keeps_the_local_time(world: World) -> None:
    rowan = await calendar(world, zone="Europe/London")
    await rowan.ask("Ana", "meeting schedule", zone="Asia/Tokyo")
    assert (await rowan.starts())[0] == instant(date(2026, 1, 6), time(19), "Asia/Tokyo")
    unknown = await rowan.ask("Ana", "meeting schedule", zone="Europe/Atlantis")
    assert "no time zone" in texts_in(unknown)
    assert (await rowan.starts())[0] == instant(date(2026, 1, 6), time(19), "Asia/Tokyo")


async def test_each_group_lives_in_its_own_zone(world: World) -> None:
    berlin = await calendar(world, zone="Europe/Berlin")
    apia = await calendar(world, name="Ash", zone="Pacific/Apia", guild=berlin.circle.guild)
    assert (await berlin.starts())[0] == datetime(2026, 1, 6, 18, tzinfo=UTC)
    assert (await apia.starts())[0] == datetime(2026, 1, 6, 6, tzinfo=UTC)
    days = await apia.person("Ana").autocomplete(
        apia.channel, "meeting skip", "meeting", "6 jan", group=str(apia.circle.group_id)
    )
    assert [choice["name"] for choice in days] == ["Tuesday 6 January, 19:00"]
