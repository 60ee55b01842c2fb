"""Hands the record of groups out to their organizers and the host, and writes down that it did."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from buddybot.domain.attendance.records import Record, Span
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.audit import Action
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, UserId
from buddybot.services.core import Actor, Service, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import as_organizer, guild_of, refuse_groupless

MOST_A_MINUTE = 4
"""Exports of one person in a guild; one of several groups is one."""
_MINUTE = timedelta(minutes=1)
EVER = Span()
"""Everything there is."""


class Wanted(NamedTuple):
    """What is asked for; `form` is only written down. With `every` all groups of the person are meant.

    With `drawn`, pictures are: of a record without anybody's name there are none.
    """

    form: str
    span: Span = EVER
    group_id: GroupId | None = None
    every: bool = False
    drawn: bool = False

    def holds(self, record: Record) -> bool:
        """Whether there is anything in a record to hand out."""
        return record.has_members if self.drawn else bool(record.meeting_records)


class Export(NamedTuple):
    """Records with at least one meeting each."""

    records: tuple[Record, ...]

    @property
    def rows(self) -> int:
        """How many rows their long tables have together."""
        return sum(record.rows for record in self.records)

    @property
    def meetings(self) -> int:
        """How many meetings they hold."""
        return sum(len(record.meeting_records) for record in self.records)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last local day of a meeting."""
        found = [
            meeting_record.meeting.day for record in self.records for meeting_record in record.meeting_records
        ]
        return min(found), max(found)


class AttendanceExport(Service):
    """Only organizers are handed a record; the log has a line before they are."""

    async def export(self, actor: Actor, wanted: Wanted) -> Export:
        """Return the records of one group, or of all that the actor organizes in this guild.

        Refusals: those of `as_organizer`, `export.order`, `export.empty`, `export.no_picture`,
        these two with `_ever` when no other days would do, and `export.too_many`.
        """
        first, last = wanted.span.first, wanted.span.last
        if first is not None and last is not None and last < first:
            raise Refusal("export.order", first=first.isoformat(), last=last.isoformat())
        return await self._export_records(actor, wanted)

    @write_transaction(saves=False)
    async def _export_records(self, uow: UnitOfWork, actor: Actor, wanted: Wanted) -> Export:
        now = self._now()
        groups = await _find_organized(uow, actor, wanted)
        await _not_too_many(uow, actor, now)
        found = [await _read(uow, group, wanted, now) for group in groups]
        export = Export(tuple(record for record in found if record is not None))
        if not export.records:
            ever = "_ever" if wanted.span == EVER or not await have_days(uow, groups, now) else ""
            raise Refusal(f"export.{'no_picture' if wanted.drawn else 'empty'}{ever}")
        for record in export.records:
            await _log(uow, record, wanted, len(export.records), actor_id=actor.user_id, now=now)
        return export

    @read_transaction
    async def days(self, uow: UnitOfWork, actor: Actor, wanted: Wanted) -> Sequence[date]:
        """Return the local days that have something to export, the newest first."""
        records, now = uow.records, self._now()
        groups = await _find_organized(uow, actor, wanted)
        found = {day for group in groups for day in await records.list_days(group, now=now)}
        return sorted(found, reverse=True)


async def export_for_operator(
    uow: UnitOfWork, group: Group, wanted: Wanted, *, now: datetime
) -> Record | None:
    """Return a group's record to whoever runs the bot, logged; None when it has nothing in that time."""
    record = await _read(uow, group, wanted, now)
    if record is not None:
        await _log(uow, record, wanted, 1, actor_id=None, now=now)
    return record


async def have_days(uow: UnitOfWork, groups: Sequence[Group], now: datetime) -> bool:
    """Return whether groups have met at all, so that other days may have something."""
    records = uow.records
    return any([await records.list_days(group, now=now) for group in groups])


async def _find_organized(uow: UnitOfWork, actor: Actor, wanted: Wanted) -> Sequence[Group]:
    """The groups that are meant, of which the actor organizes each; archived ones keep their record."""
    if not wanted.every:
        return [(await as_organizer(uow, actor, wanted.group_id, archived=True)).group]
    mine = await uow.groups.of_user(guild_of(actor), actor.user_id, archived=True)
    if not mine:
        raise await refuse_groupless(uow, actor)
    members = uow.members
    standings = [(group, await members.get(group.id, actor.user_id)) for group in mine]
    organized = [group for group, member in standings if member is not None and member.organizes]
    if not organized:
        raise Refusal("group.organizers_only")
    return organized


async def _not_too_many(uow: UnitOfWork, actor: Actor, now: datetime) -> None:
    """Refuse another export within a minute of several; the log knows of them, a line for each group."""
    lately = await uow.audit.list_since(
        guild_of(actor), Action.EXPORT, actor_id=actor.user_id, since=now - _MINUTE
    )
    if round(sum(1 / int(line.parameters["groups"]) for line in lately)) >= MOST_A_MINUTE:
        raise Refusal("export.too_many", most=MOST_A_MINUTE)


async def _read(uow: UnitOfWork, group: Group, wanted: Wanted, now: datetime) -> Record | None:
    record = await uow.records.read(group, now=now, span=wanted.span)
    return record if wanted.holds(record) else None


async def _log(
    uow: UnitOfWork, record: Record, wanted: Wanted, groups: int, *, actor_id: UserId | None, now: datetime
) -> None:
    first, last = Export((record,)).days
    await uow.audit.log(
        record.group.guild_id,
        record.group.id,
        Action.OPERATOR_EXPORT if actor_id is None else Action.EXPORT,
        actor_id=actor_id,
        now=now,
        parameters={
            "format": wanted.form,
            "first": first.isoformat(),
            "last": last.isoformat(),
            "groups": groups,
            "rows": record.rows,
        },
    )
