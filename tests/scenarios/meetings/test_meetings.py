"""An organizer changes the calendar; the group hears of it once and calmly."""

from datetime import UTC, datetime, timedelta

import pytest
import simcord

from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


@pytest.fixture
async def day_before(rowan: Calendar) -> Calendar:
    """The same, with the card up; Ben comes, Cho sent apologies."""
    await rowan.world.until(FIRST - timedelta(hours=23))
    await rowan.press("Ben", "Going")
    await rowan.press("Cho", "Can't come")
    return rowan


async def waiting(rowan: Calendar) -> set[str]:
    """Return the kinds of pings that are owed for the first meeting."""
    rows = await rowan.world.rows(
        "SELECT o.kind FROM outbox o JOIN meetings m ON m.id = o.meeting_id "
        "WHERE m.slot = '2026-01-06' AND o.state = 'planned'"
    )
    return {row["kind"] for row in rows}


async def test_skipping_edits_the_card_and_tells_who_meant_to_come(day_before: Calendar) -> None:
    reply = await day_before.ask("Ana", "meeting skip", reason="holiday")
    assert "does not meet" in texts_in(reply)
    assert "leaves this meeting out. It is a holiday." in texts_in(day_before.card())
    assert labels(day_before.card()) == []
    await day_before.world.run_due()
    notice = day_before.said()[-1]
    assert f"does not meet at {stamp(FIRST)}. It is a holiday." in texts_in(notice)
    assert f"The next meeting is at {stamp(FIRST + WEEK)}" in texts_in(notice)
    assert [user.id for user in notice.mentions] == [day_before.person("Ben").id]
    assert await waiting(day_before) == set()
    before = len(day_before.said())
    await day_before.world.until(FIRST + timedelta(days=5))
    assert len(day_before.said()) == before


async def test_the_button_under_a_notice_shows_each_member_what_is_next(day_before: Calendar) -> None:
    await day_before.ask("Ana", "meeting skip")
    await day_before.world.run_due()
    shown = await day_before.press("Cho", "See what is next", day_before.said()[-1])
    assert stamp(FIRST + WEEK) in shown
    outside = await day_before.press("Zoe", "See what is next", day_before.said()[-1])
    assert "no such group" in outside


async def test_a_skip_is_taken_back_by_its_button_and_by_skipping_again(day_before: Calendar) -> None:
    reply = await day_before.ask("Ana", "meeting skip")
    assert "Done: Rowan meets" in await day_before.press("Ana", "Meet after all", reply)
    assert labels(day_before.card())[0] == "Going"
    assert f"**Coming** {day_before.person('Ben').mention}" in texts_in(day_before.card())
    await day_before.ask("Ana", "meeting skip")
    again = await day_before.ask("Ana", "meeting skip", meeting="2026-01-06")
    assert "already" in texts_in(again)
    assert labels(again) == ["Meet after all"]
    await day_before.press("Ana", "Meet after all", again)
    assert (await day_before.starts())[0] == FIRST
    assert {"checkin", "change"} <= await waiting(day_before)


async def test_a_day_that_is_not_planned_yet_is_offered_and_skipped(rowan: Calendar) -> None:
    offered = await rowan.person("Ana").autocomplete(rowan.channel, "meeting skip", "meeting", "")
    names = [choice["name"] for choice in offered]
    assert names[0] == "Tuesday 6 January, 19:00"
    assert "Tuesday 24 February, 19:00" in names
    chosen = next(choice["value"] for choice in offered if choice["name"] == "Tuesday 27 January, 19:00")
    await rowan.ask("Ana", "meeting skip", meeting=chosen, reason="holiday")
    typed = await rowan.person("Ana").autocomplete(rowan.channel, "meeting skip", "meeting", "27 jan")
    assert [choice["name"] for choice in typed] == ["Tuesday 27 January, 19:00 (left out)"]
    await rowan.world.until(FIRST + 2 * WEEK)
    assert (await rowan.starts())[-1] == FIRST + 4 * WEEK


async def test_moving_edits_the_same_card_and_names_both_times(day_before: Calendar) -> None:
    card = day_before.card()
    reply = await day_before.ask("Ana", "meeting move", date="2026-01-07", time="6:30 pm")
    moved = datetime(2026, 1, 7, 18, 30, tzinfo=UTC)
    assert stamp(moved) in texts_in(reply)
    assert day_before.card().id == card.id
    assert stamp(moved) in texts_in(day_before.card())
    assert f"Moved from {stamp(FIRST)}" in texts_in(day_before.card())
    await day_before.world.run_due()
    notice = texts_in(day_before.said()[-1])
    assert f"meets at {stamp(moved)} ({stamp(moved, 'R')}) instead of {stamp(FIRST)}" in notice
    await day_before.world.until(FIRST + timedelta(hours=1))
    assert "Check-in" not in texts_in(day_before.said()[-1])
    await day_before.world.until(moved)
    states = await day_before.world.rows("SELECT state FROM meetings WHERE slot = '2026-01-06'")
    assert states == [{"state": "open"}]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Say where it should move"),
        ({"date": "yesterday"}, "could not read"),
        ({"date": "2026-02-30"}, "no such day"),
        ({"time": "25:00"}, "could not read"),
        ({"date": "2026-01-02"}, "has passed"),
        ({"date": "2026-12-01"}, "far away"),
        ({"date": "2026-01-13", "time": "19:30"}, "already meets"),
        ({"time": "19:00"}, "already"),
        ({"meeting": "99999999999999999999", "time": "18:00"}, "no longer there"),
        ({"meeting": "2026-01-07", "time": "18:00"}, "does not meet on Wednesday, January 7"),
        ({"group": "77", "time": "18:00"}, "no such group"),
    ],
)
async def test_what_cannot_be_moved_so_is_refused_in_a_sentence(
    day_before: Calendar, options: dict[str, str], sentence: str
) -> None:
    before = texts_in(day_before.card())
    reply = await day_before.ask("Ana", "meeting move", **options)
    assert sentence in texts_in(reply)
    assert texts_in(day_before.card()) == before
    assert (await day_before.starts())[0] == FIRST
    assert "change" not in await waiting(day_before)


async def test_cancelling_asks_once(day_before: Calendar) -> None:
    question = await day_before.ask("Ana", "meeting cancel", reason="few can come")
    assert labels(question) == ["Cancel the meeting", "Keep it"]
    assert (await day_before.starts())[0] == FIRST
    assert "Nothing has changed" in await day_before.press("Ana", "Keep it", question)
    assert (await day_before.starts())[0] == FIRST
    question = await day_before.ask("Ana", "meeting cancel", reason="few can come")
    assert "is cancelled" in await day_before.press("Ana", "Cancel the meeting", question)
    assert "cancelled. Too few could come." in texts_in(day_before.card())
    await day_before.world.run_due()
    assert await waiting(day_before) == set()
    assert "is cancelled" in texts_in(day_before.said()[-1])
    assert "does not take place" in await day_before.press("Ben", "Late", await shown_next(day_before))


async def shown_next(rowan: Calendar) -> simcord.ResponseMessage:
    """Return a /next that was opened for the second meeting, which is cancelled meanwhile."""
    reply = await rowan.ask("Ben", "next")
    question = await rowan.ask("Ana", "meeting cancel")
    await rowan.press("Ana", "Cancel the meeting", question)
    return reply


async def test_members_cannot_change_the_calendar(day_before: Calendar) -> None:
    for command, options in (
        ("meeting schedule", {"time": "20:00"}),
        ("meeting schedule", {"date": "2026-01-10"}),
        ("meeting skip", {}),
        ("meeting move", {"time": "20:00"}),
        ("meeting cancel", {}),
        ("meeting start", {}),
    ):
        assert "Only an organizer" in texts_in(await day_before.ask("Ben", command, **options))
        assert "not in a buddy group" in texts_in(await day_before.ask("Zoe", command, **options))
    assert (await day_before.starts())[0] == FIRST
    assert "change" not in await waiting(day_before)


async def test_a_meeting_starts_early_and_closes(day_before: Calendar) -> None:
    assert "early for that" in texts_in(await day_before.ask("Ana", "meeting start"))
    assert "No meeting is going on" in texts_in(await day_before.ask("Ana", "meeting close"))
    await day_before.world.until(FIRST - timedelta(minutes=20))
    assert "is open" in texts_in(await day_before.ask("Ana", "meeting start"))
    assert "has begun" in texts_in(day_before.card())
    assert labels(day_before.card()) == ["Going", "Late", "Virtual", "Can't come", "Agenda"]
    await day_before.world.run_due()
    assert "Check-in is open" in texts_in(day_before.said()[-1])
    await day_before.press("Cho", "Virtual")
    assert f"**virtual** {day_before.person('Cho').mention}" in texts_in(day_before.card())
    await day_before.world.pass_time(hours=1)
    await day_before.close("Ana")
    assert "This meeting is over" in texts_in(day_before.card())
    assert labels(day_before.card()) == []
    states = await day_before.world.rows("SELECT state FROM meetings WHERE slot = '2026-01-06'")
    assert states == [{"state": "closed"}]


async def test_a_new_rhythm_is_told_and_an_announced_meeting_stays(day_before: Calendar) -> None:
    reply = await day_before.ask("Ana", "meeting schedule", weekday=3, time="18:00", minutes=60)
    assert "Thursdays at 18:00" in texts_in(reply)
    assert f"The meeting of {stamp(FIRST)} is announced already" in texts_in(reply)
    first_new = datetime(2026, 1, 15, 18, tzinfo=UTC)
    assert (await day_before.starts())[:2] == [FIRST, first_new]
    await day_before.world.run_due()
    notice = texts_in(day_before.said()[-1])
    assert stamp(first_new) in notice
    assert "Thursdays at 18:00" in notice
    shown = texts_in(await day_before.ask("Ana", "meeting schedule"))
    assert "every week, 60 minutes" in shown


async def test_an_extra_meeting_is_told_and_has_its_own_card(rowan: Calendar) -> None:
    extra = datetime(2026, 1, 9, 10, tzinfo=UTC)
    reply = await rowan.ask("Ana", "meeting schedule", date="2026-01-09", time="10:00", minutes=30)
    assert stamp(extra) in texts_in(reply)
    await rowan.world.run_due()
    assert f"meets once more: {stamp(extra)}" in texts_in(rowan.said()[-1])
    await rowan.world.until(FIRST + timedelta(days=2))
    assert stamp(extra) in texts_in(rowan.card())


async def test_offers_while_typing(rowan: Calendar) -> None:
    ana = rowan.person("Ana")
    zones = await ana.autocomplete(rowan.channel, "meeting schedule", "zone", "new york")
    assert zones[0]["value"] == "America/New_York"
    days = await ana.autocomplete(rowan.channel, "meeting move", "date", "")
    assert days[0] == {"name": "Thursday 1 January", "value": "2026-01-01"}
    assert len(days) == 25
    ahead = await ana.autocomplete(rowan.channel, "meeting cancel", "meeting", "13")
    assert [choice["name"] for choice in ahead] == ["Tuesday 13 January, 19:00"]
    assert await rowan.person("Zoe").autocomplete(rowan.channel, "meeting cancel", "meeting", "") == []


async def test_a_question_survives_a_restart(day_before: Calendar) -> None:
    question = await day_before.ask("Ana", "meeting cancel")
    skip = await day_before.ask("Ana", "meeting skip", meeting="2026-01-13")
    await day_before.world.restart()
    assert "is cancelled" in await day_before.press("Ana", "Cancel the meeting", question)
    assert "after all" in await day_before.press("Ana", "Meet after all", skip)
    await day_before.world.run_due()
    assert "is cancelled" in "\n".join(texts_in(message) for message in day_before.said()[-2:])


async def test_two_groups_with_the_same_name_in_two_guilds_stay_apart(world: World) -> None:
    here, there = await calendar(world), await calendar(world)
    await here.world.until(FIRST - timedelta(hours=23))
    await here.ask("Ana", "meeting skip")
    await here.world.run_due()
    assert "leaves this meeting out" in texts_in(here.card())
    assert labels(there.card())[0] == "Going"
    foreign = await there.person("Ben").click(there.card(), label="Going")
    assert foreign.acknowledged
    assert (await world.rows("SELECT COUNT(*) AS n FROM rsvps"))[0]["n"] == 1


async def test_a_moved_meeting_stays_when_the_new_schedule_has_its_day(rowan: Calendar) -> None:
    await rowan.ask("Ana", "meeting move", meeting="2026-01-13", date="2026-01-21")
    await rowan.world.run_due()
    before = len(rowan.said())
    await rowan.ask("Ana", "meeting schedule", weekday=2)
    await rowan.world.run_due()
    notices = rowan.said()[before:]
    [notice] = [each for each in notices if not each.flags.ephemeral]
    onto = datetime(2026, 1, 21, 19, tzinfo=UTC)
    assert f"The meeting that was moved to {stamp(onto)} stays there" in texts_in(notice)
