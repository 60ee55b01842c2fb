"""What lies ahead of a group by its rotation, and why: what is settled, and what the rule would give then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.ids import UserId
from buddybot.domain.locations import rotation
from buddybot.domain.locations.locations import Location
from buddybot.domain.locations.rotation import Basis, Choice, Settled, Upcoming
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core import Standing, UnitOfWork, meeting_days
from buddybot.services.core.meeting_days import Pick, Slot
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.arrangements import AHEAD, Board
from buddybot.services.locations.host_turn_views import hostings_of
from buddybot.storage.locations.arrangements import Arrangement

SHOWN = 4
"""Meetings that are looked ahead."""


class Outlook(NamedTuple):
    """One of the next meetings: where and by whom as it looks now, and the figures that explain it.

    `rule` gave it, or would; `basis` is None while only the rule speaks, `choice` when it is online
    this once. `sure` is what was announced or agreed on, `has_locations` whether the group has any.
    """

    starts_at: datetime
    meeting: Meeting | None
    arrangement: ArrangementView
    rule: Rotation
    basis: Basis | None
    choice: Choice | None
    sure: bool
    by_earlier_rule: bool
    has_locations: bool


class RotationView(NamedTuple):
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


async def find_arrangement(
    uow: UnitOfWork, group: Group, pick: Pick | None, now: datetime
) -> tuple[Meeting, Arrangement]:
    """Return a meeting whose place is settled and can still be changed; without `pick` the next one.

    Refusals: `meeting.none_ahead`, `meeting.none_on`, `meeting.unknown`, `hosting.not_planned`.
    """
    ahead = await arrangements.list_planned(uow, group, now)
    if pick is not None:
        wanted = meeting_days.find(await meeting_days.list_ahead(uow, group, now), pick).meeting
        ahead = [meeting for meeting in ahead if wanted is not None and meeting.id == wanted.id]
    elif not ahead:
        raise Refusal("meeting.none_ahead")
    arrangement = await uow.arrangements.get(ahead[0].id) if ahead else None
    if arrangement is None:
        raise Refusal("hosting.not_planned", count=AHEAD)
    return ahead[0], arrangement


async def require_able(
    uow: UnitOfWork, group: Group, meeting: Meeting, settled: Settled, host_id: UserId
) -> None:
    """Check that a member can host a meeting; Refusal `member.unknown` or `hosting.host_away`."""
    if await uow.members.get(group.id, host_id) is None:
        raise Refusal("member.unknown")
    board, roll = await arrangements.board_of(uow, group), await uow.rsvps.get_roll(meeting)
    if host_id not in arrangements.able_to_host(roll, board, settled.location_id):
        raise Refusal("hosting.host_away")


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
    slots = meeting_days.select_coming(await meeting_days.list_ahead(uow, group, now), now)
    slots = [slot for slot in slots if not slot.skipped][:SHOWN]
    board = await arrangements.board_of(uow, group)
    found = [(slot, await _find_arrangement(uow, slot)) for slot in slots]
    counting = [
        (slot, arrangement) for slot, arrangement in found if arrangement is None or not arrangement.online
    ]
    chosen = rotation.plan(
        group.rotation,
        history=await uow.fairness.list_history(group.id),
        ahead=[await _expect_people(uow, board, slot, arrangement) for slot, arrangement in counting],
        candidates=board.candidates,
        willing=board.willing,
        usual=group.usual_location_id,
    )
    choices = iter(chosen)
    return tuple(
        [
            await _one(
                uow,
                board,
                slot,
                arrangement,
                None if arrangement is not None and arrangement.online else next(choices),
            )
            for slot, arrangement in found
        ]
    )


async def _find_arrangement(uow: UnitOfWork, slot: Slot) -> Arrangement | None:
    return None if slot.meeting is None else await uow.arrangements.get(slot.meeting.id)


async def _expect_people(
    uow: UnitOfWork, board: Board, slot: Slot, arrangement: Arrangement | None
) -> Upcoming:
    if slot.meeting is None:
        away = await _away(uow, board.group, slot.starts_at)
        return Upcoming(attendees=tuple(each.user_id for each in board.members if each.user_id not in away))
    if arrangement is None:
        return await arrangements.upcoming_of(uow, slot.meeting, board, None)
    expected = await arrangements.upcoming_of(uow, slot.meeting, board, arrangement.location_id)
    return replace(expected, settled=arrangement.settled, once=arrangement.basis.once)


async def _away(uow: UnitOfWork, group: Group, at: datetime) -> frozenset[UserId]:
    spans = await uow.away.of_group(group.id)
    return frozenset(span.user_id for span in spans if span.covers(at))


async def _one(
    uow: UnitOfWork, board: Board, slot: Slot, arrangement: Arrangement | None, choice: Choice | None
) -> Outlook:
    if slot.meeting is not None and arrangement is not None:
        shown = await arrangement_views.load_view(uow, slot.meeting)
    else:
        shown = ArrangementView(None, None) if choice is None else _project_choice(board.locations, choice)
    return Outlook(
        starts_at=slot.starts_at,
        meeting=slot.meeting,
        arrangement=shown,
        rule=board.group.rotation if arrangement is None else arrangement.rule,
        basis=None if arrangement is None else arrangement.basis,
        choice=choice,
        sure=arrangement is not None and (arrangement.announced or not arrangement.basis.by_rule_alone),
        by_earlier_rule=arrangement is not None and arrangement.rule is not board.group.rotation,
        has_locations=bool(board.locations),
    )


def _project_choice(locations: Sequence[Location], choice: Choice) -> ArrangementView:
    location = next((each for each in locations if each.id == choice.location_id), None)
    return ArrangementView(location, choice.host_id)
