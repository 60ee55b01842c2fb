"""What the delivery worker needs of Discord, and everything that may go wrong there, in plain words."""

from datetime import datetime
from typing import Protocol

from buddybot.domain.ids import ChannelId, MessageId, UserId
from buddybot.domain.pings import PingKind
from buddybot.pings.dispatch.verdicts import Verdict, judge_answer
from buddybot.services.core.service import Announcement


class Refused(Exception):
    """Discord said no: nothing arrived. `code` is Discord's own, or the HTTP status where it gave none."""

    def __init__(self, *, status: int, code: int) -> None:
        super().__init__(f"{status}/{code}")
        self.status = status
        self.code = code

    @property
    def verdict(self) -> Verdict:
        """What the refusal means."""
        return judge_answer(self.status, self.code)


class Busy(Exception):
    """Discord asked to wait so many seconds: nothing arrived."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"busy for {seconds:.1f} s")
        self.seconds = seconds


class Unreachable(Exception):
    """No connection came about: nothing arrived."""


class Unclear(Exception):
    """The answer was lost or makes no sense: it may have arrived."""


class Unauthorized(Exception):
    """Discord does not take the token any more: nothing will ever arrive."""


class OutgoingMessage(Protocol):
    """A finished message that carries its ping's nonce."""

    async def send(self, channel_id: ChannelId) -> MessageId:
        """Send it; the same nonce again within minutes makes no second message.

        Raises one of this module's exceptions.
        """


class MessageGateway(Protocol):
    """The way to Discord."""

    def make_message(self, kind: PingKind, announcement: Announcement, nonce: str) -> OutgoingMessage:
        """Make the message; ValueError when no button of it can carry the nonce."""

    async def find_message(self, channel_id: ChannelId, nonce: str, *, since: datetime) -> MessageId | None:
        """Return the bot's own message with this nonce, if the channel's recent history has one."""

    async def open_direct(self, user_id: UserId) -> ChannelId:
        """Return the channel of direct messages with a person."""
