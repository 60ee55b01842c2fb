"""What a scenario calls: remember when each request was sent, and fail on every finding at the end."""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta

import simcord

from tests.contract import lint, openapi
from tests.contract.requests import Finding, readable

Clock = Callable[[], datetime]

_fine: set[bytes] = set()
"""The digests of requests without a fault: every scenario tells Discord the same commands, and much else."""


class StampedRequests(list[simcord.HttpLogEntry]):
    """The simulator's record of requests, with the instant of each beside it."""

    def __init__(self, now: Clock) -> None:
        super().__init__()
        self._now = now
        self.instants: list[datetime] = []

    def append(self, request: simcord.HttpLogEntry) -> None:
        """Keep a request and when it was made."""
        super().append(request)
        self.instants.append(self._now())

    def clear(self) -> None:
        """Forget everything so far."""
        super().clear()
        self.instants.clear()


def watch(env: simcord.Env, now: Clock) -> None:
    """Stamp the requests of `env` from here on with `now`, the clock that the bot was given.

    Without it, "the event is in the past" is judged from the instant the simulator started.
    """
    stamped = StampedRequests(now)
    for request in env.backend.http_requests:
        stamped.append(request)
    env.backend.http_requests = stamped


def contract_findings(env: simcord.Env) -> list[Finding]:
    """Every finding in what the bot has sent so far; the description's part only where it is present."""
    requests = env.http_requests
    if isinstance(requests, StampedRequests):
        instants = requests.instants
    else:
        instants = [env.now() - timedelta(seconds=env.backend.clock.elapsed)] * len(requests)
    description = openapi.contract() if openapi.description_path().exists() or required() else None
    found = []
    for request, now in zip(requests, instants, strict=True):
        digest = _digest(request, now)
        if digest in _fine:
            continue
        messages = list(lint.faults(request, now=now))
        if description is not None:
            messages += description.faults(request)
        if messages:
            found += [Finding(request, message) for message in messages]
        else:
            _fine.add(digest)
    return found


def _digest(request: simcord.HttpLogEntry, now: datetime) -> bytes:
    """Sign what a request is judged by; the instant is a part of that where an event is made or changed."""
    moment = now if "scheduled-events" in request.path else None
    judged = (request.method, request.path, request.params, request.json, moment)
    return hashlib.blake2b(json.dumps(judged, default=str).encode(), digest_size=16).digest()


def assert_contract(env: simcord.Env) -> None:
    """Raise AssertionError with every finding in what the bot has sent."""
    found = contract_findings(env)
    if found:
        raise AssertionError(f"{len(found)} findings against Discord's contract:\n{readable(found)}")


def required() -> bool:
    """Whether a missing description is a failure: in CI, where CI=true, it is."""
    return os.environ.get("CI", "").lower() in {"true", "1"}
