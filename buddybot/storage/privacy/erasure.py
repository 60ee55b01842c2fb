"""Deletes what is stored about people; what remains of meetings that were held are counts without a name."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.storage.engine.transaction import Repository, epoch
from buddybot.storage.health.meeting_history import HAD_WORK, MISSED
from buddybot.storage.outbox.notices import NoticeRepository, about
from buddybot.storage.privacy.erasure_policy import ERASURE_RULES, write_statement

_OF_ANYBODY = """
    SELECT a.user_id FROM attendance a WHERE a.meeting_id = :meeting_id AND a.user_id > 0
    UNION
    SELECT c.user_id FROM outcomes o JOIN commitments c ON c.id = o.commitment_id
    WHERE o.meeting_id = :meeting_id AND c.user_id > 0
"""
_BEGAN = "CASE WHEN m.opened_at < m.starts_at THEN m.opened_at ELSE m.starts_at END"
_NOT_COUNTED = f"""
    SELECT a.meeting_id, a.user_id FROM attendance a JOIN meetings m ON m.id = a.meeting_id
    WHERE {{which}} AND a.user_id > 0 AND a.id = (
        SELECT MAX(e.id) FROM attendance e WHERE e.meeting_id = a.meeting_id AND e.user_id = a.user_id)
      AND (NOT EXISTS (
            SELECT 1 FROM memberships s WHERE s.group_id = m.group_id AND s.user_id = a.user_id
              AND s.joined_at <= {_BEGAN} AND (s.left_at IS NULL OR s.left_at > {_BEGAN}))
        OR (a.state IN ({MISSED}) AND EXISTS ({HAD_WORK})))
"""
"""Entries that no figure counts while it is known whose they are: they must not begin to."""
LATEST_END = timedelta(days=14)
"""Until then a meeting of an active group may still be closed by its summary."""
_shuffle = random.SystemRandom().shuffle
_WORDS_OF_A_MEETING = ("checkins", "rsvps", "turns", "interests", "shares", "host_passes", "offers", "swaps")

UNREDUCED = """
    SELECT guild_id, group_id, id FROM meetings
    WHERE reduced = 0 AND starts_at < :before
      AND (state NOT IN ('scheduled', 'open') OR starts_at < :given_up
           OR EXISTS (SELECT 1 FROM groups g WHERE g.id = meetings.group_id AND g.state <> 'active'))
    ORDER BY starts_at, id LIMIT :limit
"""
"""Asked again and again; by the states that are over SQLite would read every old meeting each time."""


class ErasureRepository(Repository):
    """Nothing here can be taken back."""

    async def lock_person(self, user_id: UserId) -> None:
        """Let no act of this person run beside the deletion; their own interaction has done so already."""
        await self._tx.one(f"SELECT 1 WHERE {self._tx.lock_person}", user_id=user_id)

    async def prepare(self, user_id: UserId, now: datetime) -> None:
        """Do what must come before a person leaves their groups.

        Nothing ahead takes place where they offered it, so that those who were told so are told anew; and
        entries about them that no figure counts go while it is known when they were members.
        """
        await self._tx.run(
            "UPDATE locations SET retired_at = :now WHERE offered_by = :user AND retired_at IS NULL",
            user=user_id,
            now=epoch(now),
        )
        await self._drop_uncounted("a.user_id = :user", user=user_id)

    async def forget_person(self, user_id: UserId) -> None:
        """Delete everything about a person in every guild; they are in no group any more."""
        await self._reduce_person(user_id)
        await self._forget_locations(user_id)
        await self._tx.run("UPDATE groups SET charter = '' WHERE charter_by = :user", user=user_id)
        await self._orphan_questions(user_id)
        for rule in ERASURE_RULES:
            if (found := write_statement(rule)) is not None:
                await self._tx.run(found, user=user_id)
        for key in (f"heir:{user_id}:%", about(user_id), NoticeRepository.left_server(user_id)):
            await self._tx.run("DELETE FROM notices WHERE key LIKE :key", key=key)

    async def _orphan_questions(self, user_id: UserId) -> None:
        """Make questions to a person nobody's, so that the messages that ask them can lose their buttons."""
        await self._tx.run(
            """
            UPDATE outbox SET recipient = 0, key = 'over:' || CAST(id AS TEXT) || ':-'
            WHERE recipient = :user AND kind = 'swap' AND state = 'sent'
            """,
            user=user_id,
        )

    async def _reduce_person(self, user_id: UserId) -> None:
        """Leave a count of each closed meeting that they were at or reported to, and nothing of others."""
        rows = await self._tx.all(
            """
            SELECT m.id, m.state FROM meetings m
            WHERE m.id IN (SELECT a.meeting_id FROM attendance a WHERE a.user_id = :user)
               OR m.id IN (SELECT o.meeting_id FROM outcomes o JOIN commitments c ON c.id = o.commitment_id
                           WHERE c.user_id = :user)
            """,
            user=user_id,
        )
        for row in rows:
            if row["state"] == "closed":
                await self._count(MeetingId(row["id"]), user_id)
            else:
                await self._tx.run(
                    """
                    DELETE FROM outcomes WHERE meeting_id = :meeting_id AND commitment_id IN (
                        SELECT id FROM commitments WHERE user_id = :user)
                    """,
                    meeting_id=row["id"],
                    user=user_id,
                )
        await self._delete("attendance", user_id=user_id)
        await self._delete("commitments", user_id=user_id)

    async def _drop_uncounted(self, which: str, **ids: int) -> None:
        """Delete what the ledger says of people at meetings for which they do not count."""
        for row in await self._tx.all(_NOT_COUNTED.format(which=which), **ids):
            await self._delete("attendance", meeting_id=row["meeting_id"], user_id=row["user_id"])

    async def _count(self, meeting_id: MeetingId, user_id: UserId) -> None:
        """Put a number that means nobody into the place of a person's id, at one meeting."""
        row = await self._tx.one(
            """
            SELECT MIN(found.user_id) AS lowest FROM (
                SELECT a.user_id FROM attendance a WHERE a.meeting_id = :meeting_id AND a.user_id < 0
                UNION
                SELECT c.user_id FROM outcomes o JOIN commitments c ON c.id = o.commitment_id
                WHERE o.meeting_id = :meeting_id AND c.user_id < 0) found
            """,
            meeting_id=meeting_id,
        )
        lowest = 0 if row is None or row["lowest"] is None else int(row["lowest"])
        which = {"meeting_id": meeting_id, "user": user_id}
        await self._tx.run(
            """
            DELETE FROM attendance WHERE meeting_id = :meeting_id AND user_id = :user AND id < (
                SELECT MAX(e.id) FROM attendance e WHERE e.meeting_id = :meeting_id AND e.user_id = :user)
            """,
            **which,
        )
        await self._tx.run(
            """
            UPDATE attendance SET user_id = :nobody, previous = NULL, recorded_by = 0, reason = NULL,
                recorded_at = (SELECT m.ends_at FROM meetings m WHERE m.id = :meeting_id)
            WHERE meeting_id = :meeting_id AND user_id = :user
            """,
            nobody=lowest - 1,
            **which,
        )
        await self._tx.run(
            """
            UPDATE commitments SET user_id = :nobody, category = 'other', text = '', plan = NULL,
                visibility = 'private', weeks_carried = 0, carried_from = NULL,
                state = CASE WHEN state = 'open' THEN 'dropped' ELSE state END,
                created_at = (SELECT m.starts_at - 1 FROM meetings m WHERE m.id = :meeting_id)
            WHERE user_id = :user AND id IN (
                SELECT o.commitment_id FROM outcomes o WHERE o.meeting_id = :meeting_id)
            """,
            nobody=lowest - 1,
            **which,
        )

    async def _forget_locations(self, user_id: UserId) -> None:
        """Take places that they offered out of what refers to them without a key of its own.

        What a group was told before stays a number that leads nowhere: they are told that it is no more.
        """
        await self._tx.run(
            """
            UPDATE groups SET usual_location_id = NULL WHERE usual_location_id IN (
                SELECT id FROM locations WHERE offered_by = :user)
            """,
            user=user_id,
        )

    async def list_old(self, before: datetime, *, limit: int) -> Sequence[tuple[GuildId, GroupId, MeetingId]]:
        """Return meetings that began before then and are not reduced to counts yet, the oldest first.

        One that was neither closed nor called off is among them once nothing more becomes of it by itself.
        """
        rows = await self._tx.all(
            UNREDUCED,
            before=epoch(before),
            given_up=epoch(before - LATEST_END),
            limit=limit,
        )
        return [(GuildId(row["guild_id"]), GroupId(row["group_id"]), MeetingId(row["id"])) for row in rows]

    async def reduce(self, meeting_id: MeetingId) -> None:
        """Leave nothing of a meeting but what it was and how many did what."""
        await self._drop_uncounted("a.meeting_id = :meeting_id", meeting_id=meeting_id)
        people = [row["user_id"] for row in await self._tx.all(_OF_ANYBODY, meeting_id=meeting_id)]
        _shuffle(people)  # by their order each number would be the same person at every meeting
        for user_id in people:
            await self._count(meeting_id, UserId(user_id))
        await self._lay_anew(meeting_id)
        for table in _WORDS_OF_A_MEETING:
            await self._tx.run(f"DELETE FROM {table} WHERE meeting_id = :id", id=meeting_id)
        await self._delete("swaps", other_meeting_id=meeting_id)
        await self._delete("outbox", meeting_id=meeting_id)
        await self._tx.run(
            """
            UPDATE visitors SET name = '', recorded_by = 0,
                withdrawn_by = CASE WHEN withdrawn_by IS NOT NULL THEN 0 END
            WHERE meeting_id = :id
            """,
            id=meeting_id,
        )
        await self._update("venues", {"meeting_id": meeting_id}, host_id=None, before_host_id=None)
        await self._update(
            "meetings", {"id": meeting_id}, facilitator_id=None, timekeeper_id=None, lead_id=None, reduced=1
        )

    async def _lay_anew(self, meeting_id: MeetingId) -> None:
        """Put the ledger in the order of its numbers, and let nothing open lead to a commitment of it."""
        await self._tx.run(
            """
            UPDATE commitments SET carried_from = NULL WHERE carried_from IN (
                SELECT o.commitment_id FROM outcomes o WHERE o.meeting_id = :meeting_id)
            """,
            meeting_id=meeting_id,
        )
        row = await self._tx.one(
            "SELECT MAX(id) AS last FROM attendance WHERE meeting_id = :meeting_id", meeting_id=meeting_id
        )
        if row is None or row["last"] is None:
            return
        await self._tx.run(
            """
            INSERT INTO attendance (meeting_id, user_id, state, recorded_by, recorded_at)
            SELECT meeting_id, user_id, state, recorded_by, recorded_at FROM attendance
            WHERE meeting_id = :meeting_id ORDER BY user_id DESC, id
            """,
            meeting_id=meeting_id,
        )
        await self._tx.run(
            "DELETE FROM attendance WHERE meeting_id = :meeting_id AND id <= :last",
            meeting_id=meeting_id,
            last=row["last"],
        )

    async def forget_before(self, before: datetime) -> int:
        """Delete what is older and belongs to no meeting: thanks, words in confidence, days away, the log.

        Returns how many rows there were.
        """
        instant, gone = epoch(before), 0
        for sql in _OLD:
            gone += await self._tx.run(sql, before=instant)
        return gone + await self._tx.run(
            "DELETE FROM away WHERE last_day < :day", day=before.date().isoformat()
        )


_EXPIRED = """
    SELECT 1 FROM memberships e
    WHERE e.group_id = {group} AND e.user_id = {table}.user_id AND e.left_at < :before
      AND NOT EXISTS (SELECT 1 FROM memberships n WHERE n.group_id = e.group_id AND n.user_id = e.user_id
                        AND (n.left_at IS NULL OR n.left_at >= :before))
"""
_PLACE = "(SELECT l.group_id FROM locations l WHERE l.id = {table}.location_id)"

_OLD = (
    *(
        f"DELETE FROM {table} WHERE EXISTS ({_EXPIRED.format(group=group.format(table=table), table=table)})"
        for table, group in (
            ("travel", _PLACE),
            ("approvals", _PLACE),
            ("activity_wishes", "activity_wishes.group_id"),
            ("commitments", "commitments.group_id"),
        )
    ),
    """
    DELETE FROM preferences WHERE EXISTS (
        SELECT 1 FROM memberships e
        WHERE e.guild_id = preferences.guild_id AND e.user_id = preferences.user_id AND e.left_at < :before)
      AND NOT EXISTS (
        SELECT 1 FROM memberships n
        WHERE n.guild_id = preferences.guild_id AND n.user_id = preferences.user_id
          AND (n.left_at IS NULL OR n.left_at >= :before))
    """,
    "DELETE FROM kudos WHERE given_at < :before",
    "DELETE FROM feedback WHERE given_at < :before",
    "DELETE FROM invitations WHERE expires_at < :before OR (state <> 'open' AND settled_at < :before)",
    "DELETE FROM outbox WHERE settled_at < :before",
    "DELETE FROM notices WHERE created_at < :before",
    "DELETE FROM alerts WHERE state <> 'open' AND settled_at < :before",
    "DELETE FROM audit WHERE done_at < :before",
    "DELETE FROM memberships WHERE left_at < :before",
    """
    DELETE FROM balances WHERE NOT EXISTS (
        SELECT 1 FROM memberships m WHERE m.group_id = balances.group_id AND m.user_id = balances.user_id)
    """,
    """
    DELETE FROM commitments WHERE created_at < :before
      AND (state <> 'open'
           OR EXISTS (SELECT 1 FROM groups g WHERE g.id = commitments.group_id AND g.state = 'archived'))
      AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.commitment_id = commitments.id)
    """,
)
