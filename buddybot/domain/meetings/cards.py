"""What shows a meeting in Discord: its messages, and the server's own event."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.ids import ChannelId, EventId, GroupId, GuildId, MeetingId, MessageId


class CardKind(StrEnum):
    """Which of a meeting's messages."""

    MEETING = "meeting"
    CHECKIN = "checkin"
    SUMMARY = "summary"
    QUORUM = "few"
    EARLIER_MEETING = "earlier_meeting"
    EARLIER_QUORUM = "earlier_few"


EARLIER = {CardKind.MEETING: CardKind.EARLIER_MEETING, CardKind.QUORUM: CardKind.EARLIER_QUORUM}
"""What a message is once another announces the meeting again: it is edited once more, and then stays."""


class ShownCard(NamedTuple):
    """A message on which Discord shows revision `shown` of `revision`."""

    guild_id: GuildId
    group_id: GroupId
    meeting_id: MeetingId
    kind: CardKind
    channel_id: ChannelId
    message_id: MessageId
    revision: int
    shown: int
    troubled: bool = False
    """Whether the group is told of a message or a channel that refused the bot."""


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
