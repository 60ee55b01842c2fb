"""A meeting that is over and that nobody closed is no next one, and takes no check-in meant for another."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.meetings.gatherings import Gatherings, start_of
from tests.world import World, labels, modal_text, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
MORNING = datetime(2026, 1, 7, 8, tzinfo=UTC)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that met last night, closed nothing, and meets once more in the morning at 8."""
    made = await calendar(world)
    await made.ask("Ana", "meeting schedule", date="2026-01-07", time="08:00")
    await world.until(FIRST + timedelta(hours=10))
    return made


async def check_in(rowan: Calendar, win: str) -> None:
    """Let Ben type /checkin, and fill in the form that opens."""
    ben = rowan.person("Ben")
    form = await ben.slash(rowan.channel, "checkin")
    assert modal_text(form)
    await ben.submit_modal(form, {"win": win})


async def reported(rowan: Calendar) -> list[str]:
    """Return the slots of the meetings that Ben reported at."""
    rows = await rowan.world.rows(
        "SELECT m.slot FROM checkins c JOIN meetings m ON m.id = c.meeting_id ORDER BY m.starts_at"
    )
    return [row["slot"] for row in rows]


async def test_a_check_in_goes_to_the_meeting_that_goes_on(rowan: Calendar) -> None:
    await rowan.world.until(MORNING + timedelta(minutes=5))
    await check_in(rowan, "A second interview")
    assert await reported(rowan) == ["2026-01-07"]
    await rowan.world.until(MORNING + timedelta(hours=14))
    [summary] = [texts_in(message) for message in rowan.said() if "A second interview" in texts_in(message)]
    assert "Meeting 2" in summary


async def test_a_check_in_asks_which_when_one_is_left_open_and_another_is_near(rowan: Calendar) -> None:
    asked = await rowan.ask("Ben", "checkin")
    said = texts_in(asked)
    assert f"{stamp(FIRST)}, over and not closed yet" in said
    assert f"{stamp(MORNING)}, still to come" in said
    assert labels(asked) == ["Check in", "Check in"]
    last = await rowan.world.rows("SELECT id FROM meetings WHERE kind = 'extra'")
    form = await rowan.person("Ben").click(asked, custom_id=f"checkin:{last[0]['id']}")
    await rowan.person("Ben").submit_modal(form, {"win": "A second interview"})
    assert await reported(rowan) == ["2026-01-07"]


async def test_a_check_in_goes_to_the_meeting_left_open_when_no_other_is_near(world: World) -> None:
    rowan = await calendar(world)
    await world.until(FIRST + timedelta(hours=10))
    await check_in(rowan, "Wrote to three firms")
    assert await reported(rowan) == ["2026-01-06"]


async def test_a_meeting_left_open_is_not_the_next_one(rowan: Calendar) -> None:
    next_one = texts_in(await rowan.ask("Ben", "next"))
    assert f"The next meeting is at {stamp(MORNING)}" in next_one
    assert f"The meeting of {stamp(FIRST)} isn't closed yet." in next_one
    assert stamp(FIRST) not in texts_in(await rowan.ask("Ben", "rotation show"))
    assert stamp(FIRST) not in texts_in(await rowan.ask("Ben", "group info"))
    assert stamp(FIRST) not in texts_in(await rowan.ask("Ana", "meeting schedule"))
    chosen = texts_in(await rowan.ask("Ana", "activity choose"))
    assert "Meeting 1" not in chosen


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("meeting skip", {}),
        ("meeting move", {"time": "09:30"}),
        ("rotation skip", {"why": "no meeting"}),
    ],
)
async def test_what_is_meant_without_a_choice_is_the_coming_meeting(
    rowan: Calendar, command: str, options: dict[str, str]
) -> None:
    moved = MORNING + timedelta(minutes=90) if options.get("time") else MORNING
    assert stamp(moved) in texts_in(await rowan.ask("Ana", command, **options))


async def test_cancelling_without_a_choice_does_not_mean_the_meeting_left_open(rowan: Calendar) -> None:
    asked = texts_in(await rowan.ask("Ana", "meeting cancel"))
    assert f"Cancel the meeting of {stamp(MORNING)}?" in asked


async def test_choices_say_what_is_left_open_and_offer_it_only_where_it_counts(rowan: Calendar) -> None:
    ana = rowan.person("Ana")
    for command, offered in (("meeting skip", False), ("meeting move", False), ("meeting close", True)):
        names = [each["name"] for each in await ana.autocomplete(rowan.channel, command, "meeting", "")]
        assert any("6 January" in name for name in names) is offered
        assert not any("6 January" in name and "going on" in name for name in names)
    names = [each["name"] for each in await ana.autocomplete(rowan.channel, "meeting cancel", "meeting", "")]
    assert names[0] == "Tuesday 6 January, 19:00 (not closed yet)"


async def test_closing_without_a_choice_means_the_meeting_that_goes_on(rowan: Calendar) -> None:
    assert "Close meeting 1?" in texts_in(await rowan.ask("Ana", "meeting close"))
    await rowan.world.until(MORNING + timedelta(minutes=5))
    assert "Close meeting 2?" in texts_in(await rowan.ask("Ana", "meeting close"))


async def test_a_new_schedule_does_not_say_that_a_meeting_left_open_stays(rowan: Calendar) -> None:
    answer = texts_in(await rowan.ask("Ana", "meeting schedule", weekday=2))
    assert stamp(FIRST) not in answer
    assert "stays" not in answer


async def test_the_next_meeting_has_its_server_event_while_the_last_one_is_left_open(world: World) -> None:
    house = await Gatherings.made(world)
    await house.world.until(FIRST + timedelta(hours=10))
    assert (await world.rows("SELECT state FROM meetings WHERE slot = '2026-01-06'"))[0]["state"] == "open"
    assert [start_of(event) for event in house.shown() if start_of(event) > FIRST] == [FIRST + WEEK]


async def test_the_meeting_of_a_group_that_rests_takes_check_ins_until_its_usual_close(world: World) -> None:
    rowan = await calendar(world)
    await world.until(FIRST + timedelta(minutes=30))
    [shown] = [message for message in rowan.said() if "Check in" in labels(message)]
    await rowan.ask("Ana", "group pause")
    await world.until(FIRST + timedelta(hours=10))
    await check_in(rowan, "Wrote to three firms")
    await world.until(FIRST + timedelta(hours=15))
    await world.bot.housekeeping.replan()
    await world.run_due()
    [meeting] = await world.rows("SELECT * FROM meetings WHERE slot = '2026-01-06'")
    assert (meeting["state"], meeting["closed_at"] - meeting["ends_at"]) == ("closed", 12 * 3600)
    assert await reported(rowan) == ["2026-01-06"]
    [edited] = [message for message in rowan.said() if message.id == shown.id]
    assert labels(edited) == ["Correct my check-in"]
    told = await rowan.person("Ana").slash(rowan.channel, "next")
    assert "nobody closed meeting 1" in "".join(texts_in(each) for each in told.followups)


async def test_attendance_is_taken_of_the_meeting_that_nobody_closed(rowan: Calendar) -> None:
    offered = await rowan.ask("Ana", "attendance take")
    assert "nobody has closed it yet" in texts_in(offered)
    assert "No meeting has taken place" not in texts_in(offered)
    assert "Attendance · meeting 1" in await rowan.press("Ana", "Close the meeting", offered)
    again = texts_in(await rowan.ask("Ana", "attendance take"))
    assert "Attendance · meeting 1" in again
