"""Whatever is typed, only the code itself lets anybody in, and only once."""

import base64
import secrets
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import InvitationId, UserId
from buddybot.services.groups import invitations
from tests.services.builder import ANA, BEN, ORGANIZER, Builder


@pytest.fixture
async def group(builder: Builder) -> Group:
    return (await builder.create_group()).group


letters = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), min_size=16, max_size=16)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(guess=st.one_of(st.text(max_size=40), letters), number=st.integers(10_000, 10**9))
async def test_what_is_not_the_code_lets_nobody_in(
    builder: Builder, group: Group, guess: str, number: int
) -> None:
    await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))
    with pytest.raises(Refusal, match=r"invitation\.(code_wrong|code_tries)"):
        await builder.invitations.by_code(builder.act_as(UserId(number)), guess)
    await builder.invitations.revoke(
        builder.act_as(ORGANIZER),
        InvitationId((await builder.read_rows("SELECT MAX(id) AS id FROM invitations"))[0]["id"]),
    )


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 15), step=st.integers(1, 31))
async def test_a_code_with_one_other_letter_is_another_code(
    builder: Builder, group: Group, place: int, step: int
) -> None:
    code = (await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))).text.replace("-", "")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    other = alphabet[(alphabet.index(code[place]) + step) % 32]
    near = code[:place] + other + code[place + 1 :]
    builder.now += invitations._HOUR * 2
    with pytest.raises(Refusal, match=r"invitation\.code_wrong"):
        await builder.invitations.by_code(builder.act_as(BEN), near)
    found = await builder.invitations.by_code(builder.act_as(ANA), code)
    await builder.invitations.decline(builder.act_as(ANA), found.invitation.id)
    for again in (ANA, BEN):
        with pytest.raises(Refusal, match=r"invitation\.code_wrong"):
            await builder.invitations.by_code(builder.act_as(again), code)


@given(st.binary(min_size=10, max_size=10))
def test_every_code_can_be_typed_back(raw: bytes) -> None:
    code = base64.b32encode(raw).decode()
    typed = "-".join(code[start : start + 4] for start in range(0, 16, 4))
    assert invitations._letters(typed.lower()) == code


async def test_a_code_is_made_of_eighty_bits_of_the_systems_chance(
    builder: Builder, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Counter[int]()
    real = secrets.token_bytes

    def count(size: int) -> bytes:
        asked[size] += 1
        return real(size)

    monkeypatch.setattr(secrets, "token_bytes", count)
    codes = {(await builder.invitations.invite_by_code(builder.act_as(ORGANIZER))).text for _ in range(20)}
    assert len(codes) == 20
    assert asked == {10: 20}
    stored = await builder.read_rows("SELECT code_hash FROM invitations")
    assert all(len(row["code_hash"]) == 64 for row in stored)


async def test_the_number_of_an_invitation_opens_nothing_for_anybody_else(
    builder: Builder, group: Group
) -> None:
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA)
    for number in range(1, offer.invitation.id + 5):
        for answer in (builder.invitations.read, builder.invitations.accept, builder.invitations.decline):
            with pytest.raises(Refusal, match=r"invitation\.(not_yours|unknown)"):
                await answer(builder.act_as(BEN), InvitationId(number))
