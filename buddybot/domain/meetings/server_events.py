"""The server's own event of a meeting, as far as it is known."""

from dataclasses import dataclass
from enum import StrEnum

from buddybot.domain.ids import ChannelId, EventId, GroupId, GuildId, MeetingId


class EventState(StrEnum):
    """`making` may exist already; `over` was ended or deleted in Discord and is not made again."""

    MAKING = "making"
    SHOWN = "shown"
    OVER = "over"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent:
    """What the server's event of a meeting was last told, and what it should be told now.

    `state` is None where there is none yet, `group_id` where the meeting was dropped. While it is
    being made, `shown` is the mark by which it is found again.
    """

    meeting_id: MeetingId
    guild_id: GuildId
    group_id: GroupId | None
    channel_id: ChannelId | None
    event_id: EventId | None
    state: EventState | None
    shown: str
    wanted: str
