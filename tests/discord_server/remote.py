"""The server in a process of its own, and what tests tell and ask it."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from buddybot.settings.paths import PACKAGE
from tests.discord_server.server import PATIENCE
from tests.discord_server.shapes import BASE, CHANNEL, LARGEST
from tests.discord_server.uploads import Upload
from tests.forked_python import forked_python

_COMMAND, _COMPONENT, _FORM = 2, 3, 5


class Remote:
    """What the bot did and is told, over the server's control routes."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self._control = address.removesuffix(BASE) + "/control/"
        self._session = session

    async def ask(self, what: str, **given: Any) -> Any:
        """Ask the server for one thing."""
        async with self._session.post(self._control + what, json=given) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    # -- what the bot did ---------------------------------------------------------------------------

    async def look(self) -> Any:
        """Return the counts of everything."""
        return await self.ask("look")

    async def delivered(self) -> list[tuple[int, int, str]]:
        """Return id, channel and nonce of each message, in order."""
        return [(int(number), int(where), nonce) for number, where, nonce in await self.ask("delivered")]

    async def arrivals(self) -> Counter[str]:
        """Return how often each nonce arrived."""
        return Counter(nonce for _, _, nonce in await self.delivered())

    async def handed(self) -> dict[str, list[Upload]]:
        """Return the files that each interaction was answered with, by its token."""
        found = await self.ask("handed")
        return {token: [Upload(*each) for each in files] for token, files in found.items()}

    async def until(self, name: str, least: int = 1) -> None:
        """Wait until so many messages, sessions or requests of a route are there."""
        assert await self.ask("wait", name=name, least=least), f"{name} stayed below {least}"

    async def request(self, method: str, part: str, words: str = "", count: int = 1) -> str:
        """Wait for requests to such a path with such words in it, and return what the first said."""
        found = await self.ask("wait", method=method, part=part, words=words, count=count)
        assert found is not None, f"no {method} {part} {words}"
        return json.dumps(found[0], ensure_ascii=False)

    async def answered(self, token: str, words: str = "", seconds: float = PATIENCE) -> bool:
        """Tell whether an interaction is answered with such words in time."""
        return bool(await self.ask("answered", token=token, words=words, seconds=seconds))

    # -- what the bot is told -----------------------------------------------------------------------

    async def type(
        self,
        command: str,
        who: int,
        where: int = CHANNEL,
        *,
        in_a_gap: bool = False,
        largest: int = LARGEST,
        **options: str,
    ) -> str:
        """Let somebody type a command (`group sub`) with options; return the interaction's token.

        `in_a_gap` cuts the connection just before; `largest` is how many bytes the answer's files may have.
        """
        name, *rest = command.split()
        chosen: list[Any] = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        for sub in rest:
            chosen = [{"name": sub, "type": 1, "options": chosen}]
        data = {"id": "1", "name": name, "type": 1, "options": chosen}
        return await self._interact(_COMMAND, data, who, where, in_a_gap=in_a_gap, largest=largest)

    async def submit(self, custom_id: str, fields: Mapping[str, str], who: int, where: int = CHANNEL) -> str:
        """Let a member send a form; return the interaction's token."""
        rows = [
            {
                "type": 18,
                "id": number,
                "component": {"type": 4, "id": 100 + number, "custom_id": key, "value": value},
            }
            for number, (key, value) in enumerate(fields.items())
        ]
        return await self._interact(_FORM, {"custom_id": custom_id, "components": rows}, who, where)

    async def click(self, custom_id: str, who: int, on: int, where: int = CHANNEL) -> str:
        """Let somebody press a button of a message; return the interaction's token."""
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._interact(_COMPONENT, data, who, where, on)

    async def _interact(
        self,
        kind: int,
        data: Any,
        who: int,
        where: int,
        on: int | None = None,
        *,
        in_a_gap: bool = False,
        largest: int = LARGEST,
    ) -> str:
        clicked = None if on is None else str(on)
        token = await self.ask(
            "interact",
            kind=kind,
            data=data,
            who=who,
            where=where,
            on=clicked,
            in_a_gap=in_a_gap,
            largest=largest,
        )
        return str(token)

    async def push(self, event: str, data: Any) -> None:
        """Tell the bot of an event."""
        await self.ask("push", event=event, data=data)

    # -- what goes wrong ----------------------------------------------------------------------------

    async def fail(self, route: str, *faults: str) -> None:
        """Let the next requests to a route fail so; see `faults`."""
        await self.ask("fail", route=route, faults=faults)

    async def keep_failing(self, route: str, fault: str) -> None:
        """Let all requests to a route fail so, until an empty word."""
        await self.ask("fail", route=route, keep=fault)

    async def scatter(self, route: str, share: float, faults: Sequence[str]) -> None:
        """Let a share of the requests to a route fail."""
        await self.ask("fail", route=route, share=share, faults=faults)

    async def gateway(self, act: str) -> None:
        """`drop`, `invalidate` or `reconnect` every connection."""
        await self.ask("gateway", act=act)

    async def set(self, **values: Any) -> None:
        """Set what is wrong with the gateway (`deaf`, `twice`, `close_code`, ...), or `limits` on."""
        await self.ask("set", **values)


@asynccontextmanager
async def remote(**options: Any) -> AsyncIterator[Remote]:
    """Start the server; it ends with the block.

    Options: `slow` and `nonce_memory` in real seconds, `channels`, `permissions`, and for a world that runs
    faster `zero` and `speed`.
    """
    process = await asyncio.create_subprocess_exec(
        *forked_python(), "-m", "tests.discord_server", json.dumps(options),
        cwd=PACKAGE.parent,
        start_new_session=True,  # Ctrl-C is for whoever started it, and then closes its stdin
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Remote(address, session)
    finally:
        process.stdin.close()
        await process.wait()
