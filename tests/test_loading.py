"""What loading leaves behind: garbage is looked for again, and not among the program's modules."""

import gc
from collections.abc import Iterator

import pytest

from buddybot import loading


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_was_loaded_is_never_looked_through_when_loading_ends() -> None:
    looked: list[str] = []

    def look(phase: str, _: object) -> None:
        looked.append(phase)

    try:
        with loading.for_good():
            gc.callbacks.append(look)
            loaded = [[each] for each in range(100_000)]
    finally:
        gc.callbacks.remove(look)
    assert not looked
    assert gc.get_freeze_count() > len(loaded)
    assert gc.isenabled()


def test_garbage_is_looked_for_again_when_loading_fails() -> None:
    with pytest.raises(ImportError), loading.for_good():
        raise ImportError
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
