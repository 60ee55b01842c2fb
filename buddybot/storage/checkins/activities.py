"""What groups do together: which activity each meeting has, and what members would like."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from buddybot.domain.checkins.pulse import Band
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.storage.engine.transaction import Repository, day_of, epoch


class ActivityRepository(Repository):
    """Activities are known by their key in the library; one that is no longer in it may still be here."""

    async def put(self, meeting_id: MeetingId, key: str | None) -> None:
        """Set a meeting's activity; the callers have made sure that the meeting is their group's."""
        await self._update("meetings", {"id": meeting_id}, activity=key)

    async def list_recent(self, meeting: Meeting, *, since: datetime) -> Sequence[str]:
        """Return the activities of the group's meetings before this one, from `since` on, the newest last."""
        rows = await self._tx.all(
            """
            SELECT activity FROM meetings
            WHERE group_id = :group_id AND activity IS NOT NULL AND id <> :id
              AND state IN ('scheduled', 'open', 'closed') AND starts_at >= :since AND starts_at <= :before
            ORDER BY starts_at, id
            """,
            group_id=meeting.group_id,
            id=meeting.id,
            since=epoch(since),
            before=epoch(meeting.starts_at),
        )
        return [row["activity"] for row in rows]

    async def last_used(self, group_id: GroupId) -> Mapping[str, date]:
        """Return the local day on which each activity was last used at a meeting held."""
        rows = await self._tx.all(
            """
            SELECT activity, MAX(local_day) AS day FROM meetings
            WHERE group_id = :group_id AND activity IS NOT NULL AND state = 'closed' GROUP BY activity
            """,
            group_id=group_id,
        )
        return {row["activity"]: day_of(row["day"]) for row in rows}

    async def list_wishes(self, group_id: GroupId) -> Mapping[UserId, frozenset[str]]:
        """Return what each person marked, those who left included."""
        rows = await self._tx.all(
            "SELECT user_id, activity FROM activity_wishes WHERE group_id = :group_id", group_id=group_id
        )
        found: dict[UserId, frozenset[str]] = {}
        for row in rows:
            user_id = UserId(row["user_id"])
            found[user_id] = found.get(user_id, frozenset()) | {row["activity"]}
        return found

    async def add_wishes(self, group_id: GroupId, user_id: UserId, *, add: Iterable[str]) -> None:
        """Mark activities for one person."""
        for key in add:
            await self._insert_new("activity_wishes", group_id=group_id, user_id=user_id, activity=key)

    async def drop_wishes(self, group_id: GroupId, user_id: UserId, *, drop: Iterable[str]) -> None:
        """Take marks of one person back."""
        for key in drop:
            await self._delete("activity_wishes", group_id=group_id, user_id=user_id, activity=key)

    async def last_band(self, group_id: GroupId) -> Band | None:
        """Return how the group rated the last meeting that it could rate; None when too few did."""
        row = await self._tx.one(
            """
            SELECT p.band FROM pulses p JOIN meetings m ON m.id = p.meeting_id
            WHERE m.group_id = :group_id
            ORDER BY m.starts_at DESC, m.id DESC LIMIT 1
            """,
            group_id=group_id,
        )
        return None if row is None or row["band"] is None else Band(row["band"])
