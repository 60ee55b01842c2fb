"""The only way in, on both engines: for one person, once, in time, and never past the last seat."""

import asyncio
from datetime import timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.invitations import InvitationState
from buddybot.domain.ids import ChannelId, InvitationId, MessageId, UserId
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.services.groups.groups import Changes
from buddybot.services.groups.invitations import MOST_MADE, MOST_OPEN
from tests.services.builder import ANA, BEN, CHO, ELSEWHERE, ORGANIZER, STRANGER, Builder, refused

WRONG = "AAAA-BBBB-CCCC-DDDD"


@pytest.fixture
async def group(builder: Builder) -> Group:
    """A group of its organizer alone, for six."""
    return (await builder.create_group()).group


async def test_the_invited_person_reads_and_accepts(builder: Builder, group: Group) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    assert offer.invitation.expires_at - builder.now == timedelta(days=7)
    read = await builder.invitations.read(builder.act_as(ANA), offer.invitation.id)
    assert (read.group.charter, read.members, read.schedule is not None) == ("Be kind.", 1, True)
    accepted = await builder.invitations.accept(builder.act_as(ANA), offer.invitation.id)
    assert accepted.invitation.state is InvitationState.ACCEPTED
    assert accepted.next_meeting is not None
    assert [(m.user_id, m.organizes) for m in await builder.list_members(group.id)] == [
        (ORGANIZER, True),
        (ANA, False),
    ]


@pytest.mark.parametrize("answer", ["read", "accept", "decline"])
async def test_nobody_else_may_answer(builder: Builder, group: Group, answer: str) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    act = getattr(builder.invitations, answer)
    for stranger in (STRANGER, ORGANIZER):
        async with refused("invitation.not_yours"):
            await act(builder.act_as(stranger), offer.invitation.id)
    async with refused("invitation.unknown"):
        await act(builder.act_as(ANA, guild=ELSEWHERE), offer.invitation.id)
    async with refused("invitation.unknown"):
        await act(builder.act_as(ANA), InvitationId(999))
    assert len(await builder.list_members(group.id)) == 1
    assert (await builder.read_rows("SELECT state FROM invitations")) == [{"state": "open"}]


@pytest.mark.parametrize("answer", ["read", "accept", "decline"])
@pytest.mark.parametrize("end", ["accepted", "declined", "revoked", "expired"])
async def test_an_invitation_is_answered_once_and_in_time(
    builder: Builder, group: Group, end: str, answer: str
) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    invitation = offer.invitation.id
    if end == "accepted":
        await builder.invitations.accept(builder.act_as(ANA), invitation)
        await builder.members.leave(builder.act_as(ANA), group.id)
    elif end == "declined":
        await builder.invitations.decline(builder.act_as(ANA), invitation)
    elif end == "revoked":
        await builder.invitations.revoke(builder.act_as(ORGANIZER), invitation)
    else:
        builder.now = offer.invitation.expires_at
    async with refused("invitation.expired" if end == "expired" else "invitation.used"):
        await getattr(builder.invitations, answer)(builder.act_as(ANA), invitation)
    assert len(await builder.list_members(group.id)) == 1


async def test_a_newer_invitation_replaces_the_older(builder: Builder, group: Group) -> None:
    older = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    newer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    async with refused("invitation.used"):
        await builder.invitations.accept(builder.act_as(ANA), older.invitation.id)
    await builder.invitations.accept(builder.act_as(ANA), newer.invitation.id)
    async with refused("invitation.is_member"):
        await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)


async def test_two_accepts_at_once_share_one_seat(builder: Builder, group: Group) -> None:
    await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(capacity=3))
    await builder.invite_members(group.id, CHO)
    offers = {user: await builder.invitations.invite(builder.act_as(ORGANIZER), user) for user in (ANA, BEN)}
    results = await asyncio.gather(
        *(
            builder.invitations.accept(builder.act_as(user), offer.invitation.id)
            for user, offer in offers.items()
        ),
        return_exceptions=True,
    )
    assert [result.code for result in results if isinstance(result, Refusal)] == ["invitation.full"]
    assert len(await builder.list_members(group.id)) == 3
    # The one who came second still has the invitation, for when a seat is made.
    inside = {member.user_id for member in await builder.list_members(group.id)}
    waiting = next(user for user in offers if user not in inside)
    await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(capacity=4))
    await builder.invitations.accept(builder.act_as(waiting), offers[waiting].invitation.id)


async def test_two_clicks_of_one_person_are_one_membership(builder: Builder, group: Group) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    results = await asyncio.gather(
        *(builder.invitations.accept(builder.act_as(ANA), offer.invitation.id) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert len(await builder.list_members(group.id)) == 2


async def test_a_replayed_click_changes_nothing(builder: Builder, group: Group) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    click = builder.act_as(ANA)
    await builder.invitations.accept(click, offer.invitation.id)
    with pytest.raises(AlreadyHandled):
        await builder.invitations.accept(click, offer.invitation.id)


async def test_a_full_group_invites_nobody(builder: Builder, group: Group) -> None:
    await builder.invite_members(group.id, ANA)
    await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(capacity=2))
    async with refused("invitation.no_seat"):
        await builder.invitations.invite(builder.act_as(ORGANIZER), BEN)
    async with refused("invitation.no_seat"):
        await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))


async def test_invitations_are_limited(builder: Builder, group: Group) -> None:
    for number in range(MOST_OPEN):
        await builder.invitations.invite(builder.act_as(ORGANIZER), UserId(100 + number))
    async with refused("invitation.too_many"):
        await builder.invitations.invite(builder.act_as(ORGANIZER), UserId(999))
    for _ in range(MOST_MADE - MOST_OPEN):
        await builder.invitations.invite(builder.act_as(ORGANIZER), UserId(100))
    async with refused("invitation.too_fast"):
        await builder.invitations.invite(builder.act_as(ORGANIZER), UserId(100))
    builder.now += timedelta(days=8)
    await builder.invitations.invite(builder.act_as(ORGANIZER), UserId(999))


async def test_the_organizer_sees_who_declined(builder: Builder, group: Group) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    await builder.invitations.decline(builder.act_as(ANA), offer.invitation.id)
    seen = await builder.groups.get_group(builder.act_as(ORGANIZER))
    assert ([i.user_id for i in seen.declined], seen.invitations) == ([ANA], ())


async def test_only_its_organizer_takes_an_invitation_back(builder: Builder, group: Group) -> None:
    await builder.invite_members(group.id, BEN)
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    async with refused("group.organizers_only"):
        await builder.invitations.revoke(builder.act_as(BEN), offer.invitation.id)
    for outsider in (builder.act_as(STRANGER), builder.act_as(ORGANIZER, guild=ELSEWHERE)):
        async with refused("invitation.unknown"):
            await builder.invitations.revoke(outsider, offer.invitation.id)
    await builder.invitations.note_posted(offer.invitation.id, ChannelId(100), MessageId(7))
    assert (await builder.invitations.revoke(builder.act_as(ORGANIZER), offer.invitation.id)).card == (100, 7)
    async with refused("invitation.used"):
        await builder.invitations.revoke(builder.act_as(ORGANIZER), offer.invitation.id)


# -- codes ----------------------------------------------------------------------------------------


async def test_a_code_lets_one_person_in_and_is_never_stored(builder: Builder, group: Group) -> None:
    code = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER), name="Dana from the course")
    assert len(code.text.replace("-", "")) * 5 >= 80
    everything = str(await builder.read_rows("SELECT * FROM invitations"))
    assert code.text not in everything
    assert code.text.replace("-", "") not in everything
    offer = await builder.invitations.by_code(builder.act_as(ANA), code.text)
    assert offer.group.id == group.id
    async with refused("invitation.not_yours"):
        await builder.invitations.accept(builder.act_as(BEN), offer.invitation.id)
    await builder.invitations.accept(builder.act_as(ANA), offer.invitation.id)
    async with refused("invitation.code_wrong"):
        await builder.invitations.by_code(builder.act_as(BEN), code.text)


async def test_a_code_replaces_the_last_one_when_it_is_made_twice_for_a_name(
    builder: Builder, group: Group
) -> None:
    names = ("Dana", "Danae", None, None, " dana ")
    made = [await builder.invitations.invite_by_code(builder.act_as(ORGANIZER), name=name) for name in names]
    assert [code.again for code in made] == [False, False, False, False, True]
    first, *others, second = made
    async with refused("invitation.code_wrong"):
        await builder.invitations.by_code(builder.act_as(ANA), first.text)
    for code, user in zip((*others, second), (ANA, BEN, UserId(71), UserId(72)), strict=True):
        await builder.invitations.by_code(builder.act_as(user), code.text)
    third = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER), name="Dana")
    assert not third.again  # somebody came with the second one, so it is theirs
    await builder.invitations.by_code(builder.act_as(UserId(72)), second.text)


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"])
async def test_a_code_may_be_typed_in_any_way(builder: Builder, group: Group, typed) -> None:  # type: ignore[no-untyped-def]  # a lambda
    code = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))
    await builder.invitations.by_code(builder.act_as(ANA), typed(code.text))


async def test_a_code_belongs_to_the_first_who_comes_with_it(builder: Builder, group: Group) -> None:
    code = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))
    results = await asyncio.gather(
        *(builder.invitations.by_code(builder.act_as(user), code.text) for user in (ANA, BEN)),
        return_exceptions=True,
    )
    assert [result.code for result in results if isinstance(result, Refusal)] == ["invitation.code_wrong"]
    first = ANA if isinstance(results[1], Refusal) else BEN
    await builder.invitations.by_code(builder.act_as(first), code.text)


async def test_wrong_used_expired_and_foreign_codes_get_one_answer(builder: Builder, group: Group) -> None:
    code = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))
    guesses = (WRONG, "", "x" * 4000, "'; DROP TABLE groups; --", "\x00", "\uff21" * 16)
    for number, guess in enumerate(guesses):
        async with refused("invitation.code_wrong"):
            await builder.invitations.by_code(builder.act_as(UserId(50 + number)), guess)
    async with refused("invitation.code_wrong"):
        await builder.invitations.by_code(builder.act_as(ANA, guild=ELSEWHERE), code.text)
    builder.now += timedelta(days=7)
    async with refused("invitation.code_wrong"):
        await builder.invitations.by_code(builder.act_as(ANA), code.text)


async def test_guesses_are_limited_by_the_hour_and_the_limit_is_no_oracle(
    builder: Builder, group: Group
) -> None:
    code = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))
    for _ in range(5):
        async with refused("invitation.code_wrong"):
            await builder.invitations.by_code(builder.act_as(ANA), WRONG)
    for guess in (WRONG, code.text):
        async with refused("invitation.code_tries"):
            await builder.invitations.by_code(builder.act_as(ANA), guess)
    await builder.invitations.by_code(builder.act_as(BEN), code.text)
    builder.now += timedelta(hours=1, seconds=1)
    async with refused("invitation.code_wrong"):
        await builder.invitations.by_code(builder.act_as(ANA), WRONG)
    assert len(await builder.read_rows("SELECT * FROM code_tries")) == 1


async def test_guesses_at_once_are_counted_one_by_one(builder: Builder, group: Group) -> None:
    results = await asyncio.gather(
        *(builder.invitations.by_code(builder.act_as(ANA), WRONG) for _ in range(9)), return_exceptions=True
    )
    codes = [result.code for result in results if isinstance(result, Refusal)]
    assert sorted(codes) == ["invitation.code_tries"] * 4 + ["invitation.code_wrong"] * 5


async def test_a_member_keeps_a_code_for_others(builder: Builder, group: Group) -> None:
    code = await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))
    async with refused("invitation.already_member"):
        await builder.invitations.by_code(builder.act_as(ORGANIZER), code.text)
    await builder.invitations.by_code(builder.act_as(ANA), code.text)
