"""What of a ledger is a correction, and which visitors a meeting takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.attendance import MOST, Attendance, Entry, Visitor, check_room, present, trail
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId, VisitorId

NOW = datetime(2026, 1, 6, 19, tzinfo=UTC)
ANA, BEN, OLGA = UserId(1), UserId(2), UserId(9)
PRESENT, ABSENT, DIDNT_MEET = Attendance.PRESENT, Attendance.ABSENT, Attendance.DIDNT_MEET


def entry(
    user_id: UserId,
    state: Attendance,
    previous: Attendance | None = None,
    *,
    reason: str | None = None,
    by: UserId | None = OLGA,
    minutes: int = 0,
) -> Entry:
    return Entry(MeetingId(1), user_id, state, previous, by, NOW + timedelta(minutes=minutes), reason)


def test_only_what_was_changed_for_a_reason_is_a_correction_of_one_person() -> None:
    found = trail(
        [
            entry(ANA, Attendance.UNRECORDED, by=None),
            entry(ANA, PRESENT, Attendance.UNRECORDED),
            entry(ANA, ABSENT, PRESENT, reason="She was ill"),
        ]
    )
    assert [(line.user_id, line.previous, line.state, line.reason) for line in found] == [
        (ANA, PRESENT, ABSENT, "She was ill")
    ]


def test_what_is_said_of_everybody_is_one_line_each_time() -> None:
    found = trail(
        [
            *(entry(user, DIDNT_MEET, state, reason="Ice") for user, state in ((ANA, PRESENT), (BEN, None))),
            *(entry(user, PRESENT, DIDNT_MEET, reason="No", minutes=1) for user in (ANA, BEN)),
            *(entry(user, DIDNT_MEET, PRESENT, reason="Yes", minutes=2) for user in (ANA, BEN)),
        ]
    )
    assert [(line.user_id, line.previous, line.state, line.reason) for line in found] == [
        (None, None, DIDNT_MEET, "Ice"),
        (None, DIDNT_MEET, Attendance.UNRECORDED, "No"),
        (None, None, DIDNT_MEET, "Yes"),
    ]


def test_a_correction_stays_when_its_reason_was_deleted_with_whoever_wrote_it() -> None:
    nobody = UserId(0)
    found = trail(
        [
            entry(ANA, PRESENT, by=None),
            entry(ANA, ABSENT, PRESENT, by=nobody),
            *(entry(user, DIDNT_MEET, ABSENT, by=nobody, minutes=1) for user in (ANA, BEN)),
        ]
    )
    assert [(line.user_id, line.state, line.reason) for line in found] == [
        (ANA, ABSENT, None),
        (None, DIDNT_MEET, None),
    ]


def test_that_nobody_met_is_not_said_again_by_somebody_whose_data_was_deleted() -> None:
    off = [entry(user, DIDNT_MEET, PRESENT, reason="All were ill") for user in (ANA, BEN)]
    gone = entry(UserId(-1), DIDNT_MEET, by=UserId(0), minutes=-60)
    assert len(trail([*off, gone])) == 1


@given(st.lists(st.tuples(st.sampled_from(Attendance), st.none() | st.text(min_size=1)), max_size=12))
def test_no_reason_is_lost(said: list[tuple[Attendance, str | None]]) -> None:
    ledger = [entry(ANA, state, reason=why, minutes=number) for number, (state, why) in enumerate(said)]
    assert [line.reason for line in trail(ledger) if line.reason] == [why for _, why in said if why]


def visitor(name: str, *, gone: bool = False) -> Visitor:
    return Visitor(VisitorId(1), MeetingId(1), name, OLGA, NOW, OLGA if gone else None, NOW if gone else None)


def test_a_meeting_takes_ten_visitors_and_each_name_once() -> None:
    here = [visitor(f"Visitor {number}") for number in range(MOST - 1)]
    gone = visitor("Zoe", gone=True)
    assert present([*here, gone]) == tuple(here)
    check_room([*here, gone], "Zoe")
    for people, name, code in (
        (here, "visitor 1", "visitor.twice"),
        ([*here, visitor("Zoe")], "Yul", "visitor.many"),
        ([*here, visitor("Zoe")], None, "visitor.many"),
    ):
        with pytest.raises(Refusal) as caught:
            check_room(people, name)
        assert caught.value.code == code
