"""Whose turn it is to host, as a group sees it: explained, handed on, swapped, arranged, and told once."""

from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import Rotation
from tests.scenarios.heard import edits_of, heard, sent
from tests.scenarios.locations.hosting_turns import FIRST, SECOND, WEEK, announced, hosts, meeting_id, offer
from tests.scenarios.locations.places import place_id, pressed, shown, suggest
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.settling import accept as join
from tests.scenarios.settling import invite, set_up
from tests.world import World, labels, offered, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana, Ben and Cho host in turn; they meet on Tuesdays, first on 6 January, and each has a place."""
    made = await calendar(world, rotation=Rotation.TURNS)
    for name in ("Ana", "Ben", "Cho"):
        await suggest(made, name, name=f"Place of {name}", note="")
    return made


# -- set up and explained -------------------------------------------------------------------------


async def test_the_set_up_asks_for_the_rule_and_the_first_show_explains_it(world: World) -> None:
    guild = world.guild()
    channel = guild.create_text_channel("rowan")
    olga = world.person("Olga", guild, manages=True)
    done = await set_up(olga, channel, rotation="vote")
    assert "`/rotation show`" in texts_in(done.response)
    said = texts_in((await olga.slash(channel, "rotation show")).response)
    assert "By **vote**" in said
    assert "There is no place to choose yet; `/location suggest` offers one." in said
    assert "For organizers" in said


async def test_show_explains_the_next_four_meetings_with_figures(rowan: Calendar) -> None:
    await announced(rowan)
    reply = await rowan.ask("Ben", "rotation show")
    ana, ben, cho = (rowan.person(name).mention for name in ("Ana", "Ben", "Cho"))
    lines = texts_in(reply).splitlines()
    assert lines[0] == "### Where Rowan meets next"
    assert lines[1].startswith("By **turns**: whoever is behind most with hosting hosts next.")
    expected = []
    for weeks, (name, host) in enumerate((("Ben", ben), ("Cho", cho), ("Ana", ana), ("Ben", ben))):
        at = SECOND + weeks * WEEK
        place = f"Place of {name} · step-free · quiet · hosted by {host}"
        expected.append(f"**{stamp(at)}** ({stamp(at, 'R')}) · {place}")
    assert [line for line in lines if line.startswith("**<t:")] == expected
    assert [line for line in lines if line.startswith("Why: ")] == [
        "Why: hosted 0 of the 0.3 turns that are their share.",
        "Why: hosted 0 of the 0.7 turns that are their share.",
        "Why: hosted 1 of the 1.0 turns that are their share. It may still change.",
        "Why: hosted 1 of the 1.3 turns that are their share. It may still change.",
    ]
    assert labels(reply) == ["I'd rather not host", "Swap a turn"]
    assert "For organizers" not in texts_in(reply)


async def test_who_would_rather_not_host_is_passed_over_and_not_named(rowan: Calendar) -> None:
    reply = await rowan.ask("Ben", "rotation show")
    ben = rowan.person("Ben").mention
    assert f"hosted by {ben}" in texts_in(reply)
    after = await pressed(rowan, "Ben", "I'd rather not host", reply)
    assert ben not in texts_in(after)
    assert "You would rather not host" in texts_in(after)
    seen = texts_in(await rowan.ask("Cho", "rotation show"))
    assert ben not in seen
    assert "rather not host, so" not in seen
    await rowan.world.restart()
    again = await pressed(rowan, "Ben", "I can host", after)
    assert f"hosted by {ben}" in texts_in(again)


async def test_a_rule_is_chosen_by_organizers_and_explained_by_its_own_figures(rowan: Calendar) -> None:
    refused = await rowan.ask("Ben", "rotation strategy", rule="travel")
    assert "Only an organizer" in texts_in(refused)
    for name, minutes in (("Ana", 30), ("Ben", 10), ("Cho", 20)):
        place = await place_id(rowan, "Place of Cho")
        await rowan.ask(name, "location travel", place=place, minutes=minutes)
    said = texts_in(await rowan.ask("Ana", "rotation strategy", rule="travel"))
    assert "Done. What was announced already stays" in said
    assert "By **travel**" in said
    assert "The fairest by minutes: 20 on average." in said
    assert "so far your group's ways differ by at most 20 minutes" in said
    place = await place_id(rowan, "Place of Ben")
    fixed = texts_in(await rowan.ask("Ana", "rotation strategy", rule="fixed", location=place))
    assert fixed.count("Place of Ben") == 4
    assert "An organizer arranged it." not in fixed
    assert "First of the meetings at this place." in fixed
    assert "Meeting 4 in a row here." in fixed
    await rowan.person("Cho").select(await rowan.ask("Cho", "location vote"), [place])
    vote = texts_in(await rowan.ask("Ana", "rotation strategy", rule="vote"))
    assert "Suits 1 of 1" not in vote
    assert "Fewer than three of you have said what suits them" in vote
    wrong = await rowan.ask("Ana", "rotation strategy", rule="turns", location=place)
    assert "goes with the rule “fixed” only" in texts_in(wrong)


async def test_a_rule_that_changes_leaves_what_was_announced(rowan: Calendar) -> None:
    await announced(rowan)
    before = sent(rowan)
    said = texts_in(await rowan.ask("Ana", "rotation strategy", rule="fixed"))
    assert said.count("Announced by the rule before this one, so it stays.") == 2
    await rowan.world.run_due()
    assert heard(rowan, before) == []


# -- handed on ------------------------------------------------------------------------------------


async def test_a_host_hands_the_turn_on_from_the_card_and_those_concerned_hear_of_it(
    rowan: Calendar,
) -> None:
    await announced(rowan)
    before, summary = sent(rowan), rowan.said()[-1]
    where = shown(await rowan.person("Ben").click(summary, label="Where exactly"))
    asked = await pressed(rowan, "Ben", "I can't host", where)
    assert labels(asked) == ["Hand it on", "Keep it"]
    assert "still your turn" in texts_in(await pressed(rowan, "Ben", "Keep it", asked))
    assert await hosts(rowan) == ["Ben", "Cho"]
    asked = await pressed(rowan, "Ben", "I can't host", where)
    await rowan.world.restart()
    done = await pressed(rowan, "Ben", "Hand it on", asked)
    ana, ben = rowan.person("Ana").mention, rowan.person("Ben").mention
    assert f"Place of Ana · step-free · quiet · hosted by {ana}" in texts_in(done)
    assert f"{ben} keeps the claim" in texts_in(done)
    await rowan.world.run_due()
    [notice] = heard(rowan, before)
    assert notice.people == {"Ana"}  # Ben did it
    assert "Before, it was: Place of Ben" in notice.text
    # The summary is the same message, and shows what holds now.
    assert f"Place of Ana · step-free · quiet · hosted by {ana}" in texts_in(rowan.said()[-2])
    assert await hosts(rowan) == ["Ana", "Cho"]
    again = await pressed(rowan, "Ben", "I can't host", where)
    assert "for the host of the meeting" in texts_in(again)


async def test_in_the_last_day_a_host_is_sent_to_an_organizer(rowan: Calendar) -> None:
    listed = await rowan.ask("Ana", "next")
    where = await pressed(rowan, "Ana", "Where exactly", listed)
    await rowan.world.until(FIRST - timedelta(hours=5))
    said = texts_in(await pressed(rowan, "Ana", "I can't host", where))
    assert "ask an organizer: `/rotation assign`" in said
    assert (await hosts(rowan))[0] == "Ana"


async def test_the_person_is_away_or_there_is_no_meeting(rowan: Calendar) -> None:
    await announced(rowan)
    before = sent(rowan)
    ben, cho = rowan.person("Ben").mention, rowan.person("Cho").mention
    refused = await rowan.ask("Cho", "rotation skip", why="no meeting")
    assert "Only an organizer" in texts_in(refused)
    left_out = await rowan.ask("Ana", "rotation skip", why="no meeting")
    assert f"does not meet at {stamp(SECOND)}" in texts_in(left_out)
    assert f"Next is {stamp(SECOND + WEEK)}: Place of Ben · step-free · quiet · hosted by {ben}" in texts_in(
        left_out
    )
    assert labels(left_out) == ["Meet after all"]
    await rowan.world.run_due()
    assert await hosts(rowan) == ["Ben", "Cho"]
    [notice] = heard(rowan, before)
    assert "does not meet" in notice.text
    assert f"Before, it was: Place of Cho · step-free · quiet · hosted by {cho}" in notice.text
    assert notice.people == {"Ben", "Cho"}
    before = sent(rowan)
    away = await rowan.ask("Ana", "rotation skip", why="the person is away")
    assert f"{ben} keeps the claim" in texts_in(away)
    await rowan.world.run_due()
    assert await hosts(rowan) == ["Cho", "Ben"]
    [notice] = heard(rowan, before)
    assert notice.people == {"Ben", "Cho"}


async def test_a_member_leaves_and_another_joins_in_mid_rotation(rowan: Calendar) -> None:
    await announced(rowan)
    before = sent(rowan)
    dan = rowan.world.person("Dan", rowan.circle.guild)
    await join(dan, await invite(rowan.person("Ana"), rowan.channel, dan))
    assert await hosts(rowan) == ["Ben", "Cho"]
    leaving = await rowan.ask("Ben", "me leave")
    await pressed(rowan, "Ben", "Leave", leaving)
    await rowan.world.run_due()
    assert await hosts(rowan) == ["nobody", "Cho"]  # Dan, who is none of the three: new, and not behind
    notices = [each for each in heard(rowan, before) if "Before, it was" in each.text]
    assert [each.people for each in notices] == [{"Dan"}]
    said = texts_in(await rowan.ask("Cho", "rotation show"))
    assert f"hosted by {dan.mention}" in said
    assert "Why: has not hosted yet" in said


# -- arranged and chosen --------------------------------------------------------------------------


async def test_an_organizer_arranges_host_and_place_up_to_the_meeting(rowan: Calendar) -> None:
    await rowan.world.until(FIRST - timedelta(hours=20))
    await rowan.press("Cho", "Going")
    before, cho = sent(rowan), rowan.person("Cho").mention
    options = await rowan.person("Ana").autocomplete(rowan.channel, "rotation assign", "meeting", "")
    assert [each["name"] for each in options] == ["Tuesday 6 January: Ana", "Tuesday 13 January: Ben"]
    places = await rowan.person("Ana").autocomplete(rowan.channel, "rotation assign", "location", "cho")
    assert [each["name"] for each in places] == ["Place of Cho"]
    members = await rowan.person("Ana").autocomplete(rowan.channel, "rotation assign", "host", "cho")
    edits = edits_of(rowan, rowan.card())
    done = await rowan.ask(
        "Ana", "rotation assign", meeting=options[0]["value"], host=str(members[0]["value"])
    )
    assert f"Place of Cho · step-free · quiet · hosted by {cho}" in texts_in(done)
    await rowan.world.run_due()
    [notice] = heard(rowan, before)
    assert notice.people == {"Cho"}
    assert f"**Where** Place of Cho · step-free · quiet · hosted by {cho}" in texts_in(rowan.card())
    assert edits_of(rowan, rowan.card()) == edits + 1
    nothing = await rowan.ask("Ana", "rotation assign")
    assert "give a `host`, a `location`, or both" in texts_in(nothing)
    assert "An organizer arranged it." in texts_in(await rowan.ask("Ben", "rotation show"))


async def test_the_host_chooses_another_place_for_this_once(rowan: Calendar) -> None:
    await suggest(rowan, "Ben", name="Library", access=["public"])
    listed = await rowan.ask("Ana", "next")
    where = await pressed(rowan, "Ana", "Where exactly", listed)
    choose = await pressed(rowan, "Ana", "Choose the place", where)
    await rowan.world.restart()
    library = await place_id(rowan, "Library")
    assert set(offered(choose)) == {"Place of Ana", "Place of Ben", "Place of Cho", "Library"}
    done = shown(await rowan.person("Ana").select(choose, [library]))
    ana = rowan.person("Ana").mention
    assert f"Library · public place · hosted by {ana}" in texts_in(done)
    await rowan.world.until(FIRST - timedelta(hours=20))
    assert f"**Where** Library · public place · hosted by {ana}" in texts_in(rowan.card())


# -- swapped --------------------------------------------------------------------------------------


async def test_two_members_swap_when_both_agree_though_the_bot_restarts(rowan: Calendar) -> None:
    await announced(rowan)
    question = await offer(rowan)
    before = sent(rowan)
    ben, cho = rowan.person("Ben").mention, rowan.person("Cho").mention
    assert before[-1].people == {"Cho"}
    assert labels(question) == ["Agree", "No, thank you", "Withdraw"]
    assert f"you would host on {stamp(SECOND)}, and {ben} on {stamp(SECOND + WEEK)}" in texts_in(question)
    await rowan.world.restart()
    for name, label, sentence in (
        ("Ana", "Agree", "for somebody else"),
        ("Ben", "Agree", "for somebody else"),
        ("Zoe", "Agree", "for the members of its group"),
        ("Cho", "Withdraw", "Only the one who made the offer"),
    ):
        assert sentence in texts_in(shown(await rowan.person(name).click(question, label=label)))
    assert await hosts(rowan) == ["Ben", "Cho"]
    await rowan.person("Cho").click(question, label="Agree")
    assert await hosts(rowan) == ["Cho", "Ben"]
    await rowan.world.run_due()
    answered = rowan.said()[-2]
    assert answered.id == question.id
    assert labels(answered) == []
    assert texts_in(answered) == (
        f"Swapped. {stamp(SECOND)}: Place of Cho · step-free · quiet · hosted by {cho}. "
        f"{stamp(SECOND + WEEK)}: Place of Ben · step-free · quiet · hosted by {ben}."
    )
    assert [notice.people for notice in heard(rowan, before)] == [{"Ben"}]  # Cho agreed just now
    said = texts_in(await rowan.ask("Ana", "rotation show"))
    assert said.count("Two of you swapped turns.") == 2


async def test_who_swapped_for_a_turn_hears_when_it_is_handed_on(rowan: Calendar) -> None:
    await announced(rowan)
    await rowan.person("Cho").click(await offer(rowan), label="Agree")
    await rowan.world.run_due()
    before = sent(rowan)
    where = await pressed(rowan, "Cho", "Where exactly", await rowan.ask("Cho", "next"))
    asked = await pressed(rowan, "Cho", "I can't host", where)
    await pressed(rowan, "Cho", "Hand it on", asked)
    await rowan.world.run_due()
    [notice] = heard(rowan, before)
    assert "Ben" in notice.people


async def test_a_no_is_enough_and_is_not_asked_again(rowan: Calendar) -> None:
    await announced(rowan)
    question = await offer(rowan)
    before = sent(rowan)
    await rowan.person("Cho").click(question, label="No, thank you")
    await rowan.world.run_due()
    assert heard(rowan, before) == []
    assert texts_in(rowan.said()[-1]).startswith("The turns stay as they are.")
    assert await hosts(rowan) == ["Ben", "Cho"]
    # What was declined is not offered again, and says so to whoever names it all the same.
    assert "Swap a turn" not in labels(await rowan.ask("Ben", "rotation show"))
    assert await rowan.person("Ben").autocomplete(rowan.channel, "rotation swap", "turn", "") == []
    again = await rowan.ask(
        "Ben",
        "rotation swap",
        **{"turn": await meeting_id(rowan, SECOND), "with": await meeting_id(rowan, SECOND + WEEK)},
    )
    assert "They would rather keep that turn" in texts_in(again)


async def test_turns_to_swap_say_until_when_and_later_from_when(rowan: Calendar) -> None:
    await announced(rowan)
    asked = await rowan.ask("Ben", "rotation show")
    pairs = await pressed(rowan, "Ben", "Swap a turn", asked)
    assert list(offered(pairs)) == ["Tuesday 13 January: Ben for Tuesday 20 January: Cho"]
    assert "Can be agreed to until Monday 12 January, 19:00" in str(pairs.components)
    await rowan.world.until(SECOND - timedelta(hours=20))
    assert "Swap a turn" not in labels(await rowan.ask("Ben", "rotation show"))
    late = texts_in(shown(await rowan.person("Ben").click(asked, label="Swap a turn")))
    assert f"After the meeting of {stamp(SECOND)} there are others to swap." in late


async def test_an_offer_is_taken_back_by_who_made_it(rowan: Calendar) -> None:
    await announced(rowan)
    question = await offer(rowan)
    await rowan.person("Ben").click(question, label="Withdraw")
    assert "The offer was taken back" in texts_in(rowan.said()[-1])
    assert await hosts(rowan) == ["Ben", "Cho"]


async def test_what_changed_between_offer_and_consent_is_noticed(rowan: Calendar) -> None:
    await announced(rowan)
    question = await offer(rowan)
    ana = str(rowan.person("Ana").id)
    await rowan.ask("Ana", "rotation assign", meeting=await meeting_id(rowan, SECOND), host=ana)
    answer = shown(await rowan.person("Cho").click(question, label="Agree"))
    assert "nothing to swap any more" in texts_in(answer)
    assert await hosts(rowan) == ["Ana", "Cho"]


async def test_an_organizer_swaps_two_turns_at_once_and_both_are_told(rowan: Calendar) -> None:
    await announced(rowan)
    before = sent(rowan)
    turns = await rowan.person("Ana").autocomplete(rowan.channel, "rotation swap", "turn", "")
    assert [each["name"] for each in turns] == ["Tuesday 13 January: Ben", "Tuesday 20 January: Cho"]
    others = await rowan.person("Ana").autocomplete(
        rowan.channel, "rotation swap", "with", "", turn=turns[0]["value"]
    )
    assert [each["name"] for each in others] == ["Tuesday 20 January: Cho"]
    mine = await rowan.person("Ben").autocomplete(rowan.channel, "rotation swap", "turn", "")
    assert [each["name"] for each in mine] == ["Tuesday 13 January: Ben"]
    assert await rowan.person("Zoe").autocomplete(rowan.channel, "rotation swap", "turn", "") == []
    done = await rowan.ask("Ana", "rotation swap", **{"turn": turns[0]["value"], "with": others[0]["value"]})
    assert texts_in(done).startswith("Swapped.")
    await rowan.world.run_due()
    assert await hosts(rowan) == ["Cho", "Ben"]
    assert [notice.people for notice in heard(rowan, before)] == [{"Ben", "Cho"}]


async def test_nothing_is_told_when_a_meeting_is_left_out_and_held_after_all_at_once(rowan: Calendar) -> None:
    await announced(rowan)
    before = sent(rowan)
    left_out = await rowan.ask("Ana", "meeting skip")
    await pressed(rowan, "Ana", "Meet after all", left_out)
    await rowan.world.run_due()
    assert heard(rowan, before) == []
    again = await rowan.ask("Ana", "meeting skip")
    await rowan.world.run_due()
    await pressed(rowan, "Ana", "Meet after all", again)
    await rowan.world.run_due()
    assert len(heard(rowan, before)) == 2


async def test_show_does_not_say_that_there_are_no_places_when_one_is_off_on_the_day(rowan: Calendar) -> None:
    place = await place_id(rowan, "Place of Ben")
    await rowan.ask("Ana", "rotation strategy", rule="fixed", location=place)
    await rowan.world.until(FIRST - timedelta(hours=20))
    await pressed(rowan, "Ben", "Leave", await rowan.ask("Ben", "me leave"))
    said = texts_in(await rowan.ask("Cho", "rotation show"))
    assert "There is no place to choose yet" not in said
    assert "The place that was announced is off" in said
