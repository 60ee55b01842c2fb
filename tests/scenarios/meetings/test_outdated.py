"""Messages that are out of date lose their buttons, and a reminder asks no more once its time is over."""

from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import MeetingId
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, custom_ids, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
MESSAGE = "/channels/*/messages/*"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group of Ana, Ben and Cho that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


def mailbox(rowan: Calendar, name: str) -> list[discord.Message]:
    """Return what a person was sent directly and sees now, oldest first."""
    return [each for each in rowan.person(name).user.dm_channel.history() if not each.flags.ephemeral]


async def reminded(rowan: Calendar, name: str = "Ben") -> discord.Message:
    """Let a person be reminded by direct message."""
    await rowan.opt_in(name)
    await rowan.world.until(FIRST - timedelta(hours=11))
    [message] = mailbox(rowan, name)
    return message


def edits(rowan: Calendar, message: discord.Message) -> int:
    """Return how often a message was edited."""
    path = f"/channels/{message.channel.id}/messages/{message.id}"
    return sum((each.method, each.path) == ("PATCH", path) for each in rowan.world.env.http_requests)


async def test_a_reminder_asks_no_more_when_its_meeting_has_begun(rowan: Calendar) -> None:
    message = await reminded(rowan)
    assert len(labels(message)) == 5
    await rowan.world.until(FIRST + timedelta(minutes=1))
    [message] = mailbox(rowan, "Ben")
    assert labels(message) == []
    assert "has begun" in texts_in(message)
    assert "not answered" not in texts_in(message)
    await rowan.world.pass_time(hours=20)
    assert edits(rowan, message) == 1


async def test_a_reminder_that_was_answered_keeps_its_buttons_until_the_meeting_is_over(
    rowan: Calendar,
) -> None:
    await rowan.person("Ben").user.click(await reminded(rowan), label="Virtual")
    await rowan.world.until(FIRST + timedelta(minutes=30))
    assert "Late" in labels(mailbox(rowan, "Ben")[0])
    await rowan.world.until(FIRST + timedelta(hours=14))
    message = mailbox(rowan, "Ben")[0]
    assert labels(message) == []
    assert "You said: **Virtual**" in texts_in(message)


@pytest.mark.parametrize(
    ("command", "button"), [("meeting cancel", "Cancel the meeting"), ("group archive", "Archive it")]
)
async def test_a_reminder_asks_no_more_when_the_meeting_is_off(
    rowan: Calendar, command: str, button: str
) -> None:
    await reminded(rowan)
    asked = await rowan.ask("Ana", command)
    await rowan.press("Ana", button, asked)
    await rowan.world.run_due()
    message = mailbox(rowan, "Ben")[0]
    assert labels(message) == []
    assert ("is archived" if "archive" in command else "doesn't take place") in texts_in(message)


async def test_the_stop_button_is_gone_once_it_was_pressed_and_the_answers_stay(rowan: Calendar) -> None:
    message = await reminded(rowan)
    result = await rowan.person("Ben").user.click(message, label="No more messages")
    assert "no more direct messages" in texts_in(result.response)
    [message] = [each for each in mailbox(rowan, "Ben") if each.id == message.id]
    assert labels(message) == ["Going", "Late", "Virtual", "Can't come"]
    await rowan.person("Ben").user.click(message, label="Going")
    assert await rowan.world.rows("SELECT answer FROM rsvps") == [{"answer": "going"}]


async def test_the_stop_button_goes_from_every_message_once_it_was_pressed_on_one(rowan: Calendar) -> None:
    await rowan.ask("Ben", "commit add", text="Write two letters")
    await reminded_after_a_nudge(rowan)
    nudge, reminder = mailbox(rowan, "Ben")
    await rowan.person("Ben").user.click(reminder, label="No more messages")
    nudge, reminder = (each for each in mailbox(rowan, "Ben") if each.id in (nudge.id, reminder.id))
    assert labels(nudge) == ["+1"]
    assert "No more messages" not in labels(reminder)


async def reminded_after_a_nudge(rowan: Calendar) -> None:
    """Let Ben be nudged and reminded by direct message."""
    await rowan.opt_in("Ben")
    await rowan.world.until(FIRST - timedelta(hours=11))


@pytest.mark.parametrize("where", ["card", "next"])
async def test_a_reminder_says_what_was_answered_elsewhere(rowan: Calendar, where: str) -> None:
    await reminded(rowan)
    await rowan.press("Ben", "Late", None if where == "card" else await rowan.ask("Ben", "next"))
    message = mailbox(rowan, "Ben")[0]
    assert "You said: **Late**" in texts_in(message)
    assert "Virtual" in labels(message)


@pytest.mark.parametrize("how", ["time", "day"])
async def test_a_reminder_names_the_new_time_when_its_meeting_is_moved(rowan: Calendar, how: str) -> None:
    await reminded(rowan)
    moved = FIRST + (timedelta(hours=1) if how == "time" else timedelta(days=2))
    options = {"time": "20:00"} if how == "time" else {"date": "2026-01-08"}
    await rowan.ask("Ana", "meeting move", **options)
    message = mailbox(rowan, "Ben")[0]
    assert stamp(moved) in texts_in(message)
    assert stamp(FIRST) not in texts_in(message)
    assert "Going" in labels(message)
    await rowan.world.until(moved + timedelta(minutes=1))
    await rowan.world.run_due()
    assert all(labels(each) == [] for each in mailbox(rowan, "Ben"))


async def test_a_reminder_asks_again_when_its_meeting_is_held_after_all(rowan: Calendar) -> None:
    await reminded(rowan)
    skipped = await rowan.ask("Ana", "meeting skip", meeting="2026-01-06")
    await rowan.world.run_due()
    assert labels(mailbox(rowan, "Ben")[0]) == []
    await rowan.press("Ana", "Meet after all", skipped)
    message = mailbox(rowan, "Ben")[0]
    assert "Going" in labels(message)
    await rowan.person("Ben").user.click(message, label="Going")
    assert "You said: **Going**" in texts_in(mailbox(rowan, "Ben")[0])
    await rowan.world.until(FIRST + timedelta(hours=14))
    await rowan.world.run_due()
    assert labels(mailbox(rowan, "Ben")[0]) == []


async def test_a_reminder_says_that_its_reader_is_away_until_they_take_it_back(rowan: Calendar) -> None:
    await reminded(rowan)
    noted = await rowan.ask("Ben", "away", start="2026-01-06", end="2026-01-06")
    assert "You said: **Can't come**" in texts_in(mailbox(rowan, "Ben")[0])
    drop = next(each for each in custom_ids(noted) if each.startswith("away_drop"))
    await rowan.person("Ben").click(noted, custom_id=drop)
    assert "have not answered yet" in texts_in(mailbox(rowan, "Ben")[0])


@pytest.mark.parametrize("how", ["leaves", "is let go"])
async def test_a_reminder_asks_no_more_when_its_reader_is_in_the_group_no_more(
    rowan: Calendar, how: str
) -> None:
    await reminded(rowan)
    if how == "leaves":
        await rowan.press("Ben", "Leave", await rowan.ask("Ben", "me leave"))
    else:
        ben = str(rowan.person("Ben").id)
        await rowan.press("Ana", "Let them go", await rowan.ask("Ana", "group remove", member=ben))
    await rowan.world.run_due()
    message = mailbox(rowan, "Ben")[0]
    assert texts_in(message).startswith("You are not in **Rowan** any more")
    assert labels(message) == []


async def test_the_stop_button_stays_away_once_it_was_pressed(rowan: Calendar) -> None:
    message = await reminded(rowan)
    await rowan.person("Ben").user.click(message, label="No more messages")
    await rowan.person("Ben").user.click(mailbox(rowan, "Ben")[0], label="Going")
    assert "No more messages" not in labels(mailbox(rowan, "Ben")[0])
    await rowan.press("Ben", "Late")
    assert "You said: **Late**" in texts_in(mailbox(rowan, "Ben")[0])
    assert "No more messages" not in labels(mailbox(rowan, "Ben")[0])


async def test_a_nudge_loses_its_buttons_when_its_meeting_has_begun(rowan: Calendar) -> None:
    for name in ("Ben", "Cho"):
        await rowan.ask(name, "commit add", text="Write two letters")
    await rowan.opt_in("Cho")
    await rowan.world.until(FIRST - timedelta(hours=30))
    [shared] = rowan.said()
    [own] = mailbox(rowan, "Cho")
    assert labels(shared)
    assert "Stop these messages" in labels(own)
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert labels(rowan.said()[0]) == ["No more nudges"]
    assert rowan.person("Ben").mention in texts_in(rowan.said()[0])
    nudge = mailbox(rowan, "Cho")[0]
    assert labels(nudge) == []
    assert "Write two letters" in texts_in(nudge)


async def test_a_message_that_was_deleted_is_left_alone(rowan: Calendar) -> None:
    message = await reminded(rowan)
    rowan.world.env.inject_error("PATCH", MESSAGE, status=404, code=10008)
    await rowan.world.until(FIRST + timedelta(hours=3))
    assert edits(rowan, message) == 1


async def test_an_outage_leaves_the_edit_to_the_next_refresh(rowan: Calendar) -> None:
    message = await reminded(rowan)
    await rowan.world.sleep_through(hours=11, minutes=1)
    rowan.world.env.inject_error("PATCH", MESSAGE, status=500)
    await rowan.world.bot.live.outdated.refresh()
    assert edits(rowan, message) == 1
    await rowan.world.bot.live.outdated.refresh()
    assert labels(mailbox(rowan, "Ben")[0]) == []


async def test_an_invitation_that_ran_out_or_went_with_its_group_asks_no_more(world: World) -> None:
    rowan = await calendar(world)
    await rowan.person("Ana").slash(rowan.channel, "group invite", member=rowan.person("Zoe"))
    assert labels(rowan.said()[-1]) == ["Read the charter"]
    card = rowan.said()[-1].id
    await world.pass_time(days=8)
    assert labels(next(each for each in rowan.said() if each.id == card)) == []
    await rowan.person("Ana").slash(rowan.channel, "group invite", member=rowan.person("Zoe"))
    card = rowan.said()[-1].id
    asked = await rowan.ask("Ana", "group archive")
    await rowan.press("Ana", "Archive it", asked)
    await world.run_due()
    assert labels(next(each for each in rowan.said() if each.id == card)) == []


async def test_an_accepted_invitation_says_so_when_the_answer_could_not_be_shown_at_once(
    world: World,
) -> None:
    rowan = await calendar(world)
    zoe = rowan.person("Zoe")
    await rowan.person("Ana").slash(rowan.channel, "group invite", member=zoe)
    card = rowan.said()[-1]
    shown = await zoe.click(card, label="Read the charter")
    assert shown.response is not None
    world.env.inject_error("PATCH", MESSAGE, status=500)
    await zoe.click(shown.response, label="Join")
    await world.run_due()
    card = next(each for each in rowan.said() if each.id == card.id)
    assert labels(card) == []
    assert zoe.mention in texts_in(card)


async def asked(rowan: Calendar) -> tuple[discord.Message, simcord.MemberActor]:
    """Let Ben or Cho ask the other host, by now, to swap turns; return the question, and whom it asks."""
    await rowan.world.until(FIRST - timedelta(hours=30))
    first, second = await rowan.world.rows(
        "SELECT v.meeting_id, v.host_id FROM venues v JOIN meetings m ON m.id = v.meeting_id ORDER BY m.id"
    )
    people = {person.id: person for person in rowan.circle.people}
    host = next(each for each in rowan.circle.people[1:] if each.id in (first["host_id"], second["host_id"]))
    mine, other = (first, second) if host.id == first["host_id"] else (second, first)
    turns = MeetingId(mine["meeting_id"]), MeetingId(other["meeting_id"])
    await rowan.world.bot.services.swaps.offer(rowan.circle.actor(host), *turns)
    await rowan.world.run_due()
    question = rowan.said()[-1]
    assert "Agree" in labels(question)
    assert host.mention in texts_in(question)
    return question, people[other["host_id"]]


def shown_again(rowan: Calendar, message: discord.Message) -> discord.Message:
    """Return a message of the channel as it is now."""
    return next(each for each in rowan.said() if each.id == message.id)


async def test_a_question_loses_its_buttons_when_it_is_too_late_to_swap(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    question, _ = await asked(rowan)
    await world.until(FIRST - timedelta(hours=23))
    assert labels(shown_again(rowan, question)) == []


async def test_a_question_loses_its_buttons_when_one_of_its_meetings_is_off(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    question, _ = await asked(rowan)
    await rowan.ask("Ana", "meeting skip", meeting="2026-01-13")
    await world.run_due()
    assert labels(shown_again(rowan, question)) == []


async def test_a_question_says_that_it_is_over_when_whom_it_asks_leaves(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    question, person = await asked(rowan)
    await world.bot.services.members.leave(rowan.circle.actor(person), rowan.circle.group_id)
    await world.run_due()
    assert labels(shown_again(rowan, question)) == []
    assert texts_in(shown_again(rowan, question)).startswith("This offer is over")


async def test_a_question_loses_its_buttons_when_whom_it_asks_deletes_everything(world: World) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    question, person = await asked(rowan)
    await world.bot.services.personal.delete(rowan.circle.actor(person))
    await world.run_due()
    assert labels(shown_again(rowan, question)) == []
    assert "This offer is over" in texts_in(shown_again(rowan, question))
    rows = await world.rows("SELECT key, recipient FROM outbox")
    assert not [row for row in rows if str(person.id) in f"{row['key']} {row['recipient']}"]


@pytest.mark.parametrize(
    ("command", "options", "days"),
    [
        ("meeting schedule", {"weekday": 2}, (1, 8)),
        ("meeting schedule", {"weekday": 4, "zone": "Europe/Paris", "time": "20:00"}, (3, 10)),
        ("meeting move", {"meeting": "2026-01-06", "date": "2026-01-08"}, (2, 7)),
        ("meeting move", {"meeting": "2026-01-13", "date": "2026-01-15"}, (0, 9)),
    ],
)
async def test_a_question_names_its_meetings_as_they_are_when_they_move(
    world: World, command: str, options: dict[str, str], days: tuple[int, int]
) -> None:
    rowan = await calendar(world, rotation=Rotation.TURNS)
    question, person = await asked(rowan)
    assert stamp(FIRST) in texts_in(question)
    await rowan.ask("Ana", command, **options)
    await world.run_due()
    said = texts_in(shown_again(rowan, question))
    assert said != texts_in(question)
    assert all(stamp(FIRST + timedelta(days=day)) in said for day in days)
    assert "Agree" in labels(shown_again(rowan, question))
    edited = edits(rowan, question)
    await world.restart()
    await world.run_due()
    assert edits(rowan, question) == edited
    await person.click(shown_again(rowan, question), label="Agree")
    [swap] = await world.rows("SELECT state FROM swaps")
    assert swap["state"] == "agreed"


async def test_the_stop_button_goes_and_comes_when_messages_are_turned_off_and_on(rowan: Calendar) -> None:
    assert "No more messages" in labels(await reminded(rowan))
    for label, there in (("Turn direct messages off", False), ("Turn direct messages on", True)):
        await rowan.press("Ben", label, await rowan.ask("Ben", "me settings"))
        [message] = mailbox(rowan, "Ben")
        assert ("No more messages" in labels(message)) is there
        assert "Going" in labels(message)


async def test_a_reminder_asks_no_more_while_its_group_rests_and_again_when_it_wakes(
    rowan: Calendar,
) -> None:
    await reminded(rowan)
    await rowan.ask("Ana", "group pause")
    await rowan.world.run_due()
    [resting] = mailbox(rowan, "Ben")
    assert labels(resting) == []
    assert "doesn't take place" in texts_in(resting)
    await rowan.ask("Ana", "group resume")
    [awake] = mailbox(rowan, "Ben")
    assert "Going" in labels(awake)
