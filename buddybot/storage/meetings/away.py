"""The days on which members are away, in the database."""

from collections.abc import Sequence

from buddybot.domain.groups.preferences import DaySpan, StoredSpan
from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.domain.text import name_order
from buddybot.domain.zones import pick_known_zone
from buddybot.storage.engine.transaction import Repository, Row, day_of


def _span(row: Row) -> StoredSpan:
    return StoredSpan(
        id=row["id"],
        group_id=GroupId(row["group_id"]),
        group_name=row["name"],
        user_id=UserId(row["user_id"]),
        days=DaySpan(day_of(row["first_day"]), day_of(row["last_day"])),
        zone=(zone := pick_known_zone(row["own_zone"], row["group_zone"])),
        is_own=row["own_zone"] == zone,
    )


_SPAN = """
    SELECT a.*, g.name, g.zone AS group_zone, p.zone AS own_zone FROM away a
    JOIN groups g ON g.id = a.group_id
    LEFT JOIN preferences p ON p.guild_id = g.guild_id AND p.user_id = a.user_id
"""


class AwayRepository(Repository):
    """Every look-up is scoped by the guild or the group."""

    async def add(self, *, group_id: GroupId, user_id: UserId, days: DaySpan) -> None:
        """Note days away."""
        await self._insert(
            "away",
            group_id=group_id,
            user_id=user_id,
            first_day=days.first.isoformat(),
            last_day=days.last.isoformat(),
        )

    async def of_user(self, guild_id: GuildId, user_id: UserId) -> Sequence[StoredSpan]:
        """Return the user's days away from the guild's groups, earliest first, past ones included."""
        rows = await self._tx.all(
            _SPAN
            + """
            WHERE g.guild_id = :guild_id AND a.user_id = :user_id
            ORDER BY a.id
            """,
            guild_id=guild_id,
            user_id=user_id,
        )
        return sorted(
            map(_span, rows), key=lambda span: (span.days.first, span.days.last, name_order(span.group_name))
        )

    async def of_group(self, group_id: GroupId) -> Sequence[StoredSpan]:
        """Return everybody's days away from a group, earliest first."""
        rows = await self._tx.all(
            _SPAN + " WHERE a.group_id = :group_id ORDER BY a.first_day, a.id", group_id=group_id
        )
        return [_span(row) for row in rows]

    async def remove(self, *, group_id: GroupId, user_id: UserId, span_id: int) -> None:
        """Forget days away."""
        await self._delete("away", group_id=group_id, user_id=user_id, id=span_id)
