"""The server's own event of a group's next meeting follows the meeting, and nothing depends on it."""

from datetime import UTC, datetime, timedelta

import pytest
import simcord

from buddybot.domain.locations.locations import Access, LocationKind, LocationWords, read_location
from tests.scenarios.meetings.gatherings import (
    ACTIVE,
    CANCELLED,
    COMPLETED,
    EVENT,
    SCHEDULED,
    Gatherings,
    end_of,
    start_of,
)
from tests.world import World

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)
LENGTH = timedelta(minutes=75)
CAFE = read_location(
    name="Café Lumen",
    kind=LocationKind.PLACE,
    where="3 Mill Lane, second door",
    access=frozenset({Access.STEP_FREE, Access.QUIET}),
    note="Ask for Mo",
)


def place(name: str, kind: LocationKind = LocationKind.PLACE, where: str = "7 Side Street") -> LocationWords:
    """Return what a member writes about another place."""
    return read_location(name=name, kind=kind, where=where, access=frozenset(), note=None)


@pytest.fixture
async def house(world: World) -> Gatherings:
    """A group that meets on Tuesdays at 19:00, first on 6 January; Discord knows of nothing yet."""
    return await Gatherings.made(world)


@pytest.fixture
async def shown(house: Gatherings) -> Gatherings:
    """The same, with the event of the first meeting made."""
    await house.world.run_due()
    return house


async def test_the_next_meeting_alone_has_an_event_that_names_the_place_and_not_the_address(
    house: Gatherings,
) -> None:
    await house.place(CAFE)
    await house.world.run_due()
    event = house.one()
    assert event.name == "Rowan · meeting 1"
    assert (start_of(event), end_of(event)) == (FIRST, FIRST + LENGTH)
    assert event.entity_metadata == {"location": "Café Lumen"}
    assert "step-free · quiet" in event.description
    assert "behind “Where exactly” on the meeting's card" in event.description
    for secret in ("Mill Lane", "Ask for Mo"):
        assert secret not in str(event)
    await house.world.pass_time(hours=3)
    assert house.asked() == ["POST"]


async def test_what_leads_online_leads_to_the_channel_and_not_to_the_link(house: Gatherings) -> None:
    home = f"https://discord.com/channels/{house.guild.id}/{house.rowan.channel.id}"
    await house.world.run_due()
    assert house.one().entity_metadata == {"location": home}
    secret = "https://meet.example.org/rowan"
    await house.place(place("Our room", LocationKind.VIRTUAL, secret))
    await house.world.run_due()
    assert house.one().entity_metadata == {"location": f"Online · {home}"}
    assert "the way in behind" in house.one().description
    assert secret not in str(house.one())


async def test_members_words_make_no_link(house: Gatherings) -> None:
    await house.place(place("https://evil.example [a](https://b.example) @everyone"))
    await house.world.run_due()
    assert "://" not in house.one().entity_metadata["location"]
    assert "evil.example" in house.one().entity_metadata["location"]


async def test_a_move_moves_the_event_and_another_place_edits_it(shown: Gatherings) -> None:
    made = shown.one().id
    await shown.rowan.ask("Ana", "meeting move", date="2026-01-07", time="6:30 pm")
    moved = datetime(2026, 1, 7, 18, 30, tzinfo=UTC)
    assert (start_of(shown.one()), end_of(shown.one())) == (moved, moved + LENGTH)
    await shown.place(CAFE)
    await shown.world.run_due()
    assert shown.one().entity_metadata == {"location": "Café Lumen"}
    await shown.meet_at(await shown.place(place("The Old Mill")))
    await shown.world.run_due()
    assert shown.one().entity_metadata == {"location": "The Old Mill"}
    await shown.meet_at(None, online=True)
    await shown.world.run_due()
    assert shown.one().entity_metadata["location"].startswith("Online · ")
    assert shown.one().id == made


async def test_another_name_or_channel_of_the_group_is_followed(shown: Gatherings) -> None:
    other = shown.guild.create_text_channel("alder")
    form = await shown.rowan.person("Ana").slash(shown.rowan.channel, "group settings")
    await shown.rowan.person("Ana").submit_modal(
        form, {"name": "Alder", "channel": [other], "capacity": ["10"]}
    )
    await shown.world.run_due()
    assert shown.one().name == "Alder · meeting 1"
    assert shown.one().entity_metadata["location"].endswith(str(other.id))


async def test_a_cancelled_meeting_loses_its_event_and_the_following_one_has_its_own(
    shown: Gatherings,
) -> None:
    asked = await shown.rowan.ask("Ana", "meeting cancel")
    await shown.rowan.press("Ana", "Cancel the meeting", asked)
    assert shown.all()[0].status == CANCELLED
    assert start_of(shown.one()) == FIRST + WEEK
    assert shown.one().name == "Rowan · meeting 1"


async def test_a_skipped_meeting_that_is_held_after_all_has_an_event_again(shown: Gatherings) -> None:
    reply = await shown.rowan.ask("Ana", "meeting skip")
    assert start_of(shown.one()) == FIRST + WEEK
    await shown.rowan.press("Ana", "Meet after all", reply)
    assert [start_of(event) for event in shown.shown()] == [FIRST + WEEK, FIRST]
    assert [event.name for event in shown.shown()] == ["Rowan · meeting 2", "Rowan · meeting 1"]


async def test_an_event_moves_along_with_its_meeting_in_a_new_schedule(shown: Gatherings) -> None:
    made = shown.one().id
    await shown.rowan.ask("Ana", "meeting schedule", weekday=2)
    assert (shown.one().id, start_of(shown.one())) == (made, FIRST + timedelta(days=1))


async def test_a_meeting_that_a_new_schedule_drops_leaves_no_event_behind(shown: Gatherings) -> None:
    await shown.world.until(FIRST - timedelta(hours=31))
    await shown.rowan.ask("Ana", "meeting schedule", weekday=0, time="11:00")
    assert shown.all()[0].status == CANCELLED
    assert start_of(shown.one()) == datetime(2026, 1, 12, 11, tzinfo=UTC)
    assert await shown.states() == ["shown"]


async def test_a_group_that_rests_has_no_event_until_it_wakes(shown: Gatherings) -> None:
    await shown.rowan.ask("Ana", "group pause")
    await shown.world.run_due()
    assert shown.shown() == []
    await shown.rowan.ask("Ana", "group resume")
    await shown.world.run_due()
    assert start_of(shown.one()) == FIRST


async def test_discord_begins_and_ends_an_event_by_itself(shown: Gatherings) -> None:
    await shown.world.until(FIRST + timedelta(minutes=1))
    assert shown.one().status == ACTIVE
    assert shown.asked() == ["POST", f"GET /{shown.one().id}"]
    await shown.world.until(FIRST + timedelta(hours=14))
    first, second = shown.all()
    assert first.status == COMPLETED
    assert start_of(second) == FIRST + WEEK
    assert second.name == "Rowan · meeting 2"
    assert not [each for each in shown.asked() if each.startswith("PATCH")]
    await shown.world.bot.live.events.review()
    assert await shown.states() == ["shown"]


async def test_a_meeting_that_closes_before_its_time_ends_its_event(shown: Gatherings) -> None:
    await shown.world.until(FIRST + timedelta(minutes=30))
    await shown.rowan.close("Ana")
    first, second = shown.all()
    assert (first.status, start_of(second)) == (COMPLETED, FIRST + WEEK)


async def test_a_meeting_that_opens_before_its_time_takes_its_event_along(shown: Gatherings) -> None:
    await shown.world.until(FIRST - timedelta(hours=2))
    await shown.rowan.ask("Ana", "meeting start")
    assert shown.one().status == ACTIVE
    await shown.rowan.close("Ana")
    assert shown.all()[0].status == COMPLETED


async def test_the_event_of_a_held_meeting_ends_as_held_when_discord_had_not_begun_it(
    shown: Gatherings,
) -> None:
    await shown.world.until(FIRST - timedelta(hours=2))
    shown.world.env.inject_error("PATCH", EVENT, status=500)
    await shown.rowan.ask("Ana", "meeting start")
    assert shown.one().status == SCHEDULED
    shown.world.env.inject_error("PATCH", EVENT, status=500)
    await shown.rowan.close("Ana")
    await shown.world.run_due()
    first, second = shown.all()
    assert (first.status, start_of(second)) == (COMPLETED, FIRST + WEEK)


async def test_an_event_that_began_and_could_not_be_ended_is_ended_with_the_next_refresh(
    shown: Gatherings,
) -> None:
    await shown.world.until(FIRST - timedelta(hours=2))
    shown.world.env.inject_error("PATCH", EVENT, status=500)
    await shown.rowan.ask("Ana", "meeting start")
    shown.world.env.backend.edit_scheduled_event(shown.guild.id, shown.one().id, {"status": ACTIVE})
    shown.world.env.inject_error("PATCH", EVENT, status=500)
    await shown.rowan.close("Ana")
    assert shown.all()[0].status == ACTIVE
    await shown.world.run_due()
    assert shown.all()[0].status == COMPLETED


@pytest.mark.parametrize("change", ["time", "place"])
async def test_an_event_that_somebody_put_into_a_voice_channel_follows_its_meeting(
    shown: Gatherings, change: str
) -> None:
    """Discord takes a place only along with the kind of event and no channel."""
    voice = {"entity_type": 2, "channel_id": 77, "entity_metadata": None, "scheduled_end_time": None}
    shown.world.env.backend.edit_scheduled_event(shown.guild.id, shown.one().id, voice)
    if change == "time":
        await shown.rowan.ask("Ana", "meeting move", date="2026-01-07")
    else:
        await shown.place(CAFE)
        await shown.world.run_due()
    day = timedelta(days=change == "time")
    event = shown.one()
    assert (event.entity_type, event.channel_id) == (3, None)
    assert (start_of(event), end_of(event)) == (FIRST + day, FIRST + day + LENGTH)
    assert event.entity_metadata["location"]
    assert await shown.states() == ["shown"]
    sent = [each.json for each in shown.world.env.http_requests if each.method == "PATCH"]
    whole = {"name", "description", "entity_type", "entity_metadata", "channel_id"}
    assert sent
    assert all(whole <= set(body or ()) for body in sent)


async def test_a_meeting_that_moves_and_opens_before_discord_heard_of_it(shown: Gatherings) -> None:
    await shown.world.until(FIRST - timedelta(hours=3))
    shown.world.env.inject_error("PATCH", EVENT, status=500)
    await shown.rowan.ask("Ana", "meeting move", time="18:00")
    assert start_of(shown.one()) == FIRST
    await shown.rowan.ask("Ana", "meeting start")
    assert (shown.one().status, start_of(shown.one())) == (ACTIVE, FIRST - timedelta(hours=1))


async def test_the_start_of_an_event_that_goes_on_stays(shown: Gatherings) -> None:
    """Somebody began it by hand; Discord lets nobody change the start of one that goes on."""
    await shown.world.until(FIRST - timedelta(hours=3))
    shown.world.env.backend.edit_scheduled_event(shown.guild.id, shown.one().id, {"status": ACTIVE})
    shown.world.env.inject_error("PATCH", EVENT, status=500)
    await shown.rowan.ask("Ana", "meeting move", time="18:00")
    await shown.rowan.ask("Ana", "meeting start")
    moved = FIRST - timedelta(hours=1)
    assert (start_of(shown.one()), end_of(shown.one())) == (FIRST, moved + LENGTH)
    assert shown.one().status == ACTIVE
    await shown.world.run_due()
    assert await shown.states() == ["shown"]


async def test_an_event_that_somebody_began_too_early_makes_room_when_the_meeting_moves(
    shown: Gatherings,
) -> None:
    shown.world.env.backend.edit_scheduled_event(shown.guild.id, shown.one().id, {"status": ACTIVE})
    await shown.rowan.ask("Ana", "meeting move", date="2026-01-07")
    await shown.world.run_due()
    assert shown.all()[0].status == COMPLETED
    assert start_of(shown.one()) == FIRST + timedelta(days=1)


@pytest.mark.parametrize("by_hand", ["deleted", "cancelled"])
async def test_an_event_that_somebody_took_away_is_not_made_again(shown: Gatherings, by_hand: str) -> None:
    backend = shown.world.env.backend
    if by_hand == "deleted":
        backend.delete_scheduled_event(shown.guild.id, shown.one().id)
    else:
        backend.edit_scheduled_event(shown.guild.id, shown.one().id, {"status": CANCELLED})
    await shown.rowan.ask("Ana", "meeting move", date="2026-01-07")
    await shown.world.bot.live.events.review()
    await shown.world.run_due()
    assert shown.shown() == []
    assert await shown.states() == ["over"]
    await shown.world.until(FIRST + timedelta(days=2))
    assert start_of(shown.one()) == FIRST + WEEK


async def test_the_groups_of_a_server_have_an_event_each(world: World) -> None:
    guild: simcord.GuildHandle = world.guild()
    rowan = await Gatherings.made(world, guild=guild)
    await Gatherings.made(world, guild=guild, name="Birch")
    await world.run_due()
    assert [event.name for event in rowan.shown()] == ["Rowan · meeting 1", "Birch · meeting 1"]
