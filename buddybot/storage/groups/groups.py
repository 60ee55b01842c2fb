"""Groups and their members in the database."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.groups.groups import Group, GroupState, Member, Role, Rotation, name_key
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, LocationId, RoleId, UserId
from buddybot.domain.text import name_order
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant, row_reader, words

MEMBER_BESIDE = """
    m.user_id, m.role, m.joined_at, m.hosts, m.gone_since, COALESCE((
        SELECT p.display_name FROM preferences p WHERE p.guild_id = m.guild_id AND p.user_id = m.user_id
    ), '') AS display_name
"""
"""The columns of a membership `m` in a row that has its `group_id` already, for `member_of`."""
_MEMBER = f"SELECT m.guild_id, m.group_id, {MEMBER_BESIDE} FROM memberships m"  # of a constant

_rotation, _state = words(Rotation), words(GroupState)

GROUP_BESIDE = ", ".join(f"g.{name} AS group_{name}" for name in Group._fields if name != "id")
"""The same of a group `g`, for `group_of`."""


def group_of(row: Row, before: str = "") -> Group:
    """Return the group of a whole row, or of one with `GROUP_BESIDE` whose names begin with `group_`."""
    return Group(
        id=GroupId(row[f"{before}id"]),
        guild_id=GuildId(row[f"{before}guild_id"]),
        name=row[f"{before}name"],
        channel_id=ChannelId(row[f"{before}channel_id"]),
        role_id=None if row[f"{before}role_id"] is None else RoleId(row[f"{before}role_id"]),
        zone=row[f"{before}zone"],
        capacity=row[f"{before}capacity"],
        charter=row[f"{before}charter"],
        rotation=_rotation(row[f"{before}rotation"]),
        language=row[f"{before}language"],
        state=_state(row[f"{before}state"]),
        route_error=row[f"{before}route_error"],
        created_by=UserId(row[f"{before}created_by"]),
        created_at=instant(row[f"{before}created_at"]),
        minimum=row[f"{before}minimum"],
        answer_hours=row[f"{before}answer_hours"],
        usual_location_id=None
        if row[f"{before}usual_location_id"] is None
        else LocationId(row[f"{before}usual_location_id"]),
    )


member_of = row_reader(Member)
"""Returns the membership of a row with its columns and the person's `display_name`."""


class GroupRepository(Repository):
    """Every look-up is scoped by the guild."""

    async def add(
        self,
        *,
        guild_id: GuildId,
        name: str,
        channel_id: ChannelId,
        zone: str,
        capacity: int,
        charter: str,
        language: str,
        created_by: UserId,
        now: datetime,
        rotation: Rotation = Rotation.FIXED,
    ) -> GroupId | None:
        """Insert an active group; None when the guild has one of that name."""
        number = await self._insert_new_numbered(
            "groups",
            guild_id=guild_id,
            name=name,
            name_key=name_key(name),
            channel_id=channel_id,
            zone=zone,
            capacity=capacity,
            charter=charter,
            rotation=rotation.value,
            language=language,
            state="active",
            created_by=created_by,
            created_at=epoch(now),
        )
        return None if number is None else GroupId(number)

    async def get(self, guild_id: GuildId, group_id: GroupId) -> Group | None:
        """Return the guild's group, or None for a foreign one as for a missing one."""
        row = await self._find("groups", guild_id=guild_id, id=group_id)
        return None if row is None else group_of(row)

    async def lock(self, group_id: GroupId) -> None:
        """Let no other transaction that locks this group run beside this one.

        Where there is only one writer nothing need be asked.
        """
        if not self._tx.for_update:
            return
        await self._tx.one(
            "SELECT id FROM groups WHERE id = :group_id " + self._tx.for_update, group_id=group_id
        )

    async def of_guild(self, guild_id: GuildId) -> Sequence[Group]:
        """Return the guild's groups that are not archived, by name."""
        rows = await self._tx.all(
            "SELECT * FROM groups WHERE guild_id = :guild_id AND state <> 'archived' ORDER BY id",
            guild_id=guild_id,
        )
        return sorted(map(group_of, rows), key=lambda group: name_order(group.name))

    async def of_user(self, guild_id: GuildId, user_id: UserId, *, archived: bool = False) -> Sequence[Group]:
        """Return the groups that the user is in now, by name; with `archived` those that ended too, last."""
        rows = await self._tx.all(
            f"""
            SELECT g.* FROM groups g JOIN memberships m ON m.group_id = g.id
            WHERE g.guild_id = :guild_id AND m.user_id = :user_id AND m.left_at IS NULL
              {"" if archived else "AND g.state <> 'archived'"}
            ORDER BY g.id
            """,  # of a constant
            guild_id=guild_id,
            user_id=user_id,
        )
        return sorted(
            map(group_of, rows),
            key=lambda group: (group.state is GroupState.ARCHIVED, name_order(group.name)),
        )

    async def was_member(self, guild_id: GuildId, user_id: UserId) -> bool:
        """Return whether the user was in a group of the guild once."""
        row = await self._tx.one(
            "SELECT 1 AS n FROM memberships WHERE guild_id = :guild_id AND user_id = :user_id LIMIT 1",
            guild_id=guild_id,
            user_id=user_id,
        )
        return row is not None

    async def list_active(self) -> Sequence[Group]:
        """Return every active group of every guild that the bot is still in."""
        return await self._in_touch("g.state = 'active'")

    async def list_for_planner(self) -> Sequence[Group]:
        """Return active groups for the planner, and those that rest while a meeting is still open."""
        return await self._in_touch(
            "(g.state = 'active' OR (g.state = 'paused' AND EXISTS ("
            "SELECT 1 FROM meetings m WHERE m.group_id = g.id AND m.state = 'open')))"
        )

    async def _in_touch(self, which: str) -> Sequence[Group]:
        rows = await self._tx.all(
            "SELECT g.* FROM groups g LEFT JOIN guilds u ON u.guild_id = g.guild_id "
            f"WHERE u.gone_since IS NULL AND {which} ORDER BY g.id"
        )
        return [group_of(row) for row in rows]

    async def list_everywhere(self) -> Sequence[Group]:
        """Return every group of every guild, archived ones too, for whoever runs the bot."""
        return [group_of(row) for row in await self._tx.all("SELECT * FROM groups ORDER BY id")]

    async def change(
        self,
        group: Group,
        *,
        name: str | None = None,
        channel_id: ChannelId | None = None,
        zone: str | None = None,
        capacity: int | None = None,
        charter: str | None = None,
        charter_by: UserId | None = None,
        rotation: Rotation | None = None,
        language: str | None = None,
        state: GroupState | None = None,
        minimum: int | None = None,
        answer_hours: int | None = None,
    ) -> bool:
        """Change what is given and keep the rest; False when the new name is taken."""
        new_name = group.name if name is None else name
        new_state = group.state if state is None else state
        if new_state is not GroupState.ARCHIVED:
            taken = await self._tx.one(
                """
                SELECT id FROM groups WHERE guild_id = :guild_id AND name_key = :name_key
                  AND state <> 'archived' AND id <> :group_id
                """,
                guild_id=group.guild_id,
                name_key=name_key(new_name),
                group_id=group.id,
            )
            if taken is not None:
                return False
        await self._tx.run(
            """
            UPDATE groups SET name = :name, name_key = :name_key, channel_id = :channel_id, zone = :zone,
                              capacity = :capacity, charter = :charter,
                              charter_by = COALESCE(:charter_by, charter_by), rotation = :rotation,
                              language = :language, state = :state,
                              minimum = :minimum, answer_hours = :answer_hours
            WHERE guild_id = :guild_id AND id = :group_id
            """,
            name=new_name,
            name_key=name_key(new_name),
            channel_id=group.channel_id if channel_id is None else channel_id,
            zone=group.zone if zone is None else zone,
            capacity=group.capacity if capacity is None else capacity,
            charter=group.charter if charter is None else charter,
            charter_by=charter_by,
            rotation=(group.rotation if rotation is None else rotation).value,
            language=group.language if language is None else language,
            state=new_state.value,
            minimum=group.minimum if minimum is None else minimum,
            answer_hours=group.answer_hours if answer_hours is None else answer_hours,
            guild_id=group.guild_id,
            group_id=group.id,
        )
        return True

    async def set_role(self, group_id: GroupId, role_id: RoleId | None) -> None:
        """Remember the Discord role that the bot keeps for the group."""
        await self._update("groups", {"id": group_id}, role_id=role_id)

    async def set_usual_location(self, group_id: GroupId, location_id: LocationId | None) -> None:
        """Note the place that is given to the rotation `fixed`; None for that of last time."""
        await self._update("groups", {"id": group_id}, usual_location_id=location_id)

    async def set_channel_error(self, group_id: GroupId, code: int | None) -> None:
        """Stop (a code) or resume (None) what is sent to the group's home channel."""
        await self._update("groups", {"id": group_id}, route_error=code)


class MemberRepository(Repository):
    """Who is in a group now, and who was."""

    async def list_current(self, group_id: GroupId) -> Sequence[Member]:
        """Return the group's members, longest in it first."""
        rows = await self._tx.all(
            _MEMBER + " WHERE m.group_id = :group_id AND m.left_at IS NULL ORDER BY m.joined_at, m.id",
            group_id=group_id,
        )
        return [member_of(row) for row in rows]

    async def present(self, group_id: GroupId) -> Sequence[Member]:
        """Return the same without members who are known to have left the server."""
        return [member for member in await self.list_current(group_id) if member.gone_since is None]

    async def get(self, group_id: GroupId, user_id: UserId) -> Member | None:
        """Return the user's present membership in the group."""
        row = await self._tx.one(
            _MEMBER + " WHERE m.group_id = :group_id AND m.user_id = :user_id AND m.left_at IS NULL",
            group_id=group_id,
            user_id=user_id,
        )
        return None if row is None else member_of(row)

    async def at(self, group_id: GroupId, moment: datetime) -> Sequence[UserId]:
        """Return who was a member at `moment`, longest in first."""
        rows = await self._tx.all(
            """
            SELECT user_id FROM memberships
            WHERE group_id = :group_id AND joined_at <= :moment AND (left_at IS NULL OR left_at > :moment)
            ORDER BY joined_at, id
            """,
            group_id=group_id,
            moment=epoch(moment),
        )
        return [UserId(row["user_id"]) for row in rows]

    async def add(
        self, *, group_id: GroupId, guild_id: GuildId, user_id: UserId, role: Role, now: datetime
    ) -> None:
        """Begin a membership; whether they would host stays what they said in an earlier one."""
        await self._tx.run(
            """
            INSERT INTO memberships (group_id, guild_id, user_id, role, joined_at, hosts,
                                     hosts_interaction_id)
            VALUES (:group_id, :guild_id, :user_id, :role, :now,
                    COALESCE((SELECT m.hosts FROM memberships m
                              WHERE m.group_id = :group_id AND m.user_id = :user_id
                              ORDER BY m.id DESC LIMIT 1), 1),
                    COALESCE((SELECT MAX(m.hosts_interaction_id) FROM memberships m
                              WHERE m.group_id = :group_id AND m.user_id = :user_id), 0))
            """,
            group_id=group_id,
            guild_id=guild_id,
            user_id=user_id,
            role=role.value,
            now=epoch(now),
        )

    async def end(self, *, group_id: GroupId, user_id: UserId, now: datetime, reason: str | None) -> None:
        """End the present membership; what the member did stays."""
        await self._tx.run(
            """
            UPDATE memberships SET left_at = :now, left_reason = :reason
            WHERE group_id = :group_id AND user_id = :user_id AND left_at IS NULL
            """,
            now=epoch(now),
            reason=reason,
            group_id=group_id,
            user_id=user_id,
        )

    async def meeting_soon(self, now: datetime, until: datetime) -> Sequence[tuple[GuildId, Member]]:
        """Return the members of active groups that meet soon, with their guild, the next to meet first."""
        rows = await self._tx.all(
            f"""
            {_MEMBER}
            JOIN (
                SELECT g.id, MIN(t.starts_at) AS starts_at
                FROM meetings t JOIN groups g ON g.id = t.group_id
                WHERE t.state = 'scheduled' AND t.starts_at > :now AND t.starts_at <= :until
                  AND g.state = 'active' AND NOT EXISTS (
                    SELECT 1 FROM guilds u WHERE u.guild_id = g.guild_id AND u.gone_since IS NOT NULL)
                GROUP BY g.id
            ) soon ON soon.id = m.group_id
            WHERE m.left_at IS NULL
            ORDER BY soon.starts_at, m.group_id, m.user_id
            """,  # of a constant
            now=epoch(now),
            until=epoch(until),
        )
        return [(GuildId(row["guild_id"]), member_of(row)) for row in rows]

    async def set_gone(self, *, group_id: GroupId, user_id: UserId, since: datetime | None) -> bool:
        """Note that a member left the server, or with None that they are in it; False when that was known."""
        changed = await self._tx.run(
            f"""
            UPDATE memberships SET gone_since = :since
            WHERE group_id = :group_id AND user_id = :user_id AND left_at IS NULL
              AND gone_since IS {"NOT NULL" if since is None else "NULL"}
            """,  # one of two constants
            since=None if since is None else epoch(since),
            group_id=group_id,
            user_id=user_id,
        )
        return bool(changed)

    async def set_role(self, *, group_id: GroupId, user_id: UserId, role: Role) -> None:
        """Make a member an organizer, or an organizer a member."""
        await self._tx.run(
            """
            UPDATE memberships SET role = :role
            WHERE group_id = :group_id AND user_id = :user_id AND left_at IS NULL
            """,
            role=role.value,
            group_id=group_id,
            user_id=user_id,
        )

    async def set_hosts(
        self, *, group_id: GroupId, user_id: UserId, hosts: bool, interaction_id: InteractionId
    ) -> bool:
        """Note whether a member would host; False, and nothing done, when they said something later."""
        changed = await self._tx.run(
            """
            UPDATE memberships SET hosts = :hosts, hosts_interaction_id = :interaction_id
            WHERE group_id = :group_id AND user_id = :user_id AND left_at IS NULL
              AND hosts_interaction_id <= :interaction_id
            """,
            hosts=int(hosts),
            interaction_id=interaction_id,
            group_id=group_id,
            user_id=user_id,
        )
        return bool(changed)
