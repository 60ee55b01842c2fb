"""The house's dataclasses are the standard library's; only their methods come later."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, field, fields, replace
from functools import cached_property

import pytest

from buddybot.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere."""

    name: str
    seats: int = 6
    notes: list[str] = field(default_factory=list)

    @property
    def small(self) -> bool:
        return self.seats < 4


def test_an_object_is_what_the_library_would_make() -> None:
    one = Place(name="Lumen")
    assert repr(one).endswith("Place(name='Lumen', seats=6, notes=[])")
    assert one == Place(name="Lumen", seats=6)
    assert replace(one, seats=3).small
    assert [each.name for each in fields(Place)] == ["name", "seats", "notes"]
    assert (Place.__doc__, Place.__slots__) == ("Somewhere.", ("name", "seats", "notes"))
    with pytest.raises(FrozenInstanceError):
        one.seats = 7  # type: ignore[misc]  # what is tried
    with pytest.raises(TypeError, match="positional"):
        Place("Lumen")  # type: ignore[call-arg]  # what is tried


def test_a_frozen_one_has_a_hash_and_one_with_a_cache_needs_no_slots() -> None:
    @dataclass(frozen=True)
    class Walk:
        minutes: int

        def __post_init__(self) -> None:
            if self.minutes < 0:
                raise ValueError

        @cached_property
        def hours(self) -> float:
            return self.minutes / 60

    assert len({Walk(30), Walk(30), Walk(60)}) == 2
    assert Walk(30).hours == 0.5
    with pytest.raises(ValueError):  # noqa: PT011  # it is the one above
        Walk(-1)


def test_what_is_inherited_is_finished_first() -> None:
    @dataclass(slots=True)
    class Base:
        one: int
        two: int = 2

    @dataclass(slots=True)
    class Derived(Base):
        three: int = 3

    class Plain(Base):
        pass

    assert repr(Derived(1, three=4)).endswith("Derived(one=1, two=2, three=4)")
    assert Plain(5).two == 2


def test_many_threads_make_the_first_object_together() -> None:
    def made() -> Callable[[int], object]:
        @dataclass(frozen=True, slots=True)
        class Late:
            value: int

        return Late

    for _ in range(20):
        late, start = made(), threading.Barrier(8)

        def work(_: int, late: Callable[[int], object] = late, start: threading.Barrier = start) -> object:
            start.wait()
            return late(7)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(work, range(8))) == [late(7)] * 8


def test_no_class_is_finished_before_it_is_needed() -> None:
    code = "import buddybot.app, buddybot.values as v; print(len(v._plans) > 100)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"
