"""Words in confidence: a member says how the group is for them, and its organizers alone read it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.health.feedback import MOST_A_WEEK, Feedback, Phrase
from buddybot.domain.ids import GroupId
from buddybot.services.core import (
    Actor,
    Service,
    UnitOfWork,
    bot_transaction,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import as_member, as_organizer
from buddybot.services.core.unit_of_work import SENT_TWICE

WEEK = timedelta(days=7)
READ_AT_ONCE = 15
"""The longest that can be said, so often, fits into one message."""
SHOWN_AT_ONCE = 8
"""What a notice shows; more waits for the next command."""


class Desk(NamedTuple):
    """Where something can be said; `reads` for organizers, who may read what was said."""

    group: Group
    reads: bool


class Heard(NamedTuple):
    """What was said of a group last, the latest first."""

    group: Group
    items: tuple[Feedback, ...]


class FeedbackService(Service):
    """Confidential, not anonymous: the organizers see the name, nobody else sees anything."""

    @read_transaction
    async def get_desk(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> Desk:
        """Return where the actor can say something."""
        standing = await as_member(uow, actor, group_id)
        return Desk(standing.group, reads=standing.member.organizes)

    @read_transaction
    async def start(self, uow: UnitOfWork, actor: Actor, group_id: GroupId) -> Group:
        """Return the group of a form that may still be sent; Refusal `feedback.many`."""
        group = (await as_member(uow, actor, group_id)).group
        await self._require_room(uow, actor, group)
        return group

    @write_transaction
    async def give(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, *, phrases: Sequence[Phrase], rating: int
    ) -> Group:
        """Say something to the organizers, once also when the form is sent twice; Refusal `feedback.many`."""
        group = (await as_member(uow, actor, group_id, lock=True)).group
        repository, now = uow.feedback, self._now()
        for said in await repository.list_latest(group.id, limit=READ_AT_ONCE):
            same = (said.user_id, tuple(said.phrases), said.rating) == (
                actor.user_id,
                tuple(phrases),
                rating,
            )
            if same and said.given_at > now - SENT_TWICE:
                return group
        await self._require_room(uow, actor, group)
        await uow.feedback.add(
            group_id=group.id,
            user_id=actor.user_id,
            phrases=phrases,
            rating=rating,
            now=now,
        )
        return group

    @read_transaction
    async def read(self, uow: UnitOfWork, actor: Actor, group_id: GroupId) -> Heard:
        """Return what was said last, to an organizer; Refusal `group.organizers_only`."""
        group = (await as_organizer(uow, actor, group_id)).group
        return Heard(group, tuple(await uow.feedback.list_latest(group.id, limit=READ_AT_ONCE)))

    async def list_unseen(self, actor: Actor) -> Sequence[Feedback]:
        """Return what no organizer has read, of the groups that the actor organizes here."""
        guild_id = actor.guild_id
        if guild_id is None:
            return ()
        return await self._transactions.read(
            lambda uow: uow.feedback.list_unseen(guild_id, actor.user_id, limit=SHOWN_AT_ONCE)
        )

    async def mark_seen(self, items: Sequence[Feedback]) -> None:
        """Note that an organizer was shown these; it goes with the answer to another interaction."""
        if items:
            await self._mark_seen(items)

    @bot_transaction
    async def _mark_seen(self, uow: UnitOfWork, items: Sequence[Feedback]) -> None:
        for item in items:
            await uow.feedback.mark_seen(item, self._now())

    async def _require_room(self, uow: UnitOfWork, actor: Actor, group: Group) -> None:
        since = self._now() - WEEK
        if await uow.feedback.count(group.id, actor.user_id, since=since) >= MOST_A_WEEK:
            raise Refusal("feedback.many", most=MOST_A_WEEK)
