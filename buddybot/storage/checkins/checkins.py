"""Check-ins and what they say of each commitment, in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from buddybot.domain.checkins.checkins import CheckIn
from buddybot.domain.commitments.commitments import Outcome
from buddybot.domain.ids import CommitmentId, GroupId, InteractionId, MeetingId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, row_reader

_checkin = row_reader(CheckIn)


class CheckInRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def get(self, meeting_id: MeetingId, user_id: UserId) -> CheckIn | None:
        """Return a member's report at a meeting."""
        row = await self._find("checkins", meeting_id=meeting_id, user_id=user_id)
        return None if row is None else _checkin(row)

    async def of_meeting(self, meeting_id: MeetingId) -> Sequence[CheckIn]:
        """Return the reports at a meeting, the first written first."""
        rows = await self._list("checkins", "created_at, user_id", meeting_id=meeting_id)
        return [_checkin(row) for row in rows]

    async def list_wins(self, group_id: GroupId, user_id: UserId) -> Mapping[MeetingId, str]:
        """Return the wins that a member reported, by meeting."""
        rows = await self._tx.all(
            """
            SELECT c.meeting_id, c.win FROM checkins c JOIN meetings m ON m.id = c.meeting_id
            WHERE m.group_id = :group_id AND c.user_id = :user_id AND c.win IS NOT NULL
            """,
            group_id=group_id,
            user_id=user_id,
        )
        return {MeetingId(row["meeting_id"]): row["win"] for row in rows}

    async def list_unheard(self, group_id: GroupId, *, before: datetime) -> Sequence[MeetingId]:
        """Return the meetings with reports that were called off since the last one held, earliest first."""
        rows = await self._tx.all(
            """
            SELECT m.id FROM meetings m
            WHERE m.group_id = :group_id AND m.state IN ('skipped', 'cancelled') AND m.starts_at < :before
              AND EXISTS (SELECT 1 FROM checkins c WHERE c.meeting_id = m.id)
              AND m.starts_at > COALESCE((
                  SELECT MAX(h.starts_at) FROM meetings h
                  WHERE h.group_id = :group_id AND h.state = 'closed' AND h.starts_at < :before), 0)
            ORDER BY m.starts_at, m.id
            """,
            group_id=group_id,
            before=epoch(before),
        )
        return [MeetingId(row["id"]) for row in rows]

    async def put(
        self,
        *,
        meeting_id: MeetingId,
        user_id: UserId,
        win: str | None,
        blocker: str | None,
        interaction_id: InteractionId,
        now: datetime,
    ) -> bool:
        """Write a report, or correct it; when it was first written stays.

        False, and nothing done, when a later form of the member's is here already.
        """
        changed = await self._tx.run(
            """
            INSERT INTO checkins (meeting_id, user_id, win, blocker, interaction_id, created_at, updated_at)
            VALUES (:meeting_id, :user_id, :win, :blocker, :interaction_id, :now, :now)
            ON CONFLICT (meeting_id, user_id) DO UPDATE SET win = excluded.win, blocker = excluded.blocker,
                interaction_id = excluded.interaction_id, updated_at = excluded.updated_at
            WHERE checkins.interaction_id <= excluded.interaction_id
            """,
            meeting_id=meeting_id,
            user_id=user_id,
            win=win,
            blocker=blocker,
            interaction_id=interaction_id,
            now=epoch(now),
        )
        return bool(changed)

    async def list_outcomes(self, meeting_id: MeetingId) -> Mapping[CommitmentId, Outcome]:
        """Return what the reports at a meeting say of each commitment."""
        rows = await self._list("outcomes", "commitment_id", meeting_id=meeting_id)
        return {
            CommitmentId(row["commitment_id"]): Outcome(done=row["done"], drop=bool(row["dropped"]))
            for row in rows
        }

    async def put_outcome(
        self, *, meeting_id: MeetingId, commitment_id: CommitmentId, outcome: Outcome
    ) -> None:
        """Write what a report says of a commitment, or correct it."""
        await self._put(
            "outcomes",
            ("meeting_id", "commitment_id"),
            meeting_id=meeting_id,
            commitment_id=commitment_id,
            done=outcome.done,
            dropped=int(outcome.drop),
        )
