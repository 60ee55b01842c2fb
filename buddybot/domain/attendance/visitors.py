"""Somebody who is no member and was at a meeting: a name in the organizer's words, counted in no rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId, VisitorId

NAME_LIMIT = 80
MOST = 10
"""Visitors of one meeting."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor; `withdrawn_at` is set when it was a mistake."""

    id: VisitorId
    meeting_id: MeetingId
    name: str
    recorded_by: UserId | None
    recorded_at: datetime
    withdrawn_by: UserId | None = None
    withdrawn_at: datetime | None = None


def present(visitors: Iterable[Visitor]) -> tuple[Visitor, ...]:
    """Return those who were not taken back."""
    return tuple(visitor for visitor in visitors if visitor.withdrawn_at is None)


def check_room(visitors: Iterable[Visitor], name: str | None = None) -> None:
    """Raise Refusal `visitor.twice` or `visitor.many` when a meeting takes no more, or none of this name."""
    here = present(visitors)
    if name is not None and name.casefold() in {visitor.name.casefold() for visitor in here}:
        raise Refusal("visitor.twice", name=name)
    if len(here) >= MOST:
        raise Refusal("visitor.many", most=MOST)
