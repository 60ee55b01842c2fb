"""Meetings and their schedule in the database."""

from collections.abc import Sequence
from datetime import date, datetime, time

from buddybot.domain.groups.groups import Group, Member
from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState, QuorumDecision
from buddybot.domain.meetings.schedule import Schedule
from buddybot.storage.engine.transaction import Repository, clock, day_of, epoch, row_reader, time_of
from buddybot.storage.groups.groups import GROUP_BESIDE, MEMBER_BESIDE, group_of, member_of

meeting_of = row_reader(Meeting, day="local_day", time="local_time", quorum_decision="few_decision")
"""Returns the meeting of a whole row."""


HELD_BEFORE = """
    SELECT COUNT(*) AS before FROM meetings
    WHERE group_id = :group_id AND state NOT IN ('skipped', 'cancelled') AND id <> :meeting_id
      AND (starts_at < :starts_at OR (starts_at = :starts_at AND id < :meeting_id))
"""
"""How many meetings of the group were held, or are to be, before one."""


_WITH_GROUP = f"""
    SELECT n.*, {GROUP_BESIDE} FROM meetings n
    JOIN groups g ON g.id = n.group_id AND g.guild_id = n.guild_id
    WHERE n.guild_id = :guild_id AND n.id = :meeting_id
"""  # of constants
_WITH_MEMBER = f"""
    SELECT n.*, {GROUP_BESIDE}, {MEMBER_BESIDE} FROM meetings n
    JOIN groups g ON g.id = n.group_id AND g.guild_id = n.guild_id
    JOIN memberships m ON m.group_id = g.id AND m.user_id = :user_id AND m.left_at IS NULL
    WHERE n.guild_id = :guild_id AND n.id = :meeting_id
"""  # of constants
_ITS_GROUP = """
    SELECT g.id FROM groups g WHERE g.id IN (
        SELECT n.group_id FROM meetings n
        JOIN memberships m ON m.group_id = n.group_id AND m.user_id = :user_id AND m.left_at IS NULL
        WHERE n.guild_id = :guild_id AND n.id = :meeting_id)
"""


class ScheduleRepository(Repository):
    """Each group's one schedule."""

    async def get(self, group_id: GroupId) -> Schedule | None:
        """Return the group's schedule."""
        row = await self._find("schedules", group_id=group_id)
        if row is None:
            return None
        return Schedule(
            weekday=row["weekday"],
            time=time_of(row["local_time"]),
            zone=row["zone"],
            every_weeks=row["every_weeks"],
            anchor=day_of(row["anchor"]),
            duration_minutes=row["duration_minutes"],
        )

    async def put(self, group_id: GroupId, schedule: Schedule) -> None:
        """Set the group's schedule; entries of days that it gives have changed with it."""
        await self._tx.run(
            """
            INSERT INTO schedules (group_id, weekday, local_time, zone, every_weeks, anchor, duration_minutes)
            VALUES (:group_id, :weekday, :local_time, :zone, :every_weeks, :anchor, :duration_minutes)
            ON CONFLICT (group_id) DO UPDATE SET weekday = excluded.weekday,
                local_time = excluded.local_time, zone = excluded.zone, every_weeks = excluded.every_weeks,
                anchor = excluded.anchor, duration_minutes = excluded.duration_minutes,
                sequence = schedules.sequence + 1
            """,
            group_id=group_id,
            weekday=schedule.weekday,
            local_time=clock(schedule.time),
            zone=schedule.zone,
            every_weeks=schedule.every_weeks,
            anchor=schedule.anchor.isoformat(),
            duration_minutes=schedule.duration_minutes,
        )

    async def get_sequence(self, group_id: GroupId) -> int:
        """Return at what a meeting that is made now begins to count the changes of its calendar entry."""
        row = await self._tx.one(
            "SELECT sequence FROM schedules WHERE group_id = :group_id", group_id=group_id
        )
        return 0 if row is None else int(row["sequence"])


class MeetingRepository(Repository):
    """Every look-up is scoped by the group."""

    async def add(
        self,
        *,
        group_id: GroupId,
        guild_id: GuildId,
        slot: date,
        kind: MeetingKind,
        at: time,
        zone: str,
        duration_minutes: int,
        starts_at: datetime,
        ends_at: datetime,
        day: date | None = None,
    ) -> MeetingId | None:
        """Insert a scheduled meeting on its slot's day, or on `day`; None when the slot has one already."""
        day = day or slot
        row = await self._tx.one(
            """
            INSERT INTO meetings (group_id, guild_id, slot, given_day, kind, local_day, local_time, zone,
                                  duration_minutes, starts_at, ends_at, state, moves, sequence)
            VALUES (:group_id, :guild_id, :slot, :given_day, :kind, :day, :at, :zone,
                    :duration_minutes, :starts_at, :ends_at, 'scheduled', 0,
                    COALESCE((SELECT sequence FROM schedules WHERE group_id = :group_id), 0))
            ON CONFLICT DO NOTHING RETURNING id
            """,
            group_id=group_id,
            guild_id=guild_id,
            slot=slot.isoformat(),
            given_day=None if slot == day else day.isoformat(),
            kind=kind.value,
            day=day.isoformat(),
            at=clock(at),
            zone=zone,
            duration_minutes=duration_minutes,
            starts_at=epoch(starts_at),
            ends_at=epoch(ends_at),
        )
        return None if row is None else MeetingId(row["id"])

    async def get(self, group_id: GroupId, meeting_id: MeetingId) -> Meeting | None:
        """Return the group's meeting, or None for a foreign one as for a missing one."""
        row = await self._find("meetings", group_id=group_id, id=meeting_id)
        return None if row is None else meeting_of(row)

    async def with_group(self, guild_id: GuildId, meeting_id: MeetingId) -> tuple[Group, Meeting] | None:
        """Return a meeting of the guild and its group."""
        row = await self._tx.one(_WITH_GROUP, guild_id=guild_id, meeting_id=meeting_id)
        return None if row is None else (group_of(row, "group_"), meeting_of(row))

    async def with_member(
        self, guild_id: GuildId, meeting_id: MeetingId, user_id: UserId, *, lock: bool = False
    ) -> tuple[Group, Member, Meeting] | None:
        """Return a meeting of the guild, its group, and the user's place in it; None when they have none.

        `lock` lets no other transaction that locks the group run beside this one, and reads behind the lock.
        """
        which = {"guild_id": guild_id, "meeting_id": meeting_id, "user_id": user_id}
        if lock and self._tx.for_update:
            await self._tx.one(_ITS_GROUP + self._tx.for_update, **which)
        row = await self._tx.one(_WITH_MEMBER, **which)
        return None if row is None else (group_of(row, "group_"), member_of(row), meeting_of(row))

    async def list_ahead(self, group_id: GroupId) -> Sequence[Meeting]:
        """Return the meetings that are scheduled or open, earliest first."""
        rows = await self._tx.all(
            """
            SELECT * FROM meetings WHERE group_id = :group_id AND state IN ('scheduled', 'open')
            ORDER BY starts_at, id
            """,
            group_id=group_id,
        )
        return [meeting_of(row) for row in rows]

    async def list_coming(self, group_id: GroupId, now: datetime) -> Sequence[Meeting]:
        """Return the meetings ahead that are not over, earliest first: one left open is no next one."""
        return [meeting for meeting in await self.list_ahead(group_id) if meeting.ends_at > now]

    async def list_held(self, group_id: GroupId, *, limit: int = 12) -> Sequence[Meeting]:
        """Return the meetings that were closed, latest first."""
        rows = await self._tx.all(
            """
            SELECT * FROM meetings WHERE group_id = :group_id AND state = 'closed'
            ORDER BY starts_at DESC, id DESC LIMIT :limit
            """,
            group_id=group_id,
            limit=limit,
        )
        return [meeting_of(row) for row in rows]

    async def list_slots(self, group_id: GroupId, *, since: date) -> Sequence[Meeting]:
        """Return the regular meetings, in whatever state, that are known by or take a day from `since` on."""
        rows = await self._tx.all(
            """
            SELECT * FROM meetings WHERE group_id = :group_id AND kind = 'regular'
              AND (slot >= :since OR given_day >= :since)
            ORDER BY COALESCE(given_day, slot), id
            """,
            group_id=group_id,
            since=since.isoformat(),
        )
        return [meeting_of(row) for row in rows]

    async def get_number(self, meeting: Meeting) -> int:
        """Return which meeting of the group this is: one more than were held, or are to be, before it."""
        row = await self._tx.one(
            HELD_BEFORE,
            group_id=meeting.group_id,
            meeting_id=meeting.id,
            starts_at=epoch(meeting.starts_at),
        )
        return 1 if row is None else int(row["before"]) + 1

    async def list_since(self, group_id: GroupId, day: date) -> Sequence[Meeting]:
        """Return the meetings, in whatever state, that are known by, take, or are on `day` or a later one."""
        rows = await self._tx.all(
            """
            SELECT * FROM meetings
            WHERE group_id = :group_id AND (slot >= :day OR local_day >= :day OR given_day >= :day)
            ORDER BY starts_at, id
            """,
            group_id=group_id,
            day=day.isoformat(),
        )
        return [meeting_of(row) for row in rows]

    async def list_between(self, group_id: GroupId, *, first: date, last: date) -> Sequence[Meeting]:
        """Return the meetings scheduled or open on these local days, both included."""
        rows = await self._tx.all(
            """
            SELECT * FROM meetings WHERE group_id = :group_id AND state IN ('scheduled', 'open')
              AND local_day >= :first AND local_day <= :last ORDER BY starts_at, id
            """,
            group_id=group_id,
            first=first.isoformat(),
            last=last.isoformat(),
        )
        return [meeting_of(row) for row in rows]

    async def put_when(
        self,
        meeting_id: MeetingId,
        *,
        day: date,
        at: time,
        zone: str,
        starts_at: datetime,
        ends_at: datetime,
        moved: bool,
        duration_minutes: int | None = None,
        by_hand: bool | None = None,
    ) -> None:
        """Set when a meeting takes place; `moved` when an organizer decided so.

        One that was moved is `by_hand`, unless that says otherwise: it is back where the schedule has it.
        """
        if by_hand is None and moved:
            by_hand = True
        await self._tx.run(
            """
            UPDATE meetings SET local_day = :day, local_time = :at, zone = :zone, starts_at = :starts_at,
                                ends_at = :ends_at, moves = moves + :moved, sequence = sequence + 1,
                                duration_minutes = COALESCE(:duration_minutes, duration_minutes),
                                by_hand = COALESCE(:by_hand, by_hand)
            WHERE id = :meeting_id
            """,
            duration_minutes=duration_minutes,
            by_hand=None if by_hand is None else int(by_hand),
            day=day.isoformat(),
            at=clock(at),
            zone=zone,
            starts_at=epoch(starts_at),
            ends_at=epoch(ends_at),
            moved=int(moved),
            meeting_id=meeting_id,
        )

    async def put_moved_from(self, meeting_id: MeetingId, told: datetime | None) -> None:
        """Note the start that the group was last told of; None when it was told of the present one."""
        await self._update("meetings", {"id": meeting_id}, moved_from=epoch(told))

    async def set_state(
        self, meeting_id: MeetingId, state: MeetingState, *, now: datetime, reason: str | None = None
    ) -> None:
        """Bring a meeting into a state; opening and closing note the instant."""
        await self._tx.run(
            """
            UPDATE meetings SET state = :state, reason = :reason,
                opened_at = CASE WHEN :state = 'open' THEN :now ELSE opened_at END,
                closed_at = CASE WHEN :state = 'closed' THEN :now ELSE closed_at END,
                sequence = sequence + CASE WHEN :state IN ('open', 'closed') THEN 0 ELSE 1 END
            WHERE id = :meeting_id
            """,
            state=state.value,
            reason=reason,
            now=epoch(now),
            meeting_id=meeting_id,
        )

    async def set_roles(
        self,
        meeting_id: MeetingId,
        *,
        facilitator_id: UserId | None,
        timekeeper_id: UserId | None,
        lead_id: UserId | None = None,
    ) -> None:
        """Say who facilitates, who keeps the time and who leads the activity."""
        await self._update(
            "meetings",
            {"id": meeting_id},
            facilitator_id=facilitator_id,
            timekeeper_id=timekeeper_id,
            lead_id=lead_id,
        )

    async def entry_changed(self, meeting_id: MeetingId) -> None:
        """Count a change of the meeting's entry in a calendar other than of its time or state."""
        await self._tx.run(
            "UPDATE meetings SET sequence = sequence + 1 WHERE id = :meeting_id", meeting_id=meeting_id
        )

    async def entries_changed(self, group_id: GroupId) -> None:
        """Count a change of every entry ahead: of meetings planned, and of those still to be made."""
        await self._tx.run(
            "UPDATE meetings SET sequence = sequence + 1 WHERE group_id = :group_id AND state = 'scheduled'",
            group_id=group_id,
        )
        await self._tx.run(
            "UPDATE schedules SET sequence = sequence + 1 WHERE group_id = :group_id", group_id=group_id
        )

    async def set_quorum_decision(self, meeting_id: MeetingId, decision: QuorumDecision) -> None:
        """Keep what was decided when few had said they come."""
        await self._update("meetings", {"id": meeting_id}, few_decision=decision.value)
