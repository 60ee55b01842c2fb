"""A member who left the server: no role, no mention, no answer by a button; and back when they are seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GuildId, UserId
from buddybot.ui.groups import server_presence
from tests.scenarios.groups.leavers import come_to_know, leave
from tests.scenarios.locations.hosting_turns import announced, offer
from tests.scenarios.locations.places import suggest
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, custom_ids, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
MEMBER = "/guilds/*/members/*"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group of Ana, Ben and Cho that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


def come_back(rowan: Calendar, name: str) -> None:
    """Let them join the server again."""
    rowan.world.env.backend.add_member(rowan.circle.guild.id, rowan.person(name).id)


async def all_answer(rowan: Calendar) -> None:
    """Let everybody say on the card that they come."""
    await rowan.world.until(FIRST - timedelta(hours=23))
    for name in ("Ana", "Ben", "Cho"):
        await rowan.press(name, "Going")


async def roles(rowan: Calendar) -> set[int]:
    """Return who has a role at the first meeting."""
    [row] = await rowan.world.rows(
        "SELECT facilitator_id, timekeeper_id, lead_id FROM meetings WHERE starts_at = :at",
        at=int(FIRST.timestamp()),
    )
    return {value for value in row.values() if value is not None}


async def gone(rowan: Calendar) -> set[int]:
    """Return who is known to have left the server."""
    rows = await rowan.world.rows("SELECT user_id FROM memberships WHERE gone_since IS NOT NULL")
    return {row["user_id"] for row in rows}


def ids(rowan: Calendar, *names: str) -> set[int]:
    """Return the ids of some people."""
    return {rowan.person(name).id for name in names}


def notified(rowan: Calendar, since: int) -> set[int]:
    """Return whom messages notified, of those that were sent after so many requests."""
    found: set[int] = set()
    for request in rowan.world.env.http_requests[since:]:
        if request.method == "POST" and request.path.endswith("/messages"):
            sent: Any = request.json
            found |= {int(each) for each in sent["allowed_mentions"].get("users", ())}
    return found


async def told(rowan: Calendar, name: str) -> str:
    """Return what an organizer reads behind the answer to a command."""
    result = await rowan.person(name).slash(rowan.channel, "next")
    return "\n".join(texts_in(message) for message in result.followups)


async def reminder(rowan: Calendar, name: str) -> discord.Message:
    """Let a person be reminded by direct message."""
    await rowan.opt_in(name)
    await rowan.world.until(FIRST - timedelta(hours=11))
    [message] = rowan.person(name).user.dm_channel.history()
    return message


async def answers(rowan: Calendar) -> list[str]:
    """Return what is stored of answers."""
    return [row["answer"] for row in await rowan.world.rows("SELECT answer FROM rsvps")]


async def test_a_leaver_has_no_role_and_no_mention_when_the_check_in_opens(rowan: Calendar) -> None:
    await all_answer(rowan)
    leave(rowan, "Ben")
    since = len(rowan.world.env.http_requests)
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert await roles(rowan) == ids(rowan, "Ana", "Cho")
    assert notified(rowan, since) == ids(rowan, "Ana", "Cho")
    assert rowan.person("Ben").mention not in texts_in(rowan.said()[-1])
    assert rowan.person("Ben").mention not in texts_in(rowan.card())
    [row] = await rowan.world.rows(
        "SELECT left_at FROM memberships WHERE user_id = :id", id=rowan.person("Ben").id
    )
    assert row["left_at"] is None
    assert await answers(rowan) == ["going"] * 3


async def test_nobody_is_recorded_as_present_who_had_left_before_the_meeting(rowan: Calendar) -> None:
    await all_answer(rowan)
    leave(rowan, "Ben")
    await rowan.world.until(FIRST + timedelta(minutes=80))
    closed = await rowan.close("Ana")
    await rowan.press("Ana", "Record as suggested", closed)
    rows = await rowan.world.rows("SELECT user_id, state FROM attendance ORDER BY id")
    states = {row["user_id"]: row["state"] for row in rows}
    assert states[rowan.person("Ben").id] == "unrecorded"
    assert states[rowan.person("Cho").id] == "present"


async def test_a_deletion_takes_the_word_of_a_leaver_along(rowan: Calendar) -> None:
    leave(rowan, "Ben")
    await come_to_know(rowan, "Ben")
    assert await rowan.world.rows("SELECT 1 FROM notices WHERE code = 'left_server'")
    await rowan.world.bot.services.personal.delete(rowan.circle.actor(rowan.person("Ben")))
    assert await rowan.world.rows("SELECT 1 FROM notices WHERE code = 'left_server'") == []


async def test_organizers_hear_once_of_a_leaver_and_see_them_in_the_groups_card(rowan: Calendar) -> None:
    await all_answer(rowan)
    leave(rowan, "Ben")
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert "has left the server" in await told(rowan, "Ana")
    assert "has left the server" not in await told(rowan, "Ana")
    assert "not in the server at present" in texts_in(await rowan.ask("Ana", "group info"))


async def test_roles_are_handed_on_when_their_holder_turns_out_to_have_left(rowan: Calendar) -> None:
    await all_answer(rowan)
    await rowan.world.until(FIRST + timedelta(minutes=1))
    first = await roles(rowan)
    name = next(each for each in ("Ben", "Cho") if rowan.person(each).id in first)
    leave(rowan, name)
    here = await rowan.world.bot.presence.ask(GuildId(rowan.circle.guild.id), UserId(rowan.person(name).id))
    assert here is False
    assert await roles(rowan) == ids(rowan, *{"Ana", "Ben", "Cho"} - {name})


async def test_a_leavers_turn_to_host_goes_on_when_the_card_goes_up(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    host = "SELECT v.host_id FROM venues v JOIN meetings m ON m.id = v.meeting_id WHERE m.starts_at = :at"
    [row] = await world.rows(host, at=int(FIRST.timestamp()))
    name = next(each for each in ("Ana", "Ben", "Cho") if rowan.person(each).id == row["host_id"])
    leave(rowan, name)
    await world.until(FIRST - timedelta(hours=23))
    [row] = await world.rows(host, at=int(FIRST.timestamp()))
    assert row["host_id"] not in (None, rowan.person(name).id)
    assert rowan.person(name).mention not in texts_in(rowan.card())


async def test_a_host_who_left_is_known_of_in_the_hour_before_the_meeting(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    await suggest(rowan, "Ana", name="Ana's kitchen", access=["quiet"], where="7 Orchard Row")
    await world.until(FIRST - timedelta(hours=20))
    assert "Ana's kitchen" in texts_in(rowan.card())
    leave(rowan, "Ana")
    await world.until(FIRST - timedelta(minutes=61))
    await world.bot.presence.look_ahead()
    assert await gone(rowan) == set()
    await world.until(FIRST - timedelta(minutes=59))
    await world.bot.presence.look_ahead()
    await world.run_due()
    assert await gone(rowan) == ids(rowan, "Ana")
    assert "Ana's kitchen" not in texts_in(rowan.card())
    assert "place and host are still open" in texts_in(rowan.said()[-1])


async def test_members_are_asked_about_once_in_the_hour_before_the_meeting(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(minutes=59))
    since = len(rowan.world.env.http_requests)
    for _ in range(5):
        await rowan.world.bot.presence.look_ahead()
        await rowan.world.pass_time(minutes=2)
    paths = [each.path for each in rowan.world.env.http_requests[since:] if "/members/" in each.path]
    assert len(paths) == len(set(paths)) == 3


async def test_a_leaver_is_left_out_when_too_many_check_ins_are_due_to_ask_again(
    rowan: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    await all_answer(rowan)
    leave(rowan, "Ben")
    await rowan.world.until(FIRST - timedelta(minutes=59))
    await rowan.world.bot.presence.look_ahead()
    monkeypatch.setattr(server_presence, "BURST", 0)
    since = len(rowan.world.env.http_requests)
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert notified(rowan, since) == ids(rowan, "Ana", "Cho")
    assert not [each for each in rowan.world.env.http_requests[since:] if "/members/" in each.path]


@pytest.mark.parametrize("status", [500, 403])
async def test_a_server_that_does_not_tell_ahead_costs_nobody_their_evening(
    rowan: Calendar, status: int
) -> None:
    await rowan.world.until(FIRST - timedelta(minutes=59))
    rowan.world.env.inject_error("GET", MEMBER, status=status)
    since = len(rowan.world.env.http_requests)
    await rowan.world.bot.presence.look_ahead()
    assert await gone(rowan) == set()
    paths = [each.path for each in rowan.world.env.http_requests[since:] if "/members/" in each.path]
    assert len(set(paths)) == 1


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)])
async def test_a_button_of_a_direct_message_is_refused_when_its_reader_left(
    rowan: Calendar, later: timedelta
) -> None:
    message = await reminder(rowan, "Ben")
    leave(rowan, "Ben")
    await rowan.world.sleep_through(seconds=later.total_seconds())
    result = await rowan.person("Ben").user.click(message, label="Going")
    assert "left this server" in texts_in(result.response)
    assert await answers(rowan) == []
    assert await gone(rowan) == ids(rowan, "Ben")


@pytest.mark.parametrize("status", [500, 503])
async def test_a_button_of_a_direct_message_asks_to_try_again_while_discord_does_not_tell(
    rowan: Calendar, status: int
) -> None:
    message = await reminder(rowan, "Ben")
    rowan.world.env.inject_error("GET", MEMBER, status=status)
    result = await rowan.person("Ben").user.click(message, label="Going")
    assert "couldn't ask Discord" in texts_in(result.response)
    assert await answers(rowan) == []
    assert await gone(rowan) == set()
    await rowan.person("Ben").user.click(message, label="Going")
    assert await answers(rowan) == ["going"]


@pytest.mark.parametrize(("status", "code"), [(500, 0), (403, 50001), (404, 0)])
async def test_nobody_loses_a_role_when_discord_does_not_tell(
    rowan: Calendar, status: int, code: int
) -> None:
    await all_answer(rowan)
    for _ in range(3):
        rowan.world.env.inject_error("GET", MEMBER, status=status, code=code)
    since = len(rowan.world.env.http_requests)
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert await gone(rowan) == set()
    assert notified(rowan, since) == ids(rowan, "Ana", "Ben", "Cho")


async def test_a_leaver_stops_direct_messages_by_their_button(rowan: Calendar) -> None:
    message = await reminder(rowan, "Ben")
    leave(rowan, "Ben")
    result = await rowan.person("Ben").user.click(message, label="No more messages")
    assert "no more direct messages" in texts_in(result.response)


async def test_a_leaver_gets_no_direct_message(rowan: Calendar) -> None:
    await rowan.opt_in("Ben")
    leave(rowan, "Ben")
    await rowan.world.until(FIRST - timedelta(hours=11))
    assert rowan.person("Ben").user.dm_channel.history() == []
    states = await rowan.world.rows("SELECT state FROM outbox WHERE kind = 'reminder'")
    assert {row["state"] for row in states} <= {"suppressed", "cancelled"}


@pytest.mark.parametrize("seen_by", ["command", "button", "check-in", "direct message"])
async def test_who_comes_back_takes_part_again_once_seen(rowan: Calendar, seen_by: str) -> None:
    await all_answer(rowan)
    message = None
    if seen_by == "direct message":
        await rowan.opt_in("Ben")
        await rowan.world.bot.services.transactions.write(lambda uow: uow.tx.run("DELETE FROM rsvps"))
        message = await reminder(rowan, "Ben")
    leave(rowan, "Ben")
    await come_to_know(rowan, "Ben")
    assert await gone(rowan) == ids(rowan, "Ben")
    come_back(rowan, "Ben")
    if seen_by == "command":
        await rowan.ask("Ben", "next")
    elif seen_by == "button":
        await rowan.press("Ben", "Late")
    elif message is not None:
        await rowan.person("Ben").user.click(message, label="Going")
        assert "going" in await answers(rowan)
    else:
        await rowan.world.until(FIRST + timedelta(minutes=1))
    assert await gone(rowan) == set()
    await rowan.world.run_due()
    assert rowan.person("Ben").mention in texts_in(rowan.card())
    assert "has left the server" not in await told(rowan, "Ana")


async def test_an_organizer_who_left_is_no_heir_and_gets_no_thanks(rowan: Calendar) -> None:
    leave(rowan, "Ben")
    await come_to_know(rowan, "Ben")
    refused = await rowan.ask("Ana", "group transfer", member=str(rowan.person("Ben").id))
    assert "has left the server" in texts_in(refused)
    refused = await rowan.ask("Ana", "kudos", member=str(rowan.person("Ben").id))
    assert "has left the server" in texts_in(refused)
    asked = await rowan.ask("Ana", "me leave")
    await rowan.press("Ana", "Leave", asked)
    [row] = await rowan.world.rows(
        "SELECT user_id FROM memberships WHERE role = 'organizer' AND left_at IS NULL"
    )
    assert {row["user_id"]} == ids(rowan, "Cho")


@pytest.mark.parametrize("command", ["group transfer", "kudos", "rotation assign"])
async def test_a_leaver_is_given_nothing_when_somebody_names_them(world: World, command: str) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    leave(rowan, "Ben")
    option = "host" if command == "rotation assign" else "member"
    shown = await rowan.ask("Ana", command, **{option: str(rowan.person("Ben").id)})
    assert await gone(rowan) == ids(rowan, "Ben")
    assert rowan.person("Ben").mention not in texts_in(shown)
    rows = await world.rows(
        "SELECT user_id FROM memberships WHERE role = 'organizer' UNION ALL SELECT to_id FROM kudos "
        "UNION ALL SELECT host_id FROM venues WHERE host_id IS NOT NULL"
    )
    assert rowan.person("Ben").id not in {row["user_id"] for row in rows}


async def test_a_stranger_can_ask_nothing_about_who_is_in_the_server(rowan: Calendar) -> None:
    since = len(rowan.world.env.http_requests)
    await rowan.ask("Zoe", "kudos", member=str(rowan.person("Ben").id))
    await rowan.ask("Ana", "kudos", member=str(rowan.person("Zoe").id))
    asked = [each.path for each in rowan.world.env.http_requests[since:] if each.method == "GET"]
    assert not [path for path in asked if "/members/" in path]


async def test_the_floor_goes_on_to_who_is_here_when_the_next_one_left(rowan: Calendar) -> None:
    await all_answer(rowan)
    await rowan.world.until(FIRST + timedelta(minutes=1))
    card = rowan.said()[-1]
    [order] = [
        await rowan.world.rows("SELECT user_id FROM turns ORDER BY position"),
    ]
    first = next(each for each in ("Ana", "Ben", "Cho") if rowan.person(each).id == order[0]["user_id"])
    leave(rowan, first)
    presser = next(each for each in ("Ana", "Ben", "Cho") if each != first)
    begin = next(each for each in custom_ids(card) if each.startswith("next_turn:"))
    await rowan.person(presser).click(card, custom_id=begin)
    [row] = await rowan.world.rows("SELECT user_id FROM turns WHERE started_at IS NOT NULL")
    assert row["user_id"] == order[1]["user_id"]


async def test_an_offer_to_swap_is_closed_when_whom_it_asks_leaves_the_server(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    for name in ("Ana", "Ben", "Cho"):
        await suggest(rowan, name, name=f"Place of {name}", note="")
    await announced(rowan)
    await offer(rowan)
    leave(rowan, "Cho")
    await come_to_know(rowan, "Cho")
    assert await world.rows("SELECT state FROM swaps") == [{"state": "withdrawn"}]


async def test_who_left_the_group_is_not_told_that_they_were_in_none_yet(rowan: Calendar) -> None:
    await rowan.press("Ben", "Leave", await rowan.ask("Ben", "me leave"))
    for command in ("next", "me history", "checkin"):
        assert "not in a buddy group here any more" in texts_in(await rowan.ask("Ben", command))
    assert "not in a buddy group here yet" in texts_in(await rowan.ask("Zoe", "next"))
