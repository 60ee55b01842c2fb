"""In mid-week: one calm word to those who want it and have something open."""

from datetime import UTC, datetime, timedelta

import discord
import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, labels, texts_in

MID_WEEK = datetime(2026, 1, 3, 10, tzinfo=UTC)
PLAN = "if it is Tuesday 9:00, then I write to two people"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana, Ben and Cho meet on Tuesday 6 January; it is the Thursday before."""
    return await calendar(world)


def letters(rowan: Calendar, name: str) -> list[discord.Message]:
    """What the bot wrote to somebody directly, oldest first."""
    return list(rowan.person(name).user.dm_channel.history())


def pinged(message: discord.Message) -> set[int]:
    return {user.id for user in message.mentions}


async def promise(rowan: Calendar, name: str, text: str, **options: object) -> None:
    await rowan.ask(name, "commit add", text=text, **options)


async def finish(rowan: Calendar, name: str, text: str) -> None:
    [row] = await rowan.world.rows("SELECT id FROM commitments WHERE text = :text", text=text)
    await rowan.ask(name, "commit progress", commitment=str(row["id"]), done="99")


async def test_the_channel_names_those_with_something_open_and_tells_nothing_of_it(
    rowan: Calendar, world: World
) -> None:
    await promise(rowan, "Ana", "two calls")
    await promise(rowan, "Ben", "three letters")
    await promise(rowan, "Cho", "one call", visibility="private")
    await finish(rowan, "Ben", "three letters")
    await world.until(MID_WEEK - timedelta(minutes=1))
    assert rowan.said() == []
    await world.until(MID_WEEK)
    [nudge] = rowan.said()
    shown = texts_in(nudge)
    assert pinged(nudge) == {rowan.person("Ana").id, rowan.person("Cho").id}
    assert rowan.person("Ben").mention not in shown
    assert stamp(datetime(2026, 1, 6, 19, tzinfo=UTC), "D") in shown
    assert not any(word in shown for word in ("calls", "letters", "one call"))
    assert labels(nudge) == ["See mine", "No more nudges"]
    assert [len(letters(rowan, name)) for name in ("Ana", "Ben", "Cho")] == [0, 0, 0]


async def test_nothing_is_said_when_everything_is_done(rowan: Calendar, world: World) -> None:
    await promise(rowan, "Ana", "two calls")
    await finish(rowan, "Ana", "two calls")
    await world.until(MID_WEEK + timedelta(hours=12))
    assert rowan.said() == []
    rows = await world.rows("SELECT state FROM outbox WHERE kind = 'nudge' AND due_at < 1767600000")
    assert {row["state"] for row in rows} == {"suppressed"}


async def test_each_sees_their_own_and_can_stop_further_nudges(rowan: Calendar, world: World) -> None:
    await promise(rowan, "Ana", "two calls")
    await promise(rowan, "Ben", "three letters")
    await world.until(MID_WEEK)
    [nudge] = rowan.said()
    mine = await rowan.person("Ben").click(nudge, label="See mine")
    assert mine.ephemeral
    assert "“three letters”" in texts_in(mine.response)
    assert "two calls" not in texts_in(mine.response)
    stopped = await rowan.person("Ben").click(nudge, label="No more nudges")
    assert stopped.ephemeral
    assert "No more nudges for you" in texts_in(stopped.response)
    assert "in a buddy group here" in await rowan.press("Zoe", "No more nudges", nudge)
    await world.until(MID_WEEK + timedelta(days=7, hours=1))
    later = [message for message in rowan.said() if "No more nudges" in labels(message)]
    assert [pinged(message) for message in later] == [
        {rowan.person("Ana").id, rowan.person("Ben").id},
        {rowan.person("Ana").id},
    ]


async def test_a_direct_nudge_quotes_ones_own_words_and_counts_in_place(
    rowan: Calendar, world: World
) -> None:
    await rowan.opt_in("Ben")
    await promise(rowan, "Ben", "2 calls", plan=PLAN, visibility="private")
    await promise(rowan, "Ben", "one letter")
    await finish(rowan, "Ben", "one letter")
    await world.until(MID_WEEK)
    assert rowan.said() == [], "nobody else has anything open"
    [letter] = letters(rowan, "Ben")
    shown = texts_in(letter)
    for part in ("meeting of Rowan", "“2 calls”** · 0 of 2", f"Your plan: {PLAN}", "“one letter”** · done"):
        assert part in shown
    assert labels(letter) == ["+1", "Stop these messages"]

    ben = rowan.person("Ben").user
    await ben.click(letter, label="+1")
    [letter] = letters(rowan, "Ben")
    assert "“2 calls”** · 1 of 2" in texts_in(letter)
    await world.restart()
    await ben.click(letter, label="+1")
    [letter] = letters(rowan, "Ben")
    assert "Everything is done" in texts_in(letter)
    assert labels(letter) == ["Stop these messages"]
    rows = await world.rows("SELECT done, state FROM commitments WHERE text = '2 calls'")
    assert rows == [{"done": 2, "state": "open"}]


async def test_the_stop_button_of_a_direct_nudge_brings_the_next_into_the_channel(
    rowan: Calendar, world: World
) -> None:
    await rowan.opt_in("Ben")
    await promise(rowan, "Ben", "2 calls")
    await world.until(MID_WEEK)
    stopped = await rowan.person("Ben").user.click(letters(rowan, "Ben")[0], label="Stop these messages")
    assert stopped.acknowledged
    await world.until(MID_WEEK + timedelta(days=7, hours=1))
    assert len(letters(rowan, "Ben")) == 1
    assert any(pinged(message) == {rowan.person("Ben").id} for message in rowan.said())


async def test_a_closed_mailbox_brings_the_nudge_into_the_channel_without_a_word_of_it(
    rowan: Calendar, world: World
) -> None:
    await rowan.opt_in("Ben")
    await promise(rowan, "Ben", "my secret calls", visibility="private")
    mailbox = rowan.person("Ben").user.dm_channel
    world.env.inject_error("POST", f"/channels/{mailbox.id}/messages", status=403, code=50007)
    await world.until(MID_WEEK + timedelta(hours=1))
    [nudge] = rowan.said()
    assert pinged(nudge) == {rowan.person("Ben").id}
    assert "secret" not in texts_in(nudge)
    assert letters(rowan, "Ben") == []
    assert len(await world.rows("SELECT * FROM nudges")) == 1


async def test_a_person_in_two_groups_is_nudged_once_in_the_week(rowan: Calendar, world: World) -> None:
    alder = await calendar(world, name="Alder", guild=rowan.circle.guild)
    for group in (rowan, alder):
        await promise(group, "Ben", f"two calls for {group.circle.group_id}")
    await promise(alder, "Cho", "three letters")
    await world.until(MID_WEEK + timedelta(hours=2))
    messages = [message for group in (rowan, alder) for message in group.said()]
    pings = [user for message in messages for user in pinged(message)]
    assert sorted(pings) == sorted([rowan.person("Ben").id, rowan.person("Cho").id])


async def test_somebody_away_is_left_in_peace(rowan: Calendar, world: World) -> None:
    await promise(rowan, "Ana", "two calls")
    await promise(rowan, "Ben", "three letters")
    await rowan.ask("Ben", "away", start="2026-01-02", end="2026-01-04")
    await world.until(MID_WEEK)
    assert [pinged(message) for message in rowan.said()] == [{rowan.person("Ana").id}]


async def test_a_bot_that_was_down_all_day_nudges_nobody_late(rowan: Calendar, world: World) -> None:
    await promise(rowan, "Ana", "two calls")
    await world.sleep_through(days=3, hours=12)
    await world.run_due()
    assert [message for message in rowan.said() if "No more nudges" in labels(message)] == []
    assert await world.rows("SELECT * FROM nudges") == []
