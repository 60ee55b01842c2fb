"""What members do when nobody hosts a meeting, and when the group asks for a member's home."""

from collections.abc import Sequence
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, Member
from buddybot.domain.ids import LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import Location
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping
from buddybot.domain.text import people_order
from buddybot.services.core import Actor, PlanningService, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import Standing, at_meeting
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_choices import able_hosts
from buddybot.services.locations.arrangement_steps import (
    ArrangementChange,
    arrange,
    describe_change,
    find_location_of,
    find_to_arrange,
    host_at,
    live_location,
)
from buddybot.services.locations.arrangements import BY_RULE
from buddybot.services.locations.home_questions import HomeQuestion, may_be_at, require_question


class HostChoice(NamedTuple):
    """The members who could host a meeting, as far as is known."""

    group: Group
    meeting: Meeting
    members: Sequence[Member]


class HostingService(PlanningService):
    """Each of these stands on a notice in the channel, so it looks again at how things are."""

    @write_transaction
    async def come_forward(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> ArrangementChange:
        """Let the actor host a meeting that nobody hosts; a public place that was told of stays.

        Refusals: `meeting.unknown`, `group.paused`, `hosting.hosted`, `hosting.online`, `hosting.you_away`.
        """
        now = self._now()
        standing, meeting, arrangement = await find_to_arrange(uow, actor, meeting_id, now, lock=True)
        if arrangement.online:
            raise Refusal("hosting.online")
        if arrangement.host_id is not None:
            raise Refusal("hosting.hosted")
        group, me = standing.group, standing.member.user_id
        board, roll = await arrangements.board_of(uow, group), await uow.rsvps.get_roll(meeting)
        if me not in arrangements.able_to_host(roll, board, arrangement.location_id):
            raise Refusal("hosting.you_away")
        kept = any(each.id == arrangement.location_id and not each.home for each in board.candidates)
        settled = Settled(arrangement.location_id if kept else await find_location_of(uow, group, me), me)
        await uow.arrangements.drop_pass(meeting.id, me)
        await arrangements.put(uow, group, meeting, settled, now=now, basis=Basis.OFFERED, by=me)
        await self._planner.plan(uow, group, now, by=actor.user_id)
        return await describe_change(uow, group, meeting)

    @read_transaction
    async def candidates(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> HostChoice:
        """Return who could host a meeting, to an organizer.

        Refusals: `meeting.unknown`, `hosting.organizers`, `group.paused`, `hosting.nobody`.
        """
        standing, meeting, arrangement = await find_to_arrange(
            uow, actor, meeting_id, self._now(), organizer=True
        )
        able = await able_hosts(uow, standing.group, meeting, arrangement)
        members = sorted(able, key=lambda member: people_order(member.display_name))
        if not members:
            raise Refusal("hosting.nobody")
        return HostChoice(standing.group, meeting, members)

    @write_transaction
    async def name_host(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, host_id: UserId
    ) -> ArrangementChange:
        """Let an organizer say who hosts a meeting.

        Refusals: `meeting.unknown`, `hosting.organizers`, `group.paused`, `member.unknown`,
        `hosting.host_away`.
        """
        now = self._now()
        standing, meeting, arrangement = await find_to_arrange(
            uow, actor, meeting_id, now, organizer=True, lock=True
        )
        group, planner = standing.group, self._planner
        return await arrange(
            uow, planner, group, meeting, arrangement, host_id=host_id, by=actor.user_id, now=now
        )

    @write_transaction
    async def meet_online(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> ArrangementChange:
        """Let a meeting be online this once.

        Refusals: `meeting.unknown`, `hosting.organizers`, `group.paused`.
        """
        now = self._now()
        standing, meeting, arrangement = await find_to_arrange(
            uow, actor, meeting_id, now, organizer=True, lock=True
        )
        if not arrangement.online:
            await arrangements.move_online(uow, standing.group, meeting, now=now, by=actor.user_id)
            await self._planner.plan(uow, standing.group, now, by=actor.user_id)
        return await describe_change(uow, standing.group, meeting, before=arrangement.host_id)

    @write_transaction
    async def lend_home(
        self,
        uow: UnitOfWork,
        actor: Actor,
        meeting_id: MeetingId,
        location_id: LocationId,
        host_id: UserId | None,
    ) -> ArrangementChange:
        """Let the actor agree that a meeting is at their home; who hosts it stays.

        One that was online gets the host that the rule gives.

        Refusals: `meeting.unknown`, `location.unknown`, `location.retired`, `home.for_other`, `home.stale`,
        `home.moved`, `home.you_away`, `group.paused`.
        """
        now = self._now()
        standing, meeting, arrangement = await find_to_arrange(uow, actor, meeting_id, now, lock=True)
        group = standing.group
        location, ping = await self._asked_for(uow, standing, meeting, location_id)
        if arrangement.host_id != host_id:
            raise Refusal("home.stale")
        if ping.expires_at != meeting.starts_at:
            raise Refusal("home.moved", start=meeting.starts_at)
        if not await may_be_at(uow, group, meeting, location):
            raise Refusal("home.you_away")
        basis = Basis.CHOSEN if arrangement.basis in BY_RULE else arrangement.basis
        settled = Settled(location.id, await host_at(uow, group, meeting, arrangement, location, now))
        await arrangements.put(uow, group, meeting, settled, now=now, basis=basis, by=actor.user_id)
        await self._planner.plan(uow, group, now, by=actor.user_id)
        return await describe_change(uow, group, meeting)

    @write_transaction
    async def keep_home(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, location_id: LocationId
    ) -> HomeQuestion:
        """Let the actor keep their home to themselves, without a reason; nothing changes.

        Refusals: `meeting.unknown`, `location.unknown`, `location.retired`, `home.for_other`, `home.stale`.
        """
        standing, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        location, ping = await self._asked_for(uow, standing, meeting, location_id)
        await uow.outbox.decline_question(ping.id)
        host_id = (await arrangement_views.load_view(uow, meeting)).host_id
        return HomeQuestion(standing.group, meeting, location, actor.user_id, host_id)

    async def _asked_for(
        self, uow: UnitOfWork, standing: Standing, meeting: Meeting, location_id: LocationId
    ) -> tuple[Location, Ping]:
        """Return the home that its owner, the actor, was asked for, and the question."""
        me = standing.member.user_id
        location = await live_location(uow, standing.group, location_id)
        if location.offered_by != me:
            raise Refusal("home.for_other")
        ping = await require_question(uow, meeting, location, me, self._now())
        return location, ping
