"""What is offered to one member alone, and what it is judged by, in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, instant, row_reader


class Offer(NamedTuple):
    """What was offered to a member after a meeting; `answer` is pause, smaller, swap or fine."""

    group_id: GroupId
    user_id: UserId
    meeting_id: MeetingId
    made_at: datetime
    answer: str | None


class CommitmentTally(NamedTuple):
    """What of a member's own was due at a meeting at which they reported, and how much was kept."""

    due: int
    kept: int


_offer = row_reader(Offer)


class OfferRepository(Repository):
    """Every look-up of offers is scoped by their member."""

    async def add(self, *, group_id: GroupId, user_id: UserId, meeting_id: MeetingId, now: datetime) -> bool:
        """Note an offer; False when there was one after that meeting."""
        return await self._insert_new(
            "offers", group_id=group_id, user_id=user_id, meeting_id=meeting_id, made_at=epoch(now)
        )

    async def get(self, group_id: GroupId, user_id: UserId, meeting_id: MeetingId) -> Offer | None:
        """Return the member's own offer after a meeting of the group."""
        row = await self._find("offers", group_id=group_id, user_id=user_id, meeting_id=meeting_id)
        return None if row is None else _offer(row)

    async def last_made(self, guild_id: GuildId, user_id: UserId) -> datetime | None:
        """Return when the person was offered something last, in whatever group of the guild."""
        row = await self._tx.one(
            """
            SELECT MAX(o.made_at) AS made_at FROM offers o WHERE o.user_id = :user_id AND o.group_id IN (
                SELECT m.group_id FROM memberships m WHERE m.guild_id = :guild_id AND m.user_id = :user_id)
            """,
            guild_id=guild_id,
            user_id=user_id,
        )
        return None if row is None or row["made_at"] is None else instant(row["made_at"])

    async def list_unseen(self, guild_id: GuildId, user_id: UserId, *, since: datetime) -> Sequence[Offer]:
        """Return what the member was not shown yet and is not being sent, of the groups they are in."""
        rows = await self._tx.all(
            """
            SELECT o.* FROM offers o
            JOIN memberships m ON m.group_id = o.group_id AND m.user_id = o.user_id AND m.left_at IS NULL
            JOIN groups g ON g.id = o.group_id AND g.state = 'active'
            WHERE o.user_id = :user_id AND g.guild_id = :guild_id AND o.seen_at IS NULL
              AND o.answer IS NULL AND o.made_at > :since
              AND NOT EXISTS (
                  SELECT 1 FROM outbox p WHERE p.meeting_id = o.meeting_id AND p.kind = 'offer'
                    AND p.recipient = o.user_id
                    AND (p.state IN ('planned', 'sending', 'sent') OR p.error = 'restored'))
            ORDER BY o.made_at, o.meeting_id
            """,
            guild_id=guild_id,
            user_id=user_id,
            since=epoch(since),
        )
        return [_offer(row) for row in rows]

    async def mark_seen(self, offer: Offer, now: datetime) -> None:
        """Say that the member was shown it."""
        await self._set(offer, now=now, answer=offer.answer)

    async def keep_answer(self, offer: Offer, answer: str, now: datetime) -> None:
        """Keep what the member made of it."""
        await self._set(offer, now=now, answer=answer)

    async def _set(self, offer: Offer, *, now: datetime, answer: str | None) -> None:
        await self._tx.run(
            """
            UPDATE offers SET answer = :answer, seen_at = COALESCE(seen_at, :now)
            WHERE group_id = :group_id AND user_id = :user_id AND meeting_id = :meeting_id
            """,
            answer=answer,
            now=epoch(now),
            group_id=offer.group_id,
            user_id=offer.user_id,
            meeting_id=offer.meeting_id,
        )

    async def commitments(
        self, group_id: GroupId, *, since: datetime
    ) -> Mapping[tuple[MeetingId, UserId], CommitmentTally]:
        """Return what was due and kept at the group's meetings from `since` on, for each who reported."""
        rows = await self._tx.all(
            """
            SELECT o.meeting_id, c.user_id, COUNT(*) AS due,
                   SUM(CASE WHEN o.done >= c.target THEN 1 ELSE 0 END) AS kept
            FROM meetings m JOIN outcomes o ON o.meeting_id = m.id
            JOIN commitments c ON c.id = o.commitment_id
            WHERE m.group_id = :group_id AND m.state = 'closed' AND m.starts_at >= :since
            GROUP BY o.meeting_id, c.user_id
            """,
            group_id=group_id,
            since=epoch(since),
        )
        return {
            (MeetingId(row["meeting_id"]), UserId(row["user_id"])): CommitmentTally(
                row["due"], int(row["kept"])
            )
            for row in rows
        }

    async def turns_begun(
        self, group_id: GroupId, *, since: datetime
    ) -> Mapping[MeetingId, Sequence[tuple[datetime, int]]]:
        """Return when each turn at the group's meetings from `since` on began, and its minutes.

        Whose it was is left out, and so is what began before minutes were kept.
        """
        rows = await self._tx.all(
            """
            SELECT t.meeting_id, t.started_at, t.minutes FROM meetings m JOIN turns t ON t.meeting_id = m.id
            WHERE m.group_id = :group_id AND m.state = 'closed' AND m.starts_at >= :since
              AND t.started_at IS NOT NULL AND t.minutes IS NOT NULL
            """,
            group_id=group_id,
            since=epoch(since),
        )
        found: dict[MeetingId, list[tuple[datetime, int]]] = {}
        for row in rows:
            begun = (instant(row["started_at"]), row["minutes"])
            found.setdefault(MeetingId(row["meeting_id"]), []).append(begun)
        return found

    async def forget_notice(self, group_id: GroupId, key: str, *, unseen_only: bool = False) -> None:
        """Drop what organizers are told of something that is over, so that it is told when it comes back."""
        await self._tx.run(
            "DELETE FROM notices WHERE group_id = :group_id AND key = :key"
            + (" AND seen_at IS NULL" if unseen_only else ""),
            group_id=group_id,
            key=key,
        )

    async def notices_of(self, group_id: GroupId, code: str) -> Sequence[str]:
        """Return the keys of what organizers of a group are told under a code."""
        rows = await self._tx.all(
            "SELECT key FROM notices WHERE group_id = :group_id AND code = :code",
            group_id=group_id,
            code=code,
        )
        return [row["key"] for row in rows]
