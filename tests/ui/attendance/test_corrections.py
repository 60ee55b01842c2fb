"""The record of a meeting on one card: whatever was written into it, it fits and shows the newest."""

from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import MOST, NAME_LIMIT, Attendance, Correction, Entry, Visitor
from buddybot.domain.ids import UserId, VisitorId
from buddybot.domain.text import length_of
from buddybot.services.attendance.corrections import CorrectionView, Seat
from buddybot.ui.attendance.corrections import correction_card
from buddybot.ui.framework.texts import Texts
from tests.cards import words as said
from tests.exports.example_records import NOW, ORGANIZER, group, meeting_record

BIG = "*" * NAME_LIMIT
PEOPLE = [UserId(10**18 + number) for number in range(10)]
MEETING = meeting_record().meeting


def entry(user_id: UserId, by: UserId | None) -> Entry:
    return Entry(MEETING.id, user_id, Attendance.EXCUSED, None, by, NOW, None)


def correction(number: int) -> Correction:
    at, reason = NOW + timedelta(minutes=number), f"{number} {'_' * (190 - number)}"
    return Correction(PEOPLE[number % 10], Attendance.ABSENT, Attendance.EXCUSED, ORGANIZER, at, reason)


def view(
    *, corrections: int, visitors: int = MOST, by: UserId | None = ORGANIZER, name: str = BIG
) -> CorrectionView:
    return CorrectionView(
        group=group("#" * 32),
        meeting=MEETING,
        number=100,
        met=True,
        seats=tuple(Seat(user_id, BIG, entry(user_id, by)) for user_id in PEOPLE),
        visitors=tuple(
            Visitor(VisitorId(number), MEETING.id, f"{number}{name[1:]}", ORGANIZER, NOW)
            for number in range(visitors)
        ),
        trail=tuple(correction(number) for number in range(corrections)),
    )


@pytest.mark.parametrize("corrections", [60, 90, 150])
@pytest.mark.parametrize(
    "name", [BIG, "  " + "\N{SLIGHTLY SMILING FACE}" * (NAME_LIMIT // 2 - 1)], ids=["markup", "emoji"]
)
def test_the_fullest_record_fits_into_one_message_and_shows_the_newest_corrections(
    name: str, corrections: int
) -> None:
    card = correction_card(Texts(), view(corrections=corrections, name=name))
    assert length_of(said(card)) <= 4000
    assert card.total_children_count <= 40
    lines = said(card).splitlines()
    assert f": {corrections - 1} " in lines[-1]
    assert "Earlier corrections" in said(card)


def test_who_recorded_something_and_had_their_data_deleted_is_nobody() -> None:
    shown = said(correction_card(Texts(), view(corrections=0, visitors=0, by=UserId(0))))
    assert "recorded by somebody whose data was deleted" in shown
    assert "<@0>" not in shown
    assert "What was corrected" not in shown


def test_what_the_bot_settled_and_what_somebody_said_themselves_is_told_apart() -> None:
    own = Seat(PEOPLE[0], "Ana", entry(PEOPLE[0], PEOPLE[0]))
    settled = Seat(PEOPLE[1], "Ben", entry(PEOPLE[1], None))
    given = view(corrections=0, visitors=0)
    card = correction_card(
        Texts(),
        CorrectionView(
            group=given.group,
            meeting=given.meeting,
            number=1,
            met=True,
            seats=(own, settled, Seat(PEOPLE[2], "", None)),
            visitors=(),
            trail=(),
        ),
    )
    shown = said(card)
    assert f"<@{PEOPLE[0]}>: excused, by their own word" in shown
    assert f"<@{PEOPLE[1]}>: excused, by their check-in or answer" in shown
    assert f"<@{PEOPLE[2]}>: not recorded" in shown
