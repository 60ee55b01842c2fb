"""Commitments are quoted as they were made, count in part, and carry what is left."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.commitments.commitments import (
    MAX_TARGET,
    Category,
    Commitment,
    Outcome,
    Settled,
    State,
    Visibility,
    guess_category,
    has_other_number,
    offers_help,
    parse_line,
    readable_by,
    remainder,
    settle,
)
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import CommitmentId, GroupId, UserId

ANA, BEN = UserId(1), UserId(2)
COFFEE = Commitment(
    id=CommitmentId(1),
    group_id=GroupId(1),
    user_id=ANA,
    category=Category.NETWORKING,
    text="Four coffee meetings",
    target=4,
    done=0,
    plan=None,
    visibility=Visibility.GROUP,
    state=State.OPEN,
    weeks_carried=0,
    carried_from=None,
    created_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    set_at_meeting=None,
)


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("4 coffee meetings", 4),
        ("4x coffee", 4),
        ("4 x coffee", 4),
        ("4 \u00d7 coffee", 4),
        ("4\u00d7 coffee", 4),
        ("Four coffee meetings", 4),
        ("coffee meetings x4", 4),
        ("coffee meetings x 12", 12),
        ("coffee meetings \u00d74", 4),
        ("Apply to 5 jobs", 5),
        ("practise 2 STAR stories", 2),
        ("send three thank-you notes", 3),
        ("99 emails", 99),
        # numbers that count nothing
        ("Finish my résumé", 1),
        ("9 am call with Ana", 1),
        ("12 March workshop", 1),
        ("Attend 2 day workshop", 1),
        ("2-page résumé", 1),
        ("1:1 with a manager", 1),
        ("3rd interview", 1),
        ("5k run", 1),
        ("2026 job fair", 1),
        ("One-to-one with Bo", 1),
        ("one of the forms", 1),
        ("Meet Ana at 5 Mill Lane", 1),
        ("Send a thank-you note to each of the three interviewers", 1),
        ("٣ coffee meetings", 1),
        ("someone else", 1),
    ],
)
def test_a_line_gives_its_count_and_keeps_every_word(line: str, target: int) -> None:
    read = parse_line(line)
    assert read.target == target
    assert read.text == line


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("99999999999999 emails", 1),
        ("apply to 100000 jobs", 1),
        ("-5 emails", 1),
        ("-1 emails", 1),
        ("2.5 hours of calls", 1),
        ("1,000 emails", 1),
        ("2-3 letters", 1),
        ("1e3 calls", 1),
        ("10k words", 1),
        ("\uff15 emails", 1),
        ("\N{VULGAR FRACTION ONE HALF} a letter", 1),
        ("coffee x 1000", 1),
        ("3 calls and 2 letters", 3),
        ("12 calls before 9 am", 12),
        ("two hundred emails", 2),
        ("twenty five letters", 20),
        ("twenty-five letters", 1),
        ("sixty applications", 1),
        ("a dozen letters", 1),
        ("a hundred emails", 1),
        ("five or six calls", 5),
        ("5 emails twice", 5),
        ("several emails", 1),
        ("half a letter", 1),
        ("a pair of calls", 1),
        ("zero emails", 1),
    ],
)
def test_a_number_that_is_not_the_count_is_noticed(line: str, target: int) -> None:
    assert parse_line(line).target == target
    assert has_other_number(line, target)


@pytest.mark.parametrize(
    "line",
    [
        "4 coffee meetings",
        "four coffees",
        "twenty emails",
        "Finish my r\u00e9sum\u00e9",
        "1 letter",
        "mock x4",
        "one-to-one talk with Ana",
        "ten one-to-one talks",
        "weight training",
    ],
)
def test_a_line_with_its_count_alone_is_clear(line: str) -> None:
    assert not has_other_number(line, parse_line(line).target)


def test_a_line_is_cleaned_before_it_is_kept() -> None:
    assert parse_line("  4 \u200bcoffee\n meetings ") == (4, "4 coffee meetings", Category.NETWORKING)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("0 applications", "commitment.target"),
        ("100 applications", "commitment.target"),
        ("applications x0", "commitment.target"),
        ("applications x999", "commitment.target"),
        ("4", "commitment.words"),
        ("4 !!", "commitment.words"),
        ("4 x", None),
        ("", "text.empty"),
        ("\u3164", "text.empty"),
        ("x" * 201, "text.long"),
    ],
)
def test_a_line_that_promises_nothing_or_too_much_is_refused(line: str, code: str | None) -> None:
    if code is None:
        assert parse_line(line).text == line
        return
    with pytest.raises(Refusal) as refusal:
        parse_line(line)
    assert refusal.value.code == code


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        read = parse_line(line)
    except Refusal:
        return
    assert 1 <= read.target <= MAX_TARGET


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Apply to 5 jobs", Category.APPLICATION),
        ("three applications", Category.APPLICATION),
        ("coffee with a former colleague", Category.NETWORKING),
        ("message two people on LinkedIn", Category.NETWORKING),
        ("informational interview at the library", Category.INFORMATIONAL_INTERVIEW),
        ("thank-you note after the interview", Category.THANK_YOU),
        ("Ask Ben for an introduction", Category.INTRODUCTION),
        ("ask for a referral", Category.INTRODUCTION),
        ("Finish my re\u0301sumé", Category.RESUME),
        ("new CV", Category.RESUME),
        ("write a STAR story", Category.STAR_STORY),
        ("2 stories about conflict", Category.STAR_STORY),
        ("mock interview with Cho", Category.MOCK_INTERVIEW),
        ("résumé workshop", Category.WORKSHOP),
        ("career fair on Saturday", Category.EVENT),
        ("Start a blog", Category.OTHER),
        ("recall the recaller", Category.OTHER),
    ],
)
def test_the_category_is_guessed_from_the_words(text: str, category: Category) -> None:
    assert guess_category(text) is category


def test_the_values_of_the_enums_are_what_the_database_keeps() -> None:
    values = {str(each) for enum in (Category, Visibility, State) for each in enum}
    assert {
        "thank_you",
        "informational_interview",
        "group",
        "private",
        "open",
        "kept",
        "carried",
        "dropped",
    } <= values
    assert all(value == value.lower() and " " not in value for value in values)


def test_all_done_is_kept_also_when_the_rest_was_let_go() -> None:
    assert settle(COFFEE, Outcome(done=4)) == Settled(State.KEPT, 4, None)
    assert settle(COFFEE, Outcome(done=6, drop=True)) == Settled(State.KEPT, 4, None)


def test_what_is_not_done_is_carried_with_the_remainder() -> None:
    assert settle(COFFEE, Outcome(done=3)) == Settled(State.CARRIED, 3, 1)
    assert settle(COFFEE, Outcome(done=0)) == Settled(State.CARRIED, 0, 4)


def test_what_is_let_go_is_dropped_and_not_carried() -> None:
    assert settle(COFFEE, Outcome(done=1, drop=True)) == Settled(State.DROPPED, 1, None)


def test_settling_again_corrects() -> None:
    once = settle(COFFEE, Outcome(done=1))
    carried = replace(COFFEE, state=once.state, done=once.done)
    assert settle(carried, Outcome(done=4)) == Settled(State.KEPT, 4, None)


def test_a_negative_outcome_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        settle(COFFEE, Outcome(done=-1))
    assert refusal.value.code == "commitment.done"


@given(target=st.integers(1, 99), done=st.integers(0, 120), drop=st.booleans())
def test_nothing_promised_is_lost_between_done_and_carried(target: int, done: int, drop: bool) -> None:
    settled = settle(replace(COFFEE, target=target), Outcome(done=done, drop=drop))
    assert 0 <= settled.done <= target
    if settled.state is State.CARRIED:
        assert settled.carried_target is not None
        assert settled.carried_target >= 1
        assert settled.done + settled.carried_target == target
    else:
        assert settled.carried_target is None


def test_the_remainder_is_never_negative() -> None:
    assert remainder(replace(COFFEE, done=1)) == 3
    assert remainder(replace(COFFEE, done=9)) == 0


def test_help_is_offered_from_the_third_carry_on() -> None:
    assert [offers_help(weeks) for weeks in range(5)] == [False, False, False, True, True]


def test_a_private_text_is_its_owners_alone() -> None:
    private = replace(COFFEE, visibility=Visibility.PRIVATE)
    assert readable_by(COFFEE, BEN)
    assert readable_by(private, ANA)
    assert not readable_by(private, BEN)
