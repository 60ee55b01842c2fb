"""What members say of places stays theirs; where exactly a meeting is stays the group's."""

from dataclasses import replace
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
from buddybot.storage.engine.database import Database
from tests.services.locations.town import ELSEWHERE, MISSING, Town, both, rule
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, STRANGER, refused


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


@pytest.fixture
async def group(town: Town) -> Group:
    """Rowan, of the organizer, Ana and Ben."""
    return await town.group()


# -- minutes and wishes ---------------------------------------------------------------------------


async def test_minutes_are_each_members_own(town: Town, group: Group) -> None:
    cafe, library, _ = await both(town, group)
    await town.locations.travel(town.actor(ANA), group.id, {cafe: 0, library: LONGEST_WAY})
    view = await town.locations.travel_to(town.actor(BEN), cafe, 25)
    assert view.minutes == 25
    assert [way for _, way in (await town.views.get_travel(town.actor(ANA))).places] == [0, LONGEST_WAY]
    assert [way for _, way in (await town.views.get_travel(town.actor(BEN))).places] == [25, None]
    assert (await town.views.get_location(town.actor(ORGANIZER), cafe)).minutes is None
    after = await town.locations.travel(town.actor(ANA), group.id, {cafe: None})
    assert [way for _, way in after.places] == [None, LONGEST_WAY]
    assert (await town.locations.travel_to(town.actor(BEN), cafe, None)).minutes is None
    assert await town.said("travel") == [(library, ANA, LONGEST_WAY)]


@pytest.mark.parametrize("minutes", [-1, LONGEST_WAY + 1, 2**70])
async def test_minutes_have_bounds(town: Town, group: Group, minutes: int) -> None:
    cafe, library, _ = await both(town, group)
    async with refused("number.range"):
        await town.locations.travel(town.actor(ANA), group.id, {library: 5, cafe: minutes})
    async with refused("number.range"):
        await town.locations.travel_to(town.actor(ANA), cafe, minutes)
    assert await town.said("travel") == []


async def test_nobody_travels_to_an_online_place(town: Town, group: Group) -> None:
    online = await town.offer("Video", kind=LocationKind.VIRTUAL, where="https://meet.example")
    async with refused("location.no_way"):
        await town.views.way(town.actor(ANA), online.location.id)
    async with refused("location.no_way"):
        await town.locations.travel_to(town.actor(ANA), online.location.id, 5)
    async with refused("location.none"):
        await town.views.get_travel(town.actor(ANA))
    await town.locations.travel(town.actor(ANA), group.id, {online.location.id: 5})
    assert await town.said("travel") == []


async def test_a_place_that_was_retired_while_a_form_was_open_is_left_out(town: Town, group: Group) -> None:
    cafe, library, _ = await both(town, group)
    await town.locations.retire(town.actor(ANA), cafe)
    await town.locations.travel(town.actor(BEN), group.id, {cafe: 5, library: 6})
    await town.locations.vote(town.actor(BEN), group.id, [cafe, library])
    assert await town.said("travel") == [(library, BEN, 6)]
    assert await town.said("approvals") == [(library, BEN)]


async def test_the_group_sees_how_many_a_place_suits_and_not_whom(town: Town, group: Group) -> None:
    cafe, library, _ = await both(town, group)
    await town.locations.vote(town.actor(ORGANIZER), group.id, [cafe])
    view = await town.locations.vote(town.actor(BEN), group.id, [cafe, library])
    assert [suits for _, suits in view.places] == [True, True]
    await town.locations.vote(town.actor(ANA), group.id, [library])
    listed = await town.views.list_locations(town.actor(ANA))
    assert [(each.suits, each.location.id) for each in listed.places] == [(2, cafe), (2, library)]
    assert listed.voters == 3
    assert set(listed.places[0]._fields) == {"location", "suits"}
    assert [suits for _, suits in (await town.views.get_votes(town.actor(ANA))).places] == [False, True]
    assert not (await town.views.get_location(town.actor(ANA), cafe)).suits
    assert (await town.views.get_location(town.actor(BEN), library)).suits


@pytest.mark.parametrize("voters", [0, 1, 2])
async def test_no_number_is_shown_when_fewer_than_three_have_voted(
    town: Town, group: Group, voters: int
) -> None:
    cafe, _, _ = await both(town, group)
    seen = []
    for suiting in ([], [cafe]):
        for user_id in (ORGANIZER, BEN)[:voters]:
            await town.locations.vote(town.actor(user_id), group.id, suiting)
        seen.append(await town.views.list_locations(town.actor(ANA)))
    # Whether it suits all of them or none, the others see the same.
    assert seen[0] == seen[1]
    assert seen[0].voters is None


async def test_a_wish_counts_for_what_nobody_was_told_yet(town: Town, group: Group) -> None:
    cafe, library, first = await both(town, group)
    await rule(town, group, Rotation.VOTE)
    await town.locations.vote(town.actor(BEN), group.id, [library])
    assert await town.at(group) == [cafe, library]
    assert await town.notices(first) == []


async def test_minutes_and_wishes_are_for_members(town: Town, group: Group) -> None:
    cafe, _, _ = await both(town, group)
    for who, guild in ((STRANGER, GUILD), (ORGANIZER, ELSEWHERE)):
        for act in (
            town.locations.travel(town.actor(who, guild=guild), group.id, {cafe: 5}),
            town.locations.vote(town.actor(who, guild=guild), group.id, [cafe]),
            town.views.get_travel(town.actor(who, guild=guild), group.id),
            town.views.get_votes(town.actor(who, guild=guild), group.id),
            town.views.list_locations(town.actor(who, guild=guild), group.id),
        ):
            async with refused("group.unknown"):
                await act
    async with refused("location.unknown"):
        await town.locations.vote(town.actor(ANA), group.id, [MISSING])
    assert await town.said("travel") == await town.said("approvals") == []


async def test_without_places_there_is_nothing_to_say(town: Town, group: Group) -> None:
    async with refused("location.none"):
        await town.views.get_travel(town.actor(ANA))
    async with refused("location.none"):
        await town.views.get_votes(town.actor(ANA))
    assert (await town.views.list_locations(town.actor(ANA))).places == ()


# -- where exactly --------------------------------------------------------------------------------


async def test_members_see_where_exactly_a_meeting_is(town: Town, group: Group) -> None:
    cafe, _, first = await both(town, group)
    card = await town.views.arrangement(town.actor(BEN), first.id)
    assert card.arrangement.location is not None
    assert (card.arrangement.location.id, card.arrangement.location.words.address) == (cafe, "3 Mill Lane")
    assert (card.group, card.meeting.id, card.mine, card.organizes) == (
        replace(group, rotation=Rotation.FIXED),
        first.id,
        False,
        False,
    )
    assert (await town.views.arrangement(town.actor(ORGANIZER), first.id)).organizes


@pytest.mark.parametrize(
    ("before", "can"), [(DECLINE_BEFORE + timedelta(seconds=1), True), (DECLINE_BEFORE, False)]
)
async def test_a_host_can_hand_their_turn_on_until_a_day_before(
    town: Town, group: Group, before: timedelta, can: bool
) -> None:
    _, _, first = await both(town, group)
    town.now = first.starts_at - before
    card = await town.views.arrangement(town.actor(ANA), first.id)
    assert (card.mine, card.can_decline) == (True, can)
    assert not (await town.views.arrangement(town.actor(BEN), first.id)).can_decline


async def test_nobody_hosts_a_meeting_that_is_online_or_does_not_take_place(town: Town, group: Group) -> None:
    _, _, first = await both(town, group)
    settled = (await town.arrangement(first)).settled
    await town.run(
        lambda tx: arrangements.put(UnitOfWork(tx), group, first, settled, now=town.now, online=True)
    )
    card = await town.views.arrangement(town.actor(ANA), first.id)
    assert (card.mine, card.can_decline, card.arrangement.online) == (False, False, True)
    await town.run(lambda tx: arrangements.put(UnitOfWork(tx), group, first, settled, now=town.now))
    assert (await town.views.arrangement(town.actor(ANA), first.id)).mine
    await town.set_state(first, MeetingState.CANCELLED)
    assert not (await town.views.arrangement(town.actor(ANA), first.id)).mine


async def test_a_stranger_does_not_learn_where_a_meeting_is(town: Town, group: Group) -> None:
    _, _, first = await both(town, group)
    await town.leave(group, BEN)
    for who, guild, meeting in (
        (STRANGER, GUILD, first.id),
        (BEN, GUILD, first.id),
        (ORGANIZER, ELSEWHERE, first.id),
        (ANA, GUILD, MeetingId(MISSING)),
    ):
        async with refused("meeting.unknown"):
            await town.views.arrangement(town.actor(who, guild=guild), meeting)


async def test_before_anything_is_settled_the_card_says_so(town: Town, group: Group) -> None:
    first = (await town.ahead(group))[0]
    await town.run(lambda tx: tx.run("DELETE FROM venues"))
    assert (await town.views.arrangement(town.actor(ANA), first.id)).arrangement == ArrangementView(
        None, None
    )
