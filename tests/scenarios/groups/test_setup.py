"""From nothing to a group with its first meeting, as an organizer sees it."""

from datetime import UTC, datetime

import discord
import pytest
import simcord

from tests.scenarios.settling import WHEN, about, answer_when, join, press, set_up
from tests.world import World, custom_ids, labels, modal_text, texts_in


@pytest.fixture
def guild(world: World) -> simcord.GuildHandle:
    """A server."""
    return world.guild()


@pytest.fixture
def channel(guild: simcord.GuildHandle) -> simcord.ChannelHandle:
    """Its channel for the group."""
    return guild.create_text_channel("rowan")


@pytest.fixture
def olga(world: World, guild: simcord.GuildHandle) -> simcord.MemberActor:
    """A person who manages the server."""
    return world.person("Olga", guild, manages=True)


def roles_of(world: World, guild: simcord.GuildHandle, person: simcord.MemberActor) -> set[int]:
    """Return the roles that Discord shows on a person."""
    return set(world.env.backend.get_member(guild.id, person.id).role_ids)


async def test_setup_ends_with_a_group_and_its_first_meeting(
    world: World, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    started = await olga.slash(channel, "setup")
    assert started.ephemeral
    form = await press(olga, started, "When do you meet?")
    assert "City or zone" in modal_text(form)
    checked = await olga.submit_modal(form, WHEN)
    first = datetime(2026, 1, 1, 19, tzinfo=UTC)
    said = texts_in(checked.response)
    assert "Thursdays at 19:00 (Europe/London), every week, 75 minutes" in said
    assert f"<t:{int(first.timestamp())}:F>" in said
    form = await press(olga, checked, "Yes: name and channel")
    for asked in ("Home channel", "Turns: everybody hosts in turn", "Fixed: always the same place"):
        assert asked in modal_text(form)
    done = await olga.submit_modal(form, about(channel, "Rowan group"))
    said = texts_in(done.response)
    assert "Rowan group is set up" in said
    assert f"<t:{int(first.timestamp())}:F>" in said
    assert f"<#{channel.id}>" in said
    assert done.response is not None
    assert {"Invite somebody", "Make a code"} <= set(labels(done.response))
    assert await world.rows("SELECT name, capacity, rotation, zone, state FROM groups") == [
        {
            "name": "Rowan group",
            "capacity": 6,
            "rotation": "turns",
            "zone": "Europe/London",
            "state": "active",
        }
    ]
    await world.until(first)
    assert any("Rowan group" in texts_in(message) for message in channel.history())


async def test_a_restart_between_the_forms_loses_nothing(
    world: World, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    checked = await answer_when(olga, channel, time="7:30 pm", zone="new york", weeks=["2"])
    await world.restart()
    form = await press(olga, checked, "Yes: name and channel")
    await world.restart()
    done = await olga.submit_modal(form, about(channel, capacity=["4"]))
    assert "Rowan is set up" in texts_in(done.response)
    rows = await world.rows("SELECT local_time, zone, every_weeks FROM schedules")
    assert rows == [{"local_time": "19:30", "zone": "America/New_York", "every_weeks": 2}]


async def test_what_was_answered_can_be_corrected(
    world: World, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    checked = await answer_when(olga, channel)
    form = await press(olga, checked, "Change it")
    assert form.modal is not None
    assert "Europe/London" in str(form.modal)
    assert "'value': '19:00'" in str(form.modal)
    corrected = await olga.submit_modal(form, {**WHEN, "time": "18:15", "zone": "Europe/London"})
    assert "18:15" in texts_in(corrected.response)


async def test_a_city_that_fits_several_zones_is_asked_about(
    world: World, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    asked = await answer_when(olga, channel, zone="Indiana")
    assert "More than one zone fits" in texts_in(asked.response)
    assert asked.response is not None
    [select] = [each for each in custom_ids(asked.response) if each.startswith("setup_zone")]
    chosen = await olga.select(asked.response, ["America/Indiana/Vevay"], custom_id=select)
    assert "America/Indiana/Vevay" in texts_in(chosen.response)
    form = await press(olga, chosen, "Yes: name and channel")
    await olga.submit_modal(form, about(channel))
    assert await world.rows("SELECT zone FROM groups") == [{"zone": "America/Indiana/Vevay"}]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"zone": "Atlantis"}, "no time zone “Atlantis”"),
        ({"zone": "@everyone [x](https://evil.example)"}, "no time zone"),
        ({"time": "25:00"}, "could not read “25:00”"),
        ({"time": "seven"}, "could not read “seven”"),
    ],
)
async def test_an_answer_that_cannot_be_is_one_sentence(
    world: World,
    channel: simcord.ChannelHandle,
    olga: simcord.MemberActor,
    answers: dict[str, str],
    sentence: str,
) -> None:
    refused = await answer_when(olga, channel, **answers)
    assert refused.ephemeral
    assert sentence in texts_in(refused.response)
    assert "@everyone" not in texts_in(refused.response)
    assert await world.rows("SELECT id FROM groups") == []


async def test_setup_needs_manage_server(
    world: World, guild: simcord.GuildHandle, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    ana = world.person("Ana", guild)
    with pytest.raises(simcord.SetupError):
        await ana.slash(channel, "setup")  # Discord hides it from her
    refused = await ana.slash(channel, "group create")
    assert "Manage Server" in texts_in(refused.response)
    started = await olga.slash(channel, "setup")
    assert started.response is not None
    form = await press(olga, started, "When do you meet?")
    await olga.submit_modal(form, WHEN)


async def test_a_demoted_person_cannot_finish_the_form(
    world: World, guild: simcord.GuildHandle, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    checked = await answer_when(olga, channel)
    form = await press(olga, checked, "Yes: name and channel")
    world.env.backend.edit_role(guild.id, guild.roles["Managers"].id, {"permissions": 0})
    await world.env.settle()
    refused = await olga.submit_modal(form, about(channel))
    assert "Manage Server" in texts_in(refused.response)
    assert await world.rows("SELECT id FROM groups") == []


async def test_a_channel_that_the_bot_cannot_use_is_refused_by_name(
    world: World, guild: simcord.GuildHandle, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    closed = guild.create_text_channel(
        "closed",
        overwrites={
            guild.default_role: discord.PermissionOverwrite(read_message_history=False, attach_files=False)
        },
    )
    refused = await set_up(olga, channel, home=closed)
    assert "Attach Files, Read Message History" in texts_in(refused.response)
    assert await world.rows("SELECT id FROM groups") == []
    done = await set_up(olga, channel)
    assert "is set up" in texts_in(done.response)


async def test_a_taken_name_and_hostile_names(
    world: World, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    await set_up(olga, channel, "Rowan")
    assert "already" in texts_in((await set_up(olga, channel, "ROWAN")).response)
    done = await set_up(olga, channel, "@everyone **x** <t:0:R>")
    assert "\\*\\*x\\*\\*" in texts_in(done.response)
    assert "@everyone" not in texts_in(done.response)
    assert (
        "please write something" in texts_in((await set_up(olga, channel, "\u3164\u200b")).response).lower()
    )


async def test_the_bot_keeps_a_role_for_the_group_where_it_may(
    world: World, guild: simcord.GuildHandle, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    await set_up(olga, channel, "Rowan")
    role = guild.roles["Rowan"]
    assert await world.rows("SELECT role_id FROM groups") == [{"role_id": role.id}]
    ana = world.person("Ana", guild)
    await join(olga, channel, ana)
    assert roles_of(world, guild, ana) == {role.id}
    leaving = await ana.slash(channel, "me leave")
    await press(ana, leaving, "Leave")
    assert roles_of(world, guild, ana) == set()
    asked = await olga.slash(channel, "group archive")
    await press(olga, asked, "Archive it")
    assert "Rowan" not in guild.roles


async def test_everything_works_where_the_bot_may_not_manage_roles(
    world: World, guild: simcord.GuildHandle, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    own = guild.roles["TestBot"].id
    allowed = discord.Permissions.all() & ~discord.Permissions(manage_roles=True, administrator=True)
    world.env.backend.edit_role(guild.id, own, {"permissions": allowed.value})
    await world.env.settle()
    assert "is set up" in texts_in((await set_up(olga, channel, "Rowan")).response)
    await join(olga, channel, world.person("Ana", guild))
    assert "Rowan" not in guild.roles
    assert await world.rows("SELECT role_id FROM groups") == [{"role_id": None}]


async def test_a_role_that_discord_refuses_stops_nothing(
    world: World, guild: simcord.GuildHandle, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    world.env.inject_error("POST", "/guilds/*/roles", status=403, code=50013)
    assert "is set up" in texts_in((await set_up(olga, channel, "Rowan")).response)
    await join(olga, channel, world.person("Ana", guild))
    assert "Rowan" not in guild.roles


async def test_the_same_name_in_two_servers_is_two_groups(
    world: World, channel: simcord.ChannelHandle, olga: simcord.MemberActor
) -> None:
    await set_up(olga, channel, "Rowan")
    other = world.guild("Elsewhere")
    there = other.create_text_channel("rowan")
    olga_there = world.person("Olga", other, manages=True)
    done = await set_up(olga_there, there, "Rowan")
    assert "Rowan is set up" in texts_in(done.response)
    assert len(await world.rows("SELECT DISTINCT guild_id FROM groups")) == 2
    shown = await olga_there.slash(there, "group info")
    assert f"<#{there.id}>" in texts_in(shown.response)
    assert f"<#{channel.id}>" not in texts_in(shown.response)
