"""What is left of messages whose buttons have no use any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from buddybot.domain.groups import Group, GroupState
from buddybot.domain.ids import GuildId, InvitationId, MeetingId, UserId
from buddybot.domain.invitations import Invitation
from buddybot.domain.pings import Ping, PingKind
from buddybot.services import swaps
from buddybot.services.homes import HomeQuestion, find_question
from buddybot.services.invitations import CardPlace
from buddybot.services.news import ReminderView
from buddybot.services.swaps import SwapView, note_told
from buddybot.services.work import Work
from buddybot.storage.database import Tx
from buddybot.storage.groups import GroupRepository, MemberRepository
from buddybot.storage.invitations import InvitationRepository
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.outbox import OutboxRepository
from buddybot.storage.preferences import PreferenceRepository
from buddybot.storage.retiring import RetiringRepository
from buddybot.storage.rsvps import RsvpRepository

MOST = 20
"""Messages that are edited at a time; the next refresh takes up what is left."""


@dataclass(frozen=True, slots=True)
class OutdatedMessage:
    """A message that is to lose its buttons; a `reminder` says what became of its meeting instead."""

    ping: Ping
    language: str
    reminder: ReminderView | None


@dataclass(frozen=True, slots=True)
class EndedInvitation:
    """An invitation that can be answered no more, and the message that still asks."""

    invitation: Invitation
    group: Group
    card: CardPlace


class RetiringService:
    """Only the bot itself carries this out."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def outdated(self) -> Sequence[OutdatedMessage]:
        """Return messages that are out of date, at most so many as are edited at a time."""

        async def script(tx: Tx) -> Sequence[OutdatedMessage]:
            pings = await RetiringRepository(tx).outdated(self._work.now(), limit=MOST)
            found = [await _message_of(tx, ping) for ping in pings]
            return [message for message in found if message is not None]

        return await self._work.read(script)

    async def moved_swaps(self) -> Sequence[tuple[Ping, SwapView]]:
        """Return questions about swaps whose meetings moved, with what they should say now."""

        async def script(tx: Tx) -> Sequence[tuple[Ping, SwapView]]:
            found = []
            for ping in await RetiringRepository(tx).moved_swaps(limit=MOST):
                group = await GroupRepository(tx).get(ping.guild_id, ping.group_id)
                view = None if group is None else await swaps.find_question(tx, ping, group, self._work.now())
                if view is not None:
                    found.append((ping, view))
            return found

        return await self._work.read(script)

    async def followed(self, view: SwapView) -> None:
        """Note that the question about a swap says when its meetings start by now."""
        await self._work.write(None, lambda tx: note_told(tx, view))

    async def moved_homes(self) -> Sequence[tuple[Ping, HomeQuestion]]:
        """Return questions about homes whose meetings moved, with what they should say now."""

        async def script(tx: Tx) -> Sequence[tuple[Ping, HomeQuestion]]:
            now, found = self._work.now(), []
            for ping in await RetiringRepository(tx).moved_homes(now, limit=MOST):
                group = await GroupRepository(tx).get(ping.guild_id, ping.group_id)
                view = None if group is None else await find_question(tx, ping, group, now)
                if view is not None:
                    found.append((ping, view))
            return found

        return await self._work.read(script)

    async def followed_home(self, ping: Ping, view: HomeQuestion) -> None:
        """Note that the question about a home says when its meeting starts by now."""
        await self._work.write(
            None, lambda tx: OutboxRepository(tx).put_expiry(ping.id, view.meeting.starts_at)
        )

    async def direct_to(self, guild_id: GuildId, user_id: UserId) -> Sequence[Ping]:
        """Return direct messages to a person that have buttons still."""
        now = self._work.now()
        return await self._work.read(
            lambda tx: RetiringRepository(tx).direct_to(guild_id, user_id, now, limit=MOST)
        )

    async def reminder(self, meeting_id: MeetingId, user_id: UserId) -> OutdatedMessage | None:
        """Return a person's reminder of a meeting that can be answered still, and what they answer by now."""

        async def script(tx: Tx) -> OutdatedMessage | None:
            ping = await RetiringRepository(tx).reminder(meeting_id, user_id)
            return None if ping is None else await _message_of(tx, ping)

        return await self._work.read(script)

    async def reopen(self, meeting_id: MeetingId) -> Sequence[OutdatedMessage]:
        """Return the reminders of a meeting that was moved, or is held after all; they can be answered."""
        now = self._work.now()

        async def script(tx: Tx) -> Sequence[OutdatedMessage]:
            found = [
                await _message_of(tx, ping) for ping in await RetiringRepository(tx).reopen(meeting_id, now)
            ]
            return [message for message in found if message is not None]

        return await self._work.write(None, script)

    async def reminders_to(self, guild_id: GuildId, user_id: UserId) -> Sequence[OutdatedMessage]:
        """Return a person's reminders that can be answered still, with what they answer by now."""
        now = self._work.now()

        async def script(tx: Tx) -> Sequence[OutdatedMessage]:
            pings = await RetiringRepository(tx).direct_to(guild_id, user_id, now, limit=MOST)
            found = [await _message_of(tx, ping) for ping in pings if ping.kind is PingKind.REMINDER]
            return [each for each in found if each is not None and _can_be_answered(each, now)]

        return await self._work.read(script)

    async def retired(self, ping: Ping) -> None:
        """Note that a message is as it stays; a question that lost its buttons has no answer any more."""

        async def script(tx: Tx) -> None:
            now = self._work.now()
            await RetiringRepository(tx).retired(ping.id, now)
            if ping.kind is PingKind.HOME:
                await OutboxRepository(tx).put_expiry(ping.id, min(now, ping.expires_at))

        await self._work.write(None, script)

    async def invitations(self) -> Sequence[EndedInvitation]:
        """Return invitations whose cards do not say yet that they ended."""

        async def script(tx: Tx) -> Sequence[EndedInvitation]:
            stale = await RetiringRepository(tx).invitations(self._work.now(), limit=MOST)
            found = [await _ended(tx, *each) for each in stale]
            return [each for each in found if each is not None]

        return await self._work.read(script)

    async def forget_card(self, invitation_id: InvitationId) -> None:
        """Note that an invitation's card says what became of it."""
        await self._work.write(None, lambda tx: RetiringRepository(tx).forget_card(invitation_id))


async def _message_of(tx: Tx, ping: Ping) -> OutdatedMessage | None:
    group = await GroupRepository(tx).get(ping.guild_id, ping.group_id)
    if group is None:
        return None
    reminder = None
    if ping.kind is PingKind.REMINDER and ping.meeting_id is not None:
        meeting = await MeetingRepository(tx).get(group.id, ping.meeting_id)
        if meeting is not None:
            roll = await RsvpRepository(tx).roll(meeting, at=meeting.starts_at)
            chosen = await PreferenceRepository(tx).get(ping.guild_id, ping.recipient)
            reminder = ReminderView(
                group,
                meeting,
                roll.of(ping.recipient),
                member=await MemberRepository(tx).get(group.id, ping.recipient) is not None,
                stoppable=chosen.direct_messages,
            )
    return OutdatedMessage(ping, group.language, reminder)


def _can_be_answered(message: OutdatedMessage, now: datetime) -> bool:
    about = message.reminder
    if about is None or not about.member or about.group.state is not GroupState.ACTIVE:
        return False
    return about.meeting.ahead and about.meeting.starts_at > now


async def _ended(tx: Tx, guild_id: GuildId, invitation_id: InvitationId) -> EndedInvitation | None:
    invitations = InvitationRepository(tx)
    invitation, card = await invitations.get(guild_id, invitation_id), await invitations.card(invitation_id)
    if invitation is None or card is None:
        return None
    group = await GroupRepository(tx).get(guild_id, invitation.group_id)
    return None if group is None else EndedInvitation(invitation, group, card)
