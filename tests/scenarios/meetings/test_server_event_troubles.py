"""No permission, a private channel, a kill or a refusal: events stay single, and all else works."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.storage.engine.database import Tx
from tests.scenarios.meetings.gatherings import CANCELLED, EVENT, EVENTS, Gatherings, start_of
from tests.world import World, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
LENGTH = timedelta(minutes=75)


@pytest.fixture
async def house(world: World) -> Gatherings:
    """A group that meets on Tuesdays at 19:00, first on 6 January; Discord knows of nothing yet."""
    return await Gatherings.made(world)


@pytest.fixture
async def shown(house: Gatherings) -> Gatherings:
    """The same, with the event of the first meeting made."""
    await house.world.run_due()
    return house


async def forget(house: Gatherings) -> None:
    """Leave the row as a process does that is killed before it notes the event it made."""

    async def script(tx: Tx) -> None:
        await tx.run(
            "UPDATE events SET state = 'making', event_id = NULL, shown = :mark",
            mark=f"{int(FIRST.timestamp())} Rowan · meeting 1",
        )

    await house.world.bot.services.transactions.write(lambda uow: script(uow.tx))


async def test_without_the_permission_nothing_is_asked_and_everything_else_works(house: Gatherings) -> None:
    await house.allow(create_events=False, manage_events=False)
    await house.world.until(FIRST - timedelta(hours=23))
    assert "Going" in labels(house.rowan.card())
    await house.rowan.press("Ben", "Going")
    await house.rowan.ask("Ana", "meeting move", date="2026-01-07")
    await house.world.bot.live.events.review()
    await house.world.bot.live.read_interests()
    await house.world.run_due()
    assert house.asked() == []
    await house.allow()
    await house.world.run_due()
    assert start_of(house.one()) == FIRST + timedelta(days=1)


async def test_without_an_event_of_the_bots_nobody_elses_is_touched(house: Gatherings) -> None:
    other = house.guild.create_scheduled_event(
        "Rowan · meeting 1",
        start_time=FIRST.isoformat(),
        entity_type=3,
        end_time=(FIRST + LENGTH).isoformat(),
    )
    await house.world.run_due()
    asked = await house.rowan.ask("Ana", "meeting cancel")
    await house.rowan.press("Ana", "Cancel the meeting", asked)
    assert other.id in [event.id for event in house.shown()]


async def test_a_group_in_a_private_channel_is_not_shown_to_the_server(house: Gatherings) -> None:
    await house.show_channel(everybody=False)
    await house.world.run_due()
    await house.world.bot.live.events.review()
    await house.world.run_due()
    assert house.asked() == []
    await house.show_channel(everybody=True)
    await house.world.run_due()
    assert house.one().name == "Rowan · meeting 1"
    await house.show_channel(everybody=False)
    await house.world.run_due()
    assert house.shown() == []
    await house.world.run_due()
    assert await house.states() == ["refused"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_process_killed_between_making_and_noting_makes_one_event(
    house: Gatherings, arrived: bool
) -> None:
    """The row says `making`; whether Discord has the event, only Discord knows."""
    await house.world.run_due()
    made = house.one()
    if not arrived:
        house.world.env.backend.delete_scheduled_event(house.guild.id, made.id)
    await forget(house)
    await house.world.restart()
    await house.rowan.ask("Ana", "meeting move", date="2026-01-07")
    await house.world.run_due()
    assert (house.one().id == made.id) is arrived
    assert start_of(house.one()) == FIRST + timedelta(days=1)
    assert await house.states() == ["shown"]
    assert "GET" in house.asked()


async def test_an_event_that_was_being_made_for_a_meeting_called_off_goes_too(shown: Gatherings) -> None:
    async def call_off(tx: Tx) -> None:
        await tx.run(
            "UPDATE meetings SET state = 'cancelled' WHERE starts_at = :at", at=int(FIRST.timestamp())
        )

    await forget(shown)
    await shown.world.bot.services.transactions.write(lambda uow: call_off(uow.tx))
    await shown.world.run_due()
    assert shown.all()[0].status == CANCELLED
    assert start_of(shown.one()) == FIRST + WEEK


async def test_what_was_being_made_is_not_what_somebody_else_made(house: Gatherings) -> None:
    """A stranger's event of the same name and time is not adopted."""
    await house.world.run_due()
    house.one().creator_id = house.rowan.person("Zoe").id
    await forget(house)
    await house.world.run_due()
    assert len(house.shown()) == 2


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (400, 30038)])
async def test_a_refusal_is_asked_again_at_the_next_review_and_not_before(
    house: Gatherings, status: int, code: int
) -> None:
    house.world.env.inject_error("POST", EVENTS, status=status, code=code)
    await house.world.run_due()
    await house.world.run_due()
    assert house.asked() == ["POST"]
    assert await house.states() == ["refused"]
    assert "Going" in await card_labels(house)
    await house.world.bot.live.events.review()
    await house.world.run_due()
    assert start_of(house.one()) == FIRST


async def card_labels(house: Gatherings) -> list[str]:
    """Return what can be pressed on the card of the first meeting."""
    await house.world.until(FIRST - timedelta(hours=24))
    return labels(house.rowan.card())


async def test_an_outage_is_made_up_for_by_the_next_refresh(house: Gatherings) -> None:
    house.world.env.inject_error("POST", EVENTS, status=500)
    await house.world.run_due()
    assert house.shown() == []
    await house.world.run_due()
    event = house.one()
    house.world.env.inject_error("PATCH", EVENT, status=500)
    reply = await house.rowan.ask("Ana", "meeting move", date="2026-01-07")
    assert "Done" in texts_in(reply)
    assert start_of(event) == FIRST
    await house.world.run_due()
    assert start_of(house.one()) == FIRST + timedelta(days=1)


async def test_a_refused_edit_stops_nothing_and_comes_after_the_review(shown: Gatherings) -> None:
    shown.world.env.inject_error("PATCH", EVENT, status=403, code=50013)
    await shown.rowan.ask("Ana", "meeting move", date="2026-01-07")
    await shown.world.run_due()
    assert start_of(shown.one()) == FIRST
    await shown.world.bot.live.events.review()
    await shown.world.run_due()
    assert start_of(shown.one()) == FIRST + timedelta(days=1)


async def test_a_server_that_is_out_of_reach_is_not_asked(house: Gatherings) -> None:
    away: dict[str, object] = {"id": str(house.guild.id), "unavailable": True}
    house.world.env.backend.emit("GUILD_DELETE", away)
    await house.world.env.settle()
    await house.world.bot.live.refresh()
    assert house.asked() == []
    assert await house.states() == []
