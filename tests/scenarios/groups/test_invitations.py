"""The only way into a group, as the invited person and everybody else sees it."""

from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord

from tests.scenarios.settling import accept, invite, join, members, press, set_up
from tests.world import World, labels, texts_in


@dataclass
class Place:
    """A server with a group that Olga organizes, and people who are not in it."""

    world: World
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    olga: simcord.MemberActor

    def person(self, name: str) -> simcord.MemberActor:
        """Return somebody of this server."""
        return self.world.person(name, self.guild)

    async def code(self, **options: str) -> str:
        """Let Olga make a code."""
        made = await self.olga.slash(self.channel, "group invite", **options)
        assert made.ephemeral
        return texts_in(made.response).split("```")[1].strip()


@pytest.fixture
async def place(world: World) -> Place:
    """The place of these stories."""
    guild = world.guild()
    channel = guild.create_text_channel("rowan")
    olga = world.person("Olga", guild, manages=True)
    await set_up(olga, channel, capacity=3)
    return Place(world, guild, channel, olga)


def history(channel: simcord.ChannelHandle) -> list[discord.Message]:
    """Return what everybody sees in a channel."""
    return [message for message in channel.history() if not message.flags.ephemeral]


def requests(place: Place, method: str, path: str) -> list[Any]:
    """Return the bodies of what the bot has asked Discord for."""
    return [
        entry.json for entry in place.world.env.http_requests if (entry.method, entry.path) == (method, path)
    ]


async def test_an_invitation_is_read_and_accepted(place: Place) -> None:
    ana = place.person("Ana")
    card = await invite(place.olga, place.channel, ana)
    [sent] = requests(place, "POST", f"/channels/{place.channel.id}/messages")
    assert sent["allowed_mentions"] == {"parse": [], "users": [ana.id]}
    assert "meets Thursdays at 19:00" in texts_in(card)
    read = await ana.click(card, label="Read the charter")
    assert read.ephemeral
    said = texts_in(read.response)
    assert "What is said here stays here" in said
    assert "1 of 3" in said
    joined = await press(ana, read, "Join")
    assert "Welcome to Rowan group" in texts_in(joined.response)
    assert await members(place.world) == {place.olga.id, ana.id}
    [shown] = history(place.channel)
    assert "has joined" in texts_in(shown)
    assert labels(shown) == []
    assert "Rowan group" in texts_in((await ana.slash(place.channel, "group info")).response)


async def test_only_the_invited_person_can_use_the_card(place: Place) -> None:
    ana, ben = place.person("Ana"), place.person("Ben")
    card = await invite(place.olga, place.channel, ana)
    for stranger in (ben, place.olga):
        refused = await stranger.click(card, label="Read the charter")
        assert "for somebody else" in texts_in(refused.response)
        assert "stays here" not in texts_in(refused.response)
    assert await members(place.world) == {place.olga.id}


async def test_an_invitation_is_declined_without_a_word_in_the_channel(place: Place) -> None:
    ana = place.person("Ana")
    card = await invite(place.olga, place.channel, ana)
    read = await ana.click(card, label="Read the charter")
    declined = await press(ana, read, "No, thank you")
    assert "Thank you for answering" in texts_in(declined.response)
    [shown] = history(place.channel)
    assert texts_in(shown) == "This invitation is answered or no longer open."
    seen = await place.olga.slash(place.channel, "group info")
    assert f"Declined in the last two weeks: <@{ana.id}>" in texts_in(seen.response)
    again = await accept(ana, await invite(place.olga, place.channel, ana))
    assert "Welcome" in texts_in(again.response)


async def test_every_button_outlives_a_restart(place: Place) -> None:
    ana = place.person("Ana")
    card = await invite(place.olga, place.channel, ana)
    await place.world.restart()
    read = await ana.click(card, label="Read the charter")
    await place.world.restart()
    assert "Welcome" in texts_in((await press(ana, read, "Join")).response)


async def test_an_invitation_expires_after_a_week(place: Place) -> None:
    ana = place.person("Ana")
    card = await invite(place.olga, place.channel, ana)
    read = await ana.click(card, label="Read the charter")
    await place.world.sleep_through(days=6, hours=23)
    assert (await ana.click(card, label="Read the charter")).response
    await place.world.sleep_through(hours=1)
    late = await ana.click(card, label="Read the charter")
    assert "has expired" in texts_in(late.response)
    del read
    assert await members(place.world) == {place.olga.id}


async def test_a_full_group_keeps_the_invitation_open(place: Place) -> None:
    people = [place.person(name) for name in ("Ana", "Ben", "Cho")]
    cards = [await invite(place.olga, place.channel, person) for person in people]
    for person, card in zip(people[:2], cards[:2], strict=True):
        await accept(person, card)
    refused = await accept(people[2], cards[2])
    assert "full just now" in texts_in(refused.response)
    assert len(await members(place.world)) == 3
    form = await place.olga.slash(place.channel, "group settings")
    await place.olga.submit_modal(
        form, {"name": "Rowan group", "channel": [place.channel], "capacity": ["4"]}
    )
    assert "Welcome" in texts_in((await accept(people[2], cards[2])).response)


async def test_a_second_invitation_closes_the_first_card(place: Place) -> None:
    ana = place.person("Ana")
    await invite(place.olga, place.channel, ana)
    await invite(place.olga, place.channel, ana)
    first, second = history(place.channel)
    assert labels(first) == []
    assert labels(second) == ["Read the charter"]
    await accept(ana, second)
    refused = await place.olga.slash(place.channel, "group invite", member=ana)
    assert "in the group already" in texts_in(refused.response)


async def test_an_organizer_takes_an_invitation_back(place: Place) -> None:
    ana = place.person("Ana")
    card = await invite(place.olga, place.channel, ana)
    seen = await place.olga.slash(place.channel, "group info")
    await press(place.olga, seen, "Take back")
    [shown] = history(place.channel)
    assert labels(shown) == []
    assert await place.world.rows("SELECT state FROM invitations") == [{"state": "revoked"}]
    with pytest.raises(simcord.SetupError):
        await ana.click(card, label="Read the charter")  # the button is gone


async def test_the_button_invites_too(place: Place) -> None:
    ana = place.person("Ana")
    seen = await place.olga.slash(place.channel, "group info")
    form = await press(place.olga, seen, "Invite somebody")
    sent = await place.olga.submit_modal(form, {"person": [ana]})
    assert "is in" in texts_in(sent.response)
    form = await press(place.olga, seen, "Make a code")
    made = await place.olga.submit_modal(form, {"name": "Dana"})
    assert "A code for Dana" in texts_in(made.response)
    assert len(history(place.channel)) == 1


async def test_the_card_goes_where_both_can_see_it(place: Place) -> None:
    ana, ben = place.person("Ana"), place.person("Ben")
    hidden = place.guild.create_text_channel(
        "hidden",
        overwrites={
            place.guild.default_role: discord.PermissionOverwrite(view_channel=False),
            place.guild.roles["TestBot"]: discord.PermissionOverwrite(view_channel=True),
            place.olga: discord.PermissionOverwrite(view_channel=True),
        },
    )
    await set_up(place.olga, hidden, "Birch")
    sent = await place.olga.slash(
        place.channel, "group invite", member=ana, group=await named(place, "Birch")
    )
    assert f"<#{place.channel.id}>" in texts_in(sent.response)
    refused = await place.olga.slash(hidden, "group invite", member=ben, group=await named(place, "Birch"))
    assert "makes a code" in texts_in(refused.response)
    assert history(hidden) == []
    assert await place.world.rows("SELECT user_id FROM invitations") == [{"user_id": ana.id}]


async def named(place: Place, name: str) -> str:
    """Return a group's option value, as autocomplete offers it to Olga."""
    offered = await place.olga.autocomplete(place.channel, "group invite", "group", name)
    [choice] = offered
    return str(choice["value"])


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (403, 50013, "makes a code"),
        (404, 10003, "makes a code"),
        (400, 50083, "makes a code"),
        (400, 200000, "words in the group's name"),
        (403, 40333, "couldn't reach Discord"),
        (429, 20028, "couldn't reach Discord"),
    ],
)
async def test_a_card_that_cannot_be_sent_leaves_no_invitation(
    place: Place, status: int, code: int, says: str
) -> None:
    path = f"/channels/{place.channel.id}/messages"
    place.world.env.inject_error("POST", path, status=status, code=code)
    refused = await place.olga.slash(place.channel, "group invite", member=place.person("Ana"))
    assert says in texts_in(refused.response)
    assert await place.world.rows("SELECT state FROM invitations") == [{"state": "revoked"}]


@pytest.mark.parametrize(("times", "says"), [(1, "open until"), (2, "can't tell whether its card arrived")])
async def test_a_card_that_may_have_arrived_leaves_the_invitation_open(
    place: Place, times: int, says: str
) -> None:
    path = f"/channels/{place.channel.id}/messages"
    place.world.env.inject_error("POST", path, status=503, times=times)
    answer = await place.olga.slash(place.channel, "group invite", member=place.person("Ana"))
    assert says in texts_in(answer.response)
    assert await place.world.rows("SELECT state FROM invitations") == [{"state": "open"}]


async def test_a_code_shows_the_charter_first(place: Place) -> None:
    ana, ben = place.person("Ana"), place.person("Ben")
    code = await place.code(name="Ana from the course")
    read = await ana.slash(place.channel, "me join", code=code)
    assert read.ephemeral
    assert "What is said here stays here" in texts_in(read.response)
    assert await members(place.world) == {place.olga.id}
    await press(ana, read, "Join")
    assert await members(place.world) == {place.olga.id, ana.id}
    refused = await ben.slash(place.channel, "me join", code=code)
    assert "does not work" in texts_in(refused.response)
    assert history(place.channel) == []


async def test_codes_are_not_guessed(place: Place) -> None:
    ana = place.person("Ana")
    code = await place.code()
    for _ in range(5):
        wrong = await ana.slash(place.channel, "me join", code="AAAA-BBBB-CCCC-DDDD")
        assert "does not work" in texts_in(wrong.response)
    assert "too many tries" in texts_in((await ana.slash(place.channel, "me join", code=code)).response)
    await place.world.sleep_through(hours=1, seconds=1)
    assert "charter" in texts_in((await ana.slash(place.channel, "me join", code=code)).response)


async def test_a_code_of_another_server_is_wrong_here(place: Place) -> None:
    code = await place.code()
    other = place.world.guild("Elsewhere")
    there = other.create_text_channel("rowan")
    ana = place.world.person("Ana", other)
    refused = await ana.slash(there, "me join", code=code)
    assert "does not work" in texts_in(refused.response)


async def test_bots_are_not_invited(place: Place) -> None:
    robot = place.guild.add_member(place.world.env.create_user("robot", bot=True))
    refused = await place.olga.slash(place.channel, "group invite", member=robot)
    assert "bot cannot join" in texts_in(refused.response)


async def test_nobody_is_written_to_who_did_not_ask(place: Place) -> None:
    ana = place.person("Ana")
    await join(place.olga, place.channel, ana)
    assert requests(place, "POST", "/users/@me/channels") == []


async def test_a_form_for_a_code_leaves_one_when_it_is_sent_twice(place: Place) -> None:
    seen = await place.olga.slash(place.channel, "group info")
    forms = [await press(place.olga, seen, "Make a code") for _ in range(2)]  # the same one, to the bot
    first, second = [
        texts_in((await place.olga.submit_modal(form, {"name": "Dana"})).response) for form in forms
    ]
    assert "no longer works" not in first
    assert "replaces the code that you made for Dana" in second
    info = texts_in((await place.olga.slash(place.channel, "group info")).response)
    assert info.count("Dana") == 1
