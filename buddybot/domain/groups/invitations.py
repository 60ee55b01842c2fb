"""The only way into a group: an invitation for one person."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InvitationId, MessageId, UserId

CardIds = tuple[ChannelId, MessageId]
"""Where the card of an invitation is."""


class InvitationState(StrEnum):
    """What became of an invitation; one past its time is refused whatever it says here."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(NamedTuple):
    """An invitation; `user_id` is None for a code that was handed over privately."""

    id: InvitationId
    group_id: GroupId
    guild_id: GuildId
    user_id: UserId | None
    invited_name: str | None
    created_by: UserId
    created_at: datetime
    expires_at: datetime
    state: InvitationState

    def check_usable(self, *, by: UserId, now: datetime) -> None:
        """Raise a Refusal unless `by` may answer it now; a stranger learns nothing."""
        if self.user_id is not None and self.user_id != by:
            raise Refusal("invitation.not_yours")
        if self.state is not InvitationState.OPEN:
            raise Refusal("invitation.used")
        if now >= self.expires_at:
            raise Refusal("invitation.expired")
