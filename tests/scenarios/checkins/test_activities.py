"""What the group does together: wished for, shown, changed by an organizer, and led in turn."""

from datetime import datetime, timedelta

import pytest

from tests.scenarios.forging import Forgery
from tests.scenarios.meetings.calendars import Calendar, Shown, calendar, stamp
from tests.world import World, custom_ids, labels, offered, texts_in

FIRST = datetime.fromisoformat("2026-01-06T19:00+00:00")
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana, who organizes, Ben and Cho, before their first meeting's card."""
    return await calendar(world)


async def wish(rowan: Calendar, name: str, *activities: str) -> str:
    """Let somebody choose what they would like; return what they read then."""
    card = await rowan.ask(name, "activity wish")
    values = [offered(card)[each] for each in activities]
    result = await rowan.person(name).select(card, values)
    assert result.acknowledged
    return texts_in(result.response)


def check_in(rowan: Calendar) -> Shown:
    """Return the latest check-in card."""
    return next(each for each in reversed(rowan.said()) if "Check-in is open" in texts_in(each))


async def chosen(rowan: Calendar) -> list[str | None]:
    """Return what is chosen for the group's meetings, in order."""
    rows = await rowan.world.rows(
        "SELECT activity FROM meetings WHERE group_id = :id ORDER BY starts_at", id=rowan.circle.group_id
    )
    return [row["activity"] for row in rows]


async def test_a_wish_comes_to_the_card_with_its_agenda(rowan: Calendar) -> None:
    assert "Noted: one activity." in await wish(rowan, "Ben", "Résumé swap")
    await rowan.world.until(FIRST - DAY)
    assert "Activity **Résumé swap** · " in texts_in(rowan.card())
    agenda = await rowan.press("Cho", "Agenda")
    assert "Agenda · meeting 1 · Rowan" in agenda
    assert stamp(FIRST, "t") in agenda
    assert "your résumé, on paper or on a screen" in agenda
    assert "One résumé after the other" in agenda
    assert "for the members of its group" in await rowan.press("Zoe", "Agenda")


async def test_wishes_are_kept_changed_and_seen_by_nobody_else(rowan: Calendar) -> None:
    await wish(rowan, "Ben", "Résumé swap", "Skill share")
    assert "Noted: 2 activities." in await wish(rowan, "Cho", "Skill share", "Mock interview")
    assert "Noted: nothing in particular." in await wish(rowan, "Cho")
    rows = await rowan.world.rows("SELECT user_id, activity FROM activity_wishes ORDER BY activity")
    ben = rowan.person("Ben").id
    assert rows == [
        {"user_id": ben, "activity": "resume-swap"},
        {"user_id": ben, "activity": "skill-share"},
    ]
    assert all("résumé" not in texts_in(message).lower() for message in rowan.said())


async def test_the_list_opens_each_activity_whole(rowan: Calendar) -> None:
    card = await rowan.ask("Ben", "activity list")
    assert "**Mock interview** · 30 minutes · feedback, interviews" in texts_in(card)
    result = await rowan.person("Ben").select(card, [offered(card)["Mock interview"]])
    assert "With 3 people" in texts_in(result.response)
    assert "a question that you dread" in texts_in(result.response)
    assert result.response is not None
    assert "can do together" in await rowan.press("Ben", "All activities", result.response)


async def test_an_organizer_chooses_another_one_and_the_card_follows(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - DAY)
    assert "Activity **" in texts_in(rowan.card())
    said = await rowan.ask("Ana", "activity choose", activity="skill-share")
    assert "Done: **Skill share**" in texts_in(said)
    assert "Activity **Skill share** · " in texts_in(rowan.card())
    said = await rowan.ask("Ana", "activity choose")
    assert "no activity is chosen" in texts_in(said)
    assert "Activity" not in texts_in(rowan.card())
    assert "No activity is chosen yet" in await rowan.press("Ben", "Agenda")
    assert "Only an organizer" in texts_in(await rowan.ask("Ben", "activity choose", activity="skill-share"))
    assert "no such activity" in texts_in(await rowan.ask("Ana", "activity choose", activity="x"))
    assert (await chosen(rowan))[0] is None


async def test_a_choice_for_a_later_meeting_waits_for_its_card(rowan: Calendar) -> None:
    rows = await rowan.world.rows("SELECT id FROM meetings ORDER BY starts_at")
    await rowan.ask("Ana", "activity choose", activity="skill-share", meeting=str(rows[1]["id"]))
    await rowan.world.until(FIRST - DAY)
    assert "Skill share" not in texts_in(rowan.card())
    await rowan.world.until(FIRST + WEEK - DAY)
    assert "Activity **Skill share**" in texts_in(rowan.card())


async def test_the_lead_rotates_and_the_check_in_shows_agenda_and_roles(rowan: Calendar) -> None:
    leads = []
    for week in range(3):
        start = FIRST + week * WEEK
        await rowan.world.until(start - timedelta(hours=2))
        for name in ("Ana", "Ben", "Cho"):
            await rowan.press(name, "Going")
        await rowan.world.until(start)
        shown = texts_in(check_in(rowan))
        assert "activity led by" in shown
        assert stamp(start, "t") + " Arriving" in shown
        assert " minutes each" in shown
        assert "Agenda" in labels(check_in(rowan))
        [row] = await rowan.world.rows("SELECT * FROM meetings WHERE state = 'open'")
        roles = {row["facilitator_id"], row["timekeeper_id"], row["lead_id"]}
        assert roles == {rowan.person(name).id for name in ("Ana", "Ben", "Cho")}
        assert f"activity led by <@{row['lead_id']}>" in shown
        leads.append(row["lead_id"])
        confirm = await rowan.person("Ana").click(check_in(rowan), label="Close")
        assert confirm.response is not None
        await rowan.press("Ana", "Close the meeting", confirm.response)
    assert leads[0] != leads[1] != leads[2]
    first_three = (await chosen(rowan))[:3]
    assert None not in first_three
    assert len(set(first_three)) == 3


async def test_everything_survives_a_restart(rowan: Calendar) -> None:
    card = await rowan.ask("Ben", "activity wish")
    await rowan.world.until(FIRST - DAY)
    before = await chosen(rowan)
    await rowan.world.restart()
    await rowan.world.run_due()
    assert await chosen(rowan) == before
    assert "Agenda · meeting 1" in await rowan.press("Ben", "Agenda")
    result = await rowan.person("Ben").select(card, [offered(card)["Skill share"]])
    assert "Noted: one activity." in texts_in(result.response)


async def test_forged_keys_and_pages_change_nothing(rowan: Calendar) -> None:
    forgery = Forgery(rowan.world, rowan.channel)
    await forgery.begin()
    group = rowan.circle.group_id
    for custom_id in (f"activity_wish:{group}:0", f"activity_wish:{group}:7", f"activity_open:{group}"):
        for value in ("gone", "'; DROP TABLE meetings", "9" * 30):
            result = await forgery.choose(rowan.person("Ben"), custom_id, value)
            said = texts_in(result.response)
            assert "no such activity" in said or "older message" in said
    async for custom_id, result in forgery.press(
        rowan.person("Ben"), [f"activity_list:{group}:99", "agenda:999999", "activity_list:x", "agenda"]
    ):
        assert texts_in(result.response), custom_id
        assert result.ephemeral
    assert await rowan.world.rows("SELECT * FROM activity_wishes") == []
    stranger = await rowan.ask("Ben", "activity wish")
    taken = await forgery.choose(rowan.person("Zoe"), custom_ids(stranger)[0], "skill-share")
    assert "There is no such group" in texts_in(taken.response)
    assert await rowan.world.rows("SELECT * FROM activity_wishes") == []
