"""Who hosts a meeting, and where, is arranged by organizers and by its host."""

from datetime import date

import pytest

from buddybot.domain.groups.groups import Group, GroupState, Rotation
from buddybot.domain.ids import MeetingId
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.services.meetings.schedules import ScheduleChange
from tests.services.builder import (
    ANA,
    BEN,
    ELSEWHERE,
    EVERYBODY,
    ORGANIZER,
    STRANGER,
    Builder,
    make_words,
    refused,
)
from tests.services.locations.hosting import MISSING, before, list_history, list_notice_states, prepare_change


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await builder.add_rotating_group()


# -- arranged by an organizer ---------------------------------------------------------------------


async def test_an_organizer_says_who_hosts_and_where(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(ANA, BEN)
    first, second = await builder.announce_ahead(group)
    arranged = await builder.rotation.assign(
        builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None
    )
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], BEN)
    assert (arranged.before, arranged.arrangement.host_id) == (ORGANIZER, BEN)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ANA, location_id=places[BEN])
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], ANA)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ANA, location_id=None)
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], ANA)
    await builder.rotation.assign(builder.act_as(ORGANIZER), second.id, host_id=None, location_id=places[BEN])
    arrangement = await builder.get_arrangement(second)
    assert (arrangement.settled, arrangement.basis) == (Settled(places[BEN], ANA), Basis.ASSIGNED)


async def test_what_is_arranged_stays_though_nobody_was_told(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [BEN, ORGANIZER]
    assert await list_notice_states(builder, first) == []


async def test_somebody_who_had_declined_can_be_asked_again_to_the_last_day(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.decline(builder.act_as(ORGANIZER), first.id)
    builder.now = before(first, hours=2)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ORGANIZER, location_id=None)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]


async def test_only_members_who_come_can_be_assigned(builder: Builder, group: Group) -> None:
    await builder.add_homes(ANA)
    first, _ = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.VIRTUAL)
    for who, code in ((STRANGER, "member.unknown"), (ANA, "hosting.host_away"), (BEN, "hosting.host_away")):
        async with refused(code):
            await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=who, location_id=None)
    async with refused("hosting.assign_what"):
        await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=None, location_id=None)
    assert (await builder.get_arrangement(first)).host_id == ORGANIZER


async def test_only_planned_meetings_and_live_places(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ANA)
    first, _ = await builder.list_ahead(group)
    extra = await builder.schedules.add_extra(builder.act_as(ORGANIZER), date(2026, 1, 20), ScheduleChange())
    for pick, code in (
        (date(2026, 1, 22), "hosting.not_planned"),
        (extra.meeting.id, "hosting.not_planned"),
        (date(2026, 1, 9), "meeting.none_on"),
        (MeetingId(MISSING), "meeting.unknown"),
    ):
        async with refused(code):
            await builder.rotation.assign(builder.act_as(ORGANIZER), pick, host_id=BEN, location_id=None)
    ash = await builder.add_group("Ash", guild=ELSEWHERE, channel=200)
    theirs = (await builder.list_ahead(ash))[0]
    async with refused("meeting.unknown"):
        await builder.rotation.assign(builder.act_as(ORGANIZER), theirs.id, host_id=BEN, location_id=None)
    await builder.locations.retire(builder.act_as(ANA), places[ANA])
    for place, code in ((places[ANA], "location.retired"), (MISSING, "location.unknown")):
        async with refused(code):
            await builder.rotation.assign(
                builder.act_as(ORGANIZER), first.id, host_id=None, location_id=place
            )
    builder.now = first.starts_at
    async with refused("hosting.not_planned"):
        await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None)


async def test_without_any_meeting_there_is_nothing_to_arrange(builder: Builder, group: Group) -> None:
    for meeting in await builder.list_ahead(group):
        await builder.set_meeting_state(meeting, MeetingState.CANCELLED)
    async with refused("meeting.none_ahead"):
        await builder.rotation.assign(builder.act_as(ORGANIZER), None, host_id=BEN, location_id=None)


# -- the host -------------------------------------------------------------------------------------


async def test_a_host_hands_the_turn_on_until_a_day_before(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    builder.now = before(first, hours=24, minutes=1)
    assert (await builder.rotation.may_decline(builder.act_as(ORGANIZER), first.id)).meeting.id == first.id
    arranged = await builder.rotation.decline(builder.act_as(ORGANIZER), first.id)
    assert (arranged.before, arranged.arrangement.host_id) == (ORGANIZER, BEN)
    builder.now = before(first, hours=24)
    for act in (builder.rotation.may_decline, builder.rotation.decline):
        async with refused("hosting.too_late"):
            await act(builder.act_as(BEN), first.id)
        async with refused("hosting.not_host"):
            await act(builder.act_as(ORGANIZER), first.id)
    assert await builder.list_hosts(group) == [BEN, ANA]
    builder.now = before(second, hours=25)
    await builder.rotation.decline(builder.act_as(ANA), second.id)
    async with refused("hosting.not_host"):
        await builder.rotation.decline(builder.act_as(ANA), second.id)


async def test_the_host_chooses_another_place_and_stays_the_host(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(*EVERYBODY)
    _, second = await builder.list_ahead(group)
    assert len((await builder.rotation.list_locations(builder.act_as(ANA), second.id)).locations) == 3
    arranged = await builder.rotation.choose(builder.act_as(ANA), second.id, places[BEN])
    assert (arranged.arrangement.host_id, arranged.before) == (ANA, ANA)
    await builder.replan_group(group)
    arrangement = await builder.get_arrangement(second)
    # Nobody was told of it yet, and still it holds.
    assert (arrangement.settled, arrangement.basis, arrangement.announced) == (
        Settled(places[BEN], ANA),
        Basis.CHOSEN,
        False,
    )
    async with refused("hosting.not_host"):
        await builder.rotation.choose(builder.act_as(BEN), second.id, places[BEN])
    await builder.rotation.choose(builder.act_as(ORGANIZER), second.id, places[ORGANIZER])
    assert (await builder.get_arrangement(second)).settled == Settled(places[ORGANIZER], ANA)


async def test_a_chosen_place_goes_with_the_turn_when_a_meeting_is_left_out(
    builder: Builder, group: Group
) -> None:
    places = await builder.add_cafes(*EVERYBODY)
    first, second = await builder.announce_ahead(group)
    await builder.rotation.choose(builder.act_as(ANA), second.id, places[BEN])
    await builder.meetings.skip_turn(builder.act_as(ORGANIZER), first.id)
    assert (await builder.get_arrangement(second)).settled == Settled(places[ORGANIZER], ORGANIZER)


async def test_a_place_chosen_for_what_was_agreed_on_leaves_it_agreed_on(
    builder: Builder, group: Group
) -> None:
    places = await builder.add_cafes(*EVERYBODY)
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None)
    await builder.rotation.choose(builder.act_as(BEN), first.id, places[ANA])
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.settled, arrangement.basis) == (Settled(places[ANA], BEN), Basis.ASSIGNED)


async def test_there_must_be_a_place_to_choose(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    async with refused("location.none"):
        await builder.rotation.list_locations(builder.act_as(ORGANIZER), first.id)
    async with refused("location.unknown"):
        await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, MISSING)
    ash = await builder.add_group("Ash", channel=101)
    theirs = await builder.locations.suggest(builder.act_as(ANA, channel=101), make_words(), ash.id)
    async with refused("location.unknown"):
        await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, theirs.location.id)


async def test_swapped_turn_is_handed_on_when_its_host_dropped_out_under_another_rule(
    builder: Builder, group: Group
) -> None:
    await builder.add_cafes(ORGANIZER, ANA, BEN)
    first, second = await builder.announce_ahead(group)
    await builder.swaps.offer(builder.act_as(ORGANIZER), first.id, second.id)
    host = (await builder.get_arrangement(first)).host_id
    assert host is not None
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.TRAVEL)
    await builder.rotation.skip_host(builder.act_as(ORGANIZER), first.id)
    assert (await builder.get_arrangement(first)).host_id is None
    await builder.rotation.choose_rule(builder.act_as(ORGANIZER), Rotation.TURNS)
    assert (await builder.get_arrangement(first)).host_id not in (None, host)


# -- brought back from online ---------------------------------------------------------------------


@pytest.mark.parametrize("rule", Rotation)
async def test_a_meeting_that_was_online_has_a_host_when_it_is_brought_back(
    builder: Builder, rule: Rotation
) -> None:
    group = await builder.add_rotating_group(rule)
    places = await builder.add_cafes(ORGANIZER, BEN)
    first, second = await builder.announce_ahead(group)
    turn = (await builder.get_arrangement(first)).host_id if rule is Rotation.TURNS else BEN
    later = (await builder.get_arrangement(second)).settled
    await builder.hosting.meet_online(builder.act_as(ORGANIZER), first.id)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=None, location_id=places[BEN])
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.settled, arrangement.online) == (Settled(places[BEN], turn), False)
    assert (await builder.get_arrangement(second)).settled == later
    await builder.hold_meeting(group, first)
    [held] = await list_history(builder, group)
    assert held.host_id == turn


async def test_nobody_is_named_on_the_day_when_a_meeting_is_brought_back(
    builder: Builder, group: Group
) -> None:
    places = await builder.add_cafes(BEN)
    first, _ = await builder.announce_ahead(group)
    await builder.hosting.meet_online(builder.act_as(ORGANIZER), first.id)
    builder.now = before(first, hours=5)
    await builder.rotation.choose(builder.act_as(ORGANIZER), first.id, places[BEN])
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], None)
    assert (await prepare_change(builder, group, first)).unhosted


# -- during a break -------------------------------------------------------------------------------


async def test_a_turn_goes_on_at_once_when_the_host_leaves_during_a_break(
    builder: Builder, group: Group
) -> None:
    homes = await builder.add_homes(ORGANIZER, ANA, BEN)
    first, _ = await builder.announce_ahead(group)
    host = (await builder.get_arrangement(first)).host_id
    assert host is not None
    await builder.set_group_state(group, GroupState.PAUSED)
    await builder.remove_member(group, host)
    await builder.replan_group(group)
    arrangement = await builder.get_arrangement(first)
    assert arrangement.host_id not in (None, host)
    assert arrangement.location_id != homes[host]
    assert await list_notice_states(builder, first) != []
