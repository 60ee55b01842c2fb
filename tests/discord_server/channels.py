"""What stands in the channels, and which nonces are remembered."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tests.discord_server.shapes import EPOCH, Json, message


class Channels:
    """One channel per id that is asked for."""

    def __init__(self, *, nonce_memory: float, clock: Callable[[], float] = time.time) -> None:
        """`nonce_memory` is in real seconds; `clock` is what time it is in the bot's world."""
        self.messages: list[Json] = []
        self.repeated = 0
        self._of: dict[str, list[Json]] = defaultdict(list)
        self._by_id: dict[str, Json] = {}
        self._nonces: dict[str, tuple[float, Json]] = {}
        self._memory = nonce_memory
        self._clock = clock
        self._last = 0

    def delivered(self) -> Counter[str]:
        """How often each nonce arrived."""
        return Counter(each["nonce"] for each in self.messages)

    def number(self) -> int:
        """A new id; it tells when it was given."""
        self._last = max(self._last + 1, (int(self._clock() * 1000) - EPOCH) << 22)
        return self._last

    def deliver(self, channel: str, said: Mapping[str, Any]) -> Json:
        """Take a message, or return the one that came with the same nonce before."""
        now = asyncio.get_running_loop().time()
        nonce = said["nonce"]
        assert said["enforce_nonce"] is True
        assert len(nonce) <= 25
        remembered = self._nonces.get(nonce)
        if remembered is not None and now - remembered[0] < self._memory:
            self.repeated += 1
            return remembered[1]
        made = message(self.number(), channel, said)
        made |= {"allowed_mentions": said["allowed_mentions"], "nonce": nonce}
        self.messages.append(made)
        self._of[channel].append(made)
        self._by_id[made["id"]] = made
        self._nonces[nonce] = (now, made)
        return made

    def get(self, number: str) -> Json | None:
        """A message by its id."""
        return self._by_id.get(number)

    def edit(self, number: str, said: Mapping[str, Any]) -> Json | None:
        """Change a message; None when there is no such one."""
        found = self._by_id.get(number)
        if found is not None:
            found.update({key: said[key] for key in ("components", "flags") if key in said})
        return found

    def history(self, channel: str, *, before: int, limit: int) -> list[Json]:
        """The newest messages before an id; a nonce is not stored with them."""
        found = []
        for each in reversed(self._of[channel]):
            if int(each["id"]) < before:
                found.append(public(each))
            if len(found) == limit:
                break
        return found


def public(made: Json) -> Json:
    """A message as everybody reads it later."""
    return {key: value for key, value in made.items() if key != "nonce"}
