"""What calendar files that were handed out hold, in the database."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.ids import GroupId
from buddybot.domain.meetings.meetings import MeetingKind, PublishedEntry
from buddybot.storage.engine.transaction import Repository, day_of, epoch, instant, words

_kind = words(MeetingKind)


class CalendarEntryRepository(Repository):
    """Every look-up is scoped by the group."""

    async def list_ahead(self, group_id: GroupId, now: datetime) -> Sequence[PublishedEntry]:
        """Return the entries that begin after `now`; those before are forgotten."""
        await self._tx.run(
            "DELETE FROM calendar_entries WHERE group_id = :group_id AND starts_at <= :now",
            group_id=group_id,
            now=epoch(now),
        )
        rows = await self._list("calendar_entries", "starts_at, slot, kind", group_id=group_id)
        return [
            PublishedEntry(
                slot=day_of(row["slot"]),
                kind=_kind(row["kind"]),
                zone=row["zone"],
                starts_at=instant(row["starts_at"]),
                ends_at=instant(row["ends_at"]),
                sequence=row["sequence"],
                called_off=bool(row["called_off"]),
            )
            for row in rows
        ]

    async def put(self, group_id: GroupId, entry: PublishedEntry) -> None:
        """Note that a file holds an entry; it takes the place of what an earlier file said."""
        await self._put(
            "calendar_entries",
            ("group_id", "slot", "kind"),
            group_id=group_id,
            slot=entry.slot.isoformat(),
            kind=entry.kind.value,
            zone=entry.zone,
            starts_at=epoch(entry.starts_at),
            ends_at=epoch(entry.ends_at),
            sequence=entry.sequence,
            called_off=int(entry.called_off),
        )
