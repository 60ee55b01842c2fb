"""Delivers one ping: look whether it arrived, prepare it, send it, note what became of it."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import QuietHours, defer
from buddybot.domain.ids import ChannelId, MeetingId, MessageId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.pings import GROUP, Ping, PingKind, nonce
from buddybot.domain.zones import pick_known_zone
from buddybot.pings.dispatch.message_gateway import (
    Busy,
    MessageGateway,
    Refused,
    Unauthorized,
    Unclear,
    Unreachable,
)
from buddybot.pings.dispatch.send_rate import Pacer, wait_after
from buddybot.pings.dispatch.verdicts import OPENING_TOO_FAST, UNKNOWN_MESSAGE, Verdict, is_blocked
from buddybot.pings.planning.due_pings import quiet_of
from buddybot.services.core.service import Announcement, Preparer
from buddybot.services.core.unit_of_work import DatabaseTransactions, Now, UnitOfWork, bot_transaction
from buddybot.services.health import alert_messages
from buddybot.storage.outbox.sending import OUTAGE, Claimed

log = logging.getLogger(__name__)

DIRECT_PAUSE = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(days=1)
"""How far the bot's clock may have been off when it sent what is now looked for."""

_GONE_FROM_DISCORD = (10007, 10013, 40007, 50033)
"""Codes of a person who is not there any more, or whose account was deleted."""
_FOR_RESTING = (PingKind.CHANGE, PingKind.PLACE, PingKind.ARCHIVE, PingKind.BREAK)
"""What is said in a group that does not meet."""


class DeliveryOutcome(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    MISSED = "missed"
    LATER = "later"
    TAKEN_OVER = "taken over"


@dataclass(slots=True)
class DeliveryAttempt:
    """A claimed ping under way.

    `unsure` while an earlier attempt may have arrived, `begun` while any attempt may have.
    """

    claimed: Claimed
    unsure: bool = False
    begun: bool = False
    ended: bool = False

    @classmethod
    def from_claimed(cls, claimed: Claimed) -> "DeliveryAttempt":
        """Return an attempt to send a ping; where it was headed is noted before anything is sent."""
        unsure = claimed.recovering and claimed.ping.channel_id is not None
        return cls(claimed, unsure=unsure, begun=unsure)


class _Prepared(NamedTuple):
    announcement: Announcement
    channel_id: ChannelId | None


class DeliveryWorker:
    """Knows the order in which nothing is lost and nothing is doubled."""

    def __init__(
        self,
        *,
        transactions: DatabaseTransactions,
        now: Now,
        preparers: Mapping[PingKind, Preparer],
        cards: Mapping[PingKind, CardKind],
        gateway: MessageGateway,
        pacer: Pacer,
        quiet: QuietHours | None,
        before: Mapping[PingKind, Callable[[MeetingId], Awaitable[None]]] | None = None,
        look_for_leavers: Callable[[Ping], Awaitable[None]] | None = None,
    ) -> None:
        """`preparers` prepare each kind of ping; `cards` says which of its meeting's cards a ping becomes.

        `quiet` are the hours in which members who chose none themselves get no direct message.
        `before` reads from Discord what pings of a kind go by, just before they are prepared, and
        `look_for_leavers` notes which of the members whom a ping may name have left the server.
        """
        self._transactions = transactions
        self._now = now
        self._preparers = preparers
        self._cards = cards
        self._gateway = gateway
        self._pacer = pacer
        self._quiet = quiet
        self._before = before or {}
        self._look_for_leavers = look_for_leavers

    async def deliver(self, attempt: DeliveryAttempt) -> DeliveryOutcome:
        """Bring a ping as far as it gets now; raises Unauthorized when nothing gets anywhere."""
        try:
            outcome = await self._deliver(attempt)
        except Refused as error:
            attempt.begun = attempt.unsure
            outcome = await self._handle_refusal(attempt, error)
        except Busy as error:
            attempt.begun = attempt.unsure
            outcome = await self._retry_later(attempt, timedelta(seconds=max(1.0, error.seconds)), str(error))
        except Unreachable as error:
            attempt.begun = attempt.unsure
            outcome = await self._wait_for_discord(attempt, f"unreachable: {error}")
        except Unclear as error:
            outcome = await self._wait_for_discord(attempt, f"unclear: {error}")
        except Unauthorized:
            attempt.begun = attempt.unsure
            raise
        except Exception as error:  # the boundary of one ping: a fault in it holds up no other
            reference = secrets.token_hex(4)
            log.error("ping %s failed, reference %s", attempt.claimed.ping.id, reference, exc_info=error)
            outcome = await self._retry_later(
                attempt,
                wait_after(attempt.claimed.ping.attempts),
                f"{type(error).__name__}, reference {reference}",
            )
        attempt.ended = True
        return outcome

    async def _deliver(self, attempt: DeliveryAttempt) -> DeliveryOutcome:
        ping = attempt.claimed.ping
        if (
            attempt.unsure
            and ping.channel_id is not None
            and await self._settle_arrived(attempt, ping.channel_id)
        ):
            return DeliveryOutcome.SENT
        if ping.expires_at <= self._now():
            return await self._note_missed(attempt)
        if ping.meeting_id is not None and (read := self._before.get(ping.kind)) is not None:
            await read(ping.meeting_id)
        if self._look_for_leavers is not None:
            await self._look_for_leavers(ping)
        prepared = await self._prepare(attempt)
        if not isinstance(prepared, _Prepared):
            return prepared
        message = self._gateway.make_message(ping.kind, prepared.announcement, nonce(ping.key))
        channel_id = prepared.channel_id
        if channel_id is None:
            channel_id = await self._open_direct(attempt)
        if channel_id is None:
            return DeliveryOutcome.TAKEN_OVER
        await self._pacer.wait_turn()
        if self._now() >= attempt.claimed.until:  # the machine slept: another process may be sending it
            return await self._retry_later(attempt, timedelta(0), "held for too long")
        attempt.begun = True
        message_id = await message.send(channel_id)
        await self._note_delivered(attempt, channel_id, message_id)
        return DeliveryOutcome.SENT

    async def _settle_arrived(self, attempt: DeliveryAttempt, channel_id: ChannelId) -> bool:
        """Look in the channel's history; what cannot be read leaves it to the nonce."""
        ping = attempt.claimed.ping
        try:
            found = await self._gateway.find_message(
                channel_id, nonce(ping.key), since=ping.due_at - CLOCKS_DIFFER
            )
        except Refused as error:
            log.info("ping %s: history of its channel refused (%s)", ping.id, error)
            return False
        if found is None:
            attempt.unsure = attempt.begun = False
            return False
        await self._note_delivered(attempt, channel_id, found)
        return True

    @bot_transaction
    async def _prepare(self, uow: UnitOfWork, attempt: DeliveryAttempt) -> _Prepared | DeliveryOutcome:
        """Make what is said from the present state, or end it; all in one transaction."""
        ping, now = attempt.claimed.ping, self._now()
        sending = uow.sending
        # What is said is read after the last change, and the next change waits: it is counted as one
        # that the message does not show yet.
        await uow.groups.lock(ping.group_id)
        group = await uow.groups.get(ping.guild_id, ping.group_id)
        if group is None or (group.state is not GroupState.ACTIVE and ping.kind not in _FOR_RESTING):
            return await self._end_unneeded(uow, attempt)
        if group.route_error is not None and not ping.direct and ping.kind is not PingKind.ALERT:
            await self._reschedule_ping(
                uow, attempt, now + wait_after(ping.attempts), f"route {group.route_error}"
            )
            return DeliveryOutcome.LATER
        if ping.recipient != GROUP:
            allowed_at = await self._find_time_allowed(uow, attempt, group, now)
            if allowed_at is None or allowed_at >= ping.expires_at:
                await sending.mark_suppressed(ping, now)
                return DeliveryOutcome.SUPPRESSED
            if allowed_at > now:
                await self._reschedule_ping(uow, attempt, allowed_at, "quiet hours")
                return DeliveryOutcome.LATER
        announcement = await self._preparers[ping.kind](uow, ping, group, now)
        if announcement is None:
            await sending.mark_suppressed(ping, now)
            return DeliveryOutcome.SUPPRESSED
        channel_id = None if ping.direct else announcement.channel_id or group.channel_id
        if channel_id is not None and not await sending.note_destination(ping, channel_id):
            return DeliveryOutcome.TAKEN_OVER
        if ping.kind in self._cards and ping.meeting_id is not None:
            await uow.cards.note_preparing(ping.meeting_id, self._cards[ping.kind])
        return _Prepared(announcement, channel_id)

    async def _end_unneeded(self, uow: UnitOfWork, attempt: DeliveryAttempt) -> DeliveryOutcome:
        """End a ping of a group that rests; an alert stays due with an organizer's next command."""
        sending, ping = uow.sending, attempt.claimed.ping
        if ping.kind is PingKind.ALERT:
            await sending.mark_missed(ping, self._now())
            return DeliveryOutcome.MISSED
        await sending.mark_suppressed(ping, self._now())
        return DeliveryOutcome.SUPPRESSED

    async def _find_time_allowed(
        self, uow: UnitOfWork, attempt: DeliveryAttempt, group: Group, now: datetime
    ) -> datetime | None:
        """When the recipient may be written to; None when they left, or take no direct messages."""
        ping = attempt.claimed.ping
        member = await uow.members.get(group.id, ping.recipient)
        if member is None or member.gone_since is not None:
            return None
        person = await uow.preferences.get(group.guild_id, ping.recipient)
        if ping.direct and not person.direct_messages:
            return None
        quiet = quiet_of(person, self._quiet, direct=ping.direct)
        return max(now, defer(now, quiet, pick_known_zone(person.zone, group.zone)))

    async def _open_direct(self, attempt: DeliveryAttempt) -> ChannelId | None:
        """Return where to send it; None when another sender has taken it over."""
        channel_id = await self._gateway.open_direct(attempt.claimed.ping.recipient)
        held = await self._transactions.write(
            lambda uow: uow.sending.note_destination(attempt.claimed.ping, channel_id)
        )
        return channel_id if held else None

    @bot_transaction
    async def _note_delivered(
        self, uow: UnitOfWork, attempt: DeliveryAttempt, channel_id: ChannelId, message_id: MessageId
    ) -> None:
        ping, sending = attempt.claimed.ping, uow.sending
        await sending.finish(ping, channel_id=channel_id, message_id=message_id, now=self._now())
        if ping.kind in self._cards:  # only what was prepared as a card is entered
            await sending.note_posted(
                ping,
                self._cards[ping.kind],
                channel_id=channel_id,
                message_id=message_id,
                again=attempt.claimed.recovering,
            )

    async def _note_missed(self, attempt: DeliveryAttempt) -> DeliveryOutcome:
        await self._transactions.write(lambda uow: uow.sending.mark_missed(attempt.claimed.ping, self._now()))
        return DeliveryOutcome.MISSED

    async def _retry_later(self, attempt: DeliveryAttempt, wait: timedelta, error: str) -> DeliveryOutcome:
        now = self._now()
        if attempt.claimed.ping.expires_at <= now:
            return await self._note_missed(attempt)
        await self._transactions.write(lambda uow: self._reschedule_ping(uow, attempt, now + wait, error))
        return DeliveryOutcome.LATER

    async def _wait_for_discord(self, attempt: DeliveryAttempt, error: str) -> DeliveryOutcome:
        return await self._retry_later(
            attempt, wait_after(attempt.claimed.ping.attempts), f"{OUTAGE}, {error}"
        )

    async def _reschedule_ping(
        self, uow: UnitOfWork, attempt: DeliveryAttempt, try_at: datetime, error: str
    ) -> None:
        sending = uow.sending
        if attempt.begun:
            await sending.leave_open(attempt.claimed.ping, try_at=try_at, error=error)
        else:
            await sending.put_back(attempt.claimed.ping, try_at=try_at, error=error)

    async def _handle_refusal(self, attempt: DeliveryAttempt, error: Refused) -> DeliveryOutcome:
        """Do what the verdict on Discord's answer asks for."""
        ping, now = attempt.claimed.ping, self._now()
        if error.code == UNKNOWN_MESSAGE:
            return await self._note_deleted(attempt)
        if ping.direct and error.code in _GONE_FROM_DISCORD:
            await self._transactions.write(lambda uow: uow.sending.mark_suppressed(ping, now))
            return DeliveryOutcome.SUPPRESSED
        if ping.direct and error.code == OPENING_TOO_FAST:
            return await self._hold_direct(attempt)
        if error.verdict is Verdict.OURS:
            return await self._note_not_taken(attempt, error)
        if ping.kind is PingKind.ALERT:
            return await self._redirect_alert(attempt)
        log.warning(
            "ping %s: %s refused (%s)", ping.id, "direct message" if ping.direct else "channel", error
        )
        await self._close_way(attempt, error, now)
        return DeliveryOutcome.LATER

    @bot_transaction
    async def _close_way(
        self, uow: UnitOfWork, attempt: DeliveryAttempt, error: Refused, now: datetime
    ) -> None:
        """Send what was to be a direct message to the channel, and what was for the channel later."""
        ping = attempt.claimed.ping
        if ping.direct:
            await uow.sending.put_back(ping, try_at=now, error=str(error), direct=False)
        else:
            await uow.channel_health.close(ping.group_id, error.code, now)
            await self._reschedule_ping(uow, attempt, now + wait_after(ping.attempts), f"refused {error}")

    async def _note_not_taken(self, attempt: DeliveryAttempt, error: Refused) -> DeliveryOutcome:
        """End what Discord will not take whatever the channel: the same message gets the same answer."""
        ping, now = attempt.claimed.ping, self._now()
        reference = secrets.token_hex(4)
        log.error("ping %s: Discord refused the message itself (%s), reference %s", ping.id, error, reference)
        if ping.kind is PingKind.ALERT:  # shown with an organizer's next command
            await self._transactions.write(lambda uow: uow.sending.mark_suppressed(ping, now))
            return DeliveryOutcome.SUPPRESSED
        why = "blocked" if is_blocked(error.code) else "fault"
        await self._transactions.write(
            lambda uow: uow.sending.mark_undeliverable(
                ping, now, why=why, code=error.code, reference=reference
            )
        )
        return DeliveryOutcome.MISSED

    async def _redirect_alert(self, attempt: DeliveryAttempt) -> DeliveryOutcome:
        """Let an alert reach organizers another way: the group's own channel has no part in it."""
        ping = attempt.claimed.ping
        log.warning("ping %s: %s refused", ping.id, "direct message" if ping.direct else "alert channel")
        await self._suppress_alert(ping, self._now())
        return DeliveryOutcome.SUPPRESSED

    @bot_transaction
    async def _suppress_alert(self, uow: UnitOfWork, ping: Ping, now: datetime) -> None:
        await uow.sending.mark_suppressed(ping, now)
        if not ping.direct:
            await alert_messages.channel_refused(uow, ping, now)

    async def _note_deleted(self, attempt: DeliveryAttempt) -> DeliveryOutcome:
        """A repeat of a message that arrived and was deleted: it was delivered."""
        ping, now = attempt.claimed.ping, self._now()
        await self._transactions.write(
            lambda uow: uow.sending.finish(ping, channel_id=None, message_id=None, now=now)
        )
        return DeliveryOutcome.SENT

    @bot_transaction
    async def _hold_direct(self, uow: UnitOfWork, attempt: DeliveryAttempt) -> DeliveryOutcome:
        until = self._now() + DIRECT_PAUSE
        await self._reschedule_ping(uow, attempt, until, "opening direct messages too fast")
        await uow.sending.hold_direct(until)
        return DeliveryOutcome.LATER
