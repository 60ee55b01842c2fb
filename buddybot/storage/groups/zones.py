"""Which time zones the rows name, for whoever asks whether all of them are known here."""

from collections.abc import Mapping

from buddybot.storage.engine.transaction import Repository

_NAMED = """
    SELECT zone, 'group' AS what FROM groups WHERE state <> 'archived'
    UNION ALL SELECT s.zone, 'schedule' FROM schedules s JOIN groups g ON g.id = s.group_id
        WHERE g.state <> 'archived'
    UNION ALL SELECT zone, 'meeting' FROM meetings WHERE state IN ('scheduled', 'open')
    UNION ALL SELECT zone, 'member' FROM preferences WHERE zone IS NOT NULL
"""


class StoredZoneRepository(Repository):
    """Zones of groups that still meet, their schedules and meetings ahead, and of members."""

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return, by zone, how many rows name it, by what they are: group, schedule, meeting, member."""
        rows = await self._tx.all(
            f"""
            SELECT zone, what, COUNT(*) AS count FROM ({_NAMED}) named
            GROUP BY zone, what ORDER BY zone, what
            """
        )
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row["zone"], {})[row["what"]] = row["count"]
        return found
