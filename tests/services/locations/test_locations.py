"""Places are offered, changed and retired; meetings follow, and nobody learns what somebody said of one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import MOST_LOCATIONS, Access, LocationKind
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core import Actor
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.meetings import location_messages
from tests.services.builder import (
    ANA,
    BEN,
    ELSEWHERE,
    GUILD,
    ORGANIZER,
    STRANGER,
    Builder,
    make_words,
    refused,
)
from tests.services.locations.hosting import (
    MISSING,
    add_two_locations,
    list_notice_states,
    post_cards,
    read_opinions,
)


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, of the organizer, Ana and Ben."""
    return await builder.add_group()


# -- offering -------------------------------------------------------------------------------------


async def test_the_first_place_is_that_of_the_next_meetings(builder: Builder, group: Group) -> None:
    assert await builder.list_location_ids(group) == [None, None]
    view = await builder.add_location()
    assert await builder.list_location_ids(group) == [view.location.id, view.location.id]
    assert (view.location.words, view.location.offered_by) == (make_words(), ANA)
    assert (view.minutes, view.suits, view.may_change) == (None, False, True)


async def test_a_place_is_offered_by_members_under_a_name_of_its_own(builder: Builder, group: Group) -> None:
    await builder.add_location()
    async with refused("location.name_taken"):
        await builder.add_location("café LUMEN", by=BEN)
    async with refused("group.none"):
        await builder.add_location("Library", by=STRANGER)
    async with refused("group.unknown"):
        await builder.locations.suggest(builder.act_as(STRANGER), make_words("Library"), group.id)
    async with refused("group.unknown"):
        await builder.locations.start(builder.act_as(ORGANIZER, guild=ELSEWHERE), group.id)
    assert [
        each.location.name
        for each in (await builder.location_views.list_locations(builder.act_as(BEN))).locations
    ] == ["Café Lumen"]


async def test_a_group_has_as_many_places_as_can_be_shown(builder: Builder, group: Group) -> None:
    for number in range(MOST_LOCATIONS):
        assert (await builder.locations.start(builder.act_as(BEN))).id == group.id
        view = await builder.add_location(f"Place {number}")
    assert not (await builder.location_views.list_locations(builder.act_as(BEN))).room
    async with refused("location.many"):
        await builder.locations.start(builder.act_as(BEN))
    async with refused("location.many"):
        await builder.add_location("One more")
    await builder.locations.retire(builder.act_as(ANA), view.location.id)
    await builder.add_location("One more")
    async with refused("location.many"):
        await builder.locations.bring_back(builder.act_as(ANA), view.location.id)


async def test_a_place_is_used_from_the_first_meeting_on_when_it_is_offered_during_a_break(
    builder: Builder, group: Group
) -> None:
    await builder.set_group_state(group, GroupState.PAUSED)
    view = await builder.add_location()
    assert await builder.list_location_ids(group) == [view.location.id, view.location.id]
    assert [await list_notice_states(builder, meeting) for meeting in await builder.list_ahead(group)] == [
        [],
        [],
    ]
    await builder.set_group_state(group, GroupState.ACTIVE)
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    assert await builder.list_location_ids(group) == [view.location.id, view.location.id]


# -- who may what ---------------------------------------------------------------------------------

Act = Callable[[Builder, Actor, LocationId], Awaitable[object]]
ACTS: dict[str, Act] = {
    "see": lambda services, actor, place: services.location_views.get_location(actor, place),
    "edit form": lambda services, actor, place: services.location_views.to_edit(actor, place),
    "minutes form": lambda services, actor, place: services.location_views.way(actor, place),
    "edit": lambda services, actor, place: services.locations.edit(actor, place, make_words("Elsewhere")),
    "retire": lambda services, actor, place: services.locations.retire(actor, place),
    "bring back": lambda services, actor, place: services.locations.bring_back(actor, place),
    "minutes": lambda services, actor, place: services.locations.travel_to(actor, place, 10),
}
CHANGES = ("edit form", "edit", "retire", "bring back")


@pytest.mark.parametrize("act", ACTS)
async def test_a_foreign_place_is_as_unknown_as_a_missing_one(
    builder: Builder, group: Group, act: str
) -> None:
    place = (await builder.add_location()).location.id
    ash = await builder.add_group("Ash", guild=ELSEWHERE, channel=200)
    before = [await builder.read_table(table) for table in ("locations", "travel", "approvals", "venues")]
    for who, guild, id_ in (
        (STRANGER, GUILD, place),  # of the same server, in no group
        (ORGANIZER, ELSEWHERE, place),  # the same person as organizer of another server's group
        (ANA, GUILD, MISSING),
        (STRANGER, GUILD, MISSING),
    ):
        async with refused("location.unknown"):
            await ACTS[act](builder, builder.act_as(who, guild=guild), id_)
    async with refused("guild.only"):
        actor = builder.act_as(ANA)._replace(guild_id=None)
        await builder.location_views.get_location(actor, place)
    await builder.remove_member(group, BEN)
    async with refused("location.unknown"):
        await ACTS[act](builder, builder.act_as(BEN), place)
    assert before == [
        await builder.read_table(table) for table in ("locations", "travel", "approvals", "venues")
    ]
    assert ash.id != group.id


@pytest.mark.parametrize("act", CHANGES)
async def test_a_place_is_changed_by_who_offered_it_and_by_organizers(
    builder: Builder, group: Group, act: str
) -> None:
    place = (await builder.add_location(by=ANA)).location.id
    before = await builder.read_table("locations")
    async with refused("location.not_yours"):
        await ACTS[act](builder, builder.act_as(BEN), place)
    assert await builder.read_table("locations") == before
    await ACTS[act](builder, builder.act_as(ANA), place)
    await builder.locations.bring_back(builder.act_as(ANA), place)
    await ACTS[act](builder, builder.act_as(ORGANIZER), place)


async def test_in_two_groups_of_one_server_a_place_stays_in_its_own(builder: Builder, group: Group) -> None:
    ash = await builder.add_group("Ash", channel=200)
    mine = await builder.locations.suggest(builder.act_as(ANA), make_words(), group.id)
    theirs = await builder.locations.suggest(builder.act_as(ANA), make_words("Library"), ash.id)
    for group_id, place in ((group.id, theirs.location.id), (ash.id, mine.location.id)):
        async with refused("location.unknown"):
            await builder.locations.travel(builder.act_as(ANA), group_id, {place: 10})
        async with refused("location.unknown"):
            await builder.locations.vote(builder.act_as(ANA), group_id, [place])
    add_two_locations = {mine.location.id: 5, theirs.location.id: 6}
    async with refused("location.unknown"):
        await builder.locations.travel(builder.act_as(ANA), group.id, add_two_locations)
    assert await read_opinions(builder, "travel") == []
    choices = await builder.location_views.choices(builder.act_as(ANA)._replace(channel_id=ash.channel_id))
    assert [(each.location.name, each.group_name) for each in choices] == [
        ("Library", "Ash"),
        ("Café Lumen", "Rowan"),
    ]


async def test_what_is_offered_to_choose_is_what_can_be_done(builder: Builder, group: Group) -> None:
    await builder.add_location(by=ANA)
    await builder.add_location("Video", by=BEN, kind=LocationKind.VIRTUAL, where="https://meet.example")
    gone = await builder.add_location("Gone", by=ANA)
    await builder.locations.retire(builder.act_as(ANA), gone.location.id)

    async def names(who: UserId, *, to_change: bool = False, to_travel: bool = False) -> list[str]:
        found = await builder.location_views.choices(
            builder.act_as(who), to_change=to_change, to_travel=to_travel
        )
        assert all(each.group_name is None for each in found)
        return [each.location.name for each in found]

    assert await names(BEN) == ["Café Lumen", "Video"]
    assert await names(BEN, to_change=True) == ["Video"]
    assert await names(ORGANIZER, to_change=True) == ["Café Lumen", "Video"]
    assert await names(ANA, to_travel=True) == ["Café Lumen"]
    assert await names(STRANGER) == []


# -- editing --------------------------------------------------------------------------------------


async def test_other_words_reach_the_cards_and_the_calendars(builder: Builder, group: Group) -> None:
    cafe, _, first = await add_two_locations(builder, group)
    sequence = (await builder.reload_meeting(first)).sequence
    await builder.locations.edit(builder.act_as(ANA), cafe, make_words())  # the same again
    assert not await builder.is_card_stale(first)
    assert (await builder.reload_meeting(first)).sequence == sequence
    view = await builder.locations.edit(builder.act_as(ANA), cafe, make_words(where="5 Mill Lane"))
    assert (view.location.words.address, view.location.words.link) == ("5 Mill Lane", None)
    assert await builder.is_card_stale(first)
    assert (await builder.reload_meeting(first)).sequence == sequence + 1
    assert await list_notice_states(builder, first) == []


async def test_other_words_of_a_place_that_no_meeting_is_at_change_no_card(
    builder: Builder, group: Group
) -> None:
    _, library, first = await add_two_locations(builder, group)
    sequence = (await builder.reload_meeting(first)).sequence
    await builder.locations.edit(builder.act_as(BEN), library, make_words("Reading room"))
    assert not await builder.is_card_stale(first)
    assert (await builder.reload_meeting(first)).sequence == sequence


async def test_another_name_is_still_one_of_its_own(builder: Builder, group: Group) -> None:
    cafe, library, _ = await add_two_locations(builder, group)
    async with refused("location.name_taken"):
        await builder.locations.edit(builder.act_as(ANA), cafe, make_words("library"))
    await builder.locations.retire(builder.act_as(BEN), library)
    view = await builder.locations.edit(builder.act_as(ANA), cafe, make_words("Library"))
    assert view.location.name == "Library"


# -- retiring, and a mistaken press ---------------------------------------------------------------


async def test_a_place_that_closed_is_replaced_and_those_concerned_hear_of_it_once(
    builder: Builder, group: Group
) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    retired = await builder.locations.retire(builder.act_as(ANA), cafe)
    assert await builder.list_location_ids(group) == [library, library]
    assert [meeting.id for meeting, _ in retired.moved] == [
        each.id for each in await builder.list_ahead(group)
    ]
    assert {
        arrangement.location.id for _, arrangement in retired.moved if arrangement.location is not None
    } == {library}
    assert not retired.view.location.live
    assert await list_notice_states(builder, first) == [PingState.PLANNED]
    assert await builder.is_card_stale(first)
    again = await builder.locations.retire(builder.act_as(ORGANIZER), cafe)
    assert again.moved == ()
    assert await list_notice_states(builder, first) == [PingState.PLANNED]


async def test_the_last_place_that_closes_leaves_the_meetings_open(builder: Builder, group: Group) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    await builder.locations.retire(builder.act_as(BEN), library)
    retired = await builder.locations.retire(builder.act_as(ANA), cafe)
    assert await builder.list_location_ids(group) == [None, None]
    assert [arrangement.location for _, arrangement in retired.moved] == [None, None]
    assert await list_notice_states(builder, first) == [PingState.PLANNED]


async def test_a_meeting_that_was_held_keeps_its_retired_place(builder: Builder, group: Group) -> None:
    cafe, _, first = await add_two_locations(builder, group)
    await builder.set_meeting_state(first, MeetingState.CLOSED)
    await builder.locations.retire(builder.act_as(ANA), cafe)
    view = await builder.write(lambda tx: arrangement_views.load_view(UnitOfWork(tx), first))
    assert view.location is not None
    assert (view.location.id, view.location.live) == (cafe, False)


async def test_a_mistaken_press_is_taken_back_before_anybody_is_told(builder: Builder, group: Group) -> None:
    cafe, _, first = await add_two_locations(builder, group)
    retired = await builder.locations.retire(builder.act_as(ANA), cafe)
    moved = [meeting.id for meeting, _ in retired.moved]
    view = await builder.locations.bring_back(builder.act_as(ANA), cafe, moved)
    assert view.location.live
    assert await builder.list_location_ids(group) == [cafe, cafe]
    [notice] = await builder.list_pings(first, PingKind.PLACE)
    assert (
        await builder.write(
            lambda tx: location_messages.prepare_location_change(UnitOfWork(tx), notice, group, builder.now)
        )
        is None
    )


async def test_after_the_group_was_told_bringing_a_place_back_is_told_too(
    builder: Builder, group: Group
) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    retired = await builder.locations.retire(builder.act_as(ANA), cafe)
    [notice] = await builder.list_pings(first, PingKind.PLACE)
    await builder.send_ping(notice)
    await builder.locations.bring_back(
        builder.act_as(ANA), cafe, [meeting.id for meeting, _ in retired.moved]
    )
    assert (await builder.list_location_ids(group))[0] == cafe
    assert await list_notice_states(builder, first) == [PingState.SENT, PingState.PLANNED]
    assert (await builder.get_arrangement(first)).before == Settled(library, BEN)


async def test_bringing_a_place_back_later_leaves_the_meetings_where_they_are(
    builder: Builder, group: Group
) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    await builder.locations.retire(builder.act_as(ANA), cafe)
    await post_cards(builder, *await builder.list_ahead(group))
    await builder.locations.bring_back(builder.act_as(ANA), cafe)
    assert await builder.list_location_ids(group) == [library, library]
    assert await list_notice_states(builder, first) == [PingState.PLANNED]


async def test_what_was_arranged_otherwise_since_stays(builder: Builder, group: Group) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    retired = await builder.locations.retire(builder.act_as(ANA), cafe)
    assigned = Settled(library, ORGANIZER)
    await builder.write(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, first, assigned, now=builder.now, basis=Basis.ASSIGNED
        )
    )
    await builder.locations.bring_back(
        builder.act_as(ANA), cafe, [meeting.id for meeting, _ in retired.moved]
    )
    assert (await builder.get_arrangement(first)).settled == assigned


async def test_a_meeting_of_another_group_does_not_come_back_with_a_place(
    builder: Builder, group: Group
) -> None:
    cafe, _, _ = await add_two_locations(builder, group)
    ash = await builder.add_group("Ash", channel=200)
    theirs = (await builder.list_ahead(ash))[0]
    before = await builder.get_arrangement(theirs)
    await builder.locations.retire(builder.act_as(ANA), cafe)
    await builder.locations.bring_back(builder.act_as(ANA), cafe, [theirs.id, MeetingId(MISSING), theirs.id])
    assert await builder.get_arrangement(theirs) == before


async def test_a_meeting_that_moved_from_elsewhere_does_not_come_back_with_a_place(
    builder: Builder, group: Group
) -> None:
    cafe, library, first = await add_two_locations(builder, group)
    third = (await builder.add_location("Third")).location.id
    await builder.locations.retire(builder.act_as(ANA), cafe)
    await builder.locations.retire(builder.act_as(ANA), third)
    before = (await builder.get_arrangement(first), (await builder.reload_meeting(first)).sequence)
    await builder.locations.bring_back(builder.act_as(ANA), third, [first.id])
    assert (await builder.get_arrangement(first), (await builder.reload_meeting(first)).sequence) == before
    assert before[0].settled == Settled(library, BEN)


async def test_a_place_does_not_come_back_beside_one_of_its_name(builder: Builder, group: Group) -> None:
    cafe, _, _ = await add_two_locations(builder, group)
    await builder.locations.retire(builder.act_as(ANA), cafe)
    await builder.add_location(by=BEN)
    async with refused("location.name_taken"):
        await builder.locations.bring_back(builder.act_as(ANA), cafe)


@pytest.mark.parametrize("act", ["edit form", "edit", "minutes form", "minutes"])
async def test_a_retired_place_takes_nothing_new(builder: Builder, group: Group, act: str) -> None:
    cafe, _, _ = await add_two_locations(builder, group)
    await builder.locations.retire(builder.act_as(ANA), cafe)
    async with refused("location.retired"):
        await ACTS[act](builder, builder.act_as(ANA), cafe)


async def test_only_its_owner_calls_a_place_public_when_it_may_be_their_home(
    builder: Builder, group: Group
) -> None:
    kept = await builder.add_location("Kitchen", access=frozenset())
    public = replace(kept.location.words, access=frozenset({Access.PUBLIC}))
    async with refused("location.home"):
        await builder.locations.edit(builder.act_as(ORGANIZER), kept.location.id, public)
    await builder.locations.edit(
        builder.act_as(ORGANIZER), kept.location.id, replace(public, access=frozenset())
    )
    view = await builder.locations.edit(builder.act_as(ANA), kept.location.id, public)
    assert view.location.public
    await builder.locations.edit(
        builder.act_as(ORGANIZER), kept.location.id, replace(public, name="The kitchen")
    )


async def test_only_its_owner_calls_a_place_online_when_its_address_may_be_their_home(
    builder: Builder, group: Group
) -> None:
    kept = await builder.add_location("Kitchen", access=frozenset())
    assert kept.location.words.address is not None
    online = replace(kept.location.words, kind=LocationKind.VIRTUAL)
    async with refused("location.home"):
        await builder.locations.edit(builder.act_as(ORGANIZER), kept.location.id, online)
    moved = replace(online, address=None, link="https://meet.example.org/rowan")
    await builder.locations.edit(builder.act_as(ORGANIZER), kept.location.id, moved)
    view = await builder.locations.edit(builder.act_as(ANA), kept.location.id, online)
    assert view.location.remote
