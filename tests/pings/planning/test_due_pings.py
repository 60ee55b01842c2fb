"""What a group is owed for a meeting, and when."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.groups.preferences import Preferences, QuietHours
from buddybot.domain.ids import ChannelId, GroupId, MeetingId, PingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState, QuorumDecision
from buddybot.domain.meetings.schedule import make_occurrence
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, PingState
from buddybot.pings.planning.due_pings import Times, is_heard_of_no_more, is_too_late, list_due_pings
from tests.pings.people import ANA, BEN, CHO, GUILD, NOON

BERLIN = "Europe/Berlin"
TIMES = Times(
    card_before=timedelta(hours=24),
    close_after=timedelta(hours=12),
    nudge_at=time(10),
    quiet=QuietHours(time(21), time(8)),
)
RESERVED = Preferences(GUILD, ANA)


def group(state: GroupState = GroupState.ACTIVE, *, minimum: int = 0, answer_hours: int = 6) -> Group:
    return Group(
        id=GroupId(1),
        guild_id=GUILD,
        name="Rowan",
        channel_id=ChannelId(800),
        role_id=None,
        zone=BERLIN,
        capacity=6,
        charter="",
        rotation=Rotation.FIXED,
        language="en",
        state=state,
        route_error=None,
        created_by=ANA,
        created_at=NOON,
        minimum=minimum,
        answer_hours=answer_hours,
    )


def meeting(day: date = date(2026, 3, 5), at: time = time(19), **changes: object) -> Meeting:
    given = make_occurrence(day, at, zone=BERLIN, duration_minutes=75)
    plain = Meeting(
        id=MeetingId(5),
        group_id=GroupId(1),
        guild_id=GUILD,
        slot=day,
        kind=MeetingKind.REGULAR,
        day=day,
        time=at,
        zone=BERLIN,
        duration_minutes=75,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        state=MeetingState.SCHEDULED,
        reason=None,
        moves=0,
        opened_at=None,
        closed_at=None,
        facilitator_id=None,
        timekeeper_id=None,
    )
    return plain._replace(**changes)  # type: ignore[arg-type]  # fields by name


def pings(
    *meetings: Meeting,
    members: Mapping[UserId, Preferences] | None = None,
    every_weeks: int = 1,
    state: GroupState = GroupState.ACTIVE,
    minimum: int = 0,
    answer_hours: int = 6,
) -> dict[tuple[PingKind, UserId], DuePing]:
    found = list_due_pings(
        group=group(state, minimum=minimum, answer_hours=answer_hours),
        meetings=meetings,
        members={ANA: RESERVED} if members is None else members,
        every_weeks=every_weeks,
        times=TIMES,
    )
    return {(each.kind, each.recipient): each for each in found}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_week_of_a_group_that_reads_its_channel() -> None:
    found = pings(meeting())
    assert {who: (each.due_at, each.expires_at, each.direct) for who, each in found.items()} == {
        (PingKind.NUDGE, GROUP): (utc("2026-03-02 09:00"), utc("2026-03-03 09:00"), False),
        (PingKind.CARD, GROUP): (utc("2026-03-04 18:00"), utc("2026-03-05 18:00"), False),
        (PingKind.CHECKIN, GROUP): (utc("2026-03-05 18:00"), utc("2026-03-06 07:15"), False),
        (PingKind.SUMMARY, GROUP): (utc("2026-03-06 07:15"), utc("2026-03-13 07:15"), False),
    }
    assert found[PingKind.CARD, GROUP].key == "1:2026-03-05:card:0"


@pytest.mark.parametrize(("every_weeks", "day"), [(1, 2), (2, -2), (3, -5), (4, -9)])
def test_the_nudge_comes_half_way(every_weeks: int, day: int) -> None:
    nudge = pings(meeting(), every_weeks=every_weeks)[PingKind.NUDGE, GROUP]
    assert nudge.due_at == utc("2026-03-02 09:00") + timedelta(days=day - 2)


def test_a_reminder_is_for_those_who_asked_for_direct_messages_and_never_in_quiet_hours() -> None:
    found = pings(
        meeting(at=time(22)),
        members={
            ANA: RESERVED,
            BEN: Preferences(GUILD, BEN, direct_messages=True),
            CHO: Preferences(GUILD, CHO, direct_messages=True, zone="America/New_York"),
        },
    )
    assert (PingKind.REMINDER, ANA) not in found
    assert found[PingKind.REMINDER, BEN].due_at == utc("2026-03-05 07:00")
    assert found[PingKind.REMINDER, CHO].due_at == utc("2026-03-04 21:00")
    assert found[PingKind.REMINDER, BEN].direct
    assert found[PingKind.REMINDER, BEN].expires_at == utc("2026-03-05 21:00")


def test_nudges_go_where_and_when_each_member_wants_them() -> None:
    late = QuietHours(time(22), time(12))
    found = pings(
        meeting(),
        members={
            ANA: Preferences(GUILD, ANA, nudges=False, direct_messages=True),
            BEN: Preferences(GUILD, BEN, quiet=late),
            CHO: Preferences(GUILD, CHO, direct_messages=True, zone="America/New_York"),
        },
    )
    nudges = {who: each for (kind, who), each in found.items() if kind is PingKind.NUDGE}
    assert {who: (each.due_at, each.direct) for who, each in nudges.items()} == {
        BEN: (utc("2026-03-02 11:00"), False),
        CHO: (utc("2026-03-02 15:00"), True),
    }


def test_a_nudge_that_would_come_with_the_card_is_left_out() -> None:
    early = list_due_pings(
        group=group(),
        meetings=[meeting()],
        members={ANA: RESERVED},
        every_weeks=1,
        times=TIMES._replace(card_before=timedelta(hours=168)),
    )
    assert PingKind.NUDGE not in {each.kind for each in early}


def test_a_meeting_started_by_hand_is_checked_in_to_at_once() -> None:
    opened = utc("2026-03-05 17:30")
    found = pings(meeting(state=MeetingState.OPEN, opened_at=opened))
    assert set(found) == {(PingKind.CHECKIN, GROUP), (PingKind.SUMMARY, GROUP)}
    assert found[PingKind.CHECKIN, GROUP].due_at == opened


def test_a_meeting_closed_by_hand_is_summed_up_at_once() -> None:
    closed = utc("2026-03-05 19:20")
    found = pings(meeting(state=MeetingState.CLOSED, closed_at=closed))
    assert set(found) == {(PingKind.SUMMARY, GROUP)}
    assert found[PingKind.SUMMARY, GROUP].due_at == closed


@pytest.mark.parametrize("state", [MeetingState.SKIPPED, MeetingState.CANCELLED])
def test_a_meeting_that_does_not_take_place_has_no_due_pings(state: MeetingState) -> None:
    assert pings(meeting(state=state)) == {}


@pytest.mark.parametrize("state", [GroupState.PAUSED, GroupState.ARCHIVED])
def test_a_group_that_does_not_meet_has_no_due_pings(state: GroupState) -> None:
    assert pings(meeting(), state=state) == {}


def test_two_meetings_on_one_day_have_pings_of_their_own() -> None:
    both = list_due_pings(
        group=group(),
        meetings=[meeting(), meeting(at=time(12), kind=MeetingKind.EXTRA, id=MeetingId(6))],
        members={},
        every_weeks=1,
        times=TIMES,
    )
    assert len({each.key for each in both}) == len(both) == 6


def test_a_nudge_whose_time_has_passed_is_not_begun_and_a_card_still_is() -> None:
    found = pings(meeting())
    nudge, card = found[PingKind.NUDGE, GROUP], found[PingKind.CARD, GROUP]
    assert is_too_late(nudge, nudge.due_at)
    assert not is_too_late(nudge, nudge.due_at - timedelta(seconds=1))
    assert not is_too_late(card, card.due_at + timedelta(hours=1))
    assert is_too_late(card, card.expires_at)


@pytest.mark.parametrize(
    ("hours", "due"), [(1, "2026-03-05 17:00"), (6, "2026-03-05 12:00"), (72, "2026-03-02 18:00")]
)
def test_organizers_are_asked_about_few_when_answers_are_due(hours: int, due: str) -> None:
    question = pings(meeting(), minimum=3, answer_hours=hours)[PingKind.QUORUM, GROUP]
    assert (question.due_at, question.expires_at, question.direct) == (
        utc(due),
        utc("2026-03-05 18:00"),
        False,
    )


def test_nobody_is_asked_where_any_number_makes_a_meeting_or_it_is_decided() -> None:
    assert (PingKind.QUORUM, GROUP) not in pings(meeting())
    for decision in QuorumDecision:
        assert (PingKind.QUORUM, GROUP) not in pings(meeting(quorum_decision=decision), minimum=3)
    assert (PingKind.QUORUM, GROUP) not in pings(meeting(state=MeetingState.OPEN), minimum=3)
    assert pings(meeting(state=MeetingState.CANCELLED), minimum=3) == {}
    assert pings(meeting(), minimum=3, state=GroupState.PAUSED) == {}


def test_a_moved_meeting_is_asked_about_anew() -> None:
    once = pings(meeting(), minimum=3)[PingKind.QUORUM, GROUP]
    moved = pings(meeting(moves=1), minimum=3)[PingKind.QUORUM, GROUP]
    assert once.key != moved.key
    assert pings(meeting())[PingKind.CARD, GROUP].key == pings(meeting(moves=1))[PingKind.CARD, GROUP].key


def test_what_announces_a_meeting_has_another_key_when_it_is_announced_again() -> None:
    before = pings(meeting(), minimum=3)
    again = pings(meeting(announcement=1), minimum=3)
    for kind in (PingKind.CARD, PingKind.QUORUM, PingKind.NUDGE):
        assert before[kind, GROUP].key != again[kind, GROUP].key
    assert before[PingKind.CHECKIN, GROUP].key == again[PingKind.CHECKIN, GROUP].key
    moved = pings(meeting(moves=1, announcement=1), minimum=3)[PingKind.QUORUM, GROUP]
    assert moved.key != again[PingKind.QUORUM, GROUP].key


@pytest.mark.parametrize(
    ("state", "later", "now", "again"),
    [
        (PingState.SENT, 12, "2026-03-04 18:30", True),
        (PingState.SENT, 11, "2026-03-04 18:30", False),
        (PingState.SENT, -12, "2026-03-03 18:30", False),
        (PingState.SENT, 12, "2026-03-05 07:00", False),
        (PingState.SENDING, 240, "2026-03-04 18:30", True),
        (PingState.MISSED, 2, "2026-03-05 18:30", True),
        (PingState.MISSED, 0, "2026-03-05 17:00", False),
        (PingState.PLANNED, 240, "2026-03-04 17:00", False),
        (PingState.CANCELLED, 240, "2026-03-04 17:00", False),
    ],
)
def test_a_meeting_is_announced_again_when_people_have_forgotten_or_never_heard(
    state: PingState, later: int, now: str, again: bool
) -> None:
    due_before = pings(meeting())[PingKind.CARD, GROUP]
    card = Ping(
        id=PingId(1),
        key=due_before.key,
        guild_id=GUILD,
        group_id=due_before.group_id,
        meeting_id=due_before.meeting_id,
        kind=PingKind.CARD,
        recipient=GROUP,
        due_at=due_before.due_at,
        expires_at=due_before.expires_at,
        state=state,
        direct=False,
        channel_id=None,
        message_id=None,
        attempts=1,
        try_at=due_before.due_at,
    )
    due, start = card.due_at + timedelta(hours=later), card.expires_at + timedelta(hours=later)
    assert is_heard_of_no_more(card, due, start, utc(now)) is again


@pytest.mark.parametrize(
    ("minimum", "hours", "card"),
    [
        (3, 6, "2026-03-04 18:00"),
        (3, 12, "2026-03-04 18:00"),
        (3, 13, "2026-03-04 17:00"),
        (3, 72, "2026-03-02 06:00"),
        (0, 72, "2026-03-04 18:00"),
    ],
)
def test_the_card_is_up_half_a_day_before_answers_are_needed(minimum: int, hours: int, card: str) -> None:
    found = pings(meeting(), minimum=minimum, answer_hours=hours)
    assert found[PingKind.CARD, GROUP].due_at == utc(card)
    assert found[PingKind.NUDGE, GROUP].due_at == utc("2026-03-02 09:00")


def test_an_hour_set_too_late_for_anybody_to_answer_is_not_asked_at() -> None:
    question = pings(meeting(), minimum=3)[PingKind.QUORUM, GROUP]
    assert not is_too_late(question, question.due_at - timedelta(hours=1))
    assert is_too_late(question, question.due_at - timedelta(minutes=59))
    assert is_too_late(question, question.due_at + timedelta(hours=1), question.due_at + timedelta(hours=2))
    assert not is_too_late(question, question.due_at + timedelta(hours=1), question.due_at)


def test_what_was_planned_before_stays_planned_however_late() -> None:
    found = pings(meeting())
    nudge, card = found[PingKind.NUDGE, GROUP], found[PingKind.CARD, GROUP]
    assert not is_too_late(nudge, nudge.due_at, nudge.due_at)
    assert not is_too_late(card, card.expires_at, card.due_at)


@pytest.mark.parametrize(
    ("day", "at", "card", "start"),
    [
        (date(2026, 3, 29), time(19), "2026-03-28 17:00", "2026-03-29 17:00"),
        (date(2026, 3, 29), time(2, 30), "2026-03-28 01:00", "2026-03-29 01:00"),
        (date(2026, 10, 25), time(2, 30), "2026-10-24 00:30", "2026-10-25 00:30"),
    ],
)
def test_the_clocks_change_and_the_meeting_stays_at_its_local_time(
    day: date, at: time, card: str, start: str
) -> None:
    found = pings(meeting(day, at))
    assert found[PingKind.CARD, GROUP].due_at == utc(card)
    assert found[PingKind.CHECKIN, GROUP].due_at == utc(start)
