"""What the bot owes: kinds of pings, their keys, and how long each is of use."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from buddybot.domain.ids import ChannelId, GroupId, GuildId, MeetingId, MessageId, PingId, UserId


class PingKind(StrEnum):
    """Everything that is ever said without having been asked for at that moment.

    In the channel: the meeting's card a day before, the check-in at its start, the summary at its
    close (which closes a meeting that nobody closed), a notice of a change. To a person: the
    reminder of a meeting not answered yet (only by direct message, only when opted in), the nudge.
    """

    CARD = "card"
    CHECKIN = "checkin"
    SUMMARY = "summary"
    NUDGE = "nudge"
    CHANGE = "change"
    REMINDER = "reminder"


class PingState(StrEnum):
    """`sending` may have arrived; only Discord's history can tell after a crash."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    MISSED = "missed"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"


GROUP = UserId(0)
"""The recipient of what goes to the whole group."""


def key(group_id: GroupId, slot: date, kind: PingKind, recipient: UserId = GROUP, *, edition: int = 0) -> str:
    """Return what makes a ping unique: group, local date of the meeting, kind, recipient.

    `edition` tells apart the notices about one meeting that was changed more than once.
    """
    tail = f":{edition}" if edition else ""
    return f"{group_id}:{slot.isoformat()}:{kind.value}:{recipient}{tail}"


@dataclass(frozen=True, slots=True)
class Owed:
    """A ping as the planner wants it."""

    key: str
    guild_id: GuildId
    group_id: GroupId
    meeting_id: MeetingId
    kind: PingKind
    recipient: UserId
    due_at: datetime
    expires_at: datetime
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Ping:
    """A row of the outbox."""

    id: PingId
    key: str
    guild_id: GuildId
    group_id: GroupId
    meeting_id: MeetingId | None
    kind: PingKind
    recipient: UserId
    due_at: datetime
    expires_at: datetime
    state: PingState
    direct: bool
    channel_id: ChannelId | None
    message_id: MessageId | None
    attempts: int
    try_at: datetime
