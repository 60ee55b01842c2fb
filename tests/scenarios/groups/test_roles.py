"""A group's role in Discord: one, never a second; given and taken in the end, whatever stands in between."""

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
import simcord

from buddybot.domain.ids import GuildId, UserId
from buddybot.ui.groups.discord_roles import LiveRoles
from tests.scenarios.circles import Circle, circle
from tests.world import World, texts_in

ROLES = "/guilds/*/roles"
HOLDER = "/guilds/*/members/*/roles/*"
MEMBER = "/guilds/*/members/*"


@pytest.fixture
async def rowan(world: World) -> Circle:
    """A group of Ana and Ben, whose role was made."""
    made = await circle(world, "Ana", "Ben")
    await world.run_due()
    assert holders(made) == {"Ana", "Ben"}
    return made


def named(rowan: Circle, name: str = "Rowan") -> list[int]:
    """Return the server's roles of a name."""
    roles = rowan.world.env.backend.get_guild(rowan.guild.id).roles
    return [role.id for role in roles.values() if role.name == name]


def holders(rowan: Circle) -> set[str]:
    """Return who has the group's role."""
    members = rowan.world.env.backend.get_guild(rowan.guild.id).members
    mine = set(named(rowan))
    ids = {name: rowan.world.person(name, rowan.guild).id for name in ("Ana", "Ben", "Zoe")}
    return {name for name, user in ids.items() if user in members and mine & set(members[user].role_ids)}


async def invite(rowan: Circle) -> simcord.MemberActor:
    """Let Zoe accept an invitation."""
    zoe = rowan.world.person("Zoe", rowan.guild)
    await rowan.people[0].slash(rowan.channel, "group invite", member=zoe)
    card = [message for message in rowan.channel.history() if not message.flags.ephemeral][-1]
    shown = await zoe.click(card, label="Read the charter")
    assert shown.response is not None
    await zoe.click(shown.response, label="Join")
    return zoe


async def press(rowan: Circle, person: simcord.MemberActor, command: str, label: str) -> str:
    """Let a person type a command and press a button of the answer."""
    asked = await person.slash(rowan.channel, command)
    assert asked.response is not None
    return texts_in((await person.click(asked.response, label=label)).response)


async def tasks(world: World) -> list[dict[str, object]]:
    """Return what is still to be settled."""
    return await world.rows("SELECT group_id, user_id FROM role_tasks")


async def test_a_second_role_is_never_made_beside_one_that_the_bot_may_not_touch(
    rowan: Circle, world: World
) -> None:
    [role] = named(rowan)
    own = rowan.guild.roles["TestBot"].id
    backend = world.env.backend
    backend.edit_role(rowan.guild.id, role, {"position": 50})
    backend.edit_role(rowan.guild.id, own, {"position": 1})
    await world.env.settle()
    await rowan.people[0].slash(rowan.channel, "group pause")
    await world.bot.services.transactions.write(
        lambda uow: uow.role_tasks.ask(rowan.group_id, 0, world.now),  # type: ignore[arg-type]
    )
    await invite(rowan)
    await world.run_due()
    assert named(rowan) == [role]
    assert holders(rowan) == {"Ana", "Ben"}
    backend.edit_role(rowan.guild.id, own, {"position": 60})
    await world.env.settle()
    await world.pass_time(hours=2)
    assert named(rowan) == [role]
    assert holders(rowan) == {"Ana", "Ben", "Zoe"}
    assert await tasks(world) == []


async def test_two_processes_make_one_role(world: World) -> None:
    rowan = await circle(world, "Ana", "Ben")
    second = LiveRoles(world.bot, world.bot.services)
    first_settles = world.bot.live.roles.settle(rowan.group_id)
    await asyncio.gather(first_settles, second.settle(rowan.group_id))
    await world.run_due()
    assert len(named(rowan)) == 1
    assert await tasks(world) == []


@pytest.mark.parametrize("noted", [False, True])
async def test_a_role_that_was_made_and_not_noted_is_found_again(world: World, noted: bool) -> None:
    rowan = await circle(world, "Ana", "Ben")
    older = rowan.guild.create_role("Rowan")
    await world.sleep_through(hours=1)
    services = world.bot.services
    await services.transactions.write(lambda uow: uow.role_tasks.claim(rowan.group_id, world.now))
    lost = None if noted else rowan.guild.create_role("Rowan")
    await world.run_due()
    assert await world.rows("SELECT role_id FROM groups") == [{"role_id": None}]
    await world.pass_time(hours=1)
    [row] = await world.rows("SELECT role_id FROM groups")
    assert row["role_id"] != older.id
    if lost is not None:
        assert row["role_id"] == lost.id
    assert len(named(rowan)) == 2


async def test_a_group_that_is_archived_while_its_role_is_made_has_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rowan = await circle(world, "Ana", "Ben")
    services = world.bot.services
    made = type(services.role_tasks).note_made

    async def late(self: object, group: object, role_id: object) -> bool:
        await services.groups.archive(rowan.actor(rowan.people[0]), rowan.group_id)
        return await made(self, group, role_id)  # type: ignore[arg-type]

    monkeypatch.setattr(type(services.role_tasks), "note_made", late)
    await world.run_due()
    monkeypatch.undo()
    await world.pass_time(hours=3)
    assert named(rowan) == []


@pytest.mark.parametrize("fault", ["reset", "500"])
@pytest.mark.parametrize("deed", ["leave", "delete", "remove", "archive", "accept"])
async def test_a_broken_connection_only_delays_what_becomes_of_a_role(
    rowan: Circle, world: World, monkeypatch: pytest.MonkeyPatch, deed: str, fault: str
) -> None:
    broken = [True]
    send = world.bot.http.request

    async def request(route: object, **options: object) -> object:
        path = str(getattr(route, "path", ""))
        if broken[0] and ("/members/" in path or "/roles" in path):
            if fault == "reset":
                raise aiohttp.ClientOSError(104, "Connection reset by peer")
            answer: Any = SimpleNamespace(status=500, reason="no", headers={})
            raise discord.DiscordServerError(answer, {"code": 0})
        return await send(route, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(world.bot.http, "request", request)
    ana, ben = rowan.people
    if deed == "leave":
        said = await press(rowan, ben, "me leave", "Leave")
    elif deed == "delete":
        said = await press(rowan, ben, "me delete", "Delete everything")
    elif deed == "remove":
        asked = await ana.slash(rowan.channel, "group remove", member=str(ben.id))
        assert asked.response is not None
        said = texts_in((await ana.click(asked.response, label="Let them go")).response)
    elif deed == "archive":
        said = await press(rowan, ana, "group archive", "Archive it")
    else:
        broken[0] = False
        zoe = world.person("Zoe", rowan.guild)
        await ana.slash(rowan.channel, "group invite", member=zoe)
        card = [message for message in rowan.channel.history() if not message.flags.ephemeral][-1]
        shown = await zoe.click(card, label="Read the charter")
        assert shown.response is not None
        broken[0] = True
        said = texts_in((await zoe.click(shown.response, label="Join")).response)
    assert "went wrong" not in said
    assert ("couldn't take your role in Discord yet" in said) is (deed == "delete")
    assert await tasks(world)
    broken[0] = False
    await world.pass_time(hours=2)
    expected = {"archive": set(), "accept": {"Ana", "Ben", "Zoe"}}.get(deed, {"Ana"})
    assert holders(rowan) == expected
    assert bool(named(rowan)) is (deed != "archive")
    assert await tasks(world) == []


async def test_who_has_not_agreed_to_the_servers_rules_gets_the_role_afterwards(
    rowan: Circle, world: World
) -> None:
    zoe = world.person("Zoe", rowan.guild)
    member = world.env.backend.get_member(rowan.guild.id, zoe.id)
    member.pending = True
    await invite(rowan)
    await world.pass_time(days=8)
    assert holders(rowan) == {"Ana", "Ben"}
    member.pending = False
    await world.pass_time(hours=2)
    assert holders(rowan) == {"Ana", "Ben", "Zoe"}
    assert await tasks(world) == []


async def test_who_comes_back_to_the_server_gets_the_role_again(rowan: Circle, world: World) -> None:
    ben = rowan.people[1]
    world.env.backend.remove_member(rowan.guild.id, ben.id)
    await world.bot.presence.ask(GuildId(rowan.guild.id), UserId(ben.id))
    world.env.backend.add_member(rowan.guild.id, ben.id)
    assert holders(rowan) == {"Ana"}
    await ben.slash(rowan.channel, "next")
    await world.run_due()
    assert holders(rowan) == {"Ana", "Ben"}


async def test_a_role_is_given_up_after_a_week_where_it_cannot_be_taken(rowan: Circle, world: World) -> None:
    own = rowan.guild.roles["TestBot"].id
    await press(rowan, rowan.people[1], "me leave", "Leave")
    assert await tasks(world) == []
    world.env.backend.edit_role(rowan.guild.id, own, {"permissions": 0})
    await world.env.settle()
    await world.bot.services.transactions.write(
        lambda uow: uow.role_tasks.ask(rowan.group_id, UserId(rowan.people[1].id), world.now),
    )
    await world.pass_time(days=6)
    assert await tasks(world)
    await world.pass_time(days=2)
    await world.bot.live.roles.settle()
    assert await tasks(world) == []


async def test_nothing_of_a_person_is_kept_for_their_role_when_their_data_is_deleted(
    rowan: Circle, world: World
) -> None:
    ben = rowan.people[1]
    said = await press(rowan, ben, "me delete", "Delete everything")
    assert said.startswith("Everything about you is deleted. I wish you well.")
    assert holders(rowan) == {"Ana"}
    assert await tasks(world) == []


async def test_a_role_that_outlived_a_membership_is_taken_when_the_data_is_deleted(
    rowan: Circle, world: World
) -> None:
    ben = rowan.people[1]
    for _ in range(2):
        world.env.inject_error("GET", MEMBER, status=403, code=50001)
    await press(rowan, ben, "me leave", "Leave")
    assert holders(rowan) == {"Ana", "Ben"}
    said = await press(rowan, ben, "me delete", "Delete everything")
    assert "- Rowan in" in said
    assert len(await tasks(world)) == 1
    await world.pass_time(hours=7)
    assert holders(rowan) == {"Ana"}
    assert await tasks(world) == []


async def test_the_bot_takes_a_role_when_the_host_deleted_a_persons_data(rowan: Circle, world: World) -> None:
    ben = UserId(rowan.people[1].id)
    erased = await world.bot.services.personal.erase(ben)
    assert [each.id for each in erased.roles] == [rowan.group_id]
    await world.restart()
    await world.pass_time(minutes=2)
    assert holders(rowan) == {"Ana"}
    assert await tasks(world) == []
    assert (await world.bot.services.personal.deletion(ben)).holdings.counts == {}


async def test_an_id_is_kept_for_a_role_for_a_week_at_most_when_the_bot_was_removed(
    rowan: Circle, world: World
) -> None:
    await world.bot.services.personal.erase(UserId(rowan.people[1].id))
    await world.bot.services.guilds.mark_gone(GuildId(rowan.guild.id))
    await world.pass_time(days=6)
    assert await tasks(world)
    await world.pass_time(days=1, minutes=5)
    assert await tasks(world) == []


async def test_a_role_comes_back_when_it_was_taken_and_no_deletion_followed(
    rowan: Circle, world: World
) -> None:
    """The process is killed in between."""
    ben = rowan.people[1]
    await world.bot.live.roles.take_from(UserId(ben.id))
    assert holders(rowan) == {"Ana"}
    await world.run_due()
    assert holders(rowan) == {"Ana"}
    await world.restart()
    await world.pass_time(minutes=10)
    assert holders(rowan) == {"Ana", "Ben"}
