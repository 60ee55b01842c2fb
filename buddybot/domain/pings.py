"""Pings: their kinds, their keys, and how long each is of use."""

from base64 import urlsafe_b64encode
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from buddybot.domain.ids import ChannelId, GroupId, GuildId, MeetingId, MessageId, PingId, UserId


class PingKind(StrEnum):
    """Everything that is ever said without having been asked for at that moment.

    In the channel: the meeting's card a day before, the check-in at its start, the summary at its
    close (which closes a meeting that nobody closed), a notice of a change in time or of place and
    host, the offer of a turn to the one who may take it, the request for a member's home, and the
    question to organizers what to do when few have said that they come. To a person: the reminder of a
    meeting not answered yet (only by direct message, only when opted in), the nudge, the offer to make
    their own weeks lighter (only by direct message, only when opted in). Thanks that somebody said go to
    the channel, and so does the last word of a group that was archived. A card,
    check-in or summary that was deleted there is posted again.

    An alert goes to organizers only: to their private channel, or to each by direct message; never to
    the group's channel.
    """

    CARD = "card"
    CHECKIN = "checkin"
    SUMMARY = "summary"
    NUDGE = "nudge"
    CHANGE = "change"
    REMINDER = "reminder"
    PLACE = "place"
    SWAP = "swap"
    QUORUM = "few"
    ALERT = "alert"
    OFFER = "offer"
    KUDOS = "kudos"
    CARD_AGAIN = "card_again"
    CHECKIN_AGAIN = "checkin_again"
    QUORUM_AGAIN = "few_again"
    SUMMARY_AGAIN = "summary_again"
    ARCHIVE = "archive"
    BREAK = "break"
    HOME = "home"


NOTICES = frozenset(
    {
        *(PingKind.CHANGE, PingKind.PLACE, PingKind.SWAP, PingKind.HOME),
        *(PingKind.ALERT, PingKind.OFFER, PingKind.KUDOS, PingKind.ARCHIVE, PingKind.BREAK),
        *(PingKind.CARD_AGAIN, PingKind.CHECKIN_AGAIN, PingKind.QUORUM_AGAIN, PingKind.SUMMARY_AGAIN),
    }
)
"""Planned by the service that made the change; the planner neither plans nor cancels them."""
ANNOUNCING = frozenset(
    {PingKind.CARD, PingKind.REMINDER, PingKind.QUORUM, PingKind.CHECKIN, PingKind.SUMMARY}
)
"""What the group goes by: a meeting of which one of these was said stays where it is in a new schedule."""


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


def key(
    group_id: GroupId,
    slot: date,
    kind: PingKind,
    recipient: UserId = GROUP,
    *,
    edition: int = 0,
    extra: bool = False,
) -> str:
    """Return what makes a ping unique: group, local date of the meeting, kind, recipient.

    `edition` tells apart the notices about one meeting that was changed more than once, `extra` a
    meeting outside the schedule from the one that the schedule gives on the same day.
    """
    day = f"{slot.isoformat()}+" if extra else slot.isoformat()
    tail = f":{edition}" if edition else ""
    return f"{group_id}:{day}:{kind.value}:{recipient}{tail}"


MARK = "~"
"""Stands in a custom id between what the button does and the nonce of the ping that brought it."""


def nonce(ping_key: str) -> str:
    """Return what Discord and a channel's history know a ping by: 16 characters, the same for ever."""
    return urlsafe_b64encode(sha256(ping_key.encode()).digest()[:12]).decode()


class DuePing(NamedTuple):
    """A ping as the planner wants it."""

    key: str
    guild_id: GuildId
    group_id: GroupId
    meeting_id: MeetingId | None
    kind: PingKind
    recipient: UserId
    due_at: datetime
    expires_at: datetime
    direct: bool = False
    caused_by: UserId | None = None
    """Whose act a notice tells of; they know it already."""


class Ping(NamedTuple):
    """A row of the outbox; as a tuple it is made in a third of the time, fifty at once."""

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
    caused_by: UserId | None = None
