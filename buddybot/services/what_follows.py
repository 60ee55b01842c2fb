"""What follows a change: the cards that are edited, and what is told behind the answer."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.notices import CARD_REFUSED, Notice
from buddybot.domain.ids import GuildId, MeetingId, UserId
from buddybot.domain.meetings.cards import CardKind, ShownCard
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.checkins import checkin_messages, summary_messages
from buddybot.services.core import Announcement, Service, UnitOfWork, bot_transaction, read_transaction
from buddybot.services.core.notice_editions import editions
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.health.offers import SHOWN_FOR
from buddybot.services.meetings import quorum
from buddybot.storage.outbox.cards import Behind

T = TypeVar("T")

MOST = 3
"""Times that one card is posted again; after that its deletion is on purpose."""
OVERTIME = timedelta(hours=1)
"""How long the check-in of a meeting that goes on past its end is of use, once it is planned again."""
CARD_DELETED = "card_deleted"

ViewOf = Callable[[UnitOfWork, Group, Meeting], Awaitable[T]]
"""Reads what one kind of card shows of a meeting."""
_ASKED_AGAIN = timedelta(minutes=10)
"""After which the database is asked again, whatever is known: another process may have written to it."""
_MOST_KNOWN = 5_000


class CardService(Service):
    """What is known of the cards, a transaction a step; Discord is asked in between."""

    async def list_stale(self, meeting_id: MeetingId | None = None) -> Sequence[ShownCard]:
        """Return the cards of one meeting, or of all, that Discord shows in an earlier state."""
        return await self._transactions.read(lambda uow: uow.cards.list_stale(meeting_id))

    async def list_behind(self, meeting_id: MeetingId, answered_by: UserId | None) -> Behind:
        """Return what of Discord is still to follow a change of a meeting, or a member's answer for it."""
        now = self._now()
        return await self._transactions.read(lambda uow: uow.cards.list_behind(meeting_id, answered_by, now))

    @read_transaction
    async def read_view(self, uow: UnitOfWork, card: ShownCard, view_of: ViewOf[T]) -> T | None:
        """Return what a card should show, or None when its group or meeting is no more."""
        found = await uow.meetings.with_group(card.guild_id, card.meeting_id)
        return None if found is None else await view_of(uow, *found)

    async def note_shown(self, card: ShownCard) -> None:
        """Note that nothing more is to be shown on a card as it was read."""
        await self._transactions.write(lambda uow: uow.cards.mark_shown(card))

    @bot_transaction
    async def note_taken(self, uow: UnitOfWork, card: ShownCard) -> int | None:
        """Note that Discord took a card's present state, and so that the bot can write in its channel.

        Returns what `CardRepository.mark_shown` does.
        """
        if card.troubled:
            await end_trouble(uow, card)
        return await uow.cards.mark_shown(card)

    async def replace_deleted(self, card: ShownCard, again: PingKind | None) -> None:
        """Forget a message that is gone, and owe the group `again` where people still answer on it."""
        await self._transactions.write(lambda uow: replace_deleted(uow, card, again, self._now()))

    async def tell_refused(self, card: ShownCard, again: PingKind | None, *, why: str, code: int) -> None:
        """Leave a message as it is, whose present state Discord does not take; tell the organizer once."""
        now = self._now()
        await self._transactions.write(
            lambda uow: tell_refused(uow, card, again, why=why, code=code, now=now)
        )

    @bot_transaction
    async def close_channel(self, uow: UnitOfWork, card: ShownCard, code: int) -> None:
        """Let a card wait with the pings of a channel that refuses the bot.

        A card in a channel that is not the group's any more waits for nothing.
        """
        now = self._now()
        if not await uow.channel_health.close(card.group_id, code, now, channel_id=card.channel_id):
            await uow.cards.mark_shown(card)


async def replace_deleted(uow: UnitOfWork, card: ShownCard, again: PingKind | None, now: datetime) -> None:
    """Forget a message that is gone, and plan `again` where people still answer on it."""
    if not await uow.cards.forget_gone(card):
        return
    meeting = await uow.meetings.get(card.group_id, card.meeting_id)
    until = None if meeting is None else await _needed_until(uow, card.kind, meeting, now)
    if meeting is None or until is None or again is None:
        return
    posted = await editions(uow, meeting, again)
    if len(posted.pings) < MOST:
        await posted.plan_ping(uow, now, until=until)
        return
    await uow.notices.tell(
        card.group_id,
        code=CARD_DELETED,
        key=f"deleted:{card.meeting_id}:{card.kind.value}",
        parameters={"kind": again.value},
        now=now,
    )


async def tell_refused(
    uow: UnitOfWork, card: ShownCard, again: PingKind | None, *, why: str, code: int, now: datetime
) -> None:
    """Leave a message as it is, whose present state Discord does not take; the organizer is told once."""
    await uow.cards.mark_shown(card)
    if again is not None:
        parameters = {"kind": again.value, "why": why, "error": code}
        key = _refused_key(card)
        await uow.notices.tell(card.group_id, code=CARD_REFUSED, key=key, parameters=parameters, now=now)


async def end_trouble(uow: UnitOfWork, card: ShownCard) -> None:
    """Note that a channel took a message again; what was told of refusals is over."""
    await uow.notices.withdraw(card.group_id, _refused_key(card))
    await uow.channel_health.works(card.group_id, channel_id=card.channel_id)


def _refused_key(card: ShownCard) -> str:
    return f"refused:{card.meeting_id}:{card.kind.value}"


async def prepare_checkin_again(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime, *, library: Library = NO_LIBRARY
) -> Announcement | None:
    """The check-in of a meeting that goes on, once more; it notifies nobody a second time."""
    meeting = None
    if ping.meeting_id is not None:
        meeting = await uow.meetings.get(group.id, ping.meeting_id)
    if meeting is None or meeting.state is not MeetingState.OPEN:
        return None
    found = await checkin_messages.prepare_checkin(uow, ping, group, now, library=library)
    return None if found is None else found._replace(mentions=())


async def prepare_question_again(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime
) -> Announcement | None:
    """The question to organizers that nobody has decided, once more; it notifies nobody a second time."""
    found = await quorum.prepare_question(uow, ping, group, now)
    return None if found is None else found._replace(mentions=())


async def prepare_summary_again(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime
) -> Announcement | None:
    """The summary of a meeting that can still be rated, once more; it notifies nobody a second time."""
    meeting = None
    if ping.meeting_id is not None:
        meeting = await uow.meetings.get(group.id, ping.meeting_id)
    if meeting is None or await _needed_until(uow, CardKind.SUMMARY, meeting, now) is None:
        return None
    view = await summary_messages.view_of(uow, group, meeting)
    return Announcement(view, group.language)


async def _needed_until(uow: UnitOfWork, kind: CardKind, meeting: Meeting, now: datetime) -> datetime | None:
    """Return how long people may still answer on a message; None where they don't any more."""
    if kind in (CardKind.MEETING, CardKind.QUORUM):
        decided = kind is CardKind.QUORUM and meeting.quorum_decision is not None
        ahead = meeting.state is MeetingState.SCHEDULED and now < meeting.starts_at
        return meeting.starts_at if ahead and not decided else None
    if kind is CardKind.CHECKIN and meeting.state is MeetingState.OPEN:
        return meeting.starts_at if now < meeting.starts_at else max(meeting.ends_at, now + OVERTIME)
    if kind is CardKind.SUMMARY and meeting.state is MeetingState.CLOSED:
        pulse = await uow.pulse.get(meeting.id)
        return pulse.closes_at if pulse is not None and pulse.open and now < pulse.closes_at else None
    return None


class NoticeService:
    """Each notice reaches one organizer once; only a crash between showing and noting repeats it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._nothing_until: dict[tuple[GuildId, UserId, str], datetime] = {}
        """For whom nothing waits, unless something was written since that may wait for anyone."""
        self._untold = transactions.untold.count

    async def has_waiting(self, actor: Actor) -> bool:
        """Return whether anything may wait to be said to the actor behind the answer they got.

        Those who only read are known by today's name from then on, as after a change.
        """
        guild_id = actor.guild_id
        if guild_id is None:
            return False
        now, untold = self._transactions.now(), self._transactions.untold.count
        if untold != self._untold or len(self._nothing_until) > _MOST_KNOWN:
            self._nothing_until.clear()
            self._untold = untold
        asker = (guild_id, actor.user_id, actor.display_name)
        if self._nothing_until.get(asker, now) > now:
            return False
        found = await self._transactions.read(
            lambda uow: uow.dashboard.find_waiting(guild_id, actor.user_id, offered_since=now - SHOWN_FOR)
        )
        if found.known_as != actor.display_name and actor.is_renamed(found.known_as):
            await self._transactions.write(lambda uow: uow.follow_name(actor, found.known_as))
        if not found.waits and self._transactions.untold.count == untold:
            self._nothing_until[asker] = now + _ASKED_AGAIN
        return found.waits

    async def list_unseen(self, actor: Actor) -> Sequence[Notice]:
        """Return what the groups that the actor organizes in this guild have to tell, oldest first."""
        guild_id = actor.guild_id
        if guild_id is None:
            return ()
        return await self._transactions.read(lambda uow: uow.notices.list_unseen(guild_id, actor.user_id))

    async def mark_seen(self, actor: Actor, notices: Sequence[Notice]) -> None:
        """Note that the actor was shown these; what came in between waits for the next command.

        It is no interaction of its own: it goes with the answer to one that was carried out.
        """
        guild_id = actor.guild_id
        if guild_id is None or not notices:
            return
        last = max(notice.id for notice in notices)
        await self._transactions.write(
            lambda uow: uow.notices.mark_seen(
                guild_id, actor.user_id, up_to=last, now=self._transactions.now()
            ),
        )
