"""Everything that is stored of a person, as they may read it themselves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.storage.engine.transaction import Repository

Value = str | int | None
Copy = Mapping[str, Sequence[Mapping[str, Value]]]
"""Rows by section; a column that ends in `_at` is an instant in epoch seconds, one in `_id` somebody's id."""

_MEETING = "g.guild_id, g.name AS group_name, m.local_day, m.local_time, m.zone"
_AT = "JOIN meetings m ON m.id = t.meeting_id JOIN groups g ON g.id = m.group_id"
_IN = "JOIN groups g ON g.id = t.group_id"
_BY_TIME = "ORDER BY m.starts_at, m.id"

SECTIONS: Mapping[str, str] = {
    "settings": """
        SELECT guild_id, display_name, direct_messages, nudges, quiet_start, quiet_end, zone
        FROM preferences WHERE user_id = :user ORDER BY guild_id
    """,
    "memberships": f"""
        SELECT g.guild_id, g.name AS group_name, t.role, t.joined_at, t.left_at, t.left_reason,
               t.gone_since, t.hosts
        FROM memberships t {_IN} WHERE t.user_id = :user ORDER BY t.joined_at, t.id
    """,
    "invitations": f"""
        SELECT g.guild_id, g.name AS group_name, t.created_at, t.expires_at, t.state, t.settled_at,
               t.invited_name
        FROM invitations t {_IN}
        WHERE t.user_id = :user OR (t.settled_by = :user AND t.state IN ('accepted', 'declined'))
        ORDER BY t.created_at, t.id
    """,
    "wrong_codes": "SELECT guild_id, tried_at FROM code_tries WHERE user_id = :user ORDER BY tried_at",
    "answers": f"""
        SELECT {_MEETING}, t.answer, t.answered_at FROM rsvps t {_AT} WHERE t.user_id = :user {_BY_TIME}
    """,
    "attendance": f"""
        SELECT {_MEETING}, t.state, t.previous, t.recorded_at, t.reason,
               CASE WHEN t.recorded_by IS NULL THEN 'bot' WHEN t.recorded_by = :user THEN 'you'
                    ELSE 'organizer' END AS recorded_by
        FROM attendance t {_AT} WHERE t.user_id = :user ORDER BY m.starts_at, t.id
    """,
    "commitments": f"""
        SELECT g.guild_id, g.name AS group_name, t.text, t.category, t.target, t.done, t.plan, t.visibility,
               t.state, t.weeks_carried, t.created_at
        FROM commitments t {_IN} WHERE t.user_id = :user ORDER BY t.created_at, t.id
    """,
    "outcomes": f"""
        SELECT {_MEETING}, c.text, t.done, c.target, t.dropped FROM outcomes t {_AT}
        JOIN commitments c ON c.id = t.commitment_id WHERE c.user_id = :user {_BY_TIME}, c.id
    """,
    "checkins": f"""
        SELECT {_MEETING}, t.win, t.blocker, t.created_at, t.updated_at
        FROM checkins t {_AT} WHERE t.user_id = :user {_BY_TIME}
    """,
    "turns": f"""
        SELECT {_MEETING}, t.position, t.started_at, t.minutes FROM turns t {_AT}
        WHERE t.user_id = :user {_BY_TIME}
    """,
    "parts": f"""
        SELECT {_MEETING}, CASE WHEN m.facilitator_id = :user THEN 1 ELSE 0 END AS facilitated,
               CASE WHEN m.timekeeper_id = :user THEN 1 ELSE 0 END AS kept_time,
               CASE WHEN m.lead_id = :user THEN 1 ELSE 0 END AS led_activity
        FROM meetings m JOIN groups g ON g.id = m.group_id
        WHERE m.facilitator_id = :user OR m.timekeeper_id = :user OR m.lead_id = :user {_BY_TIME}
    """,
    "away": f"""
        SELECT g.guild_id, g.name AS group_name, t.first_day, t.last_day FROM away t {_IN}
        WHERE t.user_id = :user ORDER BY t.first_day, t.id
    """,
    "locations": f"""
        SELECT g.guild_id, g.name AS group_name, t.name, t.kind, t.address, t.link, t.note, t.public,
               t.step_free, t.quiet, t.parking, t.created_at, t.retired_at
        FROM locations t {_IN} WHERE t.offered_by = :user ORDER BY t.created_at, t.id
    """,
    "travel": """
        SELECT g.guild_id, g.name AS group_name, l.name, t.minutes FROM travel t
        JOIN locations l ON l.id = t.location_id JOIN groups g ON g.id = l.group_id
        WHERE t.user_id = :user ORDER BY g.id, l.id
    """,
    "suits": """
        SELECT g.guild_id, g.name AS group_name, l.name FROM approvals t
        JOIN locations l ON l.id = t.location_id JOIN groups g ON g.id = l.group_id
        WHERE t.user_id = :user ORDER BY g.id, l.id
    """,
    "hosting": f"""
        SELECT {_MEETING}, l.name FROM venues t {_AT} LEFT JOIN locations l ON l.id = t.location_id
        WHERE t.host_id = :user {_BY_TIME}
    """,
    "told_hosting": f"""
        SELECT {_MEETING} FROM venues t {_AT} WHERE t.before_host_id = :user {_BY_TIME}
    """,
    "passed_turns": f"SELECT {_MEETING} FROM host_passes t {_AT} WHERE t.user_id = :user {_BY_TIME}",
    "shares": f"""
        SELECT {_MEETING}, t.willing, t.minutes, t.approved FROM shares t {_AT}
        WHERE t.user_id = :user {_BY_TIME}
    """,
    "balances": f"""
        SELECT g.guild_id, g.name AS group_name, t.kind AS counted, t.amount FROM balances t {_IN}
        WHERE t.user_id = :user ORDER BY g.id, t.kind
    """,
    "swaps": f"""
        SELECT {_MEETING}, CASE WHEN t.offered_by = :user THEN 1 ELSE 0 END AS offered_by_you, t.state,
               t.created_at, t.settled_at
        FROM swaps t {_AT} WHERE t.offered_by = :user OR t.offered_to = :user {_BY_TIME}, t.id
    """,
    "interests": f"SELECT {_MEETING} FROM interests t {_AT} WHERE t.user_id = :user {_BY_TIME}",
    "wishes": f"""
        SELECT g.guild_id, g.name AS group_name, t.activity FROM activity_wishes t {_IN}
        WHERE t.user_id = :user ORDER BY g.id, t.activity
    """,
    "votes": f"SELECT {_MEETING} FROM pulse_voters t {_AT} WHERE t.user_id = :user {_BY_TIME}",
    "kudos_given": f"""
        SELECT g.guild_id, g.name AS group_name, t.to_id, t.text, t.given_at FROM kudos t {_IN}
        WHERE t.from_id = :user ORDER BY t.given_at, t.id
    """,
    "kudos_received": f"""
        SELECT g.guild_id, g.name AS group_name, t.from_id, t.text, t.given_at FROM kudos t {_IN}
        WHERE t.to_id = :user ORDER BY t.given_at, t.id
    """,
    "feedback": f"""
        SELECT g.guild_id, g.name AS group_name, t.phrase, t.rating, t.given_at FROM feedback t {_IN}
        WHERE t.user_id = :user ORDER BY t.given_at, t.id
    """,
    "offers": f"""
        SELECT {_MEETING}, t.made_at, t.seen_at, t.answer FROM offers t {_AT}
        WHERE t.user_id = :user {_BY_TIME}
    """,
    "messages": f"""
        SELECT g.guild_id, g.name AS group_name, t.kind, t.due_at, t.state, t.direct, t.settled_at
        FROM outbox t {_IN} WHERE t.recipient = :user ORDER BY t.due_at, t.id
    """,
    "caused": f"""
        SELECT g.guild_id, g.name AS group_name, t.kind, t.due_at, t.state FROM outbox t {_IN}
        WHERE t.caused_by = :user ORDER BY t.due_at, t.id
    """,
    "nudges": f"""
        SELECT g.guild_id, g.name AS group_name, n.nudged_at FROM nudges n JOIN outbox t ON t.id = n.ping_id
        {_IN} WHERE n.user_id = :user ORDER BY n.nudged_at
    """,
    "recorded": f"""
        SELECT {_MEETING}, COUNT(*) AS entries, MAX(t.recorded_at) AS last_at FROM attendance t {_AT}
        WHERE t.recorded_by = :user AND t.user_id <> :user
        GROUP BY m.id, g.guild_id, g.name, m.local_day, m.local_time, m.zone, m.starts_at {_BY_TIME}
    """,
    "visitors": f"""
        SELECT {_MEETING}, COUNT(*) AS entries FROM visitors t {_AT}
        WHERE t.recorded_by = :user OR t.withdrawn_by = :user
        GROUP BY m.id, g.guild_id, g.name, m.local_day, m.local_time, m.zone, m.starts_at {_BY_TIME}
    """,
    "made": """
        SELECT guild_id, name AS group_name, created_at FROM groups WHERE created_by = :user ORDER BY id
    """,
    "charters": """
        SELECT guild_id, name AS group_name, charter AS text FROM groups
        WHERE charter_by = :user AND charter <> '' ORDER BY id
    """,
    "invited": f"""
        SELECT g.guild_id, g.name AS group_name, COUNT(*) AS invitations FROM invitations t {_IN}
        WHERE t.created_by = :user GROUP BY g.id, g.guild_id, g.name ORDER BY g.id
    """,
    "revoked": f"""
        SELECT g.guild_id, g.name AS group_name, COUNT(*) AS invitations FROM invitations t {_IN}
        WHERE t.settled_by = :user AND t.state = 'revoked' GROUP BY g.id, g.guild_id, g.name ORDER BY g.id
    """,
    "settled_alerts": f"""
        SELECT g.guild_id, g.name AS group_name, t.state, t.settled_at FROM alerts t {_IN}
        WHERE t.settled_by = :user ORDER BY t.settled_at
    """,
    "missed": f"""
        SELECT g.guild_id, g.name AS group_name, t.created_at, t.seen_at FROM notices t {_IN}
        WHERE t.key = 'absences:' || CAST(CAST(:user AS BIGINT) AS TEXT) ORDER BY t.created_at
    """,
    "noted": f"""
        SELECT g.guild_id, g.name AS group_name, t.created_at, t.seen_at FROM notices t {_IN}
        WHERE t.key = 'left_server:' || CAST(CAST(:user AS BIGINT) AS TEXT)
           OR t.key LIKE 'heir:' || CAST(CAST(:user AS BIGINT) AS TEXT) || ':%' ORDER BY t.created_at
    """,
    "roles": f"""
        SELECT g.guild_id, g.name AS group_name, t.asked_at AS created_at FROM role_tasks t {_IN}
        WHERE t.user_id = :user ORDER BY t.asked_at, t.group_id
    """,
    "log": f"""
        SELECT g.guild_id, g.name AS group_name, t.action, t.done_at FROM audit t {_IN}
        WHERE t.actor_id = :user ORDER BY t.done_at, t.id
    """,
}
"""One statement a section; other people appear in them at most as the id of who thanked or was thanked."""


class Holdings(NamedTuple):
    """How many rows of a person there are, by section, without those that are empty."""

    counts: Mapping[str, int]


class PersonalRepository(Repository):
    """Reads across all guilds: it is for the person themselves, or for the host in their name."""

    async def copy(self, user_id: UserId) -> Copy:
        """Return everything, by section; sections without rows are left out."""
        found: dict[str, Sequence[Mapping[str, Value]]] = {}
        for name, sql in SECTIONS.items():
            if rows := await self._tx.all(sql, user=user_id):
                found[name] = [dict(row) for row in rows]
        return found

    async def count_holdings(self, user_id: UserId) -> Holdings:
        """Return how much there is."""
        return Holdings({name: len(rows) for name, rows in (await self.copy(user_id)).items()})

    async def zones(self, user_id: UserId) -> Sequence[str]:
        """Return the zones that the person chose, then those of their groups."""
        rows = await self._tx.all(
            """
            SELECT DISTINCT rank, zone FROM (
                SELECT 1 AS rank, p.zone FROM preferences p WHERE p.user_id = :user AND p.zone IS NOT NULL
                UNION ALL
                SELECT 2 AS rank, g.zone FROM memberships m JOIN groups g ON g.id = m.group_id
                WHERE m.user_id = :user) found ORDER BY rank, zone
            """,
            user=user_id,
        )
        return [row["zone"] for row in rows]

    async def groups_of(self, user_id: UserId) -> Sequence[tuple[GuildId, GroupId]]:
        """Return every group that the person is or was in, in the order in which groups are locked."""
        rows = await self._tx.all(
            "SELECT DISTINCT guild_id, group_id FROM memberships WHERE user_id = :user ORDER BY group_id",
            user=user_id,
        )
        return [(GuildId(row["guild_id"]), GroupId(row["group_id"])) for row in rows]

    async def charters_of(self, user_id: UserId) -> Sequence[GroupId]:
        """Return the groups whose charter is in this person's words."""
        rows = await self._tx.all(
            "SELECT id FROM groups WHERE charter_by = :user AND charter <> '' ORDER BY id", user=user_id
        )
        return [GroupId(row["id"]) for row in rows]
