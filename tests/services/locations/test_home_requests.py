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
from tests.services.builder import ANA, BEN, ORGANIZER, Builder
from tests.services.locations.hosting import before, prepare_notice

WEEK_OF_FIRST = DaySpan(date(2026, 1, 5), date(2026, 1, 11))


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, whose organizer, Ana and Ben host in turn; only the organizer has a home to offer."""
    group = await builder.add_rotating_group()
    await builder.add_homes(ORGANIZER)
    return group


async def decline(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.rotation.decline(builder.act_as(ORGANIZER), first.id)


async def skip(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.rotation.skip_host(builder.act_as(ORGANIZER), first.id)


async def be_away(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.away.add(builder.act_as(ORGANIZER), WEEK_OF_FIRST)


async def send_apologies(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.APOLOGIES)


async def come_from_afar(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.VIRTUAL)


async def leave(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.remove_member(group, ORGANIZER)
    await builder.replan_group(group)


async def assign_another(builder: Builder, group: Group, first: Meeting) -> None:
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None)


Act = Callable[[Builder, Group, Meeting], Awaitable[None]]
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
    builder: Builder, group: Group, act: str
) -> None:
    first, _ = await builder.announce_ahead(group)
    assert (await builder.get_arrangement(first)).host_id == ORGANIZER
    await ACTS[act](builder, group, first)
    arrangement = await builder.get_arrangement(first)
    assert arrangement.host_id in (ANA, BEN)
    assert arrangement.location_id is None
    await builder.replan_group(group)
    assert (await builder.get_arrangement(first)).settled == arrangement.settled


@pytest.mark.parametrize("act", ACTS)
async def test_a_public_place_comes_before_a_virtual_one_when_the_next_host_has_none(
    builder: Builder, group: Group, act: str
) -> None:
    online = (await builder.add_location("Video", by=ANA, kind=LocationKind.VIRTUAL)).location.id
    cafes = await builder.add_cafes(ORGANIZER) if act != "decline" else {}
    await builder.write(lambda tx: tx.run("UPDATE locations SET offered_by = NULL WHERE name <> 'Home of 1'"))
    first, _ = await builder.announce_ahead(group)
    await ACTS[act](builder, group, first)
    assert (await builder.get_arrangement(first)).location_id == cafes.get(ORGANIZER, online)


@pytest.mark.parametrize("act", [name for name in ACTS if name != "leave"])
async def test_an_own_place_comes_first_when_the_next_host_has_one(
    builder: Builder, group: Group, act: str
) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.add_cafes(ORGANIZER)
    homes = await builder.add_homes(ANA, BEN)
    await ACTS[act](builder, group, first)
    arrangement = await builder.get_arrangement(first)
    assert arrangement.host_id is not None
    assert arrangement.location_id == homes[arrangement.host_id]


async def test_a_public_place_stays_when_its_finder_cannot_come_in_the_last_day(
    builder: Builder, group: Group
) -> None:
    cafes = await builder.add_cafes(BEN)
    first, second = await builder.announce_ahead(group)
    builder.now = before(first, hours=5)
    await send_apologies(builder, group, first)
    assert (await builder.get_arrangement(first)).settled == Settled(cafes[BEN], None)
    await builder.rotation.choose(builder.act_as(ORGANIZER), second.id, cafes[BEN])
    builder.now = before(second, hours=5)
    await builder.rsvps.answer(builder.act_as(BEN), second.id, Answer.APOLOGIES)
    assert (await builder.get_arrangement(second)).settled == Settled(cafes[BEN], ANA)


async def test_a_host_who_suggests_a_place_later_receives_there(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    await decline(builder, group, first)
    host = (await builder.get_arrangement(first)).host_id
    assert host is not None
    homes = await builder.add_homes(host)
    assert (await builder.get_arrangement(first)).settled == Settled(homes[host], host)


# -- by the other rules ---------------------------------------------------------------------------


async def of_rule(builder: Builder, rule: Rotation) -> tuple[Group, LocationId]:
    """Make a group that meets by a rule at Ana's home, which all prefer, and was told so."""
    group = await builder.add_rotating_group(rule)
    homes = await builder.add_homes(ANA)
    await builder.locations.travel_to(builder.act_as(BEN), homes[ANA], 5)
    await builder.locations.vote(builder.act_as(BEN), group.id, [homes[ANA]])
    await builder.announce_ahead(group)
    assert [(await builder.get_arrangement(each)).settled for each in await builder.list_ahead(group)] == [
        Settled(homes[ANA], ANA),
        Settled(homes[ANA], ANA),
    ]
    return group, homes[ANA]


@pytest.mark.parametrize("rule", [Rotation.FIXED, Rotation.TRAVEL, Rotation.VOTE])
@pytest.mark.parametrize("late", [False, True])
async def test_a_home_is_left_when_its_owner_cannot_come(
    builder: Builder, rule: Rotation, late: bool
) -> None:
    group, home = await of_rule(builder, rule)
    first, second = await builder.list_ahead(group)
    builder.now = before(first, hours=3 if late else 40)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    assert (await builder.get_arrangement(first)).settled == Settled(None, None)
    cafes = await builder.add_cafes(BEN)
    arrangement = await builder.get_arrangement(first)
    assert arrangement.location_id == cafes[BEN]
    assert arrangement.host_id == (
        None if late or (rule is Rotation.FIXED and arrangement.host_id is None) else BEN
    )
    assert (await builder.get_arrangement(second)).settled == Settled(home, ANA)


async def test_the_usual_home_is_usual_again_after_a_stand_in(builder: Builder) -> None:
    group, home = await of_rule(builder, Rotation.FIXED)
    cafes = await builder.add_cafes(BEN)
    first, _ = await builder.list_ahead(group)
    await builder.hold_meeting(group, first)
    first, _ = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.location_id, arrangement.basis) == (cafes[BEN], Basis.STAND_IN)
    await builder.hold_meeting(group, first, came=(ORGANIZER, BEN))
    assert await builder.list_location_ids(group) == [home, home]


async def test_a_home_is_free_again_when_its_owner_can_come_after_all(builder: Builder) -> None:
    group, home = await of_rule(builder, Rotation.FIXED)
    first, _ = await builder.list_ahead(group)
    view = await builder.away.add(builder.act_as(ANA), WEEK_OF_FIRST)
    assert (await builder.get_arrangement(first)).settled == Settled(None, None)
    await builder.away.remove(builder.act_as(ANA), view.spans[0].id)
    assert (await builder.get_arrangement(first)).settled == Settled(home, ANA)
    assert await prepare_notice(builder, group, first) is None
    for answer, there in ((Answer.APOLOGIES, Settled(None, None)), (Answer.GOING, Settled(home, ANA))):
        await builder.rsvps.answer(builder.act_as(ANA), first.id, answer)
        assert (await builder.get_arrangement(first)).settled == there


async def test_the_one_who_offered_a_public_place_hosts_again_when_they_can_come_after_all(
    builder: Builder,
) -> None:
    group = await builder.add_rotating_group(Rotation.FIXED)
    cafes = await builder.add_cafes(ANA)
    first, _ = await builder.announce_ahead(group)
    for answer, host in ((Answer.APOLOGIES, None), (Answer.GOING, ANA)):
        await builder.rsvps.answer(builder.act_as(ANA), first.id, answer)
        assert (await builder.get_arrangement(first)).settled == Settled(cafes[ANA], host)


async def test_nobody_is_sent_to_a_home_of_who_would_rather_not_host(builder: Builder) -> None:
    group = await builder.add_rotating_group(Rotation.VOTE)
    homes = await builder.add_homes(ANA)
    await builder.locations.vote(builder.act_as(BEN), group.id, [homes[ANA]])
    await builder.rotation.set_willing(builder.act_as(ANA), group.id, hosts=False)
    assert await builder.list_location_ids(group) == [None, None]


async def test_a_fixed_home_is_not_taken_when_its_owner_is_away(builder: Builder, group: Group) -> None:
    homes = await builder.add_homes(BEN)
    first, second = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.APOLOGIES)
    was = (await builder.get_arrangement(first)).settled
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.FIXED, homes[BEN])
    assert (await builder.get_arrangement(first)).settled == was
    await builder.hold_meeting(group, first, came=(ORGANIZER, ANA))
    await builder.hold_meeting(group, second)
    assert await builder.list_location_ids(group) == [homes[BEN], homes[BEN]]


# -- changes around it ----------------------------------------------------------------------------


async def test_a_meeting_leaves_a_home_when_it_moves_to_a_day_on_which_the_owner_is_away(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    day = first.day + timedelta(days=1)
    await builder.away.add(builder.act_as(ORGANIZER), DaySpan(day, day))
    assert (await builder.get_arrangement(first)).host_id == ORGANIZER
    await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=day, at=None)
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.location_id, arrangement.host_id) == (None, BEN)


async def test_a_revived_meeting_is_not_at_a_home_whose_owner_is_away_by_now(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.meetings.skip(builder.act_as(ORGANIZER), first.id, Reason.HOLIDAY)
    await be_away(builder, group, first)
    await builder.meetings.revive(builder.act_as(ORGANIZER), first.id)
    arrangement = await builder.get_arrangement(first)
    assert arrangement.location_id is None
    assert arrangement.host_id in (ANA, BEN)


async def test_a_home_that_comes_back_is_not_returned_to_when_its_owner_cannot_come(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    [home] = [each for each in await builder.list_location_ids(group) if each is not None]
    await builder.locations.retire(builder.act_as(ORGANIZER), home)
    await send_apologies(builder, group, first)
    await builder.locations.bring_back(builder.act_as(ORGANIZER), home, [first.id])
    arrangement = await builder.get_arrangement(first)
    assert arrangement.location_id is None
    assert arrangement.host_id in (ANA, BEN)


async def test_a_meeting_behind_an_extra_one_leaves_the_home_of_who_is_away(
    builder: Builder, group: Group
) -> None:
    homes = await builder.add_homes(ANA)
    _, second = await builder.announce_ahead(group)
    assert (await builder.get_arrangement(second)).settled == Settled(homes[ANA], ANA)
    day = second.day - timedelta(days=1)
    await builder.schedules.add_extra(builder.act_as(ORGANIZER), day, ScheduleChange(at=time(12)))
    await builder.away.add(builder.act_as(ANA), DaySpan(second.day, second.day))
    arrangement = await builder.get_arrangement(second)
    assert arrangement.location_id != homes[ANA]
    assert arrangement.host_id != ANA


async def test_what_is_online_this_once_goes_on_when_its_link_is_no_more(
    builder: Builder, group: Group
) -> None:
    video = (await builder.add_location("Video", by=ANA, kind=LocationKind.VIRTUAL)).location.id
    first, _ = await builder.announce_ahead(group)
    await builder.hosting.meet_online(builder.act_as(ORGANIZER), first.id)
    assert (await builder.get_arrangement(first)).location_id == video
    await builder.locations.retire(builder.act_as(ANA), video)
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.online, arrangement.location_id) == (True, None)


async def test_swapped_turns_do_not_take_the_home_of_another_along(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    [home] = [each for each in await builder.list_location_ids(group) if each is not None]

    async def put(host: UserId) -> None:
        """As it was before homes were told from other places."""
        await builder.write(
            lambda tx: tx.run(
                "UPDATE venues SET location_id = :home, host_id = :host WHERE meeting_id = :meeting",
                home=home, host=host, meeting=second.id,
            )
        )  # fmt: skip

    await put(BEN)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ANA, location_id=None)
    await builder.swaps.offer(builder.act_as(ORGANIZER), first.id, second.id)
    assert (await builder.get_arrangement(first)).settled == Settled(None, BEN)
    assert (await builder.get_arrangement(second)).settled == Settled(None, ANA)
