"""Whatever is offered while a command is typed is taken by that command: no choice ends in a refusal."""

from datetime import timedelta
from typing import Any

import pytest

from buddybot.domain.groups.groups import Rotation
from tests.scenarios.groups.leavers import come_to_know, leave
from tests.scenarios.locations.hosting_turns import FIRST, SECOND, announced, meeting_id
from tests.scenarios.locations.places import place_id, pressed, suggest
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, offered, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana, Ben and Cho host in turn, each at home; they meet on Tuesdays at 19:00, first on 6 January."""
    made = await calendar(world, rotation=Rotation.TURNS)
    for name in ("Ana", "Ben", "Cho"):
        await suggest(made, name, name=f"Place of {name}", note="")
    return made


async def names(rowan: Calendar, who: str, command: str, option: str, /, **given: Any) -> list[str]:
    """Return what a person is offered for an option of a command, with what they chose before."""
    found = await rowan.person(who).autocomplete(rowan.channel, command, option, "", **given)
    return [str(each["name"]) for each in found]


async def taken(
    rowan: Calendar, who: str, command: str, option: str, /, *, before: str, **given: Any
) -> list[str]:
    """Choose everything that is offered, one after the other, and let each answer begin with `before`."""
    found = await rowan.person(who).autocomplete(rowan.channel, command, option, "", **given)
    for each in found:
        answer = texts_in(await rowan.ask(who, command, **given, **{option: str(each["value"])}))
        assert answer.startswith(before), f"{each['name']}: {answer}"
    return [str(each["name"]) for each in found]


async def test_hosts_and_places_are_offered_when_they_can_be_assigned(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=20))
    await rowan.press("Cho", "Can't come")
    await rowan.press("Ben", "Virtual")
    first, second = await meeting_id(rowan, FIRST), await meeting_id(rowan, SECOND)
    assert await names(rowan, "Ana", "rotation assign", "host", meeting=first) == ["Ana"]
    assert await names(rowan, "Ana", "rotation assign", "host") == ["Ana"]
    everybody = await taken(rowan, "Ana", "rotation assign", "host", meeting=second, before="Done")
    assert everybody == ["Ana", "Ben", "Cho"]
    places = await taken(rowan, "Ana", "rotation assign", "location", meeting=first, before="Done")
    assert places == ["Place of Ana"]
    assert await names(rowan, "Cho", "rotation assign", "host") == []


async def test_a_home_is_not_offered_again_when_its_owner_was_asked(rowan: Calendar) -> None:
    first, ben = await meeting_id(rowan, FIRST), str(rowan.person("Ben").id)
    homes = ["Place of Ana", "Place of Ben", "Place of Cho"]
    assert await names(rowan, "Ana", "rotation assign", "location", meeting=first) == homes
    await rowan.ask("Ana", "rotation assign", meeting=first, location=await place_id(rowan, "Place of Ben"))
    assert await names(rowan, "Ana", "rotation assign", "location", meeting=first) == homes[::2]
    hosted = await names(rowan, "Ana", "rotation assign", "location", meeting=first, host=ben)
    assert hosted == homes  # Ben's own, if he hosts it
    where = await pressed(rowan, "Ana", "Where exactly", await rowan.ask("Ana", "next"))
    choose = await pressed(rowan, "Ana", "Choose the place", where)
    assert sorted(offered(choose)) == homes[::2]


async def test_places_of_one_group_are_offered_when_the_server_has_two(rowan: Calendar) -> None:
    ash = await calendar(rowan.world, name="Ash", guild=rowan.circle.guild, rotation=Rotation.TURNS)
    await suggest(ash, "Ana", name="Hall", note="")
    for command in ("rotation assign", "rotation strategy", "location travel"):
        given = {"rule": "fixed"} if command == "rotation strategy" else {}
        option = "place" if command == "location travel" else "location"
        found = await names(rowan, "Ana", command, option, group=str(ash.circle.group_id), **given)
        assert [name.partition(" · ")[0] for name in found] == ["Hall"]
    assert await names(rowan, "Ana", "rotation strategy", "location", rule="turns") == []


async def test_a_turn_that_nobody_has_is_not_offered_when_it_is_to_be_handed_on(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=20))
    await rowan.press("Ana", "Can't come")
    away = await names(rowan, "Ana", "rotation skip", "meeting", why="the person is away")
    assert away == ["Tuesday 13 January: Ana"]  # she keeps her claim
    assert len(await names(rowan, "Ana", "rotation skip", "meeting", why="no meeting")) == 2


async def test_no_turn_is_offered_when_a_member_has_made_all_their_offers(rowan: Calendar) -> None:
    await announced(rowan)
    ben = rowan.person("Ben")
    assert await names(rowan, "Ben", "rotation swap", "turn") == ["Tuesday 13 January: Ben"]
    for _ in range(3):
        await rowan.ask(
            "Ben",
            "rotation swap",
            **{"turn": "2026-01-13", "with": "2026-01-20"},
        )
        await rowan.world.run_due()
        await ben.click(rowan.said()[-1], label="Withdraw")
    assert await names(rowan, "Ben", "rotation swap", "turn") == []
    assert "Swap a turn" not in texts_in(await rowan.ask("Ben", "rotation show"))


async def test_meetings_are_offered_when_the_command_takes_them(rowan: Calendar) -> None:
    await rowan.ask("Ana", "meeting skip", meeting="2026-01-20")
    assert await names(rowan, "Ana", "meeting start", "meeting") == []
    assert await names(rowan, "Ana", "meeting close", "meeting") == []
    moved = await taken(rowan, "Ana", "meeting move", "meeting", time="20:30", before="Done")
    assert len(moved) == 7
    assert not any("20 January" in name for name in moved)
    await rowan.world.until(FIRST + timedelta(minutes=30))
    first = "Tuesday 6 January, 20:30"
    assert await taken(rowan, "Ana", "meeting start", "meeting", before="The meeting is open") == [first]
    [going_on] = await names(rowan, "Ana", "meeting close", "meeting")
    assert going_on.startswith(first)
    for command in ("meeting skip", "meeting move"):
        assert not any("6 January" in name for name in await names(rowan, "Ana", command, "meeting"))
    assert await names(rowan, "Cho", "meeting cancel", "meeting") == []


async def test_closing_is_offered_to_those_who_may_when_a_meeting_goes_on(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=1))
    for name in ("Ana", "Ben", "Cho"):
        await rowan.press(name, "Going")
    await rowan.world.until(FIRST + timedelta(minutes=1))
    [row] = await rowan.world.rows("SELECT facilitator_id FROM meetings WHERE state = 'open'")
    for name in ("Ana", "Ben", "Cho"):
        may = name == "Ana" or rowan.person(name).id == row["facilitator_id"]
        assert bool(await names(rowan, name, "meeting close", "meeting")) is may
        answer = texts_in(await rowan.ask(name, "meeting close"))
        assert answer.startswith("Close meeting 1?") is may


async def test_days_are_offered_when_there_is_room_for_the_meeting(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(days=1) + timedelta(hours=2))  # Monday, 21:00
    first = await meeting_id(rowan, FIRST)
    days = await names(rowan, "Ana", "meeting move", "date", meeting=first)
    assert days[:2] == ["Wednesday 7 January", "Thursday 8 January"]
    assert "Tuesday 13 January" not in days
    later = await names(rowan, "Ana", "meeting move", "date", meeting=first, time="21:30")
    assert later[:3] == ["Monday 5 January", "Tuesday 6 January", "Wednesday 7 January"]
    assert "Tuesday 13 January" in later
    extra = await names(rowan, "Ana", "meeting schedule", "date")
    assert extra[0] == "Wednesday 7 January"
    assert "Tuesday 13 January" not in extra
    assert "Tuesday 13 January" in await names(rowan, "Ana", "meeting schedule", "date", time="8:00")


async def test_a_day_that_had_an_extra_meeting_is_not_offered_for_another(rowan: Calendar) -> None:
    assert "Thursday 8 January" in await names(rowan, "Ana", "meeting schedule", "date")
    await rowan.ask("Ana", "meeting schedule", date="2026-01-08")
    asked = await rowan.ask("Ana", "meeting cancel", meeting="2026-01-08")
    await pressed(rowan, "Ana", "Cancel the meeting", asked)
    assert "Thursday 8 January" not in await names(rowan, "Ana", "meeting schedule", "date")
    refused = await rowan.ask("Ana", "meeting schedule", date="2026-01-08")
    assert "There was an extra meeting" in texts_in(refused)


async def test_activities_are_offered_when_they_fit_the_meeting(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=20))
    for name in ("Ben", "Cho"):
        await rowan.press(name, "Can't come")
    found = await rowan.person("Ana").autocomplete(rowan.channel, "activity choose", "activity", "")
    assert found
    for each in found:
        answer = texts_in(await rowan.ask("Ana", "activity choose", activity=str(each["value"])))
        assert "please choose another one" not in answer
    second = await meeting_id(rowan, SECOND)
    assert len(await names(rowan, "Ana", "activity choose", "activity", meeting=second)) > len(found)


async def test_people_are_offered_when_they_can_be_chosen(rowan: Calendar) -> None:
    assert await names(rowan, "Ana", "group remove", "member") == ["Ben", "Cho"]
    assert await names(rowan, "Ana", "group transfer", "member") == ["Ben", "Cho"]
    assert await names(rowan, "Ben", "kudos", "member") == ["Ana", "Cho"]
    leave(rowan, "Cho")
    await come_to_know(rowan, "Cho")
    assert await names(rowan, "Ana", "group remove", "member") == ["Ben", "Cho"]
    assert await names(rowan, "Ana", "group transfer", "member") == ["Ben"]
    assert await names(rowan, "Ben", "kudos", "member") == ["Ana"]


async def test_a_group_that_rests_is_not_offered_when_a_command_needs_one_that_meets(rowan: Calendar) -> None:
    await rowan.ask("Ana", "group pause")
    for command in ("meeting skip", "meeting move", "rotation assign", "rotation skip", "activity choose"):
        assert await names(rowan, "Ana", command, "group") == []
        assert await names(rowan, "Ana", command, "meeting") == []
    assert await names(rowan, "Ben", "kudos", "group") == []
    assert await names(rowan, "Ben", "rotation swap", "turn") == []
    assert await names(rowan, "Ana", "group resume", "group") == ["Rowan"]
