"""What lies ahead of a group by its rotation, and why: what is settled, and what the rule would give then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.ids import UserId
from buddybot.domain.locations import rotation
from buddybot.domain.locations.locations import Location
from buddybot.domain.locations.rotation import Basis, Choice, Settled, Upcoming
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core import meeting_days
from buddybot.services.core.access import Standing
from buddybot.services.core.meeting_days import Pick, Slot
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import meeting_locations
from buddybot.services.locations.host_turn_views import hostings_of
from buddybot.services.locations.meeting_locations import AHEAD, Board, VenueView
from buddybot.storage.locations.meeting_locations import Venue

SHOWN = 4
"""Meetings that are looked ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One of the next meetings: where and by whom as it looks now, and the figures that explain it.

    `rule` gave it, or would; `basis` is None while only the rule speaks, `choice` when it is online
    this once. `sure` is what was announced or agreed on, `has_places` whether the group has any.
    """

    starts_at: datetime
    meeting: Meeting | None
    venue: VenueView
    rule: Rotation
    basis: Basis | None
    choice: Choice | None
    sure: bool
    by_earlier_rule: bool
    has_places: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationView:
    """A group's rotation as one of its members sees it: `hosts` and `may_swap` are about themselves."""

    group: Group
    ahead: tuple[Outlook, ...]
    hosts: bool
    may_swap: bool
    organizes: bool

    @property
    def paused(self) -> bool:
        """Whether the group is not meeting just now."""
        return self.group.state is not GroupState.ACTIVE


async def at_venue(uow: UnitOfWork, group: Group, pick: Pick | None, now: datetime) -> tuple[Meeting, Venue]:
    """Return a meeting whose place is settled and can still be changed; without `pick` the next one.

    Refusals: `meeting.none_ahead`, `meeting.none_on`, `meeting.unknown`, `venue.not_planned`.
    """
    ahead = await meeting_locations.planned(uow, group, now)
    if pick is not None:
        wanted = meeting_days.find(await meeting_days.ahead(uow, group, now), pick).meeting
        ahead = [meeting for meeting in ahead if wanted is not None and meeting.id == wanted.id]
    elif not ahead:
        raise Refusal("meeting.none_ahead")
    venue = await uow.venues.get(ahead[0].id) if ahead else None
    if venue is None:
        raise Refusal("venue.not_planned", count=AHEAD)
    return ahead[0], venue


async def require_able(
    uow: UnitOfWork, group: Group, meeting: Meeting, settled: Settled, host_id: UserId
) -> None:
    """Check that a member can host a meeting; Refusal `member.unknown` or `venue.host_away`."""
    if await uow.members.get(group.id, host_id) is None:
        raise Refusal("member.unknown")
    board, roll = await meeting_locations.board_of(uow, group), await uow.rsvps.roll(meeting)
    if host_id not in meeting_locations.able_to_host(roll, board, settled.location_id):
        raise Refusal("venue.host_away")


async def rotation_view(uow: UnitOfWork, standing: Standing, now: datetime) -> RotationView:
    """Return the next meetings of a group, settled or as the rule would have them, to one of its members."""
    group = standing.group
    resting = group.state is not GroupState.ACTIVE
    hostings = await hostings_of(uow, standing, now)
    return RotationView(
        group=group,
        ahead=() if resting else await _outlook(uow, group, now),
        hosts=standing.member.hosts,
        may_swap=not resting and bool(hostings.my_pairs),
        organizes=standing.member.organizes,
    )


async def _outlook(uow: UnitOfWork, group: Group, now: datetime) -> tuple[Outlook, ...]:
    slots = meeting_days.coming(await meeting_days.ahead(uow, group, now), now)
    slots = [slot for slot in slots if not slot.skipped][:SHOWN]
    board = await meeting_locations.board_of(uow, group)
    found = [(slot, await _venue(uow, slot)) for slot in slots]
    counting = [(slot, venue) for slot, venue in found if venue is None or not venue.online]
    chosen = rotation.plan(
        group.rotation,
        history=await uow.fairness.history(group.id),
        ahead=[await _expected(uow, board, slot, venue) for slot, venue in counting],
        places=board.places,
        willing=board.willing,
        usual=group.usual_location_id,
    )
    choices = iter(chosen)
    return tuple(
        [
            await _one(uow, board, slot, venue, None if venue is not None and venue.online else next(choices))
            for slot, venue in found
        ]
    )


async def _venue(uow: UnitOfWork, slot: Slot) -> Venue | None:
    return None if slot.meeting is None else await uow.venues.get(slot.meeting.id)


async def _expected(uow: UnitOfWork, board: Board, slot: Slot, venue: Venue | None) -> Upcoming:
    if slot.meeting is None:
        away = await _away(uow, board.group, slot.starts_at)
        return Upcoming(attendees=tuple(each.user_id for each in board.members if each.user_id not in away))
    if venue is None:
        return await meeting_locations.upcoming_of(uow, slot.meeting, board, None)
    expected = await meeting_locations.upcoming_of(uow, slot.meeting, board, venue.location_id)
    return replace(expected, settled=venue.settled, once=venue.basis.once)


async def _away(uow: UnitOfWork, group: Group, at: datetime) -> frozenset[UserId]:
    spans = await uow.away.of_group(group.id)
    return frozenset(span.user_id for span in spans if span.covers(at))


async def _one(
    uow: UnitOfWork, board: Board, slot: Slot, venue: Venue | None, choice: Choice | None
) -> Outlook:
    if slot.meeting is not None and venue is not None:
        shown = await meeting_locations.view_of(uow, slot.meeting)
    else:
        shown = VenueView(None, None) if choice is None else _projected(board.locations, choice)
    return Outlook(
        starts_at=slot.starts_at,
        meeting=slot.meeting,
        venue=shown,
        rule=board.group.rotation if venue is None else venue.rule,
        basis=None if venue is None else venue.basis,
        choice=choice,
        sure=venue is not None and (venue.announced or not venue.basis.by_rule_alone),
        by_earlier_rule=venue is not None and venue.rule is not board.group.rotation,
        has_places=bool(board.locations),
    )


def _projected(locations: Sequence[Location], choice: Choice) -> VenueView:
    location = next((each for each in locations if each.id == choice.location_id), None)
    return VenueView(location, choice.host_id)
