"""Thanks between members, in the database."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.checkins.kudos import Kudos
from buddybot.domain.ids import CommitmentId, GroupId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, row_reader

_KUDOS = """
    SELECT k.*, c.text AS about FROM kudos k
    LEFT JOIN commitments c ON c.id = k.commitment_id AND c.visibility = 'group'
"""

_kudos = row_reader(Kudos)


class KudosRepository(Repository):
    """Every look-up is scoped by the group."""

    async def add(
        self,
        *,
        group_id: GroupId,
        from_id: UserId,
        to_id: UserId,
        commitment_id: CommitmentId | None,
        text: str | None,
        now: datetime,
    ) -> int:
        """Keep a word of thanks; return its id."""
        return await self._insert_numbered(
            "kudos",
            group_id=group_id,
            from_id=from_id,
            to_id=to_id,
            commitment_id=commitment_id,
            text=text,
            given_at=epoch(now),
        )

    async def get(self, group_id: GroupId, kudos_id: int) -> Kudos | None:
        """Return one of the group's, or None."""
        row = await self._tx.one(
            _KUDOS + " WHERE k.group_id = :group_id AND k.id = :kudos_id",
            group_id=group_id,
            kudos_id=kudos_id,
        )
        return None if row is None else _kudos(row)

    async def find_latest(self, group_id: GroupId, from_id: UserId, *, since: datetime) -> Kudos | None:
        """Return a member's latest word of thanks after `since`."""
        row = await self._tx.one(
            _KUDOS
            + """
            WHERE k.group_id = :group_id AND k.from_id = :from_id AND k.given_at > :since
            ORDER BY k.id DESC LIMIT 1
            """,
            group_id=group_id,
            from_id=from_id,
            since=epoch(since),
        )
        return None if row is None else _kudos(row)

    async def count(self, group_id: GroupId, from_id: UserId, *, since: datetime) -> int:
        """Return how often a member has thanked somebody after `since`."""
        row = await self._tx.one(
            """
            SELECT COUNT(*) AS given FROM kudos
            WHERE group_id = :group_id AND given_at > :since AND from_id = :from_id
            """,
            group_id=group_id,
            from_id=from_id,
            since=epoch(since),
        )
        return 0 if row is None else int(row["given"])

    async def list_between(
        self, group_id: GroupId, *, after: datetime, until: datetime, limit: int
    ) -> Sequence[Kudos]:
        """Return the thanks of a span, oldest first."""
        rows = await self._tx.all(
            _KUDOS
            + """
            WHERE k.group_id = :group_id AND k.given_at > :after AND k.given_at <= :until
            ORDER BY k.given_at, k.id LIMIT :limit
            """,
            group_id=group_id,
            after=epoch(after),
            until=epoch(until),
            limit=limit,
        )
        return [_kudos(row) for row in rows]

    async def list_thankable(
        self, group_id: GroupId, user_id: UserId, *, since: datetime, limit: int
    ) -> Sequence[tuple[CommitmentId, str]]:
        """Return a member's commitments that the group may read: open ones, and those kept since then."""
        rows = await self._tx.all(
            """
            SELECT id, text FROM commitments
            WHERE group_id = :group_id AND user_id = :user_id AND visibility = 'group'
              AND (state = 'open' OR (state = 'kept' AND created_at > :since))
            ORDER BY id DESC LIMIT :limit
            """,
            group_id=group_id,
            user_id=user_id,
            since=epoch(since),
            limit=limit,
        )
        return [(CommitmentId(row["id"]), row["text"]) for row in rows]
