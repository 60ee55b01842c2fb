"""A database's thread keeps the loop company, where the system can be asked for that."""

import os
import threading
from collections.abc import Iterator

import pytest

from buddybot.storage import processors
from buddybot.storage.processors import Place

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system places its threads itself"
)


@pytest.fixture
def thread() -> Iterator[threading.Thread]:
    """A thread that waits."""
    over = threading.Event()
    waiting = threading.Thread(target=over.wait)
    waiting.start()
    yield waiting
    over.set()
    waiting.join()


def processors_of(thread: threading.Thread) -> set[int]:
    assert thread.native_id is not None
    return os.sched_getaffinity(thread.native_id)


def test_a_thread_is_put_where_the_caller_is_and_not_the_caller(thread: threading.Thread) -> None:
    place, mine = Place(thread), os.sched_getaffinity(0)
    place.beside()
    assert len(processors_of(thread)) == 1
    assert processors_of(thread) <= mine
    assert os.sched_getaffinity(0) == mine


def test_it_follows(thread: threading.Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(thread)
    for here in sorted(os.sched_getaffinity(0)):
        monkeypatch.setattr(processors, "_current", lambda here=here: lambda: here)
        place.beside()
        assert processors_of(thread) == {here}


def test_what_the_system_does_not_allow_is_left_as_it_is(
    thread: threading.Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, before = Place(thread), processors_of(thread)
    monkeypatch.setattr(processors, "_current", lambda: lambda: 1_000)
    place.beside()
    assert processors_of(thread) == before
    monkeypatch.setattr(processors, "_current", lambda: None)
    place.beside()
    assert processors_of(thread) == before
