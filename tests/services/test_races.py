"""What is done at the same moment, on both engines: it is done one after the other, or refused."""

import asyncio
from datetime import date, time

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import GroupState, Role
from buddybot.domain.ids import ChannelId
from buddybot.domain.meetings.meetings import MeetingState, Reason
from buddybot.domain.pings import PingKind
from buddybot.services.groups.groups import Changes
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, BEN, CHO, ORGANIZER, Club
from tests.services.meetings.calendar_house import House


@pytest.fixture
def club(database: Database) -> Club:
    """People and groups on each engine."""
    return Club(database)


@pytest.fixture
def house(database: Database) -> House:
    """A calendar on each engine."""
    return House(database)


async def test_changes_at_once_do_not_undo_each_other(club: Club) -> None:
    group = (await club.group()).group
    for state, act in ((GroupState.PAUSED, club.groups.pause), (GroupState.ACTIVE, club.groups.resume)):
        await asyncio.gather(
            act(club.actor(ORGANIZER), group.id),
            club.groups.write_charter(club.actor(ORGANIZER), group.id, f"We are {state.value}."),
            club.groups.change(club.actor(ORGANIZER), group.id, Changes(name=f"Rowan {state.value}")),
            club.groups.change(club.actor(ORGANIZER), group.id, Changes(channel_id=ChannelId(300))),
        )
        view = await club.groups.get_group(club.actor(ORGANIZER))
        assert (view.group.state, view.group.charter, view.group.name, view.group.channel_id) == (
            state,
            f"We are {state.value}.",
            f"Rowan {state.value}",
            300,
        )


async def test_two_groups_cannot_take_one_name_at_once(club: Club) -> None:
    groups = [(await club.group(name)).group for name in ("Rowan", "Birch")]
    results = await asyncio.gather(
        *(club.groups.change(club.actor(ORGANIZER), group.id, Changes(name="Hazel")) for group in groups),
        return_exceptions=True,
    )
    assert [result.code for result in results if isinstance(result, Refusal)] == ["group.name_taken"]
    assert sum(isinstance(result, Exception) for result in results) == 1


async def test_an_organizer_who_hands_over_and_leaves_at_once_leaves_one_behind(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA, BEN)
    results = await asyncio.gather(
        club.members.transfer(club.actor(ORGANIZER), BEN, keep=False, group_id=group.id),
        club.members.leave(club.actor(ORGANIZER), group.id),
        club.members.leave(club.actor(BEN), group.id),
        return_exceptions=True,
    )
    assert all(isinstance(result, Refusal) for result in results if isinstance(result, Exception))
    assert [(each.user_id, each.role) for each in await club.current(group.id)] == [(ANA, Role.ORGANIZER)]


async def test_a_pause_leaves_but_the_word_about_it_whatever_is_changed_beside_it(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA)
    offer = await club.invitations.invite(club.actor(ORGANIZER), BEN)
    await asyncio.gather(
        club.groups.pause(club.actor(ORGANIZER), group.id),
        club.invitations.accept(club.actor(BEN), offer.invitation.id),
        club.preferences.choose(club.actor(ANA), direct_messages=True),
        club.members.leave(club.actor(ANA), group.id),
        return_exceptions=True,  # settings are refused when their person has left by then
    )
    assert await club.rows("SELECT kind FROM outbox WHERE state = 'planned'") == [{"kind": "break"}]


@pytest.mark.parametrize("other", ["decline", "revoke"])
async def test_an_answer_and_its_opposite_at_once_are_one(club: Club, other: str) -> None:
    group = (await club.group()).group
    for user in (ANA, BEN, CHO):
        offer = await club.invitations.invite(club.actor(ORGANIZER), user)
        against = club.actor(ORGANIZER if other == "revoke" else user)
        results = await asyncio.gather(
            getattr(club.invitations, other)(against, offer.invitation.id),
            club.invitations.accept(club.actor(user), offer.invitation.id),
            return_exceptions=True,
        )
        assert sum(isinstance(result, Refusal) for result in results) == 1
        [row] = await club.rows("SELECT state FROM invitations WHERE id = :id", id=offer.invitation.id)
        inside = user in {member.user_id for member in await club.current(group.id)}
        assert inside == (row["state"] == "accepted") == isinstance(results[0], Refusal)


async def test_who_is_invited_and_whose_group_loses_seats_at_once_never_overfills_it(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, CHO)
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    await asyncio.gather(
        club.groups.change(club.actor(ORGANIZER), group.id, Changes(capacity=2)),
        club.invitations.accept(club.actor(ANA), offer.invitation.id),
        return_exceptions=True,
    )
    [row] = await club.rows("SELECT capacity FROM groups")
    assert len(await club.current(group.id)) <= row["capacity"]


async def test_two_organizers_who_move_one_meeting_are_told_as_one_move(house: House) -> None:
    group = await house.group()
    [meeting, _] = await house.ahead(group)
    await house.announce(meeting)
    await asyncio.gather(
        house.meetings.move(house.actor(ORGANIZER), meeting.id, day=date(2026, 1, 9), at=None),
        house.meetings.move(house.actor(ORGANIZER), meeting.id, day=None, at=time(18)),
    )
    moved = await house.fresh(meeting)
    assert (moved.day, moved.time) == (date(2026, 1, 9), time(18))
    assert moved.moved_from == meeting.starts_at
    assert len([kind for kind in await house.planned(meeting) if kind is PingKind.CHANGE]) == 1


async def test_a_meeting_is_skipped_or_cancelled_but_not_both(house: House) -> None:
    group = await house.group()
    [meeting, _] = await house.ahead(group)
    results = await asyncio.gather(
        house.meetings.skip(house.actor(ORGANIZER), meeting.id, Reason.HOLIDAY),
        house.meetings.cancel(house.actor(ORGANIZER), meeting.id, Reason.BELOW_QUORUM),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert (await house.fresh(meeting)).state is (
        MeetingState.CANCELLED if isinstance(results[0], Refusal) else MeetingState.SKIPPED
    )
    assert await house.planned(meeting) == [PingKind.CHANGE]
