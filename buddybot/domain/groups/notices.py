"""What organizers are told of trouble in their group."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import GroupId

Value = str | int


class Notice(NamedTuple):
    """One trouble of one group; `parameters` whose names end in `_at` are epoch seconds."""

    id: int
    group_id: GroupId
    group_name: str
    code: str
    parameters: Mapping[str, Value]
    created_at: datetime


CARD_REFUSED = "card_refused"


ROUTE_CLOSED = "route_closed"
"""Notices of a message that Discord does not take, and of a channel that takes none."""
