"""At the hour when answers are due, few mean one question to the organizers, and one click settles it."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GuildId, LocationId, UserId
from buddybot.domain.locations.locations import LocationKind, LocationWords
from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.meetings import MeetingKind, MeetingState
from buddybot.storage.engine.database import Tx
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.meetings.deciding import (
    ASKED,
    CLICKS,
    DUE,
    FIRST,
    WEEK,
    answered,
    decision,
    press_late,
    question,
    questions,
    settle,
    state,
)
from tests.world import World, custom_ids, labels, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January, when at least three of its people come."""
    made = await calendar(world)
    await settle(made, minimum=3)
    return made


@pytest.fixture
async def asked(rowan: Calendar) -> Calendar:
    """The same at the hour when answers are due: two come, Cho gave no word, and Ana was asked."""
    await answered(rowan, "Ana", "Ben")
    await rowan.world.until(DUE)
    return rowan


# -- the question ----------------------------------------------------------------------------------


async def test_when_few_come_the_organizer_alone_is_asked_once(rowan: Calendar) -> None:
    await answered(rowan, "Ana", "Ben")
    await rowan.world.until(DUE - timedelta(minutes=1))
    assert questions(rowan) == []
    await rowan.world.until(DUE)
    message = question(rowan)
    assert [user.id for user in message.mentions] == [rowan.person("Ana").id]
    assert "Coming so far: 2. It takes 3 or more." in texts_in(message)
    assert stamp(FIRST) in texts_in(message)
    assert rowan.person("Cho").mention not in texts_in(message)
    assert labels(message) == CLICKS
    await rowan.world.until(FIRST - timedelta(minutes=1))
    assert [each.id for each in questions(rowan)] == [message.id]


async def test_enough_answers_of_whatever_kind_mean_no_question(rowan: Calendar) -> None:
    await answered(rowan, "Ana")
    await rowan.press("Ben", "Late")
    await rowan.press("Cho", "Virtual")
    await rowan.world.until(DUE)
    await rowan.press("Cho", "Can't come")
    await rowan.world.until(FIRST)
    assert questions(rowan) == []


async def test_a_group_that_meets_with_any_number_is_never_asked(rowan: Calendar) -> None:
    await settle(rowan, minimum=0)
    await rowan.world.until(FIRST)
    assert questions(rowan) == []


async def test_answers_that_come_later_are_taken_and_counted_in_the_same_question(asked: Calendar) -> None:
    first = question(asked)
    await asked.press("Cho", "Virtual")
    assert question(asked).id == first.id
    assert "Coming so far: 3" in texts_in(question(asked))
    assert "By now enough people come" in texts_in(question(asked))
    await asked.press("Ana", "Meet anyway", question(asked))
    assert "we meet anyway" in texts_in(question(asked))
    assert await decision(asked) == "meet"


async def test_a_question_that_nobody_decides_ends_with_the_start(asked: Calendar) -> None:
    await asked.world.until(FIRST + timedelta(minutes=1))
    assert labels(question(asked)) == []
    assert "has begun" in texts_in(question(asked))
    assert await state(asked) == "open"


# -- the click -------------------------------------------------------------------------------------


async def test_meeting_anyway_says_so_in_the_place_of_the_question(asked: Calendar) -> None:
    before = len(asked.said())
    await asked.press("Ana", "Meet anyway", question(asked))
    assert "we meet anyway" in texts_in(question(asked))
    assert labels(question(asked)) == []
    await asked.world.until(FIRST)
    assert await state(asked) == "open"
    assert len(asked.said()) == before + 1  # the check-in


async def test_moving_online_takes_the_virtual_place_used_longest_ago_and_tells_who_comes(
    asked: Calendar,
) -> None:
    used, unused = await virtual_places(asked, "The old room", "The new room")
    await met_at(asked, used)
    await asked.press("Ana", "Move online", question(asked))
    assert "we meet online this once" in texts_in(question(asked))
    assert "**Where** online this once" in texts_in(asked.card())
    [arrangement] = await asked.world.rows(
        "SELECT v.* FROM venues v JOIN meetings m ON m.id = v.meeting_id WHERE m.slot = '2026-01-06'"
    )
    assert (arrangement["location_id"], arrangement["host_id"], arrangement["online"]) == (unused, None, 1)
    assert arrangement["basis"] == "assigned"
    await asked.world.run_due()
    notice = asked.said()[-1]
    assert "online" in texts_in(notice)
    assert {user.id for user in notice.mentions} == {asked.person("Ben").id}  # Ana decided it
    await asked.world.until(FIRST)
    assert await state(asked) == "open"


async def test_moving_online_without_a_link_says_so_to_the_organizer_and_the_group(asked: Calendar) -> None:
    said = await asked.press("Ana", "Move online", question(asked))
    assert "there's no link yet" in said
    assert "`/location suggest`" in said
    assert "The link is still to come" in texts_in(question(asked))
    assert "**Where** online this once; the link is still to come" in texts_in(asked.card())

    await virtual_places(asked, "The room")
    [location] = await asked.world.rows("SELECT id FROM locations")
    await asked.ask("Ana", "rotation assign", location=str(location["id"]))
    assert "still to come" not in texts_in(asked.card())


async def test_moving_online_takes_the_link_of_a_hybrid_place_when_there_is_no_other(asked: Calendar) -> None:
    [location] = await virtual_places(asked, "The library")
    await asked.world.bot.services.transactions.write(
        lambda uow: uow.tx.run(
            "UPDATE locations SET kind = 'hybrid', link = 'https://meet.example.org/room'"
        ),
    )
    assert "no link" not in await asked.press("Ana", "Move online", question(asked))
    [arrangement] = await asked.world.rows("SELECT location_id FROM venues WHERE online = 1")
    assert arrangement["location_id"] == location


async def test_a_meeting_that_is_somewhere_after_all_is_no_longer_said_to_be_online(asked: Calendar) -> None:
    await virtual_places(asked, "The room")
    await asked.press("Ana", "Move online", question(asked))
    location = (await asked.world.rows("SELECT id FROM locations"))[0]["id"]
    await asked.ask("Ana", "rotation assign", location=str(location))
    assert "online this once" not in texts_in(asked.card())
    assert "online this once" not in texts_in(question(asked))
    assert "we meet anyway" in texts_in(question(asked))


async def test_cancelling_asks_once_more_and_then_does_what_cancelling_does(asked: Calendar) -> None:
    before = texts_in(question(asked))
    result = await asked.person("Ana").click(question(asked), label="Cancel")
    assert result.ephemeral
    assert result.response is not None
    assert labels(result.response) == ["Cancel the meeting", "Keep it"]
    assert "cannot be taken back" in texts_in(result.response)
    assert texts_in(question(asked)) == before
    assert "is cancelled" in await asked.press("Ana", "Cancel the meeting", result.response)
    assert "does not take place" in texts_in(question(asked))
    assert "cancelled. Too few could come." in texts_in(asked.card())
    assert (await decision(asked), await state(asked)) == ("cancel", "cancelled")
    await asked.world.run_due()
    notice = asked.said()[-1]
    assert "is cancelled. Too few could come." in texts_in(notice)
    assert {user.id for user in notice.mentions} == {asked.person("Ben").id}  # Ana decided it
    count = len(asked.said())
    await asked.world.until(FIRST + timedelta(hours=1))
    assert len(asked.said()) == count


async def test_keeping_it_after_all_changes_nothing(asked: Calendar) -> None:
    result = await asked.person("Ana").click(question(asked), label="Cancel")
    assert result.response is not None
    assert "Nothing has changed" in await asked.press("Ana", "Keep it", result.response)
    assert labels(question(asked)) == CLICKS
    assert await decision(asked) is None


@pytest.mark.parametrize("click", CLICKS)
async def test_only_organizers_decide(asked: Calendar, click: str) -> None:
    before = texts_in(question(asked))
    said = await asked.press("Ben", click, question(asked))
    assert "The organizers decide that. Your answer helps them most" in said
    assert "for the members of its group" in await asked.press("Zoe", click, question(asked))
    assert texts_in(question(asked)) == before
    assert await decision(asked) is None


async def test_the_first_click_counts(asked: Calendar) -> None:
    clicks = custom_ids(question(asked))
    waiting = await asked.person("Ana").click(question(asked), label="Cancel")
    assert waiting.response is not None
    await asked.press("Ana", "Meet anyway", question(asked))
    for said in await press_late(asked, clicks):
        assert "decided already: the meeting" in said
    assert "decided already" in await asked.press("Ana", "Cancel the meeting", waiting.response)
    assert (await decision(asked), await state(asked)) == ("meet", "scheduled")
    assert "we meet anyway" in texts_in(question(asked))


async def test_everything_survives_a_restart(asked: Calendar) -> None:
    waiting = await asked.person("Ana").click(question(asked), label="Cancel")
    assert waiting.response is not None
    await asked.world.restart()
    await asked.world.run_due()
    assert labels(question(asked)) == CLICKS
    assert "is cancelled" in await asked.press("Ana", "Cancel the meeting", waiting.response)
    assert "does not take place" in texts_in(question(asked))
    await asked.world.restart()
    await asked.world.until(FIRST)
    assert len(questions(asked)) == 1


async def test_a_click_between_a_crash_and_the_next_start_is_shown_on_the_same_message(
    asked: Calendar,
) -> None:
    async def forget(tx: Tx) -> None:
        """Leave the rows as a process does that is killed before it notes the sending."""
        await tx.run(
            "UPDATE outbox SET state = 'sending', message_id = NULL, lease_until = 0 WHERE kind = 'few' "
            "AND state = 'sent'"
        )
        await tx.run("UPDATE cards SET message_id = 0 WHERE kind = 'few'")

    await asked.world.bot.services.transactions.write(lambda uow: forget(uow.tx))
    first = question(asked)
    await asked.press("Ana", "Meet anyway", first)
    await asked.world.restart()
    await asked.world.run_due()
    assert question(asked).id == first.id
    assert "we meet anyway" in texts_in(question(asked))
    assert labels(question(asked)) == []


async def test_a_bot_that_was_down_at_the_hour_asks_late_and_not_after_the_start(rowan: Calendar) -> None:
    await answered(rowan, "Ana")
    await rowan.world.sleep_through(hours=17)
    await rowan.world.run_due()
    assert labels(question(rowan)) == CLICKS
    await rowan.world.until(FIRST + WEEK - timedelta(hours=7))
    await rowan.world.sleep_through(hours=8)
    await rowan.world.run_due()
    assert len(questions(rowan)) == 1


# -- a calendar that changes -----------------------------------------------------------------------


async def test_the_hour_moves_with_the_meeting(rowan: Calendar) -> None:
    await answered(rowan, "Ana", "Ben")
    await rowan.ask("Ana", "meeting move", date="2026-01-08", time="20:00")
    await rowan.world.until(FIRST)
    assert questions(rowan) == []
    later = datetime(2026, 1, 8, 20, tzinfo=UTC)
    await rowan.world.until(later - timedelta(hours=6))
    assert stamp(later) in texts_in(question(rowan))


async def test_enough_before_a_move_and_too_few_after_it_are_asked_about(rowan: Calendar) -> None:
    await answered(rowan, "Ana", "Ben", "Cho")
    await rowan.world.until(DUE)
    await rowan.ask("Ana", "meeting move", date="2026-01-08")
    await rowan.press("Cho", "Can't come")
    await rowan.world.until(FIRST + timedelta(days=2) - timedelta(hours=6))
    assert "Coming so far: 2" in texts_in(question(rowan))


async def test_a_question_that_is_out_stays_the_only_one_after_a_move(asked: Calendar) -> None:
    first = question(asked)
    await asked.ask("Ana", "meeting move", date="2026-01-08")
    moved = FIRST + timedelta(days=2)
    assert stamp(moved) in texts_in(question(asked))
    await asked.world.until(moved - timedelta(minutes=1))
    assert [message.id for message in questions(asked)] == [first.id]
    await asked.press("Ana", "Meet anyway", question(asked))
    assert "we meet anyway" in texts_in(question(asked))


async def test_a_meeting_moved_so_near_that_nobody_could_answer_is_not_asked_about(rowan: Calendar) -> None:
    await answered(rowan, "Ana", "Ben")
    await rowan.ask("Ana", "meeting move", time="05:30")
    await rowan.world.until(datetime(2026, 1, 6, 5, 30, tzinfo=UTC))
    assert questions(rowan) == []


async def test_a_meeting_cancelled_meanwhile_leaves_no_question_and_no_click(asked: Calendar) -> None:
    clicks = custom_ids(question(asked))
    confirm = await asked.ask("Ana", "meeting cancel", reason="holiday")
    await asked.press("Ana", "Cancel the meeting", confirm)
    assert "does not take place" in texts_in(question(asked))
    assert labels(question(asked)) == []
    for said in await press_late(asked, clicks):
        assert "question is settled" in said
    assert await decision(asked) is None


async def test_a_meeting_cancelled_before_the_hour_is_not_asked_about(rowan: Calendar) -> None:
    await answered(rowan, "Ana")
    confirm = await rowan.ask("Ana", "meeting cancel")
    await rowan.press("Ana", "Cancel the meeting", confirm)
    await rowan.world.until(FIRST)
    assert all(ASKED not in texts_in(message) for message in rowan.said())


async def test_a_skipped_meeting_that_takes_place_after_all_can_be_decided_again(asked: Calendar) -> None:
    skipped = await asked.ask("Ana", "meeting skip")
    assert labels(question(asked)) == []
    await asked.press("Ana", "Meet after all", skipped)
    assert labels(question(asked)) == CLICKS


async def test_a_paused_group_is_not_asked_and_decides_nothing(asked: Calendar) -> None:
    await asked.ask("Ana", "group pause")
    assert "group is paused" in await asked.press("Ana", "Meet anyway", question(asked))
    assert await decision(asked) is None


async def virtual_places(rowan: Calendar, *names: str) -> list[LocationId]:
    """Give the group virtual places."""
    ids = []
    for name in names:
        words = LocationWords(
            name=name,
            kind=LocationKind.VIRTUAL,
            address=None,
            link="https://meet.example.org/rowan",
            access=frozenset(),
            note=None,
        )
        made = await rowan.world.bot.services.transactions.write(
            lambda uow, words=words: uow.locations.add(  # type: ignore[misc]  # bound early
                group_id=rowan.circle.group_id,
                guild_id=GuildId(rowan.circle.guild.id),
                words=words,
                offered_by=UserId(rowan.person("Ana").id),
                now=rowan.world.now,
            ),
        )
        assert made is not None
        ids.append(made)
    return ids


async def met_at(rowan: Calendar, location_id: LocationId) -> None:
    """Let the group have met at a place once, before all that it remembers."""
    start = rowan.world.now - timedelta(days=30)

    async def script(tx: Tx) -> None:
        added = await MeetingRepository(tx).add(
            group_id=rowan.circle.group_id,
            guild_id=GuildId(rowan.circle.guild.id),
            slot=start.date(),
            kind=MeetingKind.EXTRA,
            at=start.time(),
            zone="UTC",
            duration_minutes=75,
            starts_at=start,
            ends_at=start + timedelta(minutes=75),
        )
        assert added is not None
        await MeetingRepository(tx).set_state(added, MeetingState.CLOSED, now=start + timedelta(hours=2))
        await ArrangementRepository(tx).put(
            Arrangement(
                meeting_id=added,
                rule=Rotation.FIXED,
                basis=Basis.RULE,
                location_id=location_id,
                host_id=None,
            )
        )

    await rowan.world.bot.services.transactions.write(lambda uow: script(uow.tx))
