"""The ids of the domain: plain integers that cannot be mixed up, and how one that is written is read."""

from typing import NewType

GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
RoleId = NewType("RoleId", int)
UserId = NewType("UserId", int)
InteractionId = NewType("InteractionId", int)

GroupId = NewType("GroupId", int)
InvitationId = NewType("InvitationId", int)
MeetingId = NewType("MeetingId", int)
CommitmentId = NewType("CommitmentId", int)
PingId = NewType("PingId", int)
LocationId = NewType("LocationId", int)
SwapId = NewType("SwapId", int)
EventId = NewType("EventId", int)
AlertId = NewType("AlertId", int)
VisitorId = NewType("VisitorId", int)

_ABOVE_ALL_IDS = 2**63
_MOST_DIGITS = 19


def read_id(text: str) -> int | None:
    """Return the number that a text writes in plain digits; None for other text, and for no 64-bit number.

    Neither Discord nor a database has an id above that, so nothing that is looked up can have it.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    number = int(text)
    return number if number < _ABOVE_ALL_IDS else None
