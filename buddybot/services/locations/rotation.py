"""The rotation of a group: which rule, who hosts next and why, and what people do about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.ids import GroupId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import Location
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import PingKind
from buddybot.services.core import Actor, PlanningService, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import Standing, as_member, as_organizer, require_active
from buddybot.services.core.meeting_days import Pick
from buddybot.services.core.notice_editions import editions
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_choices import list_free_locations
from buddybot.services.locations.arrangement_steps import (
    ArrangementChange,
    arrange,
    describe_change,
    find_to_arrange,
    live_location,
)
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.arrangements import BY_RULE, DECLINE_BEFORE
from buddybot.services.locations.home_questions import list_usable_locations
from buddybot.services.locations.host_turn_views import Hostings, hostings_of
from buddybot.services.locations.rotation_views import RotationView, find_arrangement, rotation_view
from buddybot.storage.locations.arrangements import Arrangement


class ArrangementOptions(NamedTuple):
    """The places that a meeting can be at."""

    group: Group
    meeting: Meeting
    arrangement: ArrangementView
    locations: Sequence[Location]


class RotationService(PlanningService):
    """What a person decides stays; everything else the rule settles anew."""

    @read_transaction
    async def show(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> RotationView:
        """Return the next meetings, where and by whom, with what explains it."""
        return await rotation_view(uow, await as_member(uow, actor, group_id), self._now())

    @read_transaction
    async def list_hostings(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> Hostings:
        """Return the planned meetings with their hosts, to choose from."""
        return await hostings_of(uow, await as_member(uow, actor, group_id), self._now())

    async def choose_rule(
        self,
        actor: Actor,
        rule: Rotation,
        location_id: LocationId | None = None,
        group_id: GroupId | None = None,
    ) -> RotationView:
        """Choose the rule, for `fixed` with its place; what was announced stays.

        Refusals: `rotation.place_fixed_only`, `location.unknown`, `location.retired`, `meeting.none_ahead`.
        """
        if location_id is not None and rule is not Rotation.FIXED:
            raise Refusal("rotation.place_fixed_only")
        return await self._choose_rule(actor, rule, location_id, group_id)

    @write_transaction
    async def _choose_rule(
        self,
        uow: UnitOfWork,
        actor: Actor,
        rule: Rotation,
        location_id: LocationId | None,
        group_id: GroupId | None,
    ) -> RotationView:
        now = self._now()
        standing = await as_organizer(uow, actor, group_id, lock=True)
        await _return_to_what_was_told(uow, standing.group, by=actor.user_id, now=now)
        await uow.groups.change(standing.group, rotation=rule)
        await uow.groups.set_usual_location(standing.group.id, location_id)
        group = standing.group._replace(rotation=rule, usual_location_id=location_id)
        if location_id is not None:
            require_active(group)
            usual = await live_location(uow, group, location_id)
            await _keep_to(uow, group, usual, by=actor.user_id, now=now)
        await self._planner.plan(uow, group, now, by=actor.user_id)
        return await rotation_view(uow, Standing(group, standing.member), now)

    @write_transaction
    async def skip_host(
        self, uow: UnitOfWork, actor: Actor, pick: Pick | None, group_id: GroupId | None = None
    ) -> ArrangementChange:
        """Say that a host is away: the next takes the turn, and the person keeps the claim.

        Refusals: `hosting.no_host`, `hosting.not_planned`, `meeting.none_ahead`.
        """
        group = (await as_organizer(uow, actor, group_id, lock=True)).group
        require_active(group)
        meeting, arrangement = await find_arrangement(uow, group, pick, self._now())
        return await self._hand_on(uow, group, meeting, arrangement, by=actor.user_id)

    async def assign(
        self,
        actor: Actor,
        pick: Pick | None,
        *,
        host_id: UserId | None,
        location_id: LocationId | None,
        group_id: GroupId | None = None,
    ) -> ArrangementChange:
        """Say who hosts a meeting, or where it is, or both; a host alone receives at a place of theirs.

        Refusals: `hosting.assign_what`, `member.unknown`, `hosting.host_away`, `location.unknown`,
        `location.retired`, `home.closed`, `home.asked`, `hosting.not_planned`, `meeting.none_ahead`.
        """
        if host_id is None and location_id is None:
            raise Refusal("hosting.assign_what")
        return await self._assign_meeting(
            actor, pick, host_id=host_id, location_id=location_id, group_id=group_id
        )

    @write_transaction
    async def _assign_meeting(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        *,
        host_id: UserId | None,
        location_id: LocationId | None,
        group_id: GroupId | None,
    ) -> ArrangementChange:
        now = self._now()
        group = (await as_organizer(uow, actor, group_id, lock=True)).group
        require_active(group)
        return await arrange(
            uow,
            self._planner,
            group,
            *await find_arrangement(uow, group, pick, now),
            host_id=host_id,
            location_id=location_id,
            by=actor.user_id,
            now=now,
        )

    @read_transaction
    async def may_decline(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> ArrangementChange:
        """Return the meeting whose turn the actor could hand on; Refusals as for `decline`."""
        standing, meeting, _ = await self._own_turn(uow, actor, meeting_id)
        return await describe_change(uow, standing.group, meeting)

    @write_transaction
    async def decline(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> ArrangementChange:
        """Hand the actor's own turn on; they keep the claim.

        Refusals: `meeting.unknown`, `group.paused`, `hosting.not_host`, `hosting.too_late`.
        """
        standing, meeting, arrangement = await self._own_turn(uow, actor, meeting_id, lock=True)
        return await self._hand_on(uow, standing.group, meeting, arrangement, by=actor.user_id)

    @read_transaction
    async def list_locations(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId
    ) -> ArrangementOptions:
        """Return where a meeting can be, to its host or an organizer; no home whose owner cannot come.

        Refusals: `meeting.unknown`, `group.paused`, `hosting.not_host`, `location.none`, `home.asked`.
        """
        now = self._now()
        group, meeting, arrangement = await self._host_or_organizer(uow, actor, meeting_id)
        host_id = arrangement.host_id
        locations = await list_free_locations(uow, group, meeting, host_id=host_id, by=actor.user_id, now=now)
        if not locations:
            raise await _explain_no_location(uow, group, meeting)
        return ArrangementOptions(group, meeting, await arrangement_views.load_view(uow, meeting), locations)

    @write_transaction
    async def choose(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, location_id: LocationId
    ) -> ArrangementChange:
        """Hold a meeting at another place this once; who hosts it stays.

        Refusals: `meeting.unknown`, `group.paused`, `hosting.not_host`, `location.unknown`,
        `location.retired`, `home.closed`, `home.asked`.
        """
        group, meeting, arrangement = await self._host_or_organizer(uow, actor, meeting_id, lock=True)
        return await arrange(
            uow,
            self._planner,
            group,
            meeting,
            arrangement,
            location_id=location_id,
            basis=Basis.CHOSEN if arrangement.basis in BY_RULE else arrangement.basis,
            by=actor.user_id,
            now=self._now(),
        )

    @write_transaction
    async def set_willing(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, *, hosts: bool
    ) -> RotationView:
        """Say whether the actor would host, the last click counts; a turn that was announced stays theirs."""
        now = self._now()
        standing = await as_member(uow, actor, group_id, lock=True)
        if await uow.members.set_hosts(
            group_id=standing.group.id,
            user_id=actor.user_id,
            hosts=hosts,
            interaction_id=actor.interaction_id,
        ):
            await self._planner.plan(uow, standing.group, now, by=actor.user_id)
        return await rotation_view(uow, await as_member(uow, actor, group_id), now)

    async def _own_turn(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, *, lock: bool = False
    ) -> tuple[Standing, Meeting, Arrangement]:
        now = self._now()
        standing, meeting, arrangement = await find_to_arrange(uow, actor, meeting_id, now, lock=lock)
        if arrangement.host_id != actor.user_id:
            raise Refusal("hosting.not_host")
        if meeting.starts_at - now <= DECLINE_BEFORE:
            raise Refusal("hosting.too_late")
        return standing, meeting, arrangement

    async def _host_or_organizer(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, *, lock: bool = False
    ) -> tuple[Group, Meeting, Arrangement]:
        standing, meeting, arrangement = await find_to_arrange(uow, actor, meeting_id, self._now(), lock=lock)
        if arrangement.host_id != actor.user_id and not standing.member.organizes:
            raise Refusal("hosting.not_host")
        return standing.group, meeting, arrangement

    async def _hand_on(
        self, uow: UnitOfWork, group: Group, meeting: Meeting, arrangement: Arrangement, *, by: UserId
    ) -> ArrangementChange:
        if arrangement.host_id is None:
            raise Refusal("hosting.no_host")
        await uow.arrangements.add_pass(meeting.id, arrangement.host_id)
        await self._planner.plan(uow, group, self._now(), by=by)
        return await describe_change(uow, group, meeting, before=arrangement.host_id)


async def _explain_no_location(uow: UnitOfWork, group: Group, meeting: Meeting) -> Refusal:
    """Return why a meeting has no place to choose: there is none, or the owner of the last is asked."""
    awaited = await list_usable_locations(uow, group, meeting)
    return Refusal("home.asked", name=awaited[0].name) if awaited else Refusal("location.none")


async def _keep_to(uow: UnitOfWork, group: Group, location: Location, *, by: UserId, now: datetime) -> None:
    """Hold the next meeting at the place that is the usual one from now on, whatever it was announced for.

    Not in a home whose owner cannot host then: that meeting stays what it is.
    """
    meeting, _ = await find_arrangement(uow, group, None, now)
    board = await arrangements.board_of(uow, group)
    expected = await arrangements.upcoming_of(uow, meeting, board, location.id)
    host = location.offered_by if arrangements.could_host(board, expected, location.offered_by) else None
    if host is not None or not location.home:
        await arrangements.put(uow, group, meeting, Settled(location.id, host), now=now, by=by)


async def _return_to_what_was_told(uow: UnitOfWork, group: Group, *, by: UserId, now: datetime) -> None:
    """Undo what the rule `fixed` moved, where the group was not told of it yet."""
    for meeting in await arrangements.list_planned(uow, group, now):
        arrangement = await uow.arrangements.get(meeting.id)
        if (
            arrangement is None
            or arrangement.before is None
            or not arrangement.basis.by_rule_alone
            or arrangement.online
        ):
            continue
        moved = arrangement.rule is Rotation.FIXED and arrangement.location_id == group.usual_location_id
        if moved and (await editions(uow, meeting, PingKind.PLACE)).waiting is not None:
            await arrangements.put(uow, group, meeting, arrangement.before, now=now, by=by)
