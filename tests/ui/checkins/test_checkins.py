"""The cards and forms of a meeting fit into Discord, whatever people write."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from buddybot.domain.checkins.checkins import BLOCKER_LIMIT, WIN_LIMIT, CheckIn
from buddybot.domain.checkins.pulse import Band, Pulse
from buddybot.domain.commitments.commitments import Category, Commitment, Outcome, State, Visibility
from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.groups.notices import Notice
from buddybot.domain.ids import ChannelId, CommitmentId, GroupId, GuildId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import NAME_LIMIT as LOCATION_NAME_LIMIT
from buddybot.domain.locations.locations import Access, Location, LocationKind, LocationWords
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.services.checkins.checkin_messages import CheckInView, Quote, Reporter
from buddybot.services.checkins.checkins import CheckInQuestions, Due, Reported
from buddybot.services.checkins.speaking_turns import Round
from buddybot.services.checkins.summary_messages import SummaryView
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.ui.checkins.checkin_forms import next_form, outcomes_in, recorded_card, report_form
from buddybot.ui.checkins.checkins import checkin_card
from buddybot.ui.checkins.summary import summary_card
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Texts
from buddybot.ui.notices import notice_line

NOW = datetime(2026, 1, 4, 19, tzinfo=UTC)
PEOPLE = tuple(UserId(10**18 + number) for number in range(10))
TEXTS = Texts()
GROUP = Group(
    id=GroupId(1),
    guild_id=GuildId(1),
    name="Rowan",
    channel_id=ChannelId(2),
    role_id=None,
    zone="UTC",
    capacity=10,
    charter="",
    rotation=Rotation.FIXED,
    language="en",
    state=GroupState.ACTIVE,
    route_error=None,
    created_by=PEOPLE[0],
    created_at=NOW,
)
MEETING = Meeting(
    id=MeetingId(3),
    group_id=GroupId(1),
    guild_id=GuildId(1),
    slot=date(2026, 1, 4),
    kind=MeetingKind.REGULAR,
    day=date(2026, 1, 4),
    time=time(19),
    zone="UTC",
    duration_minutes=75,
    starts_at=NOW,
    ends_at=NOW + timedelta(minutes=75),
    state=MeetingState.OPEN,
    reason=None,
    moves=0,
    opened_at=NOW,
    closed_at=None,
    facilitator_id=PEOPLE[0],
    timekeeper_id=PEOPLE[1],
)
OPEN_PULSE = Pulse(MeetingId(3), NOW + timedelta(hours=14), open=True, band=None)
LONG = ("words " * 40)[:200]
WORST = ("*_~|`" * 40)[:200]


PLACE = Location(
    id=LocationId(1),
    group_id=GROUP.id,
    guild_id=GROUP.guild_id,
    words=LocationWords(
        name="*" * LOCATION_NAME_LIMIT,
        kind=LocationKind.VIRTUAL,
        address=None,
        link=None,
        access=frozenset(Access),
        note=None,
    ),
    offered_by=None,
    created_at=NOW,
    retired_at=None,
)


def commitment(number: int, text: str, *, target: int = 4, done: int = 0) -> Commitment:
    return Commitment(
        id=CommitmentId(number),
        group_id=GroupId(1),
        user_id=PEOPLE[number % 10],
        category=Category.OTHER,
        text=text,
        target=target,
        done=done,
        plan=text,
        visibility=Visibility.GROUP,
        state=State.OPEN,
        weeks_carried=0,
        carried_from=None,
        created_at=NOW,
        set_at_meeting=None,
    )


def full_view(text: str) -> CheckInView:
    quotes = tuple(Quote(text, text, 4, 3) for _ in range(3))
    return CheckInView(
        group=GROUP,
        meeting=MEETING,
        number=9,
        round=Round(PEOPLE, PEOPLE[0], NOW, PEOPLE[1:], 3, 1),
        people=tuple(Reporter(user_id, True, quotes, 0, (text * 2)[:BLOCKER_LIMIT]) for user_id in PEOPLE),
    )


def parts(card: Any) -> Iterator[dict[str, Any]]:
    def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for component in components:
            yield component
            yield from walk(component.get("components") or [])
            for inner in ("component", "accessory"):
                if component.get(inner):
                    yield from walk([component[inner]])

    yield from walk(card.to_components() if hasattr(card, "to_components") else card.to_dict()["components"])


def said(card: Any) -> str:
    return "\n".join(part["content"] for part in parts(card) if "content" in part)


def assert_fits(card: Any) -> None:
    assert len(said(card)) <= 4000
    assert len(list(parts(card))) <= 40


@pytest.mark.parametrize("text", ["short", LONG, WORST])
def test_the_live_card_holds_ten_people_with_three_promises_each(text: str) -> None:
    card = checkin_card(TEXTS, full_view(text))

    assert_fits(card)
    shown = said(card)
    assert all(f"<@{user_id}>" in shown for user_id in PEOPLE)
    assert shown.count("“") == 30


def test_where_there_is_room_nothing_is_cut_and_otherwise_all_alike() -> None:
    some = full_view(LONG)
    some = some._replace(people=some.people[:2])
    assert LONG in said(checkin_card(TEXTS, some))

    quotes = [line for line in said(checkin_card(TEXTS, full_view(LONG))).splitlines() if "“" in line]
    assert len(quotes) == 30
    assert len(set(quotes)) == 1


def test_live_card_says_that_everyone_has_spoken_when_the_last_speaker_has_gone() -> None:
    spoken = Round(PEOPLE[:2], None, None, (), minutes=3, begun=2)
    assert "Everyone in the round has had a turn." in said(
        checkin_card(TEXTS, full_view("4 calls")._replace(round=spoken))
    )
    nobody = spoken._replace(people=(), begun=0)
    assert "Nobody has said yet" in said(checkin_card(TEXTS, full_view("4 calls")._replace(round=nobody)))


def test_a_turn_of_one_minute_is_one_minute() -> None:
    view = full_view("short")
    long = view._replace(round=view.round._replace(minutes=1, ran_long=True))
    assert "A turn is 1 minute; please keep an eye on the clock, all of you." in said(
        checkin_card(TEXTS, long)
    )


def test_a_promise_is_never_shown_as_failed() -> None:
    view = full_view("coffee")
    quotes = (Quote("coffee", None, 4, 0), Quote("tea", None, 4, 3), Quote("milk", None, 1, 1))
    view = view._replace(people=(Reporter(PEOPLE[0], True, quotes, 2, None),))
    shown = said(checkin_card(TEXTS, view))

    assert "“coffee” · **goes on**" in shown
    assert "“tea” · **3 of 4**" in shown
    assert "“milk” · **done**" in shown
    assert "2 private commitments" in shown


@pytest.mark.parametrize("text", [LONG, WORST])
def test_the_summary_holds_ten_wins_and_thirty_promises(text: str) -> None:
    view = SummaryView(
        group=GROUP,
        meeting=MEETING._replace(state=MeetingState.CLOSED),
        number=9,
        wins=tuple((user_id, (text * 2)[:WIN_LIMIT]) for user_id in PEOPLE),
        kept=tuple(commitment(number, text, done=4) for number in range(20)),
        begun=tuple(commitment(number, text, done=2) for number in range(10)),
        kept_in_all=20,
        following=((MEETING, ArrangementView(None, None)),),
        thanks=tuple((giver, thanked) for giver in PEOPLE for thanked in PEOPLE if giver != thanked),
    )
    assert "And more thanks in the channel." in said(summary_card(TEXTS, view))
    assert "Next: <t:" in said(summary_card(TEXTS, view))
    for pulse in (None, OPEN_PULSE, OPEN_PULSE._replace(open=False, band=Band.MIDDLING)):
        assert_fits(summary_card(TEXTS, view._replace(pulse=pulse)))
    assert "only once four of you have voted." in said(summary_card(TEXTS, view._replace(pulse=OPEN_PULSE)))


def test_the_summary_asks_for_a_rating_until_it_shows_one() -> None:
    view = SummaryView(GROUP, MEETING, 9, (), (), (), 0, (), OPEN_PULSE)
    asked = list(parts(summary_card(TEXTS, view)))
    assert [part["label"] for part in asked if part.get("custom_id", "").startswith("pulse:")] == list(
        "12345"
    )
    for band, words in ((None, "no rating is shown"), *((band, f"was rated {band}.") for band in Band)):
        shown = summary_card(TEXTS, view._replace(pulse=OPEN_PULSE._replace(open=False, band=band)))
        assert words in said(shown)
        assert "Anonymous" not in said(shown)
        assert not [part for part in parts(shown) if part.get("custom_id", "").startswith("pulse")]


def test_the_longest_summary_still_says_all_of_where_the_group_meets_next() -> None:
    arrangement = ArrangementView(PLACE, PEOPLE[1])
    view = SummaryView(
        group=GROUP,
        meeting=MEETING._replace(state=MeetingState.CLOSED),
        number=9,
        wins=tuple((user_id, (LONG * 2)[:WIN_LIMIT]) for user_id in PEOPLE),
        kept=tuple(commitment(number, LONG, done=4) for number in range(20)),
        begun=tuple(commitment(number, LONG, done=2) for number in range(10)),
        kept_in_all=20,
        following=((MEETING, arrangement), (MEETING, arrangement)),
    )
    assert_fits(summary_card(TEXTS, view))
    assert f"hosted by <@{PEOPLE[1]}>" in said(summary_card(TEXTS, view)).rpartition("Then: ")[2]


def test_a_summary_without_anything_to_tell_is_still_kind() -> None:
    view = SummaryView(GROUP, MEETING, 9, (), (), (), 0, ())
    assert said(summary_card(TEXTS, view)).endswith("You met, and that counts.")


@pytest.mark.parametrize("target", [1, 2, 20, 21, 99])
def test_the_first_form_fits_and_reads_back_what_was_reported(target: int) -> None:
    report = CheckIn(MEETING.id, PEOPLE[0], "w" * WIN_LIMIT, "b" * BLOCKER_LIMIT, NOW, NOW)
    for outcome in (Outcome(done=target), Outcome(done=target // 2), Outcome(done=target // 2, drop=True)):
        items = tuple(Due(commitment(number, WORST, target=target), outcome) for number in range(4))
        form = report_form(TEXTS, CheckInQuestions(MEETING, items, report)).to_dict()
        assert len(form["components"]) == 5
        fields: dict[str, str | tuple[str, ...]] = {}
        for item in form["components"]:
            assert len(item["label"]) <= 45
            assert len(item.get("description") or "") <= 100
            inner = item["component"]
            if "options" in inner:
                assert len(inner["options"]) <= 25
                fields[inner["custom_id"]] = tuple(o["value"] for o in inner["options"] if o.get("default"))
            else:
                fields[inner["custom_id"]] = inner.get("value") or ""
        given = Input((), (), fields)
        kept = outcome if target <= 20 else replace(outcome, drop=False)
        assert outcomes_in(given) == {CommitmentId(number): kept for number in range(3)}


def test_nothing_is_chosen_before_anything_was_said_or_done() -> None:
    form = report_form(
        TEXTS, CheckInQuestions(MEETING, (Due(commitment(1, "coffee"), None),), None)
    ).to_dict()
    options = form["components"][0]["component"]["options"]
    assert not any(option.get("default") for option in options)


def test_the_second_form_has_a_field_for_each_free_place() -> None:
    report = CheckIn(MEETING.id, PEOPLE[0], None, None, NOW, NOW)
    for count, fields in ((0, 5), (1, 4), (2, 3)):
        still_open = tuple(commitment(number, WORST) for number in range(count))
        form = next_form(TEXTS, Reported(MEETING, report, (), still_open, ())).to_dict()
        assert len(form["components"]) == fields


def test_what_was_recorded_fits_whatever_was_written() -> None:
    report = CheckIn(MEETING.id, PEOPLE[0], WORST[:WIN_LIMIT], WORST[:BLOCKER_LIMIT], NOW, NOW)
    three = tuple(commitment(number, WORST, done=2) for number in range(3))
    assert_fits(recorded_card(TEXTS, Reported(MEETING, report, three, three, ())))


def test_the_notice_of_an_incomplete_attendance_is_a_sentence() -> None:
    notice = Notice(1, GROUP.id, "Rowan", "attendance_unrecorded", {"number": 9, "count": 2}, NOW)
    assert "attendance of meeting 9 is not complete, 2 unrecorded" in notice_line(TEXTS, notice)
