"""Turns are swapped when both agree, or when an organizer says so; the place goes with its host."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GuildId, SwapId, UserId
from buddybot.domain.locations.host_swaps import MOST_OFFERS, SwapState
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.locations import host_swaps
from buddybot.services.locations.arrangements import DECLINE_BEFORE
from buddybot.services.locations.host_swaps import SwapView
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.host_swaps import SwapRepository
from tests.services.locations.hosts import CHO, Hosts, before
from tests.services.locations.town import ELSEWHERE, MISSING
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, STRANGER, refused

TABLES = ("venues", "swaps", "host_passes", "outbox")


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan: the next meeting is Ana's, the one after it Ben's, and the group knows."""
    group = await hosts.rotating()
    await hosts.rotation.set_willing(hosts.actor(ORGANIZER), group.id, hosts=False)
    await hosts.told_of(group)
    assert await hosts.hosts(group) == [ANA, BEN]
    return group


async def offer(hosts: Hosts, group: Group) -> SwapId:
    """Let Ana offer her turn for Ben's."""
    first, second = await hosts.ahead(group)
    view = await hosts.swaps.offer(hosts.actor(ANA), first.id, second.id)
    assert view.swap is not None
    assert view.swap.state is SwapState.OPEN
    return view.swap.id


async def question(hosts: Hosts, group: Group) -> Ping:
    """Return the latest ping that asks somebody."""
    first, _ = await hosts.ahead(group)
    return (await hosts.pings(first, PingKind.SWAP))[-1]


async def asked(hosts: Hosts, group: Group, ping: Ping) -> Announcement | None:
    """Return what a question would say now."""
    return await hosts.run(lambda tx: host_swaps.prepare_question(UnitOfWork(tx), ping, group, hosts.now))


async def state(hosts: Hosts, group: Group, swap_id: SwapId) -> SwapState:
    swap = await hosts.run(lambda tx: SwapRepository(tx).get(group.id, swap_id))
    assert swap is not None
    return swap.state


# -- offered and agreed ---------------------------------------------------------------------------


async def test_an_offer_asks_the_other_and_changes_nothing_yet(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    await offer(hosts, group)
    assert await hosts.hosts(group) == [ANA, BEN]
    ping = await question(hosts, group)
    assert (ping.recipient, ping.direct, ping.due_at) == (BEN, False, hosts.now)
    assert ping.expires_at == first.starts_at - DECLINE_BEFORE
    announcement = await asked(hosts, group, ping)
    assert announcement is not None
    assert announcement.mentions == (BEN,)
    assert isinstance(announcement.content, SwapView)
    assert announcement.content.until == first.starts_at - DECLINE_BEFORE


async def test_who_agrees_swaps_turns_and_places(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ANA, BEN)
    first, second = await hosts.ahead(group)
    await hosts.rotation.choose(hosts.actor(BEN), second.id, places[BEN])
    await hosts.send_news(first)
    await hosts.send_news(second)
    swap_id = await offer(hosts, group)
    view = await hosts.swaps.agree(hosts.actor(BEN), swap_id)
    assert (view.turn.arrangement.host_id, view.other.arrangement.host_id) == (BEN, ANA)
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], BEN)
    assert (await hosts.arrangement(second)).settled == Settled(places[ANA], ANA)
    assert {(await hosts.arrangement(each)).basis for each in (first, second)} == {Basis.SWAPPED}
    assert await state(hosts, group, swap_id) is SwapState.AGREED
    for meeting in (first, second):
        assert (await hosts.notices(meeting))[-1] is PingState.PLANNED
    # One message for both; Ben, who agreed, need not be told.
    [news] = await hosts.place_news(group)
    assert [change.meeting.id for change in news.changes] == [first.id, second.id]
    assert news.people == (ANA,)


async def test_the_place_that_a_host_has_goes_along_though_it_is_not_their_own(
    hosts: Hosts, group: Group
) -> None:
    places = await hosts.found(ANA, BEN)
    first, second = await hosts.ahead(group)
    await hosts.rotation.choose(hosts.actor(BEN), second.id, places[ANA])
    await hosts.rotation.choose(hosts.actor(ANA), first.id, places[BEN])
    await hosts.swaps.agree(hosts.actor(BEN), await offer(hosts, group))
    assert (await hosts.arrangement(first)).settled == Settled(places[ANA], BEN)
    assert (await hosts.arrangement(second)).settled == Settled(places[BEN], ANA)


async def test_swapped_turns_stay_and_count_for_who_hosted(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    await hosts.swaps.agree(hosts.actor(BEN), await offer(hosts, group))
    await hosts.replan(group)
    assert await hosts.hosts(group) == [BEN, ANA]
    await hosts.hold(group, first)
    assert (await hosts.history(group))[0].host_id == BEN
    assert (await hosts.hosts(group))[0] == ANA


async def test_a_no_and_a_withdrawal_leave_the_turns(hosts: Hosts, group: Group) -> None:
    swap_id = await offer(hosts, group)
    view = await hosts.swaps.withdraw(hosts.actor(ANA), swap_id)
    assert view.swap is not None
    assert view.swap.state is SwapState.WITHDRAWN
    swap_id = await offer(hosts, group)
    await hosts.swaps.decline(hosts.actor(BEN), swap_id)
    assert await state(hosts, group, swap_id) is SwapState.DECLINED
    assert await hosts.hosts(group) == [ANA, BEN]
    first, second = await hosts.ahead(group)
    assert await hosts.notices(first) == await hosts.notices(second) == []


async def test_an_organizer_swaps_any_two_at_once(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    hosts.now = before(first, hours=1)
    view = await hosts.swaps.offer(hosts.actor(ORGANIZER), second.id, first.id)
    assert view.swap is None
    assert await hosts.hosts(group) == [BEN, ANA]
    assert await hosts.pings(first, PingKind.SWAP) == await hosts.pings(second, PingKind.SWAP) == []
    [news] = await hosts.place_news(group)
    assert len(news.changes) == 2
    assert set(news.people) == {ANA, BEN}


async def test_who_agrees_to_host_where_they_had_declined_hosts_there(hosts: Hosts, group: Group) -> None:
    await hosts.join(group, CHO)
    first, second = await hosts.ahead(group)
    await hosts.rotation.decline(hosts.actor(ANA), first.id)
    assert await hosts.hosts(group) == [CHO, BEN]
    await hosts.rotation.assign(hosts.actor(ORGANIZER), second.id, host_id=ANA, location_id=None)
    view = await hosts.swaps.offer(hosts.actor(CHO), first.id, second.id)
    assert view.swap is not None
    await hosts.swaps.agree(hosts.actor(ANA), view.swap.id)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [ANA, CHO]


# -- what cannot be offered -----------------------------------------------------------------------


async def test_one_offers_a_turn_of_ones_own_for_anothers(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    for who, turn, other, code in (
        (ANA, second.id, first.id, "swap.not_yours"),
        (ANA, first.id, first.id, "swap.same"),
        (ORGANIZER, first.id, first.id, "swap.same"),
        (ANA, first.id, (first.day + timedelta(days=14)), "hosting.not_planned"),
    ):
        async with refused(code):
            await hosts.swaps.offer(hosts.actor(who), turn, other)
    hosts.now = before(first, hours=24)
    async with refused("swap.late"):
        await hosts.swaps.offer(hosts.actor(ANA), first.id, second.id)
    assert await hosts.rows_of("swaps") == []


async def test_a_turn_is_not_offered_to_who_cannot_be_there(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.APOLOGIES)
    for who in (ANA, ORGANIZER):
        async with refused("hosting.host_away"):
            await hosts.swaps.offer(hosts.actor(who), first.id, second.id)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.GOING)
    swap_id = await offer(hosts, group)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.APOLOGIES)
    async with refused("hosting.host_away"):
        await hosts.swaps.agree(hosts.actor(BEN), swap_id)


async def test_a_turn_that_nobody_has_is_not_swapped(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    hosts.now = before(first, hours=3)
    await hosts.rsvps.answer(hosts.actor(ANA), first.id, Answer.APOLOGIES)
    async with refused("hosting.no_host"):
        await hosts.swaps.offer(hosts.actor(ORGANIZER), second.id, first.id)


async def test_nobody_is_asked_again_and_again(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    swap_id = await offer(hosts, group)
    for who, turn, other in ((ANA, first, second), (BEN, second, first)):
        async with refused("swap.offered"):
            await hosts.swaps.offer(hosts.actor(who), turn.id, other.id)
    for _ in range(MOST_OFFERS - 1):
        await hosts.swaps.withdraw(hosts.actor(ANA), swap_id)
        swap_id = await offer(hosts, group)
    await hosts.swaps.withdraw(hosts.actor(ANA), swap_id)
    async with refused("swap.many"):
        await offer(hosts, group)
    view = await hosts.swaps.offer(hosts.actor(BEN), second.id, first.id)  # he has made none
    assert view.swap is not None
    await hosts.swaps.decline(hosts.actor(ANA), view.swap.id)
    async with refused("swap.declined"):
        await hosts.swaps.offer(hosts.actor(BEN), second.id, first.id)


# -- what has changed meanwhile -------------------------------------------------------------------


async def test_only_what_was_offered_can_be_agreed_to(hosts: Hosts, group: Group) -> None:
    await hosts.join(group, CHO)
    _, second = await hosts.ahead(group)
    swap_id = await offer(hosts, group)
    ping = await question(hosts, group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), second.id, host_id=CHO, location_id=None)
    async with refused("swap.stale"):
        await hosts.swaps.agree(hosts.actor(BEN), swap_id)
    assert await asked(hosts, group, ping) is None
    # A turn that is another's by now can be asked for; the older offer is over with that.
    again = await offer(hosts, group)
    assert await state(hosts, group, swap_id) is SwapState.WITHDRAWN
    assert await asked(hosts, group, ping) is None
    assert await asked(hosts, group, await question(hosts, group)) is not None
    await hosts.swaps.agree(hosts.actor(CHO), again)
    assert await hosts.hosts(group) == [CHO, ANA]


async def test_an_offer_ends_with_its_time_its_meeting_and_its_people(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    swap_id = await offer(hosts, group)
    ping = await question(hosts, group)
    hosts.now = before(first, hours=24)
    async with refused("swap.late"):
        await hosts.swaps.agree(hosts.actor(BEN), swap_id)
    hosts.now = before(first, hours=30)
    await hosts.meetings.skip_turn(hosts.actor(ORGANIZER), first.id)
    async with refused("swap.stale"):
        await hosts.swaps.agree(hosts.actor(BEN), swap_id)
    assert await asked(hosts, group, ping) is None
    await hosts.leave(group, BEN)
    async with refused("swap.unknown"):
        await hosts.swaps.agree(hosts.actor(BEN), swap_id)


async def test_what_was_answered_is_not_asked_and_not_answered_again(hosts: Hosts, group: Group) -> None:
    swap_id = await offer(hosts, group)
    ping = await question(hosts, group)
    await hosts.swaps.agree(hosts.actor(BEN), swap_id)
    assert await asked(hosts, group, ping) is None
    for act, who in ((hosts.swaps.agree, BEN), (hosts.swaps.decline, BEN), (hosts.swaps.withdraw, ANA)):
        async with refused("swap.over"):
            await act(hosts.actor(who), swap_id)
    assert await hosts.hosts(group) == [BEN, ANA]


async def test_two_offers_of_one_turn_are_told_apart(hosts: Hosts, group: Group) -> None:
    swap_id = await offer(hosts, group)
    first_ping = await question(hosts, group)
    await hosts.swaps.withdraw(hosts.actor(ANA), swap_id)
    await offer(hosts, group)
    second_ping = await question(hosts, group)
    assert first_ping.key != second_ping.key
    assert await asked(hosts, group, first_ping) is None
    assert await asked(hosts, group, second_ping) is not None


# -- who may what, and at the same moment ---------------------------------------------------------

Act = Callable[[Hosts, UserId, GuildId, SwapId], Awaitable[object]]
ACTS: dict[str, Act] = {
    "agree": lambda hosts, who, guild, swap: hosts.swaps.agree(hosts.actor(who, guild=guild), swap),
    "decline": lambda hosts, who, guild, swap: hosts.swaps.decline(hosts.actor(who, guild=guild), swap),
    "withdraw": lambda hosts, who, guild, swap: hosts.swaps.withdraw(hosts.actor(who, guild=guild), swap),
}


@pytest.mark.parametrize("act", ACTS)
async def test_a_foreign_offer_is_as_unknown_as_a_missing_one(hosts: Hosts, group: Group, act: str) -> None:
    swap_id = await offer(hosts, group)
    await hosts.group("Ash", guild=ELSEWHERE, channel=200)
    was = [await hosts.rows_of(table) for table in TABLES]
    for who, guild, id_ in (
        (STRANGER, GUILD, swap_id),
        (BEN, ELSEWHERE, swap_id),
        (ORGANIZER, ELSEWHERE, swap_id),
        (BEN, GUILD, SwapId(MISSING)),
    ):
        async with refused("swap.unknown"):
            await ACTS[act](hosts, who, guild, id_)
    assert was == [await hosts.rows_of(table) for table in TABLES]


async def test_only_the_one_who_was_asked_answers_and_only_who_asked_withdraws(
    hosts: Hosts, group: Group
) -> None:
    swap_id = await offer(hosts, group)
    was = [await hosts.rows_of(table) for table in TABLES]
    for who in (ANA, ORGANIZER):
        for act in ("agree", "decline"):
            async with refused("swap.for_other"):
                await ACTS[act](hosts, who, GUILD, swap_id)
    for who in (BEN, ORGANIZER):
        async with refused("swap.not_offered"):
            await ACTS["withdraw"](hosts, who, GUILD, swap_id)
    assert was == [await hosts.rows_of(table) for table in TABLES]


async def test_a_meeting_of_another_group_is_not_swapped(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    ash = await hosts.group("Ash", channel=200)
    theirs: Meeting = (await hosts.ahead(ash))[0]
    async with refused("meeting.unknown"):
        await hosts.swaps.offer(hosts.actor(ANA), first.id, theirs.id, group.id)
    async with refused("group.unknown"):
        await hosts.swaps.offer(hosts.actor(STRANGER), first.id, theirs.id, group.id)


async def test_a_paused_group_swaps_nothing(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    swap_id = await offer(hosts, group)
    await hosts.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    async with refused("group.paused"):
        await hosts.swaps.agree(hosts.actor(BEN), swap_id)
    async with refused("group.paused"):
        await hosts.swaps.offer(hosts.actor(ANA), first.id, second.id)


async def test_two_consents_at_once_are_one_swap(hosts: Hosts, group: Group) -> None:
    swap_id = await offer(hosts, group)
    results = await asyncio.gather(
        *(hosts.swaps.agree(hosts.actor(BEN), swap_id) for _ in range(4)), return_exceptions=True
    )
    assert [each.code for each in results if isinstance(each, Refusal)] == ["swap.over"] * 3
    assert await hosts.hosts(group) == [BEN, ANA]
    for meeting in await hosts.ahead(group):
        assert await hosts.notices(meeting) == [PingState.PLANNED]


async def test_consent_and_withdrawal_at_once_are_one_of_them(hosts: Hosts, group: Group) -> None:
    swap_id = await offer(hosts, group)
    results = await asyncio.gather(
        hosts.swaps.agree(hosts.actor(BEN), swap_id),
        hosts.swaps.withdraw(hosts.actor(ANA), swap_id),
        return_exceptions=True,
    )
    assert [each.code for each in results if isinstance(each, Refusal)] == ["swap.over"]
    swapped = await state(hosts, group, swap_id) is SwapState.AGREED
    assert await hosts.hosts(group) == ([BEN, ANA] if swapped else [ANA, BEN])


async def test_consent_and_a_decline_of_the_turn_at_once_leave_a_host_who_agreed(
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.ahead(group)
    swap_id = await offer(hosts, group)
    results = await asyncio.gather(
        hosts.swaps.agree(hosts.actor(BEN), swap_id),
        hosts.rotation.decline(hosts.actor(ANA), first.id),
        return_exceptions=True,
    )
    codes = [each.code for each in results if isinstance(each, Refusal)]
    assert codes in (["swap.stale"], ["hosting.not_host"])
    assert (await hosts.hosts(group))[0] == BEN


async def test_two_who_offer_each_other_the_same_at_once_make_one_offer(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.ahead(group)
    results = await asyncio.gather(
        hosts.swaps.offer(hosts.actor(ANA), first.id, second.id),
        hosts.swaps.offer(hosts.actor(BEN), second.id, first.id),
        return_exceptions=True,
    )
    assert [each.code for each in results if isinstance(each, Refusal)] == ["swap.offered"]
    assert len(await hosts.rows_of("swaps")) == 1
