"""Counts are ASCII digits in a range, nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.errors import Refusal
from buddybot.domain.text import parse_count


def count(raw: str) -> int:
    return parse_count(raw, lowest=1, highest=99, field="target")


@pytest.mark.parametrize(("raw", "expected"), [("1", 1), (" 7 ", 7), ("007", 7), ("99", 99)])
def test_a_count_is_read(raw: str, expected: int) -> None:
    assert count(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "\u0663",
        "1_0",
        "+5",
        "1e3",
        "nan",
        "inf",
        "3.0",
        "3,0",
        "0x3",
        "\uff13",
        "\u00b2",
        "--1",
        "1 2",
    ],
)
def test_what_is_no_plain_count_is_unreadable(raw: str) -> None:
    unreadable(raw)


@pytest.mark.parametrize("raw", ["four", "1 2", "1\0", "\ud800", "x" * 100_000])
def test_hostile_input_is_unreadable(raw: str) -> None:
    unreadable(raw)


def unreadable(raw: str) -> None:
    with pytest.raises(Refusal) as refusal:
        count(raw)
    assert refusal.value.code == "number.unreadable"
    assert refusal.value.parameters["field"] == "target"
    assert len(str(refusal.value.parameters["raw"])) <= 40


@pytest.mark.parametrize("raw", ["0", "-1", "100", "9" * 20, "-" + "9" * 20, "9" * 100_000])
def test_a_count_out_of_range_is_refused_with_the_range(raw: str) -> None:
    with pytest.raises(Refusal) as refusal:
        count(raw)
    assert refusal.value.code == "number.range"
    assert (refusal.value.parameters["lowest"], refusal.value.parameters["highest"]) == (1, 99)


@given(st.integers(-500, 500))
def test_a_range_may_hold_negative_numbers(number: int) -> None:
    assert parse_count(str(number), lowest=-500, highest=500, field="x") == number
