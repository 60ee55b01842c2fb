"""Meetings and days as people choose or type them, and answers as buttons carry them."""

from datetime import date

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.meetings.meetings import Answer
from buddybot.ui.framework.choices import parse_pick
from buddybot.ui.framework.router import Input
from buddybot.ui.meetings.day_choices import parse_day
from cogs.next import answer_in


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(None, None), ("", None), ("  ", None), ("17", 17), (" 17 ", 17), ("2026-01-08", date(2026, 1, 8))],
)
def test_a_meeting_is_chosen_by_its_id_or_its_day(typed: str | None, meant: object) -> None:
    assert parse_pick(typed) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-1", "date.unreadable"),
        ("\u0661\u0667", "date.unreadable"),
        ("1_0", "date.unreadable"),
        ("2026-W01-1", "date.unreadable"),
        ("2026-02-30", "date.nonexistent"),
        ("2300-01-01", "date.range"),
        ("next <@1>", "date.unreadable"),
    ],
)
def test_anything_else_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_pick(typed)
    assert caught.value.code == code


def test_a_number_that_names_no_meeting_is_left_to_the_service_to_refuse() -> None:
    assert parse_pick("9" * 19) == 0


def test_a_day_may_be_left_out() -> None:
    assert parse_day(None) is None
    assert parse_day(" ") is None
    assert parse_day("2026-01-08") == date(2026, 1, 8)


@pytest.mark.parametrize("arguments", [(), ("5",), ("5", ""), ("5", "boss"), ("5", "GOING")])
def test_a_forged_answer_is_a_stale_button(arguments: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as caught:
        answer_in(Input(arguments, (), {}), 1)
    assert caught.value.code == "button.stale"


def test_a_button_carries_its_answer() -> None:
    assert answer_in(Input(("5", "late"), (), {}), 1) is Answer.LATE
