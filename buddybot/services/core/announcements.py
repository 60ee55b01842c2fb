"""What a ping says: each feature prepares its own kinds, the interface makes cards of them."""

from datetime import datetime
from typing import NamedTuple, Protocol

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import ChannelId, UserId
from buddybot.domain.pings import Ping
from buddybot.services.core.unit_of_work import UnitOfWork


class Announcement(NamedTuple):
    """The content of one message that nobody asked for at that moment.

    `content` is the feature's own frozen view, which the card of this kind of ping is made from;
    `mentions` are the only people whom the message may notify; `channel_id` is where it is said, when
    that is not the group's home channel.
    """

    content: object
    language: str
    mentions: tuple[UserId, ...] = ()
    channel_id: ChannelId | None = None


class Preparer(Protocol):
    """Prepares one kind of ping."""

    async def __call__(
        self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime, /
    ) -> Announcement | None:
        """Return what to say now, or None when the ping is no longer needed.

        Runs in a transaction of its own after the ping was claimed, again after a crash: whatever
        it changes (a meeting opens, nudges are counted) it must find done the second time.
        """
