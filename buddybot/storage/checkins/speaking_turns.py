"""The speaking order of a meeting in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, instant

NOBODY = UserId(0)
"""Stands in the order for a speaker who deleted what was stored of them."""


class Turn(NamedTuple):
    """One person's place in the order, since when they have had the floor, and for how many minutes."""

    position: int
    user_id: UserId
    started_at: datetime | None
    minutes: int | None


class TurnRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def of_meeting(self, meeting_id: MeetingId) -> Sequence[Turn]:
        """Return the order."""
        rows = await self._list("turns", "position", meeting_id=meeting_id)
        return [
            Turn(row["position"], UserId(row["user_id"]), instant(row["started_at"]), row["minutes"])
            for row in rows
        ]

    async def append(self, meeting_id: MeetingId, user_id: UserId) -> None:
        """Put somebody at the end of the order, unless they have a place in it."""
        await self._tx.run(
            """
            INSERT INTO turns (meeting_id, position, user_id)
            VALUES (:meeting_id,
                    (SELECT COALESCE(MAX(position), 0) + 1 FROM turns WHERE meeting_id = :meeting_id),
                    :user_id)
            ON CONFLICT (meeting_id, user_id) DO NOTHING
            """,
            meeting_id=meeting_id,
            user_id=user_id,
        )

    async def vacate_floor(self, user_id: UserId) -> Sequence[MeetingId]:
        """Let a turn that a person has now be nobody's; return the meetings, which go on.

        Without it the floor would fall back to whoever had it before.
        """
        rows = await self._tx.all(
            """
            SELECT t.meeting_id, t.position FROM turns t JOIN meetings m ON m.id = t.meeting_id
            WHERE t.user_id = :user_id AND t.started_at IS NOT NULL AND m.state = 'open'
              AND NOT EXISTS (SELECT 1 FROM turns l WHERE l.meeting_id = t.meeting_id AND (
                  l.started_at > t.started_at OR (l.started_at = t.started_at AND l.position > t.position)))
            ORDER BY t.meeting_id
            """,
            user_id=user_id,
        )
        for row in rows:
            where = {"meeting_id": row["meeting_id"], "nobody": NOBODY}
            await self._tx.run(
                "DELETE FROM turns WHERE meeting_id = :meeting_id AND user_id = :nobody", **where
            )
            await self._tx.run(
                "UPDATE turns SET user_id = :nobody WHERE meeting_id = :meeting_id AND position = :position",
                position=row["position"],
                **where,
            )
        return [MeetingId(row["meeting_id"]) for row in rows]

    async def start(self, meeting_id: MeetingId, position: int, *, minutes: int, now: datetime) -> None:
        """Give the floor to a place in the order for so many minutes, once."""
        await self._tx.run(
            """
            UPDATE turns SET started_at = :now, minutes = :minutes
            WHERE meeting_id = :meeting_id AND position = :position AND started_at IS NULL
            """,
            meeting_id=meeting_id,
            position=position,
            minutes=minutes,
            now=epoch(now),
        )

    async def last_openers(self, group_id: GroupId) -> Mapping[UserId, int]:
        """Return when each person last stood first in the order of a meeting held, in epoch seconds."""
        rows = await self._tx.all(
            """
            SELECT t.user_id, MAX(m.starts_at) AS opened FROM turns t JOIN meetings m ON m.id = t.meeting_id
            WHERE m.group_id = :group_id AND m.state = 'closed' AND t.position = 1 GROUP BY t.user_id
            """,
            group_id=group_id,
        )
        return {UserId(row["user_id"]): int(row["opened"]) for row in rows}
