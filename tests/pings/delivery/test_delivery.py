"""The sending end over real HTTP: discord.py against a Discord on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord.http import Route

from buddybot.domain.groups.preferences import Preferences
from buddybot.domain.ids import ChannelId, UserId
from buddybot.domain.pings import MARK, PingKind, PingState, nonce
from buddybot.pings.delivery.delivery import EVERY, DiscordMessageGateway, mark_components
from buddybot.pings.delivery.requests import LONGEST_PAUSE
from buddybot.pings.dispatch.delivery_worker import DeliveryWorker
from buddybot.pings.dispatch.dispatcher import Dispatcher
from buddybot.pings.dispatch.message_gateway import Busy, Refused, Unauthorized, Unclear, Unreachable
from buddybot.pings.dispatch.send_rate import Pacer
from buddybot.services.core.service import Announcement
from buddybot.services.core.unit_of_work import DatabaseTransactions
from buddybot.storage.engine.database import Database
from buddybot.ui.framework.components import Card, button, link_button, option, select
from buddybot.ui.framework.texts import Markup
from tests.discord_server.faults import LONG_LIMIT
from tests.discord_server.server import FakeDiscord
from tests.pings.discords import Rings, at_once
from tests.pings.people import (
    BEN,
    CHANNEL,
    GUILD,
    NOON,
    Hands,
    Preparer,
    found_group,
    meet,
    notices,
    ping,
    plan_ping,
    prefer,
)

HELLO = Announcement(content="hello", language="en", mentions=(UserId(12),))
NONCE = nonce("1:2026-03-05:card:0")
LONG_AGO = NOON - timedelta(days=1)


def compose(kind: PingKind, announcement: Announcement) -> Card:
    """A card with a button, as every card that is sent by itself has."""
    return Card().text(Markup(f"{kind}: {announcement.content}")).row(button("Going", "rsvp", 5, "going"))


@asynccontextmanager
async def logged_in(**options: Any) -> AsyncIterator[discord.Client]:
    """The library's own client, logged in over HTTP and without a gateway."""
    client = discord.Client(intents=discord.Intents.none(), max_messages=None, **options)
    await client.login("token")
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    real = asyncio.sleep

    async def sleep(_seconds: float, result: object = None) -> object:
        return await real(0, result)

    async with FakeDiscord().serve() as served:
        monkeypatch.setattr(Route, "BASE", served.address)
        # The library's own waits between retries, which nobody wants to sit through.
        monkeypatch.setattr(asyncio, "sleep", sleep)
        yield served


@pytest.fixture
async def client(server: FakeDiscord) -> AsyncIterator[discord.Client]:
    async with logged_in() as found:
        yield found


@pytest.fixture
def gateway(client: discord.Client) -> DiscordMessageGateway:
    return DiscordMessageGateway(client, compose, patience=5)


async def send(gateway: DiscordMessageGateway) -> int:
    return await gateway.make_message(PingKind.CARD, HELLO, NONCE).send(CHANNEL)


async def test_a_card_carries_its_nonce_and_names_only_who_may_be_notified(
    server: FakeDiscord, gateway: DiscordMessageGateway
) -> None:
    message_id = await send(gateway)
    [message] = server.messages
    assert message["id"] == str(message_id)
    assert message["nonce"] == NONCE
    assert message["allowed_mentions"]["parse"] == []
    assert message["allowed_mentions"]["users"] == [12]
    button = message["components"][0]["components"][1]["components"][0]
    assert button["custom_id"] == f"rsvp:5:going{MARK}{NONCE}"


async def test_a_message_is_found_again_by_its_mark(
    server: FakeDiscord, gateway: DiscordMessageGateway
) -> None:
    assert await gateway.find_message(CHANNEL, NONCE, since=LONG_AGO) is None
    message_id = await send(gateway)
    for number in range(250):
        await gateway.make_message(PingKind.NUDGE, HELLO, nonce(f"other {number}")).send(CHANNEL)
    server.requests.clear()
    assert await gateway.find_message(CHANNEL, NONCE, since=LONG_AGO) == message_id
    assert server.requests == {"history": 3}
    assert await gateway.find_message(ChannelId(801), NONCE, since=LONG_AGO) is None


async def test_a_mark_in_somebody_elses_message_counts_for_nothing(
    server: FakeDiscord, gateway: DiscordMessageGateway
) -> None:
    await send(gateway)
    server.messages[0]["author"] = {"id": "66", "username": "eve", "discriminator": "0", "avatar": None}
    assert await gateway.find_message(CHANNEL, NONCE, since=LONG_AGO) is None


@pytest.mark.parametrize("fault", ["500 after", "busy"])
async def test_what_the_library_repeats_arrives_once(
    server: FakeDiscord, gateway: DiscordMessageGateway, fault: str
) -> None:
    server.faults.add("send", fault)
    await send(gateway)
    assert server.delivered() == {NONCE: 1}
    assert server.requests["send"] == 2


@pytest.mark.parametrize("fault", ["503 after", "503 before", "reset after", "garbage", "nonsense"])
async def test_an_answer_that_is_lost_or_makes_no_sense_is_unclear(
    server: FakeDiscord, gateway: DiscordMessageGateway, fault: str
) -> None:
    server.faults.add("send", fault)
    with pytest.raises(Unclear):
        await send(gateway)


@pytest.mark.parametrize("fault", ["refuse 408 0", "html 408"])
async def test_a_request_that_timed_out_at_the_other_end_may_have_arrived(
    server: FakeDiscord, gateway: DiscordMessageGateway, fault: str
) -> None:
    server.faults.add("send", fault)
    with pytest.raises(Unclear):
        await send(gateway)


@pytest.mark.parametrize("fault", ["refuse 429 30046", "refuse 400 20016", "refuse 503 130000"])
async def test_a_channel_that_is_busy_is_waited_for(
    server: FakeDiscord, gateway: DiscordMessageGateway, fault: str
) -> None:
    server.faults.add("send", fault)
    with pytest.raises(Busy) as busy:
        await send(gateway)
    assert busy.value.seconds == 60


async def test_five_500s_are_unclear(server: FakeDiscord, gateway: DiscordMessageGateway) -> None:
    server.faults.add("send", *["500 after"] * 5)
    with pytest.raises(Unclear):
        await send(gateway)
    assert server.delivered() == {NONCE: 1}


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("refuse 403 50001", 403, 50001),
        ("refuse 403 50013", 403, 50013),
        ("refuse 403 50007", 403, 50007),
        ("refuse 403 50278", 403, 50278),
        ("refuse 404 10003", 404, 10003),
        ("refuse 404 10008", 404, 10008),
        ("refuse 400 50035", 400, 50035),
        ("refuse 400 50083", 400, 50083),
        ("refuse 400 240000", 400, 240000),
        ("refuse 400 40003", 400, 40003),
    ],
)
async def test_a_refusal_comes_with_discords_code(
    server: FakeDiscord, gateway: DiscordMessageGateway, fault: str, status: int, code: int
) -> None:
    server.faults.add("send", fault)
    with pytest.raises(Refused) as refused:
        await send(gateway)
    assert (refused.value.status, refused.value.code) == (status, code)


async def test_a_429_that_is_no_json_tells_how_long_to_wait(
    server: FakeDiscord, gateway: DiscordMessageGateway
) -> None:
    server.faults.add("send", "html 429")
    with pytest.raises(Busy) as busy:
        await send(gateway)
    assert busy.value.seconds == 77


@pytest.mark.parametrize("fault", ["html 403", "html 401", "html 404", "html 400", "refuse 403 40333"])
async def test_an_answer_from_something_before_discord_closes_no_channel(
    server: FakeDiscord, gateway: DiscordMessageGateway, fault: str
) -> None:
    server.faults.add("send", fault)
    with pytest.raises(Unreachable):
        await send(gateway)


async def test_a_token_that_is_not_taken_is_told_apart(
    server: FakeDiscord, gateway: DiscordMessageGateway
) -> None:
    server.faults.add("send", "refuse 401 0")
    with pytest.raises(Unauthorized):
        await send(gateway)


async def test_a_hang_ends_and_the_next_message_goes_out(server: FakeDiscord, client: discord.Client) -> None:
    gateway = DiscordMessageGateway(client, compose, patience=0.05)
    server.faults.add("send", "hang")
    with pytest.raises(Unclear):
        await send(gateway)
    await send(gateway)
    assert server.delivered() == {NONCE: 1}


async def test_a_long_limit_for_all_holds_up_the_others_no_longer_than_our_patience(
    server: FakeDiscord, client: discord.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(seconds: float) -> None:
        if seconds == LONG_LIMIT:
            await asyncio.get_running_loop().create_future()

    gateway = DiscordMessageGateway(client, compose, patience=0.05)
    server.faults.add("send", "busy for all")
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", sleep)
        with pytest.raises(Unclear):
            await send(gateway)
    await send(gateway)
    assert server.delivered() == {NONCE: 1}


async def test_a_long_limit_is_put_off_and_not_slept_on(server: FakeDiscord) -> None:
    async with logged_in(max_ratelimit_timeout=LONGEST_PAUSE) as client:
        server.faults.add("send", "busy for all")
        with pytest.raises(Busy) as busy:
            await send(DiscordMessageGateway(client, compose, patience=5))
        assert busy.value.seconds == LONG_LIMIT
        await send(DiscordMessageGateway(client, compose, patience=5))
    assert server.delivered() == {NONCE: 1}


async def test_nobody_there_is_unreachable(
    client: discord.Client, gateway: DiscordMessageGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9/api/v10")
    with pytest.raises(Unreachable):
        await send(gateway)


def test_a_card_without_a_button_cannot_be_a_ping() -> None:
    card = Card().text(Markup("words")).row(link_button("Map", "https://example.org"))
    with pytest.raises(ValueError, match="needs a button"):
        mark_components(card.components, NONCE)


def test_the_mark_goes_where_there_is_room() -> None:
    full, choice = button("a", "x" * 90), select("pick", options=[option("a", 1)])
    mark_components(Card().row(full).row(choice).components, NONCE)
    assert full["custom_id"] == "x" * 90
    assert choice["custom_id"] == f"pick{MARK}{NONCE}"


# -- the whole way -----------------------------------------------------------------------------


def sender(database: Database, now: Hands, gateway: DiscordMessageGateway) -> Dispatcher:
    worker = DeliveryWorker(
        transactions=DatabaseTransactions(database),
        now=now,
        preparers=dict.fromkeys(PingKind, Preparer()),
        cards={},
        gateway=gateway,
        pacer=Pacer(1000, clock=lambda: 0.0, sleep=at_once),
        quiet=None,
    )
    return Dispatcher(
        transactions=DatabaseTransactions(database),
        now=now,
        worker=worker,
        clock=Rings(),
        unauthorized=lambda: None,
    )


@pytest.mark.parametrize(
    "fault",
    ["reset after", "503 after", "garbage", "hang", "html 429", "html 403", "html 401", "refuse 403 40333"],
)
async def test_whatever_http_does_the_card_arrives_once(
    database: Database, server: FakeDiscord, client: discord.Client, fault: str
) -> None:
    group = await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    now = Hands()
    dispatcher = sender(database, now, DiscordMessageGateway(client, compose, patience=0.3))
    server.faults.add("send", fault)
    await dispatcher.run_due()
    now.go(minutes=2)
    await dispatcher.run_due()
    assert server.delivered() == {nonce(key): 1}
    assert (await ping(database, key)).state is PingState.SENT


@pytest.mark.parametrize("fault", ["refuse 403 50013", "refuse 400 50083", "refuse 400 50008"])
async def test_a_closed_channel_is_asked_once(
    database: Database, server: FakeDiscord, gateway: DiscordMessageGateway, fault: str
) -> None:
    group = await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    server.faults.add("send", fault)
    now = Hands()
    dispatcher = sender(database, now, gateway)
    await dispatcher.run_due()
    now.go(hours=1)
    await dispatcher.run_due()
    assert server.requests["send"] == 1
    assert (await ping(database, key)).state is PingState.PLANNED
    assert [code for code, _ in await notices(database)] == ["route_closed"]


async def test_direct_messages_go_to_the_person_or_into_the_channel(
    database: Database, server: FakeDiscord, gateway: DiscordMessageGateway
) -> None:
    group = await found_group(database)
    meeting = await meet(database, group)
    await prefer(database, Preferences(GUILD, BEN, direct_messages=True))
    await plan_ping(database, group, meeting, PingKind.REMINDER, recipient=BEN, direct=True)
    dispatcher = sender(database, Hands(), gateway)
    await dispatcher.run_due()
    assert [message["channel_id"] for message in server.messages] == [str(100_000 + BEN)]

    server.faults.add("send", "refuse 403 50007")
    await plan_ping(database, group, meeting, PingKind.NUDGE, recipient=BEN, direct=True)
    await dispatcher.run_due()
    assert server.messages[-1]["channel_id"] == str(CHANNEL)
    assert len(server.messages) == 2


async def test_few_memories_of_rate_limits_are_kept(
    gateway: DiscordMessageGateway, client: discord.Client
) -> None:
    """The library goes through all that it has for each new channel, and keeps them for five minutes."""
    buckets = client.http._buckets
    client.http.get_ratelimit("busy").outgoing = 1
    for number in range(3 * EVERY):
        each = client.http.get_ratelimit(f"messages:{number}")
        each.expires = asyncio.get_running_loop().time() - 1
    assert len(buckets) <= EVERY + 1
    assert "busy" in buckets
    await gateway.make_message(PingKind.CARD, HELLO, NONCE).send(CHANNEL)
