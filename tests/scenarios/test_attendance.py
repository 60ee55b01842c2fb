"""After a meeting an organizer says, with a click, what the bot could not tell."""

from datetime import timedelta

import pytest

from tests.scenarios.evenings import OPEN, SUMMARY, Evening
from tests.world import World, custom_ids, labels, texts_in


@pytest.fixture
async def evening(world: World) -> Evening:
    """Ana organizes a group of five; one meeting is over, of which Ben alone is known."""
    evening = await Evening.gather(world, "Ana", "Ben", "Cho", "Dev", "Eli")
    await evening.starts(before=timedelta(hours=2))
    await evening.press("Eli", "Can't come", evening.shown("Meeting"))
    await evening.starts()
    await evening.check_in("Ben", win="A letter", via=evening.shown(OPEN))
    await evening.close("Ana")
    return evening


async def test_the_organizer_records_by_choosing_in_lists(evening: Evening) -> None:
    ana = evening.person("Ana")
    asked = await evening.press("Ana", "Attendance", evening.shown(SUMMARY))
    assert asked.ephemeral
    assert asked.response is not None
    text = texts_in(asked.response)
    for name in ("Ana", "Cho", "Dev"):
        assert evening.mention(name) in text
    assert evening.mention("Ben") not in text
    assert evening.mention("Eli") not in text

    lists = {each.split(":")[2]: each for each in custom_ids(asked.response) if "attendance_set" in each}
    assert list(lists) == ["present", "late", "virtual", "excused", "absent"]
    cho, dev = str(evening.person("Cho").id), str(evening.person("Dev").id)
    chosen = await ana.select(asked.response, [cho], custom_id=lists["virtual"])
    assert chosen.acknowledged
    chosen = await ana.select(asked.response, [dev], custom_id=lists["absent"])
    assert chosen.acknowledged
    done = await evening.press("Ana", "All present", asked.response)
    assert done.response is not None
    assert "Everybody is recorded" in texts_in(done.response)

    assert await evening.ledger() == {
        "Ana": "present",
        "Ben": "present",
        "Cho": "virtual",
        "Dev": "absent",
        "Eli": "excused",
    }
    rows = await evening.world.rows(
        "SELECT DISTINCT recorded_by FROM attendance WHERE recorded_by IS NOT NULL"
    )
    assert rows == [{"recorded_by": ana.id}]


async def test_the_command_opens_the_same_list_and_says_when_nobody_is_left(evening: Evening) -> None:
    opened = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert opened.ephemeral
    assert opened.response is not None
    assert "meeting 1" in texts_in(opened.response)
    await evening.world.restart()
    await evening.press("Ana", "All present", opened.response)

    again = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert "Everybody is recorded" in texts_in(again.response)
    assert again.response is not None
    assert labels(again.response) == []


async def test_members_may_look_at_the_button_but_not_use_it(evening: Evening) -> None:
    before = await evening.ledger()
    for answer in (
        await evening.press("Ben", "Attendance", evening.shown(SUMMARY)),
        await evening.person("Ben").slash(evening.channel, "attendance take"),
    ):
        assert answer.ephemeral
        assert "Only an organizer" in texts_in(answer.response)
    assert await evening.ledger() == before


async def test_closing_offers_the_list_to_an_organizer_at_once(evening: Evening) -> None:
    await evening.starts()
    await evening.press("Cho", "I'm here", evening.shown(OPEN))
    closed = await evening.close("Ana")

    assert closed.response is not None
    assert "4 people are not recorded yet" in texts_in(closed.response)
    shown = await evening.press("Ana", "Attendance", closed.response)
    assert "Attendance · meeting 2" in texts_in(shown.response)
    assert (await evening.ledger())["Cho"] == "present"


async def test_an_incomplete_list_is_told_to_the_organizer_with_the_next_command(evening: Evening) -> None:
    told = await evening.person("Ana").slash(evening.channel, "next")

    assert [
        "attendance of meeting 1 is not complete, 3 unrecorded" in texts_in(each) for each in told.followups
    ] == [True]
    again = await evening.person("Ana").slash(evening.channel, "next")
    assert again.followups == []
