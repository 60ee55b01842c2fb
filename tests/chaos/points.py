"""The labelled points at which a life is ended, and how it ends there: by its own kill -9."""

import os
import signal
from asyncio import selector_events
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiohttp.client_proto import ResponseHandler

from buddybot.pings.courier import Courier
from buddybot.pings.delivery import DiscordOutlet, _Letter
from buddybot.services.checkins import CheckInService
from buddybot.services.personal import PersonalService
from buddybot.services.rotation import RotationService
from buddybot.storage import migrations
from buddybot.storage.audit import AuditRepository
from buddybot.storage.checkins import CheckInRepository
from buddybot.storage.postgres import PostgresTx
from buddybot.storage.sending import SendingRepository
from buddybot.storage.sqlite_script import SqliteTx
from buddybot.storage.venues import VenueRepository

RANDOM = "random instant"
_SEND, _LOOK = (b"POST /api/v10/channels/", b"/messages "), (b"GET /api/v10/channels/", b"/messages?")
_ANSWER, _EDIT = (b"POST /api/v10/interactions/", b"/callback"), (b"PATCH /api/v10/channels/", b"/messages/")

Strike = Callable[..., None]
"""Ends the process when its turn has come, after a last deed if there is one."""
Point = Callable[[Strike], None]


def before(owner: Any, name: str) -> Point:
    """Just before a method begins."""

    def install(strike: Strike) -> None:
        original = getattr(owner, name)

        async def doomed(*args: Any, **given: Any) -> Any:
            strike()
            return await original(*args, **given)

        setattr(owner, name, doomed)

    return install


def after(owner: Any, name: str, *, always: bool = False) -> Point:
    """When a method has done its work; one that returns nothing found nothing to do, if not `always`."""

    def install(strike: Strike) -> None:
        original = getattr(owner, name)

        async def doomed(*args: Any, **given: Any) -> Any:
            done = await original(*args, **given)
            if done or always:
                strike()
            return done

        setattr(owner, name, doomed)

    return install


def sometimes(*engines: Any) -> Point:
    """Between two statements of a script."""

    def install(strike: Strike) -> None:
        for engine in engines:
            passed = iter(range(1, 10_000))

            def now_and_then(passed: Iterator[int] = passed) -> None:
                if next(passed) % 13 == 0:
                    strike()

            before(engine, "run")(now_and_then)

    return install


def half_written(which: tuple[bytes, bytes]) -> Point:
    """When half of a request's bytes are with the system."""

    def install(strike: Strike) -> None:
        def doomed(transport: Any, data: bytes) -> None:
            if _is(data, which):
                strike(lambda: transport._sock.send(data[: len(data) // 2]))

        _watch_writing(doomed)

    return install


def unread(which: tuple[bytes, bytes]) -> Point:
    """When the answer to a request is there and nobody has looked at it."""

    def install(strike: Strike) -> None:
        asked: dict[Any, bool] = {}

        def note(transport: Any, data: bytes) -> None:
            asked[transport.get_protocol()] = _is(data, which)

        _watch_writing(note)
        original = ResponseHandler.data_received

        def doomed(self: ResponseHandler, data: bytes) -> None:
            if asked.get(self):
                strike()
            original(self, data)

        ResponseHandler.data_received = doomed  # type: ignore[method-assign]  # in a process that is to die

    return install


POINTS: Mapping[str, Point] = {
    "delivery: before the claim": before(SendingRepository, "claim"),
    "delivery: claimed, not committed": after(SendingRepository, "claim"),
    "delivery: after `sending`": before(Courier, "_carry"),
    "delivery: prepared, not committed": after(SendingRepository, "heading"),
    "delivery: ready to send": before(_Letter, "send"),
    "delivery: request half written": half_written(_SEND),
    "delivery: delivered, answer unread": unread(_SEND),
    "delivery: before `sent`": before(Courier, "_delivered"),
    "delivery: `sent`, not committed": after(SendingRepository, "finish", always=True),
    "recovery: claimed again, not committed": after(SendingRepository, "recover"),
    "recovery: before looking": before(DiscordOutlet, "find"),
    "recovery: question half written": half_written(_LOOK),
    "recovery: history unread": unread(_LOOK),
    "recovery: found, not noted": after(DiscordOutlet, "find"),
    "check-in: written, not committed": after(CheckInRepository, "put", always=True),
    "check-in: committed, not answered": after(CheckInService, "report"),
    "check-in: answer half written": half_written(_ANSWER),
    "check-in: answer unread": unread(_ANSWER),
    "rotation: turn written, not committed": after(VenueRepository, "put", always=True),
    "rotation: committed, not answered": after(RotationService, "willing"),
    "export: logged, not committed": after(AuditRepository, "log", always=True),
    "export: committed, not answered": after(PersonalService, "copy"),
    "card: edit half written": half_written(_EDIT),
    "card: answer unread": unread(_EDIT),
}
"""Where a running bot is killed; a new deed's points belong here, with somebody in `people` who does it."""

MIGRATION: Mapping[str, Point] = {
    "migration: among its statements": sometimes(SqliteTx, PostgresTx),
    "migration: before one": before(migrations, "_apply"),
    "migration: applied, not committed": after(migrations, "_apply", always=True),
}
"""Where a migration is killed."""


def arm(label: str, nth: int, told: int, points: Mapping[str, Point]) -> None:
    """Let this process die when it comes by a point for the nth time; `told` is where it says so."""
    left = nth

    def strike(last_deed: Callable[[], object] = bool) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            last_deed()
            os.write(told, label.encode())
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()

    if label in points:
        points[label](strike)


def _is(data: bytes, which: tuple[bytes, bytes]) -> bool:
    line = bytes(data[:400]).split(b"\r\n", 1)[0]
    return line.startswith(which[0]) and which[1] in line


def _watch_writing(look: Callable[[Any, bytes], None]) -> None:
    """Show each request, as it is handed to the system, to somebody before it is written."""
    transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]  # asyncio's own
    write = transport.write

    def watched(self: Any, data: Any) -> None:
        look(self, bytes(data))
        write(self, data)

    def watched_lines(self: Any, chunks: Any) -> None:
        watched(self, b"".join(bytes(chunk) for chunk in chunks))

    transport.write, transport.writelines = watched, watched_lines
