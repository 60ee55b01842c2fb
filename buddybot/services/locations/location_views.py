"""The places of a group as one of its members sees them: of what the others said only how many."""

from collections.abc import Sequence
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import MOST_LOCATIONS, Location, shown_to
from buddybot.domain.locations.rotation import FEWEST
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.text import name_order
from buddybot.services.core import Actor, Service, UnitOfWork, read_transaction
from buddybot.services.core.access import Standing, as_member, at_location, at_meeting, guild_of
from buddybot.services.locations import arrangement_views
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.arrangements import DECLINE_BEFORE


class Listed(NamedTuple):
    """A place, and how many of those who have said what suits them it suits."""

    location: Location
    suits: int


class LocationList(NamedTuple):
    """A group's places, the one offered first first; `voters` is how many have said what suits them.

    It is None, and no place has a number, while they are too few for a number that gives nobody away.
    """

    group: Group
    locations: tuple[Listed, ...]
    voters: int | None

    @property
    def room(self) -> bool:
        """Whether another one may be suggested."""
        return len(self.locations) < MOST_LOCATIONS


class LocationView(NamedTuple):
    """One place with what the looking member said of it; `may_change` is for who may edit and retire it."""

    group: Group
    location: Location
    minutes: int | None
    suits: bool
    may_change: bool


class Retired(NamedTuple):
    """A place that can be chosen no more, and where the meetings are now that were to be there.

    `again` when it was retired before, so that nothing changed.
    """

    view: LocationView
    moved: tuple[tuple[Meeting, ArrangementView], ...]
    again: bool = False


class TravelView(NamedTuple):
    """The places that somebody has to travel to, with the minutes that one member stated."""

    group: Group
    locations: tuple[tuple[Location, int | None], ...]


class VoteView(NamedTuple):
    """A group's places, and which of them suit one member."""

    group: Group
    locations: tuple[tuple[Location, bool], ...]


class LocationChoice(NamedTuple):
    """A place to choose; the group's name only where there are several."""

    location: Location
    group_name: str | None


class ArrangementDetails(NamedTuple):
    """Where exactly a meeting takes place, for one member; `mine` when they host it.

    `can_decline` says whether there is time to hand the turn on.
    """

    group: Group
    meeting: Meeting
    arrangement: ArrangementView
    mine: bool
    organizes: bool
    can_decline: bool


class LocationViews(Service):
    """Reads what is shown, to members only."""

    @read_transaction
    async def list_locations(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> LocationList:
        """Return the places of a group that can be chosen."""
        group = (await as_member(uow, actor, group_id)).group
        repository = uow.locations
        approvals = await repository.approvals(group.id)
        voters = len(frozenset[UserId]().union(*approvals.values()))
        enough = voters >= FEWEST
        return LocationList(
            group=group,
            locations=tuple(
                Listed(location, len(approvals.get(location.id, ())) if enough else 0)
                for location in await repository.list_live(group.id)
            ),
            voters=voters if enough else None,
        )

    @read_transaction
    async def get_location(self, uow: UnitOfWork, actor: Actor, location_id: LocationId) -> LocationView:
        """Return one place with its address, a retired one too; Refusal `location.unknown`."""
        return await location_view(uow, *await at_location(uow, actor, location_id))

    @read_transaction
    async def to_edit(self, uow: UnitOfWork, actor: Actor, location_id: LocationId) -> LocationView:
        """Return a place to somebody who may change it now.

        Refusals: `location.unknown`, `location.not_yours`, `location.retired`.
        """
        standing, location = await at_location(uow, actor, location_id)
        require_change(standing, location)
        require_live(location)
        return await location_view(uow, standing, location)

    @read_transaction
    async def get_travel(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> TravelView:
        """Return the actor's own minutes; Refusal `location.none` when there is nowhere to travel to."""
        view = await travel_view(uow, await as_member(uow, actor, group_id))
        if not view.locations:
            raise Refusal("location.none")
        return view

    @read_transaction
    async def way(self, uow: UnitOfWork, actor: Actor, location_id: LocationId) -> TravelView:
        """Return the actor's own minutes to one place.

        Refusals: `location.unknown`, `location.retired`, `location.no_way`.
        """
        standing, location = await at_location(uow, actor, location_id)
        require_way(location)
        view = await location_view(uow, standing, location)
        return TravelView(view.group, ((location, view.minutes),))

    @read_transaction
    async def get_votes(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> VoteView:
        """Return which places suit the actor; Refusal `location.none` when there are none."""
        view = await vote_view(uow, await as_member(uow, actor, group_id))
        if not view.locations:
            raise Refusal("location.none")
        return view

    @read_transaction
    async def choices(
        self,
        uow: UnitOfWork,
        actor: Actor,
        group_id: GroupId | None = None,
        *,
        to_change: bool = False,
        to_travel: bool = False,
    ) -> Sequence[LocationChoice]:
        """Return the places of the named group, or of the actor's groups here, this channel's first.

        `to_change` leaves those that the actor may change, `to_travel` those that somebody travels to.
        """
        groups = await uow.groups.of_user(guild_of(actor), actor.user_id)
        found = []
        for group in sorted(groups, key=lambda each: each.channel_id != actor.channel_id):
            if group_id not in (None, group.id):
                continue
            name = group.name if len(groups) > 1 else None
            member = await uow.members.get(group.id, actor.user_id)
            locations = await uow.locations.list_live(group.id)
            for location in sorted(locations, key=lambda each: name_order(each.name)):
                changeable = member is not None and may_change(Standing(group, member), location)
                if (changeable or not to_change) and not (to_travel and location.remote):
                    found.append(LocationChoice(location, name))
        return found

    @read_transaction
    async def arrangement(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> ArrangementDetails:
        """Return where exactly a meeting takes place; Refusal `meeting.unknown` for who is no member."""
        standing, meeting = await at_meeting(uow, actor, meeting_id)
        return await find_details(uow, standing, meeting, late=self._late(meeting))

    def _late(self, meeting: Meeting) -> bool:
        return meeting.starts_at - self._now() <= DECLINE_BEFORE


async def location_view(uow: UnitOfWork, standing: Standing, location: Location) -> LocationView:
    """Return a place as a member sees it; what they said of a retired one is not shown."""
    repository, user_id = uow.locations, standing.member.user_id
    minutes = await repository.list_minutes(standing.group.id)
    approvals = await repository.approvals(standing.group.id)
    return LocationView(
        group=standing.group,
        location=shown_to(location, user_id),
        minutes=minutes.get(location.id, {}).get(user_id),
        suits=user_id in approvals.get(location.id, ()),
        may_change=may_change(standing, location),
    )


async def retired_view(uow: UnitOfWork, view: LocationView, there: Sequence[Meeting]) -> Retired:
    """Return a place that was just retired, with those of its meetings that are somewhere else now."""
    now = [(meeting, await arrangement_views.load_view(uow, meeting)) for meeting in there]
    return Retired(view, tuple(each for each in now if each[1].location != view.location))


async def travel_view(uow: UnitOfWork, standing: Standing) -> TravelView:
    """Return a member's own minutes to all places that somebody travels to."""
    repository = uow.locations
    minutes = await repository.list_minutes(standing.group.id)
    return TravelView(
        standing.group,
        tuple(
            (location, minutes.get(location.id, {}).get(standing.member.user_id))
            for location in await repository.list_live(standing.group.id)
            if not location.remote
        ),
    )


async def vote_view(uow: UnitOfWork, standing: Standing) -> VoteView:
    """Return which of all places suit a member."""
    repository = uow.locations
    approvals = await repository.approvals(standing.group.id)
    return VoteView(
        standing.group,
        tuple(
            (location, standing.member.user_id in approvals.get(location.id, ()))
            for location in await repository.list_live(standing.group.id)
        ),
    )


async def find_details(
    uow: UnitOfWork, standing: Standing, meeting: Meeting, *, late: bool
) -> ArrangementDetails:
    """Return where exactly a meeting takes place, with what the member may do about it."""
    arrangement = await arrangement_views.load_view(uow, meeting)
    planned = meeting.state is MeetingState.SCHEDULED
    mine = planned and not arrangement.online and arrangement.host_id == standing.member.user_id
    return ArrangementDetails(
        group=standing.group,
        meeting=meeting,
        arrangement=arrangement,
        mine=mine,
        organizes=standing.member.organizes,
        can_decline=mine and not late,
    )


def may_change(standing: Standing, location: Location) -> bool:
    """Whether a member may edit and retire a place: organizers any, who offered it their own."""
    return standing.member.organizes or location.offered_by == standing.member.user_id


def require_change(standing: Standing, location: Location) -> None:
    """Raise Refusal `location.not_yours` for who may not change a place."""
    if not may_change(standing, location):
        raise Refusal("location.not_yours")


def require_live(location: Location) -> None:
    """Raise Refusal `location.retired` for a place that cannot be chosen."""
    if not location.live:
        raise Refusal("location.retired", name=location.name)


def require_way(location: Location) -> None:
    """Raise Refusal `location.retired`, or `location.no_way` for a place that nobody travels to."""
    require_live(location)
    if location.remote:
        raise Refusal("location.no_way", name=location.name)
