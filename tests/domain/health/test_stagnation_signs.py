"""Facts are told as they are: not held, nothing scheduled, one activity, one host, no commitments."""

import datetime as dt

import pytest

from buddybot.domain.health.stagnation_signs import Fact, Past, Sign, facts
from buddybot.domain.ids import UserId

ANA, BEN = UserId(1), UserId(2)
TODAY = dt.date(2026, 11, 30)
HELD, OFF, HOLIDAY = Past(held=True), Past(held=False), Past(held=False, holiday=True)


def told(past: list[Past], *, days: int = 3, planned: bool = True) -> list[Fact]:
    return list(
        facts(
            past,
            today=TODAY,
            since=TODAY - dt.timedelta(days=days),
            next_meeting=TODAY + dt.timedelta(days=4) if planned else None,
        )
    )


@pytest.mark.parametrize(
    ("past", "row"),
    [
        ([HELD, OFF, OFF, OFF], 3),
        ([OFF, OFF, OFF, OFF], 4),
        ([HELD, OFF, OFF], None),
        ([OFF, OFF, OFF, HELD], None),
        ([OFF, OFF, HELD, OFF, OFF], None),
        ([HELD, OFF, HOLIDAY, OFF, HOLIDAY, OFF], 3),
        ([HELD, HOLIDAY, HOLIDAY, HOLIDAY], None),
    ],
)
def test_three_meetings_not_held_in_a_row(past: list[Past], row: int | None) -> None:
    assert told(past) == ([] if row is None else [Fact(Sign.NOT_HELD, row, row)])


@pytest.mark.parametrize(
    ("days", "planned", "expected"), [(10, False, True), (9, False, False), (40, True, False)]
)
def test_nothing_scheduled_for_ten_days(days: int, planned: bool, expected: bool) -> None:
    assert told([HELD], days=days, planned=planned) == [Fact(Sign.NOTHING_SCHEDULED, days, days)] * expected


@pytest.mark.parametrize(
    ("activities", "count"),
    [
        ("aaaab", 4),
        ("baaaa", 4),
        ("aaaaa", 5),
        ("aaaa", 4),
        ("aaabb", None),
        ("aaaabb", None),
        ("aaa", None),
        ("-----", None),
        ("a-aaa", 4),
        ("a-a-a", None),
    ],
)
def test_the_same_activity_in_four_of_five_meetings(activities: str, count: int | None) -> None:
    past = [Past(held=True, activity=None if each == "-" else each) for each in activities]
    last = min(len(activities), 5)
    assert told(past) == ([] if count is None else [Fact(Sign.SAME_ACTIVITY, count, last, "a")])


def test_a_meeting_that_was_not_held_had_no_activity() -> None:
    past = [Past(held=True, activity="a"), *[Past(held=False, activity="a")] * 2] * 3
    assert Sign.SAME_ACTIVITY not in {fact.sign for fact in told(past)}


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ([ANA] * 5, True),
        ([BEN, *[ANA] * 5], True),
        ([ANA] * 4, False),
        ([ANA, ANA, BEN, ANA, ANA], False),
        ([ANA, ANA, None, ANA, ANA], False),
        ([None] * 5, False),
    ],
)
def test_one_person_hosting_every_time(hosts: list[UserId | None], expected: bool) -> None:
    past = [Past(held=True, host=host) for host in hosts]
    assert told(past) == [Fact(Sign.ONE_HOST, 5, 5, ANA)] * expected


@pytest.mark.parametrize(
    ("commitments", "expected"),
    [
        ([0, 0, 0], True),
        ([4, 0, 0, 0], True),
        ([0, 0], False),
        ([0, 0, 1], False),
        ([0, 1, 0], False),
        ([0, None, 0], False),
    ],
)
def test_nobody_sets_commitments(commitments: list[int | None], expected: bool) -> None:
    past = [Past(held=True, commitments=count) for count in commitments]
    assert told(past) == [Fact(Sign.NO_COMMITMENTS, 3, 3)] * expected


def test_a_group_that_is_well_or_new_has_no_facts() -> None:
    well = [
        Past(held=True, activity=name, host=host, commitments=3)
        for name, host in zip("abcd", [ANA, BEN] * 2, strict=True)
    ]
    assert told(well) == told([]) == []


def test_several_facts_are_told_together() -> None:
    past = [Past(held=True, activity="a", host=ANA, commitments=0)] * 5
    assert [fact.sign for fact in told([*past, OFF, OFF, OFF], days=25, planned=False)] == list(Sign)
