"""Whatever somebody writes of their week is refused with a sentence or does nothing in any card."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import simcord

from buddybot.domain.commitments.commitments import Visibility
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, CommitmentId, GuildId, InteractionId, MeetingId, UserId
from buddybot.services.commitments.wording_steps import Draft
from buddybot.services.core.unit_of_work import Actor
from tests.hostile import MARKUP as HOSTILE
from tests.scenarios.commitments.test_commitments import filled
from tests.scenarios.evenings import OPEN, SUMMARY, Evening
from tests.ui.framework.test_texts import markup_in
from tests.world import World, texts_in

TOO_LONG = ["x" * 301, "x" * 2001, "x" * 100_000, "\u202e" + "y" * 301]
INVISIBLE = ["   ", "\u200b\u200d\ufeff", "\u3164", "\u2800\n\u00a0", "\x00", "\ud800", "\u0301\u0301"]
CELLS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1"]
MORE = [
    "a" + "\u0335" * 60,
    "p\u0430ypal",  # a Cyrillic letter among Latin ones
    "x\u2028END:VEVENT",
    "x\r\nBEGIN:VALARM",
    "MTAxMjM0NTY3ODkwMTIzNDU2.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB",
    "javascript:alert(1)",
    "a" + "*_~`|" * 39,
    "0x10 calls",
    "1e3 calls",
    "-1 calls",
    "nan calls",
]
VALUES = [*HOSTILE, *INVISIBLE, *CELLS, *MORE]

some_or_all = pytest.mark.parametrize(
    "values", [VALUES[::3], pytest.param(VALUES, marks=pytest.mark.slow)], ids=["some", "all"]
)
"""Some of each class, and in the slow suites all."""


@pytest.fixture
async def evening(world: World) -> Evening:
    """Ana organizes; Ben writes; Cho reads."""
    return await Evening.gather(world, "Ana", "Ben", "Cho")


async def written(evening: Evening, name: str, form: simcord.InteractionResult, **fields: str) -> str:
    result = await evening.person(name).submit_modal(form, filled(form, **fields))
    assert result.acknowledged
    assert result.ephemeral
    return texts_in(result.response)


async def kept(evening: Evening) -> list[dict[str, Any]]:
    found = await evening.world.rows("SELECT text, plan, visibility FROM commitments ORDER BY id")
    return found + await evening.world.rows("SELECT win, blocker FROM checkins ORDER BY user_id")


def actor(evening: Evening, name: str, number: int) -> Actor:
    """Return a person past whose Discord something is sent."""
    return Actor(
        UserId(evening.person(name).id),
        GuildId(evening.guild.id),
        ChannelId(evening.channel.id),
        InteractionId(number + 100),
        name,
    )


def inert_words(shown: str) -> Iterator[str]:
    """The words of a card between the quotation marks, or behind the colon, where a person's words stand."""
    for line in shown.splitlines():
        quoted = line.partition("“")[2].rpartition("”")[0]
        yield quoted or line.partition("> ")[2].partition(": ")[2]


def assert_inert(shown: str) -> None:
    assert len(shown) <= 4000 + 600  # the labels of buttons are counted here too
    for words in inert_words(shown):
        assert markup_in(words) == [], words
    for never in ("@everyone", "@here", "://", "\x00", "\x1b", "\u202e", "\u202d", "\ufeff"):
        assert never not in shown


def test_there_are_enough_of_them() -> None:
    assert len(set(VALUES)) >= 40


@some_or_all
async def test_hostile_words_in_a_promise_are_refused_or_inert(evening: Evening, values: list[str]) -> None:
    taken = 0
    for value in values:
        before = await kept(evening)
        result = await evening.person("Ben").slash(evening.channel, "commit add", text=value, plan=value)
        answer = texts_in(result.response)
        assert_inert(answer)
        if "Noted for Rowan" not in answer:
            assert await kept(evening) == before
            assert "\n" not in answer, f"{value!r} is answered with one sentence: {answer}"
            continue
        taken += 1
        shown = await evening.person("Cho").slash(evening.channel, "commit list", who="group")
        assert_inert(texts_in(shown.response))
        [choice] = await evening.person("Ben").autocomplete(evening.channel, "commit drop", "commitment", "")
        assert 0 < len(choice["name"]) <= 100
        await evening.world.bot.services.commitments.drop(
            actor(evening, "Ben", taken), CommitmentId(int(choice["value"]))
        )
    assert taken > len(values) / 3


@some_or_all
async def test_hostile_words_in_a_check_in_are_refused_or_inert(evening: Evening, values: list[str]) -> None:
    await evening.starts(before=timedelta(hours=1))
    await evening.press("Ben", "Going", evening.shown("Meeting"))
    await evening.starts()
    for value in values:
        before = await kept(evening)
        form = await evening.press("Ben", "Check in", evening.shown(OPEN))
        answer = await written(evening, "Ben", form, win=value, blocker=value)
        assert_inert(answer)
        assert_inert(evening.text(OPEN))
        if "Your check-in is in" not in answer:
            assert await kept(evening) == before
    await evening.close("Ana")
    for value in values[::2]:
        form = await evening.press("Ben", "Correct my check-in", evening.shown(SUMMARY))
        await written(evening, "Ben", form, win=value, blocker="")
        assert_inert(evening.text(SUMMARY))


@pytest.mark.parametrize("words", TOO_LONG)
async def test_more_words_than_a_form_takes_are_refused_and_nothing_changes(
    evening: Evening, words: str
) -> None:
    """Discord's own forms stop them; what is sent past those is refused all the same."""
    await evening.starts()
    services = evening.world.bot.services
    meeting = MeetingId(1)
    ben = [actor(evening, "Ben", number) for number in range(5)]
    await services.checkins.report(ben[0], meeting, outcomes={}, win="First", blocker=None)
    before = await kept(evening)
    group = Visibility.GROUP
    for act in (
        services.checkins.report(ben[1], meeting, outcomes={}, win=words, blocker=None),
        services.checkins.report(ben[2], meeting, outcomes={}, win="Second", blocker=words),
        services.checkins.commit(ben[3], meeting, lines=["A walk", words], plan=None, visibility=group),
        services.commitments.add(ben[4], Draft(text="A walk", plan=words)),
    ):
        with pytest.raises(Refusal) as caught:
            await act
        assert caught.value.code == "text.long"
        assert await kept(evening) == before
