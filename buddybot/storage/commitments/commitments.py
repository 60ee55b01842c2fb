"""Commitments in the database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from buddybot.domain.commitments.commitments import Category, Commitment, State, Visibility
from buddybot.domain.ids import CommitmentId, GroupId, GuildId, MeetingId, UserId
from buddybot.domain.text import name_order
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant, row_reader
from buddybot.storage.outbox.cards import TOUCH_AHEAD, read_touched

_commitment = row_reader(Commitment)


# Behind `FROM commitments c`.
_OWN = """
    JOIN groups g ON g.id = c.group_id AND g.state <> 'archived'
    JOIN memberships m ON m.group_id = c.group_id AND m.user_id = c.user_id AND m.left_at IS NULL
    WHERE c.guild_id = :guild_id AND c.user_id = :user_id
"""


_DUE = """
    (SELECT MIN(a.starts_at) FROM meetings a
     WHERE a.group_id = c.group_id AND a.state IN ('scheduled', 'open')
       AND (c.set_at_meeting IS NULL OR a.id <> c.set_at_meeting)) AS due_at
"""
"""When a commitment will be asked for: `domain.checkins.select_due` of the meetings ahead, no report."""

ASKED_ABOUT = """
    SELECT EXISTS (SELECT 1 FROM outcomes WHERE meeting_id = :meeting_id) OR EXISTS (
        SELECT 1 FROM commitments c
        JOIN memberships m ON m.group_id = c.group_id AND m.user_id = c.user_id AND m.left_at IS NULL
        WHERE c.group_id = :group_id AND c.state = 'open' AND c.created_at < :began
          AND (c.set_at_meeting IS NULL OR c.set_at_meeting <> :meeting_id)) AS found
"""
"""Whether a check-in at a meeting says, or can say, what became of a commitment."""

_COUNT = "UPDATE commitments SET done = :done WHERE group_id = :group_id AND id = :commitment_id"


class CommitmentRepository(Repository):
    """Every look-up is scoped by the group, and by the member where it concerns one."""

    async def add(
        self,
        *,
        group_id: GroupId,
        guild_id: GuildId,
        user_id: UserId,
        category: Category,
        text: str,
        target: int,
        plan: str | None,
        visibility: Visibility,
        now: datetime,
        weeks_carried: int = 0,
        carried_from: CommitmentId | None = None,
        set_at_meeting: MeetingId | None = None,
    ) -> CommitmentId:
        """Insert an open commitment; `set_at_meeting` is the meeting at whose check-in it was made."""
        return CommitmentId(
            await self._insert_numbered(
                "commitments",
                group_id=group_id,
                guild_id=guild_id,
                user_id=user_id,
                category=category.value,
                text=text,
                target=target,
                done=0,
                plan=plan,
                visibility=visibility.value,
                state="open",
                weeks_carried=weeks_carried,
                carried_from=carried_from,
                set_at_meeting=set_at_meeting,
                created_at=epoch(now),
            )
        )

    async def get(self, group_id: GroupId, user_id: UserId, commitment_id: CommitmentId) -> Commitment | None:
        """Return the member's own commitment; None for another's, another group's, or none."""
        row = await self._find("commitments", group_id=group_id, user_id=user_id, id=commitment_id)
        return None if row is None else _commitment(row)

    async def own(
        self, guild_id: GuildId, user_id: UserId, commitment_id: CommitmentId, *, lock: bool = False
    ) -> tuple[str, Commitment, datetime | None] | None:
        """Return the person's own commitment in a group of this guild that they are in now.

        Before it the group's name, behind it when it is due.
        `lock` locks the group as `GroupRepository.lock` does, and all three rows are as they are behind it;
        when it is due may be from just before.
        """
        locking = self._tx.for_update if lock else ""
        row = await self._tx.one(
            f"SELECT c.*, g.name AS group_name, {_DUE} FROM commitments c {_OWN} AND c.id = :commitment_id "
            + (locking and f"{locking} OF g, c, m"),
            guild_id=guild_id,
            user_id=user_id,
            commitment_id=commitment_id,
        )
        return None if row is None else (row["group_name"], _commitment(row), instant(row["due_at"]))

    async def open_own(self, guild_id: GuildId, user_id: UserId) -> Sequence[tuple[str, Commitment]]:
        """Return the person's open commitments in all groups of the guild, each with its group's name."""
        rows = await self._tx.all(
            f"""
            SELECT c.*, g.name AS group_name FROM commitments c {_OWN}
            AND c.state = 'open' ORDER BY c.id
            """,
            guild_id=guild_id,
            user_id=user_id,
        )
        rows = sorted(rows, key=lambda row: name_order(row["group_name"]))
        return [(row["group_name"], _commitment(row)) for row in rows]

    async def open_of(self, group_id: GroupId, user_id: UserId) -> Sequence[Commitment]:
        """Return the member's open commitments, oldest first."""
        rows = await self._tx.all(
            """
            SELECT * FROM commitments
            WHERE group_id = :group_id AND user_id = :user_id AND state = 'open' ORDER BY id
            """,
            group_id=group_id,
            user_id=user_id,
        )
        return [_commitment(row) for row in rows]

    async def open_in(self, group_id: GroupId) -> Sequence[Commitment]:
        """Return every open commitment of the group's present members, oldest first."""
        rows = await self._tx.all(
            """
            SELECT c.* FROM commitments c
            JOIN memberships m ON m.group_id = c.group_id AND m.user_id = c.user_id AND m.left_at IS NULL
            WHERE c.group_id = :group_id AND c.state = 'open' ORDER BY c.id
            """,
            group_id=group_id,
        )
        return [_commitment(row) for row in rows]

    async def reported_at(self, meeting_id: MeetingId) -> Sequence[Commitment]:
        """Return every commitment of which a check-in at the meeting says what became of it."""
        rows = await self._tx.all(
            """
            SELECT c.* FROM commitments c JOIN outcomes o ON o.commitment_id = c.id
            WHERE o.meeting_id = :meeting_id ORDER BY c.id
            """,
            meeting_id=meeting_id,
        )
        return [_commitment(row) for row in rows]

    async def asked_about(self, group_id: GroupId, meeting_id: MeetingId, *, began: datetime) -> bool:
        """Return whether a check-in at the meeting says, or can say, what became of a commitment."""
        row = await self._tx.one(
            ASKED_ABOUT,
            group_id=group_id,
            meeting_id=meeting_id,
            began=epoch(began),
        )
        return row is not None and bool(row["found"])

    async def reported_in(self, commitment: Commitment) -> Sequence[MeetingId]:
        """Return the meetings at whose check-in something was said of a commitment."""
        rows = await self._tx.all(
            "SELECT meeting_id FROM outcomes WHERE commitment_id = :commitment_id ORDER BY meeting_id",
            commitment_id=commitment.id,
        )
        return [MeetingId(row["meeting_id"]) for row in rows]

    async def remove(self, commitment: Commitment) -> None:
        """Take back a carried copy that a correction makes needless and nobody has worked on."""
        await self._tx.run(
            "DELETE FROM commitments WHERE group_id = :group_id AND id = :commitment_id AND done = 0",
            group_id=commitment.group_id,
            commitment_id=commitment.id,
        )

    async def carried_copy(self, commitment_id: CommitmentId) -> Commitment | None:
        """Return what carries the remainder of a commitment."""
        row = await self._tx.one(
            "SELECT * FROM commitments WHERE carried_from = :commitment_id ORDER BY id DESC LIMIT 1",
            commitment_id=commitment_id,
        )
        return None if row is None else _commitment(row)

    async def count(
        self, commitment: Commitment, done: int, *, shown: bool
    ) -> tuple[Commitment, tuple[MeetingId, ...]]:
        """Note how many are done of one that this transaction has locked; return it as it is now.

        When it is `shown`, also mark the cards of the meetings ahead as `CardRepository.touch_ahead` does,
        and return those meetings.
        """
        await self._tx.run(_COUNT, done=done, group_id=commitment.group_id, commitment_id=commitment.id)
        rows: Sequence[Row] = ()
        if shown:
            rows = await self._tx.all(TOUCH_AHEAD, group_id=commitment.group_id)
        return replace(commitment, done=done), read_touched(rows)

    async def change(
        self,
        commitment: Commitment,
        *,
        category: Category | None = None,
        text: str | None = None,
        target: int | None = None,
        done: int | None = None,
        plan: str | None = None,
        clear_plan: bool = False,
        visibility: Visibility | None = None,
        state: State | None = None,
        weeks_carried: int | None = None,
    ) -> Commitment:
        """Change what is given and keep the rest; return it as it is now."""
        now = replace(
            commitment,
            category=category or commitment.category,
            text=commitment.text if text is None else text,
            target=commitment.target if target is None else target,
            done=commitment.done if done is None else done,
            plan=None if clear_plan else (commitment.plan if plan is None else plan),
            visibility=visibility or commitment.visibility,
            state=state or commitment.state,
            weeks_carried=commitment.weeks_carried if weeks_carried is None else weeks_carried,
        )
        changed = await self._update(
            "commitments",
            {"group_id": now.group_id, "id": now.id},
            category=now.category.value,
            text=now.text,
            target=now.target,
            done=now.done,
            plan=now.plan,
            visibility=now.visibility.value,
            state=now.state.value,
            weeks_carried=now.weeks_carried,
        )
        if not changed:
            raise LookupError("a commitment that was to be changed was not found")
        return now
