"""What a group's meetings were like, in counts: what the detector replays and the facts are told from."""

import datetime as dt
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Kept, rates, spread
from buddybot.domain.attendance.records import MeetingPast, took_place
from buddybot.domain.checkins.pulse import Band
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.health.stagnation_signs import Past
from buddybot.domain.health.stagnation_tally import Tally, week_of
from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState, Reason
from buddybot.storage.engine.transaction import Repository, Row, day_of, epoch

_CALLED_OFF = "m.state IN ('skipped', 'cancelled') AND m.reason IS NOT NULL"
"""Whoever calls a meeting off gives a reason; one without went by in a pause, or while the bot was away."""
# As a case, for an OR would lead SQLite to the index of states, and through the meetings of all groups.
_OVER = (
    f"CASE WHEN m.state = 'closed' THEN 1 WHEN {_CALLED_OFF} AND m.starts_at <= :until THEN 1 ELSE 0 END = 1"
)
_ONE_GROUP = "SELECT g.id FROM groups g WHERE g.id = :whose"
_GUILD = "SELECT g.id FROM groups g WHERE g.guild_id = :whose"
MISSED = f"'{Attendance.EXCUSED}', '{Attendance.ABSENT}'"
_CAME = ", ".join(f"'{state}'" for state in Attendance if state.attended)
HAD_WORK = f"""
    SELECT 1 FROM memberships w
    WHERE w.guild_id = m.guild_id AND w.user_id = a.user_id AND w.group_id = m.group_id
      AND w.left_reason = '{LeaveReason.FOUND_WORK}'
      AND w.joined_at <= m.starts_at AND w.left_at > m.starts_at
      AND NOT EXISTS (SELECT 1 FROM meetings k JOIN attendance b ON b.meeting_id = k.id
                      WHERE k.group_id = m.group_id AND k.starts_at > m.starts_at
                        AND k.starts_at < w.left_at AND b.user_id = a.user_id AND b.state IN ({_CAME}))
"""
_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Roll = dict[Attendance, int]
"""How many people were in each state."""


class HistoryRepository(Repository):
    """Reads whole histories with one statement a table."""

    async def of_group(self, group_id: GroupId, *, until: dt.datetime) -> Sequence[MeetingPast]:
        """Return the group's meetings that are over, the oldest first."""
        meetings = await self._meetings(_ONE_GROUP, group_id, since=_EVER, until=until)
        made = await self._commitments(group_id, meetings)
        found = await self._read(_ONE_GROUP, group_id, meetings, made, since=_EVER, until=until)
        return found.get(group_id, ())

    async def of_guild(
        self, guild_id: GuildId, *, since: dt.datetime, until: dt.datetime
    ) -> Mapping[GroupId, Sequence[MeetingPast]]:
        """Return the same of every group of a guild that has any, from one instant on.

        Nobody asks a whole guild who set commitments: those are left out.
        """
        meetings = await self._meetings(_GUILD, guild_id, since=since, until=until)
        return await self._read(_GUILD, guild_id, meetings, None, since=since, until=until)

    async def groups_of(self, guild_id: GuildId) -> int:
        """Return how many groups a guild has or had."""
        row = await self._tx.one("SELECT COUNT(*) AS n FROM groups WHERE guild_id = :guild", guild=guild_id)
        return 0 if row is None else int(row["n"])

    async def _meetings(
        self, groups: str, whose: int, *, since: dt.datetime, until: dt.datetime
    ) -> Sequence[Row]:
        return await self._tx.all(
            f"""
            SELECT m.id, m.group_id, m.local_day, m.starts_at, m.state, m.reason, m.holiday, m.activity,
                   v.host_id, p.votes, p.total, p.band
            FROM meetings m LEFT JOIN venues v ON v.meeting_id = m.id
            LEFT JOIN pulses p ON p.meeting_id = m.id AND p.state = 'closed'
            WHERE {_over(groups)} ORDER BY m.starts_at, m.id
            """,
            **_scope(whose, since, until),
        )

    async def _read(
        self,
        groups: str,
        whose: int,
        meetings: Sequence[Row],
        made: Mapping[int, int] | None,
        *,
        since: dt.datetime,
        until: dt.datetime,
    ) -> dict[GroupId, list[MeetingPast]]:
        which, scope = _over(groups), _scope(whose, since, until)
        rolls = await self._rolls(which, scope)
        reports = await self._reports(which, scope)
        found: dict[GroupId, list[MeetingPast]] = defaultdict(list)
        for row in meetings:
            count = None if made is None else made.get(row["id"], 0)
            found[GroupId(row["group_id"])].append(
                _past(row, rolls.get(row["id"], {}), reports.get(row["id"]), count)
            )
        for past in found.values():
            # A group that moved to another zone may have a later start on an earlier local day.
            past.sort(key=lambda each: each.tally.week)
        return found

    async def _rolls(self, which: str, scope: Mapping[str, int]) -> dict[int, Roll]:
        """How many members were in each state, by each one's newest entry.

        Who left because they found work is not absent from the meetings after their last one: they had work.
        """
        rows = await self._tx.all(
            f"""
            SELECT a.meeting_id, a.state, COUNT(*) AS people FROM attendance a
            JOIN meetings m ON m.id = a.meeting_id
            WHERE {which} AND a.id = (SELECT MAX(e.id) FROM attendance e
                                      WHERE e.meeting_id = a.meeting_id AND e.user_id = a.user_id)
              AND NOT (a.state IN ({MISSED}) AND EXISTS ({HAD_WORK}))
            GROUP BY a.meeting_id, a.state
            """,
            **scope,
        )
        found: dict[int, Roll] = defaultdict(dict)
        for row in rows:
            found[row["meeting_id"]][Attendance(row["state"])] = row["people"]
        return found

    async def _reports(self, which: str, scope: Mapping[str, int]) -> dict[int, tuple[Kept, int]]:
        """Of each meeting: the commitments that were due, and how many members reported.

        What is kept is decided by the database here, as in `domain.rates.count_kept`: a guild has too many to
        fetch each.
        """
        rows = await self._tx.all(
            f"""
            SELECT o.meeting_id, COUNT(*) AS items, COUNT(DISTINCT c.user_id) AS reporters,
                   SUM(CASE WHEN o.done >= c.target THEN 1 ELSE 0 END) AS done
            FROM outcomes o JOIN meetings m ON m.id = o.meeting_id
            JOIN commitments c ON c.id = o.commitment_id
            WHERE {which} GROUP BY o.meeting_id
            """,
            **scope,
        )
        return {row["meeting_id"]: (Kept(row["items"], int(row["done"])), row["reporters"]) for row in rows}

    async def _commitments(self, group_id: GroupId, meetings: Sequence[Row]) -> Counter[int]:
        """How many commitments were made at each meeting that was held, or after it and before the next."""
        rows = await self._tx.all(
            """
            SELECT c.set_at_meeting, CASE WHEN c.set_at_meeting IS NULL THEN c.created_at END AS made_at,
                   COUNT(*) AS made
            FROM commitments c WHERE c.group_id = :group_id GROUP BY 1, 2
            """,
            group_id=group_id,
        )
        held = [row for row in meetings if row["state"] == MeetingState.CLOSED]
        starts = [row["starts_at"] for row in held]
        found: Counter[int] = Counter()
        for row in rows:
            if row["set_at_meeting"] is not None:
                found[row["set_at_meeting"]] += row["made"]
            elif place := bisect_right(starts, row["made_at"]):
                found[held[place - 1]["id"]] += row["made"]
        return found


def _over(groups: str) -> str:
    """The condition of meetings that are over; made of constants of this module."""
    return f"m.group_id IN ({groups}) AND m.starts_at >= :since AND {_OVER}"


def _scope(whose: int, since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    return {"whose": whose, "since": epoch(since), "until": epoch(until)}


def _past(
    row: Row, roll: Mapping[Attendance, int], report: tuple[Kept, int] | None, commitments: int | None
) -> MeetingPast:
    """What one meeting was, by its figures."""
    day = day_of(row["local_day"])
    is_held = row["state"] == MeetingState.CLOSED
    met = is_held and took_place(roll)
    came = rates([spread(roll)]) if met else None
    kept, reporters = report if report is not None and met else (None, None)
    is_holiday = bool(row["holiday"]) or (not is_held and row["reason"] == Reason.HOLIDAY)
    tally = Tally(
        week_of(day),
        holiday=is_holiday,
        roster=None if came is None else came.counted,
        present=None if came is None else came.came,
        items=None if kept is None else kept.due,
        done=None if kept is None else kept.kept,
        reporters=reporters,
        pulse_n=row["votes"] if met else None,
        pulse_sum=row["total"] if met else None,
        rated=Band(row["band"]) if met and row["band"] is not None else None,
        excused=None if came is None else came.excused,
    )
    past = Past(
        held=met and (came is None or came.came > 0),
        holiday=is_holiday,
        activity=row["activity"],
        host=None if row["host_id"] is None else UserId(row["host_id"]),
        commitments=commitments,
    )
    return MeetingPast(MeetingId(row["id"]), day, came, kept, tally, past)
