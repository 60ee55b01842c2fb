"""The answer to an interaction over real HTTP: what Discord gets, and what its refusals become."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord.http import Route

from buddybot.pings.delivery.answers import use_tolerant_adapter
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import Reply, answered_as
from buddybot.ui.framework.texts import Markup
from tests.discord_server.server import FakeDiscord
from tests.discord_server.shapes import CHANNEL, interaction

TOKEN = "a.token-of_Discord's"
CARD = Card().text(Markup("héllo"))
MESSAGE = discord.InteractionResponseType.channel_message


class Client(discord.Client):
    """As much of the bot as an answer needs."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none()
        )
        self.handling: set[asyncio.Task[Any]] = set()


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    real = asyncio.sleep

    async def sleep(_seconds: float, result: object = None) -> object:
        return await real(0, result)

    async with FakeDiscord().serve() as served:
        monkeypatch.setattr(Route, "BASE", served.address)
        monkeypatch.setattr(asyncio, "sleep", sleep)  # nobody wants to sit through the waits between retries
        yield served


@pytest.fixture
async def typed(there: FakeDiscord) -> AsyncIterator[discord.Interaction[Any]]:
    """A command that waits for its answer."""
    there.answers[TOKEN] = []
    async with Client() as client:
        await client.login("token")
        packet: Any = {
            **interaction(77, 2, {"id": "1", "name": "next", "type": 1}, who=12, where=CHANNEL),
            "token": TOKEN,
        }
        yield discord.Interaction(data=packet, state=client._connection)


def asked(there: FakeDiscord) -> list[str]:
    return [each.path for each in there.asked if each.path.endswith("/callback")]


async def show(interaction: discord.Interaction[Any], *, public: bool = False) -> bool:
    """Answer as a command does, in a task of its own; return whether it got through."""

    async def command() -> bool:
        use_tolerant_adapter()
        async with Reply(interaction, public=public) as reply:
            return await reply.show(CARD)
        raise AssertionError("an answer that is cut short")

    return await asyncio.create_task(command())


async def test_an_answer_is_one_request_when_discord_takes_it(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    assert await show(typed)
    [said] = map(json.loads, there.answers[TOKEN])
    assert said["data"]["components"] == CARD.to_components()
    assert said["data"]["flags"] == discord.MessageFlags(ephemeral=True, components_v2=True).value
    assert said["data"]["allowed_mentions"] == {"parse": []}
    assert typed.response.type is MESSAGE
    assert len(asked(there)) == 1


@pytest.mark.parametrize("fault", ["503 before", "busy"])
async def test_an_answer_is_given_again_when_discord_did_not_take_it(
    there: FakeDiscord, typed: discord.Interaction[Any], fault: str
) -> None:
    there.faults.add("callback", fault)
    assert await show(typed, public=True)
    assert len(there.answers[TOKEN]) == 1
    assert len(asked(there)) == 2


@pytest.mark.parametrize("fault", ["500 after", "reset after", "garbage"])
async def test_an_answer_counts_as_given_when_it_arrived_and_discord_did_not_say_so(
    there: FakeDiscord, typed: discord.Interaction[Any], fault: str
) -> None:
    there.faults.add("callback", fault)
    assert await show(typed)
    assert answered_as(typed) is MESSAGE
    assert len(there.answers[TOKEN]) == 1
    assert len(asked(there)) == 2


async def test_an_answer_is_not_tried_a_second_time_when_another_process_gave_it(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    there.answers[TOKEN].append("by another process")
    assert not await show(typed)
    assert answered_as(typed) is None
    assert len(asked(there)) == 1


async def test_an_answer_is_not_tried_a_second_time_when_it_is_too_late(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    del there.answers[TOKEN]
    assert not await show(typed)
    assert answered_as(typed) is None
    assert len(asked(there)) == 1
