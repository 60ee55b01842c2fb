"""Ids that nobody was given: typed, pressed, chosen or sent, they change nothing and break nothing.

Commands and routes are read from the running bot, so that a new one is tried without a change here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import pytest
import simcord
from discord import app_commands

from buddybot.storage.database import Tx
from buddybot.ui.texts import Texts
from tests.scenarios.forging import FORGE, Forgery, Genuine, genuine
from tests.scenarios.places import open_all
from tests.scenarios.settling import invite, join, press, set_up
from tests.world import World, custom_ids, labels, offered, texts_in

NOT_IDS = (
    "x", "-1", "0", "999999999", "9" * 19, "9" * 30, "1e3", "1_0", "\u0663", "1; DROP TABLE groups",
    "2026-02-30", "../1", "<@1>", "@everyone", "\u202e1",
)  # fmt: skip
"""What was never an id of anything here."""
OWN_CHOICE = {"me_direct", "me_nudges", "me_quiet_given", "me_zone_given", "me_zone_chosen", "nudge_stop"}
"""Routes about the pressing person alone, whose arguments are no ids."""
OPENERS = (
    "Change the charter", "Invite somebody", "Make a code", "Answers", "Quiet hours", "Zone", "Say something",
    "A visitor came", "We did not meet",
)  # fmt: skip
SOME = 2
"""How many of them each option and route is tried with, going around."""
UNEXPECTED = Texts()("errors.unexpected", reference="").split(".")[0]

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass
class Town:
    """Rowan of Olga, Ana and Ben with Zoe beside it, and Birch of Eli in another server, where Eve lives."""

    world: World
    here: simcord.ChannelHandle
    there: simcord.ChannelHandle
    olga: simcord.MemberActor
    ana: simcord.MemberActor
    ben: simcord.MemberActor
    zoe: simcord.MemberActor
    eve: simcord.MemberActor
    genuine: Sequence[Genuine] = ()

    async def rows(self) -> Rows:
        """Return all that is stored but which interactions were seen."""

        async def script(tx: Tx) -> Rows:
            tables = await tx.all(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                "AND name <> 'interactions'"
            )
            return {
                row["name"]: [dict(each) for each in await tx.all(f"SELECT * FROM {row['name']}")]
                for row in tables
            }

        return await self.world.read(script)

    def public(self) -> list[str]:
        """Return what everybody reads."""
        return [
            texts_in(message)
            for channel in (self.here, self.there)
            for message in channel.history()
            if not message.flags.ephemeral
        ]

    async def foreign(self) -> list[str]:
        """Return the ids of what belongs to the other server, but those that mean something here too."""
        sql = (
            "SELECT id FROM groups WHERE guild_id = :guild UNION SELECT id FROM meetings "
            "WHERE guild_id = :guild UNION SELECT user_id FROM memberships WHERE guild_id = :guild "
            "UNION SELECT id FROM locations WHERE guild_id = :guild"
        )
        there = await self.world.rows(sql, guild=self.eve.guild.id)
        here = await self.world.rows(sql, guild=self.olga.guild.id)
        return [str(self.eve.guild.id), *(str(row["id"]) for row in there if row not in here)]

    def forms(self) -> Iterator[Genuine]:
        """Return the forms that were shown."""
        return (each for each in self.genuine if each.fields is not None)

    def routes(self) -> list[str]:
        """Return every route but the test's own."""
        return [name for name in self.world.bot.router.routes if name != FORGE]


@pytest.fixture
async def town(world: World) -> Town:
    """Both groups, a while into their lives, so that nearly all that can be pressed has been shown."""
    guild, other = world.guild(), world.guild("Elsewhere")
    here, there = guild.create_text_channel("rowan"), other.create_text_channel("birch")
    olga, eli = world.person("Olga", guild, manages=True), world.person("Eli", other, manages=True)
    ana, ben, zoe = (world.person(name, guild) for name in ("Ana", "Ben", "Zoe"))
    made = Town(world, here, there, olga, ana, ben, zoe, world.person("Eve", other))
    # Birch comes first, so that its ids are not those of Rowan, and rests.
    await set_up(eli, there, "Birch")
    await open_all(eli, there)
    await eli.slash(there, "group pause")
    before = len(world.env.http_requests)
    await set_up(olga, here)
    await join(olga, here, ana, ben)
    await live(made)
    made.genuine = genuine(world, since=before)
    return made


async def live(town: Town) -> None:
    """Let Rowan meet twice, and let its people open all there is to open."""
    world, here, olga, ana = town.world, town.here, town.olga, town.ana
    for text in ("4 coffee meetings", "The cover letter"):
        await ana.slash(here, "commit add", text=text)
    form = await press(olga, await olga.slash(here, "group info"), "Answers")
    await olga.submit_modal(form, {"minimum": ["6"], "hours": "6"})  # so few come that olga is asked
    await open_all(ana, here)
    await ana.slash(here, "away", start="2026-03-02")
    await world.pass_time(hours=36)
    where = await press(ana, await ana.slash(here, "next"), "Where exactly")  # she hosts
    for label in ("Choose the place", "I can't host"):
        await press(ana, where, label)
    await look_at_an_offer(town)
    turns = await press(ana, await ana.slash(here, "rotation show"), "Swap a turn")
    assert turns.response is not None
    await ana.select(turns.response, list(offered(turns.response).values()))
    await world.pass_time(hours=156)
    await invite(olga, here, world.person("Dan", olga.guild))
    await olga.slash(here, "group invite", name="Fay")
    for actor, command, options in (
        (olga, "group info", {}), (olga, "group charter", {}), (olga, "group settings", {}),
        (olga, "group archive", {}), (olga, "group remove", {"member": str(town.ben.id)}),
        (olga, "meeting cancel", {}), (olga, "meeting skip", {"meeting": "2026-01-22"}),
        (olga, "attendance take", {}), (olga, "attendance correct", {}),
        (olga, "attendance history", {}), (ana, "me history", {}),
        (ana, "me settings", {}), (ana, "me leave", {}), (ana, "me delete", {}), (ana, "next", {}),
        (ana, "away", {}), (ana, "commit add", {}), (ana, "commit list", {}), (ana, "checkin", {}),
        (ana, "rotation show", {}), (ana, "feedback", {}),
        (ana, "activity list", {}), (ana, "activity wish", {}),
    ):  # fmt: skip
        shown = await actor.slash(here, command, **options)
        for label in OPENERS:
            if shown.response is not None and label in labels(shown.response):
                await press(actor, shown, label)
    record = await olga.slash(here, "attendance correct")
    assert record.response is not None
    [people] = [each for each in custom_ids(record.response) if each.startswith("attendance_who")]
    await olga.select(record.response, [str(ana.id)], custom_id=people)
    await world.run_due()


async def look_at_an_offer(town: Town) -> None:
    """Let Ana be offered something, and open all that it leads to."""
    here, ana = town.here, town.ana

    async def script(tx: Tx) -> None:
        await tx.run(
            "INSERT INTO offers (group_id, user_id, meeting_id, made_at) "
            "SELECT group_id, :user, MIN(id), :now FROM meetings WHERE guild_id = :guild GROUP BY group_id",
            user=ana.id,
            now=int(town.world.now.timestamp()),
            guild=ana.guild.id,
        )

    await town.world.bot.services.work.write(None, script)
    [offer] = (await ana.slash(here, "next")).followups
    await ana.click(offer, label="Take a pause")
    for label in ("Make one smaller", "Swap one"):
        picked = await ana.click(offer, label=label)
        assert picked.response is not None
        await ana.click(picked.response, custom_id=custom_ids(picked.response)[0])
        [offer] = await offered_again(town)


async def offered_again(town: Town) -> Sequence[simcord.ResponseMessage]:
    """Let Ana be shown her offer anew: what she pressed on has taken its place."""

    async def script(tx: Tx) -> None:
        await tx.run("UPDATE offers SET seen_at = NULL")

    await town.world.bot.services.work.write(None, script)
    return (await town.ana.slash(town.here, "next")).followups


def check(result: simcord.InteractionResult, what: str) -> None:
    """Demand an answer that only the acting person sees, in words that were meant for this."""
    assert result.acknowledged, f"no answer to {what}"
    if result.modal is not None:
        return
    assert result.response is not None, f"nothing to read after {what}"
    assert result.response.ephemeral, f"everybody sees the answer to {what}"
    said = texts_in(result.response)
    assert said, f"an empty answer to {what}"
    assert UNEXPECTED not in said, f"an unexpected error after {what}"
    assert "{" not in said, f"an unfilled sentence after {what}: {said}"


def commands(town: Town) -> Iterator[tuple[str, list[app_commands.Parameter]]]:
    """Return every slash command with its options."""
    for command in town.world.bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command.qualified_name, command.parameters


async def test_an_id_typed_by_hand_is_refused_in_every_option(town: Town) -> None:
    usual = {
        "member": str(town.ben.id), "commitment": "1", "time": "18:30",
        "rule": "turns", "weeks": 2, "level": "quiet", "alert": "1",
        "why": "the person is away", "format": "csv", "turn": "1", "with": "2",
    }  # fmt: skip
    before, public = await town.rows(), town.public()
    values, tried = cycle([*NOT_IDS, *await town.foreign()]), 0
    for command, options in commands(town):
        for forged in (option for option in options if option.autocomplete):
            others = {
                option.display_name: usual[option.display_name]
                for option in options
                if option.display_name in usual and option is not forged
                if option.required or command == "meeting move"
            }
            for value in [*islice(values, SOME), "9" * 19]:
                what = f"/{command} {forged.display_name}:{value}"
                given = {forged.display_name: value, **others}
                check(await town.olga.slash(town.here, command, **given), what)
                assert (await town.rows()) == before, what
                tried += 1
    assert tried > 100
    assert town.public() == public


@pytest.mark.parametrize("who", ["zoe", "eve"])
async def test_what_was_made_for_members_is_nothing_to_others(town: Town, who: str) -> None:
    """A stranger of the same server, and somebody of another one, with ids that are real."""
    actor: simcord.MemberActor = getattr(town, who)
    forgery = Forgery(town.world, town.here if who == "zoe" else town.there)
    await forgery.begin()
    before, public = await town.rows(), town.public()
    real = {each.route: each.custom_id for each in town.genuine}
    pressed = [*real.values(), *(f"{name}:2" for name in town.routes() if name not in real)]
    pressed += [f"{name}:{town.olga.guild.id}:4:going" for name in town.routes() if name.startswith("dm_")]
    async for custom_id, result in forgery.press(actor, pressed):
        check(result, f"{who} pressing {custom_id}")
        assert (await town.rows()) == before, custom_id
    for form in town.forms():
        check(await forgery.submit(actor, form.custom_id, dict.fromkeys(form.fields or (), "1")), str(form))
        assert (await town.rows()) == before, form
    for each in (each for each in town.genuine if each.selects):
        check(await forgery.choose(actor, each.custom_id, "1"), str(each))
        assert (await town.rows()) == before, each
    assert town.public() == public


async def test_a_forged_id_gives_nobody_power_over_what_is_not_there(town: Town) -> None:
    """The organizer, with ids that are nothing or another server's."""
    forgery = Forgery(town.world, town.here)
    await forgery.begin()
    before, public = await town.rows(), town.public()
    shapes: dict[str, list[str]] = {name: [] for name in town.routes()}
    shapes |= {each.route: each.arguments for each in town.genuine}
    values = cycle(["", *NOT_IDS, *await town.foreign()])
    pressed = [
        ":".join([name, value, *arguments[1:]])
        for name, arguments in shapes.items()
        for value in [*islice(values, SOME), "9" * 19]
    ]
    async for custom_id, result in forgery.press(town.olga, pressed):
        check(result, custom_id)
        now = await town.rows()
        assert now == before or custom_id.split(":")[0] in OWN_CHOICE, custom_id
        before = now
    assert town.public() == public


async def test_a_button_that_no_version_knows_any_more_says_so(town: Town) -> None:
    forgery = Forgery(town.world, town.here)
    await forgery.begin()
    async for custom_id, result in forgery.press(town.olga, ["gone", "gone:1:2", ":", "forge2:1"]):
        check(result, custom_id)
        assert "from an older message" in texts_in(result.response)
    check(await forgery.submit(town.olga, "gone:1", {"name": "x"}), "an unknown form")


async def test_a_choice_that_was_not_offered_is_not_taken(town: Town) -> None:
    forgery = Forgery(town.world, town.here)
    await forgery.begin()
    before, public = await town.rows(), town.public()
    values = cycle(NOT_IDS)
    for form in town.forms():
        actor = town.ana if form.route.startswith(("checkin", "commit", "me_", "offer_")) else town.olga
        for chosen in (name for name, is_choice in (form.fields or {}).items() if is_choice):
            for value in islice(values, SOME):
                fields = {name: value if name == chosen else "" for name in form.fields or ()}
                check(await forgery.submit(actor, form.custom_id, fields), f"{form} with {chosen}={value}")
                assert (await town.rows()) == before, form
    for each in {each.route: each for each in town.genuine if each.selects}.values():
        actor = town.ana if each.route.startswith("me_") else town.olga
        for value in islice(values, SOME):
            check(await forgery.choose(actor, each.custom_id, value), f"{each} with {value}")
            assert (await town.rows()) == before, each
    assert town.public() == public
