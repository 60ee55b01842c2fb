"""Offers to swap turns of hosting, in the database."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.ids import GroupId, GuildId, MeetingId, SwapId, UserId
from buddybot.domain.locations.host_swaps import Swap, SwapState
from buddybot.storage.engine.transaction import Repository, epoch, row_reader

_swap = row_reader(Swap)


class SwapRepository(Repository):
    """Every look-up is scoped by the guild or the group."""

    async def add(
        self,
        *,
        group_id: GroupId,
        meeting_id: MeetingId,
        other_meeting_id: MeetingId,
        offered_by: UserId,
        offered_to: UserId,
        now: datetime,
    ) -> SwapId:
        """Insert an open offer."""
        return SwapId(
            await self._insert_numbered(
                "swaps",
                group_id=group_id,
                meeting_id=meeting_id,
                other_meeting_id=other_meeting_id,
                offered_by=offered_by,
                offered_to=offered_to,
                created_at=epoch(now),
                state="open",
            )
        )

    async def get(self, group_id: GroupId, swap_id: SwapId) -> Swap | None:
        """Return the group's offer, or None for a foreign one as for a missing one."""
        row = await self._find("swaps", group_id=group_id, id=swap_id)
        return None if row is None else _swap(row)

    async def group_of(self, guild_id: GuildId, swap_id: SwapId) -> GroupId | None:
        """Return the group of an offer that a card's button names, when it is this guild's."""
        row = await self._tx.one(
            """
            SELECT s.group_id FROM swaps s JOIN groups g ON g.id = s.group_id
            WHERE g.guild_id = :guild_id AND s.id = :swap_id
            """,
            guild_id=guild_id,
            swap_id=swap_id,
        )
        return None if row is None else GroupId(row["group_id"])

    async def open(self, group_id: GroupId) -> Sequence[Swap]:
        """Return the group's offers that were not answered, the first made first."""
        rows = await self._tx.all(
            "SELECT * FROM swaps WHERE group_id = :group_id AND state = 'open' ORDER BY id", group_id=group_id
        )
        return [_swap(row) for row in rows]

    async def list_standing(self, meeting_id: MeetingId) -> Sequence[Swap]:
        """Return the offers that concern a meeting and were not turned down, the first made first."""
        rows = await self._tx.all(
            """
            SELECT * FROM swaps WHERE state IN ('open', 'agreed')
              AND (meeting_id = :meeting_id OR other_meeting_id = :meeting_id) ORDER BY id
            """,
            meeting_id=meeting_id,
        )
        return [_swap(row) for row in rows]

    async def has_declined(
        self, *, meeting_id: MeetingId, other_meeting_id: MeetingId, offered_to: UserId
    ) -> bool:
        """Return whether somebody said no to an offer of the same two turns."""
        row = await self._tx.one(
            """
            SELECT id FROM swaps WHERE meeting_id = :meeting_id AND other_meeting_id = :other_meeting_id
              AND offered_to = :offered_to AND state = 'declined' LIMIT 1
            """,
            meeting_id=meeting_id,
            other_meeting_id=other_meeting_id,
            offered_to=offered_to,
        )
        return row is not None

    async def count_made(self, guild_id: GuildId, user_id: UserId, now: datetime) -> int:
        """Return how many offers somebody has made in this guild for meetings that are still ahead."""
        row = await self._tx.one(
            """
            SELECT COUNT(*) AS count FROM swaps s JOIN groups g ON g.id = s.group_id
            JOIN meetings m ON m.id = s.meeting_id
            WHERE g.guild_id = :guild_id AND s.offered_by = :user_id
              AND m.state = 'scheduled' AND m.starts_at > :now
            """,
            guild_id=guild_id,
            user_id=user_id,
            now=epoch(now),
        )
        return 0 if row is None else int(row["count"])

    async def note_starts(self, swap_id: SwapId, start: datetime, other_start: datetime) -> None:
        """Say when its two meetings start by the question in the channel."""
        await self._update(
            "swaps", {"id": swap_id}, told_start=epoch(start), told_other_start=epoch(other_start)
        )

    async def settle(self, swap_id: SwapId, state: SwapState, now: datetime) -> None:
        """Say what became of an open offer."""
        await self._tx.run(
            "UPDATE swaps SET state = :state, settled_at = :now WHERE id = :swap_id AND state = 'open'",
            state=state.value,
            now=epoch(now),
            swap_id=swap_id,
        )
