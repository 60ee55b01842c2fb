"""Few of the library's memories of rate limits: one for each channel that was written to just now."""

from typing import Any

import discord

EVERY = 256
"""So many new ones are let in between two looks at all of them."""


def forget_limits(client: discord.Client) -> None:
    """Let the client's memories of rate limits go when they tell nothing any more.

    The library keeps each for five minutes and, with more than 255 of them, goes through all of them for
    each new channel: that makes a message to the 14,000th channel ten times as dear as to the first.
    """
    http = client.http
    http._try_clear_expired_ratelimits = _Sweep(http)  # type: ignore[method-assign]  # noqa: SLF001  # the library offers no other way


class _Sweep:
    """Called by the library with each new one."""

    def __init__(self, http: Any) -> None:
        self._http = http
        self._new = 0

    def __call__(self) -> None:
        self._new += 1
        if self._new < EVERY:
            return
        self._new = 0
        buckets = self._http._buckets  # noqa: SLF001  # see above
        for key in [key for key, bucket in buckets.items() if _is_idle(bucket)]:
            del buckets[key]


def _is_idle(bucket: Any) -> bool:
    """Whether nobody is using it or waits for it, and its limit is whole again."""
    waited_for = bucket.outgoing or bucket._pending_requests  # noqa: SLF001  # see above
    return not waited_for and (bucket.is_expired() or bucket.is_inactive())
