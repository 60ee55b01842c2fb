"""A meeting, the states it goes through, and what members say about coming to it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, GuildId, LocationId, MeetingId, UserId


class MeetingKind(StrEnum):
    """Where a meeting comes from."""

    REGULAR = "regular"
    EXTRA = "extra"


class MeetingState(StrEnum):
    """A skipped meeting was left out ahead of time, a cancelled one was called off."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a meeting does not take place."""

    HOLIDAY = "holiday"
    BELOW_QUORUM = "few"
    OTHER = "other"
    SCHEDULE = "schedule"
    """A new schedule has no day for it. Only the group's notice of that still needs the meeting."""


class QuorumDecision(StrEnum):
    """What becomes of a meeting that fewer than the group's minimum said they come to."""

    MEET = "meet"
    ONLINE = "online"
    CANCEL = "cancel"


_NEXT: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.SCHEDULED: frozenset({MeetingState.OPEN, MeetingState.SKIPPED, MeetingState.CANCELLED}),
    MeetingState.OPEN: frozenset({MeetingState.CLOSED, MeetingState.CANCELLED}),
    MeetingState.CLOSED: frozenset(),
    MeetingState.SKIPPED: frozenset({MeetingState.SCHEDULED}),
    MeetingState.CANCELLED: frozenset(),
}


class Meeting(NamedTuple):
    """One meeting; local day, time and zone are the truth, the instants derive from them.

    `slot` is the local date the schedule gave it first; it never changes, and calendars and pings know
    the meeting by it. `given_day` is the date of the present schedule that it takes, where that is
    another. `by_hand` is one whose day or time an organizer put. `moved_from` is the start that the group
    was last told of before a move. `rescheduled_at` is when a new schedule last changed its start, or left
    it no day. `announcement` counts how often it was moved so far that it is announced again.
    `sequence` counts the changes of its entry in a calendar, `quorum_decision` is what an organizer decided
    when few had said they come.
    `holiday` marks one that was held in a week that does not count; `activity` is its key in the
    library, and `lead_id` leads it. `reduced` is one so old that only counts are left of it.
    """

    id: MeetingId
    group_id: GroupId
    guild_id: GuildId
    slot: date
    kind: MeetingKind
    day: date
    time: time
    zone: str
    duration_minutes: int
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    reason: str | None
    moves: int
    opened_at: datetime | None
    closed_at: datetime | None
    facilitator_id: UserId | None
    timekeeper_id: UserId | None
    moved_from: datetime | None = None
    sequence: int = 0
    quorum_decision: QuorumDecision | None = None
    holiday: bool = False
    activity: str | None = None
    lead_id: UserId | None = None
    reduced: bool = False
    given_day: date | None = None
    by_hand: bool = False
    rescheduled_at: datetime | None = None
    announcement: int = 0

    @property
    def stands_for(self) -> date:
        """The local date of the schedule that it takes, wherever it was moved."""
        return self.given_day or self.slot

    @property
    def dropped(self) -> bool:
        """Whether a new schedule has no day for it: the schedule may give its old one to another."""
        return self.state is MeetingState.CANCELLED and self.reason == Reason.SCHEDULE.value

    @property
    def ahead(self) -> bool:
        """Whether it is still to come or going on."""
        return self.state in (MeetingState.SCHEDULED, MeetingState.OPEN)

    def answers_due(self, hours: int) -> datetime:
        """Return when answers are due, `hours` before the start."""
        return answers_due(self.starts_at, hours)

    def become(self, state: MeetingState) -> None:
        """Raise Refusal `meeting.state_<state>` when it cannot go there from where it is."""
        if state not in _NEXT[self.state]:
            raise Refusal(f"meeting.not_{state.value}", state=self.state.value)


class NextMeeting(NamedTuple):
    """What of a meeting ahead is said first: when and where it is, and who hosts it."""

    id: MeetingId
    group_id: GroupId
    day: date
    zone: str
    starts_at: datetime
    duration_minutes: int
    state: MeetingState
    location_id: LocationId | None
    host_id: UserId | None
    online: bool


def began(meeting: Meeting) -> datetime:
    """When a check-in first shows that a member was there: at the start, or at an earlier opening."""
    return meeting.starts_at if meeting.opened_at is None else min(meeting.starts_at, meeting.opened_at)


def answers_due(starts_at: datetime, hours: int) -> datetime:
    """Return when answers are due, `hours` before the start of a meeting."""
    return starts_at - timedelta(hours=hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEntry:
    """A meeting's entry as the latest calendar file that holds it says it."""

    slot: date
    kind: MeetingKind
    zone: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    called_off: bool


class Answer(StrEnum):
    """The four answers; no word yet is the absence of one."""

    GOING = "going"
    LATE = "late"
    VIRTUAL = "virtual"
    APOLOGIES = "apologies"

    @property
    def coming(self) -> bool:
        """Whether the group counts on this person."""
        return self is not Answer.APOLOGIES


class Source(StrEnum):
    """Who gave the answer: the member; else their time away; else their interest in Discord's own event."""

    MEMBER = "member"
    AWAY = "away"
    EVENT = "event"


class Rsvp(NamedTuple):
    """One member's answer."""

    user_id: UserId
    answer: Answer
    source: Source


class Roll(NamedTuple):
    """The answers for one meeting of everybody who is a member now, longest in the group first."""

    given: tuple[Rsvp, ...]
    no_word: tuple[UserId, ...]

    def find_rsvp(self, user_id: UserId) -> Answer | None:
        """Return a member's answer, their own or that of their time away."""
        return next((rsvp.answer for rsvp in self.given if rsvp.user_id == user_id), None)

    def answered_themselves(self) -> tuple[UserId, ...]:
        """Return who gave an answer that is not that of their time away."""
        return tuple(rsvp.user_id for rsvp in self.given if rsvp.source is Source.MEMBER)

    def list_members(self, answer: Answer) -> tuple[UserId, ...]:
        """Return who gave this answer."""
        return tuple(rsvp.user_id for rsvp in self.given if rsvp.answer is answer)

    @property
    def coming(self) -> tuple[UserId, ...]:
        """Who said they come, in whatever way."""
        return tuple(rsvp.user_id for rsvp in self.given if rsvp.answer.coming)
