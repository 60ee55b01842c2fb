"""What people chose for themselves in the database."""

from collections.abc import Sequence

from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import Preferences, QuietHours
from buddybot.domain.ids import GroupId, GuildId, InteractionId, UserId
from buddybot.domain.zones import pick_known_zone
from buddybot.storage.engine.transaction import Repository, Row, clock, time_of


def _preferences(row: Row) -> Preferences:
    start, end = row["quiet_start"], row["quiet_end"]
    return Preferences(
        guild_id=GuildId(row["guild_id"]),
        user_id=UserId(row["user_id"]),
        display_name=row["display_name"],
        direct_messages=bool(row["direct_messages"]),
        nudges=bool(row["nudges"]),
        quiet=None if start is None or end is None else QuietHours(time_of(start), time_of(end)),
        zone=row["zone"],
    )


KNOWN_AS = """
    SELECT p.display_name FROM preferences p WHERE p.guild_id = :guild_id AND p.user_id = :user_id
"""
"""The name under which `user_id` is kept in `guild_id`."""


class PreferenceRepository(Repository):
    """One row a person and guild; without one the defaults hold."""

    async def get(self, guild_id: GuildId, user_id: UserId) -> Preferences:
        """Return what the person chose, or the defaults."""
        row = await self._find("preferences", guild_id=guild_id, user_id=user_id)
        return Preferences(guild_id, user_id) if row is None else _preferences(row)

    async def of_group(self, group_id: GroupId) -> Sequence[Preferences]:
        """Return what the group's present members chose; those who chose nothing are not among them."""
        rows = await self._tx.all(
            """
            SELECT p.* FROM preferences p
            JOIN memberships m ON m.guild_id = p.guild_id AND m.user_id = p.user_id
            WHERE m.group_id = :group_id AND m.left_at IS NULL
            """,
            group_id=group_id,
        )
        return [_preferences(row) for row in rows]

    async def zone_in(self, group: Group, user_id: UserId) -> str:
        """Return the zone by which a member of the group lives: their own choice, else the group's."""
        return pick_known_zone((await self.get(group.guild_id, user_id)).zone, group.zone)

    async def put(self, preferences: Preferences) -> None:
        """Keep everything that the person chose."""
        quiet = preferences.quiet
        await self._put(
            "preferences",
            ("guild_id", "user_id"),
            guild_id=preferences.guild_id,
            user_id=preferences.user_id,
            display_name=preferences.display_name,
            direct_messages=int(preferences.direct_messages),
            nudges=int(preferences.nudges),
            quiet_start=None if quiet is None else clock(quiet.start),
            quiet_end=None if quiet is None else clock(quiet.end),
            zone=preferences.zone,
        )

    async def set_direct(
        self, guild_id: GuildId, user_id: UserId, *, wanted: bool, interaction_id: InteractionId
    ) -> bool:
        """Note whether a person wants direct messages; False, and nothing done, when they said so later."""
        changed = await self._tx.run(
            """
            UPDATE preferences SET direct_messages = :wanted, direct_interaction_id = :interaction_id
            WHERE guild_id = :guild_id AND user_id = :user_id AND direct_interaction_id <= :interaction_id
            """,
            wanted=int(wanted),
            interaction_id=interaction_id,
            guild_id=guild_id,
            user_id=user_id,
        )
        return bool(changed)

    async def rename(self, guild_id: GuildId, user_id: UserId, display_name: str) -> None:
        """Keep another name of a person of whom something is kept, and of nobody else."""
        await self._update(
            "preferences", {"guild_id": guild_id, "user_id": user_id}, display_name=display_name
        )

    async def keep_name(self, guild_id: GuildId, user_id: UserId, display_name: str) -> None:
        """Keep the name by which the person is shown where Discord cannot show it (exports, labels)."""
        await self._tx.run(
            """
            INSERT INTO preferences (guild_id, user_id, display_name, direct_messages, nudges)
            VALUES (:guild_id, :user_id, :display_name, 0, 1)
            ON CONFLICT (guild_id, user_id) DO UPDATE SET display_name =
                CASE WHEN excluded.display_name = '' THEN preferences.display_name
                     ELSE excluded.display_name END
            """,
            guild_id=guild_id,
            user_id=user_id,
            display_name=display_name,
        )
