"""Carries one ping to its end: look whether it arrived, prepare it, send it, note what became of it."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from buddybot.domain.groups import Group, GroupState
from buddybot.domain.ids import ChannelId, MeetingId, MessageId
from buddybot.domain.pings import GROUP, Ping, PingKind, nonce
from buddybot.domain.quiet import QuietHours, defer
from buddybot.domain.zones import usable
from buddybot.pings.backoff import after
from buddybot.pings.outlet import Busy, Outlet, Refused, Unauthorized, Unclear, Unreachable
from buddybot.pings.owed import quiet_of
from buddybot.pings.pacing import Pacer
from buddybot.pings.verdicts import OPENING_TOO_FAST, UNKNOWN_MESSAGE, Verdict, is_blocked
from buddybot.services import alert_news
from buddybot.services.announcements import Announcement, Announcer
from buddybot.services.work import Now
from buddybot.storage.cards import CardKind, CardRepository
from buddybot.storage.database import Database, Tx
from buddybot.storage.groups import GroupRepository, MemberRepository
from buddybot.storage.preferences import PreferenceRepository
from buddybot.storage.routes import RouteRepository
from buddybot.storage.sending import OUTAGE, Claimed, SendingRepository

log = logging.getLogger(__name__)

DIRECT_PAUSE = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(days=1)
"""How far the bot's clock may have been off when it sent what is now looked for."""

_GONE_FROM_DISCORD = (10007, 10013, 40007, 50033)
"""Codes of a person who is not there any more, or whose account was deleted."""
_FOR_RESTING = (PingKind.CHANGE, PingKind.ARCHIVE, PingKind.BREAK)
"""What is said in a group that does not meet."""


class Ending(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    SUPPRESSED = "suppressed"
    MISSED = "missed"
    LATER = "later"
    TAKEN_OVER = "taken over"


@dataclass(slots=True)
class Flight:
    """A claimed ping under way.

    `unsure` while an earlier attempt may have arrived, `begun` while any attempt may have.
    """

    claimed: Claimed
    unsure: bool = False
    begun: bool = False
    ended: bool = False

    @classmethod
    def of(cls, claimed: Claimed) -> "Flight":
        """Return the flight of a ping; where it was headed is noted before anything is sent."""
        unsure = claimed.recovering and claimed.ping.channel_id is not None
        return cls(claimed, unsure=unsure, begun=unsure)


@dataclass(frozen=True, slots=True)
class _Prepared:
    announcement: Announcement
    channel_id: ChannelId | None


class Courier:
    """Knows the order in which nothing is lost and nothing is doubled."""

    def __init__(
        self,
        *,
        database: Database,
        now: Now,
        announcers: Mapping[PingKind, Announcer],
        cards: Mapping[PingKind, CardKind],
        outlet: Outlet,
        pacer: Pacer,
        quiet: QuietHours | None,
        before: Mapping[PingKind, Callable[[MeetingId], Awaitable[None]]] | None = None,
        look_for_leavers: Callable[[Ping], Awaitable[None]] | None = None,
    ) -> None:
        """`announcers` prepare each kind of ping; `cards` says which of its meeting's cards a ping becomes.

        `quiet` are the hours in which members who chose none themselves get no direct message.
        `before` reads from Discord what pings of a kind go by, just before they are prepared, and
        `look_for_leavers` notes which of the members whom a ping may name have left the server.
        """
        self._database = database
        self._now = now
        self._announcers = announcers
        self._cards = cards
        self._outlet = outlet
        self._pacer = pacer
        self._quiet = quiet
        self._before = before or {}
        self._look_for_leavers = look_for_leavers

    async def carry(self, flight: Flight) -> Ending:
        """Bring a ping as far as it gets now; raises Unauthorized when nothing gets anywhere."""
        try:
            ending = await self._carry(flight)
        except Refused as error:
            flight.begun = flight.unsure
            ending = await self._refused(flight, error)
        except Busy as error:
            flight.begun = flight.unsure
            ending = await self._later(flight, timedelta(seconds=max(1.0, error.seconds)), str(error))
        except Unreachable as error:
            flight.begun = flight.unsure
            ending = await self._no_discord(flight, f"unreachable: {error}")
        except Unclear as error:
            ending = await self._no_discord(flight, f"unclear: {error}")
        except Unauthorized:
            flight.begun = flight.unsure
            raise
        except Exception as error:  # the boundary of one ping: a fault in it holds up no other
            reference = secrets.token_hex(4)
            log.error("ping %s failed, reference %s", flight.claimed.ping.id, reference, exc_info=error)
            ending = await self._later(
                flight, after(flight.claimed.ping.attempts), f"{type(error).__name__}, reference {reference}"
            )
        flight.ended = True
        return ending

    async def _carry(self, flight: Flight) -> Ending:
        ping = flight.claimed.ping
        if flight.unsure and ping.channel_id is not None and await self._arrived(flight, ping.channel_id):
            return Ending.SENT
        if ping.expires_at <= self._now():
            return await self._missed(flight)
        if ping.meeting_id is not None and (read := self._before.get(ping.kind)) is not None:
            await read(ping.meeting_id)
        if self._look_for_leavers is not None:
            await self._look_for_leavers(ping)
        prepared = await self._database.write(lambda tx: self._prepare(tx, flight))
        if not isinstance(prepared, _Prepared):
            return prepared
        letter = self._outlet.letter(ping.kind, prepared.announcement, nonce(ping.key))
        channel_id = prepared.channel_id
        if channel_id is None:
            channel_id = await self._open_direct(flight)
        if channel_id is None:
            return Ending.TAKEN_OVER
        await self._pacer.turn()
        if self._now() >= flight.claimed.until:  # asleep meanwhile: another may be sending it by now
            return await self._later(flight, timedelta(0), "held for too long")
        flight.begun = True
        message_id = await letter.send(channel_id)
        await self._delivered(flight, channel_id, message_id)
        return Ending.SENT

    async def _arrived(self, flight: Flight, channel_id: ChannelId) -> bool:
        """Look in the channel's history; what cannot be read leaves it to the nonce."""
        ping = flight.claimed.ping
        try:
            found = await self._outlet.find(channel_id, nonce(ping.key), since=ping.due_at - CLOCKS_DIFFER)
        except Refused as error:
            log.info("ping %s: history of its channel refused (%s)", ping.id, error)
            return False
        if found is None:
            flight.unsure = flight.begun = False
            return False
        await self._delivered(flight, channel_id, found)
        return True

    async def _prepare(self, tx: Tx, flight: Flight) -> _Prepared | Ending:
        """Make what is said from the present state, or end it; all in one transaction."""
        ping, now = flight.claimed.ping, self._now()
        sending = SendingRepository(tx)
        # What is said is read after the last change, and the next change waits: it is counted as one
        # that the message does not show yet.
        await GroupRepository(tx).lock(ping.group_id)
        group = await GroupRepository(tx).get(ping.guild_id, ping.group_id)
        if group is None or (group.state is not GroupState.ACTIVE and ping.kind not in _FOR_RESTING):
            return await self._not_owed(tx, flight)
        if group.route_error is not None and not ping.direct and ping.kind is not PingKind.ALERT:
            await self._note_later(tx, flight, now + after(ping.attempts), f"route {group.route_error}")
            return Ending.LATER
        if ping.recipient != GROUP:
            allowed_at = await self._allowed_at(tx, flight, group, now)
            if allowed_at is None or allowed_at >= ping.expires_at:
                await sending.suppressed(ping, now)
                return Ending.SUPPRESSED
            if allowed_at > now:
                await self._note_later(tx, flight, allowed_at, "quiet hours")
                return Ending.LATER
        announcement = await self._announcers[ping.kind](tx, ping, group, now)
        if announcement is None:
            await sending.suppressed(ping, now)
            return Ending.SUPPRESSED
        channel_id = None if ping.direct else announcement.channel_id or group.channel_id
        if channel_id is not None and not await sending.heading(ping, channel_id):
            return Ending.TAKEN_OVER
        if ping.kind in self._cards and ping.meeting_id is not None:
            await CardRepository(tx).preparing(ping.meeting_id, self._cards[ping.kind])
        return _Prepared(announcement, channel_id)

    async def _not_owed(self, tx: Tx, flight: Flight) -> Ending:
        """End what a group that rests owes nobody; an alert stays owed to an organizer's next command."""
        sending, ping = SendingRepository(tx), flight.claimed.ping
        if ping.kind is PingKind.ALERT:
            await sending.missed(ping, self._now())
            return Ending.MISSED
        await sending.suppressed(ping, self._now())
        return Ending.SUPPRESSED

    async def _allowed_at(self, tx: Tx, flight: Flight, group: Group, now: datetime) -> datetime | None:
        """When the recipient may be written to; None when they left, or take no direct messages."""
        ping = flight.claimed.ping
        member = await MemberRepository(tx).get(group.id, ping.recipient)
        if member is None or member.gone_since is not None:
            return None
        person = await PreferenceRepository(tx).get(group.guild_id, ping.recipient)
        if ping.direct and not person.direct_messages:
            return None
        quiet = quiet_of(person, self._quiet, direct=ping.direct)
        return max(now, defer(now, quiet, usable(person.zone, group.zone)))

    async def _open_direct(self, flight: Flight) -> ChannelId | None:
        """Return where to send it; None when another sender has taken it over."""
        channel_id = await self._outlet.direct(flight.claimed.ping.recipient)
        held = await self._database.write(
            lambda tx: SendingRepository(tx).heading(flight.claimed.ping, channel_id)
        )
        return channel_id if held else None

    async def _delivered(self, flight: Flight, channel_id: ChannelId, message_id: MessageId) -> None:
        ping = flight.claimed.ping

        async def script(tx: Tx) -> None:
            sending = SendingRepository(tx)
            await sending.finish(ping, channel_id=channel_id, message_id=message_id, now=self._now())
            if ping.kind in self._cards:  # only what was prepared as a card is entered
                await sending.posted(
                    ping,
                    self._cards[ping.kind],
                    channel_id=channel_id,
                    message_id=message_id,
                    again=flight.claimed.recovering,
                )

        await self._database.write(script)

    async def _missed(self, flight: Flight) -> Ending:
        await self._database.write(lambda tx: SendingRepository(tx).missed(flight.claimed.ping, self._now()))
        return Ending.MISSED

    async def _later(self, flight: Flight, wait: timedelta, error: str) -> Ending:
        now = self._now()
        if flight.claimed.ping.expires_at <= now:
            return await self._missed(flight)
        await self._database.write(lambda tx: self._note_later(tx, flight, now + wait, error))
        return Ending.LATER

    async def _no_discord(self, flight: Flight, error: str) -> Ending:
        return await self._later(flight, after(flight.claimed.ping.attempts), f"{OUTAGE}, {error}")

    async def _note_later(self, tx: Tx, flight: Flight, try_at: datetime, error: str) -> None:
        sending = SendingRepository(tx)
        if flight.begun:
            await sending.leave_open(flight.claimed.ping, try_at=try_at, error=error)
        else:
            await sending.put_back(flight.claimed.ping, try_at=try_at, error=error)

    async def _refused(self, flight: Flight, error: Refused) -> Ending:
        """Do what the verdict on Discord's answer asks for."""
        ping, now = flight.claimed.ping, self._now()
        if error.code == UNKNOWN_MESSAGE:
            return await self._deleted_meanwhile(flight)
        if ping.direct and error.code in _GONE_FROM_DISCORD:
            await self._database.write(lambda tx: SendingRepository(tx).suppressed(ping, now))
            return Ending.SUPPRESSED
        if ping.direct and error.code == OPENING_TOO_FAST:
            return await self._hold_direct(flight)
        if error.verdict is Verdict.OURS:
            return await self._not_taken(flight, error)
        if ping.kind is PingKind.ALERT:
            return await self._alert_refused(flight)

        async def script(tx: Tx) -> None:
            if ping.direct:
                await SendingRepository(tx).put_back(ping, try_at=now, error=str(error), direct=False)
            else:
                await RouteRepository(tx).close(ping.group_id, error.code, now)
                await self._note_later(tx, flight, now + after(ping.attempts), f"refused {error}")

        log.warning(
            "ping %s: %s refused (%s)", ping.id, "direct message" if ping.direct else "channel", error
        )
        await self._database.write(script)
        return Ending.LATER

    async def _not_taken(self, flight: Flight, error: Refused) -> Ending:
        """End what Discord will not take whatever the channel: the same message gets the same answer."""
        ping, now = flight.claimed.ping, self._now()
        reference = secrets.token_hex(4)
        log.error("ping %s: Discord refused the message itself (%s), reference %s", ping.id, error, reference)

        async def script(tx: Tx) -> None:
            if ping.kind is PingKind.ALERT:  # shown with an organizer's next command
                await SendingRepository(tx).suppressed(ping, now)
            else:
                why = "blocked" if is_blocked(error.code) else "fault"
                await SendingRepository(tx).undeliverable(
                    ping, now, why=why, code=error.code, reference=reference
                )

        await self._database.write(script)
        return Ending.SUPPRESSED if ping.kind is PingKind.ALERT else Ending.MISSED

    async def _alert_refused(self, flight: Flight) -> Ending:
        """Let an alert reach organizers another way: the group's own channel has no part in it."""
        ping, now = flight.claimed.ping, self._now()

        async def script(tx: Tx) -> None:
            await SendingRepository(tx).suppressed(ping, now)
            if not ping.direct:
                await alert_news.channel_refused(tx, ping, now)

        log.warning("ping %s: %s refused", ping.id, "direct message" if ping.direct else "alert channel")
        await self._database.write(script)
        return Ending.SUPPRESSED

    async def _deleted_meanwhile(self, flight: Flight) -> Ending:
        """A repeat of a message that arrived and was deleted: it was delivered."""
        ping, now = flight.claimed.ping, self._now()

        async def script(tx: Tx) -> None:
            await SendingRepository(tx).finish(ping, channel_id=None, message_id=None, now=now)

        await self._database.write(script)
        return Ending.SENT

    async def _hold_direct(self, flight: Flight) -> Ending:
        until = self._now() + DIRECT_PAUSE

        async def script(tx: Tx) -> None:
            await self._note_later(tx, flight, until, "opening direct messages too fast")
            await SendingRepository(tx).hold_direct(until)

        await self._database.write(script)
        return Ending.LATER
