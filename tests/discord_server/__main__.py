"""`python -m tests.discord_server OPTIONS`: serve until stdin is closed; the first line is the REST address.

OPTIONS is JSON: see `Remote`.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.discord_server.control import Control
from tests.discord_server.server import FakeDiscord


class Controlled(FakeDiscord):
    """With the routes for tests in another process."""

    def application(self) -> Any:
        """REST, the gateway, and control."""
        app = super().application()
        Control(self).add_to(app)
        return app


def spread(chance: random.Random, most: float) -> Callable[[], float]:
    """Times up to `most` seconds, half of them nothing."""
    return lambda: max(0.0, chance.uniform(-most, most))


def clock(zero: float, speed: float) -> Callable[[], float]:
    """The time of a world that runs so much faster since `zero`."""
    return lambda: zero + (time.time() - zero) * speed


async def serve(given: dict[str, Any]) -> None:
    """Serve until whoever started it is gone."""
    chance = random.Random(given.get("seed", 0))  # noqa: S311  # not for secrets
    discord = Controlled(
        slow=spread(chance, given["slow"]) if given.get("slow") else None,
        nonce_memory=given.get("nonce_memory", 300.0),
        channels=given.get("channels", (800,)),
        permissions=given.get("permissions", "117760"),
        clock=clock(given.get("zero", 0.0), given.get("speed", 1.0)),
    )
    async with discord.serve():
        sys.stdout.write(discord.address + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
