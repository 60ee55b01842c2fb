"""Nobody is sent to the home of a member who does not host there: every way to pick or keep a location."""

from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.locations import LocationKind
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, Meeting, Reason
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database
from tests.services.locations.hosts import Hosts, before
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER

WEEK_OF_FIRST = DaySpan(date(2026, 1, 5), date(2026, 1, 11))


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, whose organizer, Ana and Ben host in turn; only the organizer has a home to offer."""
    group = await hosts.rotating()
    await hosts.owned(ORGANIZER)
    return group


async def decline(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.rotation.decline(hosts.actor(ORGANIZER), first.id)


async def skip(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.rotation.skip_host(hosts.actor(ORGANIZER), first.id)


async def be_away(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.away.add(hosts.actor(ORGANIZER), WEEK_OF_FIRST)


async def send_apologies(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.APOLOGIES)


async def come_from_afar(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.VIRTUAL)


async def leave(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.leave(group, ORGANIZER)
    await hosts.replan(group)


async def assign_another(hosts: Hosts, group: Group, first: Meeting) -> None:
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)


Act = Callable[[Hosts, Group, Meeting], Awaitable[None]]
ACTS: dict[str, Act] = {
    "decline": decline,
    "skip": skip,
    "away": be_away,
    "apologies": send_apologies,
    "virtual": come_from_afar,
    "leave": leave,
    "assign": assign_another,
}


@pytest.mark.parametrize("act", ACTS)
async def test_the_next_host_chooses_where_when_only_the_homes_of_others_are_left(
    hosts: Hosts, group: Group, act: str
) -> None:
    first, _ = await hosts.told_of(group)
    assert (await hosts.arrangement(first)).host_id == ORGANIZER
    await ACTS[act](hosts, group, first)
    arrangement = await hosts.arrangement(first)
    assert arrangement.host_id in (ANA, BEN)
    assert arrangement.location_id is None
    await hosts.replan(group)
    assert (await hosts.arrangement(first)).settled == arrangement.settled


@pytest.mark.parametrize("act", ACTS)
async def test_a_public_place_comes_before_a_virtual_one_when_the_next_host_has_none(
    hosts: Hosts, group: Group, act: str
) -> None:
    online = (await hosts.offer("Video", by=ANA, kind=LocationKind.VIRTUAL)).location.id
    cafes = await hosts.found(ORGANIZER) if act != "decline" else {}
    await hosts.run(lambda tx: tx.run("UPDATE locations SET offered_by = NULL WHERE name <> 'Home of 1'"))
    first, _ = await hosts.told_of(group)
    await ACTS[act](hosts, group, first)
    assert (await hosts.arrangement(first)).location_id == cafes.get(ORGANIZER, online)


@pytest.mark.parametrize("act", [name for name in ACTS if name != "leave"])
async def test_an_own_place_comes_first_when_the_next_host_has_one(
    hosts: Hosts, group: Group, act: str
) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.found(ORGANIZER)
    homes = await hosts.owned(ANA, BEN)
    await ACTS[act](hosts, group, first)
    arrangement = await hosts.arrangement(first)
    assert arrangement.host_id is not None
    assert arrangement.location_id == homes[arrangement.host_id]


async def test_a_public_place_stays_when_its_finder_cannot_come_in_the_last_day(
    hosts: Hosts, group: Group
) -> None:
    cafes = await hosts.found(BEN)
    first, second = await hosts.told_of(group)
    hosts.now = before(first, hours=5)
    await send_apologies(hosts, group, first)
    assert (await hosts.arrangement(first)).settled == Settled(cafes[BEN], None)
    await hosts.rotation.choose(hosts.actor(ORGANIZER), second.id, cafes[BEN])
    hosts.now = before(second, hours=5)
    await hosts.rsvps.answer(hosts.actor(BEN), second.id, Answer.APOLOGIES)
    assert (await hosts.arrangement(second)).settled == Settled(cafes[BEN], ANA)


async def test_a_host_who_suggests_a_place_later_receives_there(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    await decline(hosts, group, first)
    host = (await hosts.arrangement(first)).host_id
    assert host is not None
    homes = await hosts.owned(host)
    assert (await hosts.arrangement(first)).settled == Settled(homes[host], host)


# -- by the other rules ---------------------------------------------------------------------------


async def of_rule(hosts: Hosts, rule: Rotation) -> tuple[Group, LocationId]:
    """Make a group that meets by a rule at Ana's home, which all prefer, and was told so."""
    group = await hosts.rotating(rule)
    homes = await hosts.owned(ANA)
    await hosts.locations.travel_to(hosts.actor(BEN), homes[ANA], 5)
    await hosts.locations.vote(hosts.actor(BEN), group.id, [homes[ANA]])
    await hosts.told_of(group)
    assert [(await hosts.arrangement(each)).settled for each in await hosts.ahead(group)] == [
        Settled(homes[ANA], ANA),
        Settled(homes[ANA], ANA),
    ]
    return group, homes[ANA]


@pytest.mark.parametrize("rule", [Rotation.FIXED, Rotation.TRAVEL, Rotation.VOTE])
@pytest.mark.parametrize("late", [False, True])
async def test_a_home_is_left_when_its_owner_cannot_come(hosts: Hosts, rule: Rotation, late: bool) -> None:
    group, home = await of_rule(hosts, rule)
    first, second = await hosts.ahead(group)
    hosts.now = before(first, hours=3 if late else 40)
    await hosts.rsvps.answer(hosts.actor(ANA), first.id, Answer.APOLOGIES)
    assert (await hosts.arrangement(first)).settled == Settled(None, None)
    cafes = await hosts.found(BEN)
    arrangement = await hosts.arrangement(first)
    assert arrangement.location_id == cafes[BEN]
    assert arrangement.host_id == (
        None if late or (rule is Rotation.FIXED and arrangement.host_id is None) else BEN
    )
    assert (await hosts.arrangement(second)).settled == Settled(home, ANA)


async def test_the_usual_home_is_usual_again_after_a_stand_in(hosts: Hosts) -> None:
    group, home = await of_rule(hosts, Rotation.FIXED)
    cafes = await hosts.found(BEN)
    first, _ = await hosts.ahead(group)
    await hosts.hold(group, first)
    first, _ = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(ANA), first.id, Answer.APOLOGIES)
    arrangement = await hosts.arrangement(first)
    assert (arrangement.location_id, arrangement.basis) == (cafes[BEN], Basis.STAND_IN)
    await hosts.hold(group, first, came=(ORGANIZER, BEN))
    assert await hosts.at(group) == [home, home]


async def test_a_home_is_free_again_when_its_owner_can_come_after_all(hosts: Hosts) -> None:
    group, home = await of_rule(hosts, Rotation.FIXED)
    first, _ = await hosts.ahead(group)
    view = await hosts.away.add(hosts.actor(ANA), WEEK_OF_FIRST)
    assert (await hosts.arrangement(first)).settled == Settled(None, None)
    await hosts.away.remove(hosts.actor(ANA), view.spans[0].id)
    assert (await hosts.arrangement(first)).settled == Settled(home, ANA)
    assert await hosts.news(group, first) is None
    for answer, there in ((Answer.APOLOGIES, Settled(None, None)), (Answer.GOING, Settled(home, ANA))):
        await hosts.rsvps.answer(hosts.actor(ANA), first.id, answer)
        assert (await hosts.arrangement(first)).settled == there


async def test_the_one_who_offered_a_public_place_hosts_again_when_they_can_come_after_all(
    hosts: Hosts,
) -> None:
    group = await hosts.rotating(Rotation.FIXED)
    cafes = await hosts.found(ANA)
    first, _ = await hosts.told_of(group)
    for answer, host in ((Answer.APOLOGIES, None), (Answer.GOING, ANA)):
        await hosts.rsvps.answer(hosts.actor(ANA), first.id, answer)
        assert (await hosts.arrangement(first)).settled == Settled(cafes[ANA], host)


async def test_nobody_is_sent_to_a_home_of_who_would_rather_not_host(hosts: Hosts) -> None:
    group = await hosts.rotating(Rotation.VOTE)
    homes = await hosts.owned(ANA)
    await hosts.locations.vote(hosts.actor(BEN), group.id, [homes[ANA]])
    await hosts.rotation.set_willing(hosts.actor(ANA), group.id, hosts=False)
    assert await hosts.at(group) == [None, None]


async def test_a_fixed_home_is_not_taken_when_its_owner_is_away(hosts: Hosts, group: Group) -> None:
    homes = await hosts.owned(BEN)
    first, second = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.APOLOGIES)
    was = (await hosts.arrangement(first)).settled
    await hosts.rotation.choose_rule(hosts.actor(ORGANIZER), Rotation.FIXED, homes[BEN])
    assert (await hosts.arrangement(first)).settled == was
    await hosts.hold(group, first, came=(ORGANIZER, ANA))
    await hosts.hold(group, second)
    assert await hosts.at(group) == [homes[BEN], homes[BEN]]


# -- changes around it ----------------------------------------------------------------------------


async def test_a_meeting_leaves_a_home_when_it_moves_to_a_day_on_which_the_owner_is_away(
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.told_of(group)
    day = first.day + timedelta(days=1)
    await hosts.away.add(hosts.actor(ORGANIZER), DaySpan(day, day))
    assert (await hosts.arrangement(first)).host_id == ORGANIZER
    await hosts.meetings.move(hosts.actor(ORGANIZER), first.id, day=day, at=None)
    arrangement = await hosts.arrangement(first)
    assert (arrangement.location_id, arrangement.host_id) == (None, BEN)


async def test_a_revived_meeting_is_not_at_a_home_whose_owner_is_away_by_now(
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.meetings.skip(hosts.actor(ORGANIZER), first.id, Reason.HOLIDAY)
    await be_away(hosts, group, first)
    await hosts.meetings.revive(hosts.actor(ORGANIZER), first.id)
    arrangement = await hosts.arrangement(first)
    assert arrangement.location_id is None
    assert arrangement.host_id in (ANA, BEN)


async def test_a_home_that_comes_back_is_not_returned_to_when_its_owner_cannot_come(
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.told_of(group)
    [home] = [each for each in await hosts.at(group) if each is not None]
    await hosts.locations.retire(hosts.actor(ORGANIZER), home)
    await send_apologies(hosts, group, first)
    await hosts.locations.bring_back(hosts.actor(ORGANIZER), home, [first.id])
    arrangement = await hosts.arrangement(first)
    assert arrangement.location_id is None
    assert arrangement.host_id in (ANA, BEN)


async def test_a_meeting_behind_an_extra_one_leaves_the_home_of_who_is_away(
    hosts: Hosts, group: Group
) -> None:
    homes = await hosts.owned(ANA)
    _, second = await hosts.told_of(group)
    assert (await hosts.arrangement(second)).settled == Settled(homes[ANA], ANA)
    day = second.day - timedelta(days=1)
    await hosts.schedules.add_extra(hosts.actor(ORGANIZER), day, ScheduleChange(at=time(12)))
    await hosts.away.add(hosts.actor(ANA), DaySpan(second.day, second.day))
    arrangement = await hosts.arrangement(second)
    assert arrangement.location_id != homes[ANA]
    assert arrangement.host_id != ANA


async def test_what_is_online_this_once_goes_on_when_its_link_is_no_more(hosts: Hosts, group: Group) -> None:
    video = (await hosts.offer("Video", by=ANA, kind=LocationKind.VIRTUAL)).location.id
    first, _ = await hosts.told_of(group)
    await hosts.hosting.meet_online(hosts.actor(ORGANIZER), first.id)
    assert (await hosts.arrangement(first)).location_id == video
    await hosts.locations.retire(hosts.actor(ANA), video)
    arrangement = await hosts.arrangement(first)
    assert (arrangement.online, arrangement.location_id) == (True, None)


async def test_swapped_turns_do_not_take_the_home_of_another_along(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    [home] = [each for each in await hosts.at(group) if each is not None]

    async def put(host: UserId) -> None:
        """As it was before homes were told from other places."""
        await hosts.run(
            lambda tx: tx.run(
                "UPDATE venues SET location_id = :home, host_id = :host WHERE meeting_id = :meeting",
                home=home, host=host, meeting=second.id,
            )
        )  # fmt: skip

    await put(BEN)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ANA, location_id=None)
    await hosts.swaps.offer(hosts.actor(ORGANIZER), first.id, second.id)
    assert (await hosts.arrangement(first)).settled == Settled(None, BEN)
    assert (await hosts.arrangement(second)).settled == Settled(None, ANA)
