"""The meetings and days that are offered while somebody types: only those that the command takes."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.meetings.schedule import local
from buddybot.services.checkins.checkins import may_close
from buddybot.services.core import Actor, Service, UnitOfWork, meeting_days, read_transaction
from buddybot.services.core.access import Standing, as_member, as_organizer, require_active
from buddybot.services.core.meeting_days import HORIZON, Pick, Slot
from buddybot.services.meetings import meeting_messages
from buddybot.services.meetings.meetings import START_EARLY
from buddybot.services.meetings.schedules import ScheduleChange, usual_of


class Aim(StrEnum):
    """What a meeting is chosen for; the same list is not right for all of them."""

    SKIP = "skip"
    MOVE = "move"
    CANCEL = "cancel"
    START = "start"
    CLOSE = "close"
    ACTIVITY = "activity"


class MeetingChoices(Service):
    """Reads what can be chosen; whoever may not use the command is refused, and so offered nothing."""

    @read_transaction
    async def list_slots(
        self, uow: UnitOfWork, actor: Actor, aim: Aim, group_id: GroupId | None = None
    ) -> Sequence[Slot]:
        """Return the days of the calendar that a command takes, in order."""
        now = self._now()
        standing = await _find_standing(uow, actor, aim, group_id)
        slots = await meeting_days.list_ahead(uow, standing.group, now)
        return [slot for slot in slots if _fits(standing, slot, aim, now)]

    @read_transaction
    async def days_to_move(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        at: time | None,
        group_id: GroupId | None = None,
    ) -> Sequence[date]:
        """Return the days that a meeting, or the next one, can be moved to: at its own time, or at `at`."""
        now, standing = self._now(), await _find_standing(uow, actor, Aim.MOVE, group_id)
        slots = await meeting_days.list_ahead(uow, standing.group, now)
        made = (slot for slot in slots if slot.meeting and slot.meeting.ahead and not slot.has_begun(now))
        moved = meeting_days.find(slots, pick) if pick is not None else next(made, None)
        if moved is None or not _fits(standing, moved, Aim.MOVE, now):
            return []
        wanted = (at or moved.at, moved.zone, moved.duration_minutes)
        others = [slot for slot in slots if slot is not moved]
        days = _free_days(others, *wanted, now=now)
        return [day for day in days if (day, at or moved.at) != (moved.day, moved.at)]

    @read_transaction
    async def days_for_extra(
        self, uow: UnitOfWork, actor: Actor, wanted: ScheduleChange, group_id: GroupId | None = None
    ) -> Sequence[date]:
        """Return the days on which the group can meet once more."""
        now, group = self._now(), (await as_organizer(uow, actor, group_id)).group
        require_active(group)
        await meeting_messages.require_room(uow, group, now)
        usual = await usual_of(uow, group, wanted)
        slots = await meeting_days.list_ahead(uow, group, now)
        days = _free_days(slots, usual.time, usual.zone, usual.duration_minutes, now=now)
        meetings = await uow.meetings.list_since(group.id, (now - timedelta(days=3)).date())
        skipped = {slot.day for slot in slots if slot.skipped}
        had = {each.slot for each in meetings if each.kind is MeetingKind.EXTRA} - skipped
        return [day for day in days if day not in had]


async def _find_standing(uow: UnitOfWork, actor: Actor, aim: Aim, group_id: GroupId | None) -> Standing:
    """Return the actor's standing where they may do it now; members close as facilitators."""
    if aim is Aim.CLOSE:
        return await as_member(uow, actor, group_id)
    standing = await as_organizer(uow, actor, group_id)
    require_active(standing.group)
    return standing


def _fits(standing: Standing, slot: Slot, aim: Aim, now: datetime) -> bool:
    meeting = slot.meeting
    if aim is Aim.SKIP:  # of one that is left out already, the answer has the way back
        return slot.ends_at > now and not _is_open(meeting)
    if aim is Aim.MOVE:
        return slot.ends_at > now and not slot.skipped and not _is_open(meeting)
    if meeting is None or not meeting.ahead:
        return False
    if aim is Aim.START:
        return meeting.state is MeetingState.SCHEDULED and now >= meeting.starts_at - START_EARLY
    if aim is Aim.CLOSE:
        return _is_open(meeting) and may_close(standing, meeting)
    return aim is Aim.CANCEL or slot.ends_at > now


def _is_open(meeting: Meeting | None) -> bool:
    return meeting is not None and meeting.state is MeetingState.OPEN


def _free_days(
    slots: Sequence[Slot], at: time, zone: str, duration_minutes: int, *, now: datetime
) -> Sequence[date]:
    """Return the days on which there is room for a meeting."""
    today = local(now, zone).date()
    found = []
    for day in (today + timedelta(days=shift) for shift in range(HORIZON.days + 1)):
        try:
            place = meeting_days.make_slot(day, at, zone=zone, duration_minutes=duration_minutes, now=now)
            meeting_days.check_free(slots, place)
        except Refusal:
            continue
        found.append(day)
    return found
