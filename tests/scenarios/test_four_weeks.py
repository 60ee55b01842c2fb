"""Four weeks of a group of six: one comes late, one from afar, one sends word, one stays silent."""

from datetime import timedelta

from tests.scenarios.evenings import CLOSED, OPEN, SUMMARY, Evening
from tests.world import World, labels, texts_in

SIX = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay")
LETTER = "The cover letter"


async def say(evening: Evening, name: str, text: str, **options: object) -> None:
    result = await evening.person(name).slash(evening.channel, "commit add", text=text, **options)
    assert result.acknowledged


async def come(evening: Evening, **answers: str) -> None:
    """Let the day before pass, answers be given, and the meeting begin."""
    await evening.starts(before=timedelta(hours=3))
    for name, label in answers.items():
        await evening.press(name.capitalize(), label, evening.shown("### Meeting"))
    await evening.starts()


async def states(evening: Evening, name: str) -> list[tuple[str, str, int, int, int]]:
    rows = await evening.world.rows(
        "SELECT text, state, done, target, weeks_carried FROM commitments WHERE user_id = :user ORDER BY id",
        user=evening.person(name).id,
    )
    return [(row["text"], row["state"], row["done"], row["target"], row["weeks_carried"]) for row in rows]


async def everybody_speaks(evening: Evening) -> list[str]:
    """Press "Next turn" until nobody is left; return who had the floor, in order."""
    heard = []
    while "Next turn" in labels(evening.shown(OPEN)):
        await evening.press("Ana", "Next turn", evening.shown(OPEN))
        [line] = [line for line in evening.text(OPEN).splitlines() if "has the floor until <t:" in line]
        heard += [name for name in evening.names if line.startswith(evening.mention(name))]
    return heard


async def first_week(evening: Evening) -> None:
    """Everything at its first time: the round with a late and a virtual member, words, attendance."""
    await say(evening, "Ana", "4 coffee meetings", plan="if it is Tuesday, then I write to two people")
    await say(evening, "Ben", "2 applications")
    await say(evening, "Cho", "Ask about my illness", visibility="private")
    await say(evening, "Eli", "Something that nobody hears of again")
    await say(evening, "Fay", LETTER)
    await come(evening, ana="Going", ben="Late", cho="Virtual", dev="Can't come", fay="Going")

    assert sorted(evening.notified()) == sorted(
        evening.person(name).id for name in ("Ana", "Ben", "Cho", "Fay")
    )
    opened = evening.text(OPEN)
    assert "“4 coffee meetings”" in opened
    assert "illness" not in opened
    assert "nobody hears" not in opened  # Eli gave no word, so is not asked in front of everybody
    assert await everybody_speaks(evening) == ["Ana", "Cho", "Fay", "Ben"]

    await evening.check_in(
        "Ana", {"4 coffee meetings": "3 of 4"}, win="An interview", via=evening.shown(OPEN)
    )
    await evening.check_in("Ben", {"2 applications": "All 2"}, via=evening.shown(OPEN))
    await evening.check_in("Cho", {"Ask about my illness": "Done"}, via=evening.shown(OPEN))
    carried = await evening.check_in("Fay", {LETTER: "Not yet"}, via=evening.shown(OPEN))
    assert carried.followups == []
    assert "checked in 4 of 4" in evening.text(OPEN)
    await evening.close("Ana")

    summary = evening.text(SUMMARY)
    assert f"{evening.mention('Ana')}: An interview" in summary
    assert "2 commitments kept" in summary
    assert f"{evening.mention('Ben')}: “2 applications”" in summary
    assert f"{evening.mention('Ana')}: “4 coffee meetings” · 3 of 4" in summary
    for hidden in (
        "illness",
        LETTER,
        "nobody hears",
        *(evening.mention(name) for name in ("Dev", "Eli", "Fay")),
    ):
        assert hidden not in summary
    assert await evening.ledger() == {
        "Ana": "present",
        "Ben": "late",
        "Cho": "virtual",
        "Dev": "excused",
        "Eli": "unrecorded",
        "Fay": "present",
    }
    assert await states(evening, "Eli") == [("Something that nobody hears of again", "open", 0, 1, 0)]


async def record_eli(evening: Evening) -> None:
    """The organizer says what the bot could not know; only then is somebody absent."""
    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.response is not None
    assert evening.mention("Eli") in texts_in(asked.response)
    lists = [each for each in asked.response.components[0]["components"] if each["type"] == 1]
    [absent] = [row["components"][0] for row in lists if ":absent" in row["components"][0]["custom_id"]]
    chosen = await evening.person("Ana").select(
        asked.response, [str(evening.person("Eli").id)], custom_id=absent["custom_id"]
    )
    assert chosen.acknowledged
    assert (await evening.ledger())["Eli"] == "absent"


async def correct_ana(evening: Evening) -> None:
    """The next day Ana remembers the fourth coffee; cards and commitments follow."""
    await evening.world.pass_time(days=1)
    await evening.check_in(
        "Ana", {"4 coffee meetings": "All 4"}, win="An interview", via=evening.shown(SUMMARY)
    )
    assert "3 commitments kept" in evening.text(SUMMARY)
    assert "3 of 4" not in evening.text(SUMMARY)
    assert "“4 coffee meetings” · **done**" in evening.text(CLOSED)
    assert await states(evening, "Ana") == [("4 coffee meetings", "kept", 4, 4, 0)]


async def second_week(evening: Evening) -> None:
    """Roles go on; Dev, who was away, is asked about nothing and writes a day ahead; Eli comes back."""
    await evening.starts(before=timedelta(hours=5))
    early = await evening.check_in("Dev", win="Rested", via=evening.shown("### Meeting"))
    await evening.promise("Dev", early, "3 messages")
    await come(evening, ana="Going", ben="Going", dev="Going", fay="Going")
    await evening.press("Eli", "I'm here", evening.shown(OPEN))
    assert "“Something that nobody hears of again”" in evening.text(OPEN)
    await evening.check_in(
        "Eli", {"Something that nobody hears of again": "Let it go"}, via=evening.shown(OPEN)
    )
    assert "nobody hears" not in evening.text(OPEN)
    await evening.check_in("Fay", {LETTER: "Not yet"}, via=evening.shown(OPEN))
    await evening.close("Ana")

    assert "Rested" in evening.text(SUMMARY)
    ledger = await evening.ledger()
    assert ledger["Eli"] == ledger["Fay"] == "present"
    assert ledger["Ana"] == ledger["Dev"] == "unrecorded"  # writing ahead does not prove being there
    assert (await states(evening, "Eli"))[0][1] == "dropped"


async def third_week(evening: Evening) -> None:
    """The third carry: help is offered to Fay alone, who makes the step smaller."""
    await come(evening, ana="Going", dev="Going", fay="Going")
    await evening.check_in("Dev", {"3 messages": "2 of 3"}, via=evening.shown(OPEN))
    offered = await evening.check_in("Fay", {LETTER: "Not yet"}, via=evening.shown(OPEN))
    [offer] = offered.followups
    assert offer.ephemeral
    assert LETTER in texts_in(offer)
    assert labels(offer) == ["Make it smaller", "Swap it", "Drop"]
    shrinking = await evening.press("Fay", "Make it smaller", offer)
    shrunk = await evening.person("Fay").submit_modal(shrinking, {"text": "The first line of the letter"})
    assert shrunk.acknowledged
    public = [each for each in evening.channel.history() if not each.flags.ephemeral]
    assert all("carried" not in texts_in(each) for each in public)
    await evening.close("Ana")
    assert (await states(evening, "Fay"))[-1] == ("The first line of the letter", "open", 0, 1, 0)


async def fourth_week(evening: Evening) -> None:
    """Nobody closes the meeting; its summary does, twelve hours after the end."""
    await come(evening, fay="Going", dev="Late")
    await evening.check_in(
        "Fay", {"The first line of the letter": "Done"}, win="It began", via=evening.shown(OPEN)
    )
    form = await evening.press("Dev", "Check in", evening.shown(OPEN))
    assert "“3 messages”" in str(form.modal)
    await evening.world.pass_time(hours=14)

    summary = evening.text(SUMMARY)
    assert "Meeting 4" in summary
    assert "It began" in summary
    assert "“The first line of the letter”" in summary
    ledger = await evening.ledger()
    assert ledger["Fay"] == "present"
    assert ledger["Dev"] == "unrecorded"
    assert (await states(evening, "Dev"))[-1] == ("3 messages", "open", 0, 1, 1)


async def test_four_weeks_of_a_group_of_six(world: World) -> None:
    evening = await Evening.gather(world, *SIX)

    await first_week(evening)
    await record_eli(evening)
    await correct_ana(evening)
    await second_week(evening)
    await third_week(evening)
    await fourth_week(evening)

    rows = await world.rows(
        "SELECT facilitator_id, timekeeper_id, state FROM meetings WHERE state = 'closed' ORDER BY starts_at"
    )
    held = [row["facilitator_id"] for row in rows]
    assert len(rows) == len(set(held)) == 4  # nobody led twice
    assert all(row["facilitator_id"] != row["timekeeper_id"] for row in rows)
    assert await world.rows("SELECT id FROM attendance WHERE state = 'absent' AND recorded_by IS NULL") == []
    assert await world.rows("SELECT key FROM outbox WHERE state IN ('missed', 'sending')") == []
