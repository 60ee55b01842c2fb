"""A meeting in Discord: the check-in opens, members report and correct, the card follows, it closes."""

from datetime import timedelta

import pytest

from tests.scenarios.evenings import CLOSED, OPEN, SUMMARY, Evening, chosen_in, fields_of
from tests.world import World, custom_ids, labels, modal_text, texts_in


@pytest.fixture
async def evening(world: World) -> Evening:
    """Ana organizes a group of four."""
    return await Evening.gather(world, "Ana", "Ben", "Cho", "Dev")


async def say(evening: Evening, name: str, text: str, **options: object) -> None:
    result = await evening.person(name).slash(evening.channel, "commit add", text=text, **options)
    assert result.acknowledged


async def rsvp(evening: Evening, **answers: str) -> None:
    for name, label in answers.items():
        await evening.press(name.capitalize(), label, evening.shown("Meeting"))


async def test_a_meeting_from_opening_to_summary(evening: Evening) -> None:
    await say(evening, "Ana", "4 coffee meetings", plan="if it is Tuesday, then I write to two people")
    await say(evening, "Ana", "Thank-you note to Dana")
    await say(evening, "Ben", "See a *doctor*", visibility="private")
    await evening.starts(before=timedelta(hours=1))
    await rsvp(evening, ana="Going", ben="Late", cho="Can't come")
    await evening.starts()

    card = evening.shown(OPEN)
    text = texts_in(card)
    assert evening.notified() == [evening.person("Ana").id, evening.person("Ben").id]
    assert f"The round: {evening.mention('Ana')}, {evening.mention('Ben')}" in text
    assert "“4 coffee meetings” · if it is Tuesday, then I write to two people" in text
    assert "a private commitment" in text
    assert "doctor" not in text
    assert labels(card) == ["Check in", "I'm here", "Next turn", "Agenda", "Close"]

    await evening.press("Ben", "Next turn", card)
    assert f"{evening.mention('Ana')} has the floor until <t:" in evening.text(OPEN)
    await evening.press("Dev", "I'm here", evening.shown(OPEN))
    assert f"then {evening.mention('Ben')}, {evening.mention('Dev')}" in evening.text(OPEN)

    reported = await evening.check_in(
        "Ana",
        {"4 coffee meetings": "3 of 4", "Thank-you note to Dana": "Done"},
        win="An *interview*",
        blocker="Nobody answers",
        via=evening.shown(OPEN),
    )
    said = texts_in(reported.response)
    assert "“4 coffee meetings”: 3 of 4, the rest is carried over" in said
    assert "“4 coffee meetings” · 1 to go" in said
    assert "room for 2 more" in said
    text = evening.text(OPEN)
    assert "**3 of 4**" in text
    assert "“Thank-you note to Dana” · **done**" in text
    assert "In the way: Nobody answers" in text
    assert "checked in 1 of 3" in text

    saved = await evening.promise("Ana", reported, "Two mock interviews", plan="if Monday, then early")
    assert "“Two mock interviews” · 2 to go" in texts_in(saved.response)

    await evening.check_in("Ben", {"See a *doctor*": "Done"}, via=evening.shown(OPEN))
    closed = await evening.close("Ana")
    assert "is closed" in texts_in(closed.response)

    assert labels(evening.shown(CLOSED)) == ["Correct my check-in"]
    text = evening.text(SUMMARY)
    assert f"{evening.mention('Ana')}: An \\*interview\\*" in text
    assert "2 commitments kept" in text
    assert f"{evening.mention('Ana')}: “4 coffee meetings” · 3 of 4" in text
    assert "Next: <t:" in text
    for absent in ("doctor", "Nobody answers", evening.mention("Cho"), evening.mention("Dev")):
        assert absent not in text
    assert await evening.ledger() == {"Ana": "present", "Ben": "late", "Cho": "excused", "Dev": "present"}


async def test_the_round_follows_answers_when_they_come_after_the_check_in_opened(evening: Evening) -> None:
    await evening.starts(before=timedelta(hours=1))
    await rsvp(evening, ana="Going")
    await evening.starts()
    assert f"The round: {evening.mention('Ana')}\n" in evening.text(OPEN)

    await rsvp(evening, ben="Late")
    assert f"The round: {evening.mention('Ana')}, {evening.mention('Ben')}\n" in evening.text(OPEN)
    home = await evening.person("Cho").slash(evening.channel, "next")
    assert home.response is not None
    await evening.press("Cho", "Virtual", home.response)
    await rsvp(evening, ben="Can't come")
    assert f"The round: {evening.mention('Ana')}, {evening.mention('Cho')}\n" in evening.text(OPEN)


async def test_the_close_command_asks_first_when_people_have_not_checked_in(evening: Evening) -> None:
    await evening.starts(before=timedelta(hours=1))
    await rsvp(evening, ana="Going", ben="Going", cho="Late")
    await evening.starts()
    await evening.check_in("Ben", via=evening.shown(OPEN))

    asked = await evening.person("Ana").slash(evening.channel, "meeting close")
    assert asked.ephemeral
    assert asked.response is not None
    question = texts_in(asked.response)
    assert f"Not checked in yet: {evening.mention('Ana')}, {evening.mention('Cho')}." in question
    assert await evening.world.rows("SELECT state FROM meetings WHERE state = 'closed'") == []

    await evening.check_in("Cho", via=evening.shown(OPEN))
    await evening.press("Ana", "Close the meeting", asked.response)
    await evening.world.run_due()
    assert await evening.world.rows("SELECT state FROM meetings WHERE state = 'closed'")
    assert "what went well" in evening.text(SUMMARY)


async def test_the_close_command_promises_no_summary_at_once_when_the_group_takes_a_break(
    evening: Evening,
) -> None:
    await evening.starts(before=timedelta(hours=1))
    await evening.starts()
    await evening.check_in("Ben", win="An interview", via=evening.shown(OPEN))
    await evening.person("Ana").slash(evening.channel, "group pause")
    asked = await evening.person("Ana").slash(evening.channel, "meeting close")
    assert asked.response is not None
    assert "The summary goes to the channel, and" not in texts_in(asked.response)
    assert "only if it wakes within a week" in texts_in(asked.response)
    await evening.press("Ana", "Close the meeting", asked.response)
    await evening.world.pass_time(days=2)
    assert not any(SUMMARY in texts_in(message) for message in evening.channel.history())
    await evening.person("Ana").slash(evening.channel, "group resume")
    await evening.world.run_due()
    assert "An interview" in evening.text(SUMMARY)


async def test_a_check_in_is_corrected_from_card_and_summary(evening: Evening) -> None:
    await say(evening, "Ben", "4 coffee meetings")
    await evening.starts()
    await evening.check_in("Ben", {"4 coffee meetings": "None yet"}, win="Slept", via=evening.shown(OPEN))
    assert "**goes on**" in evening.text(OPEN)
    await evening.close("Ana")
    assert "kept" not in evening.text(SUMMARY)

    await evening.world.pass_time(hours=2)
    form = await evening.press("Ben", "Correct my check-in", evening.shown(SUMMARY))
    fields = dict(fields_of(form))
    assert chosen_in(fields["“4 coffee meetings”"]) == "None yet: carry it over"
    assert chosen_in(fields["A win, big or small"]) == "Slept"
    await evening.check_in("Ben", {"4 coffee meetings": "All 4"}, win="Slept", via=evening.shown(SUMMARY))

    text = evening.text(SUMMARY)
    assert "One commitment kept" in text
    assert "“4 coffee meetings”" in text
    assert "“4 coffee meetings” · **done**" in evening.text(CLOSED)
    rows = await evening.world.rows("SELECT state, done FROM commitments")
    assert rows == [{"state": "kept", "done": 4}]

    await evening.world.pass_time(days=6)
    late = await evening.press("Ben", "Correct my check-in", evening.shown(SUMMARY))
    assert late.modal is None
    assert "can no longer be changed" in texts_in(late.response)


async def test_check_in_early_in_writing_and_only_when_it_is_time(evening: Evening) -> None:
    await evening.starts(before=timedelta(hours=25))
    early = await evening.person("Ben").slash(evening.channel, "checkin")
    assert early.ephemeral
    assert "The check-in opens at <t:" in texts_in(early.response)

    await evening.starts(before=timedelta(hours=5))
    form = await evening.press("Ben", "Check in early", evening.shown("Meeting"))
    assert "A win, big or small" in modal_text(form)
    await evening.check_in("Ben", win="Early bird", via=evening.shown("Meeting"))
    await evening.starts()

    assert f"{evening.mention('Ben')} · checked in" in evening.text(OPEN)


async def test_counts_of_any_size_can_be_reported(evening: Evening) -> None:
    await say(evening, "Ben", "20 applications")
    await say(evening, "Ben", "50 messages")
    await say(evening, "Ben", "A" * 196)
    await evening.starts()

    refused = await evening.check_in(
        "Ben", {"20 applications": "7 of 20", "50 messages": "many", "A" * 42 + "…": "Let it go"}
    )
    assert "could not read “many” as the number done" in texts_in(refused.response)
    reported = await evening.check_in(
        "Ben", {"20 applications": "7 of 20", "50 messages": "60", "A" * 42 + "…": "Let it go"}
    )

    said = texts_in(reported.response)
    assert "7 of 20, the rest is carried over" in said
    assert "“50 messages”: done" in said
    assert "let go" in said
    rows = await evening.world.rows("SELECT state, target, done FROM commitments ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("carried", 20, 7),
        ("kept", 50, 50),
        ("dropped", 1, 0),
        ("open", 13, 0),
    ]


async def test_progress_of_the_week_is_chosen_already_and_survives_letting_go(evening: Evening) -> None:
    await say(evening, "Ben", "4 coffee meetings")
    await evening.person("Ben").slash(evening.channel, "commit progress", commitment="1", done="2")
    await evening.starts()

    form = await evening.press("Ben", "Check in", evening.shown(OPEN))
    field = dict(fields_of(form))["“4 coffee meetings”"]
    assert chosen_in(field) == "2 of 4: carry 2 over"
    reported = await evening.check_in("Ben", {"4 coffee meetings": "Let the rest go (2 of 4"})

    assert "2 of 4, the rest is let go" in texts_in(reported.response)
    assert "“4 coffee meetings” · **2 of 4**" in evening.text(OPEN)


async def test_the_second_form_says_what_it_understood_when_a_number_is_unclear(evening: Evening) -> None:
    await evening.starts()
    reported = await evening.check_in("Ana", via=evening.shown(OPEN))
    saved = await evening.promise("Ana", reported, "apply to 100000 jobs", "Two letters")
    assert saved.response is not None
    assert texts_in(saved.response).count("I count this as one step") == 1
    form = await evening.press("Ana", "Edit", saved.response)
    assert "apply to 100000 jobs" in str(form.modal)


async def test_the_second_form_keeps_private_what_is_private(evening: Evening) -> None:
    await evening.starts()
    reported = await evening.check_in("Ben", via=evening.shown(OPEN))
    empty = await evening.promise("Ben", reported, " ")
    assert "at least one thing" in texts_in(empty.response)
    saved = await evening.promise(
        "Ben", reported, "Call my sister", "", "A walk @everyone", visibility="private"
    )

    said = texts_in(saved.response)
    assert "“Call my sister” · only you can read it" in said
    assert "room for 1 more" in said
    await evening.starts()
    text = evening.text(OPEN)
    assert "sister" not in text


async def test_a_third_carry_privately_offers_help(evening: Evening) -> None:
    await say(evening, "Ben", "The cover letter")
    for week in range(3):
        await evening.starts()
        reported = await evening.check_in("Ben", {"The cover letter": "Not yet"}, via=evening.shown(OPEN))
        assert len(reported.followups) == (week == 2)
        await evening.close("Ana")

    offer = reported.followups[0]
    assert offer.ephemeral
    assert labels(offer) == ["Make it smaller", "Swap it", "Drop"]
    gone = await evening.press("Ben", "Drop", offer)
    await evening.press("Ben", "Let it go", gone.response or offer)
    rows = await evening.world.rows("SELECT state FROM commitments ORDER BY id")
    assert [row["state"] for row in rows] == ["carried", "carried", "carried", "dropped"]


async def test_the_turn_button_pressed_twice_gives_one_turn(evening: Evening) -> None:
    await evening.starts(before=timedelta(hours=1))
    await rsvp(evening, ana="Going", ben="Going", cho="Going")
    await evening.starts()
    first = next(each for each in custom_ids(evening.shown(OPEN)) if each.startswith("next_turn"))

    await evening.press("Ana", "Next turn", evening.shown(OPEN))
    stale = await evening.world.rows("SELECT COUNT(*) AS started FROM turns WHERE started_at IS NOT NULL")
    assert stale == [{"started": 1}]
    now = next(each for each in custom_ids(evening.shown(OPEN)) if each.startswith("next_turn"))
    assert now != first
    for _ in range(2):
        await evening.press("Ben", "Next turn", evening.shown(OPEN))
    assert f"{evening.mention('Cho')} has the floor" in evening.text(OPEN)
    assert "Next turn" not in labels(evening.shown(OPEN))


async def test_every_button_works_after_a_restart(evening: Evening) -> None:
    world = evening.world
    await evening.starts(before=timedelta(hours=3))
    await world.restart()
    await evening.check_in("Ben", win="Before", via=evening.shown("Meeting"))
    await evening.starts()
    await world.restart()
    await evening.press("Cho", "I'm here", evening.shown(OPEN))
    await evening.press("Cho", "Next turn", evening.shown(OPEN))
    reported = await evening.check_in("Cho", via=evening.shown(OPEN))
    await world.restart()
    await evening.promise("Cho", reported, "A walk")
    await evening.close("Ana")
    await world.restart()
    await evening.check_in("Ben", win="After", via=evening.shown(SUMMARY))

    assert "After" in evening.text(SUMMARY)


async def test_others_are_kept_out_and_nothing_changes(evening: Evening) -> None:
    world = evening.world
    world.person("Zoe", evening.guild)
    await evening.starts(before=timedelta(hours=1))
    await rsvp(evening, ana="Going", dev="Going")
    await evening.starts()
    before = evening.text(OPEN)
    for label in ("Check in", "I'm here", "Next turn", "Agenda", "Close"):
        answer = await evening.person("Zoe").click(evening.shown(OPEN), custom_id=_id(evening, label))
        assert answer.ephemeral
        assert "members of its group" in texts_in(answer.response)
    answer = await evening.press("Dev", "Close", evening.shown(OPEN))
    assert "facilitator or an organizer" in texts_in(answer.response)
    assert evening.text(OPEN) == before


def _id(evening: Evening, label: str) -> str:
    routes = {
        "Check in": "checkin:",
        "I'm here": "here:",
        "Next turn": "next_turn:",
        "Agenda": "agenda:",
        "Close": "close:",
    }
    return next(each for each in custom_ids(evening.shown(OPEN)) if each.startswith(routes[label]))


async def test_a_meeting_nobody_came_to_ends_without_a_word(evening: Evening) -> None:
    await evening.starts()
    messages = len(evening.channel.history())
    await evening.world.pass_time(hours=20)

    assert len(evening.channel.history()) == messages
    assert set((await evening.ledger()).values()) == {"unrecorded"}
