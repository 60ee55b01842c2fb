"""Turns are swapped when both agree, or when an organizer says so; the place goes with its host."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import SwapId
from buddybot.domain.locations.host_swaps import MOST_OFFERS, SwapState
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import Actor, Announcement, UnitOfWork
from buddybot.services.locations import host_swaps
from buddybot.services.locations.arrangements import DECLINE_BEFORE
from buddybot.services.locations.host_swaps import SwapView
from buddybot.storage.locations.host_swaps import SwapRepository
from tests.services.builder import ANA, BEN, CHO, ELSEWHERE, GUILD, ORGANIZER, STRANGER, Builder, refused
from tests.services.locations.hosting import (
    before,
    list_history,
    list_notice_states,
    prepare_notices,
    send_notices,
)

TABLES = ("venues", "swaps", "host_passes", "outbox")


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan: the next meeting is Ana's, the one after it Ben's, and the group knows."""
    group = await builder.add_rotating_group()
    await builder.rotation.set_willing(builder.act_as(ORGANIZER), group.id, hosts=False)
    await builder.announce_ahead(group)
    assert await builder.list_hosts(group) == [ANA, BEN]
    return group


async def offer(builder: Builder, group: Group) -> SwapId:
    """Let Ana offer her turn for Ben's."""
    first, second = await builder.list_ahead(group)
    view = await builder.swaps.offer(builder.act_as(ANA), first.id, second.id)
    assert view.swap is not None
    assert view.swap.state is SwapState.OPEN
    return view.swap.id


async def question(builder: Builder, group: Group) -> Ping:
    """Return the latest ping that asks somebody."""
    first, _ = await builder.list_ahead(group)
    return (await builder.list_pings(first, PingKind.SWAP))[-1]


async def asked(builder: Builder, group: Group, ping: Ping) -> Announcement | None:
    """Return what a question would say now."""
    return await builder.write(
        lambda tx: host_swaps.prepare_question(UnitOfWork(tx), ping, group, builder.now)
    )


async def state(builder: Builder, group: Group, swap_id: SwapId) -> SwapState:
    swap = await builder.write(lambda tx: SwapRepository(tx).get(group.id, swap_id))
    assert swap is not None
    return swap.state


# -- offered and agreed ---------------------------------------------------------------------------


async def test_an_offer_asks_the_other_and_changes_nothing_yet(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    await offer(builder, group)
    assert await builder.list_hosts(group) == [ANA, BEN]
    ping = await question(builder, group)
    assert (ping.recipient, ping.direct, ping.due_at) == (BEN, False, builder.now)
    assert ping.expires_at == first.starts_at - DECLINE_BEFORE
    announcement = await asked(builder, group, ping)
    assert announcement is not None
    assert announcement.mentions == (BEN,)
    assert isinstance(announcement.content, SwapView)
    assert announcement.content.until == first.starts_at - DECLINE_BEFORE


async def test_who_agrees_swaps_turns_and_places(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ANA, BEN)
    first, second = await builder.list_ahead(group)
    await builder.rotation.choose(builder.act_as(BEN), second.id, places[BEN])
    await send_notices(builder, first)
    await send_notices(builder, second)
    swap_id = await offer(builder, group)
    view = await builder.swaps.agree(builder.act_as(BEN), swap_id)
    assert (view.turn.arrangement.host_id, view.other.arrangement.host_id) == (BEN, ANA)
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], BEN)
    assert (await builder.get_arrangement(second)).settled == Settled(places[ANA], ANA)
    assert {(await builder.get_arrangement(each)).basis for each in (first, second)} == {Basis.SWAPPED}
    assert await state(builder, group, swap_id) is SwapState.AGREED
    for meeting in (first, second):
        assert (await list_notice_states(builder, meeting))[-1] is PingState.PLANNED
    # One message for both; Ben, who agreed, need not be told.
    [news] = await prepare_notices(builder, group)
    assert [change.meeting.id for change in news.changes] == [first.id, second.id]
    assert news.people == (ANA,)


async def test_the_place_that_a_host_has_goes_along_though_it_is_not_their_own(
    builder: Builder, group: Group
) -> None:
    places = await builder.add_cafes(ANA, BEN)
    first, second = await builder.list_ahead(group)
    await builder.rotation.choose(builder.act_as(BEN), second.id, places[ANA])
    await builder.rotation.choose(builder.act_as(ANA), first.id, places[BEN])
    await builder.swaps.agree(builder.act_as(BEN), await offer(builder, group))
    assert (await builder.get_arrangement(first)).settled == Settled(places[ANA], BEN)
    assert (await builder.get_arrangement(second)).settled == Settled(places[BEN], ANA)


async def test_swapped_turns_stay_and_count_for_who_hosted(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    await builder.swaps.agree(builder.act_as(BEN), await offer(builder, group))
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [BEN, ANA]
    await builder.hold_meeting(group, first)
    assert (await list_history(builder, group))[0].host_id == BEN
    assert (await builder.list_hosts(group))[0] == ANA


async def test_a_no_and_a_withdrawal_leave_the_turns(builder: Builder, group: Group) -> None:
    swap_id = await offer(builder, group)
    view = await builder.swaps.withdraw(builder.act_as(ANA), swap_id)
    assert view.swap is not None
    assert view.swap.state is SwapState.WITHDRAWN
    swap_id = await offer(builder, group)
    await builder.swaps.decline(builder.act_as(BEN), swap_id)
    assert await state(builder, group, swap_id) is SwapState.DECLINED
    assert await builder.list_hosts(group) == [ANA, BEN]
    first, second = await builder.list_ahead(group)
    assert await list_notice_states(builder, first) == await list_notice_states(builder, second) == []


async def test_an_organizer_swaps_any_two_at_once(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    builder.now = before(first, hours=1)
    view = await builder.swaps.offer(builder.act_as(ORGANIZER), second.id, first.id)
    assert view.swap is None
    assert await builder.list_hosts(group) == [BEN, ANA]
    for meeting in (first, second):
        assert await builder.list_pings(meeting, PingKind.SWAP) == []
    [news] = await prepare_notices(builder, group)
    assert len(news.changes) == 2
    assert set(news.people) == {ANA, BEN}


async def test_who_agrees_to_host_where_they_had_declined_hosts_there(builder: Builder, group: Group) -> None:
    await builder.add_member(group, CHO)
    first, second = await builder.list_ahead(group)
    await builder.rotation.decline(builder.act_as(ANA), first.id)
    assert await builder.list_hosts(group) == [CHO, BEN]
    await builder.rotation.assign(builder.act_as(ORGANIZER), second.id, host_id=ANA, location_id=None)
    view = await builder.swaps.offer(builder.act_as(CHO), first.id, second.id)
    assert view.swap is not None
    await builder.swaps.agree(builder.act_as(ANA), view.swap.id)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [ANA, CHO]


# -- what cannot be offered -----------------------------------------------------------------------


async def test_one_offers_a_turn_of_ones_own_for_anothers(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    for who, turn, other, code in (
        (ANA, second.id, first.id, "swap.not_yours"),
        (ANA, first.id, first.id, "swap.same"),
        (ORGANIZER, first.id, first.id, "swap.same"),
        (ANA, first.id, (first.day + timedelta(days=14)), "hosting.not_planned"),
    ):
        async with refused(code):
            await builder.swaps.offer(builder.act_as(who), turn, other)
    builder.now = before(first, hours=24)
    async with refused("swap.late"):
        await builder.swaps.offer(builder.act_as(ANA), first.id, second.id)
    assert await builder.read_table("swaps") == []


async def test_a_turn_is_not_offered_to_who_cannot_be_there(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.APOLOGIES)
    for who in (ANA, ORGANIZER):
        async with refused("hosting.host_away"):
            await builder.swaps.offer(builder.act_as(who), first.id, second.id)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.GOING)
    swap_id = await offer(builder, group)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.APOLOGIES)
    async with refused("hosting.host_away"):
        await builder.swaps.agree(builder.act_as(BEN), swap_id)


async def test_a_turn_that_nobody_has_is_not_swapped(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    builder.now = before(first, hours=3)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    async with refused("hosting.no_host"):
        await builder.swaps.offer(builder.act_as(ORGANIZER), second.id, first.id)


async def test_nobody_is_asked_again_and_again(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    swap_id = await offer(builder, group)
    for who, turn, other in ((ANA, first, second), (BEN, second, first)):
        async with refused("swap.offered"):
            await builder.swaps.offer(builder.act_as(who), turn.id, other.id)
    for _ in range(MOST_OFFERS - 1):
        await builder.swaps.withdraw(builder.act_as(ANA), swap_id)
        swap_id = await offer(builder, group)
    await builder.swaps.withdraw(builder.act_as(ANA), swap_id)
    async with refused("swap.many"):
        await offer(builder, group)
    view = await builder.swaps.offer(builder.act_as(BEN), second.id, first.id)  # he has made none
    assert view.swap is not None
    await builder.swaps.decline(builder.act_as(ANA), view.swap.id)
    async with refused("swap.declined"):
        await builder.swaps.offer(builder.act_as(BEN), second.id, first.id)


# -- what has changed meanwhile -------------------------------------------------------------------


async def test_only_what_was_offered_can_be_agreed_to(builder: Builder, group: Group) -> None:
    await builder.add_member(group, CHO)
    _, second = await builder.list_ahead(group)
    swap_id = await offer(builder, group)
    ping = await question(builder, group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), second.id, host_id=CHO, location_id=None)
    async with refused("swap.stale"):
        await builder.swaps.agree(builder.act_as(BEN), swap_id)
    assert await asked(builder, group, ping) is None
    # A turn that is another's by now can be asked for; the older offer is over with that.
    again = await offer(builder, group)
    assert await state(builder, group, swap_id) is SwapState.WITHDRAWN
    assert await asked(builder, group, ping) is None
    assert await asked(builder, group, await question(builder, group)) is not None
    await builder.swaps.agree(builder.act_as(CHO), again)
    assert await builder.list_hosts(group) == [CHO, ANA]


async def test_an_offer_ends_with_its_time_its_meeting_and_its_people(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    swap_id = await offer(builder, group)
    ping = await question(builder, group)
    builder.now = before(first, hours=24)
    async with refused("swap.late"):
        await builder.swaps.agree(builder.act_as(BEN), swap_id)
    builder.now = before(first, hours=30)
    await builder.meetings.skip_turn(builder.act_as(ORGANIZER), first.id)
    async with refused("swap.stale"):
        await builder.swaps.agree(builder.act_as(BEN), swap_id)
    assert await asked(builder, group, ping) is None
    await builder.remove_member(group, BEN)
    async with refused("swap.unknown"):
        await builder.swaps.agree(builder.act_as(BEN), swap_id)


async def test_what_was_answered_is_not_asked_and_not_answered_again(builder: Builder, group: Group) -> None:
    swap_id = await offer(builder, group)
    ping = await question(builder, group)
    await builder.swaps.agree(builder.act_as(BEN), swap_id)
    assert await asked(builder, group, ping) is None
    for act, who in ((builder.swaps.agree, BEN), (builder.swaps.decline, BEN), (builder.swaps.withdraw, ANA)):
        async with refused("swap.over"):
            await act(builder.act_as(who), swap_id)
    assert await builder.list_hosts(group) == [BEN, ANA]


async def test_two_offers_of_one_turn_are_told_apart(builder: Builder, group: Group) -> None:
    swap_id = await offer(builder, group)
    first_ping = await question(builder, group)
    await builder.swaps.withdraw(builder.act_as(ANA), swap_id)
    await offer(builder, group)
    second_ping = await question(builder, group)
    assert first_ping.key != second_ping.key
    assert await asked(builder, group, first_ping) is None
    assert await asked(builder, group, second_ping) is not None


# -- who may what, and at the same moment ---------------------------------------------------------

Act = Callable[[Builder, Actor, SwapId], Awaitable[object]]
ACTS: dict[str, Act] = {
    "agree": lambda services, actor, swap: services.swaps.agree(actor, swap),
    "decline": lambda services, actor, swap: services.swaps.decline(actor, swap),
    "withdraw": lambda services, actor, swap: services.swaps.withdraw(actor, swap),
}


@pytest.mark.parametrize("act", ACTS)
async def test_a_foreign_offer_is_as_unknown_as_a_missing_one(
    builder: Builder, group: Group, act: str
) -> None:
    swap_id = await offer(builder, group)
    await builder.add_group("Ash", guild=ELSEWHERE, channel=200)
    was = [await builder.read_table(table) for table in TABLES]
    for who, guild, id_ in (
        (STRANGER, GUILD, swap_id),
        (BEN, ELSEWHERE, swap_id),
        (ORGANIZER, ELSEWHERE, swap_id),
        (BEN, GUILD, SwapId(987_654_321)),
    ):
        async with refused("swap.unknown"):
            await ACTS[act](builder, builder.act_as(who, guild=guild), id_)
    assert was == [await builder.read_table(table) for table in TABLES]


async def test_only_the_one_who_was_asked_answers_and_only_who_asked_withdraws(
    builder: Builder, group: Group
) -> None:
    swap_id = await offer(builder, group)
    was = [await builder.read_table(table) for table in TABLES]
    for who in (ANA, ORGANIZER):
        for act in ("agree", "decline"):
            async with refused("swap.for_other"):
                await ACTS[act](builder, builder.act_as(who), swap_id)
    for who in (BEN, ORGANIZER):
        async with refused("swap.not_offered"):
            await ACTS["withdraw"](builder, builder.act_as(who), swap_id)
    assert was == [await builder.read_table(table) for table in TABLES]


async def test_a_meeting_of_another_group_is_not_swapped(builder: Builder, group: Group) -> None:
    first, _ = await builder.list_ahead(group)
    ash = await builder.add_group("Ash", channel=200)
    theirs: Meeting = (await builder.list_ahead(ash))[0]
    async with refused("meeting.unknown"):
        await builder.swaps.offer(builder.act_as(ANA), first.id, theirs.id, group.id)
    async with refused("group.unknown"):
        await builder.swaps.offer(builder.act_as(STRANGER), first.id, theirs.id, group.id)


async def test_a_paused_group_swaps_nothing(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    swap_id = await offer(builder, group)
    await builder.set_group_state(group, GroupState.PAUSED)
    async with refused("group.paused"):
        await builder.swaps.agree(builder.act_as(BEN), swap_id)
    async with refused("group.paused"):
        await builder.swaps.offer(builder.act_as(ANA), first.id, second.id)


async def test_two_consents_at_once_are_one_swap(builder: Builder, group: Group) -> None:
    swap_id = await offer(builder, group)
    results = await asyncio.gather(
        *(builder.swaps.agree(builder.act_as(BEN), swap_id) for _ in range(4)), return_exceptions=True
    )
    assert [each.code for each in results if isinstance(each, Refusal)] == ["swap.over"] * 3
    assert await builder.list_hosts(group) == [BEN, ANA]
    for meeting in await builder.list_ahead(group):
        assert await list_notice_states(builder, meeting) == [PingState.PLANNED]


async def test_consent_and_withdrawal_at_once_are_one_of_them(builder: Builder, group: Group) -> None:
    swap_id = await offer(builder, group)
    results = await asyncio.gather(
        builder.swaps.agree(builder.act_as(BEN), swap_id),
        builder.swaps.withdraw(builder.act_as(ANA), swap_id),
        return_exceptions=True,
    )
    assert [each.code for each in results if isinstance(each, Refusal)] == ["swap.over"]
    swapped = await state(builder, group, swap_id) is SwapState.AGREED
    assert await builder.list_hosts(group) == ([BEN, ANA] if swapped else [ANA, BEN])


async def test_consent_and_a_decline_of_the_turn_at_once_leave_a_host_who_agreed(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.list_ahead(group)
    swap_id = await offer(builder, group)
    results = await asyncio.gather(
        builder.swaps.agree(builder.act_as(BEN), swap_id),
        builder.rotation.decline(builder.act_as(ANA), first.id),
        return_exceptions=True,
    )
    codes = [each.code for each in results if isinstance(each, Refusal)]
    assert codes in (["swap.stale"], ["hosting.not_host"])
    assert (await builder.list_hosts(group))[0] == BEN


async def test_two_who_offer_each_other_the_same_at_once_make_one_offer(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.list_ahead(group)
    results = await asyncio.gather(
        builder.swaps.offer(builder.act_as(ANA), first.id, second.id),
        builder.swaps.offer(builder.act_as(BEN), second.id, first.id),
        return_exceptions=True,
    )
    assert [each.code for each in results if isinstance(each, Refusal)] == ["swap.offered"]
    assert len(await builder.read_table("swaps")) == 1
