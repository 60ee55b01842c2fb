"""A turn of hosting that a member offers for another's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from buddybot.domain.ids import GroupId, MeetingId, SwapId, UserId

MOST_OFFERS = 3
"""Offers that a person may make for meetings that are still ahead: nobody is asked again and again."""


class SwapState(StrEnum):
    """What became of an offer; one whose time has passed stays open and can be answered no more."""

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One offers to host `other_meeting_id` if the other hosts `meeting_id` for them."""

    id: SwapId
    group_id: GroupId
    meeting_id: MeetingId
    other_meeting_id: MeetingId
    offered_by: UserId
    offered_to: UserId
    created_at: datetime
    state: SwapState
