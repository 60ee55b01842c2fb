"""A new schedule takes along what the group agreed on, and the channel reads so in one notice."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.domain.groups.groups import Rotation
from tests.scenarios.locations.hosting_turns import announced, hosts, offer
from tests.scenarios.locations.places import suggest
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEDNESDAY = 2


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


async def test_the_channel_hears_of_the_first_meeting_when_one_was_moved_far_ahead(rowan: Calendar) -> None:
    await rowan.ask("Ana", "meeting move", meeting="2026-02-24", date="2026-02-25")
    await rowan.world.run_due()
    answer = texts_in(await rowan.ask("Ana", "meeting schedule", weekday=WEDNESDAY))
    assert stamp(FIRST + DAY) in answer
    await rowan.world.run_due()
    assert stamp(FIRST + DAY) in texts_in(rowan.said()[-1])
    await rowan.world.until(datetime(2026, 2, 27, tzinfo=UTC))
    cards = [texts_in(message) for message in rowan.said() if "### Meeting" in texts_in(message)]
    assert len(cards) == 8
    assert stamp(datetime(2026, 2, 25, 19, tzinfo=UTC)) in cards[-1]


async def test_the_notice_names_what_moves_along_and_whom_it_concerns(rowan: Calendar) -> None:
    cho, second = rowan.person("Cho"), FIRST + WEEK
    assigned = await rowan.ask("Ana", "rotation assign", meeting="2026-01-13", host=str(cho.id))
    assert str(cho.id) in texts_in(assigned)
    await rowan.ask("Ana", "meeting skip", meeting="2026-01-20", reason="holiday")
    await rowan.world.run_due()
    before = len(rowan.said())
    await rowan.ask("Ana", "meeting schedule", weekday=WEDNESDAY)
    await rowan.world.run_due()
    [notice] = rowan.said()[before:]
    said = texts_in(notice)
    assert f"- {stamp(second)} → {stamp(second + DAY)}, hosted by <@{cho.id}>" in said
    assert f"- {stamp(second + WEEK)} → {stamp(second + WEEK + DAY)}: left out" in said
    assert {user.id for user in notice.mentions} == {cho.id}


async def test_a_swap_stands_when_the_group_moves_to_another_weekday(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    for name in ("Ana", "Ben", "Cho"):
        await suggest(rowan, name, name=f"Place of {name}", note="")
    await announced(rowan)
    question = await offer(rowan)
    await rowan.person("Cho").click(question, label="Agree")
    await rowan.world.run_due()
    before, second = len(rowan.said()), FIRST + WEEK
    await rowan.ask("Ana", "meeting schedule", weekday=WEDNESDAY)
    await rowan.world.run_due()
    assert await hosts(rowan) == ["Cho", "Ben"]
    assert await rowan.starts() == [second + DAY, second + WEEK + DAY]
    [notice] = rowan.said()[before:]
    ben, cho = rowan.person("Ben").mention, rowan.person("Cho").mention
    said = texts_in(notice)
    assert f"- {stamp(second)} → {stamp(second + DAY)}, hosted by {cho}" in said
    assert f"- {stamp(second + WEEK)} → {stamp(second + WEEK + DAY)}, hosted by {ben}" in said
    assert texts_in(await rowan.ask("Ana", "rotation show")).count("Two of you swapped turns.") == 2


async def test_the_notice_names_what_is_off_and_whom_it_concerns(rowan: Calendar) -> None:
    cho, second = rowan.person("Cho"), FIRST + WEEK
    await rowan.ask("Ana", "rotation assign", meeting="2026-01-13", host=str(cho.id))
    await rowan.world.run_due()
    before = len(rowan.said())
    await rowan.ask("Ana", "meeting schedule", every=2)
    await rowan.world.run_due()
    [notice] = rowan.said()[before:]
    said = texts_in(notice)
    assert f"- {stamp(second)}: <@{cho.id}> doesn't host" in said
    assert {user.id for user in notice.mentions} == {cho.id}
    assert await rowan.starts() == [FIRST, FIRST + 2 * WEEK]


@pytest.mark.parametrize("change", [{"weekday": WEDNESDAY}, {"every": 2}, {"time": "20:30"}])
async def test_a_skipped_meeting_is_held_after_all_when_the_schedule_changed(
    rowan: Calendar, change: dict[str, object]
) -> None:
    skipped = await rowan.ask("Ana", "meeting skip", meeting="2026-01-13", reason="holiday")
    await rowan.world.run_due()
    await rowan.ask("Ana", "meeting schedule", **change)
    await rowan.world.run_due()
    second = FIRST + WEEK
    if "weekday" in change:
        second += DAY
    if "time" in change:
        second += timedelta(minutes=90)
    assert stamp(second) in await rowan.press("Ana", "Meet after all", skipped)
    assert second in await rowan.starts()
    await rowan.world.run_due()
    assert stamp(second) in texts_in(rowan.said()[-1])


@pytest.mark.parametrize("change", [{"weekday": WEDNESDAY}, {"every": 2}])
async def test_a_skipped_day_is_met_on_at_another_hour_when_the_schedule_changed(
    rowan: Calendar, change: dict[str, object]
) -> None:
    await rowan.ask("Ana", "meeting skip", meeting="2026-01-13", reason="holiday")
    await rowan.ask("Ana", "meeting schedule", **change)
    day = "2026-01-14" if "weekday" in change else "2026-01-13"
    start = datetime.fromisoformat(f"{day}T17:30+00:00")
    answer = texts_in(await rowan.ask("Ana", "meeting schedule", date=day, time="17:30"))
    assert stamp(start) in answer
    assert start in await rowan.starts()
    await rowan.world.run_due()
    assert stamp(start) in texts_in(rowan.said()[-1])


@pytest.mark.parametrize(
    ("command", "options", "shift"),
    [
        ("meeting move", {"date": "2026-01-15"}, 2 * DAY),
        ("meeting schedule", {"weekday": 4}, 3 * DAY),
        ("meeting schedule", {"time": "20:00"}, timedelta(hours=1)),
        ("meeting skip", {}, WEEK),
    ],
)
async def test_the_last_summary_names_the_next_meeting_as_it_is_when_that_changes(
    rowan: Calendar, command: str, options: dict[str, object], shift: timedelta
) -> None:
    await rowan.world.until(FIRST - timedelta(hours=1))
    await rowan.press("Ben", "Going")
    await rowan.world.until(FIRST)
    checkin = rowan.said()[-1]
    form = await rowan.person("Ben").click(checkin, label="Check in")
    await rowan.person("Ben").submit_modal(form, {"win": "A second interview"})
    await rowan.world.until(FIRST + timedelta(hours=14))
    summary = rowan.said()[-1]
    assert stamp(FIRST + WEEK) in texts_in(summary)
    await rowan.ask("Ana", command, **options)
    await rowan.world.run_due()
    shown = texts_in(next(message for message in rowan.said() if message.id == summary.id))
    assert stamp(FIRST + WEEK) not in shown
    assert stamp(FIRST + WEEK + shift) in shown
