"""Where exactly a meeting is: for members, behind a button of every card that names the place."""

from datetime import timedelta

import pytest

from tests.scenarios.locations.places import (
    ADDRESS,
    CAFE,
    FIRST,
    SECRETS,
    place_id,
    public,
    shown,
    suggest,
    urls,
)
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, custom_ids, labels, texts_in


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


# -- where exactly --------------------------------------------------------------------------------


async def test_where_exactly_is_for_members_and_the_channel_reads_the_name(rowan: Calendar) -> None:
    await suggest(rowan)
    await rowan.world.until(FIRST - timedelta(hours=20))
    ana = rowan.person("Ana").mention
    card = shown(await rowan.person("Cho").click(rowan.card(), label="Where exactly"))
    for expected in (
        "**Café Lumen**",
        "in person · step-free · quiet",
        ADDRESS,
        "Ring at Moss",
        f"Hosted by {ana}",
    ):
        assert expected in texts_in(card)
    assert list(urls(card)) == ["Map (openstreetmap.org)", "Open cafe.example"]
    assert labels(card) == ["Map (openstreetmap.org)", "Open cafe.example"]
    listed = await rowan.ask("Cho", "next")
    assert texts_in(shown(await rowan.person("Cho").click(listed, label="Where exactly"))) == texts_in(card)
    await rowan.world.until(FIRST + timedelta(hours=15))
    assert not [secret for secret in SECRETS if secret in public(rowan)]


async def test_the_host_can_choose_the_place_and_hand_the_turn_on_until_a_day_before(
    rowan: Calendar,
) -> None:
    await suggest(rowan)
    listed = await rowan.ask("Ana", "next")
    early = shown(await rowan.person("Ana").click(listed, label="Where exactly"))
    assert "You host. Until a day before" in texts_in(early)
    assert labels(early)[2:] == ["Choose the place", "I can't host"]
    [row] = await rowan.world.rows("SELECT meeting_id FROM venues ORDER BY meeting_id LIMIT 1")
    assert [each for each in custom_ids(early) if each.startswith("host_")] == [
        f"host_choose:{row['meeting_id']}",
        f"host_decline:{row['meeting_id']}",
    ]
    await rowan.world.until(FIRST - timedelta(hours=20))
    late = shown(await rowan.person("Ana").click(rowan.card(), label="Where exactly"))
    assert labels(late)[2:] == ["Choose the place"]
    assert "less than a day" in texts_in(late)


async def test_a_stranger_learns_nothing_from_where_exactly(rowan: Calendar) -> None:
    await suggest(rowan)
    await rowan.world.until(FIRST - timedelta(hours=20))
    answer = texts_in(shown(await rowan.person("Zoe").click(rowan.card(), label="Where exactly")))
    assert answer.startswith("That meeting is for the members of its group")
    assert not [secret for secret in SECRETS if secret in answer]
    for command in ("location list", "location suggest", "location travel", "location vote"):
        assert "not in a buddy group" in texts_in(await rowan.ask("Zoe", command))
    for command in ("location edit", "location retire"):
        said = await rowan.ask("Zoe", command, place=await place_id(rowan, "Café Lumen"))
        assert texts_in(said) == texts_in(await rowan.ask("Zoe", command, place="987654321"))
        assert await rowan.person("Zoe").autocomplete(rowan.channel, command, "place", "") == []


async def test_online_this_once_leads_to_the_link_of_a_hybrid_place_only(rowan: Calendar) -> None:
    for kind, leads in (("hybrid", True), ("place", False)):
        await suggest(rowan, name=kind, kind=[kind])
        [row] = await rowan.world.rows("SELECT meeting_id FROM venues ORDER BY meeting_id LIMIT 1")
        await settle_online(rowan, row["meeting_id"], await place_id(rowan, kind))
        listed = await rowan.ask("Cho", "next")
        card = shown(await rowan.person("Cho").click(listed, label="Where exactly"))
        assert "Everybody meets online this once" in texts_in(card)
        assert list(urls(card)) == (["Open cafe.example"] if leads else [])
        assert ("No link is noted" in texts_in(card)) is not leads
        assert ADDRESS not in texts_in(card)


async def settle_online(rowan: Calendar, meeting_id: int, location_id: str) -> None:
    """Let a meeting be online this once, as its organizer decides elsewhere."""
    await rowan.world.bot.services.transactions.write(
        lambda uow: uow.tx.run(
            "UPDATE venues SET online = 1, basis = 'assigned', location_id = :place WHERE meeting_id = :id",
            place=int(location_id),
            id=meeting_id,
        ),
    )


async def test_a_form_that_was_open_over_a_restart_is_taken(rowan: Calendar) -> None:
    form = await rowan.person("Ben").slash(rowan.channel, "location suggest")
    await rowan.world.restart()
    made = shown(await rowan.person("Ben").submit_modal(form, dict(CAFE)))
    cafe = await place_id(rowan, "Café Lumen")
    minutes = await rowan.person("Ben").slash(rowan.channel, "location travel")
    edit = await rowan.person("Ben").click(made, label="Edit")
    vote = await rowan.ask("Ben", "location vote")
    await rowan.world.restart()
    said = shown(await rowan.person("Ben").submit_modal(minutes, {f"m{cafe}": "12"}))
    assert "12 minutes" in texts_in(said)
    shown(await rowan.person("Ben").submit_modal(edit, {**CAFE, "name": "Library"}))
    kept = shown(await rowan.person("Ben").select(vote, [cafe]))
    assert "Noted: 1 of 1" in texts_in(kept)
    assert "Library" in texts_in(await rowan.ask("Cho", "location list"))
