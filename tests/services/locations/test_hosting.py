"""Who hosts a meeting, and where, is arranged by organizers and by its host."""

from datetime import date

import pytest

from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.ids import MeetingId
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from tests.services.locations.hosts import EVERYBODY, Hosts, before
from tests.services.locations.town import ELSEWHERE, MISSING, words
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, STRANGER, refused


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await hosts.rotating()


# -- arranged by an organizer ---------------------------------------------------------------------


async def test_an_organizer_says_who_hosts_and_where(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(ANA, BEN)
    first, second = await hosts.told_of(group)
    arranged = await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], BEN)
    assert (arranged.before, arranged.arrangement.host_id) == (ORGANIZER, BEN)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ANA, location_id=places[BEN])
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], ANA)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ANA, location_id=None)
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], ANA)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), second.id, host_id=None, location_id=places[BEN])
    arrangement = await hosts.arrangement(second)
    assert (arrangement.settled, arrangement.basis) == (Settled(places[BEN], ANA), Basis.ASSIGNED)


async def test_what_is_arranged_stays_though_nobody_was_told(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [BEN, ORGANIZER]
    assert await hosts.notices(first) == []


async def test_somebody_who_had_declined_can_be_asked_again_to_the_last_day(
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.rotation.decline(hosts.actor(ORGANIZER), first.id)
    hosts.now = before(first, hours=2)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ORGANIZER, location_id=None)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]


async def test_only_members_who_come_can_be_assigned(hosts: Hosts, group: Group) -> None:
    await hosts.owned(ANA)
    first, _ = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(ANA), first.id, Answer.APOLOGIES)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.VIRTUAL)
    for who, code in ((STRANGER, "member.unknown"), (ANA, "hosting.host_away"), (BEN, "hosting.host_away")):
        async with refused(code):
            await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=who, location_id=None)
    async with refused("hosting.assign_what"):
        await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=None, location_id=None)
    assert (await hosts.arrangement(first)).host_id == ORGANIZER


async def test_only_planned_meetings_and_live_places(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ANA)
    first, _ = await hosts.ahead(group)
    extra = await hosts.schedules.add_extra(hosts.actor(ORGANIZER), date(2026, 1, 20), ScheduleChange())
    for pick, code in (
        (date(2026, 1, 22), "hosting.not_planned"),
        (extra.meeting.id, "hosting.not_planned"),
        (date(2026, 1, 9), "meeting.none_on"),
        (MeetingId(MISSING), "meeting.unknown"),
    ):
        async with refused(code):
            await hosts.rotation.assign(hosts.actor(ORGANIZER), pick, host_id=BEN, location_id=None)
    ash = await hosts.group("Ash", guild=ELSEWHERE, channel=200)
    theirs = (await hosts.ahead(ash))[0]
    async with refused("meeting.unknown"):
        await hosts.rotation.assign(hosts.actor(ORGANIZER), theirs.id, host_id=BEN, location_id=None)
    await hosts.locations.retire(hosts.actor(ANA), places[ANA])
    for place, code in ((places[ANA], "location.retired"), (MISSING, "location.unknown")):
        async with refused(code):
            await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=None, location_id=place)
    hosts.now = first.starts_at
    async with refused("hosting.not_planned"):
        await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)


async def test_without_any_meeting_there_is_nothing_to_arrange(hosts: Hosts, group: Group) -> None:
    for meeting in await hosts.ahead(group):
        await hosts.set_state(meeting, MeetingState.CANCELLED)
    async with refused("meeting.none_ahead"):
        await hosts.rotation.assign(hosts.actor(ORGANIZER), None, host_id=BEN, location_id=None)


# -- the host -------------------------------------------------------------------------------------


async def test_a_host_hands_the_turn_on_until_a_day_before(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    hosts.now = before(first, hours=24, minutes=1)
    assert (await hosts.rotation.may_decline(hosts.actor(ORGANIZER), first.id)).meeting.id == first.id
    arranged = await hosts.rotation.decline(hosts.actor(ORGANIZER), first.id)
    assert (arranged.before, arranged.arrangement.host_id) == (ORGANIZER, BEN)
    hosts.now = before(first, hours=24)
    for act in (hosts.rotation.may_decline, hosts.rotation.decline):
        async with refused("hosting.too_late"):
            await act(hosts.actor(BEN), first.id)
        async with refused("hosting.not_host"):
            await act(hosts.actor(ORGANIZER), first.id)
    assert await hosts.hosts(group) == [BEN, ANA]
    hosts.now = before(second, hours=25)
    await hosts.rotation.decline(hosts.actor(ANA), second.id)
    async with refused("hosting.not_host"):
        await hosts.rotation.decline(hosts.actor(ANA), second.id)


async def test_the_host_chooses_another_place_and_stays_the_host(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(*EVERYBODY)
    _, second = await hosts.ahead(group)
    assert len((await hosts.rotation.places(hosts.actor(ANA), second.id)).places) == 3
    arranged = await hosts.rotation.choose(hosts.actor(ANA), second.id, places[BEN])
    assert (arranged.arrangement.host_id, arranged.before) == (ANA, ANA)
    await hosts.replan(group)
    arrangement = await hosts.arrangement(second)
    # Nobody was told of it yet, and still it holds.
    assert (arrangement.settled, arrangement.basis, arrangement.announced) == (
        Settled(places[BEN], ANA),
        Basis.CHOSEN,
        False,
    )
    async with refused("hosting.not_host"):
        await hosts.rotation.choose(hosts.actor(BEN), second.id, places[BEN])
    await hosts.rotation.choose(hosts.actor(ORGANIZER), second.id, places[ORGANIZER])
    assert (await hosts.arrangement(second)).settled == Settled(places[ORGANIZER], ANA)


async def test_a_chosen_place_goes_with_the_turn_when_a_meeting_is_left_out(
    hosts: Hosts, group: Group
) -> None:
    places = await hosts.found(*EVERYBODY)
    first, second = await hosts.told_of(group)
    await hosts.rotation.choose(hosts.actor(ANA), second.id, places[BEN])
    await hosts.meetings.skip_turn(hosts.actor(ORGANIZER), first.id)
    assert (await hosts.arrangement(second)).settled == Settled(places[ORGANIZER], ORGANIZER)


async def test_a_place_chosen_for_what_was_agreed_on_leaves_it_agreed_on(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(*EVERYBODY)
    first, _ = await hosts.told_of(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)
    await hosts.rotation.choose(hosts.actor(BEN), first.id, places[ANA])
    arrangement = await hosts.arrangement(first)
    assert (arrangement.settled, arrangement.basis) == (Settled(places[ANA], BEN), Basis.ASSIGNED)


async def test_there_must_be_a_place_to_choose(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    async with refused("location.none"):
        await hosts.rotation.places(hosts.actor(ORGANIZER), first.id)
    async with refused("location.unknown"):
        await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, MISSING)
    ash = await hosts.group("Ash", channel=101)
    theirs = await hosts.locations.suggest(hosts.actor(ANA, channel=101), words(), ash.id)
    async with refused("location.unknown"):
        await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, theirs.location.id)


async def test_swapped_turn_is_handed_on_when_its_host_dropped_out_under_another_rule(
    hosts: Hosts, group: Group
) -> None:
    await hosts.found(ORGANIZER, ANA, BEN)
    first, second = await hosts.told_of(group)
    await hosts.swaps.offer(hosts.actor(ORGANIZER), first.id, second.id)
    host = (await hosts.arrangement(first)).host_id
    assert host is not None
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.TRAVEL)
    await hosts.rotation.skip_host(hosts.actor(ORGANIZER), first.id)
    assert (await hosts.arrangement(first)).host_id is None
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.TURNS)
    assert (await hosts.arrangement(first)).host_id not in (None, host)


# -- brought back from online ---------------------------------------------------------------------


@pytest.mark.parametrize("rule", Rotation)
async def test_a_meeting_that_was_online_has_a_host_when_it_is_brought_back(
    hosts: Hosts, rule: Rotation
) -> None:
    group = await hosts.rotating(rule)
    places = await hosts.found(ORGANIZER, BEN)
    first, second = await hosts.told_of(group)
    turn = (await hosts.arrangement(first)).host_id if rule is Rotation.TURNS else BEN
    later = (await hosts.arrangement(second)).settled
    await hosts.hosting.meet_online(hosts.actor(ORGANIZER), first.id)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=None, location_id=places[BEN])
    arrangement = await hosts.arrangement(first)
    assert (arrangement.settled, arrangement.online) == (Settled(places[BEN], turn), False)
    assert (await hosts.arrangement(second)).settled == later
    await hosts.hold(group, first)
    [held] = await hosts.history(group)
    assert held.host_id == turn


async def test_nobody_is_named_on_the_day_when_a_meeting_is_brought_back(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(BEN)
    first, _ = await hosts.told_of(group)
    await hosts.hosting.meet_online(hosts.actor(ORGANIZER), first.id)
    hosts.now = before(first, hours=5)
    await hosts.rotation.choose(hosts.actor(ORGANIZER), first.id, places[BEN])
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], None)
    assert (await hosts.change(group, first)).unhosted


# -- during a break -------------------------------------------------------------------------------


async def test_a_turn_goes_on_at_once_when_the_host_leaves_during_a_break(hosts: Hosts, group: Group) -> None:
    homes = await hosts.owned(ORGANIZER, ANA, BEN)
    first, _ = await hosts.told_of(group)
    host = (await hosts.arrangement(first)).host_id
    assert host is not None
    await hosts.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    await hosts.leave(group, host)
    await hosts.replan(group)
    arrangement = await hosts.arrangement(first)
    assert arrangement.host_id not in (None, host)
    assert arrangement.location_id != homes[host]
    assert await hosts.notices(first) != []
