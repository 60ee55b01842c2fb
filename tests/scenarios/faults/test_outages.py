"""What happens when the bot, the channel or a permission was away for a while."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from buddybot.storage.engine.database import Tx
from tests.scenarios.circles import Circle, circle
from tests.world import World, custom_ids, labels, texts_in


async def rowan(world: World) -> Circle:
    """A group of three that meets on Sunday at 19:00; Ana organizes it."""
    return await circle(world, "Ana", "Ben", "Cho")


def said(group: Circle, words: str) -> list[str]:
    """What the channel has that says these words."""
    return [text for message in group.channel.history() if words in (text := texts_in(message))]


async def told(group: Circle) -> str:
    """What the organizer is told behind the answer to a harmless command."""
    result = await group.people[0].slash(group.channel, "next")
    return "\n".join(texts_in(message) for message in result.followups)


async def test_a_bot_that_slept_across_the_start_opens_the_check_in_late(world: World) -> None:
    group = await rowan(world)
    await world.until(group.meets - timedelta(hours=2))
    await world.sleep_through(hours=3)
    assert not said(group, "Check-in is open")
    await world.run_due()
    assert len(said(group, "Check-in is open")) == 1
    assert not await told(group)


async def test_a_bot_that_slept_through_the_week_says_what_it_missed_and_goes_on(world: World) -> None:
    group = await rowan(world)
    await world.until(group.meets - timedelta(days=2))
    await world.sleep_through(days=4)
    await world.run_due()
    assert not said(group, "Check-in is open")
    assert not said(group, "Meeting 1")
    first, second = await told(group), await told(group)
    assert "the meeting card" in first + second
    assert "the check-in" in first + second
    assert not await told(group)
    await world.bot.housekeeping.replan()
    await world.until(group.meets + timedelta(days=7, minutes=1))
    assert len(said(group, "Check-in is open")) == 1


async def test_a_meeting_is_on_record_when_the_bot_was_down_from_its_card_on(world: World) -> None:
    group = await rowan(world)
    ana, ben, cho = group.people
    await world.until(group.meets - timedelta(hours=5))
    card = group.channel.last_message
    assert card is not None
    await ben.click(card, label="Going")
    await cho.click(card, label="Can't come")
    await world.sleep_through(days=9)
    await world.bot.housekeeping.replan()
    await world.run_due()
    [row] = await world.rows("SELECT * FROM meetings WHERE slot = '2026-01-04'")
    assert (row["state"], row["closed_at"] - row["ends_at"]) == ("closed", 12 * 3600)
    ledger = await world.rows("SELECT user_id, state FROM attendance WHERE meeting_id = :id", id=row["id"])
    assert {entry["user_id"]: entry["state"] for entry in ledger} == {
        ana.id: "unrecorded",
        ben.id: "unrecorded",
        cho.id: "excused",
    }
    [shown] = [message for message in group.channel.history() if message.id == card.id]
    assert "leaves this meeting out" not in texts_in(shown)
    heard = [await told(group) for _ in range(4)]
    assert "nobody closed meeting 1" in "".join(heard)


async def test_a_deleted_channel_is_told_once_and_another_one_mends_it(world: World) -> None:
    group = await rowan(world)
    await world.until(group.meets - timedelta(days=2))
    other = group.guild.create_text_channel("library")
    world.env.inject_error(
        "POST", f"/channels/{group.channel.id}/messages", status=404, code=10003, times=None
    )
    await world.until(group.meets - timedelta(hours=20))
    before = len(world.env.http_requests)
    await world.run_due()
    assert len(world.env.http_requests) == before
    ana = group.people[0]
    result = await ana.slash(other, "next")
    behind = "\n".join(texts_in(message) for message in result.followups)
    assert "I can't write in" in behind
    assert "the channel is gone" in behind
    form = await ana.slash(other, "group settings")
    await ana.submit_modal(form, {"name": "Rowan", "channel": [other], "capacity": ["10"]})
    await world.run_due()
    card = other.last_message
    assert "Meeting 1" in texts_in(card)
    assert not (await ana.slash(other, "next")).followups


MENDED: dict[str, Callable[[discord.Guild], tuple[Any, ...]]] = {
    "on_guild_role_update": lambda guild: (guild.default_role, guild.default_role),
    "on_guild_role_delete": lambda guild: (guild.default_role,),
    "on_guild_channel_update": lambda guild: (guild.text_channels[0], guild.text_channels[0]),
    "on_thread_update": lambda guild: (None, SimpleNamespace(guild=guild)),
    "on_guild_update": lambda guild: (guild, guild),
    "on_guild_join": lambda guild: (guild,),
    "on_guild_available": lambda guild: (guild,),
    "on_member_update": lambda guild: (guild.me, guild.me),
}


async def hear(world: World, event: str, *about: Any) -> None:
    """Let the bot hear of something in the server."""
    cog = world.bot.get_cog("GuildCog")
    assert cog is not None
    await dict(cog.get_listeners())[event](*about)


async def test_the_bot_hears_of_its_own_new_role_with_the_intent_that_it_has(world: World) -> None:
    """Discord tells each bot of itself, and the library passes it on."""
    world.guild()
    await world.env.settle()
    [guild] = world.bot.guilds
    user = {"id": str(guild.me.id), "username": "TestBot", "discriminator": "0", "avatar": None}
    mine = {"guild_id": str(guild.id), "user": user, "roles": [], "flags": 0, "joined_at": None}
    heard = asyncio.ensure_future(world.bot.wait_for("member_update", timeout=5))
    await asyncio.sleep(0)
    world.bot._connection.parse_guild_member_update(cast("Any", mine))
    assert (await heard)[1] == guild.me


async def test_another_members_new_role_opens_no_channel(world: World) -> None:
    group = await rowan(world)
    [guild] = world.bot.guilds
    await world.bot.services.transactions.write(
        lambda uow: uow.channel_health.close(group.group_id, 50013, world.env.now())
    )
    other = SimpleNamespace(guild=guild)
    await hear(world, "on_member_update", other, other)
    assert await world.rows("SELECT route_error FROM groups") == [{"route_error": 50013}]
    await hear(world, "on_member_update", guild.me, guild.me)
    assert await world.rows("SELECT route_error FROM groups") == [{"route_error": None}]


@pytest.mark.parametrize("how", MENDED)
async def test_a_card_refused_for_want_of_a_permission_goes_out_once_it_is_granted(
    world: World, how: str
) -> None:
    group = await rowan(world)
    await world.until(group.meets - timedelta(days=2))
    path = f"/channels/{group.channel.id}/messages"
    world.env.inject_error("POST", path, status=403, code=50013)
    await world.until(group.meets - timedelta(hours=20))
    assert not said(group, "Meeting 1")
    await hear(world, how, *MENDED[how](world.bot.guilds[0]))
    await world.run_due()
    assert len(said(group, "Meeting 1")) == 1


async def test_the_process_is_replaced_before_during_and_after_a_meeting(world: World) -> None:
    group = await rowan(world)
    _, ben, cho = group.people
    await world.until(group.meets - timedelta(hours=3))
    card = group.channel.last_message
    assert card is not None
    await world.restart()
    assert (await ben.click(card, label="Going")).acknowledged
    await world.until(group.meets + timedelta(minutes=1))
    opened = group.channel.last_message
    assert opened is not None
    await world.restart()
    form = await ben.click(opened, label="Check in")
    await world.restart()
    assert (await ben.submit_modal(form, {"win": "A call back"})).acknowledged
    assert (await cho.click(opened, label="I'm here")).acknowledged
    assert "A call back" not in texts_in(opened)
    assert len(said(group, "Check-in is open")) == 1
    await world.until(group.meets + timedelta(hours=14))
    summary = group.channel.last_message
    assert summary is not None
    assert "A call back" in texts_in(summary)
    await world.restart()
    again = await ben.click(summary, label="Correct my check-in")
    assert again.modal is not None
    assert labels(summary)
    assert custom_ids(summary)
    reports = await world.rows("SELECT user_id, win FROM checkins")
    assert reports == [{"user_id": ben.id, "win": "A call back"}]


async def test_a_crash_after_sending_is_settled_from_the_channels_history(world: World) -> None:
    group = await rowan(world)
    await world.until(group.meets - timedelta(hours=3))
    assert len(said(group, "Meeting 1")) == 1

    async def forget(tx: Tx) -> None:
        """Leave the row as a process does that is killed before it notes the sending."""
        await tx.run(
            """
            UPDATE outbox SET state = 'sending', message_id = NULL, lease_until = 0
            WHERE kind = 'card' AND state = 'sent'
            """
        )

    await world.bot.services.transactions.write(lambda uow: forget(uow.tx))
    await world.restart()
    await world.run_due()
    assert len(said(group, "Meeting 1")) == 1
    [ping] = await world.rows("SELECT message_id FROM outbox WHERE kind = 'card' AND state = 'sent'")
    assert ping["message_id"] == group.channel.history()[-1].id


@pytest.mark.parametrize("how", ["outage", "pause"])
async def test_a_meeting_left_open_for_long_is_settled_as_every_close_settles(world: World, how: str) -> None:
    group = await rowan(world)
    ana, ben, cho = group.people
    await world.until(group.meets - timedelta(hours=20))
    card = group.channel.last_message
    assert card is not None
    await ben.click(card, label="Going")
    await cho.click(card, label="Can't come")
    await world.until(group.meets + timedelta(minutes=5))
    checkin = group.channel.last_message
    assert checkin is not None
    form = await ben.click(checkin, label="Check in")
    await ben.submit_modal(form, {"win": "Wrote to three firms"})
    heard = ""
    if how == "outage":
        await world.sleep_through(days=9)
    else:
        await ana.slash(group.channel, "group pause")
        await world.pass_time(days=9)
        resumed = await ana.slash(group.channel, "group resume")
        heard = "\n".join(texts_in(message) for message in resumed.followups)
    await world.bot.housekeeping.replan()
    await world.run_due()
    [row] = await world.rows("SELECT * FROM meetings WHERE slot = '2026-01-04'")
    assert (row["state"], row["closed_at"] - row["ends_at"]) == ("closed", 12 * 3600)
    ledger = await world.rows("SELECT user_id, state FROM attendance WHERE meeting_id = :id", id=row["id"])
    assert {entry["user_id"]: entry["state"] for entry in ledger} == {
        ana.id: "unrecorded",
        ben.id: "present",
        cho.id: "excused",
    }
    shown = next(message for message in group.channel.history() if message.id == checkin.id)
    assert "Check in" not in labels(shown)
    heard += await told(group)
    assert "nobody closed meeting 1" in heard
    assert "attendance of meeting 1 is not complete, 1 unrecorded" in heard
    assert "**Last meeting** 100" not in texts_in((await ana.slash(group.channel, "group info")).response)
