"""What a member alone is offered after weeks harder than usual: a pause, less, or something else."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.commitments.commitments import Commitment
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import GuildId, MeetingId, UserId
from buddybot.domain.meetings import schedule
from buddybot.domain.pings import Ping
from buddybot.services.core import (
    Actor,
    Service,
    UnitOfWork,
    bot_transaction,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import at_meeting
from buddybot.services.core.service import Announcement
from buddybot.services.core.unit_of_work import Transactions
from buddybot.services.meetings.away import AwayService
from buddybot.storage.health.offers import Offer

LONGEST_PAUSE = 4
"""Weeks."""
SHOWN_FOR = timedelta(days=21)
"""After that an offer that nobody saw is too old to be of use."""


class Answer(StrEnum):
    """What a member makes of an offer."""

    PAUSE = "pause"
    SMALLER = "smaller"
    SWAP = "swap"
    FINE = "fine"


class OfferView(NamedTuple):
    """An offer as its member sees it; `direct` when it is a direct message. It says nothing of why."""

    guild_id: GuildId
    group: Group
    meeting_id: MeetingId
    items: tuple[Commitment, ...]
    direct: bool = False


class Paused(NamedTuple):
    """Days that a member takes off from a group."""

    group: Group
    days: DaySpan


async def prepare_offer(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """The offer by direct message; where that is refused nothing takes its place in the channel."""
    del now
    if not ping.direct or ping.meeting_id is None:
        return None
    offer = await uow.offers.get(group.id, UserId(ping.recipient), ping.meeting_id)
    if offer is None or offer.answer is not None:
        return None
    return Announcement(await _view(uow, group, offer, direct=True), group.language)


class OfferService(Service):
    """Everything here is the member's own; organizers learn nothing of it."""

    def __init__(self, transactions: Transactions, away: AwayService) -> None:
        super().__init__(transactions)
        self._away = away

    async def list_unseen(self, actor: Actor) -> Sequence[OfferView]:
        """Return what the actor is to be shown with the answer to what they just did."""
        guild_id = actor.guild_id
        if guild_id is None:
            return ()
        return await self._list_unseen(guild_id, actor.user_id)

    @read_transaction
    async def _list_unseen(self, uow: UnitOfWork, guild_id: GuildId, user_id: UserId) -> Sequence[OfferView]:
        found = []
        since = self._now() - SHOWN_FOR
        for offer in await uow.offers.list_unseen(guild_id, user_id, since=since):
            group = await uow.groups.get(guild_id, offer.group_id)
            if group is not None:
                found.append(await _view(uow, group, offer))
        return found

    @bot_transaction
    async def mark_seen(self, uow: UnitOfWork, actor: Actor, shown: OfferView) -> None:
        """Note that the actor was shown an offer; it goes with the answer to another interaction."""
        offer = await uow.offers.get(shown.group.id, actor.user_id, shown.meeting_id)
        if offer is not None:
            await uow.offers.mark_seen(offer, self._now())

    @read_transaction
    async def look(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> OfferView:
        """Return the actor's own offer; Refusals: `meeting.unknown`, `offer.unknown`."""
        group, offer = await _find_own(uow, actor, meeting_id)
        return await _view(uow, group, offer)

    @write_transaction
    async def note_all_well(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> None:
        """Note that all is well; Refusals as for `look`."""
        await _answer(uow, actor, meeting_id, Answer.FINE, self._now())

    async def pause(self, actor: Actor, meeting_id: MeetingId, weeks: int) -> Paused:
        """Take some weeks off, from the actor's today on; Refusals as for `look` and for `/away`."""
        if not 1 <= weeks <= LONGEST_PAUSE:
            raise Refusal("button.stale")
        return await self._take_pause(actor, meeting_id, weeks)

    @write_transaction
    async def _take_pause(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, weeks: int) -> Paused:
        now = self._now()
        group, offer = await _find_own(uow, actor, meeting_id, lock=True)
        zone = await uow.preferences.zone_in(group, actor.user_id)
        first = schedule.local(now, zone).date()
        days = DaySpan(first, first + timedelta(weeks=weeks, days=-1))
        await self._away.enter(uow, actor, days, group.id)
        await uow.offers.keep_answer(offer, Answer.PAUSE.value, now)
        return Paused(group, days)

    @bot_transaction
    async def note_choice(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, answer: Answer) -> None:
        """Note what the actor chose, after they did it: where it can't be noted, it is done all the same."""
        with suppress(Refusal):
            await _answer(uow, actor, meeting_id, answer, self._now())


async def _find_own(
    uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, *, lock: bool = False
) -> tuple[Group, Offer]:
    standing, meeting = await at_meeting(uow, actor, meeting_id, lock=lock)
    offer = await uow.offers.get(standing.group.id, actor.user_id, meeting.id)
    if offer is None:
        raise Refusal("offer.unknown")
    return standing.group, offer


async def _answer(
    uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, answer: Answer, now: datetime
) -> None:
    _, offer = await _find_own(uow, actor, meeting_id, lock=True)
    await uow.offers.keep_answer(offer, answer.value, now)


async def _view(uow: UnitOfWork, group: Group, offer: Offer, *, direct: bool = False) -> OfferView:
    items = await uow.commitments.open_of(group.id, offer.user_id)
    return OfferView(group.guild_id, group, offer.meeting_id, tuple(items), direct=direct)
