"""The short way to answer an interaction, over real HTTP: what Discord gets, and what its refusals become."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from buddybot.ui.callback import answer
from buddybot.ui.kit import Card
from buddybot.ui.texts import Markup
from tests.discord_server.server import FakeDiscord
from tests.discord_server.shapes import CHANNEL, interaction

TOKEN = "a.token-of_Discord's"
CARD = Card().text(Markup("héllo"))


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
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        await client.login("token")
        packet: Any = {
            **interaction(77, 2, {"id": "1", "name": "next", "type": 1}, who=12, where=CHANNEL),
            "token": TOKEN,
        }
        yield discord.Interaction(data=packet, state=client._connection)


def asked(there: FakeDiscord) -> list[str]:
    return [each.path for each in there.asked if each.path.endswith("/callback")]


async def test_an_answer_is_one_request_that_wants_nothing_back(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    await answer(typed, CARD, ephemeral=True)
    [said] = map(json.loads, there.answers[TOKEN])
    assert said["data"]["components"] == CARD.to_components()
    assert said["data"]["flags"] == discord.MessageFlags(ephemeral=True, components_v2=True).value
    assert said["data"]["allowed_mentions"] == {"parse": []}
    assert typed.response.type is discord.InteractionResponseType.channel_message
    assert len(asked(there)) == 1


@pytest.mark.parametrize("fault", ["503 before", "busy"])
async def test_what_is_not_taken_at_once_is_tried_again(
    there: FakeDiscord, typed: discord.Interaction[Any], fault: str
) -> None:
    there.faults.add("callback", fault)
    await answer(typed, CARD, ephemeral=False)
    assert len(there.answers[TOKEN]) == 1
    assert len(asked(there)) == 2


async def test_an_answer_that_arrived_is_not_given_twice(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    there.faults.add("callback", "500 after")
    await answer(typed, CARD, ephemeral=False)
    assert typed.response.is_done()
    assert len(there.answers[TOKEN]) == 1


async def test_the_loser_of_an_interaction_does_not_try_a_second_time(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    there.answers[TOKEN].append("by another process")
    with pytest.raises(discord.HTTPException) as refused:
        await answer(typed, CARD, ephemeral=False)
    assert refused.value.code == 40060
    assert len(asked(there)) == 1


async def test_a_refusal_is_the_librarys_own_error(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    del there.answers[TOKEN]
    with pytest.raises(discord.NotFound) as refused:
        await answer(typed, CARD, ephemeral=False)
    assert refused.value.code == 10062
    assert not typed.response.is_done()
    assert len(asked(there)) == 1


async def test_another_way_in_the_librarys_place_is_used(
    there: FakeDiscord, typed: discord.Interaction[Any]
) -> None:
    class Other(AsyncWebhookAdapter):
        """Somebody's own."""

        async def request(self, *_: Any, **said: Any) -> Any:
            self.said = said["payload"]
            return {"interaction": {"id": "77"}}

    other = Other()  # type: ignore[no-untyped-call]
    token = async_context.set(other)
    await answer(typed, CARD, ephemeral=False)
    async_context.reset(token)
    assert other.said["data"]["components"] == CARD.to_components()
    assert not asked(there)
