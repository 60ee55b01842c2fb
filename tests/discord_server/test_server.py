"""The Discord that the bot is judged by does what the tests that use it rely on."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.discord_server.limits import IN_A_CHANNEL, IN_ALL, Limits
from tests.discord_server.server import FakeDiscord
from tests.discord_server.uploads import Upload, digest

IDENTIFY, RESUME, INVALID, HELLO = 2, 6, 9, 10


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord().serve() as served:
        yield served


@pytest.fixture
async def http(discord: FakeDiscord) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def standing_still() -> Limits:
    """Limits of a Discord in which no time passes."""
    limits = Limits(lambda: 0.0)
    limits.on = True
    return limits


async def send(
    http: aiohttp.ClientSession, discord: FakeDiscord, nonce: str, channel: int = 800
) -> tuple[int, Any, Any]:
    said = {"nonce": nonce, "enforce_nonce": True, "components": [], "allowed_mentions": {}}
    async with http.post(f"{discord.address}/channels/{channel}/messages", json=said) as response:
        return response.status, await response.json(), response.headers


async def connected(http: aiohttp.ClientSession, discord: FakeDiscord, packet: Any) -> Any:
    """A connection that has said its first word."""
    address = discord.address.removeprefix("http").removesuffix("/api/v10")
    socket = await http.ws_connect(f"ws{address}/gateway")
    assert (await socket.receive_json())["op"] == HELLO
    await socket.send_str(json.dumps(packet))
    return socket


async def test_a_nonce_is_remembered_and_makes_no_second_message(
    http: aiohttp.ClientSession, discord: FakeDiscord
) -> None:
    first, again = await send(http, discord, "a"), await send(http, discord, "a")
    assert first[1]["id"] == again[1]["id"]
    assert discord.delivered() == {"a": 1}


async def test_a_channel_takes_so_many_messages_and_says_how_long_to_wait(
    http: aiohttp.ClientSession, discord: FakeDiscord
) -> None:
    discord.limits = standing_still()
    for number in range(IN_A_CHANNEL):
        status, _, headers = await send(http, discord, f"{number}")
        assert (status, headers["X-RateLimit-Remaining"]) == (200, str(IN_A_CHANNEL - 1 - number))
    status, said, _ = await send(http, discord, "one more")
    assert status == 429
    assert 0 < said["retry_after"] <= 5
    assert not said["global"]
    assert (await send(http, discord, "elsewhere", channel=801))[0] == 200
    assert discord.limits.exceeded == {"channel": 1}


async def test_so_many_requests_are_taken_in_a_second(
    http: aiohttp.ClientSession, discord: FakeDiscord
) -> None:
    discord.limits = standing_still()
    answers = [await send(http, discord, f"{number}", channel=number) for number in range(60)]
    refused = [said for status, said, _ in answers if status == 429]
    assert len(refused) == 60 - IN_ALL
    assert all(said["global"] for said in refused)


async def test_a_session_that_is_resumed_is_told_what_it_missed(
    http: aiohttp.ClientSession, discord: FakeDiscord
) -> None:
    socket = await connected(http, discord, {"op": IDENTIFY, "d": {}})
    ready = await socket.receive_json()
    seen = (await socket.receive_json())["s"]
    await discord.gateway.drop()
    await discord.gateway.push("CHANNEL_UPDATE", {"id": "800"})

    told = {"session_id": ready["d"]["session_id"], "seq": seen}
    again = await connected(http, discord, {"op": RESUME, "d": told})
    assert [(await again.receive_json())["t"] for _ in range(2)] == ["CHANNEL_UPDATE", "RESUMED"]
    discord.gateway.forgetful = True
    third = await connected(http, discord, {"op": RESUME, "d": told})
    assert (await third.receive_json())["op"] == INVALID


async def test_what_files_an_answer_had_is_known(http: aiohttp.ClientSession, discord: FakeDiscord) -> None:
    token = await discord.interact(2, {"name": "me"}, who=11)
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps({"type": 4, "data": {"components": []}}))
    for name, content in (("a.csv", b"1\r\n\r\n2\r\n"), ("b.csv", b"")):
        form.add_field("files[0]", content, filename=name)
    number = token.rsplit("-", 1)[1]
    async with http.post(f"{discord.address}/interactions/{number}/{token}/callback", data=form) as response:
        assert response.status == 204
    assert discord.handed == {
        token: [Upload("a.csv", 8, digest(b"1\r\n\r\n2\r\n")), Upload("b.csv", 0, digest(b""))]
    }


async def test_half_a_file_is_no_answer(discord: FakeDiscord) -> None:
    token = await discord.interact(2, {"name": "me"}, who=11)
    host, port = discord.address.removeprefix("http://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    half = b'--x\r\nContent-Disposition: form-data; name="files[0]"; filename="a.csv"\r\n\r\nhalf'
    path = f"/api/v10/interactions/{token.rsplit('-', 1)[1]}/{token}/callback"
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4000\r\n"
    writer.write(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode() + half)
    await writer.drain()
    writer.write_eof()
    await reader.read()
    writer.close()
    assert discord.handed == {}
    assert discord.answers[token] == []
