"""The summary asks how the meeting was, anonymously, and says in words what came of it the next morning."""

import logging
from datetime import timedelta

import pytest

from buddybot.storage.checkins.pulse import PulseRepository
from tests.scenarios.evenings import SUMMARY, Evening
from tests.world import World, labels, texts_in

RATINGS = list("12345")
NAMES = ("Olga", "Ana", "Ben", "Cho", "Dan")


@pytest.fixture
async def evening(world: World) -> Evening:
    """Five people after their meeting; its summary is in the channel."""
    made = await Evening.gather(world, *NAMES)
    await made.starts()
    for name in ("Olga", "Ana"):
        await made.check_in(name)
    await made.world.pass_time(minutes=75)
    await made.close("Olga")
    return made


def buttons(evening: Evening) -> list[str]:
    """Return the labels of the ratings that can be pressed."""
    return [label for label in labels(evening.shown(SUMMARY)) if label in RATINGS]


async def rate(evening: Evening, name: str, rating: int) -> str:
    """Let somebody press a rating; return what they alone read."""
    result = await evening.press(name, str(rating), evening.shown(SUMMARY))
    assert result.ephemeral
    return texts_in(result.response)


async def morning(evening: Evening) -> None:
    """Let it be nine the next day."""
    now = evening.world.now
    await evening.world.until(now.replace(hour=9, minute=0, second=0) + timedelta(days=1))


async def test_a_meeting_is_rated_and_the_next_morning_everybody_reads_one_word(evening: Evening) -> None:
    before = evening.text(SUMMARY)
    assert buttons(evening) == RATINGS
    assert "Anonymous to everybody, the organizer included. One vote each, and it is final." in before
    for name, rating in (("Olga", 4), ("Ana", 5), ("Ben", 5), ("Cho", 4)):
        said = await rate(evening, name, rating)
        assert "your vote is counted" in said
        assert str(rating) not in said.split("<t:")[0]
        assert evening.text(SUMMARY) == before  # no counter
    messages = len(evening.channel.history())
    await morning(evening)
    assert buttons(evening) == []
    after = evening.text(SUMMARY)
    assert "This meeting was rated good." in after
    assert "Anonymous" not in after
    assert "Correct my check-in" in labels(evening.shown(SUMMARY))
    assert len(evening.channel.history()) == messages  # the summary itself changed


async def test_of_fewer_than_four_votes_nothing_is_shown(evening: Evening) -> None:
    await rate(evening, "Ana", 1)
    await rate(evening, "Ben", 1)
    await morning(evening)
    assert buttons(evening) == []
    assert "Fewer than four people rated this meeting" in evening.text(SUMMARY)
    assert "low" not in evening.text(SUMMARY)


async def test_a_second_vote_is_refused_calmly_also_after_a_restart(evening: Evening) -> None:
    await rate(evening, "Ana", 1)
    assert "so it cannot be changed" in await rate(evening, "Ana", 5)
    await evening.world.restart()
    assert "You have voted on this meeting, thank you." in await rate(evening, "Ana", 5)
    for name in ("Olga", "Ben", "Cho"):
        await rate(evening, name, 2)
    await morning(evening)
    assert "This meeting was rated low." in evening.text(SUMMARY)


async def test_a_stranger_rates_nothing(evening: Evening) -> None:
    said = await rate(evening, "Zoe", 5)
    assert "vote is counted" not in said
    assert await evening.world.rows("SELECT user_id FROM pulse_voters") == []


async def test_a_bot_that_slept_takes_no_late_vote_and_then_shows_the_band(evening: Evening) -> None:
    for name in ("Olga", "Ana", "Ben", "Dan"):
        await rate(evening, name, 3)
    await evening.world.sleep_through(hours=20)
    await evening.world.restart()
    assert "The vote on that meeting has ended." in await rate(evening, "Cho", 5)
    await evening.world.run_due()
    assert "This meeting was rated middling." in evening.text(SUMMARY)


async def test_no_log_line_tells_who_gave_which_rating(
    evening: Evening, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "buddybot")
    await rate(evening, "Ana", 2)
    await rate(evening, "Ana", 3)
    await rate(evening, "Zoe", 4)

    async def broken(*_: object) -> bool:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(PulseRepository, "vote", broken)
        assert "reference" in await rate(evening, "Ben", 1)
    evening.world.env._errors.clear()  # this one was meant; there is no public way to forgive it
    await morning(evening)
    lines = "\n".join(logging.Formatter("%(name)s %(message)s").format(each) for each in caplog.records)
    assert "the disk is gone" in lines
    for trace in ("pulse:", *(str(evening.person(name).id) for name in ("Ana", "Ben", "Zoe"))):
        assert trace not in lines


async def correct(evening: Evening, name: str, win: str) -> None:
    """Let somebody change what they reported, which the summary shows."""
    form = await evening.person(name).slash(evening.channel, "checkin")
    await evening.person(name).submit_modal(form, {"win": win})
    await evening.world.run_due()


async def test_a_deleted_summary_is_posted_again_when_it_changes_while_it_can_be_rated(
    evening: Evening,
) -> None:
    first = evening.shown(SUMMARY)
    evening.world.env.backend.delete_message(first.channel.id, first.id)
    await correct(evening, "Ana", "A call back")
    again = evening.shown(SUMMARY)
    assert again.id != first.id
    assert "A call back" in texts_in(again)
    assert buttons(evening) == RATINGS
    assert evening.notified() == []
    assert "your vote is counted" in await rate(evening, "Ben", 4)
    await morning(evening)
    assert evening.shown(SUMMARY).id == again.id
    assert buttons(evening) == []


async def test_a_deleted_summary_stays_deleted_once_it_can_be_rated_no_more(evening: Evening) -> None:
    first = evening.shown(SUMMARY)
    evening.world.env.backend.delete_message(first.channel.id, first.id)
    await morning(evening)
    assert all(SUMMARY not in texts_in(each) for each in evening.channel.history())
    assert await evening.world.rows("SELECT * FROM cards WHERE kind = 'summary'") == []
