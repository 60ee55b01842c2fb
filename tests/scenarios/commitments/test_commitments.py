"""Members say, on a phone and by command, what they will do, and change their minds."""

from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord

from buddybot.domain.commitments.commitments import offers_help
from buddybot.domain.ids import CommitmentId
from buddybot.storage.engine.database import Tx
from buddybot.ui.commitments.commitments import carry_offer_card
from buddybot.ui.framework.texts import Texts
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, labels, modal_text, texts_in

PLAN = "if it is Tuesday 9:00, then I write to two people"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """Ana organizes, Ben and Cho are members, Zoe is not; they meet on Tuesdays."""
    return await calendar(world)


async def say(rowan: Calendar, name: str, command: str, /, **options: object) -> str:
    return texts_in(await rowan.ask(name, command, **options))


async def own_id(rowan: Calendar, text: str) -> int:
    [row] = await rowan.world.rows("SELECT id FROM commitments WHERE text = :text", text=text)
    return int(row["id"])


async def state_of(rowan: Calendar, text: str) -> tuple[int, int, str]:
    [row] = await rowan.world.rows(
        "SELECT done, target, state FROM commitments WHERE text = :text", text=text
    )
    return row["done"], row["target"], row["state"]


def filled(form: simcord.InteractionResult, **written: str) -> dict[str, Any]:
    """What a person's Discord sends: what they wrote, and else what the form was filled with."""
    assert form.modal is not None, texts_in(form.response)
    values: dict[str, Any] = {}
    for field in (item["component"] for item in form.modal["components"] if "component" in item):
        name = field["custom_id"]
        if "options" in field:
            chosen = [each["value"] for each in field["options"] if each.get("default")]
            values[name] = [written[name]] if name in written else chosen
        else:
            values[name] = written.get(name, field.get("value") or "")
    return values


def the(message: simcord.ResponseMessage | None) -> simcord.ResponseMessage:
    assert message is not None
    return message


async def test_a_commitment_lives_its_week(rowan: Calendar) -> None:
    ana = rowan.person("Ana")
    added = await ana.slash(rowan.channel, "commit add", text="2 coffee *meetings*", plan=PLAN)
    card = the(added.response)
    meets = int((await rowan.starts())[0].timestamp())
    assert added.ephemeral
    for part in ("2 coffee \\*meetings\\*", "0 of 2 done", PLAN, f"<t:{meets}:F>", f"<t:{meets}:R>"):
        assert part in texts_in(card)
    assert labels(card) == ["+1", "Edit", "Drop"]

    await ana.click(card, label="+1")
    assert "1 of 2 done" in texts_in(added.response)
    id_ = await own_id(rowan, "2 coffee *meetings*")
    said = await say(rowan, "Ana", "commit progress", commitment=str(id_))
    assert "All 2 done. It stays here until the check-in" in said
    assert "+1" not in said
    assert await state_of(rowan, "2 coffee *meetings*") == (2, 2, "open")
    assert rowan.said() == [], "nothing of it is announced"


async def test_the_form_asks_what_the_command_would_and_reads_the_count_from_the_words(
    rowan: Calendar,
) -> None:
    ben = rowan.person("Ben")
    opened = await ben.slash(rowan.channel, "commit add")
    shown = modal_text(opened)
    for part in ("What will you do before the next meeting?", "How many?", "Only me", "Networking"):
        assert part in shown
    sent = await ben.submit_modal(opened, filled(opened, text="Write three letters", plan=PLAN))
    assert "Noted for Rowan" in texts_in(sent.response)
    assert await state_of(rowan, "Write three letters") == (0, 3, "open")

    opened = await ben.slash(rowan.channel, "commit add")
    sent = await ben.submit_modal(
        opened, filled(opened, text="tell nobody", count="4", category="application", visibility="private")
    )
    assert "only you can read it" in texts_in(sent.response)
    assert "Application" in texts_in(sent.response)
    assert await state_of(rowan, "tell nobody") == (0, 4, "open")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"text": "calls", "count": "x"}, "I could not read “x” as the number to reach"),
        ({"text": "calls", "count": "0"}, "The number to reach can be 1 to 99; 0 is not"),
        ({"text": "7"}, "“7” is only a number"),
        ({"text": "\u200b"}, "Please write something into the field for the commitment"),
    ],
)
async def test_a_form_that_cannot_be_kept_is_answered_with_what_to_do(
    rowan: Calendar, written: dict[str, str], sentence: str
) -> None:
    ana = rowan.person("Ana")
    opened = await ana.slash(rowan.channel, "commit add")
    sent = await ana.submit_modal(opened, filled(opened, **written))
    assert sentence in texts_in(sent.response)
    assert sent.ephemeral
    assert await rowan.world.rows("SELECT * FROM commitments") == []


async def test_the_fourth_is_refused_before_the_form_is_filled_in(rowan: Calendar) -> None:
    for number in range(3):
        await say(rowan, "Ana", "commit add", text=f"call number {number} of them")
    refused = await rowan.person("Ana").slash(rowan.channel, "commit add")
    assert refused.modal is None
    assert "You have three open commitments in Rowan already" in texts_in(refused.response)
    assert "`/commit drop`" in texts_in(refused.response)
    listed = await say(rowan, "Ana", "commit list")
    assert "Add one" not in listed
    assert listed.count("Edit") == 3


async def test_the_list_is_worked_with_in_place(rowan: Calendar) -> None:
    ana = rowan.person("Ana")
    listed = await ana.slash(rowan.channel, "commit list")
    assert labels(the(listed.response)) == ["Add one"]
    opened = await ana.click(the(listed.response), label="Add one")
    await ana.submit_modal(opened, filled(opened, text="two calls"))
    shown = the(listed.response)
    assert labels(shown) == ["+1", "Edit", "Drop", "Add one"]
    await ana.click(shown, label="+1")
    assert "1 of 2 done" in texts_in(listed.response)
    opened = await ana.click(the(listed.response), label="Edit")
    await ana.submit_modal(opened, filled(opened, text="five calls", plan=PLAN))
    assert "“five calls”" in texts_in(listed.response)
    assert "1 of 5 done" in texts_in(listed.response), "the count came from the words and follows them"
    opened = await ana.click(the(listed.response), label="Edit")
    await ana.submit_modal(opened, filled(opened, plan=""))
    assert PLAN not in texts_in(listed.response)
    await ana.click(the(listed.response), label="Drop")
    assert labels(the(listed.response)) == ["Let it go", "Keep it"]
    await ana.click(the(listed.response), label="Keep it")
    assert "1 of 5 done" in texts_in(listed.response)
    await ana.click(the(listed.response), label="Drop")
    await ana.click(the(listed.response), label="Let it go")
    assert "Nothing is open in Rowan" in texts_in(listed.response)
    assert (await state_of(rowan, "five calls"))[2] == "dropped"


async def test_letting_go_by_command_asks_once_and_says_a_kind_word(rowan: Calendar) -> None:
    ana = rowan.person("Ana")
    await say(rowan, "Ana", "commit add", text="two calls")
    asked = await ana.slash(rowan.channel, "commit drop", commitment=str(await own_id(rowan, "two calls")))
    assert "letting go makes room" in texts_in(asked.response)
    assert (await state_of(rowan, "two calls"))[2] == "open"
    await ana.click(the(asked.response), label="Let it go")
    assert "Let go: “two calls”" in texts_in(asked.response)
    assert labels(the(asked.response)) == []


async def test_an_old_card_counts_once_and_shows_how_things_stand(rowan: Calendar) -> None:
    ana = rowan.person("Ana")
    first = await ana.slash(rowan.channel, "commit add", text="5 calls")
    second = await ana.slash(rowan.channel, "commit list")
    await ana.click(the(first.response), label="+1")
    await ana.click(the(second.response), label="+1")
    assert "1 of 5 done" in texts_in(second.response)
    assert (await state_of(rowan, "5 calls"))[0] == 1


async def test_edit_by_command_changes_what_is_given_and_opens_a_form_without_it(rowan: Calendar) -> None:
    await say(rowan, "Ana", "commit add", text="two calls", plan=PLAN)
    id_ = str(await own_id(rowan, "two calls"))
    said = await say(rowan, "Ana", "commit edit", commitment=id_, count=3, visibility="private", plan="-")
    assert "0 of 3 done" in said
    assert "only you can read it" in said
    assert PLAN not in said
    opened = await rowan.person("Ana").slash(rowan.channel, "commit edit", commitment=id_)
    assert "Change it" in modal_text(opened)


async def test_the_others_read_words_and_not_numbers_and_of_private_ones_only_that_they_are(
    rowan: Calendar,
) -> None:
    await say(rowan, "Ben", "commit add", text="two calls", plan=PLAN)
    await say(rowan, "Ben", "commit progress", commitment=str(await own_id(rowan, "two calls")))
    await say(rowan, "Cho", "commit add", text="my secret", visibility="private")
    shown = await say(rowan, "Ana", "commit list", who="group")
    ben, cho = rowan.person("Ben").mention, rowan.person("Cho").mention
    assert (
        shown.index(ben) < shown.index("“two calls”") < shown.index(cho) < shown.index("a private commitment")
    )
    assert "1 of 2" not in shown
    assert "my secret" not in shown
    assert "Nobody else" not in shown
    assert "/commit" not in await say(rowan, "Zoe", "commit list", who="group")


async def test_another_persons_commitment_and_none_at_all_get_the_same_sentence(rowan: Calendar) -> None:
    await say(rowan, "Ben", "commit add", text="two calls")
    id_ = await own_id(rowan, "two calls")
    unknown = "I do not find that commitment among yours"
    for command in ("commit progress", "commit edit", "commit drop"):
        for chosen in (str(id_), str(id_ + 99), "two calls", "9" * 30):
            assert unknown in await say(rowan, "Ana", command, commitment=chosen)
    assert await state_of(rowan, "two calls") == (0, 2, "open")
    offered = await rowan.person("Ana").autocomplete(rowan.channel, "commit drop", "commitment", "")
    assert offered == []
    offered = await rowan.person("Ben").autocomplete(rowan.channel, "commit drop", "commitment", "CALL")
    assert [(choice["name"], choice["value"]) for choice in offered] == [("0/2 · two calls", str(id_))]


async def test_two_groups_of_one_server_are_told_apart(rowan: Calendar, world: World) -> None:
    await calendar(world, name="Alder", guild=rowan.circle.guild)
    hall = rowan.circle.guild.create_text_channel("hall")
    ben = rowan.person("Ben")
    unclear = await ben.slash(hall, "commit add", text="two calls")
    assert "more than one group" in texts_in(unclear.response)
    offered = await ben.autocomplete(hall, "commit add", "group", "ald")
    await ben.slash(hall, "commit add", text="two calls", group=offered[0]["value"])
    await ben.slash(rowan.channel, "commit add", text="three calls")
    choices = await ben.autocomplete(hall, "commit progress", "commitment", "")
    assert [each["name"] for each in choices] == ["0/2 · two calls · Alder", "0/3 · three calls · Rowan"]
    assert "three calls" not in texts_in(
        (await ben.slash(hall, "commit list", group=offered[0]["value"])).response
    )


async def test_every_button_still_works_after_a_restart(rowan: Calendar, world: World) -> None:
    ana = rowan.person("Ana")
    added = await ana.slash(rowan.channel, "commit add", text="two calls")
    opened = await ana.click(the(added.response), label="Edit")
    await world.restart()
    await ana.click(the(added.response), label="+1")
    assert "1 of 2 done" in texts_in(added.response)
    await ana.submit_modal(opened, filled(opened, text="four calls"))
    assert "1 of 4 done" in texts_in(added.response)
    await ana.click(the(added.response), label="Drop")
    await world.restart()
    await ana.click(the(added.response), label="Let it go")
    assert (await state_of(rowan, "four calls"))[2] == "dropped"


async def carried(rowan: Calendar, name: str, text: str) -> discord.Message:
    """The offer of help as it is shown after a third carry; here in the channel, where it can be pressed."""
    await say(rowan, name, "commit add", text=text)
    await rowan.world.bot.services.transactions.write(lambda uow: _carry(uow.tx, text))
    own = await rowan.world.bot.services.commitments.get(
        rowan.circle.actor(rowan.person(name)), CommitmentId(await own_id(rowan, text))
    )
    assert offers_help(own.commitment.weeks_carried)
    channel = rowan.world.bot.get_partial_messageable(rowan.channel.id)
    await channel.send(view=carry_offer_card(Texts(), own.commitment))
    offer: discord.Message = rowan.said()[-1]
    return offer


async def _carry(tx: Tx, text: str) -> None:
    await tx.run("UPDATE commitments SET weeks_carried = 3 WHERE text = :text", text=text)


async def test_what_is_carried_for_the_third_time_can_be_made_smaller(rowan: Calendar) -> None:
    cho = rowan.person("Cho")
    offer = await carried(rowan, "Cho", "4 calls")
    assert "“4 calls” has been carried along 3 times now" in texts_in(offer)
    assert labels(offer) == ["Make it smaller", "Swap it", "Drop"]
    opened = await cho.click(offer, label="Make it smaller")
    same = await cho.submit_modal(opened, filled(opened, count="4"))
    assert "It is not smaller yet: it stands at 4" in texts_in(same.response)
    opened = await cho.click(offer, label="Make it smaller")
    await cho.submit_modal(opened, filled(opened))
    shown = texts_in(rowan.said()[-1])
    assert "0 of 2 done" in shown
    assert "with you for" not in shown


async def test_what_is_carried_for_the_third_time_can_be_swapped(rowan: Calendar) -> None:
    cho = rowan.person("Cho")
    offer = await carried(rowan, "Cho", "4 calls")
    opened = await cho.click(offer, label="Swap it")
    await cho.submit_modal(opened, filled(opened, text="ask Eli for an introduction"))
    assert "Swapped, in Rowan" in texts_in(rowan.said()[-1])
    assert (await state_of(rowan, "4 calls"))[2] == "dropped"
    assert await state_of(rowan, "ask Eli for an introduction") == (0, 1, "open")


async def test_nobody_else_can_use_the_offer(rowan: Calendar) -> None:
    offer = await carried(rowan, "Cho", "4 calls")
    for label in ("Make it smaller", "Swap it", "Drop"):
        assert "I do not find that commitment among yours" in await rowan.press("Ana", label, offer)
    assert await state_of(rowan, "4 calls") == (0, 4, "open")


async def test_the_live_cards_follow_what_they_quote(rowan: Calendar, world: World) -> None:
    await world.until((await rowan.starts())[0] - timedelta(hours=1))
    before = await world.rows("SELECT revision, shown FROM cards")
    assert len(before) == 1
    await say(rowan, "Ana", "commit add", text="two calls")
    after = await world.rows("SELECT revision, shown FROM cards")
    assert after[0]["revision"] == before[0]["revision"] + 1
    assert after[0]["shown"] == after[0]["revision"], "the card was drawn again"


async def test_the_longest_words_fit_into_every_card(rowan: Calendar) -> None:
    """200 characters that must all be escaped, three times a member."""
    for name in ("Ana", "Ben", "Cho"):
        for letter in "abc":
            text = letter + "*" * 199
            said = await say(rowan, name, "commit add", text=text, plan="if " + "_" * 197)
            assert "Noted for Rowan" in said
    assert (await say(rowan, "Ana", "commit list")).count("0 of") == 0
    assert await say(rowan, "Ana", "commit list", who="group")
    [first, *_] = await rowan.person("Ana").autocomplete(rowan.channel, "commit drop", "commitment", "")
    assert len(first["name"]) == 100


@pytest.mark.parametrize(
    "text", ["99999999999999 emails", "apply to 100000 jobs", "-5 emails", "2-3 letters"]
)
async def test_a_number_that_is_not_understood_is_said_on_the_card_with_edit(
    rowan: Calendar, text: str
) -> None:
    result = await rowan.person("Ben").slash(rowan.channel, "commit add", text=text)
    assert result.response is not None
    assert "I count this as one step. If you mean another number, press *Edit*." in texts_in(result.response)
    assert "Edit" in labels(result.response)
    form = await rowan.person("Ben").click(result.response, label="Edit")
    changed = await rowan.person("Ben").submit_modal(form, filled(form, count="5"))
    assert "0 of 5 done" in texts_in(changed.response)
    assert "I count" not in texts_in(changed.response)


async def test_a_clear_number_is_not_remarked_upon(rowan: Calendar) -> None:
    assert "I count" not in await say(rowan, "Ben", "commit add", text="4 coffee meetings")
    assert "I count this as 3 steps" in await say(rowan, "Ben", "commit add", text="3 calls, 2 letters")
