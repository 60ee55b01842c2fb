"""Cards, edited in place: what is stale, what Discord took, and a deleted one posted again, a few times."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from buddybot.domain.activities import NO_LIBRARY, Library
from buddybot.domain.groups import Group
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings import Meeting, MeetingState
from buddybot.domain.pings import Ping, PingKind
from buddybot.services import checkin_card, few, summary
from buddybot.services.announcements import Announcement
from buddybot.services.editions import editions
from buddybot.services.work import Work
from buddybot.storage.cards import CARD_REFUSED, Behind, CardKind, CardRepository, ShownCard
from buddybot.storage.database import Tx
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.notices import NoticeRepository
from buddybot.storage.pulse import PulseRepository
from buddybot.storage.routes import RouteRepository

MOST = 3
"""Times that one card is posted again; after that its deletion is on purpose."""
OVERTIME = timedelta(hours=1)
"""How long the check-in of a meeting that goes on past its end is of use, once it is planned again."""
CARD_DELETED = "card_deleted"

T = TypeVar("T")
ViewOf = Callable[[Tx, Group, Meeting], Awaitable[T]]
"""Reads what one kind of card shows of a meeting."""


class CardService:
    """What is known of the cards, a transaction a step; Discord is asked in between."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def list_stale(self, meeting_id: MeetingId | None = None) -> Sequence[ShownCard]:
        """Return the cards of one meeting, or of all, that Discord shows in an earlier state."""
        return await self._work.read(lambda tx: CardRepository(tx).stale(meeting_id))

    async def list_behind(self, meeting_id: MeetingId, answered_by: UserId | None) -> Behind:
        """Return what of Discord is still to follow a change of a meeting, or a member's answer for it."""
        now = self._work.now()
        return await self._work.read(lambda tx: CardRepository(tx).behind(meeting_id, answered_by, now))

    async def read_view(self, card: ShownCard, view_of: ViewOf[T]) -> T | None:
        """Return what a card should show, or None when its group or meeting is no more."""

        async def script(tx: Tx) -> T | None:
            found = await MeetingRepository(tx).with_group(card.guild_id, card.meeting_id)
            return None if found is None else await view_of(tx, *found)

        return await self._work.read(script)

    async def note_shown(self, card: ShownCard) -> None:
        """Note that nothing more is to be shown on a card as it was read."""
        await self._work.write(None, lambda tx: CardRepository(tx).shown(card))

    async def note_taken(self, card: ShownCard) -> int | None:
        """Note that Discord took a card's present state, and so that the bot can write in its channel.

        Returns what `CardRepository.shown` does.
        """

        async def script(tx: Tx) -> int | None:
            if card.troubled:
                await end_trouble(tx, card)
            return await CardRepository(tx).shown(card)

        return await self._work.write(None, script)

    async def replace_deleted(self, card: ShownCard, again: PingKind | None) -> None:
        """Forget a message that is gone, and owe the group `again` where people still answer on it."""
        await self._work.write(None, lambda tx: replace_deleted(tx, card, again, self._work.now()))

    async def tell_refused(self, card: ShownCard, again: PingKind | None, *, why: str, code: int) -> None:
        """Leave a message as it is, whose present state Discord does not take; tell the organizer once."""
        now = self._work.now()
        await self._work.write(None, lambda tx: tell_refused(tx, card, again, why=why, code=code, now=now))

    async def close_channel(self, card: ShownCard, code: int) -> None:
        """Let a card wait with the pings of a channel that refuses the bot.

        A card in a channel that is not the group's any more waits for nothing.
        """

        async def script(tx: Tx) -> None:
            now = self._work.now()
            if not await RouteRepository(tx).close(card.group_id, code, now, channel_id=card.channel_id):
                await CardRepository(tx).shown(card)

        await self._work.write(None, script)


async def replace_deleted(tx: Tx, card: ShownCard, again: PingKind | None, now: datetime) -> None:
    """Forget a message that is gone, and plan `again` where people still answer on it."""
    if not await CardRepository(tx).gone(card):
        return
    meeting = await MeetingRepository(tx).get(card.group_id, card.meeting_id)
    until = None if meeting is None else await _needed_until(tx, card.kind, meeting, now)
    if meeting is None or until is None or again is None:
        return
    posted = await editions(tx, meeting, again)
    if len(posted.pings) < MOST:
        await posted.plan_ping(tx, now, until=until)
        return
    await NoticeRepository(tx).tell(
        card.group_id,
        code=CARD_DELETED,
        key=f"deleted:{card.meeting_id}:{card.kind.value}",
        parameters={"kind": again.value},
        now=now,
    )


async def tell_refused(
    tx: Tx, card: ShownCard, again: PingKind | None, *, why: str, code: int, now: datetime
) -> None:
    """Leave a message as it is, whose present state Discord does not take; the organizer is told once."""
    await CardRepository(tx).shown(card)
    if again is not None:
        parameters = {"kind": again.value, "why": why, "error": code}
        key = _refused_key(card)
        await NoticeRepository(tx).tell(
            card.group_id, code=CARD_REFUSED, key=key, parameters=parameters, now=now
        )


async def end_trouble(tx: Tx, card: ShownCard) -> None:
    """Note that a channel took a message again; what was told of refusals is over."""
    await NoticeRepository(tx).withdraw(card.group_id, _refused_key(card))
    await RouteRepository(tx).works(card.group_id, channel_id=card.channel_id)


def _refused_key(card: ShownCard) -> str:
    return f"refused:{card.meeting_id}:{card.kind.value}"


async def prepare_checkin_again(
    tx: Tx, ping: Ping, group: Group, now: datetime, *, library: Library = NO_LIBRARY
) -> Announcement | None:
    """The check-in of a meeting that goes on, once more; it notifies nobody a second time."""
    meeting = None
    if ping.meeting_id is not None:
        meeting = await MeetingRepository(tx).get(group.id, ping.meeting_id)
    if meeting is None or meeting.state is not MeetingState.OPEN:
        return None
    found = await checkin_card.prepare_checkin(tx, ping, group, now, library=library)
    return None if found is None else replace(found, mentions=())


async def prepare_question_again(tx: Tx, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """The question to organizers that nobody has decided, once more; it notifies nobody a second time."""
    found = await few.prepare_question(tx, ping, group, now)
    return None if found is None else replace(found, mentions=())


async def prepare_summary_again(tx: Tx, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """The summary of a meeting that can still be rated, once more; it notifies nobody a second time."""
    meeting = None
    if ping.meeting_id is not None:
        meeting = await MeetingRepository(tx).get(group.id, ping.meeting_id)
    if meeting is None or await _needed_until(tx, CardKind.SUMMARY, meeting, now) is None:
        return None
    view = await summary.view_of(tx, group, meeting)
    return Announcement(view, group.language)


async def _needed_until(tx: Tx, kind: CardKind, meeting: Meeting, now: datetime) -> datetime | None:
    """Return how long people may still answer on a message; None where they don't any more."""
    if kind in (CardKind.MEETING, CardKind.FEW):
        decided = kind is CardKind.FEW and meeting.few_decision is not None
        ahead = meeting.state is MeetingState.SCHEDULED and now < meeting.starts_at
        return meeting.starts_at if ahead and not decided else None
    if kind is CardKind.CHECKIN and meeting.state is MeetingState.OPEN:
        return meeting.starts_at if now < meeting.starts_at else max(meeting.ends_at, now + OVERTIME)
    if kind is CardKind.SUMMARY and meeting.state is MeetingState.CLOSED:
        pulse = await PulseRepository(tx).get(meeting.id)
        return pulse.closes_at if pulse is not None and pulse.open and now < pulse.closes_at else None
    return None
