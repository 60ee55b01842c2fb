"""Loading the program: its modules stay until the end, so nobody looks for garbage among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def for_good() -> Iterator[None]:
    """Import what the bot needs within this, before it does anything.

    A full collection walks through every function and class of the libraries; with discord.py loaded
    that makes the event loop deaf for 20 ms, and several of them are a tenth of the start.
    """
    with undisturbed():
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
