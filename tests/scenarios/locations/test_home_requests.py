"""Nobody reads the address of a member who can't have the group, and a home is asked for first."""

from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GuildId, UserId
from tests.scenarios.heard import sent
from tests.scenarios.locations.places import exactly, newest, place_id, pressed, public, shown, suggest, told
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.world import World, labels, offered, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
HOME, ATTIC = "7 Orchard Row", "9 Elm Row"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana, Ben and Cho host in turn, first Ana; only she has a home to offer. The card is out."""
    made = await calendar(world, rotation=Rotation.TURNS)
    await suggest(made, "Ana", name="Ana's kitchen", where=HOME, access=["quiet"], note="")
    return made


async def card_up(rowan: Calendar, hours: int) -> None:
    await rowan.world.until(FIRST - timedelta(hours=hours))


async def test_the_next_host_is_asked_where_when_the_owner_of_the_only_home_is_away(rowan: Calendar) -> None:
    await told(rowan)
    assert HOME in await exactly(rowan, "Ben")
    before = len(rowan.said())
    await rowan.ask("Ana", "away", start="2026-01-05", end="2026-01-07")
    await rowan.world.run_due()
    [notice] = rowan.said()[before:]
    ben = rowan.person("Ben")
    assert f"the place is still open · hosted by {rowan.person('Cho').mention}" in texts_in(notice) or (
        f"the place is still open · hosted by {ben.mention}" in texts_in(notice)
    )
    host = "Ben" if ben.mention in texts_in(notice) else "Cho"
    assert "please choose where the group can meet" in texts_in(notice)
    assert labels(notice) == ["Choose the place", "Where exactly"]
    assert sent(rowan)[-1].people == {host}
    for name in ("Ben", "Cho"):
        assert HOME not in await exactly(rowan, name)
    listed = texts_in(await rowan.ask("Ben", "rotation show"))
    first_line = next(line for line in listed.splitlines() if line.startswith(f"**{stamp(FIRST)}"))
    assert "Ana's kitchen" not in first_line
    refused = shown(await rowan.person(host).click(notice, label="Choose the place"))
    assert "no place to choose yet" in texts_in(refused)
    await suggest(rowan, host, name="Library", access=["public"], where="1 High Street")
    await card_up(rowan, 20)
    assert "**Where** Library" in texts_in(rowan.card())
    assert "Ana's kitchen" not in texts_in(rowan.card())


async def test_the_card_asks_the_host_where_when_there_is_no_place(rowan: Calendar) -> None:
    await rowan.ask("Ana", "away", start="2026-01-05", end="2026-01-07")
    await card_up(rowan, 20)
    card = rowan.card()
    [host] = sent(rowan)[-1].people
    assert f"{rowan.person(host).mention}, you host and there is no place yet." in texts_in(card)
    assert HOME not in public(rowan)


async def test_the_summary_asks_the_next_host_where_when_there_is_no_place(rowan: Calendar) -> None:
    await rowan.world.until(FIRST + timedelta(minutes=1))
    check_in = rowan.said()[-1]
    for name in ("Ana", "Ben", "Cho"):
        await rowan.person(name).click(check_in, label="I'm here")
    await rowan.world.pass_time(hours=1)
    await rowan.close("Ana")
    await rowan.world.run_due()
    summary = rowan.said()[-1]
    assert f"{rowan.person('Ben').mention}, you host and there is no place yet." in texts_in(summary)
    assert sent(rowan)[-1].people == {"Ben"}


async def test_a_home_is_used_without_its_owner_only_after_they_agreed(rowan: Calendar) -> None:
    await told(rowan)
    listed = await rowan.ask("Ana", "next")
    where = await pressed(rowan, "Ana", "Where exactly", listed)
    await rowan.ask("Ana", "rotation assign", host=str(rowan.person("Ben").id))
    await rowan.world.run_due()
    notice = newest(rowan)
    choice = shown(await rowan.person("Ben").click(notice, label="Choose the place"))
    assert list(offered(choice)) == ["Ana's kitchen"]
    kitchen = await place_id(rowan, "Ana's kitchen")
    asked = shown(await rowan.person("Ben").select(choice, [kitchen]))
    ana, ben = rowan.person("Ana"), rowan.person("Ben")
    assert f"I ask {ana.mention}" in texts_in(asked)
    assert f"the place is still open · hosted by {ben.mention}" in texts_in(asked)
    await rowan.world.run_due()
    question = newest(rowan)
    assert f"{ana.mention}, may Rowan meet at “Ana's kitchen” on {stamp(FIRST)}?" in texts_in(question)
    assert sent(rowan)[-1].people == {"Ana"}
    assert HOME not in await exactly(rowan, "Cho")
    again = shown(await rowan.person("Ben").click(notice, label="Choose the place"))
    assert "asked already" in texts_in(again)  # there is no other place to choose
    for name in ("Ben", "Cho"):
        refused = shown(await rowan.person(name).click(question, label="Yes, you can"))
        assert "only they can answer" in texts_in(refused)
    await rowan.world.restart()
    await rowan.person("Ana").click(question, label="Yes, you can")
    await rowan.world.run_due()
    assert f"Ana's kitchen · quiet · hosted by {ben.mention}" in "\n".join(map(texts_in, rowan.said()))
    assert HOME in await exactly(rowan, "Cho")
    assert "I can't host" not in labels(where) or HOME in await exactly(rowan, "Ben")


async def test_a_no_leaves_the_choice_to_the_host(rowan: Calendar) -> None:
    await told(rowan)
    await rowan.ask("Ana", "rotation assign", host=str(rowan.person("Ben").id))
    await rowan.world.run_due()
    choice = shown(await rowan.person("Ben").click(newest(rowan), label="Choose the place"))
    await rowan.person("Ben").select(choice, [await place_id(rowan, "Ana's kitchen")])
    await rowan.world.run_due()
    question = newest(rowan)
    await rowan.person("Ana").click(question, label="No, thank you")
    answered = next(message for message in rowan.said() if message.id == question.id)
    assert "needs another place" in texts_in(answered)
    assert labels(answered) == ["Choose the place"]
    assert HOME not in await exactly(rowan, "Cho")


async def test_an_owner_who_cannot_come_is_not_asked(rowan: Calendar) -> None:
    await told(rowan)
    await rowan.ask("Ana", "away", start="2026-01-05", end="2026-01-07")
    said = await rowan.ask("Ana", "rotation assign", location=await place_id(rowan, "Ana's kitchen"))
    assert "can't have the group there that day" in texts_in(said)


# -- who leaves -----------------------------------------------------------------------------------


async def test_leaving_asks_what_becomes_of_the_places(rowan: Calendar) -> None:
    await suggest(rowan, "Ana", name="Library", where="1 High Street", access=["public"])
    asked = await rowan.ask("Ana", "me leave")
    assert "You offered “Ana's kitchen”: retired when you leave" in texts_in(asked)
    assert "You also offered “Library”." in texts_in(asked)
    assert labels(asked) == ["Leave, my public places stay", "Leave, retire my places", "Stay"]
    why = shown(await rowan.person("Ana").select(asked, ["no_time"]))
    await rowan.world.restart()
    await pressed(rowan, "Ana", "Leave, my public places stay", why)
    listed = texts_in(await rowan.ask("Ben", "location list"))
    assert "**Library**" in listed
    assert "Ana's kitchen" not in listed
    assert rowan.person("Ana").mention not in listed
    [row] = await rowan.world.rows("SELECT left_reason FROM memberships WHERE left_at IS NOT NULL")
    assert row["left_reason"] == "no_time"


async def test_a_member_with_a_home_alone_has_nothing_to_choose(rowan: Calendar) -> None:
    asked = await rowan.ask("Ana", "me leave")
    assert "You offered “Ana's kitchen”: retired when you leave" in texts_in(asked)
    assert labels(asked) == ["Leave", "Stay"]
    assert "You offered" not in texts_in(await rowan.ask("Ben", "me leave"))


async def test_letting_a_member_go_says_what_becomes_of_their_places(rowan: Calendar) -> None:
    await suggest(rowan, "Ben", name="Ben's flat", where="2 Ash Road", access=[])
    await suggest(rowan, "Ben", name="Library", where="1 High Street", access=["public"])
    asked = await rowan.ask("Ana", "group remove", member=str(rowan.person("Ben").id))
    assert "They offered “Ben's flat”: retired then" in texts_in(asked)
    assert "“Library”, which stays for the group" in texts_in(asked)
    await pressed(rowan, "Ana", "Let them go", asked)
    listed = texts_in(await rowan.ask("Cho", "location list"))
    assert "**Library**" in listed
    assert "Ben's flat" not in listed


# -- on the day -----------------------------------------------------------------------------------


async def host_cannot_come(rowan: Calendar, how: str) -> discord.Message:
    """Let Ana, who hosts today, not come; return the notice."""
    await card_up(rowan, 5)
    if how == "button":
        await rowan.press("Ana", "Can't come")
    elif how == "away":
        await rowan.ask("Ana", "away", start="2026-01-06")
    elif how == "gone":
        ana, guild = UserId(rowan.person("Ana").id), GuildId(rowan.circle.guild.id)
        rowan.world.env.backend.remove_member(guild, ana)
        await rowan.world.bot.services.leavers.mark_gone(guild, ana)
    else:
        leaving = await rowan.ask("Ana", "me leave")
        await pressed(rowan, "Ana", "Leave", leaving)
    await rowan.world.run_due()
    return newest(rowan)


@pytest.mark.parametrize("how", ["button", "away", "leave", "gone"])
async def test_on_the_day_the_notice_says_that_nobody_hosts_when_the_host_cannot_come(
    rowan: Calendar, how: str
) -> None:
    notice = await host_cannot_come(rowan, how)
    assert "Nobody hosts this meeting now." in texts_in(notice)
    assert labels(notice) == ["I can host", "Choose a host", "Meet online", "Where exactly"]
    assert HOME not in await exactly(rowan, "Ben")
    assert "Ana's kitchen" not in texts_in(rowan.card())
    assert "Ana" not in sent(rowan)[-1].people
    assert not [reason for reason in ("come", "away", "left") if reason in texts_in(notice)]
    await rowan.world.until(FIRST + timedelta(hours=14))
    assert HOME not in public(rowan)


async def test_a_member_comes_forward_when_nobody_hosts(rowan: Calendar) -> None:
    notice = await host_cannot_come(rowan, "button")
    refused = texts_in(shown(await rowan.person("Ana").click(notice, label="I can host")))
    assert "You said that you can't come" in refused
    await rowan.world.restart()
    thanks = await pressed_on(rowan, "Ben", notice, "I can host")
    assert "Thank you: you host" in texts_in(thanks)
    assert labels(thanks) == ["Choose the place"]
    late = texts_in(shown(await rowan.person("Cho").click(notice, label="I can host")))
    assert "has a host by now" in late
    before = len(rowan.said())
    await rowan.world.run_due()
    [news] = rowan.said()[before:]
    assert f"hosted by {rowan.person('Ben').mention}" in texts_in(news)
    assert "Ben" not in sent(rowan)[-1].people
    assert f"hosted by {rowan.person('Ben').mention}" in texts_in(rowan.card())
    assert "They came forward" in texts_in(await rowan.ask("Cho", "rotation show"))


async def pressed_on(
    rowan: Calendar, name: str, message: discord.Message, label: str
) -> simcord.ResponseMessage:
    return shown(await rowan.person(name).click(message, label=label))


async def test_an_organizer_chooses_a_host_or_lets_all_meet_online(rowan: Calendar) -> None:
    notice = await host_cannot_come(rowan, "button")
    for label in ("Choose a host", "Meet online"):
        refused = texts_in(await pressed_on(rowan, "Ben", notice, label))
        assert "The organizers choose that." in refused
    choice = await pressed_on(rowan, "Ana", notice, "Choose a host")
    assert set(offered(choice)) == {"Ben", "Cho"}
    done = shown(await rowan.person("Ana").select(choice, [str(rowan.person("Cho").id)]))
    assert f"hosted by {rowan.person('Cho').mention}" in texts_in(done)
    online = await pressed_on(rowan, "Ana", notice, "Meet online")
    assert "online" in texts_in(online)
    assert "No link is noted here" in texts_in(online)
    said = texts_in(await pressed_on(rowan, "Ben", notice, "I can host"))
    assert "needs no host" in said
    await rowan.world.run_due()
    assert "**Where** online this once" in texts_in(rowan.card())


def again(rowan: Calendar, message: discord.Message) -> discord.Message:
    """Return a message of the channel as it is shown now."""
    return next(each for each in rowan.said() if each.id == message.id)


@pytest.mark.parametrize("how", ["comes forward", "named", "online"])
async def test_notice_asks_no_more_when_the_meeting_has_a_host_or_is_online(
    rowan: Calendar, how: str
) -> None:
    notice = await host_cannot_come(rowan, "button")
    assert "I can host" in labels(notice)
    if how == "comes forward":
        await pressed_on(rowan, "Ben", notice, "I can host")
    elif how == "named":
        choice = await pressed_on(rowan, "Ana", notice, "Choose a host")
        await rowan.person("Ana").select(choice, [str(rowan.person("Cho").id)])
    else:
        await pressed_on(rowan, "Ana", notice, "Meet online")
    await rowan.world.pass_time(minutes=2)
    assert labels(again(rowan, notice)) == []
    assert "Where exactly" in labels(newest(rowan))


async def test_notice_asks_no_more_when_its_meeting_has_begun(rowan: Calendar) -> None:
    notice = await host_cannot_come(rowan, "button")
    await rowan.world.until(FIRST - timedelta(minutes=1))
    assert "I can host" in labels(again(rowan, notice))
    await rowan.world.until(FIRST + timedelta(minutes=2))
    assert labels(again(rowan, notice)) == []
    assert "Where exactly" in labels(rowan.card()) or "**Where**" not in texts_in(rowan.card())


async def test_notice_asks_no_more_when_the_host_has_chosen_a_place(rowan: Calendar) -> None:
    await told(rowan)
    await rowan.ask("Ana", "away", start="2026-01-05", end="2026-01-07")
    await rowan.world.run_due()
    notice = newest(rowan)
    host = next(name for name in ("Ben", "Cho") if rowan.person(name).mention in texts_in(notice))
    assert "Choose the place" in labels(notice)
    await suggest(rowan, host, name="Library", access=["public"], where="1 High Street")
    await rowan.world.pass_time(minutes=2)
    assert "Library" in texts_in(newest(rowan))
    assert labels(again(rowan, notice)) == []


async def test_later_notice_says_that_nobody_hosts_when_only_the_place_changes(rowan: Calendar) -> None:
    await suggest(rowan, "Ben", name="Library", access=["public"], where="1 High Street")
    first = await host_cannot_come(rowan, "button")
    assert "Library" in texts_in(first)
    await suggest(rowan, "Ben", name="Town hall", access=["public"], where="2 High Street")
    await rowan.ask("Ana", "location retire", place=await place_id(rowan, "Library"))
    await rowan.world.run_due()
    later = newest(rowan)
    assert "Town hall" in texts_in(later)
    assert "Nobody hosts this meeting now." in texts_in(later)
    assert "I can host" in labels(later)
    await rowan.world.pass_time(minutes=2)
    assert labels(again(rowan, first)) == []
    await pressed_on(rowan, "Cho", later, "I can host")
    await rowan.world.pass_time(minutes=2)
    assert labels(again(rowan, later)) == []


async def test_the_address_of_a_home_is_gone_with_its_owner_when_they_leave(rowan: Calendar) -> None:
    await suggest(rowan, "Ben", name="Ben's attic", access=["quiet"], where=ATTIC)
    listed = await rowan.ask("Cho", "location list")
    attic = await place_id(rowan, "Ben's attic")
    await rowan.ask("Ana", "rotation assign", host=str(rowan.person("Ben").id), location=attic)
    await rowan.world.until(FIRST + timedelta(minutes=80))
    await rowan.close("Ana")
    file = await calendar_file(rowan, "Cho")
    assert ATTIC in file
    await pressed(rowan, "Ben", "Leave", await rowan.ask("Ben", "me leave"))
    assert ATTIC not in texts_in(shown(await rowan.person("Cho").select(listed, [attic])))
    assert ATTIC not in await calendar_file(rowan, "Cho")


async def test_a_home_is_not_brought_back_when_its_owner_has_left(rowan: Calendar) -> None:
    await suggest(rowan, "Ben", name="Ben's attic", access=["quiet"], where=ATTIC)
    retired = await rowan.ask("Ana", "location retire", place=await place_id(rowan, "Ben's attic"))
    assert ATTIC not in texts_in(retired)
    await pressed(rowan, "Ben", "Leave", await rowan.ask("Ben", "me leave"))
    refused = await pressed(rowan, "Ana", "Bring it back", retired)
    assert "Ben's attic is retired" in texts_in(refused)
    assert "Ben's attic" not in texts_in(await rowan.ask("Cho", "location list"))


async def test_the_notice_says_that_nobody_hosted_before_when_a_member_comes_forward(
    rowan: Calendar,
) -> None:
    await told(rowan)
    await rowan.world.until(FIRST - timedelta(hours=20))
    await rowan.press("Ana", "Can't come")
    await rowan.world.run_due()
    await rowan.person("Cho").click(newest(rowan), label="I can host")
    await rowan.world.run_due()
    assert "Before, it was: place and host are still open." in texts_in(newest(rowan))


async def calendar_file(rowan: Calendar, who: str) -> str:
    """Return the calendar file that a member is given."""
    reply = await rowan.ask(who, "meeting calendar")
    return (await reply.attachments[0].read()).decode().replace("\r\n ", "").replace("\\,", ",")
