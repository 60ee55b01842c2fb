"""A record: how each was at each meeting, the part of it on a page, and one person's own."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.attendance import Attendance, Entry
from buddybot.domain.attendance.rates import Kept, Rates
from buddybot.domain.attendance.records import Membership, cell, page, took_place
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState
from tests.exports.example_records import ORGANIZER, commitment, meeting_record, people, record

MEETING = meeting_record(2).meeting
STARTS = MEETING.starts_at
HOUR = dt.timedelta(hours=1)


def entry(state: Attendance = Attendance.PRESENT) -> Entry:
    return Entry(MEETING.id, UserId(7), state, None, None, STARTS, None)


# -- how somebody stands at a meeting ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "is_member"),
    [
        (STARTS - HOUR, None, True),
        (STARTS, None, True),  # the moment they join they are members
        (STARTS + HOUR, None, False),
        (STARTS - HOUR, STARTS, False),  # the moment they leave they are none
        (STARTS - HOUR, STARTS + HOUR, True),
    ],
)
def test_nobody_counts_for_a_meeting_outside_their_membership(
    since: dt.datetime, until: dt.datetime | None, is_member: bool
) -> None:
    found = cell(MEETING, [Membership(since, until)], entry())
    assert found.counts is is_member
    assert (found.state is Attendance.PRESENT) is is_member


def test_who_left_and_came_back_counts_for_both_times() -> None:
    memberships = [Membership(STARTS - 9 * HOUR, STARTS - 5 * HOUR), Membership(STARTS - HOUR, None)]
    assert cell(MEETING, memberships, None).counts
    earlier = MEETING._replace(starts_at=STARTS - 3 * HOUR, opened_at=None)
    assert not cell(earlier, memberships, None).counts


def test_who_has_no_entry_is_unrecorded_and_never_absent() -> None:
    assert cell(MEETING, [Membership(STARTS, None)], None).state is Attendance.UNRECORDED


@pytest.mark.parametrize("state", [MeetingState.CANCELLED, MeetingState.SKIPPED])
def test_a_meeting_that_was_called_off_did_not_meet(state: MeetingState) -> None:
    found = cell(MEETING._replace(state=state), [Membership(STARTS - HOUR, None)], entry())
    assert found.state is Attendance.DIDNT_MEET
    assert found.entry is None


def test_at_a_meeting_that_is_reduced_to_counts_nobody_has_a_name() -> None:
    assert not cell(MEETING._replace(reduced=True), [Membership(STARTS - HOUR, None)], None).counts


@pytest.mark.parametrize(
    ("letters", "met"), [("", True), ("+", True), ("?/", True), ("-/", True), ("//", False), ("/.", False)]
)
def test_a_meeting_took_place_unless_everybodys_entry_says_otherwise(letters: str, met: bool) -> None:
    states = [person.states[0] for person in people(**dict(zip("abc", letters, strict=False)))]
    assert took_place(states) is met


# -- a part of it ------------------------------------------------------------------------------------

WHOLE = record(
    people(Ana="++-+", Ben="..+e", Cho="?+/?"),
    commitments=[commitment(place=place, done=4 - place) for place in range(4)],
)


def test_a_part_has_the_figures_of_its_meetings_only() -> None:
    part = WHOLE.part(1, 3)
    assert [each.meeting.id for each in part.meeting_records] == [
        each.meeting.id for each in WHOLE.meeting_records[1:3]
    ]
    assert part.rates == Rates(2, came=3, excused=0, absent=1)
    assert part.kept == Kept(2, 0)
    assert {each.meeting_id for each in part.ledger} <= {each.meeting.id for each in part.meeting_records}
    assert (part.first, part.last) == (
        part.meeting_records[0].meeting.day,
        part.meeting_records[-1].meeting.day,
    )


def test_the_whole_is_a_part_of_itself() -> None:
    assert WHOLE.part(0, 4) == WHOLE
    assert WHOLE.kept == Kept(4, 1)


def test_of_whom_nothing_is_said_yet_is_told_by_meeting() -> None:
    assert [WHOLE.unrecorded_at(place) for place in range(4)] == [1, 0, 0, 1]


@given(st.integers(0, 90), st.integers(1, 30))
def test_pages_lead_from_the_newest_through_everything_once(total: int, size: int) -> None:
    shown = page(total, size=size)
    seen = list(range(shown.start, shown.stop))
    while shown.older is not None:
        newer, shown = shown, page(total, size=size, stop=shown.older)
        assert shown.newer == newer.stop
        seen = [*range(shown.start, shown.stop), *seen]
    assert seen == list(range(total))


@given(st.integers(0, 60), st.integers(0, 2**63))
def test_a_page_that_does_not_exist_is_the_nearest_that_does(total: int, stop: int) -> None:
    shown = page(total, size=26, stop=stop)
    assert 0 <= shown.start <= shown.stop <= total
    assert shown.stop > shown.start or not total


def test_a_page_stays_the_same_when_the_group_meets_again() -> None:
    older = page(60, size=26).older
    before, after = (page(total, size=26, stop=older) for total in (60, 61))
    assert (before.start, before.stop) == (after.start, after.stop) == (8, 34)


# -- one person's own --------------------------------------------------------------------------------


def test_an_own_record_has_nothing_of_anybody_else() -> None:
    ben = UserId(ORGANIZER + 1)
    whole = record(
        people(Ana="++-+", Ben="..+e", Cho="?+/?"),
        meeting_records=[meeting_record(place, visitors=("A guest",), unnamed="+") for place in range(4)],
        commitments=[
            commitment("Hers", place=2),
            commitment("His", place=2, user_id=ben),
            commitment("Begun", place=3, user_id=ben, done=1),
        ],
    )
    own = whole.own(ben)
    assert [each.number for each in own.meeting_records] == [3, 4]
    assert [(person.name, person.states) for person in own.people] == [
        ("Ben", (Attendance.PRESENT, Attendance.EXCUSED))
    ]
    assert [each.text for each in own.commitments] == ["His", "Begun"]
    assert own.kept == Kept(2, 1)
    assert own.rates == Rates(2, came=1, excused=1, absent=0)
    assert own.rates == whole.people[1].rates
    assert {entry.user_id for entry in own.ledger} == {ben}
    assert not any(each.visitors or each.unnamed for each in own.meeting_records)


def test_somebody_who_is_not_in_it_has_an_empty_one() -> None:
    own = WHOLE.own(UserId(99))
    assert (own.meeting_records, own.people, own.commitments, own.ledger) == ((), (), (), ())
    assert own.rates is None


def test_those_whose_data_was_deleted_count_without_a_name() -> None:
    whole = record(
        people(Ana="+-"), meeting_records=[meeting_record(0, unnamed="+-"), meeting_record(1, unnamed="e")]
    )
    assert whole.rates == Rates(2, came=2, excused=1, absent=2)
    assert MeetingId(100) == whole.meeting_records[0].meeting.id
