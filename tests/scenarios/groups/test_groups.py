"""Running a group: what its organizer can do, what members see, and what strangers do not."""

import asyncio
from dataclasses import dataclass

import pytest
import simcord

from buddybot.ui.help import entries
from tests.scenarios.settling import join, members, press, set_up
from tests.world import World, labels, modal_text, texts_in


@dataclass
class Place:
    """A server with a group of three."""

    world: World
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    olga: simcord.MemberActor
    ana: simcord.MemberActor
    ben: simcord.MemberActor

    async def ask(self, actor: simcord.MemberActor, command: str, **options: object) -> str:
        """Type a command in the group's channel and return the answer."""
        result = await actor.slash(self.channel, command, **options)
        assert result.acknowledged
        return texts_in(result.response)


@pytest.fixture
async def place(world: World) -> Place:
    """The place of these stories."""
    guild = world.guild()
    channel = guild.create_text_channel("rowan")
    olga = world.person("Olga", guild, manages=True)
    ana, ben = world.person("Ana", guild), world.person("Ben", guild)
    await set_up(olga, channel)
    await join(olga, channel, ana, ben)
    return Place(world, guild, channel, olga, ana, ben)


async def test_the_card_shows_members_less_than_organizers(place: Place) -> None:
    await place.olga.slash(place.channel, "group invite", name="Dana")
    seen = await place.ana.slash(place.channel, "group info")
    said = texts_in(seen.response)
    assert "3 of 6" in said
    assert f"<@{place.olga.id}> · organizer" in said
    assert "Thursdays at 19:00 (Europe/London)" in said
    assert "Dana" not in said
    assert seen.ephemeral
    assert seen.response is not None
    assert labels(seen.response) == ["Charter"]
    organizer = await place.olga.slash(place.channel, "group info")
    assert "a code for Dana" in texts_in(organizer.response)


async def test_the_charter_is_the_groups_own(place: Place) -> None:
    shown = await place.olga.slash(place.channel, "group charter")
    form = await press(place.olga, shown, "Change the charter")
    assert "In your own words" in modal_text(form)
    saved = await place.olga.submit_modal(form, {"charter": "# Be *kind*\nand @everyone come"})
    assert "\\# Be \\*kind\\*" in texts_in(saved.response)
    said = await place.ask(place.ana, "group charter")
    assert "@everyone" not in said
    assert "\\# Be" in said
    form = await press(place.olga, shown, "Change the charter")
    await place.olga.submit_modal(form, {"charter": " \u200b "})
    form = await press(place.olga, shown, "Change the charter")
    said = texts_in((await place.olga.submit_modal(form, {"charter": "🔥" * 800})).response)
    assert "has 1600 characters; at most 1500 fit" in said
    assert "\\# Be" in await place.ask(place.ana, "group charter")


async def test_settings_change_the_group_and_its_role(place: Place) -> None:
    other = place.guild.create_text_channel("hazel")
    form = await place.olga.slash(place.channel, "group settings")
    assert form.modal is not None
    assert "'value': 'Rowan group'" in str(form.modal)
    saved = await place.olga.submit_modal(form, {"name": "Hazel", "channel": [other], "capacity": ["3"]})
    assert "Hazel has room for 3" in texts_in(saved.response)
    assert "Hazel" in place.guild.roles
    assert "Hazel" in await place.ask(place.ana, "group info")
    small = await place.olga.slash(place.channel, "group settings")
    refused = await place.olga.submit_modal(small, {"name": "Hazel", "channel": [other], "capacity": ["2"]})
    assert "3 members already" in texts_in(refused.response)


async def test_a_break_and_its_end(place: Place) -> None:
    assert "taking a break" in await place.ask(place.olga, "group pause")
    due = await place.world.rows("SELECT kind FROM outbox WHERE state = 'planned'")
    assert [row["kind"] for row in due] == ["break"]
    assert "taking a break" in await place.ask(place.ana, "group info")
    await place.world.pass_time(days=21)
    before = len(place.channel.history())
    assert "is awake" in await place.ask(place.olga, "group resume")
    await place.world.pass_time(days=7)
    assert len(place.channel.history()) > before


async def test_archiving_asks_once(place: Place) -> None:
    asked = await place.olga.slash(place.channel, "group archive")
    kept = await press(place.olga, asked, "Keep it")
    assert "Nothing was changed" in texts_in(kept.response)
    assert await members(place.world)
    asked = await place.olga.slash(place.channel, "group archive")
    done = await press(place.olga, asked, "Archive it")
    assert "is archived" in texts_in(done.response)
    assert "Rowan group is archived" in await place.ask(place.ana, "group info")
    await place.world.run_due()
    assert await place.world.rows("SELECT id FROM outbox WHERE state = 'planned'") == []


async def test_an_outsider_reads_that_they_are_in_no_group_when_they_name_a_member(place: Place) -> None:
    outsider = place.world.person("Fay", place.guild)
    for command, options in (
        ("kudos", {"member": "Ana"}),
        ("kudos", {"member": str(place.ana.id)}),
        ("group remove", {"member": "Ana"}),
        ("rotation assign", {"host": "Ana"}),
        ("rotation assign", {"location": "the library", "meeting": "9" * 30}),
    ):
        said = await place.ask(outsider, command, **options)
        assert "You are not in a buddy group here" in said, command
    assert "not in the group" in await place.ask(place.ana, "kudos", member="Nobody")


async def test_a_server_without_groups_is_pointed_to_setup_when_anyone_asks(world: World) -> None:
    guild = world.guild()
    channel = guild.create_text_channel("general")
    for person in (world.person("Olga", guild, manages=True), world.person("Ana", guild)):
        for command in ("next", "group info", "away", "me settings", "rotation show"):
            options = {"start": "2026-01-08"} if command == "away" else {}
            result = await person.slash(channel, command, **options)
            assert "`/setup`" in texts_in(result.response), command


async def test_an_answer_leaves_nothing_in_memory(place: Place) -> None:
    before = len(asyncio.all_tasks())
    for command in ("group info", "group charter", "me settings", "next", "help"):
        await place.ask(place.ana, command)
    assert len(asyncio.all_tasks()) == before
    assert place.world.bot.persistent_views == []


async def test_members_cannot_do_what_organizers_do(place: Place) -> None:
    for command, options in (
        ("group invite", {"member": place.ben}),
        ("group invite", {}),
        ("group settings", {}),
        ("group pause", {}),
        ("group resume", {}),
        ("group archive", {}),
        ("group remove", {"member": str(place.ben.id)}),
        ("group transfer", {"member": str(place.ana.id)}),
    ):
        assert "Only an organizer" in await place.ask(place.ana, command, **options), command
    assert len(await members(place.world)) == 3


async def test_a_button_after_demotion_does_nothing(place: Place) -> None:
    asked = await place.olga.slash(place.channel, "group remove", member=str(place.ben.id))
    seen = await place.olga.slash(place.channel, "group info")
    await place.ask(place.olga, "group transfer", member=str(place.ana.id))
    refused = await press(place.olga, asked, "Let them go")
    assert "Only an organizer" in texts_in(refused.response)
    for label in ("Invite somebody", "Make a code", "Settings"):
        assert "Only an organizer" in texts_in((await press(place.olga, seen, label)).response)
    assert place.ben.id in await members(place.world)


async def test_somebody_is_let_go_quietly_and_may_come_back(place: Place) -> None:
    before = len(place.channel.history())
    asked = await place.olga.slash(place.channel, "group remove", member=str(place.ben.id))
    assert "Nothing is announced" in texts_in(asked.response)
    done = await press(place.olga, asked, "Let them go")
    assert "no longer in Rowan group" in texts_in(done.response)
    visible = [message for message in place.channel.history() if not message.flags.ephemeral]
    assert len(visible) == before
    assert "Ask an organizer for an invitation" in await place.ask(place.ben, "group info")
    again = await place.ask(place.olga, "group remove", member=str(place.ben.id))
    assert "not in the group" in again
    await join(place.olga, place.channel, place.ben)
    assert place.ben.id in await members(place.world)


async def test_two_organizers_and_a_handing_over(place: Place) -> None:
    shared = await place.ask(place.olga, "group transfer", member=str(place.ana.id), stay_organizer=True)
    assert "together with you" in shared
    assert "Only an organizer" not in await place.ask(place.ana, "group resume")
    await place.ask(place.ana, "group transfer", member=f"<@{place.ben.id}>")
    assert "Only an organizer" in await place.ask(place.ana, "group resume")
    assert "not in the group" in await place.ask(place.ben, "group transfer", member="123456789012345678")
    assert "not in the group" in await place.ask(place.ben, "group transfer", member="everybody")


async def test_autocomplete_offers_what_is_ones_own(place: Place) -> None:
    birch = place.guild.create_text_channel("birch")
    await set_up(place.olga, birch, "Birch")
    offered = await place.olga.autocomplete(place.channel, "group info", "group", "")
    assert [choice["name"] for choice in offered] == ["Birch", "Rowan group"]
    offered = await place.olga.autocomplete(place.channel, "group info", "group", "bir")
    assert [choice["name"] for choice in offered] == ["Birch"]
    offered = await place.ana.autocomplete(place.channel, "group info", "group", "")
    assert [choice["name"] for choice in offered] == ["Rowan group"]
    assert await place.ana.autocomplete(place.channel, "group pause", "group", "") == []
    rowan = (await place.olga.autocomplete(place.channel, "group info", "group", "rowan"))[0]["value"]
    people = await place.olga.autocomplete(place.channel, "group remove", "member", "an", group=rowan)
    assert [choice["name"] for choice in people] == ["Ana"]
    assert await place.olga.autocomplete(place.channel, "group remove", "member", "", group="x") == []


async def test_a_person_in_two_groups_is_asked_which(place: Place) -> None:
    birch = place.guild.create_text_channel("birch")
    await set_up(place.olga, birch, "Birch")
    lobby = place.guild.create_text_channel("lobby")
    asked = await place.olga.slash(lobby, "group info")
    assert "more than one group" in texts_in(asked.response)
    assert "## Birch" in texts_in((await place.olga.slash(birch, "group info")).response)
    assert "## Rowan group" in texts_in((await place.olga.slash(place.channel, "group info")).response)


async def test_what_is_anothers_looks_like_what_is_not(place: Place) -> None:
    other = place.world.guild("Elsewhere")
    there = other.create_text_channel("rowan")
    eve = place.world.person("Eve", other, manages=True)
    await set_up(eve, there)
    [mine] = await place.world.rows("SELECT id FROM groups WHERE guild_id = :guild", guild=place.guild.id)
    answers = set()
    for value in (str(mine["id"]), "999999", "-1", "x" * 90, "\u0661"):
        result = await eve.slash(there, "group info", group=value)
        answers.add(texts_in(result.response))
    assert answers == {"There is no such group that you are in. Choose one from the list."}


async def test_who_manages_the_server_rescues_a_group_without_a_look_inside(place: Place) -> None:
    rita = place.world.person("Rita", place.guild, manages=True)
    [group] = await place.world.rows("SELECT id FROM groups")
    value = str(group["id"])
    offered = await rita.autocomplete(place.channel, "group transfer", "group", "")
    assert [choice["value"] for choice in offered] == [value]
    said = await place.ask(rita, "group transfer", member=str(place.ana.id), group=value)
    assert f"<@{place.ana.id}> organizes Rowan group now" in said
    assert "not in a buddy group" in await place.ask(rita, "group info")
    assert "no such group" in await place.ask(rita, "group archive", group=value)


async def test_help_shows_what_this_person_can_do(place: Place) -> None:
    stranger = place.world.person("Zoe", place.guild)
    said = await place.ask(stranger, "help")
    assert "Entry is by invitation" in said
    assert "/privacy" in said
    assert "For organizers" not in said
    assert "/setup" not in said
    member = await place.ask(place.ana, "help")
    assert "In your group" in member
    assert "For organizers" not in member
    organizer = await place.ask(place.olga, "help")
    assert "For organizers" in organizer
    assert "/setup" in organizer


async def test_every_command_was_placed_in_help_on_purpose(place: Place) -> None:
    by_audience: dict[str, set[str]] = {}
    for entry in entries(place.world.bot.tree.get_commands()):
        by_audience.setdefault(entry.audience.value, set()).add(entry.name.split()[0])
    assert by_audience == {
        "everyone": {"help", "privacy", "me"},
        "member": {
            *("next", "checkin", "away", "commit", "me", "group"),
            *("location", "meeting", "rotation", "activity", "feedback", "kudos", "attendance"),
        },
        "organizer": {"group", "meeting", "attendance", "rotation", "activity", "health"},
        "manager": {"setup"},
    }


async def test_privacy_says_how_data_goes(place: Place) -> None:
    said = await place.ask(place.ana, "privacy")
    assert "What I store" in said
    assert "30 days" in said


@pytest.mark.parametrize("unavailable", [False, True])
async def test_a_server_that_removes_the_bot_is_marked_and_nothing_is_lost(
    place: Place, unavailable: bool
) -> None:
    farewell: dict[str, object] = {"id": str(place.guild.id)}
    place.world.env.backend.emit(
        "GUILD_DELETE", {**farewell, "unavailable": True} if unavailable else farewell
    )
    await place.world.env.settle()
    marks = "SELECT gone_since IS NULL AS here FROM guilds WHERE guild_id <> 0"
    assert [bool(row["here"]) for row in await place.world.rows(marks)] == [unavailable]
    await place.world.restart()
    assert [bool(row["here"]) for row in await place.world.rows(marks)] == [True]
    assert len(await members(place.world)) == 3
    assert await place.world.rows("SELECT id FROM outbox WHERE state = 'planned'")


async def test_settings_keep_another_organizers_change_when_both_forms_were_open(place: Place) -> None:
    await place.olga.slash(place.channel, "group transfer", member=str(place.ben.id), stay_organizer=True)
    first = await place.olga.slash(place.channel, "group settings")
    second = await place.ben.slash(place.channel, "group settings")
    same = {"name": "Rowan", "channel": [place.channel], "capacity": ["6"]}
    await place.olga.submit_modal(first, same | {"capacity": ["8"]})
    await place.ben.submit_modal(second, same | {"name": "Hazel"})
    [row] = await place.world.rows("SELECT name, capacity, channel_id FROM groups")
    assert row == {"name": "Hazel", "capacity": 8, "channel_id": place.channel.id}


async def test_minimum_keeps_another_organizers_change_when_both_forms_were_open(place: Place) -> None:
    await place.olga.slash(place.channel, "group transfer", member=str(place.ben.id), stay_organizer=True)
    forms = []
    for organizer in (place.olga, place.ben):
        info = await organizer.slash(place.channel, "group info")
        forms.append(await press(organizer, info, "Answers"))
    await place.olga.submit_modal(forms[0], {"minimum": ["3"], "hours": "24"})
    await place.ben.submit_modal(forms[1], {"minimum": ["0"], "hours": "12"})
    [row] = await place.world.rows("SELECT minimum, answer_hours FROM groups")
    assert row == {"minimum": 3, "answer_hours": 12}


async def test_charter_shows_both_when_two_organizers_wrote_at_once(place: Place) -> None:
    await place.olga.slash(place.channel, "group transfer", member=str(place.ben.id), stay_organizer=True)
    forms = []
    for organizer in (place.olga, place.ben):
        shown = await organizer.slash(place.channel, "group charter")
        forms.append(await press(organizer, shown, "Change the charter"))
    await place.olga.submit_modal(forms[0], {"charter": "We bring cake."})
    clash = await place.ben.submit_modal(forms[1], {"charter": "We bring tea."})
    said = texts_in(clash.response)
    assert (
        said.index("We bring cake.") < said.index("Another organizer changed") < said.index("We bring tea.")
    )
    assert await place.world.rows("SELECT charter FROM groups") == [{"charter": "We bring cake."}]
