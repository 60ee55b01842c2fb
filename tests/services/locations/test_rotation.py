"""The rotation is explained, and people change what it gives: each what is theirs to change."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import GroupId, GuildId, LocationId, MeetingId, UserId
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from tests.services.locations.hosts import CHO, EVERYBODY, Hosts, before
from tests.services.locations.town import ELSEWHERE, MISSING
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, STRANGER, refused

THIRD_WEEK = DaySpan(date(2026, 1, 19), date(2026, 1, 25))


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await hosts.rotating()


# -- looking ahead --------------------------------------------------------------------------------


async def test_four_meetings_are_shown_and_each_is_worth_one_turn(hosts: Hosts, group: Group) -> None:
    await hosts.told_of(group)
    view = await hosts.rotation.show(hosts.actor(BEN))
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
    hosts: Hosts, group: Group
) -> None:
    await hosts.away.add(hosts.actor(BEN), THIRD_WEEK)
    view = await hosts.rotation.show(hosts.actor(BEN))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, ORGANIZER, BEN]
    skipped = date(2026, 1, 22)
    await hosts.meetings.skip_turn(hosts.actor(ORGANIZER), skipped)
    view = await hosts.rotation.show(hosts.actor(BEN))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]
    assert [each.starts_at.date().day for each in view.ahead] == [8, 15, 29, 5]


async def test_what_was_held_is_in_the_figures(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.hold(group, first)
    view = await hosts.rotation.show(hosts.actor(ANA))
    assert [each.arrangement.host_id for each in view.ahead] == [ANA, BEN, ORGANIZER, ANA]
    last = view.ahead[3].choice
    assert last is not None
    assert last.balance is not None
    assert (round(last.balance.share, 2), last.balance.hosted) == (1.33, 1)


async def test_a_meeting_that_goes_on_is_the_first(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    hosts.now = first.starts_at
    await hosts.meetings.start(hosts.actor(ORGANIZER), first.id)
    view = await hosts.rotation.show(hosts.actor(ANA))
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]


async def test_what_is_online_this_once_uses_nobodys_turn(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    online = Settled(None, None)
    await hosts.run(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, first, online, now=hosts.now, basis=Basis.ASSIGNED, online=True
        )
    )
    await hosts.replan(group)
    view = await hosts.rotation.show(hosts.actor(ANA))
    assert view.ahead[0].arrangement.online
    assert view.ahead[0].choice is None
    assert [each.arrangement.host_id for each in view.ahead] == [None, ORGANIZER, ANA, BEN]


async def test_a_paused_group_looks_nowhere(hosts: Hosts, group: Group) -> None:
    await hosts.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    view = await hosts.rotation.show(hosts.actor(ANA))
    assert (view.paused, view.ahead, view.may_swap) == (True, (), False)


async def test_who_would_rather_not_host_is_passed_over_and_nobody_sees_it(
    hosts: Hosts, group: Group
) -> None:
    view = await hosts.rotation.set_willing(hosts.actor(ANA), group.id, hosts=False)
    assert not view.hosts
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, BEN, ORGANIZER, BEN]
    assert (await hosts.rotation.show(hosts.actor(BEN))).hosts
    view = await hosts.rotation.set_willing(hosts.actor(ANA), group.id, hosts=True)
    assert [each.arrangement.host_id for each in view.ahead] == [ORGANIZER, ANA, BEN, ORGANIZER]


async def test_the_last_click_on_hosting_counts_in_whatever_order_they_are_carried_out(
    hosts: Hosts, group: Group
) -> None:
    first, second = hosts.actor(ANA), hosts.actor(ANA)
    view = await hosts.rotation.set_willing(second, group.id, hosts=False)
    assert await hosts.rotation.set_willing(first, group.id, hosts=True) == view
    assert await hosts.hosts(group) == [ORGANIZER, BEN]


async def test_a_turn_that_was_announced_stays_with_who_would_rather_not(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.rotation.set_willing(hosts.actor(ORGANIZER), group.id, hosts=False)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]
    await hosts.rotation.decline(hosts.actor(ORGANIZER), first.id)
    assert await hosts.hosts(group) == [BEN, ANA]


# -- the rule -------------------------------------------------------------------------------------


async def test_another_rule_settles_anew_what_nobody_was_told_of(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ANA, BEN)
    for user in EVERYBODY:
        await hosts.locations.travel_to(hosts.actor(user), places[ANA], 40)
        await hosts.locations.travel_to(hosts.actor(user), places[BEN], 20)
    first, _ = await hosts.ahead(group)
    await hosts.tell(first)
    was = (await hosts.arrangement(first)).settled
    view = await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.TRAVEL)
    assert view.group.rotation is Rotation.TRAVEL
    assert (view.ahead[0].by_earlier_rule, view.ahead[1].by_earlier_rule) == (True, False)
    assert (await hosts.arrangement(first)).settled == was
    assert view.ahead[1].arrangement.host_id == BEN
    assert view.ahead[1].choice is not None
    assert view.ahead[1].choice.way == 20
    assert await hosts.notices(first) == []


async def test_the_fixed_rule_and_back_leave_what_was_announced_as_it_was(hosts: Hosts, group: Group) -> None:
    homes = await hosts.owned(*EVERYBODY)
    first, second = await hosts.told_of(group)
    was = [(await hosts.arrangement(each)).settled for each in (first, second)]
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, homes[BEN])
    assert (await hosts.arrangement(first)).settled == Settled(homes[BEN], BEN)
    assert await hosts.notices(first) == [PingState.PLANNED]
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.TURNS)
    # Nobody was told of it, so nothing has happened.
    assert [(await hosts.arrangement(each)).settled for each in (first, second)] == was
    assert await hosts.place_news(group) == []


@pytest.mark.parametrize("take_back", [False, True])
async def test_a_host_moved_by_the_fixed_rule_is_told_and_can_be_away_when_the_rule_is_gone(
    hosts: Hosts, group: Group, take_back: bool
) -> None:
    homes = await hosts.owned(*EVERYBODY)
    first, _ = await hosts.told_of(group)
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, homes[BEN])
    assert (await hosts.change(group, first)).people == (BEN,)
    await hosts.send_news(first)
    view = await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.TURNS)
    assert (await hosts.arrangement(first)).settled == Settled(homes[BEN], BEN)
    assert view.ahead[0].basis is Basis.RULE
    hosts.now += timedelta(minutes=1)
    away = await hosts.away.add(hosts.actor(BEN), DaySpan(first.day, first.day))
    if take_back:
        await hosts.away.remove(hosts.actor(BEN), away.spans[0].id)
    arrangement = await hosts.arrangement(first)
    assert arrangement.host_id in (ORGANIZER, ANA)
    assert arrangement.location_id == homes[arrangement.host_id]


async def test_fixed_keeps_to_the_place_that_is_given_with_it(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ANA, BEN)
    first, _ = await hosts.told_of(group)
    view = await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, places[BEN])
    assert [each.arrangement.location.id for each in view.ahead if each.arrangement.location is not None] == [
        places[BEN],
        places[ANA],  # it was announced
        places[BEN],
        places[BEN],
    ]
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], BEN)
    assert await hosts.notices(first) == [PingState.PLANNED]


async def test_the_place_of_fixed_stays_when_the_first_meeting_there_is_left_out(
    hosts: Hosts, group: Group
) -> None:
    places = await hosts.owned(ANA, BEN)
    first, second = await hosts.ahead(group)
    await hosts.hold(group, first)
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, places[BEN])
    await hosts.meetings.skip_turn(hosts.actor(ORGANIZER), second.id)
    view = await hosts.rotation.show(hosts.actor(ANA))
    assert {at.id for each in view.ahead if (at := each.arrangement.location) is not None} == {places[BEN]}


async def test_a_place_that_is_chosen_for_once_does_not_become_the_fixed_one(
    hosts: Hosts, group: Group
) -> None:
    places = await hosts.found(ORGANIZER, BEN)
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED)
    first, second = await hosts.ahead(group)
    await hosts.hold(group, first)
    await hosts.rotation.choose(hosts.actor(ORGANIZER), second.id, places[BEN])
    view = await hosts.rotation.show(hosts.actor(ANA))
    seen = [each.arrangement.location.id for each in view.ahead if each.arrangement.location is not None]
    assert seen == [places[BEN], *[places[ORGANIZER]] * 3]
    await hosts.hold(group, second)
    view = await hosts.rotation.show(hosts.actor(ANA))
    seen = [each.arrangement.location.id for each in view.ahead if each.arrangement.location is not None]
    assert seen == [places[ORGANIZER]] * 4


async def test_another_rule_forgets_the_fixed_place(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ANA, BEN)
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, places[BEN])
    assert (await hosts.current(group)).usual_location_id == places[BEN]
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.TURNS)
    assert (await hosts.current(group)).usual_location_id is None


async def test_where_nobody_was_told_otherwise_the_habit_follows(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(ANA, BEN)
    await hosts.rotation.set_willing(hosts.actor(BEN), group.id, hosts=False)
    view = await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, places[BEN])
    assert {at.id for each in view.ahead if (at := each.arrangement.location) is not None} == {places[BEN]}
    assert {each.arrangement.host_id for each in view.ahead} == {None}
    streaks = [each.choice.streak for each in view.ahead if each.choice is not None]
    assert streaks == [1, 2, 3, 4]


async def test_a_place_comes_with_the_fixed_rule_only(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ANA)
    async with refused("rotation.place_fixed_only"):
        await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.VOTE, places[ANA])
    async with refused("location.unknown"):
        await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, MISSING)
    await hosts.locations.retire(hosts.actor(ANA), places[ANA])
    async with refused("location.retired"):
        await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, places[ANA])
    assert (await hosts.current(group)).rotation is Rotation.TURNS


# -- two ways to skip -----------------------------------------------------------------------------


async def test_the_person_is_away_so_the_next_hosts_and_the_claim_stays(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    arranged = await hosts.rotation.skip_host(hosts.actor(ORGANIZER), None)
    assert (arranged.meeting.id, arranged.before, arranged.arrangement.host_id) == (first.id, ORGANIZER, BEN)
    assert await hosts.notices(first) == [PingState.PLANNED]
    view = await hosts.rotation.show(hosts.actor(ANA))
    assert [each.arrangement.host_id for each in view.ahead][:3] == [BEN, ANA, ORGANIZER]


async def test_no_meeting_so_the_same_person_stays_next(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    left_out = await hosts.meetings.skip_turn(hosts.actor(ORGANIZER), None)
    assert left_out.meeting.state is MeetingState.SKIPPED
    assert left_out.following is not None
    assert (left_out.following.meeting.id, left_out.following.arrangement.host_id) == (second.id, ORGANIZER)
    assert await hosts.planned(first) == [PingKind.CHANGE]
    again = await hosts.meetings.skip_turn(hosts.actor(ORGANIZER), first.id)
    assert again.again
    assert await hosts.hosts(group) == [ORGANIZER, ANA]


async def test_in_the_last_day_a_turn_is_not_handed_to_anybody(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    hosts.now = before(first, hours=5)
    arranged = await hosts.rotation.skip_host(hosts.actor(ORGANIZER), first.id)
    assert (arranged.before, arranged.arrangement.host_id) == (ORGANIZER, None)
    async with refused("hosting.no_host"):
        await hosts.rotation.skip_host(hosts.actor(ORGANIZER), first.id)


# -- who may what ---------------------------------------------------------------------------------

Act = Callable[[Hosts, UserId, GuildId, GroupId, MeetingId, LocationId], Awaitable[object]]
ORGANIZERS: dict[str, Act] = {
    "strategy": lambda hosts, who, guild, group, _m, _l: hosts.rotation.choose_rule(
        hosts.actor(who, guild=guild), Rotation.VOTE, None, group
    ),
    "skip host": lambda hosts, who, guild, group, meeting, _l: hosts.rotation.skip_host(
        hosts.actor(who, guild=guild), meeting, group
    ),
    "skip meeting": lambda hosts, who, guild, group, meeting, _l: hosts.meetings.skip_turn(
        hosts.actor(who, guild=guild), meeting, group
    ),
    "assign": lambda hosts, who, guild, group, meeting, place: hosts.rotation.assign(
        hosts.actor(who, guild=guild), meeting, host_id=BEN, location_id=place, group_id=group
    ),
}
MEMBERS: dict[str, Act] = {
    "show": lambda hosts, who, guild, group, _m, _l: hosts.rotation.show(
        hosts.actor(who, guild=guild), group
    ),
    "hostings": lambda hosts, who, guild, group, _m, _l: hosts.rotation.list_hostings(
        hosts.actor(who, guild=guild), group
    ),
    "willing": lambda hosts, who, guild, group, _m, _l: hosts.rotation.set_willing(
        hosts.actor(who, guild=guild), group, hosts=False
    ),
}
HOSTS: dict[str, Act] = {
    "may decline": lambda hosts, who, guild, _g, meeting, _l: hosts.rotation.may_decline(
        hosts.actor(who, guild=guild), meeting
    ),
    "decline": lambda hosts, who, guild, _g, meeting, _l: hosts.rotation.decline(
        hosts.actor(who, guild=guild), meeting
    ),
    "places": lambda hosts, who, guild, _g, meeting, _l: hosts.rotation.places(
        hosts.actor(who, guild=guild), meeting
    ),
    "choose": lambda hosts, who, guild, _g, meeting, place: hosts.rotation.choose(
        hosts.actor(who, guild=guild), meeting, place
    ),
}
TABLES = ("groups", "memberships", "venues", "host_passes", "meetings", "outbox")


@pytest.mark.parametrize("act", [*ORGANIZERS, *MEMBERS, *HOSTS])
async def test_a_foreign_group_and_meeting_are_as_unknown_as_missing_ones(
    hosts: Hosts, group: Group, act: str
) -> None:
    places = await hosts.owned(ANA)
    first, _ = await hosts.told_of(group)
    await hosts.group("Ash", guild=ELSEWHERE, channel=200)
    await hosts.join(group, CHO)
    await hosts.leave(group, CHO)
    was = [await hosts.rows_of(table) for table in TABLES]
    run = {**ORGANIZERS, **MEMBERS, **HOSTS}[act]
    code = "meeting.unknown" if act in HOSTS else "group.unknown"
    for who, guild, group_id, meeting_id in (
        (STRANGER, GUILD, group.id, first.id),  # of the same server, in no group
        (CHO, GUILD, group.id, first.id),  # no longer a member
        (ORGANIZER, ELSEWHERE, group.id, first.id),  # organizer of another server's group
        (ORGANIZER, GUILD, GroupId(MISSING), MeetingId(MISSING)),
    ):
        async with refused(code):
            await run(hosts, who, guild, group_id, meeting_id, places[ANA])
    assert was == [await hosts.rows_of(table) for table in TABLES]


@pytest.mark.parametrize("act", ORGANIZERS)
async def test_what_holds_for_the_group_is_for_its_organizers(hosts: Hosts, group: Group, act: str) -> None:
    places = await hosts.owned(ANA)
    first, _ = await hosts.told_of(group)
    was = [await hosts.rows_of(table) for table in TABLES]
    async with refused("group.organizers_only"):
        await ORGANIZERS[act](hosts, ANA, GUILD, group.id, first.id, places[ANA])
    assert was == [await hosts.rows_of(table) for table in TABLES]
    await ORGANIZERS[act](hosts, ORGANIZER, GUILD, group.id, first.id, places[ANA])
    assert was != [await hosts.rows_of(table) for table in TABLES]


@pytest.mark.parametrize("act", ["skip host", "skip meeting", "assign", *HOSTS])
async def test_a_paused_group_arranges_nothing(hosts: Hosts, group: Group, act: str) -> None:
    places = await hosts.owned(ANA)
    first, _ = await hosts.told_of(group)
    await hosts.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    async with refused("group.paused"):
        await {**ORGANIZERS, **HOSTS}[act](hosts, ORGANIZER, GUILD, group.id, first.id, places[ANA])


async def test_the_planned_meetings_are_offered_with_who_hosts_them(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    found = await hosts.rotation.list_hostings(hosts.actor(ANA))
    assert [(each.meeting.id, each.host_id) for each in found.meetings] == [
        (first.id, ORGANIZER),
        (second.id, ANA),
    ]
    assert [(turn.meeting.id, other.meeting.id) for turn, other in found.my_pairs] == [(second.id, first.id)]
    assert (await hosts.rotation.show(hosts.actor(ANA))).may_swap
    hosts.now = first.starts_at + timedelta(minutes=1)
    assert [each.meeting.id for each in (await hosts.rotation.list_hostings(hosts.actor(ANA))).meetings] == [
        second.id
    ]
