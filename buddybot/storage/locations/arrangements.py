"""Where meetings take place and who hosts them, and what the rotations remember of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GroupId, LocationId, MeetingId, UserId
from buddybot.domain.locations.fairness import Held
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant, words
from buddybot.storage.locations.fairness_balances import BalanceRepository


class Arrangement(NamedTuple):
    """Where one meeting takes place; `before` is what the group was last told, when that has changed.

    `online` means that everybody meets online this once, whatever the location is.
    """

    meeting_id: MeetingId
    rule: Rotation
    basis: Basis
    location_id: LocationId | None
    host_id: UserId | None
    online: bool = False
    announced: bool = False
    before: Settled | None = None
    before_online: bool = False

    @property
    def settled(self) -> Settled:
        """The place and the host."""
        return Settled(self.location_id, self.host_id)


_rotation, _basis = words(Rotation), words(Basis)


def _user(value: int | None) -> UserId | None:
    return None if value is None else UserId(value)


def _location_id(value: int | None) -> LocationId | None:
    return None if value is None else LocationId(value)


def read_arrangement(row: Row) -> Arrangement:
    """Return the arrangement of a whole row."""
    return Arrangement(
        meeting_id=MeetingId(row["meeting_id"]),
        rule=_rotation(row["rule"]),
        basis=_basis(row["basis"]),
        location_id=_location_id(row["location_id"]),
        host_id=_user(row["host_id"]),
        online=bool(row["online"]),
        announced=bool(row["announced"]),
        before=Settled(_location_id(row["before_location_id"]), _user(row["before_host_id"]))
        if row["changed"]
        else None,
        before_online=bool(row["before_online"]),
    )


class ArrangementRepository(Repository):
    """The callers have made sure that the meeting is their group's."""

    async def get(self, meeting_id: MeetingId) -> Arrangement | None:
        """Return where a meeting takes place; None when nobody has thought of it yet."""
        row = await self._find("venues", meeting_id=meeting_id)
        return None if row is None else read_arrangement(row)

    async def may_fill(self, meeting_id: MeetingId, user_id: UserId) -> bool:
        """Return whether something is open that a member may have to give: a turn to take, or a place."""
        row = await self._tx.one(
            """
            SELECT 1 AS one FROM venues v JOIN meetings m ON m.id = v.meeting_id
            JOIN groups g ON g.id = m.group_id
            WHERE v.meeting_id = :meeting_id AND v.online = 0
              AND (v.host_id IS NULL OR v.location_id IS NULL)
              AND ((g.rotation = 'turns' AND v.host_id IS NULL) OR EXISTS (
                  SELECT 1 FROM locations l
                  WHERE l.group_id = m.group_id AND l.retired_at IS NULL AND l.offered_by = :user_id))
            """,
            meeting_id=meeting_id,
            user_id=user_id,
        )
        return row is not None

    async def at(self, location_id: LocationId) -> Sequence[MeetingId]:
        """Return the meetings still to come that take place there."""
        rows = await self._tx.all(
            """
            SELECT v.meeting_id FROM venues v JOIN meetings m ON m.id = v.meeting_id
            WHERE v.location_id = :location_id AND m.state IN ('scheduled', 'open')
            """,
            location_id=location_id,
        )
        return [MeetingId(row["meeting_id"]) for row in rows]

    async def last_used(self, group_id: GroupId) -> Mapping[LocationId, datetime]:
        """Return when the group met last at each of its places; one where it never did is missing."""
        rows = await self._tx.all(
            """
            SELECT v.location_id, MAX(m.starts_at) AS used
            FROM venues v JOIN meetings m ON m.id = v.meeting_id
            WHERE m.group_id = :group_id AND m.state = 'closed' AND v.location_id IS NOT NULL
            GROUP BY v.location_id
            """,
            group_id=group_id,
        )
        return {LocationId(row["location_id"]): instant(row["used"]) for row in rows}

    async def put(self, arrangement: Arrangement) -> None:
        """Set where a meeting takes place."""
        before = arrangement.before or Settled(None, None)
        await self._put(
            "venues",
            ("meeting_id",),
            meeting_id=arrangement.meeting_id,
            rule=arrangement.rule.value,
            basis=arrangement.basis.value,
            location_id=arrangement.location_id,
            host_id=arrangement.host_id,
            online=int(arrangement.online),
            announced=int(arrangement.announced),
            changed=int(arrangement.before is not None),
            before_location_id=before.location_id,
            before_host_id=before.host_id,
            before_online=int(arrangement.before_online),
        )

    async def mark_announced(self, meeting_ids: Collection[MeetingId]) -> None:
        """Note that a message shows where these meetings take place."""
        for meeting_id in meeting_ids:
            await self._tx.run(
                "UPDATE venues SET announced = 1 WHERE meeting_id = :meeting_id AND announced = 0",
                meeting_id=meeting_id,
            )

    async def list_passes(self, meeting_id: MeetingId) -> frozenset[UserId]:
        """Return who does not host a meeting though they come."""
        rows = await self._tx.all(
            "SELECT user_id FROM host_passes WHERE meeting_id = :meeting_id", meeting_id=meeting_id
        )
        return frozenset(UserId(row["user_id"]) for row in rows)

    async def add_pass(self, meeting_id: MeetingId, user_id: UserId) -> None:
        """Note that somebody does not host a meeting."""
        await self._insert_new("host_passes", meeting_id=meeting_id, user_id=user_id)

    async def drop_pass(self, meeting_id: MeetingId, user_id: UserId) -> None:
        """Forget that somebody did not want to host a meeting."""
        await self._delete("host_passes", meeting_id=meeting_id, user_id=user_id)


class FairnessSnapshot(NamedTuple):
    """What counted for one member when a meeting closed."""

    user_id: UserId
    willing: bool
    minutes: int | None
    approved: bool | None


_THERE, _AFAR = "there", "afar"


class FairnessRepository(Repository):
    """What the rotations remember."""

    async def keep(self, meeting_id: MeetingId, snapshots: Sequence[FairnessSnapshot]) -> None:
        """Keep what counted at a meeting that closes; what was kept before stays."""
        for snapshot in snapshots:
            await self._insert_new(
                "shares",
                meeting_id=meeting_id,
                user_id=snapshot.user_id,
                willing=int(snapshot.willing),
                minutes=snapshot.minutes,
                approved=None if snapshot.approved is None else int(snapshot.approved),
            )

    async def list_willing(self, group_id: GroupId, began: datetime) -> Mapping[UserId, bool]:
        """Return of each person who counts for a meeting whether they would host.

        Who counts is present now, or was when the meeting began and has gone since.
        """
        rows = await self._tx.all(
            """
            SELECT user_id, hosts FROM memberships WHERE id IN (
                SELECT MAX(m.id) FROM memberships m WHERE m.group_id = :group_id AND (
                    (m.left_at IS NULL AND m.gone_since IS NULL)
                    OR (m.joined_at <= :began AND (m.left_at IS NULL OR m.left_at > :began)
                        AND (m.gone_since IS NULL OR m.gone_since > :began)))
                GROUP BY m.user_id)
            ORDER BY joined_at, id
            """,
            group_id=group_id,
            began=epoch(began),
        )
        return {UserId(row["user_id"]): bool(row["hosts"]) for row in rows}

    async def list_history(self, group_id: GroupId) -> Sequence[Held]:
        """Return the meetings that were held somewhere, oldest first, as the rules count them.

        Who came in person shares the way; who came online shares the turn. Of whom nothing is recorded
        yet, as right after the close, their own answer counts. A host who did not come has not hosted.
        A meeting that was online this once is not here, nor one of which an organizer said that the group
        did not meet. What is reduced to counts is remembered by the first.
        """
        rows = await self._tx.all(_HELD.format(which="m.group_id = :group_id"), group_id=group_id)
        meetings: dict[int, list[Row]] = {}
        for row in rows:
            meetings.setdefault(row["id"], []).append(row)
        held = [_read_held(found) for found in meetings.values() if any(map(_met, found))]
        memory = await BalanceRepository(self._tx).find_memory(group_id)
        return held if memory is None else [memory.as_held, *held]

    async def find_held(self, meeting_id: MeetingId) -> Held | None:
        """Return one meeting as `list_history` has it; None when it is not in there."""
        rows = await self._tx.all(_HELD.format(which="m.id = :meeting_id"), meeting_id=meeting_id)
        return _read_held(rows) if any(map(_met, rows)) else None


_HELD = """
    SELECT m.id, v.rule, v.basis, v.location_id, v.host_id, s.user_id, s.willing, s.minutes,
           s.approved, r.answer, (SELECT a.state FROM attendance a
            WHERE a.meeting_id = m.id AND a.user_id = s.user_id
            ORDER BY a.id DESC LIMIT 1) AS attended
    FROM meetings m JOIN venues v ON v.meeting_id = m.id LEFT JOIN shares s ON s.meeting_id = m.id
    LEFT JOIN rsvps r ON r.meeting_id = m.id AND r.user_id = s.user_id
    WHERE {which} AND m.state = 'closed' AND v.online = 0
    ORDER BY m.starts_at, m.id, s.user_id
"""


def _read_held(rows: Sequence[Row]) -> Held:
    how = {row["user_id"]: _how(row) for row in rows}
    came = {user for user, way in how.items() if way is not None}
    there = {user for user, way in how.items() if way is _THERE}
    stayed_away = any(
        row["user_id"] == row["host_id"] and row["attended"] in ("absent", "excused") for row in rows
    )
    return Held(
        rule=Rotation(rows[0]["rule"]),
        location_id=_location_id(rows[0]["location_id"]),
        host_id=_user(None if stayed_away else rows[0]["host_id"]),
        attendees=frozenset(UserId(user) for user in came),
        willing=frozenset(UserId(row["user_id"]) for row in rows if row["willing"]),
        minutes=_minutes(rows, there),
        voters=frozenset(
            UserId(row["user_id"]) for row in rows if row["approved"] is not None and row["user_id"] in came
        ),
        supporters=frozenset(
            UserId(row["user_id"]) for row in rows if row["approved"] and row["user_id"] in came
        ),
        once=Basis(rows[0]["basis"]).once,
    )


def _met(row: Row) -> bool:
    return bool(row["attended"] != "didnt_meet")


def _how(row: Row) -> str | None:
    """In which way a member took part, as far as is known; None for one who did not."""
    said = row["attended"]
    if said in (None, "unrecorded"):
        said = row["answer"]
    if said in ("present", "late", "going"):
        return _THERE
    return _AFAR if said == "virtual" else None


def _minutes(rows: Sequence[Row], there: Collection[int]) -> Mapping[UserId, int]:
    return {
        UserId(row["user_id"]): row["minutes"]
        for row in rows
        if row["minutes"] is not None and row["user_id"] in there
    }
