"""What a member intends for a meeting."""

from dataclasses import dataclass
from enum import StrEnum

from buddybot.domain.ids import UserId


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


@dataclass(frozen=True, slots=True)
class Rsvp:
    """One member's answer."""

    user_id: UserId
    answer: Answer
    source: Source


@dataclass(frozen=True, slots=True)
class Roll:
    """The answers for one meeting of everybody who is a member now, longest in the group first."""

    given: tuple[Rsvp, ...]
    no_word: tuple[UserId, ...]

    def of(self, user_id: UserId) -> Answer | None:
        """Return a member's answer, their own or that of their time away."""
        return next((rsvp.answer for rsvp in self.given if rsvp.user_id == user_id), None)

    def answered_themselves(self) -> tuple[UserId, ...]:
        """Return who gave an answer that is not that of their time away."""
        return tuple(rsvp.user_id for rsvp in self.given if rsvp.source is Source.MEMBER)

    def who(self, answer: Answer) -> tuple[UserId, ...]:
        """Return who gave this answer."""
        return tuple(rsvp.user_id for rsvp in self.given if rsvp.answer is answer)

    @property
    def coming(self) -> tuple[UserId, ...]:
        """Who said they come, in whatever way."""
        return tuple(rsvp.user_id for rsvp in self.given if rsvp.answer.coming)
