"""An id that no database could hold is no id, wherever a click or a form brings it."""

from collections.abc import Callable

import pytest

from buddybot.domain.errors import Refusal
from buddybot.ui.checkins.checkin_forms import outcomes_in
from buddybot.ui.framework.choices import NOBODY, parse_group, parse_member, parse_pick
from buddybot.ui.framework.router import Input
from buddybot.ui.health.health import parse_alert
from buddybot.ui.locations.host_swaps import pair_chosen
from buddybot.ui.locations.location_forms import minutes_in
from buddybot.ui.locations.locations import parse_location

TOO_LARGE = ("9" * 19, str(2**63))


def given(text: str) -> Input:
    return Input((text,), (text,), {f"c{text}": "1", f"m{text}": "20"})


@pytest.mark.parametrize("text", TOO_LARGE)
@pytest.mark.parametrize(
    ("read", "code"),
    [
        (lambda text: given(text).read_number(0), "button.stale"),
        (lambda text: given(text).read_value(), "button.stale"),
        (lambda text: pair_chosen(given(f"1-{text}")), "button.stale"),
        (lambda text: pair_chosen(given(f"{text}-1")), "button.stale"),
        (parse_alert, "alert.unknown"),
    ],
)
def test_an_id_is_refused_when_it_is_too_large(read: Callable[[str], object], code: str, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", TOO_LARGE)
@pytest.mark.parametrize("read", [parse_group, parse_member, parse_pick, parse_location])
def test_a_choice_is_of_nothing_when_its_id_is_too_large(read: Callable[[str], object], text: str) -> None:
    assert read(text) == NOBODY


@pytest.mark.parametrize("text", TOO_LARGE)
def test_a_field_is_passed_over_when_its_id_is_too_large(text: str) -> None:
    assert outcomes_in(given(text)) == {}
    assert minutes_in(given(text)) == {}
