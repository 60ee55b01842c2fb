"""One organizer decides, once, what becomes of a meeting to which few come, on both engines."""

import asyncio

import pytest

from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.meetings import MeetingState, QuorumDecision, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings import location_messages
from buddybot.storage.engine.database import Database
from buddybot.storage.locations.arrangements import ArrangementRepository
from tests.services.builder import ANA, ORGANIZER, STRANGER, refused
from tests.services.meetings.quorum_group import QuorumGroup, add_quorum_group


@pytest.fixture
async def rowan(database: Database) -> QuorumGroup:
    """The organizer, Ana and Ben meet on Thursday; it is Monday, and three are to come."""
    return await add_quorum_group(database)


async def test_meeting_anyway_is_kept_and_ends_the_question(rowan: QuorumGroup) -> None:
    decided = await rowan.decide(QuorumDecision.MEET)
    assert (decided.meeting.quorum_decision, decided.again) == (QuorumDecision.MEET, False)
    assert decided.meeting.state is MeetingState.SCHEDULED
    assert await rowan.due() is None


async def test_cancelling_is_what_the_command_does_with_few_as_the_reason(rowan: QuorumGroup) -> None:
    twin = QuorumGroup(rowan.builder, rowan.group, (await rowan.builder.list_ahead(rowan.group))[1])
    for each in (rowan, twin):
        await each.builder.post_card(each.meeting)
    await rowan.builder.meetings.cancel(rowan.builder.act_as(ORGANIZER), twin.meeting.id, Reason.BELOW_QUORUM)
    decided = await rowan.decide(QuorumDecision.CANCEL)
    by_command = await rowan.builder.reload_meeting(twin.meeting)
    assert (decided.meeting.state, decided.meeting.reason) == (by_command.state, by_command.reason)
    assert decided.meeting.quorum_decision is QuorumDecision.CANCEL
    assert await rowan.builder.list_planned_kinds(rowan.meeting) == await rowan.builder.list_planned_kinds(
        twin.meeting
    )
    assert await rowan.builder.list_planned_kinds(rowan.meeting) == [PingKind.CHANGE]
    assert await rowan.builder.is_card_stale(rowan.meeting)


async def test_online_is_at_the_virtual_place_used_longest_ago_and_nobodys_turn(rowan: QuorumGroup) -> None:
    await rowan.place("Lately", weeks_ago=1)
    longest = await rowan.place("Long ago", weeks_ago=9)
    await rowan.place("Never any more", retired=True)
    await rowan.hosted_by(ANA)
    await rowan.decide(QuorumDecision.ONLINE)
    arrangement = await rowan.arrangement()
    assert (arrangement.location_id, arrangement.host_id, arrangement.online) == (longest, None, True)
    assert arrangement.basis is Basis.ASSIGNED
    await rowan.builder.write(
        lambda tx: rowan.builder.planner.plan(UnitOfWork(tx), rowan.group, rowan.builder.now)
    )
    assert await rowan.arrangement() == arrangement


async def test_a_place_never_used_comes_before_all_others(rowan: QuorumGroup) -> None:
    await rowan.place("Long ago", weeks_ago=9)
    fresh = await rowan.place("Fresh")
    await rowan.decide(QuorumDecision.ONLINE)
    assert (await rowan.arrangement()).location_id == fresh


async def test_who_comes_hears_of_it_also_where_no_place_was_ever_said(rowan: QuorumGroup) -> None:
    await rowan.builder.post_card(rowan.meeting)
    await rowan.builder.write(lambda tx: ArrangementRepository(tx).mark_announced([rowan.meeting.id]))
    await rowan.answer(ANA)
    await rowan.decide(QuorumDecision.ONLINE)
    assert PingKind.PLACE in await rowan.builder.list_planned_kinds(rowan.meeting)
    ping = await rowan.ping(PingKind.PLACE)
    told = await rowan.builder.write(
        lambda tx: location_messages.prepare_location_change(
            UnitOfWork(tx), ping, rowan.group, rowan.builder.now
        )
    )
    assert told is not None
    assert told.mentions == (ANA,)
    assert isinstance(told.content, location_messages.LocationChanges)
    assert told.content.changes[0].now.online


async def test_members_strangers_and_paused_groups_decide_nothing(rowan: QuorumGroup) -> None:
    async with refused("quorum.organizers"):
        await rowan.decide(QuorumDecision.MEET, ANA)
    async with refused("meeting.unknown"):
        await rowan.decide(QuorumDecision.MEET, STRANGER)
    async with refused("quorum.organizers"):
        await rowan.few.look(rowan.builder.act_as(ANA), rowan.meeting.id)
    await rowan.groups.pause(rowan.builder.act_as(ORGANIZER))
    async with refused("group.paused"):
        await rowan.decide(QuorumDecision.CANCEL)
    assert (await rowan.builder.reload_meeting(rowan.meeting)).quorum_decision is None


@pytest.mark.parametrize(
    "state", [MeetingState.OPEN, MeetingState.CLOSED, MeetingState.SKIPPED, MeetingState.CANCELLED]
)
async def test_nothing_is_decided_about_what_is_no_longer_ahead(
    rowan: QuorumGroup, state: MeetingState
) -> None:
    await rowan.builder.set_meeting_state(rowan.meeting, state)
    for decision in QuorumDecision:
        async with refused("quorum.over"):
            await rowan.decide(decision)
    async with refused("quorum.over"):
        await rowan.few.look(rowan.builder.act_as(ORGANIZER), rowan.meeting.id)


@pytest.mark.parametrize("first", list(QuorumDecision))
async def test_the_first_decision_stays(rowan: QuorumGroup, first: QuorumDecision) -> None:
    await rowan.decide(first)
    before = await rowan.builder.reload_meeting(rowan.meeting)
    for decision in QuorumDecision:
        again = await rowan.decide(decision)
        assert (again.decision, again.again) == (first, True)
    assert (await rowan.few.look(rowan.builder.act_as(ORGANIZER), rowan.meeting.id)).again
    assert await rowan.builder.reload_meeting(rowan.meeting) == before


async def test_two_who_decide_at_once_decide_once(rowan: QuorumGroup) -> None:
    results = await asyncio.gather(*(rowan.decide(decision) for decision in QuorumDecision))
    assert sorted(result.again for result in results) == [False, True, True]
    kept = (await rowan.builder.reload_meeting(rowan.meeting)).quorum_decision
    assert {result.decision for result in results} == {kept}
