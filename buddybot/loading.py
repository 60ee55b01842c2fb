"""Loading the program: its modules stay until the end, so nobody looks for garbage among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def for_good() -> Iterator[None]:
    """Import what the bot needs within this, before it does anything.

    A full collection walks through every function and class of the libraries. With discord.py loaded that
    makes the event loop deaf for 20 ms, and the collections while it loads are a twentieth of the start.
    """
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()  # before the collector is back: the first look would go through all of it
    finally:
        if looked:
            gc.enable()
