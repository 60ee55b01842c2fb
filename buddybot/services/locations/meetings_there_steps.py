"""What becomes of the meetings that are to be at a location when the location itself changes."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.locations.locations import Location
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements


async def find_meetings_at(uow: UnitOfWork, location: Location) -> Sequence[Meeting]:
    """Return the meetings still to come that are to be at a place."""
    found = [
        await uow.meetings.get(location.group_id, meeting_id)
        for meeting_id in await uow.arrangements.at(location.id)
    ]
    return [meeting for meeting in found if meeting is not None]


async def move_back(
    uow: UnitOfWork, group: Group, meeting_id: MeetingId, location: Location, *, now: datetime, by: UserId
) -> None:
    """Let a meeting be where the group was last told of, if that is this place and the rule moved it."""
    meeting = await uow.meetings.get(group.id, meeting_id)
    arrangement = await uow.arrangements.get(meeting_id)
    if (
        meeting is None
        or arrangement is None
        or arrangement.before is None
        or not arrangement.basis.by_rule_alone
    ):
        return
    if meeting.state is MeetingState.SCHEDULED and arrangement.before.location_id == location.id:
        await arrangements.put(
            uow, group, meeting, arrangement.before, now=now, online=arrangement.before_online, by=by
        )


async def show_new_words(uow: UnitOfWork, location: Location) -> None:
    """Let the cards and calendar entries of the meetings at a location follow its new words."""
    for meeting in await find_meetings_at(uow, location):
        await uow.meetings.entry_changed(meeting.id)
        await arrangements.show(uow, meeting)
