"""A meeting that is moved much later is announced again; one that is moved a little is not."""

from datetime import UTC, datetime, timedelta

import discord
import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.meetings.deciding import questions, settle
from tests.world import World, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group whose first meeting was announced an hour ago."""
    made = await calendar(world)
    await world.until(FIRST - timedelta(hours=23))
    return made


def cards(rowan: Calendar, start: datetime) -> list[str]:
    """Return the cards that show a meeting at this time, oldest first."""
    shown = [texts_in(message) for message in rowan.said() if "### Meeting" in texts_in(message)]
    return [text for text in shown if stamp(start) in text]


async def move(rowan: Calendar, to: datetime) -> None:
    await rowan.ask("Ana", "meeting move", date=str(to.date()), time=to.strftime("%H:%M"))
    await rowan.world.run_due()


@pytest.mark.parametrize("days", [1, 2, 10])
async def test_a_meeting_is_announced_again_when_it_was_moved_by_days(rowan: Calendar, days: int) -> None:
    old, start = rowan.card(), FIRST + days * DAY + timedelta(hours=1)
    await move(rowan, start)
    assert len(cards(rowan, start)) == 1
    await rowan.world.until(start - timedelta(hours=24))
    fresh = rowan.card()
    assert fresh.id != old.id
    assert stamp(start) in texts_in(fresh)
    assert "Going" in labels(fresh)
    before = next(message for message in rowan.said() if message.id == old.id)
    assert stamp(start) in texts_in(before)
    assert labels(before) == []
    await rowan.world.until(start + timedelta(hours=1))
    assert len(cards(rowan, start)) == 1


@pytest.mark.parametrize("hours", [-2, 1, 3, 11])
async def test_a_meeting_is_not_announced_again_when_it_was_moved_by_hours(
    rowan: Calendar, hours: int
) -> None:
    old, start = rowan.card(), FIRST + timedelta(hours=hours)
    await move(rowan, start)
    await rowan.world.until(start - timedelta(minutes=1))
    assert rowan.card().id == old.id
    assert len(cards(rowan, start)) == 1


async def test_a_meeting_is_announced_again_when_small_moves_add_up(rowan: Calendar) -> None:
    old = rowan.card()
    await move(rowan, FIRST + timedelta(hours=4))
    await move(rowan, FIRST + timedelta(hours=15))
    await rowan.world.until(FIRST)
    assert rowan.card().id != old.id


async def test_a_meeting_is_not_announced_again_when_its_last_day_has_begun(rowan: Calendar) -> None:
    old = rowan.card()
    await rowan.world.until(FIRST - timedelta(hours=1))
    await move(rowan, FIRST + timedelta(hours=20))
    await rowan.world.until(FIRST + timedelta(hours=19))
    assert rowan.card().id == old.id


async def test_a_reminder_comes_again_to_those_who_gave_no_answer(rowan: Calendar) -> None:
    await rowan.opt_in("Cho")
    await rowan.opt_in("Ben")
    await rowan.world.run_due()
    start = FIRST + 10 * DAY
    await rowan.press("Ben", "Going")
    await move(rowan, start)

    def reminders(name: str) -> int:
        return sum(stamp(start) in texts_in(each) for each in rowan.person(name).user.dm_channel.history())

    before = reminders("Cho"), reminders("Ben")
    await rowan.world.until(start - timedelta(hours=1))
    assert (reminders("Cho") - before[0], reminders("Ben") - before[1]) == (1, 0)


async def test_a_skipped_meeting_is_announced_again_when_it_is_held_on_another_day(rowan: Calendar) -> None:
    old = rowan.card()
    skipped = await rowan.ask("Ana", "meeting skip")
    await rowan.ask("Ana", "meeting schedule", weekday=3)
    await rowan.press("Ana", "Meet after all", skipped)
    start = FIRST + 2 * DAY
    await rowan.world.until(start - timedelta(hours=23))
    assert rowan.card().id != old.id
    assert len(cards(rowan, start)) == 1


@pytest.mark.parametrize(("hours", "asked"), [(2, 0), (240, 1)])
async def test_organizers_are_asked_again_when_a_meeting_that_was_decided_on_moves_by_days(
    rowan: Calendar, hours: int, asked: int
) -> None:
    await settle(rowan, minimum=3)
    await rowan.press("Ben", "Going")
    await rowan.world.until(FIRST - timedelta(hours=6))
    [first] = questions(rowan)
    await rowan.press("Ana", "Meet anyway", first)
    start = FIRST + timedelta(hours=hours)
    await move(rowan, start)
    await rowan.world.until(start - timedelta(minutes=30))
    again = [each for each in questions(rowan) if stamp(start) in texts_in(each) and each.id != first.id]
    assert [{user.id for user in each.mentions} for each in again] == asked * [{rowan.person("Ana").id}]
    assert ("newer message" in texts_in(first_now(rowan, first))) is bool(asked)
    assert labels(first_now(rowan, first)) == []


def first_now(rowan: Calendar, message: discord.Message) -> discord.Message:
    """Return a message as it is shown now."""
    return next(each for each in rowan.said() if each.id == message.id)
