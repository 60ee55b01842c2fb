"""Members answer for a meeting on its card, in /next, and by direct message."""

from datetime import timedelta

import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, labels, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00."""
    return await calendar(world)


@pytest.fixture
async def day_before(rowan: Calendar) -> Calendar:
    """The same, with the card of its first meeting up for an hour."""
    await rowan.world.until((await rowan.starts())[0] - timedelta(hours=23))
    return rowan


async def test_the_card_goes_up_a_day_before_and_shows_who_comes(rowan: Calendar) -> None:
    start = (await rowan.starts())[0]
    await rowan.world.until(start - timedelta(hours=24, minutes=1))
    before = len(rowan.said())
    await rowan.world.pass_time(minutes=1)
    assert len(rowan.said()) == before + 1
    card = rowan.card()
    assert stamp(start) in texts_in(card)
    assert stamp(start, "R") in texts_in(card)
    assert labels(card) == ["Going", "Late", "Virtual", "Can't come", "Check in early", "Agenda"]
    assert not card.mentions

    ana, ben, cho = (rowan.person(name).mention for name in ("Ana", "Ben", "Cho"))
    await rowan.press("Ben", "Going")
    assert f"**Coming** {ben}" in texts_in(rowan.card())
    assert f"no word yet {ana}, {cho}" in texts_in(rowan.card())
    await rowan.press("Ben", "Late")
    await rowan.press("Cho", "Can't come")
    shown = texts_in(rowan.card())
    assert f"**late** {ben}" in shown
    assert "Coming" not in shown
    assert f"no word yet {ana} · can't come {cho}" in shown
    assert len(rowan.said()) == before + 1


async def test_who_is_not_a_member_gets_a_sentence_and_changes_nothing(day_before: Calendar) -> None:
    before = texts_in(day_before.card())
    assert "for the members of its group" in await day_before.press("Zoe", "Going")
    assert texts_in(day_before.card()) == before
    assert await day_before.world.rows("SELECT * FROM rsvps") == []


async def test_every_button_works_after_a_restart(day_before: Calendar) -> None:
    await day_before.world.restart()
    await day_before.press("Ben", "Virtual")
    assert f"**virtual** {day_before.person('Ben').mention}" in texts_in(day_before.card())


async def test_a_card_that_could_not_be_edited_follows_later(day_before: Calendar) -> None:
    channel = day_before.channel
    day_before.world.env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", status=500)
    await day_before.press("Ben", "Going")
    assert "Coming" not in texts_in(day_before.card())
    await day_before.world.run_due()
    assert "Coming" in texts_in(day_before.card())


async def test_a_refused_edit_is_tried_once_for_each_change(day_before: Calendar) -> None:
    channel, env = day_before.channel, day_before.world.env
    path = f"/channels/{channel.id}/messages/*"
    env.inject_error("PATCH", path, status=400, code=50035)
    await day_before.press("Ben", "Going")
    await day_before.world.run_due()
    assert "Coming" not in texts_in(day_before.card())
    await day_before.press("Cho", "Going")
    cho, ben = day_before.person("Cho"), day_before.person("Ben")
    assert f"**Coming** {ben.mention}, {cho.mention}" in texts_in(day_before.card())


async def test_a_deleted_card_is_posted_again_with_the_next_answer(day_before: Calendar) -> None:
    card = day_before.card()
    mine = await day_before.ask("Ben", "next")
    day_before.world.env.backend.delete_message(card.channel.id, card.id)
    await day_before.press("Ben", "Going", mine)
    assert await day_before.world.rows("SELECT * FROM cards WHERE kind = 'meeting'") == []
    await day_before.world.run_due()
    again = day_before.card()
    assert again.id != card.id
    assert f"**Coming** {day_before.person('Ben').mention}" in texts_in(again)
    await day_before.press("Cho", "Going")
    assert f", {day_before.person('Cho').mention}" in texts_in(day_before.card())
    assert day_before.card().id == again.id


async def test_a_card_that_is_deleted_again_and_again_is_given_up_and_told(day_before: Calendar) -> None:
    for number, answer in enumerate(("Going", "Late", "Going", "Late", "Going")):
        cards = [each for each in day_before.said() if "### Meeting" in texts_in(each)]
        assert len(cards) == (number <= 3)
        for card in cards:
            day_before.world.env.backend.delete_message(card.channel.id, card.id)
        await day_before.press("Ben", answer, await day_before.ask("Ben", "next"))
        await day_before.world.run_due()
    result = await day_before.person("Ana").slash(day_before.channel, "next")
    assert "deleted again and again" in "\n".join(texts_in(each) for each in result.followups)


def notified(group: Calendar) -> list[int]:
    """Return whom the newest message in the channel notifies."""
    path = f"/channels/{group.channel.id}/messages"
    sent = [each for each in group.world.env.http_requests if (each.method, each.path) == ("POST", path)]
    assert sent[-1].json is not None
    return list(sent[-1].json["allowed_mentions"].get("users", []))


async def test_a_deleted_check_in_is_posted_again_and_notifies_nobody_twice(day_before: Calendar) -> None:
    await day_before.press("Ben", "Going")
    await day_before.world.until((await day_before.starts())[0])
    first = next(each for each in day_before.said() if "Check-in is open" in texts_in(each))
    assert notified(day_before) == [day_before.person("Ben").id]
    form = await day_before.person("Ben").slash(day_before.channel, "checkin")
    day_before.world.env.backend.delete_message(first.channel.id, first.id)
    await day_before.person("Ben").submit_modal(form, {"win": "A call back"})
    await day_before.world.run_due()
    [again] = [each for each in day_before.said() if "Check-in is open" in texts_in(each)]
    assert again.id != first.id
    assert notified(day_before) == []


async def test_a_deleted_check_in_is_posted_again_when_the_meeting_goes_on_past_its_end(
    day_before: Calendar,
) -> None:
    await day_before.press("Ben", "Going")
    await day_before.world.until((await day_before.starts())[0] + timedelta(hours=2))
    first = next(each for each in day_before.said() if "Check-in is open" in texts_in(each))
    form = await day_before.person("Ben").slash(day_before.channel, "checkin")
    day_before.world.env.backend.delete_message(first.channel.id, first.id)
    await day_before.person("Ben").submit_modal(form, {"win": "A call back"})
    await day_before.world.run_due()
    [again] = [each for each in day_before.said() if "Check-in is open" in texts_in(each)]
    assert again.id != first.id


async def test_next_shows_what_is_mine_and_takes_the_answer(day_before: Calendar) -> None:
    start = (await day_before.starts())[0]
    await day_before.ask("Ben", "commit add", text="Write to two people", count=2)
    shown = await day_before.ask("Ben", "next")
    assert stamp(start) in texts_in(shown)
    assert "You have not answered yet." in texts_in(shown)
    assert "Write to two people · 0 of 2" in texts_in(shown)
    assert labels(shown) == ["Going", "Late", "Virtual", "Can't come", "Check in"]
    assert "You said: **Late**" in await day_before.press("Ben", "Late", shown)
    assert f"**late** {day_before.person('Ben').mention}" in texts_in(day_before.card())
    assert "Write to two" not in texts_in(await day_before.ask("Cho", "next"))


async def test_next_offers_no_check_in_before_its_time(rowan: Calendar) -> None:
    shown = await rowan.ask("Ben", "next")
    assert "Check in" not in labels(shown)


async def test_next_shows_each_of_several_groups(world: World) -> None:
    rowan = await calendar(world)
    ash = await calendar(world, name="Ash", guild=rowan.circle.guild)
    lobby = rowan.circle.guild.create_text_channel("lobby")
    result = await rowan.person("Ben").slash(lobby, "next")
    shown = texts_in(result.response)
    assert "### Ash" in shown
    assert "### Rowan" in shown
    assert "### Ash" not in texts_in(await rowan.ask("Ben", "next"))
    assert "### Rowan" not in texts_in(await ash.ask("Ben", "next"))
    assert "not in a buddy group" in texts_in(await ash.ask("Zoe", "next"))


async def test_a_reminder_goes_only_to_who_asked_and_is_answered_in_place(rowan: Calendar) -> None:
    ben, cho = rowan.person("Ben"), rowan.person("Cho")
    await rowan.opt_in("Ben")
    await rowan.world.until((await rowan.starts())[0] - timedelta(hours=11))
    assert cho.user.dm_channel.history() == []
    [message] = ben.user.dm_channel.history()
    assert "you have not answered yet" in texts_in(message)
    assert labels(message)[-1] == "No more messages"
    result = await ben.user.click(message, label="Virtual")
    assert result.acknowledged
    [message] = ben.user.dm_channel.history()
    assert "You said: **Virtual**" in texts_in(message)
    assert f"**virtual** {ben.mention}" in texts_in(rowan.card())


async def test_a_reminder_that_is_answered_shows_what_was_said_later_where_that_came_first(
    rowan: Calendar,
) -> None:
    ben = rowan.person("Ben")
    await rowan.opt_in("Ben")
    await rowan.world.until((await rowan.starts())[0] - timedelta(hours=11))
    [message] = ben.user.dm_channel.history()
    await ben.user.click(message, label="Virtual")
    later = "UPDATE rsvps SET interaction_id = 9000000000000000000"
    await rowan.world.bot.services.transactions.write(lambda uow: uow.tx.run(later))
    await ben.user.click(message, label="Going")
    [message] = ben.user.dm_channel.history()
    assert "You said: **Virtual**" in texts_in(message)
    assert [row["answer"] for row in await rowan.world.rows("SELECT answer FROM rsvps")] == ["virtual"]


async def test_who_answered_in_time_is_not_reminded(rowan: Calendar) -> None:
    await rowan.opt_in("Ben")
    shown = await rowan.ask("Ben", "next")
    await rowan.press("Ben", "Going", shown)
    await rowan.world.until((await rowan.starts())[0] - timedelta(hours=1))
    assert rowan.person("Ben").user.dm_channel.history() == []


async def test_a_paused_group_asks_nobody_and_says_so(day_before: Calendar) -> None:
    ana = day_before.circle.actor(day_before.person("Ana"))
    await day_before.world.bot.services.groups.pause(ana, day_before.circle.group_id)
    assert "taking a break" in texts_in(await day_before.ask("Ben", "next"))
    assert "group is paused" in await day_before.press("Ben", "Going")
    assert "group is paused" in texts_in(await day_before.ask("Ana", "meeting skip"))
    assert await day_before.world.rows("SELECT * FROM rsvps") == []
