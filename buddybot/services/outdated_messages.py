"""What is left of messages whose buttons have no use any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.invitations import CardIds, Invitation
from buddybot.domain.ids import GuildId, InvitationId, MeetingId, UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.core import Service, UnitOfWork, bot_transaction, read_transaction
from buddybot.services.locations import host_swaps
from buddybot.services.locations.home_questions import HomeQuestion, find_question
from buddybot.services.locations.host_swaps import SwapView, note_told
from buddybot.services.meetings.meeting_messages import ReminderView

MOST = 20
"""Messages that are edited at a time; the next refresh takes up what is left."""


class OutdatedMessage(NamedTuple):
    """A message that is to lose its buttons; a `reminder` says what became of its meeting instead."""

    ping: Ping
    language: str
    reminder: ReminderView | None


class EndedInvitation(NamedTuple):
    """An invitation that can be answered no more, and the message that still asks."""

    invitation: Invitation
    group: Group
    card: CardIds


class OutdatedMessageService(Service):
    """Only the bot itself carries this out."""

    @read_transaction
    async def list_outdated(self, uow: UnitOfWork) -> Sequence[OutdatedMessage]:
        """Return messages that are out of date, at most so many as are edited at a time."""
        pings = await uow.outdated_messages.list_outdated(self._now(), limit=MOST)
        found = [await _message_of(uow, ping) for ping in pings]
        return [message for message in found if message is not None]

    @read_transaction
    async def moved_swaps(self, uow: UnitOfWork) -> Sequence[tuple[Ping, SwapView]]:
        """Return questions about swaps whose meetings moved, with what they should say now."""
        found = []
        for ping in await uow.outdated_messages.moved_swaps(limit=MOST):
            group = await uow.groups.get(ping.guild_id, ping.group_id)
            view = None if group is None else await host_swaps.find_question(uow, ping, group, self._now())
            if view is not None:
                found.append((ping, view))
        return found

    async def note_followed(self, view: SwapView) -> None:
        """Note that the question about a swap says when its meetings start by now."""
        await self._transactions.write(lambda uow: note_told(uow, view))

    @read_transaction
    async def moved_homes(self, uow: UnitOfWork) -> Sequence[tuple[Ping, HomeQuestion]]:
        """Return questions about homes whose meetings moved, with what they should say now."""
        now, found = self._now(), []
        for ping in await uow.outdated_messages.moved_homes(now, limit=MOST):
            group = await uow.groups.get(ping.guild_id, ping.group_id)
            view = None if group is None else await find_question(uow, ping, group, now)
            if view is not None:
                found.append((ping, view))
        return found

    async def followed_home(self, ping: Ping, view: HomeQuestion) -> None:
        """Note that the question about a home says when its meeting starts by now."""
        await self._transactions.write(lambda uow: uow.outbox.put_expiry(ping.id, view.meeting.starts_at))

    async def direct_to(self, guild_id: GuildId, user_id: UserId) -> Sequence[Ping]:
        """Return direct messages to a person that have buttons still."""
        now = self._now()
        return await self._transactions.read(
            lambda uow: uow.outdated_messages.direct_to(guild_id, user_id, now, limit=MOST)
        )

    @read_transaction
    async def find_reminder(
        self, uow: UnitOfWork, meeting_id: MeetingId, user_id: UserId
    ) -> OutdatedMessage | None:
        """Return a person's reminder of a meeting that can be answered still, and what they answer by now."""
        ping = await uow.outdated_messages.find_reminder(meeting_id, user_id)
        return None if ping is None else await _message_of(uow, ping)

    @bot_transaction
    async def reopen(self, uow: UnitOfWork, meeting_id: MeetingId) -> Sequence[OutdatedMessage]:
        """Return the reminders of a meeting that was moved, or is held after all; they can be answered."""
        now = self._now()
        found = [await _message_of(uow, ping) for ping in await uow.outdated_messages.reopen(meeting_id, now)]
        return [message for message in found if message is not None]

    @read_transaction
    async def reminders_to(
        self, uow: UnitOfWork, guild_id: GuildId, user_id: UserId
    ) -> Sequence[OutdatedMessage]:
        """Return a person's reminders that can be answered still, with what they answer by now."""
        now = self._now()
        pings = await uow.outdated_messages.direct_to(guild_id, user_id, now, limit=MOST)
        found = [await _message_of(uow, ping) for ping in pings if ping.kind is PingKind.REMINDER]
        return [each for each in found if each is not None and _can_be_answered(each, now)]

    @bot_transaction
    async def mark_retired(self, uow: UnitOfWork, ping: Ping) -> None:
        """Note that a message is as it stays; a question that lost its buttons has no answer any more."""
        now = self._now()
        await uow.outdated_messages.mark_retired(ping.id, now)
        if ping.kind is PingKind.HOME:
            await uow.outbox.put_expiry(ping.id, min(now, ping.expires_at))

    @read_transaction
    async def list_invitations(self, uow: UnitOfWork) -> Sequence[EndedInvitation]:
        """Return invitations whose cards do not say yet that they ended."""
        stale = await uow.outdated_messages.list_invitations(self._now(), limit=MOST)
        found = [await _find_ended(uow, *each) for each in stale]
        return [each for each in found if each is not None]

    async def forget_card(self, invitation_id: InvitationId) -> None:
        """Note that an invitation's card says what became of it."""
        await self._transactions.write(lambda uow: uow.outdated_messages.forget_card(invitation_id))


async def _message_of(uow: UnitOfWork, ping: Ping) -> OutdatedMessage | None:
    group = await uow.groups.get(ping.guild_id, ping.group_id)
    if group is None:
        return None
    reminder = None
    if ping.kind is PingKind.REMINDER and ping.meeting_id is not None:
        meeting = await uow.meetings.get(group.id, ping.meeting_id)
        if meeting is not None:
            roll = await uow.rsvps.get_roll(meeting, at=meeting.starts_at)
            chosen = await uow.preferences.get(ping.guild_id, ping.recipient)
            reminder = ReminderView(
                group,
                meeting,
                roll.find_rsvp(ping.recipient),
                member=await uow.members.get(group.id, ping.recipient) is not None,
                stoppable=chosen.direct_messages,
            )
    return OutdatedMessage(ping, group.language, reminder)


def _can_be_answered(message: OutdatedMessage, now: datetime) -> bool:
    about = message.reminder
    if about is None or not about.member or about.group.state is not GroupState.ACTIVE:
        return False
    return about.meeting.ahead and about.meeting.starts_at > now


async def _find_ended(
    uow: UnitOfWork, guild_id: GuildId, invitation_id: InvitationId
) -> EndedInvitation | None:
    invitations = uow.invitations
    invitation, card = (
        await invitations.get(guild_id, invitation_id),
        await invitations.find_card(invitation_id),
    )
    if invitation is None or card is None:
        return None
    group = await uow.groups.get(guild_id, invitation.group_id)
    return None if group is None else EndedInvitation(invitation, group, card)
