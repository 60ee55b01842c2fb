"""Ids that are written are read in one place, and none is above what a database column holds."""

import pytest

from buddybot.domain.text import read_id


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("17", 17), ("007", 7), (str(2**63 - 1), 2**63 - 1), ("0" * 18 + "1", 1)]
)
def test_an_id_is_read_when_it_is_written_in_plain_digits(text: str, number: int) -> None:
    assert read_id(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", " 1", "-1", "+1", "1_0", "1.0", "0x1", "\u0661", "\u00b2", "x", str(2**63), "9" * 19],
)
def test_nothing_is_read_when_no_database_could_hold_the_id(text: str) -> None:
    assert read_id(text) is None
