"""What people arrange for one meeting: its host, its location, and leave to use a member's home."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import LocationId, MeetingId, UserId
from buddybot.domain.locations import rotation
from buddybot.domain.locations.locations import Location
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core import Actor, Planner, Standing, UnitOfWork, at_meeting, require_active
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.home_questions import may_be_at, plan_question, require_unasked
from buddybot.services.locations.location_views import require_live
from buddybot.services.locations.rotation_views import find_arrangement, require_able
from buddybot.storage.locations.arrangements import Arrangement


class ArrangementChange(NamedTuple):
    """Where a meeting takes place after a change, and who hosted it before that.

    `asked` owns the home that was chosen: until they agree, the meeting is where `arrangement` says.
    """

    group: Group
    meeting: Meeting
    arrangement: ArrangementView
    before: UserId | None = None
    asked: UserId | None = None


async def describe_change(
    uow: UnitOfWork,
    group: Group,
    meeting: Meeting,
    *,
    before: UserId | None = None,
    asked: UserId | None = None,
) -> ArrangementChange:
    """Return where a meeting takes place now."""
    return ArrangementChange(group, meeting, await arrangement_views.load_view(uow, meeting), before, asked)


async def find_to_arrange(
    uow: UnitOfWork,
    actor: Actor,
    meeting_id: MeetingId,
    now: datetime,
    *,
    organizer: bool = False,
    lock: bool = False,
) -> tuple[Standing, Meeting, Arrangement]:
    """Return the actor's standing, a meeting whose place can still be changed, and its arrangement.

    Refusals: `meeting.unknown`, `group.paused`, `hosting.not_planned`, with `organizer` `hosting.organizers`.
    """
    standing, meeting = await at_meeting(
        uow, actor, meeting_id, organizer=organizer, lock=lock, members="hosting.organizers"
    )
    require_active(standing.group)
    _, arrangement = await find_arrangement(uow, standing.group, meeting.id, now)
    return standing, meeting, arrangement


async def arrange(
    uow: UnitOfWork,
    planner: Planner,
    group: Group,
    meeting: Meeting,
    arrangement: Arrangement,
    *,
    host_id: UserId | None = None,
    location_id: LocationId | None = None,
    basis: Basis = Basis.ASSIGNED,
    by: UserId,
    now: datetime,
) -> ArrangementChange:
    """Let a person say who hosts a meeting, or where it is, or both.

    A new host alone receives at a place of theirs, or in public. The owner of another member's home is
    asked first; the latest choice counts, so it closes an earlier question.

    Refusals: `member.unknown`, `hosting.host_away`, `location.unknown`, `location.retired`,
    `home.closed`, `home.asked`.
    """
    settled, location, asked = arrangement.settled, None, None
    if host_id is not None:
        if host_id != arrangement.host_id:
            settled = Settled(await find_location_of(uow, group, host_id), host_id)
        await require_able(uow, group, meeting, settled, host_id)
        await uow.arrangements.drop_pass(meeting.id, host_id)
    if location_id is not None:
        location = await live_location(uow, group, location_id)
        host_here = (
            await host_at(uow, group, meeting, arrangement, location, now) if host_id is None else host_id
        )
        asked = await _owner_to_ask(uow, group, meeting, location, host_id=host_here, by=by)
        if asked is None:
            settled = Settled(location.id, host_here)
        elif settled == arrangement.settled:
            await require_unasked(uow, meeting, location, asked, now)
        await uow.outbox.close_questions(meeting.id, now)
    if asked is None or settled != arrangement.settled:
        await arrangements.put(uow, group, meeting, settled, now=now, basis=basis, by=by)
    if location is not None and asked is not None:
        await plan_question(uow, meeting, location, asked, now)
    await planner.plan(uow, group, now, by=by)
    return await describe_change(uow, group, meeting, before=arrangement.host_id, asked=asked)


async def host_at(
    uow: UnitOfWork,
    group: Group,
    meeting: Meeting,
    arrangement: Arrangement,
    location: Location,
    now: datetime,
) -> UserId | None:
    """Return who hosts a meeting at a location: its host, or by the rule when it was online without one."""
    if not arrangement.online:
        return arrangement.host_id
    return await arrangements.find_host(uow, group, meeting, location.id, now)


async def live_location(uow: UnitOfWork, group: Group, location_id: LocationId) -> Location:
    """Return a location that can be chosen; Refusal `location.unknown` or `location.retired`."""
    location = await uow.locations.get(group.id, location_id)
    if location is None:
        raise Refusal("location.unknown")
    require_live(location)
    return location


async def find_location_of(uow: UnitOfWork, group: Group, host_id: UserId) -> LocationId | None:
    """Return where a host would receive the group: a place of theirs, else a public or virtual one."""
    board = await arrangements.board_of(uow, group)
    history = await uow.fairness.list_history(group.id)
    return rotation.find_location_of(host_id, history=history, candidates=board.candidates)


async def _owner_to_ask(
    uow: UnitOfWork, group: Group, meeting: Meeting, location: Location, *, host_id: UserId | None, by: UserId
) -> UserId | None:
    """Return whose leave is needed; Refusal `home.closed` when its owner cannot have the group there."""
    if not location.home or location.offered_by == host_id:
        return None
    if not await may_be_at(uow, group, meeting, location):
        raise Refusal("home.closed", name=location.name)
    return None if location.offered_by == by else location.offered_by
