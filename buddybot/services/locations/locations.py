"""The places of a group: suggested, changed, retired; and what each member says of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import (
    MOST_LOCATIONS,
    Access,
    Location,
    LocationKind,
    LocationWords,
    check_minutes,
)
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.services.core import Actor, PlanningService, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import Standing, as_member, at_location
from buddybot.services.locations import arrangements
from buddybot.services.locations.location_views import (
    LocationView,
    Retired,
    TravelView,
    VoteView,
    location_view,
    require_change,
    require_live,
    require_way,
    retired_view,
    travel_view,
    vote_view,
)


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


class LocationService(PlanningService):
    """Whatever may change where a group meets is followed by its plan."""

    @read_transaction
    async def start(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> Group:
        """Return the group that a new place would be in; Refusal `location.many` when none fits."""
        group = (await as_member(uow, actor, group_id)).group
        await _require_room(uow, group)
        return group

    @write_transaction
    async def suggest(
        self, uow: UnitOfWork, actor: Actor, words: LocationWords, group_id: GroupId | None = None
    ) -> LocationView:
        """Add a place; a group's first one becomes that of its next meetings.

        Refusals: `location.many`, `location.name_taken`.
        """
        standing = await as_member(uow, actor, group_id, lock=True)
        group = standing.group
        await _require_room(uow, group)
        added = await uow.locations.add(
            group_id=group.id,
            guild_id=group.guild_id,
            words=words,
            offered_by=actor.user_id,
            now=self._now(),
        )
        if added is None:
            raise Refusal("location.name_taken", name=words.name)
        return await self._settle_location(uow, standing, added)

    @write_transaction
    async def edit(
        self,
        uow: UnitOfWork,
        actor: Actor,
        location_id: LocationId,
        words: LocationWords,
        *,
        unchanged: Collection[str] = (),
    ) -> LocationView:
        """Put a place into other words; the cards that show it follow.

        `unchanged` names the parts of `words` that the actor left alone: there the place stays as it is now.
        Refusals: `location.unknown`, `location.not_yours`, `location.retired`, `location.name_taken`, and
        `location.home` for who calls a place public that another member offered as their home, or online
        where its address stays.
        """
        standing, location = await at_location(uow, actor, location_id, lock=True)
        require_change(standing, location)
        require_live(location)
        wanted = replace(words, **{part: getattr(location.words, part) for part in unchanged})
        if location.home and location.offered_by != actor.user_id and _is_open(wanted):
            raise Refusal("location.home")
        if wanted == location.words:
            return await location_view(uow, standing, location)
        if not await uow.locations.describe(location, wanted):
            raise Refusal("location.name_taken", name=wanted.name)
        await show_new_words(uow, location)
        return await self._settle_location(uow, standing, location.id)

    @write_transaction
    async def retire(self, uow: UnitOfWork, actor: Actor, location_id: LocationId) -> Retired:
        """Let a place be chosen no more; meetings that were to be there get another one.

        Retiring what is retired changes nothing. Refusals: `location.unknown`, `location.not_yours`.
        """
        standing, location = await at_location(uow, actor, location_id, lock=True)
        require_change(standing, location)
        if not location.live:
            return Retired(await location_view(uow, standing, location), (), again=True)
        there = await find_meetings_at(uow, location)
        await uow.locations.retire(location, self._now())
        view = await self._settle_location(uow, standing, location.id)
        return await retired_view(uow, view, there)

    @write_transaction
    async def bring_back(
        self, uow: UnitOfWork, actor: Actor, location_id: LocationId, moved: Collection[MeetingId] = ()
    ) -> LocationView:
        """Let a retired place be chosen again; `moved` are the meetings that go back to it with that.

        Those that somebody has arranged otherwise since then stay where they are. Refusals:
        `location.unknown`, `location.not_yours`, `location.many`, `location.name_taken`, and
        `location.retired` for the home of a person who left.
        """
        standing, location = await at_location(uow, actor, location_id, lock=True)
        require_change(standing, location)
        if location.live:
            return await location_view(uow, standing, location)
        await _require_owner(uow, location)
        await _require_room(uow, standing.group)
        if not await uow.locations.revive(location):
            raise Refusal("location.name_taken", name=location.name)
        for meeting_id in dict.fromkeys(moved):
            await move_back(uow, standing.group, meeting_id, location, now=self._now(), by=actor.user_id)
        return await self._settle_location(uow, standing, location.id)

    async def travel(
        self, actor: Actor, group_id: GroupId, minutes: Mapping[LocationId, int | None]
    ) -> TravelView:
        """Keep what places cost the actor on the way there; None takes it back.

        A place that was retired meanwhile is left out. Refusals: `location.unknown`, `number.range`.
        """
        checked = {
            location_id: None if way is None else check_minutes(way) for location_id, way in minutes.items()
        }
        return await self._keep_minutes(actor, group_id, checked)

    @write_transaction
    async def _keep_minutes(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, minutes: Mapping[LocationId, int | None]
    ) -> TravelView:
        standing = await as_member(uow, actor, group_id, lock=True)
        repository = uow.locations
        for location_id, way in minutes.items():
            location = await repository.get(standing.group.id, location_id)
            if location is None:
                raise Refusal("location.unknown")
            if location.live and not location.remote:
                await repository.put_minutes(location.id, actor.user_id, way)
        await self._planner.plan(uow, standing.group, self._now(), by=standing.member.user_id)
        return await travel_view(uow, standing)

    async def travel_to(self, actor: Actor, location_id: LocationId, minutes: int | None) -> LocationView:
        """Keep what one place costs the actor on the way there; None takes it back.

        Refusals: `location.unknown`, `location.retired`, `location.no_way`, `number.range`.
        """
        checked = None if minutes is None else check_minutes(minutes)
        return await self._keep_minutes_to(actor, location_id, checked)

    @write_transaction
    async def _keep_minutes_to(
        self, uow: UnitOfWork, actor: Actor, location_id: LocationId, minutes: int | None
    ) -> LocationView:
        standing, location = await at_location(uow, actor, location_id, lock=True)
        require_way(location)
        await uow.locations.put_minutes(location.id, actor.user_id, minutes)
        return await self._settle_location(uow, standing, location.id)

    @write_transaction
    async def vote(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, suiting: Collection[LocationId]
    ) -> VoteView:
        """Keep which places suit the actor, in place of what they said before.

        A place that was retired meanwhile is left out. Refusal `location.unknown`.
        """
        standing = await as_member(uow, actor, group_id, lock=True)
        repository = uow.locations
        for location_id in suiting:
            if await repository.get(standing.group.id, location_id) is None:
                raise Refusal("location.unknown")
        await repository.put_approvals(standing.group.id, actor.user_id, suiting)
        await self._planner.plan(uow, standing.group, self._now(), by=standing.member.user_id)
        return await vote_view(uow, standing)

    async def _settle_location(
        self, uow: UnitOfWork, standing: Standing, location_id: LocationId
    ) -> LocationView:
        """Plan anew and return the place as it is now."""
        await self._planner.plan(uow, standing.group, self._now(), by=standing.member.user_id)
        location = await uow.locations.get(standing.group.id, location_id)
        if location is None:
            raise Refusal("location.unknown")
        return await location_view(uow, standing, location)


def _is_open(words: LocationWords) -> bool:
    """Return whether nobody would be asked before the group is sent to the address of a place, if any."""
    return Access.PUBLIC in words.access or (words.kind is LocationKind.VIRTUAL and words.address is not None)


async def _require_owner(uow: UnitOfWork, location: Location) -> None:
    """Raise Refusal `location.retired` for the home of a person who is in the group no more."""
    owner = location.offered_by if location.home else None
    if owner is not None and await uow.members.get(location.group_id, owner) is None:
        raise Refusal("location.retired", name=location.name)


async def _require_room(uow: UnitOfWork, group: Group) -> None:
    if len(await uow.locations.list_live(group.id)) >= MOST_LOCATIONS:
        raise Refusal("location.many", most=MOST_LOCATIONS)
