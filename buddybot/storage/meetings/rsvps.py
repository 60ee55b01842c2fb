"""What members answer for a meeting, in the database."""

from datetime import datetime, timedelta

from buddybot.domain.ids import InteractionId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, NextMeeting, Roll, Rsvp, Source
from buddybot.domain.meetings.schedule import local
from buddybot.domain.zones import usable
from buddybot.storage.engine.database import Row, Tx
from buddybot.storage.engine.transaction import day_of, epoch

_MEMBERS_THEN = "m.joined_at <= :at AND (m.left_at IS NULL OR m.left_at > :at)"
_DAY = timedelta(days=1)
"""By which the day of a member differs from the day in UTC, at most."""
_GONE_THEN = "CASE WHEN m.gone_since <= :at THEN 1 ELSE 0 END"


def _is_away(row: Row, at: datetime) -> bool:
    """Whether days away that a member noted cover this instant where the member lives."""
    if row["first_day"] is None:
        return False
    day = local(at, usable(row["own_zone"], row["group_zone"])).date()
    return day_of(row["first_day"]) <= day <= day_of(row["last_day"])


def _rsvp(row: Row, *, away: bool) -> Rsvp | None:
    if row["gone"] and row["answer"] != Answer.APOLOGIES:
        return None if not away else Rsvp(UserId(row["user_id"]), Answer.APOLOGIES, Source.AWAY)
    if row["answer"] is not None:
        return Rsvp(UserId(row["user_id"]), Answer(row["answer"]), Source.MEMBER)
    if away:
        return Rsvp(UserId(row["user_id"]), Answer.APOLOGIES, Source.AWAY)
    return Rsvp(UserId(row["user_id"]), Answer.GOING, Source.EVENT) if row["interested"] else None


class RsvpRepository:
    """Own answers are kept; what time away or an interest answers is derived whenever it is asked for."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def roll(self, meeting: Meeting | NextMeeting, *, at: datetime | None = None) -> Roll:
        """Return how every present member of the group answers for a meeting, or who was one `at` a time.

        Those who are known to have left the server are not present. Of those who had left it by then nothing
        but apologies counts.
        """
        who = "m.left_at IS NULL AND m.gone_since IS NULL" if at is None else _MEMBERS_THEN
        rows = await self._tx.all(
            f"""
            SELECT m.user_id, r.answer, EXISTS (
                SELECT 1 FROM interests i WHERE i.meeting_id = :meeting_id AND i.user_id = m.user_id
            ) AS interested, {"0" if at is None else _GONE_THEN} AS gone,
            a.first_day, a.last_day, p.zone AS own_zone, g.zone AS group_zone
            FROM memberships m JOIN groups g ON g.id = m.group_id
            LEFT JOIN rsvps r ON r.user_id = m.user_id AND r.meeting_id = :meeting_id
            LEFT JOIN away a ON a.group_id = m.group_id AND a.user_id = m.user_id
              AND a.first_day <= :latest AND a.last_day >= :earliest
            LEFT JOIN preferences p ON p.guild_id = g.guild_id AND p.user_id = m.user_id
            WHERE m.group_id = :group_id AND {who} ORDER BY m.joined_at, m.id
            """,  # one of two constants
            **({} if at is None else {"at": epoch(at)}),
            earliest=(meeting.starts_at - _DAY).date().isoformat(),
            latest=(meeting.starts_at + _DAY).date().isoformat(),
            meeting_id=meeting.id,
            group_id=meeting.group_id,
        )
        away = {row["user_id"] for row in rows if _is_away(row, meeting.starts_at)}
        answers = {UserId(row["user_id"]): _rsvp(row, away=row["user_id"] in away) for row in rows}
        return Roll(
            given=tuple(rsvp for rsvp in answers.values() if rsvp is not None),
            no_word=tuple(user_id for user_id, rsvp in answers.items() if rsvp is None),
        )

    async def put(
        self,
        *,
        meeting_id: MeetingId,
        user_id: UserId,
        answer: Answer,
        interaction_id: InteractionId,
        now: datetime,
    ) -> bool:
        """Set a member's own answer; False, and nothing done, when a later one is here already."""
        changed = await self._tx.run(
            """
            INSERT INTO rsvps (meeting_id, user_id, answer, interaction_id, answered_at)
            VALUES (:meeting_id, :user_id, :answer, :interaction_id, :now)
            ON CONFLICT (meeting_id, user_id) DO UPDATE SET answer = excluded.answer,
                interaction_id = excluded.interaction_id, answered_at = excluded.answered_at
            WHERE rsvps.interaction_id <= excluded.interaction_id
            """,
            meeting_id=meeting_id,
            user_id=user_id,
            answer=answer.value,
            interaction_id=interaction_id,
            now=epoch(now),
        )
        return bool(changed)

    async def take_back(
        self, *, meeting_id: MeetingId, user_id: UserId, interaction_id: InteractionId
    ) -> None:
        """Forget a member's own answer, unless it was given after this was asked for."""
        await self._tx.run(
            """
            DELETE FROM rsvps
            WHERE meeting_id = :meeting_id AND user_id = :user_id AND interaction_id <= :interaction_id
            """,
            meeting_id=meeting_id,
            user_id=user_id,
            interaction_id=interaction_id,
        )
