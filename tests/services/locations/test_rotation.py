"""The rotation is explained, and people change what it gives: each what is theirs to change."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import GroupId, LocationId, MeetingId
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core import Actor
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from tests.services.builder import (
    ANA,
    BEN,
    CHO,
    ELSEWHERE,
    EVERYBODY,
    GUILD,
    ORGANIZER,
    STRANGER,
    Builder,
    refused,
)
from tests.services.locations.hosting import (
    MISSING,
    before,
    list_notice_states,
    post_cards,
    prepare_change,
    prepare_notices,
    send_notices,
)

THIRD_WEEK = DaySpan(date(2026, 1, 19), date(2026, 1, 25))


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await builder.add_rotating_group()


# -- looking ahead --------------------------------------------------------------------------------


async def test_four_meetings_are_shown_and_each_is_worth_one_turn(builder: Builder, group: Group) -> None:
    await builder.announce_ahead(group)
    view = await builder.rotation.show(builder.act_as(BEN))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]
    assert [each.meeting is not None for each in view.ahead] == [True, True, False, False]
    assert [each.sure for each in view.ahead] == [True, True, False, False]
    balances = [each.choice.balance for each in view.ahead if each.choice is not None]
    assert [(round(each.share, 2), each.hosted) for each in balances if each is not None] == [
        (0.0, 0),
        (0.33, 0),
        (0.67, 0),
        (1.0, 1),
    ]
    assert (view.hosts, view.may_swap, view.organizes, view.paused) == (True, False, False, False)


async def test_who_is_away_is_not_looked_for_and_a_skipped_day_is_left_out(
    builder: Builder, group: Group
) -> None:
    await builder.away.add(builder.act_as(BEN), THIRD_WEEK)
    view = await builder.rotation.show(builder.act_as(BEN))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, ORGANIZER, BEN]
    skipped = date(2026, 1, 22)
    await builder.meetings.skip_turn(builder.act_as(ORGANIZER), skipped)
    view = await builder.rotation.show(builder.act_as(BEN))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]
    assert [each.starts_at.date().day for each in view.ahead] == [8, 15, 29, 5]


async def test_what_was_held_is_in_the_figures(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.hold_meeting(group, first)
    view = await builder.rotation.show(builder.act_as(ANA))
    assert [each.arrangement.host_id for each in view.ahead] == [ANA, BEN, ORGANIZER, ANA]
    last = view.ahead[3].choice
    assert last is not None
    assert last.balance is not None
    assert (round(last.balance.share, 2), last.balance.hosted) == (1.33, 1)


async def test_a_meeting_that_goes_on_is_the_first(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    builder.now = first.starts_at
    await builder.meetings.start(builder.act_as(ORGANIZER), first.id)
    view = await builder.rotation.show(builder.act_as(ANA))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]


async def test_what_is_online_this_once_uses_nobodys_turn(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    online = Settled(None, None)
    await builder.write(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, first, online, now=builder.now, basis=Basis.ASSIGNED, online=True
        )
    )
    await builder.replan_group(group)
    view = await builder.rotation.show(builder.act_as(ANA))
    assert view.ahead[0].arrangement.online
    assert view.ahead[0].choice is None
    assert [each.arrangement.host_id for each in view.ahead] == [None, ORGANIZER, ANA, BEN]


async def test_a_paused_group_looks_nowhere(builder: Builder, group: Group) -> None:
    await builder.set_group_state(group, GroupState.PAUSED)
    view = await builder.rotation.show(builder.act_as(ANA))
    assert (view.paused, view.ahead, view.may_swap) == (True, (), False)


async def test_who_would_rather_not_host_is_passed_over_and_nobody_sees_it(
    builder: Builder, group: Group
) -> None:
    view = await builder.rotation.set_willing(builder.act_as(ANA), group.id, hosts=False)
    assert not view.hosts
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, BEN, ORGANIZER, BEN]
    assert (await builder.rotation.show(builder.act_as(BEN))).hosts
    view = await builder.rotation.set_willing(builder.act_as(ANA), group.id, hosts=True)
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]


async def test_the_last_click_on_hosting_counts_in_whatever_order_they_are_carried_out(
    builder: Builder, group: Group
) -> None:
    first, second = builder.act_as(ANA), builder.act_as(ANA)
    view = await builder.rotation.set_willing(second, group.id, hosts=False)
    assert await builder.rotation.set_willing(first, group.id, hosts=True) == view
    assert await builder.list_hosts(group) == [ORGANIZER, BEN]


async def test_a_turn_that_was_announced_stays_with_who_would_rather_not(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.set_willing(builder.act_as(ORGANIZER), group.id, hosts=False)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]
    await builder.rotation.decline(builder.act_as(ORGANIZER), first.id)
    assert await builder.list_hosts(group) == [BEN, ANA]


# -- the rule -------------------------------------------------------------------------------------


async def test_another_rule_settles_anew_what_nobody_was_told_of(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ANA, BEN)
    for user in EVERYBODY:
        await builder.locations.travel_to(builder.act_as(user), places[ANA], 40)
        await builder.locations.travel_to(builder.act_as(user), places[BEN], 20)
    first, _ = await builder.list_ahead(group)
    await post_cards(builder, first)
    was = (await builder.get_arrangement(first)).settled
    view = await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.TRAVEL)
    assert view.group.rotation is Rotation.TRAVEL
    assert (view.ahead[0].by_earlier_rule, view.ahead[1].by_earlier_rule) == (True, False)
    assert (await builder.get_arrangement(first)).settled == was
    assert view.ahead[1].arrangement.host_id == BEN
    assert view.ahead[1].choice is not None
    assert view.ahead[1].choice.way == 20
    assert await list_notice_states(builder, first) == []


async def test_the_fixed_rule_and_back_leave_what_was_announced_as_it_was(
    builder: Builder, group: Group
) -> None:
    homes = await builder.add_homes(*EVERYBODY)
    first, second = await builder.announce_ahead(group)
    was = [(await builder.get_arrangement(each)).settled for each in (first, second)]
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, homes[BEN])
    assert (await builder.get_arrangement(first)).settled == Settled(homes[BEN], BEN)
    assert await list_notice_states(builder, first) == [PingState.PLANNED]
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.TURNS)
    # Nobody was told of it, so nothing has happened.
    assert [(await builder.get_arrangement(each)).settled for each in (first, second)] == was
    assert await prepare_notices(builder, group) == []


@pytest.mark.parametrize("take_back", [False, True])
async def test_a_host_moved_by_the_fixed_rule_is_told_and_can_be_away_when_the_rule_is_gone(
    builder: Builder, group: Group, take_back: bool
) -> None:
    homes = await builder.add_homes(*EVERYBODY)
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, homes[BEN])
    assert (await prepare_change(builder, group, first)).people == (BEN,)
    await send_notices(builder, first)
    view = await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.TURNS)
    assert (await builder.get_arrangement(first)).settled == Settled(homes[BEN], BEN)
    assert view.ahead[0].basis is Basis.RULE
    builder.now += timedelta(minutes=1)
    away = await builder.away.add(builder.act_as(BEN), DaySpan(first.day, first.day))
    if take_back:
        await builder.away.remove(builder.act_as(BEN), away.spans[0].id)
    arrangement = await builder.get_arrangement(first)
    assert arrangement.host_id in (ORGANIZER, ANA)
    assert arrangement.location_id == homes[arrangement.host_id]


async def test_fixed_keeps_to_the_place_that_is_given_with_it(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ANA, BEN)
    first, _ = await builder.announce_ahead(group)
    view = await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, places[BEN])
    assert [each.arrangement.location.id for each in view.ahead if each.arrangement.location is not None] == [
        places[BEN],
        places[ANA],  # it was announced
        places[BEN],
        places[BEN],
    ]
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], BEN)
    assert await list_notice_states(builder, first) == [PingState.PLANNED]


async def test_the_place_of_fixed_stays_when_the_first_meeting_there_is_left_out(
    builder: Builder, group: Group
) -> None:
    places = await builder.add_homes(ANA, BEN)
    first, second = await builder.list_ahead(group)
    await builder.hold_meeting(group, first)
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, places[BEN])
    await builder.meetings.skip_turn(builder.act_as(ORGANIZER), second.id)
    view = await builder.rotation.show(builder.act_as(ANA))
    assert {at.id for each in view.ahead if (at := each.arrangement.location) is not None} == {places[BEN]}


async def test_a_place_that_is_chosen_for_once_does_not_become_the_fixed_one(
    builder: Builder, group: Group
) -> None:
    places = await builder.add_cafes(ORGANIZER, BEN)
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED)
    first, second = await builder.list_ahead(group)
    await builder.hold_meeting(group, first)
    await builder.rotation.choose(builder.act_as(ORGANIZER), second.id, places[BEN])
    view = await builder.rotation.show(builder.act_as(ANA))
    seen = [each.arrangement.location.id for each in view.ahead if each.arrangement.location is not None]
    assert seen == [places[BEN], *[places[ORGANIZER]] * 3]
    await builder.hold_meeting(group, second)
    view = await builder.rotation.show(builder.act_as(ANA))
    seen = [each.arrangement.location.id for each in view.ahead if each.arrangement.location is not None]
    assert seen == [places[ORGANIZER]] * 4


async def test_another_rule_forgets_the_fixed_place(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ANA, BEN)
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, places[BEN])
    assert (await builder.reload_group(group)).usual_location_id == places[BEN]
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.TURNS)
    assert (await builder.reload_group(group)).usual_location_id is None


async def test_where_nobody_was_told_otherwise_the_habit_follows(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(ANA, BEN)
    await builder.rotation.set_willing(builder.act_as(BEN), group.id, hosts=False)
    view = await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, places[BEN])
    assert {at.id for each in view.ahead if (at := each.arrangement.location) is not None} == {places[BEN]}
    assert {each.arrangement.host_id for each in view.ahead} == {None}
    streaks = [each.choice.streak for each in view.ahead if each.choice is not None]
    assert streaks == [1, 2, 3, 4]


async def test_a_place_comes_with_the_fixed_rule_only(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ANA)
    async with refused("rotation.place_fixed_only"):
        await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.VOTE, places[ANA])
    async with refused("location.unknown"):
        await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, MISSING)
    await builder.locations.retire(builder.act_as(ANA), places[ANA])
    async with refused("location.retired"):
        await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, places[ANA])
    assert (await builder.reload_group(group)).rotation is Rotation.TURNS


# -- two ways to skip -----------------------------------------------------------------------------


async def test_the_person_is_away_so_the_next_hosts_and_the_claim_stays(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    arranged = await builder.rotation.skip_host(builder.act_as(ORGANIZER), None)
    assert (arranged.meeting.id, arranged.before, arranged.arrangement.host_id) == (first.id, ORGANIZER, BEN)
    assert await list_notice_states(builder, first) == [PingState.PLANNED]
    view = await builder.rotation.show(builder.act_as(ANA))
    assert [each.arrangement.host_id for each in view.ahead][:3] == [BEN, ANA, ORGANIZER]


async def test_no_meeting_so_the_same_person_stays_next(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    left_out = await builder.meetings.skip_turn(builder.act_as(ORGANIZER), None)
    assert left_out.meeting.state is MeetingState.SKIPPED
    assert left_out.following is not None
    assert (left_out.following.meeting.id, left_out.following.arrangement.host_id) == (second.id, ORGANIZER)
    assert await builder.list_planned_kinds(first) == [PingKind.CHANGE]
    again = await builder.meetings.skip_turn(builder.act_as(ORGANIZER), first.id)
    assert again.again
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]


async def test_in_the_last_day_a_turn_is_not_handed_to_anybody(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    builder.now = before(first, hours=5)
    arranged = await builder.rotation.skip_host(builder.act_as(ORGANIZER), first.id)
    assert (arranged.before, arranged.arrangement.host_id) == (ORGANIZER, None)
    async with refused("hosting.no_host"):
        await builder.rotation.skip_host(builder.act_as(ORGANIZER), first.id)


# -- who may what ---------------------------------------------------------------------------------

Act = Callable[[Builder, Actor, GroupId, MeetingId, LocationId], Awaitable[object]]
ORGANIZERS: dict[str, Act] = {
    "strategy": lambda s, actor, group, _m, _l: s.rotation.choose_rule(actor, Rotation.VOTE, None, group),
    "skip host": lambda s, actor, group, meeting, _l: s.rotation.skip_host(actor, meeting, group),
    "skip meeting": lambda s, actor, group, meeting, _l: s.meetings.skip_turn(actor, meeting, group),
    "assign": lambda s, actor, group, meeting, place: s.rotation.assign(
        actor, meeting, host_id=BEN, location_id=place, group_id=group
    ),
}
MEMBERS: dict[str, Act] = {
    "show": lambda s, actor, group, _m, _l: s.rotation.show(actor, group),
    "hostings": lambda s, actor, group, _m, _l: s.rotation.list_hostings(actor, group),
    "willing": lambda s, actor, group, _m, _l: s.rotation.set_willing(actor, group, hosts=False),
}
HOSTS: dict[str, Act] = {
    "may decline": lambda s, actor, _g, meeting, _l: s.rotation.may_decline(actor, meeting),
    "decline": lambda s, actor, _g, meeting, _l: s.rotation.decline(actor, meeting),
    "places": lambda s, actor, _g, meeting, _l: s.rotation.list_locations(actor, meeting),
    "choose": lambda s, actor, _g, meeting, place: s.rotation.choose(actor, meeting, place),
}
TABLES = ("groups", "memberships", "venues", "host_passes", "meetings", "outbox")


@pytest.mark.parametrize("act", [*ORGANIZERS, *MEMBERS, *HOSTS])
async def test_a_foreign_group_and_meeting_are_as_unknown_as_missing_ones(
    builder: Builder, group: Group, act: str
) -> None:
    places = await builder.add_homes(ANA)
    first, _ = await builder.announce_ahead(group)
    await builder.add_group("Ash", guild=ELSEWHERE, channel=200)
    await builder.add_member(group, CHO)
    await builder.remove_member(group, CHO)
    was = [await builder.read_table(table) for table in TABLES]
    run = {**ORGANIZERS, **MEMBERS, **HOSTS}[act]
    code = "meeting.unknown" if act in HOSTS else "group.unknown"
    for who, guild, group_id, meeting_id in (
        (STRANGER, GUILD, group.id, first.id),  # of the same server, in no group
        (CHO, GUILD, group.id, first.id),  # no longer a member
        (ORGANIZER, ELSEWHERE, group.id, first.id),  # organizer of another server's group
        (ORGANIZER, GUILD, GroupId(MISSING), MeetingId(MISSING)),
    ):
        async with refused(code):
            await run(builder, builder.act_as(who, guild=guild), group_id, meeting_id, places[ANA])
    assert was == [await builder.read_table(table) for table in TABLES]


@pytest.mark.parametrize("act", ORGANIZERS)
async def test_what_holds_for_the_group_is_for_its_organizers(
    builder: Builder, group: Group, act: str
) -> None:
    places = await builder.add_homes(ANA)
    first, _ = await builder.announce_ahead(group)
    was = [await builder.read_table(table) for table in TABLES]
    async with refused("group.organizers_only"):
        await ORGANIZERS[act](builder, builder.act_as(ANA), group.id, first.id, places[ANA])
    assert was == [await builder.read_table(table) for table in TABLES]
    await ORGANIZERS[act](builder, builder.act_as(ORGANIZER), group.id, first.id, places[ANA])
    assert was != [await builder.read_table(table) for table in TABLES]


@pytest.mark.parametrize("act", ["skip host", "skip meeting", "assign", *HOSTS])
async def test_a_paused_group_arranges_nothing(builder: Builder, group: Group, act: str) -> None:
    places = await builder.add_homes(ANA)
    first, _ = await builder.announce_ahead(group)
    await builder.set_group_state(group, GroupState.PAUSED)
    async with refused("group.paused"):
        await {**ORGANIZERS, **HOSTS}[act](
            builder, builder.act_as(ORGANIZER), group.id, first.id, places[ANA]
        )


async def test_the_planned_meetings_are_offered_with_who_hosts_them(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    found = await builder.rotation.list_hostings(builder.act_as(ANA))
    assert [(each.meeting.id, each.host_id) for each in found.meetings] == [
        (first.id, ORGANIZER),
        (second.id, ANA),
    ]
    assert [(turn.meeting.id, other.meeting.id) for turn, other in found.my_pairs] == [(second.id, first.id)]
    assert (await builder.rotation.show(builder.act_as(ANA))).may_swap
    builder.now = first.starts_at + timedelta(minutes=1)
    assert [
        each.meeting.id for each in (await builder.rotation.list_hostings(builder.act_as(ANA))).meetings
    ] == [second.id]
