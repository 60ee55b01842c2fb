"""Where a meeting takes place and who hosts it, as it is shown."""

from typing import NamedTuple

from buddybot.domain.ids import GroupId, UserId
from buddybot.domain.locations.locations import Location, shown_to
from buddybot.domain.meetings.meetings import Meeting, NextMeeting
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.locations.arrangements import Arrangement


class ArrangementView(NamedTuple):
    """Where a meeting takes place: a location, or online this once; who hosts; either may be open."""

    location: Location | None
    host_id: UserId | None
    online: bool = False

    @property
    def known(self) -> bool:
        """Whether there is anything to say."""
        return self.location is not None or self.host_id is not None or self.online

    @property
    def choosers(self) -> tuple[UserId, ...]:
        """The host, while they have yet to choose where the group meets."""
        return () if self.host_id is None or self.location is not None or self.online else (self.host_id,)


async def load_view(uow: UnitOfWork, meeting: Meeting) -> ArrangementView:
    """Return where a meeting takes place, as far as that is settled."""
    return await load_known_view(uow, meeting, await uow.arrangements.get(meeting.id))


async def load_known_view(
    uow: UnitOfWork, meeting: Meeting, arrangement: Arrangement | None
) -> ArrangementView:
    """Return the same where the arrangement is known already."""
    if arrangement is None:
        return ArrangementView(None, None)
    return await load_view_at(uow, meeting.group_id, arrangement)


async def load_view_at(uow: UnitOfWork, group_id: GroupId, at: Arrangement | NextMeeting) -> ArrangementView:
    """Return where one of a group's meetings takes place as it is shown."""
    location = None if at.location_id is None else await uow.locations.get(group_id, at.location_id)
    return ArrangementView(None if location is None else shown_to(location, None), at.host_id, at.online)
