"""Looking back: an organizer at the group, a member at themselves, and nobody at anybody else."""

from typing import Any

import pytest
import simcord

from buddybot.domain.attendance.attendance import Attendance
from buddybot.storage.engine.database import Tx
from tests.scenarios.evenings import Evening
from tests.scenarios.forging import Forgery
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.scenarios.pasts import ABSENT, PRESENT, lived
from tests.scenarios.settling import accept, invite
from tests.world import World, labels, texts_in

EXCUSED, UNRECORDED = Attendance.EXCUSED, Attendance.UNRECORDED


@pytest.fixture
async def rowan(world: World) -> Calendar:
    return await calendar(world)


def alts(message: simcord.ResponseMessage) -> list[str]:
    """What the pictures on a card say."""
    return list(_alts(message.components))


def _alts(components: list[dict[str, Any]]) -> list[str]:
    found = [item["description"] for each in components for item in each.get("items") or []]
    for each in components:
        found += _alts(each.get("components") or [])
    return found


async def turned(
    rowan: Calendar, name: str, label: str, message: simcord.ResponseMessage
) -> simcord.ResponseMessage:
    """Let somebody turn the page."""
    result = await rowan.person(name).click(message, label=label)
    assert result.acknowledged
    assert result.response is not None
    return result.response


# -- /attendance history -------------------------------------------------------------------------------


async def test_before_the_first_meeting_both_find_a_kind_sentence(rowan: Calendar) -> None:
    for name, command, words in (
        ("Ana", "attendance history", "After the first meeting"),
        ("Ben", "attendance history", "After your first meeting"),
        ("Ben", "me history", "After your first meeting"),
    ):
        shown = await rowan.ask(name, command)
        assert words in texts_in(shown)
        assert shown.attachments == []
    assert "not in a buddy group" in texts_in(await rowan.ask("Zoe", "attendance history"))
    assert "not in a buddy group" in texts_in(await rowan.ask("Zoe", "me history"))


async def test_an_organizer_sees_picture_words_and_what_is_missing(rowan: Calendar) -> None:
    await lived(rowan, "Ben", PRESENT, EXCUSED, ABSENT, UNRECORDED)
    shown = await rowan.ask("Ana", "attendance history")
    said = texts_in(shown)
    assert "Attendance of Rowan" in said
    assert "**Attended** 82 % (9 of 11)" in said
    assert "**Attended or apologised** 91 % (10 of 11)" in said
    assert "of all whose attendance is known" in said
    assert "one person is not recorded yet" in said
    assert "In a row" not in said
    [alt] = alts(shown)
    assert alt.startswith("Who came to the 4 meetings")
    assert not any(name in alt for name in ("Ana", "Ben", "Cho"))
    [picture] = shown.attachments
    assert (await picture.read()).startswith(b"\x89PNG")
    assert labels(shown) == ["Record"]
    assert "Attendance" in await rowan.press("Ana", "Record", shown)


async def test_a_visitor_is_counted_beside_the_figures(rowan: Calendar) -> None:
    last = await lived(rowan, "Ben", PRESENT)

    async def visit(tx: Tx) -> None:
        await tx.run(
            "INSERT INTO visitors (meeting_id, name, recorded_at) VALUES (:id, 'A guest', 0)", id=last
        )

    await rowan.world.bot.services.transactions.write(lambda uow: visit(uow.tx))
    said = texts_in(await rowan.ask("Ana", "attendance history"))
    assert "**Visitors** 1" in said
    assert "(3 of 3)" in said
    assert "A guest" not in texts_in(await rowan.ask("Ben", "attendance history"))


async def test_a_member_sees_their_own_row_with_their_streak(rowan: Calendar) -> None:
    await lived(rowan, "Ben", ABSENT, PRESENT, EXCUSED, PRESENT)
    shown = await rowan.ask("Ben", "attendance history")
    said = texts_in(shown)
    assert "**Attended** 2 of 4 meetings" in said
    assert "**Attended or apologised** 3 of 4" in said
    assert "**In a row** 2 meetings" in said
    assert "%" not in said
    assert alts(shown) == [
        "You at the 4 meetings from 10 Dec to 31 Dec 2025. there: 2. sent word: 1. not there: 1."
    ]
    assert not any(name in said for name in ("Ana", "Cho"))
    assert "In a row" not in texts_in(await rowan.ask("Ana", "attendance history"))


async def test_a_late_joiner_and_a_leaver_are_there_for_their_own_meetings(rowan: Calendar) -> None:
    await lived(rowan, "Ben", PRESENT, PRESENT, PRESENT)
    ben, cho = (rowan.person(name).id for name in ("Ben", "Cho"))

    async def move(tx: Tx) -> None:
        second = "SELECT starts_at FROM meetings WHERE state = 'closed' ORDER BY starts_at LIMIT 1 OFFSET 1"
        await tx.run(f"UPDATE memberships SET joined_at = ({second}) WHERE user_id = :id", id=ben)
        await tx.run(f"UPDATE memberships SET left_at = ({second}) WHERE user_id = :id", id=cho)

    await rowan.world.bot.services.transactions.write(lambda uow: move(uow.tx))
    assert "(6 of 6)" in texts_in(await rowan.ask("Ana", "attendance history"))
    assert "**Attended** 2 of 2 meetings" in texts_in(await rowan.ask("Ben", "attendance history"))
    assert "not in a buddy group" in texts_in(await rowan.ask("Cho", "attendance history"))


async def test_those_whose_data_was_deleted_count_and_are_shown_nowhere(rowan: Calendar) -> None:
    await lived(rowan, "Ben", PRESENT, ABSENT)
    cho = rowan.person("Cho").id

    async def delete(tx: Tx) -> None:
        await tx.run("UPDATE attendance SET user_id = -1 WHERE user_id = :id", id=cho)
        await tx.run("DELETE FROM memberships WHERE user_id = :id", id=cho)

    await rowan.world.bot.services.transactions.write(lambda uow: delete(uow.tx))
    for command in ("attendance history", "health show"):
        shown = await rowan.ask("Ana", command)
        assert "Cho" not in texts_in(shown)
        assert "<@-" not in texts_in(shown)
        assert "On average 2.5 of 3 came." in alts(shown)[0]
    assert "(5 of 6)" in texts_in(await rowan.ask("Ana", "attendance history"))


async def test_pages_are_turned_also_after_a_restart(rowan: Calendar) -> None:
    await lived(rowan, "Ben", *[PRESENT] * 26, ABSENT, PRESENT)
    newest = await rowan.ask("Ana", "attendance history")
    assert labels(newest) == ["Older"]
    assert "26 meetings" in texts_in(newest)
    await rowan.world.restart()
    oldest = await turned(rowan, "Ana", "Older", newest)
    assert labels(oldest) == ["Newer"]
    assert alts(oldest)[0].startswith("Who came to the 2 meetings")
    assert len(oldest.attachments) == 1
    assert alts(await turned(rowan, "Ana", "Newer", oldest)) == alts(newest)
    own = await rowan.ask("Ben", "attendance history")
    older = await turned(rowan, "Ben", "Older", own)
    assert "**Attended** 2 of 2 meetings" in texts_in(older)


async def test_a_page_shows_everybody_what_is_theirs_and_a_stranger_nothing(rowan: Calendar) -> None:
    await lived(rowan, "Ben", *[PRESENT] * 27)
    forgery = Forgery(rowan.world, rowan.channel)
    await forgery.begin()
    group_id = rowan.circle.group_id
    pages = [f"attendance_page:{group_id}:26", f"me_history:{group_id}:5"]
    async for custom_id, result in forgery.press(rowan.person("Zoe"), pages):
        assert "no such group" in texts_in(result.response), custom_id
    async for custom_id, result in forgery.press(rowan.person("Ben"), pages):
        said = texts_in(result.response)
        assert said.startswith("### Your"), custom_id
        assert "Attendance of" not in said


# -- /me history ---------------------------------------------------------------------------------------


async def told(evening: Evening, name: str, command: str = "me history") -> simcord.ResponseMessage:
    """Let somebody look back."""
    result = await evening.person(name).slash(evening.channel, command)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def test_own_weeks_have_ones_own_words_private_ones_too(world: World) -> None:
    evening = await Evening.gather(world, "Ana", "Ben")
    await evening.person("Ben").slash(evening.channel, "commit add", text="Call my old boss")
    await evening.person("Ben").slash(
        evening.channel, "commit add", text="4 quiet letters", visibility="private"
    )
    await evening.starts()
    await evening.check_in(
        "Ben", {"Call my old boss": "Done", "4 quiet letters": "2 of 4"}, win="She called back"
    )
    await evening.check_in("Ana")
    await evening.close("Ana")
    said = texts_in(await told(evening, "Ben"))
    assert "**Meeting 1**" in said
    assert "“Call my old boss” · done" in said
    assert "“4 quiet letters” · 2 of 4 · only you can read it" in said
    assert "A win: She called back" in said
    assert "**Commitments kept** 1 of 2" in said
    assert "harder" not in said
    assert "%" not in said
    others = texts_in(await told(evening, "Ana"))
    assert "quiet letters" not in others
    assert "old boss" not in others
    group = texts_in(await told(evening, "Ana", "attendance history"))
    assert "**Commitments kept** 50 % (1 of 2)" in group
    assert "quiet letters" not in group


async def test_the_evening_at_which_a_member_joined_is_the_first_of_their_own_weeks(world: World) -> None:
    evening = await Evening.gather(world, "Ana", "Ben")
    await evening.starts()
    cho = evening.person("Cho")
    await world.pass_time(minutes=10)
    await accept(cho, await invite(evening.person("Ana"), evening.channel, cho))
    await evening.check_in("Cho", win="I found you")
    await evening.check_in("Ana")
    await evening.close("Ana")
    said = texts_in(await told(evening, "Cho"))
    assert "**Meeting 1**" in said
    assert "you joined that evening" in said
    assert "A win: I found you" in said
    # It counts for nobody who was not expected there.
    assert "**Attended**" not in said
    assert "in your last 0 meetings" not in said
    assert "you joined that evening" not in texts_in(await told(evening, "Ana"))


async def test_after_hard_weeks_there_is_a_kind_word_and_no_reproach(rowan: Calendar) -> None:
    await lived(rowan, "Ben", PRESENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT)
    shown = await rowan.ask("Ben", "me history")
    said = texts_in(shown)
    assert "Some weeks are harder than others" in said
    assert "`/away`" in said
    assert "In a row" not in said
    assert "Some weeks are harder" not in texts_in(await rowan.ask("Cho", "me history"))
    assert labels(shown) == ["Older"]
    await rowan.world.restart()
    older = await turned(rowan, "Ben", "Older", shown)
    assert "there" in texts_in(older)
    assert "Attended" not in texts_in(older)
    assert labels(older) == ["Newer"]
