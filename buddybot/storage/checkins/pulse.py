"""The pulse of a meeting: who has voted, and apart from it how often each rating was given."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.checkins.pulse import HIGHEST, LOWEST, Band, DuePulse, Pulse
from buddybot.domain.ids import GroupId, GuildId, MeetingId, UserId
from buddybot.storage.engine.transaction import Repository, epoch, instant


class PulseRepository(Repository):
    """Nothing here tells who gave which rating, nor in which order ratings came."""

    async def open(self, meeting_id: MeetingId, closes_at: datetime) -> None:
        """Begin a meeting's pulse; one that there is stays as it is."""
        is_new = await self._insert_new(
            "pulses", meeting_id=meeting_id, closes_at=epoch(closes_at), state="open"
        )
        # All ratings are there from the beginning: rows made by votes would keep the order of the votes.
        for rating in range(LOWEST, HIGHEST + 1) if is_new else ():
            await self._insert("pulse_ratings", meeting_id=meeting_id, rating=rating, votes=0)

    async def get(self, meeting_id: MeetingId) -> Pulse | None:
        """Return a meeting's pulse."""
        row = await self._find("pulses", meeting_id=meeting_id)
        if row is None:
            return None
        return Pulse(
            meeting_id=MeetingId(row["meeting_id"]),
            closes_at=instant(row["closes_at"]),
            open=row["state"] == "open",
            band=None if row["band"] is None else Band(row["band"]),
        )

    async def vote(self, meeting_id: MeetingId, user_id: UserId, rating: int) -> bool:
        """Note that a member has voted, and count the rating; False, counting nothing, the second time.

        Every row of voters and ratings is written each time, in the order of their numbers: neither where a
        row stands nor which transaction wrote it last then tells the order of the votes. The caller holds the
        group's lock.
        """
        voters = {
            row["user_id"]
            for row in await self._tx.all(
                "SELECT user_id FROM pulse_voters WHERE meeting_id = :meeting_id", meeting_id=meeting_id
            )
        }
        if user_id in voters:
            return False
        await self._delete("pulse_voters", meeting_id=meeting_id)
        for voter in sorted({*voters, user_id}):
            await self._insert("pulse_voters", meeting_id=meeting_id, user_id=voter)
        await self._tx.run(
            """
            UPDATE pulse_ratings SET votes = votes + CASE WHEN rating = :rating THEN 1 ELSE 0 END
            WHERE meeting_id = :meeting_id
            """,
            meeting_id=meeting_id,
            rating=rating,
        )
        return True

    async def ratings(self, meeting_id: MeetingId) -> Sequence[int]:
        """Return the ratings of an open pulse, lowest first."""
        rows = await self._tx.all(
            "SELECT rating, votes FROM pulse_ratings WHERE meeting_id = :meeting_id ORDER BY rating",
            meeting_id=meeting_id,
        )
        return [row["rating"] for row in rows for _ in range(row["votes"])]

    async def list_due(self, now: datetime, *, limit: int = 200) -> Sequence[DuePulse]:
        """Return open pulses that are over, longest over first."""
        rows = await self._tx.all(
            """
            SELECT m.guild_id, m.group_id, p.meeting_id FROM pulses p JOIN meetings m ON m.id = p.meeting_id
            WHERE p.state = 'open' AND p.closes_at <= :now ORDER BY p.closes_at, p.meeting_id LIMIT :limit
            """,
            now=epoch(now),
            limit=limit,
        )
        return [
            DuePulse(GuildId(row["guild_id"]), GroupId(row["group_id"]), MeetingId(row["meeting_id"]))
            for row in rows
        ]

    async def close(self, meeting_id: MeetingId, *, votes: int, total: int, band: Band | None) -> None:
        """End a pulse: delete who has voted and what was voted; the numbers stay when a band is published."""
        await self._update(
            "pulses",
            {"meeting_id": meeting_id},
            state="closed",
            votes=None if band is None else votes,
            total=None if band is None else total,
            band=None if band is None else band.value,
        )
        for table in ("pulse_voters", "pulse_ratings"):
            await self._tx.run(f"DELETE FROM {table} WHERE meeting_id = :meeting_id", meeting_id=meeting_id)
