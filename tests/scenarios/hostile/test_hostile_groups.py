"""Whatever somebody calls a group, a guest or themselves is refused with a sentence or does nothing."""

import re

import pytest
import simcord

from buddybot.storage.engine.database import Tx
from buddybot.ui.framework.texts import neutralize_text
from tests.scenarios.circles import Circle, circle
from tests.scenarios.hostile.test_hostile_words import TOO_LONG, VALUES, some_or_all
from tests.scenarios.settling import press
from tests.ui.framework.test_texts import markup_in
from tests.world import World, texts_in

NEVER = ("@everyone", "@here", "://", "\x00", "\x1b", "\u202e", "\ud800", "\ufeff")
OWN_CODE = re.compile(r"(?<!\\)`[^`]*`")
"""A command that a sentence names."""
EMPTY = "Please write something"


@pytest.fixture
async def rowan(world: World) -> Circle:
    """Ana organizes; Ben is a member."""
    return await circle(world, "Ana", "Ben")


async def stored(rowan: Circle, column: str, table: str = "groups") -> str | None:
    [row] = await rowan.world.rows(f"SELECT {column} AS value FROM {table} ORDER BY id DESC LIMIT 1")
    value: str | None = row["value"]
    return value


def assert_shown(value: str | None, said: str) -> None:
    """Demand that a text stands there as it was kept, and that nothing comes of it."""
    assert value is not None
    assert neutralize_text(value) in said
    assert markup_in(neutralize_text(value)) == []
    assert not [each for each in NEVER if each in said]


async def told(rowan: Circle, person: simcord.MemberActor, command: str, **options: object) -> str:
    result = await person.slash(rowan.channel, command, **options)
    assert result.ephemeral
    return texts_in(result.response)


@some_or_all
async def test_a_hostile_group_name_is_refused_or_inert(rowan: Circle, values: list[str]) -> None:
    ana, ben = rowan.people
    shown = await ana.slash(rowan.channel, "group info")
    taken = 0
    for value in values:
        before = await rowan.world.rows("SELECT * FROM groups")
        form = await press(ana, shown, "Settings")
        saved = await ana.submit_modal(
            form, {"name": value[:40], "channel": [rowan.channel], "capacity": ["6"]}
        )
        answer = texts_in(saved.response)
        if "Saved." not in answer:
            assert EMPTY in answer
            assert await rowan.world.rows("SELECT * FROM groups") == before
            continue
        taken += 1
        name = await stored(rowan, "name")
        for command in ("group info", "group charter", "next", "me leave"):
            assert_shown(name, await told(rowan, ben, command))
        [choice] = await ben.autocomplete(rowan.channel, "group info", "group", "")
        assert choice["name"] == name
    assert taken > len(values) / 2


@some_or_all
async def test_a_hostile_charter_is_refused_or_inert(rowan: Circle, values: list[str]) -> None:
    ana, ben = rowan.people
    shown = await ana.slash(rowan.channel, "group charter")
    for value in [*values, "\n".join(values).encode("utf-8", "ignore").decode()[:1000]]:
        before = await stored(rowan, "charter")
        form = await press(ana, shown, "Change the charter")
        answer = texts_in((await ana.submit_modal(form, {"charter": value})).response)
        if EMPTY in answer:
            assert await stored(rowan, "charter") == before
        assert_shown(await stored(rowan, "charter"), await told(rowan, ben, "group charter"))


@some_or_all
async def test_a_hostile_name_for_a_guest_is_refused_or_inert(rowan: Circle, values: list[str]) -> None:
    ana, _ = rowan.people
    for value in [*values, *TOO_LONG[:2]]:
        await rowan.world.bot.services.transactions.write(lambda uow: forget_invitations(uow.tx))
        answer = await told(rowan, ana, "group invite", name=value)
        if "at most" in answer:
            assert await rowan.world.rows("SELECT * FROM invitations") == []
            continue
        name = await stored(rowan, "invited_name", "invitations")
        if name is None:
            assert "A code for one person" in answer
        else:
            assert_shown(name, answer)
            assert_shown(name, await told(rowan, ana, "group info"))


async def forget_invitations(tx: Tx) -> None:
    """Make room for more invitations than a day allows."""
    await tx.run("DELETE FROM invitations")


@some_or_all
async def test_a_hostile_display_name_is_inert(rowan: Circle, values: list[str]) -> None:
    ana, ben = rowan.people
    for value in [*values, *TOO_LONG]:
        actor = rowan.actor(ben)._replace(display_name=value)
        await rowan.world.bot.services.preferences.choose(actor, nudges=True)
        found = await ana.autocomplete(rowan.channel, "group remove", "member", "")
        named = {choice["value"]: choice["name"] for choice in found}
        assert set(named) == {str(ben.id)}
        assert all(0 < len(choice["name"]) <= 100 for choice in found)
        name = named[str(ben.id)]
        assert not [each for each in NEVER if each in name and each not in ("://", "@everyone", "@here")]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("me join", "code"),
        ("meeting schedule", "time"),
        ("meeting schedule", "zone"),
        ("meeting schedule", "date"),
        ("meeting move", "time"),
        ("meeting move", "date"),
        ("meeting skip", "meeting"),
        ("away", "start"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_one_sentence(
    rowan: Circle, command: str, option: str
) -> None:
    ana, _ = rowan.people
    before = [await rowan.world.rows(f"SELECT * FROM {table}") for table in ("meetings", "schedules", "away")]
    for value in filter(str.strip, VALUES[:: 4 if option != "zone" else 1]):
        answer = await told(rowan, ana, command, **{option: value})
        assert answer
        assert "\n" not in answer
        assert markup_in(OWN_CODE.sub("", answer)) == [], answer
    assert before == [
        await rowan.world.rows(f"SELECT * FROM {table}") for table in ("meetings", "schedules", "away")
    ]
