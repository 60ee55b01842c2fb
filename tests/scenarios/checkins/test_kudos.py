"""/kudos: one message in the channel that notifies the thanked person, and a line in the summary."""

import discord
import pytest

from tests.hostile import MARKUP as HOSTILE
from tests.scenarios.evenings import SUMMARY, Evening
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.ui.framework.test_texts import markup_in
from tests.world import World, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana organizes; Ben and Cho are members."""
    return await calendar(world)


async def thank(rowan: Calendar, name: str, whom: str, **options: str) -> str:
    """Let somebody thank somebody; return what they are shown."""
    shown = await rowan.ask(name, "kudos", member=str(rowan.person(whom).id), **options)
    await rowan.world.run_due()
    return texts_in(shown)


def thanks(rowan: Calendar) -> list[discord.Message]:
    """Return the thanks in the channel."""
    return [message for message in rowan.said() if " thanks " in texts_in(message)]


def notified(rowan: Calendar) -> list[int]:
    """Return whom the last message to the channel may notify."""
    path = f"/channels/{rowan.channel.id}/messages"
    sent = [each for each in rowan.world.env.http_requests if (each.method, each.path) == ("POST", path)]
    payload = sent[-1].json
    assert payload is not None
    assert payload["allowed_mentions"]["parse"] == []
    return [int(user) for user in payload["allowed_mentions"]["users"]]


async def test_thanks_are_one_message_that_notifies_one_person(rowan: Calendar) -> None:
    await rowan.ask("Ben", "commit add", text="4 coffee meetings")
    [choice] = await rowan.person("Ana").autocomplete(
        rowan.channel, "kudos", "commitment", "coff", member=str(rowan.person("Ben").id)
    )
    assert choice["name"] == "4 coffee meetings"
    said = await thank(rowan, "Ana", "Ben", text="You kept going!", commitment=str(choice["value"]))
    assert "Your thanks to" in said
    [message] = thanks(rowan)
    ana, ben = rowan.person("Ana").mention, rowan.person("Ben").mention
    assert f"{ana} thanks {ben}, for “4 coffee meetings”.\n> You kept going!" in texts_in(message)
    assert notified(rowan) == [rowan.person("Ben").id]
    await rowan.world.run_due()
    assert len(thanks(rowan)) == 1


async def test_private_promises_are_neither_offered_nor_named(rowan: Calendar) -> None:
    await rowan.ask("Ben", "commit add", text="leave my job", visibility="private")
    found = await rowan.person("Ana").autocomplete(
        rowan.channel, "kudos", "commitment", "", member=str(rowan.person("Ben").id)
    )
    assert found == []
    [row] = await rowan.world.rows("SELECT id FROM commitments")
    said = await thank(rowan, "Ana", "Ben", commitment=str(row["id"]))
    assert "commitment" in said
    assert thanks(rowan) == []


async def test_refusals_are_sentences(rowan: Calendar) -> None:
    assert "Thanks go to somebody else" in await thank(rowan, "Ana", "Ana")
    assert "not in the group" in await thank(rowan, "Ana", "Zoe")
    for number in range(5):
        await thank(rowan, "Ana", "Ben", text=f"for {number}")
    assert "5 times today" in await thank(rowan, "Ana", "Cho")
    assert len(thanks(rowan)) == 5


@pytest.mark.parametrize("text", [each for each in HOSTILE if len(each) <= 200])
async def test_whatever_is_written_does_nothing(rowan: Calendar, text: str) -> None:
    await thank(rowan, "Ana", "Ben", text=text)
    for message in thanks(rowan):
        line = texts_in(message).partition("\n> ")[2].rpartition("\n")[0]
        assert not markup_in(line), line
        assert notified(rowan) == [rowan.person("Ben").id]
        assert not message.mention_everyone


async def test_the_summary_says_who_thanked_whom(world: World) -> None:
    evening = await Evening.gather(world, "Ana", "Ben", "Cho")
    await evening.person("Ana").slash(evening.channel, "kudos", member=str(evening.person("Ben").id))
    await evening.person("Ana").slash(evening.channel, "kudos", member=str(evening.person("Ben").id))
    await evening.starts()
    for name in ("Ana", "Ben"):
        await evening.check_in(name)
    await evening.close("Ana")
    summary = evening.text(SUMMARY)
    assert summary.count(f"{evening.mention('Ana')} thanked {evening.mention('Ben')}.") == 1
    assert [user for user in evening.notified() if user == evening.person("Ben").id] == []
