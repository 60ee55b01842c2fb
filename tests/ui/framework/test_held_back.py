"""What Discord holds back in one server or channel holds up no other."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GuildId, MeetingId
from buddybot.domain.meetings.meetings import Answer
from buddybot.pings.delivery.requests import WIDTH, serve_apart
from buddybot.storage.engine.database import Database
from buddybot.ui import messages as bot_messages
from buddybot.ui.meetings.server_events import LiveEvents
from tests.services.builder import ANA, GUILD, Builder
from tests.ui.meetings.test_server_events import Guild, over, response
from tests.ui.test_live_cards import Messages, live

OTHER_GUILD = GuildId(GUILD + 1)


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


async def move_to_other_guild(builder: Builder, group: Group) -> None:
    for table, column in (("groups", "id"), ("meetings", "group_id")):
        await builder.write(
            lambda tx, table=table, column=column: tx.run(  # type: ignore[misc]
                f"UPDATE {table} SET guild_id = :other WHERE {column} = :id", other=OTHER_GUILD, id=group.id
            )
        )


@pytest.mark.parametrize("error", [discord.RateLimited(900.0), None])
async def test_a_server_that_discord_holds_back_holds_up_no_other(
    builder: Builder, error: Exception | None
) -> None:
    """It asks to wait for a quarter of an hour, by its answer or before it is asked."""
    held, free = Guild(), Guild()
    held.id, free.id = GUILD, OTHER_GUILD
    limited = discord.HTTPException(response(429, {"Retry-After": "900"}), {"code": 20029})
    held.failures = [error or limited]
    held.gate.set()
    free.gate.set()
    await builder.add_group()
    await builder.add_group("Birch", channel=101)
    await move_to_other_guild(builder, await builder.add_group("Elm", channel=102))
    client, services = over(builder, held)
    client.get_guild = lambda guild_id: held if guild_id == GUILD else free
    live = LiveEvents(client, services)
    await live.refresh()
    assert (held.made, free.made) == ([], ["Elm · meeting 1"])
    await live.refresh()
    assert held.made == []
    builder.now += timedelta(minutes=15)
    await live.refresh()
    assert sorted(held.made) == ["Birch · meeting 1", "Rowan · meeting 1"]


async def put_card(builder: Builder, meeting_id: MeetingId, channel: int) -> None:
    """Let a meeting's card be in a channel."""
    await builder.write(
        lambda tx: tx.run(
            "UPDATE cards SET channel_id = :channel WHERE meeting_id = :id", channel=channel, id=meeting_id
        )
    )


class Channels:
    """Stands for the client; edits in one channel hang."""

    def __init__(self, hanging: int) -> None:
        self.asked: list[int] = []
        self.http = SimpleNamespace(_global_over=asyncio.Event())
        self.hanging, self.others = Messages(gate=asyncio.Event()), Messages()
        self._hanging = hanging

    def get_partial_messageable(self, channel_id: int) -> Messages:
        self.asked.append(channel_id)
        return self.hanging if channel_id == self._hanging else self.others


async def test_a_channel_whose_edits_hang_holds_up_no_other(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_messages, "PATIENCE", 0.01)
    messages: Any = Channels(hanging=100)
    cards = live(builder, messages)
    for name, channel in (("Rowan", 100), ("Birch", 101)):
        meeting = (await builder.list_ahead(await builder.add_group(name, channel=channel)))[0]
        await builder.post_card(meeting)
        await builder.write(
            lambda tx, meeting=meeting, channel=channel: tx.run(  # type: ignore[misc]
                "UPDATE cards SET channel_id = :channel WHERE meeting_id = :id",
                channel=channel,
                id=meeting.id,
            )
        )
        await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await cards.refresh()
    assert len(messages.others.shown) == 1
    await cards.refresh()
    assert messages.asked.count(100) == 1
    builder.now += timedelta(minutes=1)
    await cards.refresh()
    assert messages.asked.count(100) == 2


async def test_one_of_a_place_waits_for_the_other_and_places_do_not() -> None:
    entered: list[int] = []
    gate, all_but_one = asyncio.Event(), asyncio.Event()

    async def serve(number: int) -> None:
        entered.append(number)
        if len(entered) == 2 * WIDTH - 1:
            all_but_one.set()
        if number == 0:
            await gate.wait()

    serving = asyncio.create_task(serve_apart(range(2 * WIDTH), lambda number: number % WIDTH, serve))
    await all_but_one.wait()
    assert WIDTH not in entered
    gate.set()
    await serving
    assert sorted(entered) == list(range(2 * WIDTH))


async def test_a_fault_in_one_item_keeps_no_other_from_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    served: list[int] = []

    async def serve(number: int) -> None:
        if number == 1:
            raise ValueError
        served.append(number)

    await serve_apart(range(3), lambda _: 7, serve)
    assert served == [0, 2]
    assert "reference" in caplog.text
