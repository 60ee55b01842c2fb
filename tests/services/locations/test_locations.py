"""Places are offered, changed and retired; meetings follow, and nobody learns what somebody said of one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GuildId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import MOST_LOCATIONS, Access, LocationKind
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.meetings import location_messages
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from tests.services.locations.town import ELSEWHERE, MISSING, Town, both, words
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, STRANGER, refused


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


@pytest.fixture
async def group(town: Town) -> Group:
    """Rowan, of the organizer, Ana and Ben."""
    return await town.group()


# -- offering -------------------------------------------------------------------------------------


async def test_the_first_place_is_that_of_the_next_meetings(town: Town, group: Group) -> None:
    assert await town.at(group) == [None, None]
    view = await town.offer()
    assert await town.at(group) == [view.location.id, view.location.id]
    assert (view.location.words, view.location.offered_by) == (words(), ANA)
    assert (view.minutes, view.suits, view.may_change) == (None, False, True)


async def test_a_place_is_offered_by_members_under_a_name_of_its_own(town: Town, group: Group) -> None:
    await town.offer()
    async with refused("location.name_taken"):
        await town.offer("café LUMEN", by=BEN)
    async with refused("group.none"):
        await town.offer("Library", by=STRANGER)
    async with refused("group.unknown"):
        await town.locations.suggest(town.actor(STRANGER), words("Library"), group.id)
    async with refused("group.unknown"):
        await town.locations.start(town.actor(ORGANIZER, guild=ELSEWHERE), group.id)
    assert [each.location.name for each in (await town.views.list_locations(town.actor(BEN))).places] == [
        "Café Lumen"
    ]


async def test_a_group_has_as_many_places_as_can_be_shown(town: Town, group: Group) -> None:
    for number in range(MOST_LOCATIONS):
        assert (await town.locations.start(town.actor(BEN))).id == group.id
        view = await town.offer(f"Place {number}")
    assert not (await town.views.list_locations(town.actor(BEN))).room
    async with refused("location.many"):
        await town.locations.start(town.actor(BEN))
    async with refused("location.many"):
        await town.offer("One more")
    await town.locations.retire(town.actor(ANA), view.location.id)
    await town.offer("One more")
    async with refused("location.many"):
        await town.locations.bring_back(town.actor(ANA), view.location.id)


async def test_a_place_is_used_from_the_first_meeting_on_when_it_is_offered_during_a_break(
    town: Town, group: Group
) -> None:
    await town.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    view = await town.offer()
    assert await town.at(group) == [view.location.id, view.location.id]
    assert [await town.notices(meeting) for meeting in await town.ahead(group)] == [[], []]
    await town.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.ACTIVE))
    await town.run(lambda tx: town.planner.plan(UnitOfWork(tx), group, town.now))
    assert await town.at(group) == [view.location.id, view.location.id]


# -- who may what ---------------------------------------------------------------------------------

Act = Callable[[Town, UserId, GuildId, LocationId], Awaitable[object]]
ACTS: dict[str, Act] = {
    "see": lambda town, who, guild, place: town.views.get_location(town.actor(who, guild=guild), place),
    "edit form": lambda town, who, guild, place: town.views.to_edit(town.actor(who, guild=guild), place),
    "minutes form": lambda town, who, guild, place: town.views.way(town.actor(who, guild=guild), place),
    "edit": lambda town, who, guild, place: town.locations.edit(
        town.actor(who, guild=guild), place, words("Elsewhere")
    ),
    "retire": lambda town, who, guild, place: town.locations.retire(town.actor(who, guild=guild), place),
    "bring back": lambda town, who, guild, place: town.locations.bring_back(
        town.actor(who, guild=guild), place
    ),
    "minutes": lambda town, who, guild, place: town.locations.travel_to(
        town.actor(who, guild=guild), place, 10
    ),
}
CHANGES = ("edit form", "edit", "retire", "bring back")


@pytest.mark.parametrize("act", ACTS)
async def test_a_foreign_place_is_as_unknown_as_a_missing_one(town: Town, group: Group, act: str) -> None:
    place = (await town.offer()).location.id
    ash = await town.group("Ash", guild=ELSEWHERE, channel=200)
    before = [await town.rows_of(table) for table in ("locations", "travel", "approvals", "venues")]
    for who, guild, id_ in (
        (STRANGER, GUILD, place),  # of the same server, in no group
        (ORGANIZER, ELSEWHERE, place),  # the same person as organizer of another server's group
        (ANA, GUILD, MISSING),
        (STRANGER, GUILD, MISSING),
    ):
        async with refused("location.unknown"):
            await ACTS[act](town, who, guild, id_)
    async with refused("guild.only"):
        actor = town.actor(ANA)._replace(guild_id=None)
        await town.views.get_location(actor, place)
    await town.leave(group, BEN)
    async with refused("location.unknown"):
        await ACTS[act](town, BEN, GUILD, place)
    assert before == [await town.rows_of(table) for table in ("locations", "travel", "approvals", "venues")]
    assert ash.id != group.id


@pytest.mark.parametrize("act", CHANGES)
async def test_a_place_is_changed_by_who_offered_it_and_by_organizers(
    town: Town, group: Group, act: str
) -> None:
    place = (await town.offer(by=ANA)).location.id
    before = await town.rows_of("locations")
    async with refused("location.not_yours"):
        await ACTS[act](town, BEN, GUILD, place)
    assert await town.rows_of("locations") == before
    await ACTS[act](town, ANA, GUILD, place)
    await town.locations.bring_back(town.actor(ANA), place)
    await ACTS[act](town, ORGANIZER, GUILD, place)


async def test_in_two_groups_of_one_server_a_place_stays_in_its_own(town: Town, group: Group) -> None:
    ash = await town.group("Ash", channel=200)
    mine = await town.locations.suggest(town.actor(ANA), words(), group.id)
    theirs = await town.locations.suggest(town.actor(ANA), words("Library"), ash.id)
    for group_id, place in ((group.id, theirs.location.id), (ash.id, mine.location.id)):
        async with refused("location.unknown"):
            await town.locations.travel(town.actor(ANA), group_id, {place: 10})
        async with refused("location.unknown"):
            await town.locations.vote(town.actor(ANA), group_id, [place])
    both = {mine.location.id: 5, theirs.location.id: 6}
    async with refused("location.unknown"):
        await town.locations.travel(town.actor(ANA), group.id, both)
    assert await town.said("travel") == []
    choices = await town.views.choices(town.actor(ANA)._replace(channel_id=ash.channel_id))
    assert [(each.location.name, each.group_name) for each in choices] == [
        ("Library", "Ash"),
        ("Café Lumen", "Rowan"),
    ]


async def test_what_is_offered_to_choose_is_what_can_be_done(town: Town, group: Group) -> None:
    await town.offer(by=ANA)
    await town.offer("Video", by=BEN, kind=LocationKind.VIRTUAL, where="https://meet.example")
    gone = await town.offer("Gone", by=ANA)
    await town.locations.retire(town.actor(ANA), gone.location.id)

    async def names(who: UserId, *, to_change: bool = False, to_travel: bool = False) -> list[str]:
        found = await town.views.choices(town.actor(who), to_change=to_change, to_travel=to_travel)
        assert all(each.group_name is None for each in found)
        return [each.location.name for each in found]

    assert await names(BEN) == ["Café Lumen", "Video"]
    assert await names(BEN, to_change=True) == ["Video"]
    assert await names(ORGANIZER, to_change=True) == ["Café Lumen", "Video"]
    assert await names(ANA, to_travel=True) == ["Café Lumen"]
    assert await names(STRANGER) == []


# -- editing --------------------------------------------------------------------------------------


async def test_other_words_reach_the_cards_and_the_calendars(town: Town, group: Group) -> None:
    cafe, _, first = await both(town, group)
    sequence = (await town.fresh(first)).sequence
    await town.locations.edit(town.actor(ANA), cafe, words())  # the same again
    assert not await town.stale(first)
    assert (await town.fresh(first)).sequence == sequence
    view = await town.locations.edit(town.actor(ANA), cafe, words(where="5 Mill Lane"))
    assert (view.location.words.address, view.location.words.link) == ("5 Mill Lane", None)
    assert await town.stale(first)
    assert (await town.fresh(first)).sequence == sequence + 1
    assert await town.notices(first) == []


async def test_other_words_of_a_place_that_no_meeting_is_at_change_no_card(town: Town, group: Group) -> None:
    _, library, first = await both(town, group)
    sequence = (await town.fresh(first)).sequence
    await town.locations.edit(town.actor(BEN), library, words("Reading room"))
    assert not await town.stale(first)
    assert (await town.fresh(first)).sequence == sequence


async def test_another_name_is_still_one_of_its_own(town: Town, group: Group) -> None:
    cafe, library, _ = await both(town, group)
    async with refused("location.name_taken"):
        await town.locations.edit(town.actor(ANA), cafe, words("library"))
    await town.locations.retire(town.actor(BEN), library)
    view = await town.locations.edit(town.actor(ANA), cafe, words("Library"))
    assert view.location.name == "Library"


# -- retiring, and a mistaken press ---------------------------------------------------------------


async def test_a_place_that_closed_is_replaced_and_those_concerned_hear_of_it_once(
    town: Town, group: Group
) -> None:
    cafe, library, first = await both(town, group)
    retired = await town.locations.retire(town.actor(ANA), cafe)
    assert await town.at(group) == [library, library]
    assert [meeting.id for meeting, _ in retired.moved] == [each.id for each in await town.ahead(group)]
    assert {
        arrangement.location.id for _, arrangement in retired.moved if arrangement.location is not None
    } == {library}
    assert not retired.view.location.live
    assert await town.notices(first) == [PingState.PLANNED]
    assert await town.stale(first)
    again = await town.locations.retire(town.actor(ORGANIZER), cafe)
    assert again.moved == ()
    assert await town.notices(first) == [PingState.PLANNED]


async def test_the_last_place_that_closes_leaves_the_meetings_open(town: Town, group: Group) -> None:
    cafe, library, first = await both(town, group)
    await town.locations.retire(town.actor(BEN), library)
    retired = await town.locations.retire(town.actor(ANA), cafe)
    assert await town.at(group) == [None, None]
    assert [arrangement.location for _, arrangement in retired.moved] == [None, None]
    assert await town.notices(first) == [PingState.PLANNED]


async def test_a_meeting_that_was_held_keeps_its_retired_place(town: Town, group: Group) -> None:
    cafe, _, first = await both(town, group)
    await town.set_state(first, MeetingState.CLOSED)
    await town.locations.retire(town.actor(ANA), cafe)
    view = await town.run(lambda tx: arrangement_views.load_view(UnitOfWork(tx), first))
    assert view.location is not None
    assert (view.location.id, view.location.live) == (cafe, False)


async def test_a_mistaken_press_is_taken_back_before_anybody_is_told(town: Town, group: Group) -> None:
    cafe, _, first = await both(town, group)
    retired = await town.locations.retire(town.actor(ANA), cafe)
    moved = [meeting.id for meeting, _ in retired.moved]
    view = await town.locations.bring_back(town.actor(ANA), cafe, moved)
    assert view.location.live
    assert await town.at(group) == [cafe, cafe]
    [notice] = await town.pings(first, PingKind.PLACE)
    assert (
        await town.run(
            lambda tx: location_messages.prepare_location_change(UnitOfWork(tx), notice, group, town.now)
        )
        is None
    )


async def test_after_the_group_was_told_bringing_a_place_back_is_told_too(town: Town, group: Group) -> None:
    cafe, library, first = await both(town, group)
    retired = await town.locations.retire(town.actor(ANA), cafe)
    [notice] = await town.pings(first, PingKind.PLACE)
    await town.send(notice)
    await town.locations.bring_back(town.actor(ANA), cafe, [meeting.id for meeting, _ in retired.moved])
    assert (await town.at(group))[0] == cafe
    assert await town.notices(first) == [PingState.SENT, PingState.PLANNED]
    assert (await town.arrangement(first)).before == Settled(library, BEN)


async def test_bringing_a_place_back_later_leaves_the_meetings_where_they_are(
    town: Town, group: Group
) -> None:
    cafe, library, first = await both(town, group)
    await town.locations.retire(town.actor(ANA), cafe)
    await town.tell(*await town.ahead(group))
    await town.locations.bring_back(town.actor(ANA), cafe)
    assert await town.at(group) == [library, library]
    assert await town.notices(first) == [PingState.PLANNED]


async def test_what_was_arranged_otherwise_since_stays(town: Town, group: Group) -> None:
    cafe, library, first = await both(town, group)
    retired = await town.locations.retire(town.actor(ANA), cafe)
    assigned = Settled(library, ORGANIZER)
    await town.run(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, first, assigned, now=town.now, basis=Basis.ASSIGNED
        )
    )
    await town.locations.bring_back(town.actor(ANA), cafe, [meeting.id for meeting, _ in retired.moved])
    assert (await town.arrangement(first)).settled == assigned


async def test_a_meeting_of_another_group_does_not_come_back_with_a_place(town: Town, group: Group) -> None:
    cafe, _, _ = await both(town, group)
    ash = await town.group("Ash", channel=200)
    theirs = (await town.ahead(ash))[0]
    before = await town.arrangement(theirs)
    await town.locations.retire(town.actor(ANA), cafe)
    await town.locations.bring_back(town.actor(ANA), cafe, [theirs.id, MeetingId(MISSING), theirs.id])
    assert await town.arrangement(theirs) == before


async def test_a_meeting_that_moved_from_elsewhere_does_not_come_back_with_a_place(
    town: Town, group: Group
) -> None:
    cafe, library, first = await both(town, group)
    third = (await town.offer("Third")).location.id
    await town.locations.retire(town.actor(ANA), cafe)
    await town.locations.retire(town.actor(ANA), third)
    before = (await town.arrangement(first), (await town.fresh(first)).sequence)
    await town.locations.bring_back(town.actor(ANA), third, [first.id])
    assert (await town.arrangement(first), (await town.fresh(first)).sequence) == before
    assert before[0].settled == Settled(library, BEN)


async def test_a_place_does_not_come_back_beside_one_of_its_name(town: Town, group: Group) -> None:
    cafe, _, _ = await both(town, group)
    await town.locations.retire(town.actor(ANA), cafe)
    await town.offer(by=BEN)
    async with refused("location.name_taken"):
        await town.locations.bring_back(town.actor(ANA), cafe)


@pytest.mark.parametrize("act", ["edit form", "edit", "minutes form", "minutes"])
async def test_a_retired_place_takes_nothing_new(town: Town, group: Group, act: str) -> None:
    cafe, _, _ = await both(town, group)
    await town.locations.retire(town.actor(ANA), cafe)
    async with refused("location.retired"):
        await ACTS[act](town, ANA, GUILD, cafe)


async def test_only_its_owner_calls_a_place_public_when_it_may_be_their_home(
    town: Town, group: Group
) -> None:
    kept = await town.offer("Kitchen", access=frozenset())
    public = replace(kept.location.words, access=frozenset({Access.PUBLIC}))
    async with refused("location.home"):
        await town.locations.edit(town.actor(ORGANIZER), kept.location.id, public)
    await town.locations.edit(town.actor(ORGANIZER), kept.location.id, replace(public, access=frozenset()))
    view = await town.locations.edit(town.actor(ANA), kept.location.id, public)
    assert view.location.public
    await town.locations.edit(town.actor(ORGANIZER), kept.location.id, replace(public, name="The kitchen"))


async def test_only_its_owner_calls_a_place_online_when_its_address_may_be_their_home(
    town: Town, group: Group
) -> None:
    kept = await town.offer("Kitchen", access=frozenset())
    assert kept.location.words.address is not None
    online = replace(kept.location.words, kind=LocationKind.VIRTUAL)
    async with refused("location.home"):
        await town.locations.edit(town.actor(ORGANIZER), kept.location.id, online)
    moved = replace(online, address=None, link="https://meet.example.org/rowan")
    await town.locations.edit(town.actor(ORGANIZER), kept.location.id, moved)
    view = await town.locations.edit(town.actor(ANA), kept.location.id, online)
    assert view.location.remote
