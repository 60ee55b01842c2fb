"""Who was nudged and when."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.ids import PingId, UserId
from buddybot.storage.engine.transaction import Repository, epoch


class NudgeRepository(Repository):
    """Counts a person's nudges over every group of every guild."""

    async def lock(self, user_ids: Sequence[UserId]) -> None:
        """Let no other transaction that locks one of these people run beside this one.

        All present memberships of each are locked, whatever the group: two groups that are about to
        nudge the same person both want the same rows, and the second goes on when the first has
        committed; its next statement then sees that nudge. Every member has such a row, which cannot
        be said of preferences. The order by id keeps two groups with several people in common from
        waiting for each other.
        """
        if not user_ids:
            return
        names, people = _list_parameters(user_ids)
        await self._tx.all(
            f"SELECT id FROM memberships WHERE user_id IN ({names}) AND left_at IS NULL ORDER BY id "
            + self._tx.for_update,
            **people,
        )

    async def of_ping(self, ping_id: PingId) -> frozenset[UserId]:
        """Return whom a ping was meant for when it was first prepared."""
        rows = await self._tx.all("SELECT user_id FROM nudges WHERE ping_id = :ping_id", ping_id=ping_id)
        return frozenset(UserId(row["user_id"]) for row in rows)

    async def nudged_since(self, user_ids: Sequence[UserId], since: datetime) -> frozenset[UserId]:
        """Return who of these people was nudged after `since`, in whatever group."""
        if not user_ids:
            return frozenset()
        names, people = _list_parameters(user_ids)
        rows = await self._tx.all(
            f"SELECT DISTINCT user_id FROM nudges WHERE user_id IN ({names}) AND nudged_at > :since",
            since=epoch(since),
            **people,
        )
        return frozenset(UserId(row["user_id"]) for row in rows)

    async def add(self, ping_id: PingId, user_id: UserId, *, now: datetime) -> None:
        """Count a nudge, before it is sent: one that fails leaves the person in peace."""
        await self._insert("nudges", ping_id=ping_id, user_id=user_id, nudged_at=epoch(now))


def _list_parameters(user_ids: Sequence[UserId]) -> tuple[str, dict[str, int]]:
    people = {f"user{position}": int(user_id) for position, user_id in enumerate(user_ids)}
    return ", ".join(f":{name}" for name in people), people
