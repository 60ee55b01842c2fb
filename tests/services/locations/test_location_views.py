"""What members say of places stays theirs; where exactly a meeting is stays the group's."""

from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.ids import MeetingId
from buddybot.domain.locations.locations import LONGEST_WAY, LocationKind
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.arrangements import DECLINE_BEFORE
from tests.services.builder import ANA, BEN, ELSEWHERE, GUILD, ORGANIZER, STRANGER, Builder, refused
from tests.services.locations.hosting import MISSING, add_two_locations, list_notice_states, read_opinions


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, of the organizer, Ana and Ben."""
    return await builder.add_group()


# -- minutes and wishes ---------------------------------------------------------------------------


async def test_minutes_are_each_members_own(builder: Builder, group: Group) -> None:
    cafe, library, _ = await add_two_locations(builder, group)
    await builder.locations.travel(builder.act_as(ANA), group.id, {cafe: 0, library: LONGEST_WAY})
    view = await builder.locations.travel_to(builder.act_as(BEN), cafe, 25)
    assert view.minutes == 25
    assert [way for _, way in (await builder.location_views.get_travel(builder.act_as(ANA))).locations] == [
        0,
        LONGEST_WAY,
    ]
    assert [way for _, way in (await builder.location_views.get_travel(builder.act_as(BEN))).locations] == [
        25,
        None,
    ]
    assert (await builder.location_views.get_location(builder.act_as(ORGANIZER), cafe)).minutes is None
    after = await builder.locations.travel(builder.act_as(ANA), group.id, {cafe: None})
    assert [way for _, way in after.locations] == [None, LONGEST_WAY]
    assert (await builder.locations.travel_to(builder.act_as(BEN), cafe, None)).minutes is None
    assert await read_opinions(builder, "travel") == [(library, ANA, LONGEST_WAY)]


@pytest.mark.parametrize("minutes", [-1, LONGEST_WAY + 1, 2**70])
async def test_minutes_have_bounds(builder: Builder, group: Group, minutes: int) -> None:
    cafe, library, _ = await add_two_locations(builder, group)
    async with refused("number.range"):
        await builder.locations.travel(builder.act_as(ANA), group.id, {library: 5, cafe: minutes})
    async with refused("number.range"):
        await builder.locations.travel_to(builder.act_as(ANA), cafe, minutes)
    assert await read_opinions(builder, "travel") == []


async def test_nobody_travels_to_an_online_place(builder: Builder, group: Group) -> None:
    online = await builder.add_location("Video", kind=LocationKind.VIRTUAL, where="https://meet.example")
    async with refused("location.no_way"):
        await builder.location_views.way(builder.act_as(ANA), online.location.id)
    async with refused("location.no_way"):
        await builder.locations.travel_to(builder.act_as(ANA), online.location.id, 5)
    async with refused("location.none"):
        await builder.location_views.get_travel(builder.act_as(ANA))
    await builder.locations.travel(builder.act_as(ANA), group.id, {online.location.id: 5})
    assert await read_opinions(builder, "travel") == []


async def test_a_place_that_was_retired_while_a_form_was_open_is_left_out(
    builder: Builder, group: Group
) -> None:
    cafe, library, _ = await add_two_locations(builder, group)
    await builder.locations.retire(builder.act_as(ANA), cafe)
    await builder.locations.travel(builder.act_as(BEN), group.id, {cafe: 5, library: 6})
    await builder.locations.vote(builder.act_as(BEN), group.id, [cafe, library])
    assert await read_opinions(builder, "travel") == [(library, BEN, 6)]
    assert await read_opinions(builder, "approvals") == [(library, BEN)]


async def test_the_group_sees_how_many_a_place_suits_and_not_whom(builder: Builder, group: Group) -> None:
    cafe, library, _ = await add_two_locations(builder, group)
    await builder.locations.vote(builder.act_as(ORGANIZER), group.id, [cafe])
    view = await builder.locations.vote(builder.act_as(BEN), group.id, [cafe, library])
    assert [suits for _, suits in view.locations] == [True, True]
    await builder.locations.vote(builder.act_as(ANA), group.id, [library])
    listed = await builder.location_views.list_locations(builder.act_as(ANA))
    assert [(each.suits, each.location.id) for each in listed.locations] == [(2, cafe), (2, library)]
    assert listed.voters == 3
    assert set(listed.locations[0]._fields) == {"location", "suits"}
    assert [
        suits for _, suits in (await builder.location_views.get_votes(builder.act_as(ANA))).locations
    ] == [
        False,
        True,
    ]
    assert not (await builder.location_views.get_location(builder.act_as(ANA), cafe)).suits
    assert (await builder.location_views.get_location(builder.act_as(BEN), library)).suits


@pytest.mark.parametrize("voters", [0, 1, 2])
async def test_no_number_is_shown_when_fewer_than_three_have_voted(
    builder: Builder, group: Group, voters: int
) -> None:
    cafe, _, _ = await add_two_locations(builder, group)
    seen = []
    for suiting in ([], [cafe]):
        for user_id in (ORGANIZER, BEN)[:voters]:
            await builder.locations.vote(builder.act_as(user_id), group.id, suiting)
        seen.append(await builder.location_views.list_locations(builder.act_as(ANA)))
    # Whether it suits all of them or none, the others see the same.
    assert seen[0] == seen[1]
    assert seen[0].voters is None


async def test_a_wish_counts_for_what_nobody_was_told_yet(builder: Builder, group: Group) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    await builder.set_rotation(group, Rotation.VOTE)
    await builder.locations.vote(builder.act_as(BEN), group.id, [library])
    assert await builder.list_location_ids(group) == [cafe, library]
    assert await list_notice_states(builder, first) == []


async def test_minutes_and_wishes_are_for_members(builder: Builder, group: Group) -> None:
    cafe, _, _ = await add_two_locations(builder, group)
    for who, guild in ((STRANGER, GUILD), (ORGANIZER, ELSEWHERE)):
        for act in (
            builder.locations.travel(builder.act_as(who, guild=guild), group.id, {cafe: 5}),
            builder.locations.vote(builder.act_as(who, guild=guild), group.id, [cafe]),
            builder.location_views.get_travel(builder.act_as(who, guild=guild), group.id),
            builder.location_views.get_votes(builder.act_as(who, guild=guild), group.id),
            builder.location_views.list_locations(builder.act_as(who, guild=guild), group.id),
        ):
            async with refused("group.unknown"):
                await act
    async with refused("location.unknown"):
        await builder.locations.vote(builder.act_as(ANA), group.id, [MISSING])
    assert await read_opinions(builder, "travel") == await read_opinions(builder, "approvals") == []


async def test_without_places_there_is_nothing_to_say(builder: Builder, group: Group) -> None:
    async with refused("location.none"):
        await builder.location_views.get_travel(builder.act_as(ANA))
    async with refused("location.none"):
        await builder.location_views.get_votes(builder.act_as(ANA))
    assert (await builder.location_views.list_locations(builder.act_as(ANA))).locations == ()


# -- where exactly --------------------------------------------------------------------------------


async def test_members_see_where_exactly_a_meeting_is(builder: Builder, group: Group) -> None:
    cafe, _, first = await add_two_locations(builder, group)
    card = await builder.location_views.arrangement(builder.act_as(BEN), first.id)
    assert card.arrangement.location is not None
    assert (card.arrangement.location.id, card.arrangement.location.words.address) == (cafe, "3 Mill Lane")
    assert (card.group, card.meeting.id, card.mine, card.organizes) == (
        group._replace(rotation=Rotation.FIXED),
        first.id,
        False,
        False,
    )
    assert (await builder.location_views.arrangement(builder.act_as(ORGANIZER), first.id)).organizes


@pytest.mark.parametrize(
    ("before", "can"), [(DECLINE_BEFORE + timedelta(seconds=1), True), (DECLINE_BEFORE, False)]
)
async def test_a_host_can_hand_their_turn_on_until_a_day_before(
    builder: Builder, group: Group, before: timedelta, can: bool
) -> None:
    _, _, first = await add_two_locations(builder, group)
    builder.now = first.starts_at - before
    card = await builder.location_views.arrangement(builder.act_as(ANA), first.id)
    assert (card.mine, card.can_decline) == (True, can)
    assert not (await builder.location_views.arrangement(builder.act_as(BEN), first.id)).can_decline


async def test_nobody_hosts_a_meeting_that_is_online_or_does_not_take_place(
    builder: Builder, group: Group
) -> None:
    _, _, first = await add_two_locations(builder, group)
    settled = (await builder.get_arrangement(first)).settled
    await builder.write(
        lambda tx: arrangements.put(UnitOfWork(tx), group, first, settled, now=builder.now, online=True)
    )
    card = await builder.location_views.arrangement(builder.act_as(ANA), first.id)
    assert (card.mine, card.can_decline, card.arrangement.online) == (False, False, True)
    await builder.write(lambda tx: arrangements.put(UnitOfWork(tx), group, first, settled, now=builder.now))
    assert (await builder.location_views.arrangement(builder.act_as(ANA), first.id)).mine
    await builder.set_meeting_state(first, MeetingState.CANCELLED)
    assert not (await builder.location_views.arrangement(builder.act_as(ANA), first.id)).mine


async def test_a_stranger_does_not_learn_where_a_meeting_is(builder: Builder, group: Group) -> None:
    _, _, first = await add_two_locations(builder, group)
    await builder.remove_member(group, BEN)
    for who, guild, meeting in (
        (STRANGER, GUILD, first.id),
        (BEN, GUILD, first.id),
        (ORGANIZER, ELSEWHERE, first.id),
        (ANA, GUILD, MeetingId(MISSING)),
    ):
        async with refused("meeting.unknown"):
            await builder.location_views.arrangement(builder.act_as(who, guild=guild), meeting)


async def test_before_anything_is_settled_the_card_says_so(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.write(lambda tx: tx.run("DELETE FROM venues"))
    assert (
        await builder.location_views.arrangement(builder.act_as(ANA), first.id)
    ).arrangement == ArrangementView(None, None)
