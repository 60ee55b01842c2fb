"""The messages about a meeting that are edited in place."""

from dataclasses import dataclass
from enum import StrEnum

from buddybot.domain.ids import ChannelId, GroupId, GuildId, MeetingId, MessageId


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


@dataclass(frozen=True, slots=True)
class ShownCard:
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
