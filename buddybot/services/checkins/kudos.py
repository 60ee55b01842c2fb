"""Thanks from one member to another, said in the group's channel."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from buddybot.domain.checkins.kudos import MOST_A_DAY, TEXT_LIMIT, Kudos
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId, GroupId, UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping, PingKind
from buddybot.domain.text import optional
from buddybot.services.core import Actor, Service, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import as_member, require_active
from buddybot.services.core.service import Announcement, plan_group_ping
from buddybot.services.core.unit_of_work import SENT_TWICE

DAY = timedelta(days=1)
LIFE = timedelta(days=1)
"""How long thanks may wait for the channel, or for the end of somebody's own quiet hours."""
RECENT = timedelta(days=60)
OFFERED = 25
SINCE_LAST = 40
"""Thanks that a summary reads; it shows fewer."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Pair = tuple[UserId, UserId]


class Given(NamedTuple):
    """Thanks that are on their way to the channel."""

    group: Group
    kudos: Kudos


class KudosService(Service):
    """Nobody is counted, and nobody thanks themselves."""

    async def give(
        self,
        actor: Actor,
        to_id: UserId,
        *,
        text: str | None = None,
        commitment_id: CommitmentId | None = None,
        group_id: GroupId | None = None,
    ) -> Given:
        """Thank a member, for one of their commitments if it is named; a form sent twice thanks once.

        Refusals: `group.paused`, `kudos.yourself`, `member.unknown`, `member.left_server`,
        `commitment.unknown` (a private one too), `kudos.many`.
        """
        words = optional(text, limit=TEXT_LIMIT, field="kudos")
        return await self._add_kudos(actor, to_id, words, commitment_id, group_id)

    @write_transaction
    async def _add_kudos(
        self,
        uow: UnitOfWork,
        actor: Actor,
        to_id: UserId,
        words: str | None,
        commitment_id: CommitmentId | None,
        group_id: GroupId | None,
    ) -> Given:
        group = (await as_member(uow, actor, group_id, lock=True)).group
        now, repository = self._now(), uow.kudos
        latest = await repository.find_latest(group.id, actor.user_id, since=now - SENT_TWICE)
        if latest is not None and (latest.to_id, latest.commitment_id, latest.text) == (
            to_id,
            commitment_id,
            words,
        ):
            return Given(group, latest)
        await self._require(uow, actor, group, to_id, commitment_id)
        added = await repository.add(
            group_id=group.id,
            from_id=actor.user_id,
            to_id=to_id,
            commitment_id=commitment_id,
            text=words,
            now=now,
        )
        kudos = await repository.get(group.id, added)
        if kudos is None:
            raise LookupError("inserted thanks were not found")
        await plan_group_ping(uow, group, PingKind.KUDOS, now, LIFE, recipient=kudos.to_id, edition=kudos.id)
        return Given(group, kudos)

    @read_transaction
    async def choices(
        self, uow: UnitOfWork, actor: Actor, to_id: UserId, group_id: GroupId | None = None
    ) -> Sequence[tuple[CommitmentId, str]]:
        """Return another member's commitments that the group may read."""
        group = (await as_member(uow, actor, group_id)).group
        return await _thankable(uow, group, to_id, self._now())

    async def _require(
        self, uow: UnitOfWork, actor: Actor, group: Group, to_id: UserId, commitment_id: CommitmentId | None
    ) -> None:
        require_active(group)
        if to_id == actor.user_id:
            raise Refusal("kudos.yourself")
        thanked = await uow.members.get(group.id, to_id)
        if thanked is None:
            raise Refusal("member.unknown")
        if thanked.gone_since is not None:
            raise Refusal("member.left_server")
        now = self._now()
        if commitment_id is not None:
            known = [found for found, _ in await _thankable(uow, group, to_id, now)]
            if commitment_id not in known:
                raise Refusal("commitment.unknown")
        if await uow.kudos.count(group.id, actor.user_id, since=now - DAY) >= MOST_A_DAY:
            raise Refusal("kudos.many", most=MOST_A_DAY)


async def prepare_kudos(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """The thanks as the channel reads them; only the thanked person is notified."""
    del now
    kudos = await uow.kudos.get(group.id, _edition(ping))
    if kudos is None or kudos.to_id != ping.recipient:
        return None
    return Announcement(Given(group, kudos), group.language, mentions=(kudos.to_id,))


async def since_last(uow: UnitOfWork, group: Group, meeting: Meeting) -> tuple[Pair, ...]:
    """Who thanked whom between the meeting before this one and its close, each pair once, oldest first."""
    before = [
        each
        for each in await uow.meetings.list_held(group.id)
        if each.starts_at < meeting.starts_at and each.closed_at is not None
    ]
    after = (before[0].closed_at if before else None) or _BEGINNING
    until = meeting.closed_at or meeting.ends_at
    given = await uow.kudos.list_between(group.id, after=after, until=until, limit=SINCE_LAST)
    return tuple(dict.fromkeys((each.from_id, each.to_id) for each in given))


async def _thankable(
    uow: UnitOfWork, group: Group, user_id: UserId, now: datetime
) -> Sequence[tuple[CommitmentId, str]]:
    return await uow.kudos.list_thankable(group.id, user_id, since=now - RECENT, limit=OFFERED)


def _edition(ping: Ping) -> int:
    """Which thanks a ping carries: the last part of its key."""
    tail = ping.key.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0
