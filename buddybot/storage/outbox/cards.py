"""The messages that show a meeting, and whether Discord has their latest state."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.groups.notices import CARD_REFUSED, ROUTE_CLOSED
from buddybot.domain.ids import ChannelId, GroupId, MeetingId, MessageId, UserId
from buddybot.domain.meetings.cards import EARLIER, CardKind, ShownCard
from buddybot.storage.engine.transaction import Repository, Row, epoch, row_reader
from buddybot.storage.outbox.outdated_messages import REMINDER
from buddybot.storage.outbox.server_events import STALE_NEARBY


class Behind(NamedTuple):
    """What Discord shows in an older state: a meeting's cards, its group's events, a member's reminder."""

    cards: tuple[ShownCard, ...]
    event: bool
    reminder: bool


_card = row_reader(ShownCard)


OF_A_GUILD = 10
"""Cards of one guild that one refresh takes up, so that none crowds out the others."""

_COLUMNS = f"""
    c.*, m.group_id, m.guild_id, EXISTS (
        SELECT 1 FROM notices o
        WHERE o.group_id = m.group_id AND o.code IN ('{CARD_REFUSED}', '{ROUTE_CLOSED}')
    ) AS troubled
"""
_CARD = f"SELECT {_COLUMNS} FROM cards c JOIN meetings m ON m.id = c.meeting_id"

_STALE = """
    c.shown < c.revision AND c.message_id <> 0 AND NOT EXISTS (
        SELECT 1 FROM groups g
        WHERE g.id = m.group_id AND g.channel_id = c.channel_id AND g.route_error IS NOT NULL)
"""

_BEHIND = f"""
    SELECT found.*, EXISTS ({STALE_NEARBY}) AS event_behind, EXISTS ({REMINDER}) AS reminder_behind
    FROM (SELECT 1 AS one) AS here
    LEFT JOIN ({_CARD} WHERE {_STALE} AND c.meeting_id = :meeting_id) AS found ON 1 = 1
"""  # of constants

TOUCH_AHEAD = """
    UPDATE cards SET revision = revision + 1 WHERE kind NOT LIKE 'earlier%' AND meeting_id IN (
        SELECT m.id FROM meetings m WHERE m.group_id = :group_id AND m.state IN ('scheduled', 'open'))
    RETURNING meeting_id
"""
"""What `CardRepository.touch_ahead` does; `read_touched` reads the answer."""


def read_touched(rows: Iterable[Row]) -> tuple[MeetingId, ...]:
    """Return the meetings that have cards, each once."""
    return tuple(sorted({MeetingId(row["meeting_id"]) for row in rows}))


class CardRepository(Repository):
    """Which message shows which meeting."""

    async def note_preparing(self, meeting_id: MeetingId, kind: CardKind) -> None:
        """Say that a message is being made from the present state; changes from here on are counted."""
        await self._tx.run(
            """
            INSERT INTO cards (meeting_id, kind, channel_id, message_id, revision, shown)
            VALUES (:meeting_id, :kind, 0, 0, 1, 1)
            ON CONFLICT (meeting_id, kind) DO UPDATE SET shown = cards.revision
            """,
            meeting_id=meeting_id,
            kind=kind.value,
        )

    async def note_posted(
        self, *, meeting_id: MeetingId, kind: CardKind, channel_id: ChannelId, message_id: MessageId
    ) -> None:
        """Remember the message made of what `note_preparing` saw; one before it is edited a last time."""
        await self.retire(meeting_id, kind, besides=message_id)
        await self._update(
            "cards",
            {"meeting_id": meeting_id, "kind": kind.value},
            channel_id=channel_id,
            message_id=message_id,
        )

    async def retire(
        self, meeting_id: MeetingId, kind: CardKind, *, besides: MessageId | None = None
    ) -> None:
        """Let go of the message that shows a meeting, unless it is that one: another is to take its place."""
        if kind not in EARLIER:
            return
        which = {"meeting_id": meeting_id, "kind": kind.value, "besides": besides or 0}
        await self._tx.run(
            """
            INSERT INTO cards (meeting_id, kind, channel_id, message_id, revision, shown)
            SELECT meeting_id, :earlier, channel_id, message_id, 1, 0 FROM cards
            WHERE meeting_id = :meeting_id AND kind = :kind AND message_id NOT IN (0, :besides)
            ON CONFLICT (meeting_id, kind) DO UPDATE SET channel_id = excluded.channel_id,
                message_id = excluded.message_id, shown = cards.revision - 1
            """,
            earlier=EARLIER[kind].value,
            **which,
        )
        if besides is None:
            await self._delete("cards", meeting_id=meeting_id, kind=kind.value)

    async def touch(self, meeting_id: MeetingId) -> bool:
        """Say, in the transaction that changes it, that what a meeting's cards show has changed.

        False when it has none.
        """
        return bool(
            await self._tx.run(
                """
                UPDATE cards SET revision = revision + 1
                WHERE meeting_id = :meeting_id AND kind NOT LIKE 'earlier%'
                """,
                meeting_id=meeting_id,
            )
        )

    async def touch_ahead(self, group_id: GroupId) -> tuple[MeetingId, ...]:
        """Say the same of every meeting ahead of a group; return those that have cards."""
        return read_touched(await self._tx.all(TOUCH_AHEAD, group_id=group_id))

    async def of_meeting(self, meeting_id: MeetingId) -> Sequence[ShownCard]:
        """Return the meeting's messages."""
        rows = await self._tx.all(
            _CARD + " WHERE c.meeting_id = :meeting_id AND c.message_id <> 0", meeting_id=meeting_id
        )
        return [_card(row) for row in rows]

    async def list_stale(
        self, meeting_id: MeetingId | None = None, *, limit: int = 200
    ) -> Sequence[ShownCard]:
        """Return messages that Discord shows in an older revision, of one meeting or a few of each guild.

        Those in a channel that refuses the bot wait until it is tried again.
        """
        if meeting_id is None:
            rows = await self._tx.all(
                f"""
                SELECT * FROM (
                    SELECT {_COLUMNS}, ROW_NUMBER() OVER (
                        PARTITION BY m.guild_id ORDER BY c.meeting_id DESC, c.kind) AS place
                    FROM cards c JOIN meetings m ON m.id = c.meeting_id WHERE {_STALE}) AS ranked
                WHERE place <= :share ORDER BY place, meeting_id DESC LIMIT :limit
                """,
                share=OF_A_GUILD,
                limit=limit,
            )
        else:
            rows = await self._tx.all(
                _CARD + f" WHERE {_STALE} AND c.meeting_id = :meeting_id", meeting_id=meeting_id
            )
        return [_card(row) for row in rows]

    async def list_behind(self, meeting_id: MeetingId, answered_by: UserId | None, now: datetime) -> Behind:
        """Return what of Discord is still to follow a change of a meeting, or a member's answer for it."""
        rows = await self._tx.all(
            _BEHIND, meeting_id=meeting_id, user_id=0 if answered_by is None else answered_by, now=epoch(now)
        )
        return Behind(
            cards=tuple(_card(row) for row in rows if row["kind"] is not None),
            event=any(row["event_behind"] for row in rows),
            reminder=any(row["reminder_behind"] for row in rows),
        )

    async def mark_shown(self, card: ShownCard) -> int | None:
        """Say that Discord shows the card's revision now, and return which it is to show by now.

        None where another message is the card, or another process has shown as much.
        """
        row = await self._tx.one(
            """
            UPDATE cards SET shown = :revision
            WHERE meeting_id = :meeting_id AND kind = :kind AND message_id = :message_id AND shown < :revision
            RETURNING revision
            """,
            revision=card.revision,
            meeting_id=card.meeting_id,
            kind=card.kind.value,
            message_id=card.message_id,
        )
        return None if row is None else int(row["revision"])

    async def forget_gone(self, card: ShownCard) -> bool:
        """Forget a message that somebody deleted; False when that was known."""
        return bool(
            await self._delete(
                "cards", meeting_id=card.meeting_id, kind=card.kind.value, message_id=card.message_id
            )
        )
