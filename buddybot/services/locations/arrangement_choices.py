"""The hosts and places that a meeting can be given: what is offered is what `arrange` takes."""

from collections.abc import Sequence
from datetime import datetime

from buddybot.domain.groups.groups import Group, Member
from buddybot.domain.ids import GroupId, UserId
from buddybot.domain.locations import rotation
from buddybot.domain.locations.locations import Location
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core import Actor, Service, UnitOfWork, as_organizer, read_transaction, require_active
from buddybot.services.core.meeting_days import Pick
from buddybot.services.locations import arrangements
from buddybot.services.locations.home_questions import is_asked, list_usable_locations
from buddybot.services.locations.rotation_views import find_arrangement
from buddybot.storage.locations.arrangements import Arrangement


async def able_hosts(
    uow: UnitOfWork, group: Group, meeting: Meeting, arrangement: Arrangement
) -> Sequence[Member]:
    """Return the members who can host a meeting, each where they would receive the group."""
    board, roll = await arrangements.board_of(uow, group), await uow.rsvps.get_roll(meeting)
    history = await uow.fairness.list_history(group.id)
    found = []
    for member in board.members:
        here = arrangement.location_id
        if member.user_id != arrangement.host_id:
            here = rotation.find_location_of(member.user_id, history=history, candidates=board.candidates)
        if member.user_id in arrangements.able_to_host(roll, board, here):
            found.append(member)
    return found


async def list_free_locations(
    uow: UnitOfWork, group: Group, meeting: Meeting, *, host_id: UserId | None, by: UserId, now: datetime
) -> Sequence[Location]:
    """Return where `by` can put a meeting that `host_id` hosts: no home whose owner was asked already."""
    free = {location.id for location in await list_usable_locations(uow, group, meeting)}
    found = []
    for location in await uow.locations.list_live(group.id):
        owner = location.offered_by if location.home else None
        hosted = owner is not None and owner == host_id
        to_ask = None if owner in (host_id, by) else owner
        asked = to_ask is not None and await is_asked(uow, meeting, location, to_ask, now)
        if hosted or (location.id in free and not asked):
            found.append(location)
    return found


class ArrangementChoices(Service):
    """What an organizer is offered while they type; whoever may not arrange anything is refused."""

    @read_transaction
    async def hosts(
        self, uow: UnitOfWork, actor: Actor, pick: Pick | None, group_id: GroupId | None = None
    ) -> Sequence[Member]:
        """Return who can host the chosen or the next meeting; Refusals as for `RotationService.assign`."""
        return await able_hosts(uow, *await self._find_arrangement(uow, actor, pick, group_id))

    @read_transaction
    async def list_locations(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        host_id: UserId | None,
        group_id: GroupId | None = None,
    ) -> Sequence[Location]:
        """Return where that meeting can be, hosted by `host_id` or by who hosts it now."""
        group, meeting, arrangement = await self._find_arrangement(uow, actor, pick, group_id)
        host = arrangement.host_id if host_id is None else host_id
        return await list_free_locations(uow, group, meeting, host_id=host, by=actor.user_id, now=self._now())

    @read_transaction
    async def list_usual_locations(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> Sequence[Location]:
        """Return the places that the rule `fixed` can be given."""
        group = (await as_organizer(uow, actor, group_id)).group
        require_active(group)
        return await uow.locations.list_live(group.id)

    async def _find_arrangement(
        self, uow: UnitOfWork, actor: Actor, pick: Pick | None, group_id: GroupId | None
    ) -> tuple[Group, Meeting, Arrangement]:
        group = (await as_organizer(uow, actor, group_id)).group
        require_active(group)
        return group, *await find_arrangement(uow, group, pick, self._now())
