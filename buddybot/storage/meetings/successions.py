"""What becomes of meetings in a new schedule: the day they take in it, and what was agreed on."""

from collections.abc import Sequence
from datetime import date, datetime

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.storage.engine.transaction import Repository, epoch
from buddybot.storage.meetings.meetings import meeting_of

_AGREED = """
    SELECT 1 AS found FROM meetings m WHERE m.id = :meeting_id AND (
        m.activity IS NOT NULL
        OR EXISTS (SELECT 1 FROM rsvps r WHERE r.meeting_id = m.id)
        OR EXISTS (SELECT 1 FROM host_passes p WHERE p.meeting_id = m.id)
        OR EXISTS (SELECT 1 FROM venues v WHERE v.meeting_id = m.id
                   AND (v.online = 1 OR v.announced = 1 OR v.basis IN ('chosen', 'swapped', 'assigned')))
        OR EXISTS (SELECT 1 FROM swaps s WHERE s.state = 'open'
                   AND (s.meeting_id = m.id OR s.other_meeting_id = m.id)))
"""


class SuccessionRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def put_given_day(self, meeting_id: MeetingId, day: date) -> None:
        """Say which day of the schedule a meeting takes."""
        await self._tx.run(
            """
            UPDATE meetings SET given_day = CASE WHEN slot = :day THEN NULL ELSE :day END
            WHERE id = :meeting_id
            """,
            meeting_id=meeting_id,
            day=day.isoformat(),
        )

    async def put_by_hand(self, meeting_id: MeetingId, *, by_hand: bool) -> None:
        """Say whether a meeting is where an organizer put it, whatever the schedule gives."""
        await self._update("meetings", {"id": meeting_id}, by_hand=int(by_hand))

    async def announce_again(self, meeting_id: MeetingId) -> None:
        """Let a meeting be announced once more; what was decided when few came was about another time."""
        await self._tx.run(
            """
            UPDATE meetings SET announcement = announcement + 1, few_decision = NULL WHERE id = :meeting_id
            """,
            meeting_id=meeting_id,
        )

    async def put_rescheduled(self, meeting_id: MeetingId, now: datetime) -> None:
        """Note that a new schedule changed the meeting's start, or left it no day."""
        await self._update("meetings", {"id": meeting_id}, rescheduled_at=epoch(now))

    async def list_dropped(self, group_id: GroupId) -> Sequence[Meeting]:
        """Return the meetings that a new schedule has no day for."""
        rows = await self._tx.all(
            """
            SELECT * FROM meetings WHERE group_id = :group_id AND state = 'cancelled' AND reason = 'schedule'
            """,
            group_id=group_id,
        )
        return [meeting_of(row) for row in rows]

    async def list_rescheduled(self, group_id: GroupId, at: datetime) -> Sequence[Meeting]:
        """Return the meetings that a new schedule changed, or left without a day, at this instant."""
        rows = await self._list("meetings", "starts_at, id", group_id=group_id, rescheduled_at=epoch(at))
        return [meeting_of(row) for row in rows]

    async def remove(self, meeting_id: MeetingId) -> None:
        """Drop a planned meeting that a changed schedule no longer gives; one with a report stays.

        Should the schedule give that day again, its entry in a calendar goes on counting.
        """
        gone = await self._tx.one(
            """
            DELETE FROM meetings WHERE id = :meeting_id
              AND (state = 'scheduled' OR (state = 'cancelled' AND reason = 'schedule'))
              AND NOT EXISTS (SELECT 1 FROM checkins c WHERE c.meeting_id = meetings.id)
            RETURNING group_id, sequence
            """,
            meeting_id=meeting_id,
        )
        if gone is not None:
            await self._tx.run(
                """
                UPDATE schedules SET sequence = :sequence
                WHERE group_id = :group_id AND sequence < :sequence
                """,
                group_id=gone["group_id"],
                sequence=gone["sequence"] + 1,
            )


class AgreementRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def exist(self, meeting_id: MeetingId) -> bool:
        """Return whether there is an answer, an activity, an offer, or a host that was agreed on or named."""
        return await self._tx.one(_AGREED, meeting_id=meeting_id) is not None
