"""Alerts, and how each group is watched, in the database."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from buddybot.domain.health.alerts import AlertState, Fall, Raised, Watch, from_row, sign_of, to_row
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.ids import AlertId, ChannelId, GroupId, GuildId, MeetingId, UserId
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant

_KNOWN = frozenset({*(each.value for each in Chart), *(each.value for each in Sign)})
"""Signs whose evidence these modules read; another feature may keep its own in the same table."""


def _read_alert(row: Row) -> Raised:
    return Raised(
        id=AlertId(row["id"]),
        group_id=GroupId(row["group_id"]),
        meeting_id=None if row["meeting_id"] is None else MeetingId(row["meeting_id"]),
        what=from_row(row["sign"], json.loads(row["evidence"])),
        raised_at=instant(row["raised_at"]),
        state=AlertState(row["state"]),
        settled_by=None if row["settled_by"] is None else UserId(row["settled_by"]),
        settled_at=instant(row["settled_at"]),
    )


class AlertRepository(Repository):
    """Every look-up is scoped by the group."""

    async def add(
        self,
        group_id: GroupId,
        *,
        key: str,
        what: Fall | Fact,
        meeting_id: MeetingId | None,
        now: datetime,
    ) -> AlertId | None:
        """Raise an alert; None when this one was raised before."""
        number = await self._insert_new_numbered(
            "alerts",
            group_id=group_id,
            meeting_id=meeting_id,
            sign=sign_of(what),
            key=key,
            evidence=json.dumps(to_row(what), sort_keys=True),
            raised_at=epoch(now),
            state="open",
        )
        return None if number is None else AlertId(number)

    async def get(self, group_id: GroupId, alert_id: AlertId) -> Raised | None:
        """Return the group's alert, or None for a foreign one as for a missing one."""
        row = await self._find("alerts", group_id=group_id, id=alert_id)
        return None if row is None or row["sign"] not in _KNOWN else _read_alert(row)

    async def group_of(self, guild_id: GuildId, alert_id: AlertId) -> GroupId | None:
        """Return the group of an alert that a button names, when it is this guild's."""
        row = await self._tx.one(
            """
            SELECT a.group_id FROM alerts a JOIN groups g ON g.id = a.group_id
            WHERE g.guild_id = :guild_id AND a.id = :alert_id
            """,
            guild_id=guild_id,
            alert_id=alert_id,
        )
        return None if row is None else GroupId(row["group_id"])

    async def of_group(self, group_id: GroupId) -> Sequence[Raised]:
        """Return every alert of a group, the oldest first."""
        rows = await self._list("alerts", "id", group_id=group_id)
        return [_read_alert(row) for row in rows if row["sign"] in _KNOWN]

    async def open(self, group_id: GroupId) -> Sequence[Raised]:
        """Return what nobody has settled, the oldest first."""
        return [each for each in await self.of_group(group_id) if each.open]

    async def settle(self, alert_id: AlertId, state: AlertState, *, by: UserId | None, now: datetime) -> None:
        """Note what became of an open alert."""
        await self._tx.run(
            """
            UPDATE alerts SET state = :state, settled_by = :by, settled_at = :now
            WHERE id = :alert_id AND state = 'open'
            """,
            state=state.value,
            by=by,
            now=epoch(now),
            alert_id=alert_id,
        )

    async def mark_seen(self, alert_id: AlertId, now: datetime) -> None:
        """Note when an organizer was first shown it."""
        await self._tx.run(
            "UPDATE alerts SET seen_at = :now WHERE id = :alert_id AND seen_at IS NULL",
            now=epoch(now),
            alert_id=alert_id,
        )

    async def end_facts(
        self, group_id: GroupId, lasting: Collection[str], now: datetime, *, rested: bool
    ) -> None:
        """Close facts that hold no more, so that each is told anew when it comes back.

        `rested` when alerts do not rest, or no longer: what was put off is then told anew as well.
        """
        rows = await self._tx.all(
            "SELECT id, key, state FROM alerts WHERE group_id = :group_id AND key LIKE 'fact:%'",
            group_id=group_id,
        )
        for row in rows:
            if row["key"] in lasting and not (rested and row["state"] == AlertState.SNOOZED):
                continue
            await self.settle(AlertId(row["id"]), AlertState.RESOLVED, by=None, now=now)
            await self._update("alerts", {"id": row["id"]}, key=f"past:{row['id']}:{row['key']}")

    # -- how a group is watched --------------------------------------------------------------------

    async def get_watch(self, group_id: GroupId) -> Watch:
        """Return how a group is watched."""
        row = await self._tx.one(
            "SELECT sensitivity, alert_channel_id, snoozed_until FROM groups WHERE id = :group_id",
            group_id=group_id,
        )
        if row is None:
            return Watch()
        channel_id = row["alert_channel_id"]
        return Watch(
            Sensitivity(row["sensitivity"]),
            None if channel_id is None else ChannelId(channel_id),
            instant(row["snoozed_until"]),
        )

    async def put_watch(self, group_id: GroupId, watch: Watch) -> None:
        """Keep how a group is watched."""
        await self._update(
            "groups",
            {"id": group_id},
            sensitivity=watch.sensitivity.value,
            alert_channel_id=watch.channel_id,
            snoozed_until=epoch(watch.snoozed_until),
        )

    async def mark_holiday(self, meeting_id: MeetingId) -> None:
        """Let a meeting that was held not count."""
        await self._update("meetings", {"id": meeting_id}, holiday=1)

    async def to_look_at(
        self, *, since: datetime, now: datetime, after: GroupId, limit: int
    ) -> Sequence[tuple[GuildId, GroupId]]:
        """Return active groups in which something may be new, in the order of their ids.

        A meeting's time has passed since then, none lies ahead, or a fact that was told may be over.
        """
        rows = await self._tx.all(
            """
            SELECT g.guild_id, g.id FROM groups g LEFT JOIN guilds u ON u.guild_id = g.guild_id
            WHERE g.id > :after AND g.state = 'active' AND u.gone_since IS NULL AND (
                EXISTS (SELECT 1 FROM meetings m WHERE m.group_id = g.id
                        AND m.starts_at >= :since AND m.starts_at <= :now)
                OR NOT EXISTS (SELECT 1 FROM meetings m WHERE m.group_id = g.id
                               AND m.state IN ('scheduled', 'open'))
                OR EXISTS (SELECT 1 FROM alerts a WHERE a.group_id = g.id AND a.key LIKE 'fact:%'))
            ORDER BY g.id LIMIT :limit
            """,
            after=after,
            since=epoch(since),
            now=epoch(now),
            limit=limit,
        )
        return [(GuildId(row["guild_id"]), GroupId(row["id"])) for row in rows]
