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
    """Who gave the answer: the member, or their time away."""

    MEMBER = "member"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Rsvp:
    """One member's answer."""

    user_id: UserId
    answer: Answer
    source: Source
