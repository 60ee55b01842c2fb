"""Messages that were sent and whose buttons have no use any more, and which of them lost those already."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.ids import GuildId, InvitationId, MeetingId, PingId, UserId
from buddybot.domain.pings import Ping
from buddybot.storage.engine.transaction import Repository, epoch
from buddybot.storage.outbox.outbox import ping_of

OFFER_LIFE = timedelta(days=21)
"""How long an offer that nobody answered keeps its buttons."""
SWAP_BEFORE = timedelta(hours=24)
"""How long before the earlier of two turns they can still be swapped."""
OF_A_GUILD = 5
"""Messages of one guild that are taken up at a time, so that none crowds out the others."""
_LOOKED_BACK = timedelta(days=30)

# Notices that told of an arrangement: a message's own, and those that it told along.
_ITS_NOTICES = """
    FROM outbox t JOIN meetings x ON x.id = t.meeting_id LEFT JOIN venues v ON v.meeting_id = x.id
    WHERE t.group_id = o.group_id AND (t.id = o.id
      OR (t.state = 'suppressed' AND t.error = 'told along with ' || CAST(o.id AS TEXT)))
"""
_TOLD_SINCE = """EXISTS (
    SELECT 1 FROM outbox n WHERE n.meeting_id = x.id AND n.id > o.id AND n.kind IN ('change', 'place')
      AND (n.state = 'sent' OR (n.state = 'suppressed' AND n.error LIKE 'told along with %'
        AND n.error <> 'told along with ' || CAST(o.id AS TEXT))))
"""
# Whether a meeting has lost its host or has no place, which such a notice asks about. Only where members
# host in turn does a later notice ask for a host again.
_ASKED = """
    v.online = 0 AND ((v.host_id IS NULL AND (v.before_host_id IS NOT NULL OR g.rotation = 'turns'))
      OR (v.host_id IS NOT NULL AND v.location_id IS NULL))
"""
_STILL_ASKED = f"""
    x.state = 'scheduled' AND x.starts_at > :now AND v.online = 0
    AND ((v.host_id IS NULL AND g.rotation <> 'turns')
      OR ((v.host_id IS NULL OR v.location_id IS NULL) AND NOT {_TOLD_SINCE}))
"""

# A reminder that was answered can be answered otherwise until the meeting is over; what its reader made of it
# by then stands on it. A notice of an arrangement gives way to a later one unless it still asks; its
# meeting's begin ends that. An alert's and a swap's number is the last part of its ping's key.
_OUTDATED = f"""
    SELECT * FROM (
    SELECT o.*, ROW_NUMBER() OVER (PARTITION BY o.guild_id ORDER BY o.id DESC) AS place FROM outbox o
    LEFT JOIN meetings m ON m.id = o.meeting_id JOIN groups g ON g.id = o.group_id
    WHERE o.state = 'sent' AND o.retired_at IS NULL AND o.message_id IS NOT NULL
      AND o.kind IN ('reminder', 'nudge', 'change', 'place', 'swap', 'home', 'offer', 'alert')
      AND NOT EXISTS (SELECT 1 FROM guilds u WHERE u.guild_id = o.guild_id AND u.gone_since IS NOT NULL)
      AND (o.direct = 1 OR o.kind = 'alert' OR g.route_error IS NULL)
      AND (g.state = 'archived' OR (g.state = 'paused' AND o.kind = 'reminder')
        OR (o.kind = 'reminder' AND (m.state NOT IN ('scheduled', 'open') OR (m.starts_at <= :now
            AND NOT EXISTS (SELECT 1 FROM rsvps r WHERE r.meeting_id = m.id AND r.user_id = o.recipient))))
        OR (o.kind = 'nudge' AND (m.state <> 'scheduled' OR m.starts_at <= :now))
        OR (o.kind IN ('change', 'place') AND (m.state = 'closed'
            OR (m.state IN ('skipped', 'cancelled') AND m.ends_at <= :now)
            OR (EXISTS (SELECT 1 {_ITS_NOTICES} AND ({_TOLD_SINCE} OR (x.starts_at <= :now AND {_ASKED})))
              AND NOT EXISTS (SELECT 1 {_ITS_NOTICES} AND {_STILL_ASKED}))))
        OR (o.kind = 'home' AND (m.state <> 'scheduled' OR o.expires_at <= :now
            OR NOT EXISTS (SELECT 1 FROM memberships w
                WHERE w.group_id = o.group_id AND w.user_id = o.recipient AND w.left_at IS NULL)
            OR NOT EXISTS (SELECT 1 FROM locations l
                WHERE l.group_id = o.group_id AND l.offered_by = o.recipient AND l.retired_at IS NULL
                  AND o.key || ':' LIKE '%:home:%:' || CAST(l.id AS TEXT) || ':%')))
        OR (o.kind = 'swap' AND NOT EXISTS (
            SELECT 1 FROM swaps s
            JOIN meetings a ON a.id = s.meeting_id JOIN meetings b ON b.id = s.other_meeting_id
            JOIN venues v ON v.meeting_id = a.id AND v.host_id = s.offered_by
            JOIN venues w ON w.meeting_id = b.id AND w.host_id = s.offered_to
            WHERE s.meeting_id = o.meeting_id AND s.state = 'open' AND o.key LIKE '%:' || CAST(s.id AS TEXT)
              AND a.state = 'scheduled' AND b.state = 'scheduled'
              AND a.starts_at > :too_late AND b.starts_at > :too_late))
        OR (o.kind = 'offer' AND o.settled_at <= :old)
        OR (o.kind IN ('reminder', 'nudge', 'offer') AND o.direct = 1 AND NOT EXISTS (
            SELECT 1 FROM memberships w
            WHERE w.group_id = o.group_id AND w.user_id = o.recipient AND w.left_at IS NULL))
        OR (o.kind = 'alert' AND EXISTS (
            SELECT 1 FROM alerts x WHERE x.group_id = o.group_id AND x.state <> 'open'
              AND o.key LIKE '%:' || CAST(x.id AS TEXT))))
    ) AS ranked WHERE place <= :share ORDER BY place, id DESC LIMIT :limit
"""

_ANSWERABLE = """
    SELECT o.id FROM outbox o JOIN meetings m ON m.id = o.meeting_id
    JOIN groups g ON g.id = o.group_id AND g.state = 'active'
    JOIN memberships w ON w.group_id = o.group_id AND w.user_id = o.recipient AND w.left_at IS NULL
    WHERE o.meeting_id = :meeting_id AND o.kind = 'reminder' AND o.state = 'sent' AND o.message_id IS NOT NULL
      AND m.state = 'scheduled' AND m.starts_at > :now
"""

_MOVED_SWAPS = """
    SELECT o.* FROM swaps s
    JOIN meetings a ON a.id = s.meeting_id JOIN meetings b ON b.id = s.other_meeting_id
    JOIN outbox o ON o.meeting_id = a.id AND o.kind = 'swap' AND o.key LIKE '%:' || CAST(s.id AS TEXT)
    JOIN groups g ON g.id = o.group_id
    WHERE s.state = 'open' AND (s.told_start <> a.starts_at OR s.told_other_start <> b.starts_at)
      AND o.state = 'sent' AND o.retired_at IS NULL AND o.message_id IS NOT NULL
      AND g.state = 'active' AND g.route_error IS NULL
      AND NOT EXISTS (SELECT 1 FROM guilds u WHERE u.guild_id = o.guild_id AND u.gone_since IS NOT NULL)
    ORDER BY s.id DESC LIMIT :limit
"""

_MOVED_HOMES = """
    SELECT o.* FROM outbox o JOIN meetings m ON m.id = o.meeting_id JOIN groups g ON g.id = o.group_id
    WHERE o.kind = 'home' AND o.state = 'sent' AND o.retired_at IS NULL AND o.message_id IS NOT NULL
      AND o.expires_at > :now AND o.expires_at <> m.starts_at AND COALESCE(o.error, '') <> 'declined'
      AND m.state = 'scheduled' AND g.state = 'active' AND g.route_error IS NULL
      AND NOT EXISTS (SELECT 1 FROM guilds u WHERE u.guild_id = o.guild_id AND u.gone_since IS NOT NULL)
    ORDER BY o.id DESC LIMIT :limit
"""

REMINDER = """
    SELECT * FROM outbox
    WHERE meeting_id = :meeting_id AND state = 'sent' AND kind = 'reminder' AND recipient = :user_id
      AND message_id IS NOT NULL AND retired_at IS NULL
"""
"""The reminder of `meeting_id` that `user_id` was sent and that has its buttons still."""


class OutdatedMessageRepository(Repository):
    """What is forgotten here is only where a message is, or that it is to be edited."""

    async def list_outdated(self, now: datetime, *, limit: int) -> Sequence[Ping]:
        """Return pings whose messages are out of date and were not edited yet, the latest first."""
        rows = await self._tx.all(
            _OUTDATED,
            now=epoch(now),
            too_late=epoch(now + SWAP_BEFORE),
            old=epoch(now - OFFER_LIFE),
            share=OF_A_GUILD,
            limit=limit,
        )
        return [ping_of(row) for row in rows]

    async def moved_swaps(self, *, limit: int) -> Sequence[Ping]:
        """Return pings that asked about a swap of meetings of which one starts at another time by now."""
        return [ping_of(row) for row in await self._tx.all(_MOVED_SWAPS, limit=limit)]

    async def moved_homes(self, now: datetime, *, limit: int) -> Sequence[Ping]:
        """Return open questions about homes whose meetings start at another time than was asked about."""
        return [ping_of(row) for row in await self._tx.all(_MOVED_HOMES, now=epoch(now), limit=limit)]

    async def direct_to(
        self, guild_id: GuildId, user_id: UserId, now: datetime, *, limit: int
    ) -> Sequence[Ping]:
        """Return direct messages of the last weeks to a person that have buttons still, the latest first."""
        rows = await self._tx.all(
            """
            SELECT o.* FROM groups g JOIN outbox o ON o.group_id = g.id
            WHERE g.guild_id = :guild_id AND o.recipient = :user_id AND o.direct = 1 AND o.state = 'sent'
              AND o.message_id IS NOT NULL AND o.retired_at IS NULL AND o.settled_at > :since
            ORDER BY o.id DESC LIMIT :limit
            """,
            guild_id=guild_id,
            user_id=user_id,
            since=epoch(now - _LOOKED_BACK),
            limit=limit,
        )
        return [ping_of(row) for row in rows]

    async def find_reminder(self, meeting_id: MeetingId, user_id: UserId) -> Ping | None:
        """Return the reminder of a meeting that a person was sent and that has its buttons still."""
        row = await self._tx.one(REMINDER, meeting_id=meeting_id, user_id=user_id)
        return None if row is None else ping_of(row)

    async def reopen(self, meeting_id: MeetingId, now: datetime) -> Sequence[Ping]:
        """Return the reminders of a meeting that its members can answer, and count none as done with."""
        await self._tx.run(
            f"UPDATE outbox SET retired_at = NULL WHERE id IN ({_ANSWERABLE})",
            meeting_id=meeting_id,
            now=epoch(now),
        )
        rows = await self._tx.all(
            f"SELECT * FROM outbox WHERE id IN ({_ANSWERABLE}) ORDER BY id",
            meeting_id=meeting_id,
            now=epoch(now),
        )
        return [ping_of(row) for row in rows]

    async def mark_retired(self, ping_id: PingId, now: datetime) -> None:
        """Say that a message has no button any more, or can't be edited."""
        await self._update("outbox", {"id": ping_id}, retired_at=epoch(now))

    async def list_invitations(self, now: datetime, *, limit: int) -> Sequence[tuple[GuildId, InvitationId]]:
        """Return invitations of the last weeks that ended, and whose cards do not say so yet."""
        rows = await self._tx.all(
            """
            SELECT id, guild_id FROM (
            SELECT i.id, i.guild_id, ROW_NUMBER() OVER (PARTITION BY i.guild_id ORDER BY i.id) AS place
            FROM invitations i
            WHERE i.card_message_id IS NOT NULL AND i.created_at > :since
              AND (i.state <> 'open' OR i.expires_at <= :now)
              AND NOT EXISTS (
                SELECT 1 FROM guilds u WHERE u.guild_id = i.guild_id AND u.gone_since IS NOT NULL)
            ) AS ranked WHERE place <= :share ORDER BY place, id LIMIT :limit
            """,
            since=epoch(now - _LOOKED_BACK),
            now=epoch(now),
            share=OF_A_GUILD,
            limit=limit,
        )
        return [(GuildId(row["guild_id"]), InvitationId(row["id"])) for row in rows]

    async def forget_card(self, invitation_id: InvitationId) -> None:
        """Forget the message of an invitation that says what became of it."""
        await self._update("invitations", {"id": invitation_id}, card_channel_id=None, card_message_id=None)
