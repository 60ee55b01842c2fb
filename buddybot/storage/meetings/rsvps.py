"""What lies ahead of a member, asked in one statement, and what they answer for a meeting."""

from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, MeetingId, UserId
from buddybot.domain.meetings.meetings import (
    Answer,
    Meeting,
    MeetingState,
    NextMeeting,
    Roll,
    Rsvp,
    Source,
    began,
)
from buddybot.domain.meetings.schedule import local
from buddybot.domain.text import name_order
from buddybot.domain.zones import pick_known_zone
from buddybot.storage.commitments.commitments import ASKED_ABOUT
from buddybot.storage.engine.transaction import Repository, Row, day_of, epoch, instant, row_reader, words
from buddybot.storage.groups.preferences import KNOWN_AS
from buddybot.storage.locations.arrangements import Arrangement, read_arrangement
from buddybot.storage.meetings.meetings import HELD_BEFORE

_MEMBERS_THEN = "m.joined_at <= :at AND (m.left_at IS NULL OR m.left_at > :at)"
_DAY = timedelta(days=1)
"""By which the day of a member differs from the day in UTC, at most."""
_GONE_THEN = "CASE WHEN m.gone_since <= :at THEN 1 ELSE 0 END"
_SUMMARY = f"""
    SELECT ({HELD_BEFORE}) AS before, ({ASKED_ABOUT}) AS asked, v.*
    FROM (SELECT 1 AS one) AS here LEFT JOIN venues v ON v.meeting_id = :meeting_id
"""  # of constants
_AHEAD = """
    SELECT g.id AS group_id, g.name, g.channel_id, g.state AS group_state, g.answer_hours,
           n.id, n.local_day, n.zone, n.starts_at, n.duration_minutes, n.state,
           v.location_id, v.host_id, v.online, o.id AS open_id, o.starts_at AS open_since
    FROM groups g JOIN memberships m ON m.group_id = g.id
    LEFT JOIN meetings n ON n.id = (
        SELECT id FROM meetings WHERE group_id = g.id AND state IN ('scheduled', 'open') AND ends_at > :now
        ORDER BY starts_at, id LIMIT 1)
    LEFT JOIN meetings o ON o.id = (
        SELECT id FROM meetings WHERE group_id = g.id AND state = 'open' AND ends_at <= :now
        ORDER BY starts_at DESC, id LIMIT 1)
    LEFT JOIN venues v ON v.meeting_id = n.id
    WHERE g.guild_id = :guild_id AND m.user_id = :user_id AND m.left_at IS NULL AND g.state <> 'archived'
    ORDER BY g.id
"""
# It says yes a little too often: to whom each thing is shown, its own repository knows.
_WAITING = f"""
    SELECT ({KNOWN_AS}) AS known_as, EXISTS (
        SELECT 1 FROM memberships m
        WHERE m.guild_id = :guild_id AND m.user_id = :user_id AND m.left_at IS NULL AND (
            m.gone_since IS NOT NULL
            OR EXISTS (SELECT 1 FROM offers o WHERE o.group_id = m.group_id AND o.user_id = m.user_id
                      AND o.seen_at IS NULL AND o.answer IS NULL AND o.made_at > :offered_since)
            OR m.role = 'organizer' AND (
                EXISTS (SELECT 1 FROM notices n WHERE n.group_id = m.group_id AND n.seen_at IS NULL)
                OR EXISTS (SELECT 1 FROM feedback f WHERE f.group_id = m.group_id AND f.seen_at IS NULL)
                OR EXISTS (SELECT 1 FROM alerts a WHERE a.group_id = m.group_id AND a.state = 'open')))
    ) AS waits
"""  # of constants
_group_state, _state = words(GroupState), words(MeetingState)


def _is_away(row: Row, at: datetime) -> bool:
    """Whether days away that a member noted cover this instant where the member lives."""
    if row["first_day"] is None:
        return False
    day = local(at, pick_known_zone(row["own_zone"], row["group_zone"])).date()
    return day_of(row["first_day"]) <= day <= day_of(row["last_day"])


def _rsvp(row: Row, *, away: bool) -> Rsvp | None:
    if row["gone"] and row["answer"] != Answer.APOLOGIES:
        return None if not away else Rsvp(UserId(row["user_id"]), Answer.APOLOGIES, Source.AWAY)
    if row["answer"] is not None:
        return Rsvp(UserId(row["user_id"]), Answer(row["answer"]), Source.MEMBER)
    if away:
        return Rsvp(UserId(row["user_id"]), Answer.APOLOGIES, Source.AWAY)
    return Rsvp(UserId(row["user_id"]), Answer.GOING, Source.EVENT) if row["interested"] else None


class RsvpRepository(Repository):
    """Own answers are kept; what time away or an interest answers is derived whenever it is asked for."""

    async def get_roll(self, meeting: Meeting | NextMeeting, *, at: datetime | None = None) -> Roll:
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


class Unclosed(NamedTuple):
    """A meeting that is over and that nobody has closed yet."""

    id: MeetingId
    starts_at: datetime


class OwnGroup(NamedTuple):
    """A group that somebody is in, its next meeting, and the last that is over and still open, if any."""

    id: GroupId
    name: str
    channel_id: ChannelId
    state: GroupState
    answer_hours: int
    meeting: NextMeeting | None
    unclosed: Unclosed | None = None


class MeetingSummary(NamedTuple):
    """Which of the group's meetings it is, where, and whether it looks back at commitments."""

    number: int
    arrangement: Arrangement | None
    review: bool


class Waiting(NamedTuple):
    """Whether anything may wait to be said to a person, and the name under which they are kept, if any."""

    waits: bool
    known_as: str | None


class DashboardRepository(Repository):
    """Looks at what several features keep; changes nothing."""

    async def list_ahead(self, guild_id: GuildId, user_id: UserId, *, now: datetime) -> list[OwnGroup]:
        """Return the user's groups by name as `GroupRepository.of_user` does, and what comes next in each."""
        rows = await self._tx.all(_AHEAD, guild_id=guild_id, user_id=user_id, now=epoch(now))
        return sorted(map(_own_group, rows), key=lambda group: name_order(group.name))

    async def find_waiting(self, guild_id: GuildId, user_id: UserId, *, offered_since: datetime) -> Waiting:
        """Return whether there may be a notice, an alert, feedback or an offer that the user was not shown.

        Of a member who was known to have left the server it says yes too: that they are back is noted then.
        """
        row = await self._tx.one(
            _WAITING, guild_id=guild_id, user_id=user_id, offered_since=epoch(offered_since)
        )
        return Waiting(row is not None and bool(row["waits"]), None if row is None else row["known_as"])

    async def get_summary(self, meeting: Meeting) -> MeetingSummary:
        """Return what three repositories say of a meeting: `number`, `asked_about`, and its arrangement."""
        row = await self._tx.one(
            _SUMMARY,
            group_id=meeting.group_id,
            meeting_id=meeting.id,
            starts_at=epoch(meeting.starts_at),
            began=epoch(began(meeting)),
        )
        if row is None:
            raise LookupError("a statement without a condition returned no row")
        return MeetingSummary(
            number=row["before"] + 1,
            arrangement=None if row["meeting_id"] is None else read_arrangement(row),
            review=bool(row["asked"]),
        )


def _own_group(row: Row) -> OwnGroup:
    return OwnGroup(
        id=GroupId(row["group_id"]),
        name=row["name"],
        channel_id=ChannelId(row["channel_id"]),
        state=_group_state(row["group_state"]),
        answer_hours=row["answer_hours"],
        meeting=None if row["id"] is None else _next_meeting(row),
        unclosed=None
        if row["open_id"] is None
        else Unclosed(MeetingId(row["open_id"]), instant(row["open_since"])),
    )


_next_meeting = row_reader(NextMeeting, day="local_day")
