"""The world moves under the bot; a minute after it stands still again, the bot has caught up."""

import datetime as dt
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from buddybot.domain import zones
from buddybot.domain.ids import ChannelId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer
from buddybot.services.groups.groups import NewSchedule
from buddybot.storage.engine import sqlite
from buddybot.storage.engine.database import StorageError, Tx
from tests.endurance.accounts import Accounts, settle_accounts
from tests.endurance.clockwork import Time
from tests.endurance.discord import MemoryDiscord, texts_of
from tests.endurance.people import People
from tests.endurance.process import Process
from tests.endurance.shown import compare_cards

pytestmark = pytest.mark.slow

ANA, BEN = UserId(1), UserId(2)
CHANNEL = ChannelId(800)
BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday; the group meets on Thursdays at 19:00."""


class Town:
    """A group of two with its bot, its Discord and its time."""

    def __init__(self, path: Path, begin: datetime, zone: str, weekday: int = 3) -> None:
        self.path = path
        self.now = Time(begin)
        self.discord = MemoryDiscord(self.now)
        self.discord.add_guild(700, [CHANNEL])
        self.process = Process(f"sqlite:///{path}", self.now, self.discord)
        new_schedule = NewSchedule(weekday=weekday, time=dt.time(19), zone=zone)
        self.people = People(GuildId(700), CHANNEL, (ANA, BEN), "Rowan", new_schedule, self.process)

    async def open(self) -> "Town":
        await self.process.start()
        await self.people.found()
        await self.process.settle()
        return self

    async def meetings(self) -> list[tuple[MeetingId, datetime]]:
        """The meetings with their starts, earliest first."""

        async def script(tx: Tx) -> list[tuple[MeetingId, datetime]]:
            rows = await tx.all("SELECT id, starts_at FROM meetings ORDER BY starts_at")
            return [(row["id"], datetime.fromtimestamp(row["starts_at"], UTC)) for row in rows]

        return await self.process.read(script)

    def said(self, words: str) -> int:
        """How many messages of the channel say so."""
        kept = self.discord._messages.get(CHANNEL)
        return 0 if kept is None else sum(words in texts_of(message) for message in kept.values())

    async def caught_up(self) -> Accounts:
        """A minute passes; then nothing that is due is here any more, and the cards are right."""
        for seconds in (30, 30):  # the jobs of every minute run whenever something happens
            self.process.clock.ring_soon()
            await self.process.pass_time(timedelta(seconds=seconds))
        accounts = await self.process.read(lambda tx: settle_accounts(tx, self.discord, self.now()))
        assert accounts.wrong == []
        await compare_cards(self.process, self.discord)
        return accounts

    async def notices(self) -> list[str]:
        """What organizers are told."""

        async def script(tx: Tx) -> list[str]:
            return [row["code"] for row in await tx.all("SELECT code FROM notices ORDER BY id")]

        return await self.process.read(script)


@pytest.fixture
async def towns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Town]]:
    made: list[Town] = []
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("busy_timeout=1", *sqlite._PRAGMAS[1:]))

    def make(begin: datetime = BEGIN, zone: str = "Europe/Berlin", weekday: int = 3) -> Town:
        made.append(Town(tmp_path / f"{len(made)}.db", begin, zone, weekday))
        return made[-1]

    yield make
    for town in made:
        if town.process.bot is not None:
            await town.process.stop()


@pytest.mark.parametrize("hours", [3, -3])
async def test_a_clock_that_jumps_and_comes_back_loses_and_doubles_nothing(
    towns: Callable[..., Town], hours: int
) -> None:
    town = await towns().open()
    (_, start), *_ = await town.meetings()
    await town.process.until(start - timedelta(hours=25))
    for jump in (hours, -hours):
        town.now.at += timedelta(hours=jump)
        await town.process.pass_time(timedelta(minutes=5))
    await town.process.until(start - timedelta(hours=1))
    assert town.said("### Meeting 1") == 1
    for jump in (hours, -hours):
        town.now.at += timedelta(hours=jump)
        await town.process.pass_time(timedelta(minutes=5))
    await town.process.until(start + timedelta(hours=4))
    assert town.said("Check-in is open") == 1
    await town.caught_up()


async def test_a_machine_that_slept_eight_hours_over_a_meeting_opens_it_late(
    towns: Callable[..., Town],
) -> None:
    town = await towns().open()
    (_, start), *_ = await town.meetings()
    await town.process.until(start - timedelta(hours=4))
    town.now.at += timedelta(hours=8)
    await town.caught_up()
    assert town.said("Check-in is open") == 1
    assert await town.notices() == []


async def test_a_restart_over_a_meeting_opens_it_once(towns: Callable[..., Town]) -> None:
    town = await towns().open()
    (_, start), *_ = await town.meetings()
    await town.process.until(start - timedelta(minutes=1))
    await town.process.stop()
    town.now.at = start + timedelta(minutes=1)
    await town.process.start()
    await town.caught_up()
    assert town.said("Check-in is open") == 1


async def test_new_rules_of_a_zone_move_what_lies_ahead_and_nobody_is_asked_twice(
    towns: Callable[..., Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summer time is given up a day before it would begin; the system's zone data were replaced."""
    town = await towns(datetime(2026, 3, 30, 12, tzinfo=UTC)).open()
    (meeting_id, start), *_ = await town.meetings()
    await town.process.until(start - timedelta(hours=20))
    assert town.said("### Meeting 1") == 1
    await town.process.stop()
    real = zones.zone
    monkeypatch.setattr(zones, "zone", lambda name: real("Africa/Tunis" if name == "Europe/Berlin" else name))
    await town.process.start()
    await town.caught_up()
    moved = dict(await town.meetings())[meeting_id]
    assert moved == start + timedelta(hours=1)
    await town.process.until(start + timedelta(minutes=30))
    assert town.said("Check-in is open") == 0
    await town.process.until(moved + timedelta(minutes=1))
    assert (town.said("### Meeting 1"), town.said("Check-in is open")) == (1, 1)
    await town.caught_up()


async def test_a_day_that_does_not_exist_has_its_meeting_at_the_next_moment_there_is(
    towns: Callable[..., Town],
) -> None:
    """Samoa had no 30 December 2011, a Friday."""
    town = await towns(datetime(2011, 12, 19, tzinfo=UTC), "Pacific/Apia", 4).open()
    for _ in range(5):
        await town.process.pass_time(timedelta(weeks=1))
    starts = [start for _, start in await town.meetings()]
    assert starts[:3] == [
        datetime(2011, 12, 24, 5, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),
        datetime(2012, 1, 6, 5, tzinfo=UTC),
    ]
    opened = sum(start <= town.now() for start in starts)
    assert (await town.caught_up()).kinds["checkin"]["sent"] == opened


async def refuse(town: Town, how: str) -> Callable[[], object]:
    """Let the database take nothing more; returns what mends it."""
    database = town.process._database
    assert isinstance(database, sqlite.SqliteDatabase)
    if how == "locked":
        other = sqlite3.connect(town.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        def free() -> None:
            with closing(other):
                other.execute("ROLLBACK")

        return free
    broken, mended = {
        "full": ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1073741823"),
        "read-only": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    }[how]
    await database._writer.run(lambda connection: connection.execute(broken).fetchall())
    return lambda: database._writer.run(lambda connection: connection.execute(mended).fetchall())


async def write_much(town: Town) -> None:
    """Write what finds no room; little things still fit into the pages there are."""
    for _ in range(200):
        await town.process.services.transactions.write(
            lambda uow: uow.tx.run("UPDATE groups SET charter = charter || :words", words="w" * 2000)
        )


@pytest.mark.parametrize("how", ["locked", "full", "read-only"])
async def test_a_database_that_takes_nothing_for_a_while_is_told_and_caught_up_with(
    towns: Callable[..., Town], how: str
) -> None:
    town = await towns().open()
    (meeting_id, start), *_ = await town.meetings()
    await town.process.until(start - timedelta(hours=3))
    mend = await refuse(town, how)
    with pytest.raises(StorageError):
        await write_much(town)
    await town.process.until(start + timedelta(seconds=10))
    assert town.said("Check-in is open") == 0 or how == "full"
    if (waiting := mend()) is not None:
        await waiting  # type: ignore[misc]  # a hop to the database's thread
    await town.people.answer(BEN, meeting_id, Answer.LATE)
    await town.caught_up()
    assert town.said("Check-in is open") == 1


@pytest.mark.parametrize("gone", [(404, 10003), (403, 50001), (403, 50013)])
async def test_what_is_gone_between_reading_and_sending_is_asked_once_and_told_once(
    towns: Callable[..., Town], gone: tuple[int, int]
) -> None:
    town = await towns().open()
    (_, start), *_ = await town.meetings()
    real, asked = town.discord.point, 0

    async def vanish(name: str) -> None:
        nonlocal asked
        if name == "before request":
            asked += 1
            town.discord.closed[CHANNEL] = gone
        await real(name)

    town.discord.point = vanish
    await town.process.until(start - timedelta(hours=24) + timedelta(minutes=10))
    assert await town.notices() == ["route_closed"]
    assert town.discord.requests["POST /channels/{channel_id}/messages"] == 1
    town.discord.point = real
    town.discord.closed.clear()
    await town.process.services.guilds.reopen_channels(GuildId(700))
    await town.process.pass_time(timedelta(minutes=5))
    await town.caught_up()
    assert town.said("### Meeting 1") == 1
    assert await town.notices() == []


async def test_a_member_who_left_the_server_gets_nothing_and_holds_up_nobody(
    towns: Callable[..., Town],
) -> None:
    town = await towns().open()
    await town.people.choose(BEN, direct_messages=True)
    town.discord.closed[10**9 + BEN] = (404, 10007)
    (_, start), *_ = await town.meetings()
    await town.process.until(start + timedelta(minutes=1))
    accounts = await town.caught_up()
    assert accounts.kinds["reminder"]["suppressed"] == 1
    assert town.said("Check-in is open") == 1


async def test_a_file_that_broke_is_told_and_a_copy_of_it_goes_on_from_there(
    towns: Callable[..., Town],
) -> None:
    town = await towns().open()
    (meeting_id, start), *_ = await town.meetings()
    await town.process.until(start - timedelta(hours=3))
    await town.people.answer(BEN, meeting_id, Answer.GOING)
    await town.process.stop()
    whole = town.path.read_bytes()
    town.path.write_bytes(whole[:4096] + b"\x55" * (len(whole) - 4096))
    with pytest.raises(StorageError, match=r"malformed|cannot be used|could not"):
        await town.process.start()
    assert town.process._database is not None
    await town.process._database.close()
    for file in town.path.parent.glob(f"{town.path.name}*"):
        file.unlink()
    town.path.write_bytes(whole)
    town.now.at = start + timedelta(minutes=2)
    await town.process.start()
    accounts = await town.caught_up()
    assert accounts.kinds["checkin"]["sent"] == 1
    assert town.said("### Meeting 1") == 1
