"""An organizer puts the record of a past meeting right; who said what, and why, can be read ever after."""

from datetime import timedelta

import pytest
import simcord

from buddybot.domain.ids import MeetingId
from buddybot.storage.engine.database import Tx
from tests.scenarios.evenings import OPEN, Evening, chosen_in, fields_of
from tests.scenarios.hostile.test_hostile_words import actor, some_or_all
from tests.ui.framework.test_texts import markup_in
from tests.world import Message, World, custom_ids, labels, modal_text, offered, texts_in


@pytest.fixture
async def evening(world: World) -> Evening:
    """Ana organizes; a meeting is over: Ben was there, Eli had sent word, nothing is known of others."""
    evening = await Evening.gather(world, "Ana", "Ben", "Cho", "Eli")
    await evening.starts(before=timedelta(hours=2))
    await evening.press("Eli", "Can't come", evening.shown("### Meeting"))
    await evening.starts()
    await evening.check_in("Ben", win="A letter", via=evening.shown(OPEN))
    await evening.close("Ana")
    return evening


async def opened(evening: Evening, *, by: str = "Ana", **options: str) -> Message:
    """Type the command, and return the card."""
    shown = await evening.person(by).slash(evening.channel, "attendance correct", **options)
    assert shown.ephemeral
    assert shown.response is not None
    return shown.response


async def form_for(
    evening: Evening, name: str, card: Message, *, by: str = "Ana"
) -> simcord.InteractionResult:
    [people] = [each for each in custom_ids(card) if each.startswith("attendance_who")]
    return await evening.person(by).select(card, [str(evening.person(name).id)], custom_id=people)


async def corrected(
    evening: Evening, form: simcord.InteractionResult, state: str, reason: str, *, by: str = "Ana"
) -> str:
    shown = await evening.person(by).submit_modal(form, {"state": [state], "reason": reason})
    assert shown.acknowledged
    return texts_in(shown.response)


async def test_one_entry_is_put_right_and_the_card_tells_the_story(evening: Evening) -> None:
    card = await opened(evening)
    text = texts_in(card)
    assert "Record of meeting 1 · Rowan" in text
    for name, line in (
        ("Ben", "present, by their check-in or answer"),
        ("Eli", "excused, by their check-in or answer"),
        ("Cho", "not recorded"),
    ):
        assert f"{evening.mention(name)}: {line}" in text
    assert "What was corrected" not in text

    form = await form_for(evening, "Ben", card)
    assert "Correct: Ben" in modal_text(form)
    assert chosen_in(fields_of(form)[0][1]) == "present"
    await evening.world.restart()
    text = await corrected(evening, form, "absent", "He checked in from home")

    assert f"{evening.mention('Ben')}: absent, recorded by {evening.mention('Ana')}" in text
    story = f"{evening.mention('Ben')}: present → absent, by {evening.mention('Ana')}, <t:"
    assert story in text
    assert "f>: He checked in from home" in text
    assert (await evening.ledger())["Ben"] == "absent"
    await corrected(evening, await form_for(evening, "Ben", card), "unrecorded", "I am not sure")
    text = texts_in(await opened(evening))
    assert f"{evening.mention('Ben')}: not recorded" in text
    assert story in text


async def test_what_stands_so_already_changes_nothing(evening: Evening) -> None:
    before = await evening.world.rows("SELECT * FROM attendance")
    card = await opened(evening)
    text = await corrected(evening, await form_for(evening, "Ben", card), "present", "Of course")
    assert "stands so in the record already" in text
    assert await evening.world.rows("SELECT * FROM attendance") == before


async def test_any_past_meeting_is_found_by_what_is_typed(evening: Evening) -> None:
    await evening.person("Ana").slash(evening.channel, "meeting skip", reason="holiday")
    await evening.world.pass_time(days=7)
    await evening.starts()
    ana = evening.person("Ana")

    async def found(typed: str) -> list[str]:
        return [
            each["name"]
            for each in await ana.autocomplete(evening.channel, "attendance correct", "meeting", typed)
        ]

    everything = ["Sunday 11 January 2026 (not held)", "Meeting 1 · Sunday 4 January 2026"]
    assert await found("") == everything
    assert await found("meeting 1") == everything[1:]
    assert await found("2026-01-11") == everything[:1]
    assert await found("january 2026") == everything
    assert await found("december") == []
    assert (
        await evening.person("Ben").autocomplete(evening.channel, "attendance correct", "meeting", "") == []
    )

    for typed in ("2026-01-04", "1"):
        assert "Record of meeting 1" in texts_in(await opened(evening, meeting=typed))
    assert "left out or called off" in texts_in(await opened(evening))
    [ahead] = await evening.world.rows("SELECT id FROM meetings WHERE state = 'open'")
    assert "`/meeting close`" in texts_in(await opened(evening, meeting=str(ahead["id"])))
    [ahead] = await evening.world.rows("SELECT MAX(id) AS id FROM meetings WHERE state = 'scheduled'")
    assert "is not over" in texts_in(await opened(evening, meeting=str(ahead["id"])))


async def test_a_meeting_that_was_called_off_and_held_after_all_is_recorded(evening: Evening) -> None:
    asked = await evening.person("Ana").slash(evening.channel, "meeting cancel")
    assert asked.response is not None
    await evening.press("Ana", "Cancel the meeting", asked.response)
    await evening.world.pass_time(days=8)
    public = len(evening.channel.history())
    card = await opened(evening)
    assert labels(card) == ["We did meet"]

    form = await evening.press("Ana", "We did meet", card)
    on = await evening.person("Ana").submit_modal(form, {"reason": "We met at Ben's"})
    text = texts_in(on.response)
    assert "f>: We met at Ben's" in text
    assert "Record of meeting 2 · Rowan" in text
    assert f"We did meet, by {evening.mention('Ana')}" in text
    assert set((await evening.ledger()).values()) == {"unrecorded"}
    await evening.world.run_due()
    assert len(evening.channel.history()) == public, "nobody is told of a meeting that is long over"
    told = await evening.person("Ana").slash(evening.channel, "next")
    assert "attendance of meeting 2 is not complete, 4 unrecorded" in texts_in(told.followups[-1])

    taken = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert taken.response is not None
    await evening.press("Ana", "All present", taken.response)
    assert set((await evening.ledger()).values()) == {"present"}


async def test_visitors_come_and_are_taken_back_on_the_card(evening: Evening) -> None:
    card = await opened(evening)
    form = await evening.press("Ana", "A visitor came", card)
    shown = await evening.person("Ana").submit_modal(form, {"name": "Zoe Park"})
    assert shown.response is not None
    assert "Visitors: Zoe Park" in texts_in(shown.response)
    assert "Record of meeting 1" in texts_in(shown.response)

    zoe = offered(shown.response)["Zoe Park"]
    [route] = [each for each in custom_ids(shown.response) if each.startswith("attendance_visitor_back")]
    back = await evening.person("Ana").select(shown.response, [zoe], custom_id=route)
    text = texts_in(back.response)
    assert "Visitors:" not in text
    assert f"Visitor Zoe Park: taken back by {evening.mention('Ana')}" in text
    assert len(await evening.world.rows("SELECT id FROM visitors")) == 1


async def test_of_two_organizers_with_the_same_form_open_the_second_is_told_kindly(evening: Evening) -> None:
    async def both(tx: Tx) -> None:
        await tx.run("UPDATE memberships SET role = 'organizer'")

    await evening.world.bot.services.transactions.write(lambda uow: both(uow.tx))
    forms = [await form_for(evening, "Ben", await opened(evening, by=by), by=by) for by in ("Ana", "Cho")]

    assert "present → late" in await corrected(evening, forms[0], "late", "I saw the clock")
    answer = await corrected(evening, forms[1], "late", "So did I", by="Cho")
    assert "stands so in the record already" in answer
    rows = await evening.world.rows(
        "SELECT previous, state FROM attendance WHERE user_id = :ben ORDER BY id",
        ben=evening.person("Ben").id,
    )
    assert rows == [{"previous": None, "state": "present"}, {"previous": "present", "state": "late"}]
    form = await form_for(evening, "Ben", await opened(evening, by="Cho"), by="Cho")
    answer = await corrected(evening, form, "absent", "No, it was her brother", by="Cho")
    assert f"late → absent, by {evening.mention('Cho')}" in answer


async def test_members_look_at_nothing_and_correct_nothing(evening: Evening) -> None:
    before = await evening.world.rows("SELECT * FROM attendance")
    for name in ("Ben", "Cho"):
        answer = await evening.person(name).slash(evening.channel, "attendance correct")
        assert answer.ephemeral
        assert "Only an organizer" in texts_in(answer.response)
    assert await evening.world.rows("SELECT * FROM attendance") == before


@some_or_all
async def test_hostile_reasons_and_names_are_refused_or_inert(evening: Evening, values: list[str]) -> None:
    services, taken = evening.world.bot.services, 0
    for number, value in enumerate(values):
        state = ("absent", "present")[number % 2]
        shown = await corrected(
            evening, await form_for(evening, "Cho", await opened(evening)), state, value[:200]
        )
        form = await evening.press("Ana", "A visitor came", await opened(evening))
        seen = await evening.person("Ana").submit_modal(form, {"name": value[:80]})
        for text in (shown, texts_in(seen.response)):
            assert_inert(text.partition("Correct somebody")[0])  # no label reads markdown
        for visitor in await evening.world.rows("SELECT id FROM visitors WHERE withdrawn_at IS NULL"):
            taken += 1
            await services.visitors.withdraw(actor(evening, "Ana", number), MeetingId(1), visitor["id"])
    assert taken > len(values) / 3
    assert ("Earlier corrections are in" in texts_in(await opened(evening))) is (len(values) > 30)


def assert_inert(shown: str) -> None:
    assert len(shown) <= 4000 + 600
    for line in shown.splitlines():
        words = line.partition("f>: ")[2] or line.partition("Visitors: ")[2]
        assert markup_in(words) == [], words
    for never in ("@everyone", "@here", "://", "\x00", "\x1b", "\u202e", "\u202d", "\ufeff"):
        assert never not in shown
