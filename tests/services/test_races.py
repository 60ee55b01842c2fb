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
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, Builder


async def test_changes_at_once_do_not_undo_each_other(builder: Builder) -> None:
    group = (await builder.create_group()).group
    for state, act in ((GroupState.PAUSED, builder.groups.pause), (GroupState.ACTIVE, builder.groups.resume)):
        await asyncio.gather(
            act(builder.act_as(ORGANIZER), group.id),
            builder.groups.write_charter(builder.act_as(ORGANIZER), group.id, f"We are {state.value}."),
            builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(name=f"Rowan {state.value}")),
            builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(channel_id=ChannelId(300))),
        )
        view = await builder.groups.get_group(builder.act_as(ORGANIZER))
        assert (view.group.state, view.group.charter, view.group.name, view.group.channel_id) == (
            state,
            f"We are {state.value}.",
            f"Rowan {state.value}",
            300,
        )


async def test_two_groups_cannot_take_one_name_at_once(builder: Builder) -> None:
    groups = [(await builder.create_group(name)).group for name in ("Rowan", "Birch")]
    results = await asyncio.gather(
        *(
            builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(name="Hazel"))
            for group in groups
        ),
        return_exceptions=True,
    )
    assert [result.code for result in results if isinstance(result, Refusal)] == ["group.name_taken"]
    assert sum(isinstance(result, Exception) for result in results) == 1


async def test_an_organizer_who_hands_over_and_leaves_at_once_leaves_one_behind(
    builder: Builder,
) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA, BEN)
    results = await asyncio.gather(
        builder.members.transfer(builder.act_as(ORGANIZER), BEN, keep=False, group_id=group.id),
        builder.members.leave(builder.act_as(ORGANIZER), group.id),
        builder.members.leave(builder.act_as(BEN), group.id),
        return_exceptions=True,
    )
    assert all(isinstance(result, Refusal) for result in results if isinstance(result, Exception))
    assert [(each.user_id, each.role) for each in await builder.list_members(group.id)] == [
        (ANA, Role.ORGANIZER)
    ]


async def test_a_pause_leaves_but_the_word_about_it_whatever_is_changed_beside_it(
    builder: Builder,
) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), BEN)
    await asyncio.gather(
        builder.groups.pause(builder.act_as(ORGANIZER), group.id),
        builder.invitations.accept(builder.act_as(BEN), offer.invitation.id),
        builder.preferences.choose(builder.act_as(ANA), direct_messages=True),
        builder.members.leave(builder.act_as(ANA), group.id),
        return_exceptions=True,  # settings are refused when their person has left by then
    )
    assert await builder.read_rows("SELECT kind FROM outbox WHERE state = 'planned'") == [{"kind": "break"}]


@pytest.mark.parametrize("other", ["decline", "revoke"])
async def test_an_answer_and_its_opposite_at_once_are_one(builder: Builder, other: str) -> None:
    group = (await builder.create_group()).group
    for user in (ANA, BEN, CHO):
        offer = await builder.invitations.invite(builder.act_as(ORGANIZER), user)
        against = builder.act_as(ORGANIZER if other == "revoke" else user)
        results = await asyncio.gather(
            getattr(builder.invitations, other)(against, offer.invitation.id),
            builder.invitations.accept(builder.act_as(user), offer.invitation.id),
            return_exceptions=True,
        )
        assert sum(isinstance(result, Refusal) for result in results) == 1
        [row] = await builder.read_rows(
            "SELECT state FROM invitations WHERE id = :id", id=offer.invitation.id
        )
        inside = user in {member.user_id for member in await builder.list_members(group.id)}
        assert inside == (row["state"] == "accepted") == isinstance(results[0], Refusal)


async def test_who_is_invited_and_whose_group_loses_seats_at_once_never_overfills_it(
    builder: Builder,
) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, CHO)
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    await asyncio.gather(
        builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(capacity=2)),
        builder.invitations.accept(builder.act_as(ANA), offer.invitation.id),
        return_exceptions=True,
    )
    [row] = await builder.read_rows("SELECT capacity FROM groups")
    assert len(await builder.list_members(group.id)) <= row["capacity"]


async def test_two_organizers_who_move_one_meeting_are_told_as_one_move(builder: Builder) -> None:
    group = await builder.add_group()
    [meeting, _] = await builder.list_ahead(group)
    await builder.post_card(meeting)
    await asyncio.gather(
        builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=date(2026, 1, 9), at=None),
        builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=None, at=time(18)),
    )
    moved = await builder.reload_meeting(meeting)
    assert (moved.day, moved.time) == (date(2026, 1, 9), time(18))
    assert moved.moved_from == meeting.starts_at
    assert len([kind for kind in await builder.list_planned_kinds(meeting) if kind is PingKind.CHANGE]) == 1


async def test_a_meeting_is_skipped_or_cancelled_but_not_both(builder: Builder) -> None:
    group = await builder.add_group()
    [meeting, _] = await builder.list_ahead(group)
    results = await asyncio.gather(
        builder.meetings.skip(builder.act_as(ORGANIZER), meeting.id, Reason.HOLIDAY),
        builder.meetings.cancel(builder.act_as(ORGANIZER), meeting.id, Reason.BELOW_QUORUM),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert (await builder.reload_meeting(meeting)).state is (
        MeetingState.CANCELLED if isinstance(results[0], Refusal) else MeetingState.SKIPPED
    )
    assert await builder.list_planned_kinds(meeting) == [PingKind.CHANGE]
