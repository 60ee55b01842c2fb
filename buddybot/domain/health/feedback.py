"""What can be said to the organizers in confidence: fixed phrases about the group, and how it is going."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, UserId

MOST_A_WEEK = 3
MOST_PHRASES = 3
LOWEST_RATING, HIGHEST_RATING = 1, 5


class Phrase(StrEnum):
    """About the group and its meetings, never about a person."""

    HELPS = "helps"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    TIME = "time"
    PLACE = "place"
    PRACTICE = "practice"
    VARIETY = "variety"
    LISTENING = "listening"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one member said of a group."""

    id: int
    group_id: GroupId
    group_name: str
    user_id: UserId
    phrases: tuple[Phrase, ...]
    rating: int
    given_at: datetime


def phrases(chosen: Sequence[str]) -> tuple[Phrase, ...]:
    """Return what was chosen, in the order in which it is offered; Refusal `button.stale` for other text."""
    if not 1 <= len(set(chosen)) <= MOST_PHRASES or not set(chosen) <= set(Phrase):
        raise Refusal("button.stale")
    return tuple(phrase for phrase in Phrase if phrase in chosen)


def rating(chosen: str) -> int:
    """Return the rating that was chosen; Refusal `button.stale` for other text."""
    if chosen not in {str(value) for value in range(LOWEST_RATING, HIGHEST_RATING + 1)}:
        raise Refusal("button.stale")
    return int(chosen)
