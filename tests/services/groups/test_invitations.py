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
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, BEN, CHO, ORGANIZER, STRANGER, THERE, Club
from tests.services.meetings.calendar_house import refused

WRONG = "AAAA-BBBB-CCCC-DDDD"


@pytest.fixture
def club(database: Database) -> Club:
    """A club on each engine."""
    return Club(database)


@pytest.fixture
async def group(club: Club) -> Group:
    """A group of its organizer alone, for six."""
    return (await club.group()).group


async def test_the_invited_person_reads_and_accepts(club: Club, group: Group) -> None:
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    assert offer.invitation.expires_at - club.now == timedelta(days=7)
    read = await club.invitations.read(club.actor(ANA), offer.invitation.id)
    assert (read.group.charter, read.members, read.schedule is not None) == ("Be kind.", 1, True)
    accepted = await club.invitations.accept(club.actor(ANA), offer.invitation.id)
    assert accepted.invitation.state is InvitationState.ACCEPTED
    assert accepted.next_meeting is not None
    assert [(m.user_id, m.organizes) for m in await club.current(group.id)] == [
        (ORGANIZER, True),
        (ANA, False),
    ]


@pytest.mark.parametrize("answer", ["read", "accept", "decline"])
async def test_nobody_else_may_answer(club: Club, group: Group, answer: str) -> None:
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    act = getattr(club.invitations, answer)
    for stranger in (STRANGER, ORGANIZER):
        async with refused("invitation.not_yours"):
            await act(club.actor(stranger), offer.invitation.id)
    async with refused("invitation.unknown"):
        await act(club.actor(ANA, guild=THERE), offer.invitation.id)
    async with refused("invitation.unknown"):
        await act(club.actor(ANA), InvitationId(999))
    assert len(await club.current(group.id)) == 1
    assert (await club.rows("SELECT state FROM invitations")) == [{"state": "open"}]


@pytest.mark.parametrize("answer", ["read", "accept", "decline"])
@pytest.mark.parametrize("end", ["accepted", "declined", "revoked", "expired"])
async def test_an_invitation_is_answered_once_and_in_time(
    club: Club, group: Group, end: str, answer: str
) -> None:
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    invitation = offer.invitation.id
    if end == "accepted":
        await club.invitations.accept(club.actor(ANA), invitation)
        await club.members.leave(club.actor(ANA), group.id)
    elif end == "declined":
        await club.invitations.decline(club.actor(ANA), invitation)
    elif end == "revoked":
        await club.invitations.revoke(club.actor(ORGANIZER), invitation)
    else:
        club.now = offer.invitation.expires_at
    async with refused("invitation.expired" if end == "expired" else "invitation.used"):
        await getattr(club.invitations, answer)(club.actor(ANA), invitation)
    assert len(await club.current(group.id)) == 1


async def test_a_newer_invitation_replaces_the_older(club: Club, group: Group) -> None:
    older = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    newer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    async with refused("invitation.used"):
        await club.invitations.accept(club.actor(ANA), older.invitation.id)
    await club.invitations.accept(club.actor(ANA), newer.invitation.id)
    async with refused("invitation.is_member"):
        await club.invitations.invite(club.actor(ORGANIZER), ANA)


async def test_two_accepts_at_once_share_one_seat(club: Club, group: Group) -> None:
    await club.groups.change(club.actor(ORGANIZER), group.id, Changes(capacity=3))
    await club.join(group.id, CHO)
    offers = {user: await club.invitations.invite(club.actor(ORGANIZER), user) for user in (ANA, BEN)}
    results = await asyncio.gather(
        *(club.invitations.accept(club.actor(user), offer.invitation.id) for user, offer in offers.items()),
        return_exceptions=True,
    )
    assert [result.code for result in results if isinstance(result, Refusal)] == ["invitation.full"]
    assert len(await club.current(group.id)) == 3
    # The one who came second still has the invitation, for when a seat is made.
    inside = {member.user_id for member in await club.current(group.id)}
    waiting = next(user for user in offers if user not in inside)
    await club.groups.change(club.actor(ORGANIZER), group.id, Changes(capacity=4))
    await club.invitations.accept(club.actor(waiting), offers[waiting].invitation.id)


async def test_two_clicks_of_one_person_are_one_membership(club: Club, group: Group) -> None:
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    results = await asyncio.gather(
        *(club.invitations.accept(club.actor(ANA), offer.invitation.id) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert len(await club.current(group.id)) == 2


async def test_a_replayed_click_changes_nothing(club: Club, group: Group) -> None:
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    click = club.actor(ANA)
    await club.invitations.accept(click, offer.invitation.id)
    with pytest.raises(AlreadyHandled):
        await club.invitations.accept(click, offer.invitation.id)


async def test_a_full_group_invites_nobody(club: Club, group: Group) -> None:
    await club.join(group.id, ANA)
    await club.groups.change(club.actor(ORGANIZER), group.id, Changes(capacity=2))
    async with refused("invitation.no_seat"):
        await club.invitations.invite(club.actor(ORGANIZER), BEN)
    async with refused("invitation.no_seat"):
        await club.invitations.invite_by_code(club.actor(ORGANIZER))


async def test_invitations_are_limited(club: Club, group: Group) -> None:
    for number in range(MOST_OPEN):
        await club.invitations.invite(club.actor(ORGANIZER), UserId(100 + number))
    async with refused("invitation.too_many"):
        await club.invitations.invite(club.actor(ORGANIZER), UserId(999))
    for _ in range(MOST_MADE - MOST_OPEN):
        await club.invitations.invite(club.actor(ORGANIZER), UserId(100))
    async with refused("invitation.too_fast"):
        await club.invitations.invite(club.actor(ORGANIZER), UserId(100))
    club.now += timedelta(days=8)
    await club.invitations.invite(club.actor(ORGANIZER), UserId(999))


async def test_the_organizer_sees_who_declined(club: Club, group: Group) -> None:
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    await club.invitations.decline(club.actor(ANA), offer.invitation.id)
    seen = await club.groups.get_group(club.actor(ORGANIZER))
    assert ([i.user_id for i in seen.declined], seen.invitations) == ([ANA], ())


async def test_only_its_organizer_takes_an_invitation_back(club: Club, group: Group) -> None:
    await club.join(group.id, BEN)
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA)
    async with refused("group.organizers_only"):
        await club.invitations.revoke(club.actor(BEN), offer.invitation.id)
    for outsider in (club.actor(STRANGER), club.actor(ORGANIZER, guild=THERE)):
        async with refused("invitation.unknown"):
            await club.invitations.revoke(outsider, offer.invitation.id)
    await club.invitations.note_posted(offer.invitation.id, ChannelId(100), MessageId(7))
    assert (await club.invitations.revoke(club.actor(ORGANIZER), offer.invitation.id)).card == (100, 7)
    async with refused("invitation.used"):
        await club.invitations.revoke(club.actor(ORGANIZER), offer.invitation.id)


# -- codes ----------------------------------------------------------------------------------------


async def test_a_code_lets_one_person_in_and_is_never_stored(club: Club, group: Group) -> None:
    code = await club.invitations.invite_by_code(club.actor(ORGANIZER), name="Dana from the course")
    assert len(code.text.replace("-", "")) * 5 >= 80
    everything = str(await club.rows("SELECT * FROM invitations"))
    assert code.text not in everything
    assert code.text.replace("-", "") not in everything
    offer = await club.invitations.by_code(club.actor(ANA), code.text)
    assert offer.group.id == group.id
    async with refused("invitation.not_yours"):
        await club.invitations.accept(club.actor(BEN), offer.invitation.id)
    await club.invitations.accept(club.actor(ANA), offer.invitation.id)
    async with refused("invitation.code_wrong"):
        await club.invitations.by_code(club.actor(BEN), code.text)


async def test_a_code_replaces_the_last_one_when_it_is_made_twice_for_a_name(
    club: Club, group: Group
) -> None:
    names = ("Dana", "Danae", None, None, " dana ")
    made = [await club.invitations.invite_by_code(club.actor(ORGANIZER), name=name) for name in names]
    assert [code.again for code in made] == [False, False, False, False, True]
    first, *others, second = made
    async with refused("invitation.code_wrong"):
        await club.invitations.by_code(club.actor(ANA), first.text)
    for code, user in zip((*others, second), (ANA, BEN, UserId(71), UserId(72)), strict=True):
        await club.invitations.by_code(club.actor(user), code.text)
    third = await club.invitations.invite_by_code(club.actor(ORGANIZER), name="Dana")
    assert not third.again  # somebody came with the second one, so it is theirs
    await club.invitations.by_code(club.actor(UserId(72)), second.text)


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"])
async def test_a_code_may_be_typed_in_any_way(club: Club, group: Group, typed) -> None:  # type: ignore[no-untyped-def]  # a lambda
    code = await club.invitations.invite_by_code(club.actor(ORGANIZER))
    await club.invitations.by_code(club.actor(ANA), typed(code.text))


async def test_a_code_belongs_to_the_first_who_comes_with_it(club: Club, group: Group) -> None:
    code = await club.invitations.invite_by_code(club.actor(ORGANIZER))
    results = await asyncio.gather(
        *(club.invitations.by_code(club.actor(user), code.text) for user in (ANA, BEN)),
        return_exceptions=True,
    )
    assert [result.code for result in results if isinstance(result, Refusal)] == ["invitation.code_wrong"]
    first = ANA if isinstance(results[1], Refusal) else BEN
    await club.invitations.by_code(club.actor(first), code.text)


async def test_wrong_used_expired_and_foreign_codes_get_one_answer(club: Club, group: Group) -> None:
    code = await club.invitations.invite_by_code(club.actor(ORGANIZER))
    guesses = (WRONG, "", "x" * 4000, "'; DROP TABLE groups; --", "\x00", "\uff21" * 16)
    for number, guess in enumerate(guesses):
        async with refused("invitation.code_wrong"):
            await club.invitations.by_code(club.actor(UserId(50 + number)), guess)
    async with refused("invitation.code_wrong"):
        await club.invitations.by_code(club.actor(ANA, guild=THERE), code.text)
    club.now += timedelta(days=7)
    async with refused("invitation.code_wrong"):
        await club.invitations.by_code(club.actor(ANA), code.text)


async def test_guesses_are_limited_by_the_hour_and_the_limit_is_no_oracle(club: Club, group: Group) -> None:
    code = await club.invitations.invite_by_code(club.actor(ORGANIZER))
    for _ in range(5):
        async with refused("invitation.code_wrong"):
            await club.invitations.by_code(club.actor(ANA), WRONG)
    for guess in (WRONG, code.text):
        async with refused("invitation.code_tries"):
            await club.invitations.by_code(club.actor(ANA), guess)
    await club.invitations.by_code(club.actor(BEN), code.text)
    club.now += timedelta(hours=1, seconds=1)
    async with refused("invitation.code_wrong"):
        await club.invitations.by_code(club.actor(ANA), WRONG)
    assert len(await club.rows("SELECT * FROM code_tries")) == 1


async def test_guesses_at_once_are_counted_one_by_one(club: Club, group: Group) -> None:
    results = await asyncio.gather(
        *(club.invitations.by_code(club.actor(ANA), WRONG) for _ in range(9)), return_exceptions=True
    )
    codes = [result.code for result in results if isinstance(result, Refusal)]
    assert sorted(codes) == ["invitation.code_tries"] * 4 + ["invitation.code_wrong"] * 5


async def test_a_member_keeps_a_code_for_others(club: Club, group: Group) -> None:
    code = await club.invitations.invite_by_code(club.actor(ORGANIZER))
    async with refused("invitation.already_member"):
        await club.invitations.by_code(club.actor(ORGANIZER), code.text)
    await club.invitations.by_code(club.actor(ANA), code.text)
