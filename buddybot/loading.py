"""Loading the program: its modules stay until the end, so nobody looks for garbage among them."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from ssl import SSLContext


@contextmanager
def for_good() -> Iterator[None]:
    """Import what the bot needs within this, before it does anything.

    A full collection walks through every function and class of the libraries; with discord.py loaded
    that makes the event loop deaf for 20 ms, and several of them are a tenth of the start.
    """
    with undisturbed():
        with certificates_meanwhile():
            yield
        gc.freeze()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Make within this what stays, while nobody looks for garbage.

    What is made and kept in great numbers sets off one collection after the other, which find nothing.
    """
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


@contextmanager
def certificates_meanwhile() -> Iterator[None]:
    """Import aiohttp, and read the machine's certificates beside what is imported within this.

    aiohttp reads them while it is imported. That takes OpenSSL a seventh of the start, in which the
    interpreter has nothing to do; at the end of this they have been read.
    """
    asked: list[Callable[[], None]] = []
    read = SSLContext.set_default_verify_paths

    def later(context: SSLContext) -> None:
        asked.append(partial(read, context))

    SSLContext.set_default_verify_paths = later  # type: ignore[method-assign,assignment]  # put back at once
    try:
        import aiohttp  # noqa: F401  # for what it does
    finally:
        SSLContext.set_default_verify_paths = read  # type: ignore[method-assign]
    with ThreadPoolExecutor(max_workers=1) as beside:
        reading = [beside.submit(each) for each in asked]
        yield
    for each in reading:
        each.result()
