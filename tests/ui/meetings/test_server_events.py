"""What a server's event says, its length, and a long list of those interested in it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from buddybot.domain.groups.groups import NAME_LIMIT, Group, GroupState, Rotation
from buddybot.domain.ids import ChannelId, EventId, GroupId, GuildId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import NAME_LIMIT as PLACE_LIMIT
from buddybot.domain.locations.locations import Access, Location, LocationKind, LocationWords
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.meetings.server_event_steps import EventService, EventView
from buddybot.storage.engine.database import Database
from buddybot.storage.outbox import server_events as stored_events
from buddybot.storage.outbox.server_events import LEASE, EventRepository
from buddybot.ui.framework.texts import Texts
from buddybot.ui.meetings import event_interests, server_events
from buddybot.ui.meetings.event_interests import LiveInterests
from buddybot.ui.meetings.event_texts import DESCRIPTION_LIMIT, LOCATION_LIMIT, words_of
from buddybot.ui.meetings.event_texts import NAME_LIMIT as EVENT_LIMIT
from buddybot.ui.meetings.server_events import LiveEvents
from tests.services.builder import Builder

START = datetime(2026, 1, 8, 19, tzinfo=UTC)
LARGE = 2**63 - 1


def view(arrangement: ArrangementView, *, name: str = "Rowan", number: int = 9) -> EventView:
    """Return a meeting of a group in a server with the largest ids there are."""
    group = Group(
        id=GroupId(1),
        guild_id=GuildId(LARGE),
        name=name,
        channel_id=ChannelId(LARGE),
        role_id=None,
        zone="UTC",
        capacity=6,
        charter="Be kind.",
        rotation=Rotation.FIXED,
        language="en",
        state=GroupState.ACTIVE,
        route_error=None,
        created_by=UserId(1),
        created_at=START,
    )
    meeting = Meeting(
        id=MeetingId(1),
        group_id=group.id,
        guild_id=group.guild_id,
        slot=date(2026, 1, 8),
        kind=MeetingKind.REGULAR,
        day=date(2026, 1, 8),
        time=time(19),
        zone="UTC",
        duration_minutes=75,
        starts_at=START,
        ends_at=START + timedelta(minutes=75),
        state=MeetingState.SCHEDULED,
        reason=None,
        moves=0,
        opened_at=None,
        closed_at=None,
        facilitator_id=None,
        timekeeper_id=None,
    )
    return EventView(group, meeting, number, arrangement)


def location(name: str, kind: LocationKind = LocationKind.PLACE) -> Location:
    """Return a place with everything that may be said of it, and what may not."""
    return Location(
        id=LocationId(1),
        group_id=GroupId(1),
        guild_id=GuildId(LARGE),
        words=LocationWords(
            name=name,
            kind=kind,
            address="3 Mill Lane",
            link="https://meet.example.org/rowan",
            access=frozenset(Access),
            note="Ask for Mo",
        ),
        offered_by=UserId(424242),
        created_at=START,
        retired_at=None,
    )


@pytest.mark.parametrize(
    "arrangement",
    [
        ArrangementView(None, None),
        ArrangementView(location("é" * PLACE_LIMIT), UserId(424242)),
        ArrangementView(location("://" * (PLACE_LIMIT // 3), LocationKind.HYBRID), None),
        ArrangementView(location("*" * PLACE_LIMIT, LocationKind.VIRTUAL), UserId(424242)),
        ArrangementView(location("Café"), None, online=True),
    ],
)
def test_an_event_keeps_discords_limits_and_what_is_the_members_own(arrangement: ArrangementView) -> None:
    words = words_of(Texts(), view(arrangement, name="*" * NAME_LIMIT, number=1234))
    assert 0 < len(words.name) <= EVENT_LIMIT
    assert 0 < len(words.location) <= LOCATION_LIMIT
    assert "…" not in words.location
    assert 0 < len(words.description) <= DESCRIPTION_LIMIT
    for secret in ("Mill Lane", "meet.example", "Ask for Mo", "424242"):
        assert secret not in f"{words.location} {words.description}"


def test_a_groups_name_is_no_link_and_no_markup() -> None:
    words = words_of(Texts(), view(ArrangementView(None, None), name="https://a.example *b*"))
    assert words.name == "https:\u200b//a.example *b* · meeting 9"
    assert "https:\\//a.example \\*b\\*" in words.description


class Listed:
    """Stands for Discord's list: in the order of ids, a page at a time."""

    def __init__(self, user_ids: range) -> None:
        self._user_ids = user_ids
        self.pages = 0

    async def get_scheduled_event_users(
        self, _guild_id: int, _event_id: int, *, limit: int, after: int | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        self.pages += 1
        found = [user_id for user_id in self._user_ids if user_id > (after or 0)]
        return [{"user": {"id": str(user_id)}} for user_id in found[:limit]]


def listed(http: Listed) -> discord.ScheduledEvent:
    """Return the library's own event over such a list."""
    state: Any = SimpleNamespace(
        http=http, store_user=lambda raw: SimpleNamespace(id=int(raw["id"])), get_user=lambda _id: None
    )
    data: Any = {
        "id": "1",
        "guild_id": "2",
        "name": "Rowan",
        "entity_type": 3,
        "scheduled_start_time": START.isoformat(),
        "scheduled_end_time": START.isoformat(),
        "status": 1,
        "user_count": 250,
    }
    return discord.ScheduledEvent(state=state, data=data)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 2), (250, 3)])
async def test_a_list_is_read_to_its_end(count: int, pages: int) -> None:
    http = Listed(range(1, count + 1))
    found = await event_interests._list_interested(listed(http))
    assert sorted(found) == list(range(1, count + 1))
    assert http.pages == pages


async def test_a_list_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_interests, "_MOST_PAGES", 3)
    http = Listed(range(1, 1000))
    assert len(await event_interests._list_interested(listed(http))) == 300


@pytest.mark.parametrize("hours", [0, 3])
def test_an_event_that_goes_on_never_ends_before_it_began(hours: int) -> None:
    wanted = view(ArrangementView(None, None))
    found = listed(Listed(range(0)))
    found.start_time = found.end_time = START + timedelta(hours=hours)
    changes = server_events._changes(found, wanted, movable=False)
    assert changes["end_time"] == (found.end_time if hours else wanted.meeting.ends_at)
    assert "start_time" not in changes


class Guild:
    """Stands for a server that takes its time to answer, or does not answer at all."""

    unavailable = False
    id = 10

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.entered = asyncio.Event()
        self.failures: list[Exception] = []
        self.made: list[str] = []
        self.me = SimpleNamespace(id=1, guild_permissions=discord.Permissions(create_events=True))
        self.default_role = object()

    def get_channel(self, _channel_id: int) -> Any:
        visible = SimpleNamespace(view_channel=True)
        return SimpleNamespace(permissions_for=lambda _role: visible)

    async def create_scheduled_event(self, *, name: str, **_: Any) -> Any:
        self.entered.set()
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.made.append(name)
        return SimpleNamespace(id=7000 + len(self.made))

    async def fetch_scheduled_events(self, **_: Any) -> list[Any]:
        return []

    async def fetch_scheduled_event(self, _event_id: int) -> Any:
        self.entered.set()
        await self.gate.wait()


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


def over(builder: Builder, guild: Guild) -> tuple[Any, Any]:
    """Return a client and services for what is tested."""
    http = SimpleNamespace(_global_over=asyncio.Event())
    return SimpleNamespace(get_guild=lambda _id: guild, http=http), SimpleNamespace(
        transactions=builder.transactions, server_events=EventService(builder.transactions)
    )


async def test_one_event_is_made_at_a_time_and_who_comes_meanwhile_need_not_wait(
    builder: Builder,
) -> None:
    guild = Guild()
    live = LiveEvents(*over(builder, guild))
    first = await builder.add_group()
    making = asyncio.create_task(live.refresh((await builder.list_ahead(first))[0].id))
    await guild.entered.wait()
    second = await builder.add_group("Birch", channel=101)
    await live.refresh((await builder.list_ahead(second))[0].id)
    assert guild.made == []
    guild.gate.set()
    await making
    assert guild.made == ["Rowan · meeting 1", "Birch · meeting 1"]


async def test_a_refresh_takes_up_a_few_of_each_server_and_the_next_goes_on(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_events, "OF_A_GUILD", 2)
    guild = Guild()
    guild.gate.set()
    live = LiveEvents(*over(builder, guild))
    for number, name in enumerate(("Rowan", "Birch", "Alder")):
        await builder.add_group(name, channel=100 + number)
    for made in (2, 3, 3):
        await live.refresh()
        assert len(guild.made) == made


async def test_a_connection_that_breaks_leaves_the_event_to_the_next_refresh(builder: Builder) -> None:
    guild = Guild()
    guild.gate.set()
    guild.failures = [ConnectionResetError(104), discord.DiscordServerError(response(503), {"code": 0})]
    live = LiveEvents(*over(builder, guild))
    await builder.add_group()
    for made in (0, 0, 1, 1):
        await live.refresh()
        assert len(guild.made) == made


async def test_an_event_that_takes_too_long_is_left_alone_until_its_lease_is_over(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild = Guild()
    live = LiveEvents(*over(builder, guild))
    await builder.add_group()
    with monkeypatch.context() as impatient:
        impatient.setattr(server_events, "PATIENCE", 0.01)
        await live.refresh()
    guild.gate.set()
    await live.refresh()
    assert guild.made == []
    builder.now += LEASE
    await live.refresh()
    assert guild.made == ["Rowan · meeting 1"]


async def test_a_cancelled_refresh_keeps_the_next_waiting_for_its_lease_alone(builder: Builder) -> None:
    """Its request may be on the way: whoever asked again at once could not find what it makes."""
    guild = Guild()
    live = LiveEvents(*over(builder, guild))
    await builder.add_group()
    stopped = asyncio.create_task(live.refresh())
    await guild.entered.wait()
    stopped.cancel()
    await asyncio.wait({stopped})
    guild.gate.set()
    await live.refresh()
    assert guild.made == []
    builder.now += LEASE
    await live.refresh()
    assert guild.made == ["Rowan · meeting 1"]


async def test_two_processes_make_one_event_when_they_overlap(builder: Builder) -> None:
    """A deploy starts the new process before the old one stops; each looks for what is missing."""
    guild = Guild()
    await builder.add_group()
    both = [asyncio.create_task(LiveEvents(*over(builder, guild)).refresh()) for _ in range(2)]
    await guild.entered.wait()
    await LiveEvents(*over(builder, guild)).refresh()
    guild.gate.set()
    await asyncio.gather(*both)
    assert guild.made == ["Rowan · meeting 1"]
    await LiveEvents(*over(builder, guild)).refresh()
    assert guild.made == ["Rowan · meeting 1"]


async def test_a_process_that_looks_through_refusals_lets_another_go_on_making(builder: Builder) -> None:
    """It read that the event was refused; by the time it writes, the other makes it again."""
    guild = Guild()
    await builder.add_group()
    [missing] = await builder.write(lambda tx: EventRepository(tx).list_stale(builder.now))
    await builder.write(lambda tx: EventRepository(tx).mark_refused(missing))
    [read_early] = await builder.write(lambda tx: EventRepository(tx).list_waiting())
    await LiveEvents(*over(builder, guild)).review()
    making = asyncio.create_task(LiveEvents(*over(builder, guild)).refresh())
    await guild.entered.wait()
    await builder.write(lambda tx: EventRepository(tx).mark_unshown(read_early))
    await LiveEvents(*over(builder, guild)).refresh()
    guild.gate.set()
    await making
    assert guild.made == ["Rowan · meeting 1"]


async def test_a_database_that_fails_is_no_error_of_the_member(builder: Builder) -> None:
    guild = Guild()
    live, reading = LiveEvents(*over(builder, guild)), LiveInterests(*over(builder, guild))
    await builder.database.close()
    await live.refresh()
    await live.review()
    await reading.read()
    assert guild.made == []


async def test_a_question_does_not_wait_long_for_a_list(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_interests, "PATIENCE", 0.2)  # the list is asked for after a read
    guild = Guild()
    meeting = (await builder.list_ahead(await builder.add_group()))[0]
    [event] = await builder.write(lambda tx: EventRepository(tx).list_stale(builder.now))
    await builder.write(lambda tx: EventRepository(tx).mark_shown(event, EventId(7001), event.wanted))
    await LiveInterests(*over(builder, guild)).read_for(meeting.id)
    assert guild.entered.is_set()


def response(status: int, headers: Mapping[str, str] | None = None) -> Any:
    """Return what the library keeps of an answer."""
    return SimpleNamespace(status=status, reason="no", headers=headers or {})
