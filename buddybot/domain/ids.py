"""The ids of the domain: plain integers that cannot be mixed up."""

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
