"""Words in confidence to the organizers, in the database."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.health.feedback import Feedback, Phrase
from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant

_BETWEEN = ","


def _feedback(row: Row) -> Feedback:
    return Feedback(
        id=row["id"],
        group_id=GroupId(row["group_id"]),
        group_name=row["name"],
        user_id=UserId(row["user_id"]),
        phrases=tuple(Phrase(each) for each in row["phrase"].split(_BETWEEN)),
        rating=row["rating"],
        given_at=instant(row["given_at"]),
    )


class FeedbackRepository(Repository):
    """Every look-up is scoped by the group, or by the groups that somebody organizes."""

    async def add(
        self,
        *,
        group_id: GroupId,
        user_id: UserId,
        phrases: Sequence[Phrase],
        rating: int,
        now: datetime,
    ) -> None:
        """Keep what was said."""
        await self._insert(
            "feedback",
            group_id=group_id,
            user_id=user_id,
            phrase=_BETWEEN.join(phrases),
            rating=rating,
            given_at=epoch(now),
        )

    async def count(self, group_id: GroupId, user_id: UserId, *, since: datetime) -> int:
        """Return how often a member has said something after `since`."""
        row = await self._tx.one(
            """
            SELECT COUNT(*) AS given FROM feedback
            WHERE group_id = :group_id AND user_id = :user_id AND given_at > :since
            """,
            group_id=group_id,
            user_id=user_id,
            since=epoch(since),
        )
        return 0 if row is None else int(row["given"])

    async def list_latest(self, group_id: GroupId, *, limit: int) -> Sequence[Feedback]:
        """Return what was said of a group last, the latest first."""
        rows = await self._tx.all(
            """
            SELECT f.*, g.name FROM feedback f JOIN groups g ON g.id = f.group_id
            WHERE f.group_id = :group_id ORDER BY f.given_at DESC, f.id DESC LIMIT :limit
            """,
            group_id=group_id,
            limit=limit,
        )
        return [_feedback(row) for row in rows]

    async def list_unseen(self, guild_id: GuildId, user_id: UserId, *, limit: int) -> Sequence[Feedback]:
        """Return what no organizer has read of the groups that the user organizes, oldest first.

        What they said themselves waits for another organizer.
        """
        rows = await self._tx.all(
            """
            SELECT f.*, g.name FROM feedback f
            JOIN groups g ON g.id = f.group_id AND g.state <> 'archived'
            JOIN memberships m ON m.group_id = g.id
            WHERE g.guild_id = :guild_id AND m.user_id = :user_id AND m.role = 'organizer'
              AND m.left_at IS NULL AND f.seen_at IS NULL AND f.user_id <> :user_id
            ORDER BY f.given_at, f.id LIMIT :limit
            """,
            guild_id=guild_id,
            user_id=user_id,
            limit=limit,
        )
        return [_feedback(row) for row in rows]

    async def mark_seen(self, item: Feedback, now: datetime) -> None:
        """Say that an organizer has read it."""
        await self._tx.run(
            "UPDATE feedback SET seen_at = :now WHERE id = :id AND group_id = :group_id AND seen_at IS NULL",
            now=epoch(now),
            id=item.id,
            group_id=item.group_id,
        )
