"""What each person decides for themselves, and how they leave."""

from dataclasses import dataclass

import pytest
import simcord

from tests.scenarios.settling import join, members, press, set_up
from tests.world import World, custom_ids, texts_in


@dataclass
class Place:
    """A server with a group of Olga and Ana."""

    world: World
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    olga: simcord.MemberActor
    ana: simcord.MemberActor


@pytest.fixture
async def place(world: World) -> Place:
    """The place of these stories."""
    guild = world.guild()
    channel = guild.create_text_channel("rowan")
    olga, ana = world.person("Olga", guild, manages=True), world.person("Ana", guild)
    await set_up(olga, channel)
    await join(olga, channel, ana)
    return Place(world, guild, channel, olga, ana)


async def test_settings_are_changed_by_buttons(place: Place) -> None:
    shown = await place.ana.slash(place.channel, "me settings")
    assert shown.ephemeral
    said = texts_in(shown.response)
    assert "**Direct messages** off" in said
    assert "21:00 to 08:00 (as usual here)" in said
    on = await press(place.ana, shown, "Turn direct messages on")
    assert "**Direct messages** on" in texts_in(on.response)
    off = await press(place.ana, on, "Turn the nudge off")
    assert "**Mid-week nudge** off" in texts_in(off.response)
    rows = await place.world.rows(
        "SELECT direct_messages, nudges FROM preferences WHERE user_id = :user", user=place.ana.id
    )
    assert rows == [{"direct_messages": 1, "nudges": 0}]


async def test_quiet_hours_are_written_as_people_write(place: Place) -> None:
    shown = await place.ana.slash(place.channel, "me settings")
    form = await press(place.ana, shown, "Quiet hours")
    kept = await place.ana.submit_modal(form, {"start": "8:30 pm", "end": "9.15"})
    assert "20:30 to 09:15" in texts_in(kept.response)
    for start, end, sentence in (
        ("20:00", "", "both"),
        ("20:00", "20:00", "differ"),
        ("late", "early", "could not read “late”"),
    ):
        form = await press(place.ana, kept, "Quiet hours")
        refused = await place.ana.submit_modal(form, {"start": start, "end": end})
        assert sentence in texts_in(refused.response)
    form = await press(place.ana, kept, "Quiet hours")
    usual = await place.ana.submit_modal(form, {"start": "", "end": ""})
    assert "as usual here" in texts_in(usual.response)


async def test_a_zone_of_ones_own(place: Place) -> None:
    shown = await place.ana.slash(place.channel, "me settings")
    form = await press(place.ana, shown, "Zone")
    kept = await place.ana.submit_modal(form, {"zone": "são paulo"})
    assert "America/Sao Paulo" in texts_in(kept.response)
    form = await press(place.ana, kept, "Zone")
    asked = await place.ana.submit_modal(form, {"zone": "Indiana"})
    assert asked.response is not None
    [select] = custom_ids(asked.response)
    chosen = await place.ana.select(asked.response, ["America/Indiana/Knox"], custom_id=select)
    assert "America/Indiana/Knox" in texts_in(chosen.response)
    form = await press(place.ana, chosen, "Zone")
    back = await place.ana.submit_modal(form, {"zone": ""})
    assert "the group's" in texts_in(back.response)


async def test_a_direct_message_has_a_stop_button_that_works_there(place: Place) -> None:
    shown = await place.ana.slash(place.channel, "me settings")
    await press(place.ana, shown, "Turn direct messages on")
    await place.world.pass_time(days=14)
    mailbox = place.ana.user.dm_channel
    written = [each.id for each in mailbox.history()]
    assert len(written) >= 2, "a reminder of each meeting she had not answered"
    assert mailbox.last_message is not None
    [stop] = [each for each in custom_ids(mailbox.last_message) if each.startswith("dm_stop")]
    stopped = await place.ana.user.click(mailbox.last_message, custom_id=stop)
    assert "no more direct messages" in texts_in(stopped.response)
    await place.world.pass_time(days=21)
    assert [each.id for each in mailbox.history() if not each.flags.ephemeral] == written
    shown = await place.ana.slash(place.channel, "me settings")
    assert "**Direct messages** off" in texts_in(shown.response)


async def test_who_finds_work_is_congratulated(place: Place) -> None:
    before = len([each for each in place.channel.history() if not each.flags.ephemeral])
    asked = await place.ana.slash(place.channel, "me leave")
    assert asked.ephemeral
    assert asked.response is not None
    [why] = [each for each in custom_ids(asked.response) if each.startswith("me_leave_why")]
    said = await place.ana.select(asked.response, ["found_work"], custom_id=why)
    await place.world.restart()
    left = await press(place.ana, said, "Leave")
    assert "Congratulations" in texts_in(left.response)
    assert await members(place.world) == {place.olga.id}
    assert await place.world.rows("SELECT left_reason FROM memberships WHERE left_at IS NOT NULL") == [
        {"left_reason": "found_work"}
    ]
    assert len([each for each in place.channel.history() if not each.flags.ephemeral]) == before
    again = await place.ana.slash(place.channel, "me leave")
    assert "not in a buddy group" in texts_in(again.response)


async def test_staying_changes_nothing(place: Place) -> None:
    asked = await place.ana.slash(place.channel, "me leave")
    stayed = await press(place.ana, asked, "Stay")
    assert "Nothing was changed" in texts_in(stayed.response)
    assert place.ana.id in await members(place.world)


async def test_the_only_organizer_is_told_who_follows(place: Place) -> None:
    asked = await place.olga.slash(place.channel, "me leave")
    assert f"<@{place.ana.id}>, longest in the group" in texts_in(asked.response)
    await press(place.olga, asked, "Leave")
    seen = await place.ana.slash(place.channel, "group info")
    assert f"<@{place.ana.id}> · organizer" in texts_in(seen.response)


async def test_the_last_member_closes_the_door(place: Place) -> None:
    await press(place.ana, await place.ana.slash(place.channel, "me leave"), "Leave")
    asked = await place.olga.slash(place.channel, "me leave")
    assert "will be archived" in texts_in(asked.response)
    await press(place.olga, asked, "Leave")
    assert await place.world.rows("SELECT state FROM groups") == [{"state": "archived"}]


async def test_settings_are_for_members(place: Place) -> None:
    zoe = place.world.person("Zoe", place.guild)
    for command in ("me settings", "me leave"):
        refused = await zoe.slash(place.channel, command)
        assert "not in a buddy group" in texts_in(refused.response)
