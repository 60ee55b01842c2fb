"""The ways in which a point is put into a process that is to die there."""

from asyncio import selector_events
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiohttp.client_proto import ResponseHandler

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


def within(owner: Any, name: str) -> Point:
    """Just before a function that is no coroutine begins, in whatever thread."""

    def install(strike: Strike) -> None:
        original = getattr(owner, name)

        def doomed(*args: Any, **given: Any) -> Any:
            strike()
            return original(*args, **given)

        setattr(owner, name, doomed)

    return install


def behind(owner: Any, name: str) -> Point:
    """When a function that is no coroutine has done its work."""

    def install(strike: Strike) -> None:
        original = getattr(owner, name)

        def doomed(*args: Any, **given: Any) -> Any:
            done = original(*args, **given)
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

        watch_writing(doomed)

    return install


def unread(which: tuple[bytes, bytes]) -> Point:
    """When the answer to a request is there and nobody has looked at it."""

    def install(strike: Strike) -> None:
        asked: dict[Any, bool] = {}

        def note(transport: Any, data: bytes) -> None:
            asked[transport.get_protocol()] = _is(data, which)

        watch_writing(note)
        doom_answers(asked, strike)

    return install


def doom_answers(asked: Mapping[Any, bool], strike: Strike) -> None:
    """Strike when an answer comes by a connection of which `asked` says that it is the one."""
    original = ResponseHandler.data_received

    def doomed(self: ResponseHandler, data: bytes) -> None:
        if asked.get(self):
            strike()
        original(self, data)

    ResponseHandler.data_received = doomed  # type: ignore[method-assign]  # in a process that is to die


def _is(data: bytes, which: tuple[bytes, bytes]) -> bool:
    line = bytes(data[:400]).split(b"\r\n", 1)[0]
    return line.startswith(which[0]) and which[1] in line


def watch_writing(look: Callable[[Any, bytes], None]) -> None:
    """Show each request, as it is handed to the system, to somebody before it is written."""
    transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]  # asyncio's own
    write = transport.write

    def watched(self: Any, data: Any) -> None:
        look(self, bytes(data))
        write(self, data)

    def watched_lines(self: Any, chunks: Any) -> None:
        watched(self, b"".join(bytes(chunk) for chunk in chunks))

    transport.write, transport.writelines = watched, watched_lines
