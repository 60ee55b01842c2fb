"""Nobody looks for garbage while the program is made, and somebody does afterwards."""

import gc

from buddybot import loading


def test_what_is_made_within_another_making_does_not_end_that() -> None:
    with loading.undisturbed():
        with loading.undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
