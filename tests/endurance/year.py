"""Weeks of many groups with members who do what members do, while everything goes wrong now and then.

Run as a program (`make soak`): fifty groups for 52 weeks. Afterwards each row of the outbox is held
against what Discord has, and what the process keeps in memory against what it kept after a month.
"""

import asyncio
import gc
import heapq
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import ChannelId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.services.groups.groups import NewSchedule
from buddybot.storage.engine.database import Tx
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.endurance.accounts import Accounts, settle_accounts
from tests.endurance.clockwork import HOUR, Time
from tests.endurance.discord import MemoryDiscord, dm
from tests.endurance.faults import Troubles
from tests.endurance.people import People
from tests.endurance.process import Killed, Process
from tests.endurance.shown import compare_cards

BEGIN = datetime(2026, 1, 5, 6, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Tokyo", "UTC")
PEOPLE = 5
GROUPS_A_GUILD = 5
WARM_UP = 4
"""Weeks after which memory is counted from."""
MOST_GROWTH = 20.0
"""Megabytes."""
_MEGABYTE = 1024 * 1024

Act = Callable[[], Awaitable[None]]


@dataclass
class Result:
    """What a run came to."""

    accounts: Accounts
    counts: Counter[str]
    growth: float
    complaints: list[str]


class _Ear(logging.Handler):
    """Hears what the bot logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(
            f"{record.getMessage()} {record.exc_info[1]!r}" if record.exc_info else record.getMessage()
        )


@dataclass
class Year:
    """A run: how many weeks of how many groups, by which seed."""

    url: str
    weeks: int
    groups: int
    seed: int
    seldom: timedelta = HOUR
    rate: float = 0.02
    say: Callable[[str], object] = lambda _line: None
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Set everything up; nothing runs yet."""
        self._chance = random.Random(self.seed)  # noqa: S311  # not for secrets
        self._now = Time(BEGIN)
        self._discord = MemoryDiscord(self._now)
        self._process = Process(self.url, self._now, self._discord, seldom=self.seldom)
        self._troubles = Troubles(self._discord, self._chance, self.rate)
        self._people: list[People] = []
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._tasks = 0

    async def run(self) -> Result:
        """Let it all happen."""
        ear = _Ear()
        logging.getLogger("buddybot").addHandler(ear)
        try:
            await self._found()
            self._troubles.begin()
            warm = 0.0
            for week in range(self.weeks):
                await self._week(week)
                if week + 1 == min(WARM_UP, self.weeks):
                    warm = memory()
                if (week + 1) % 4 == 0:
                    self.say(
                        f"week {week + 1}: {memory():.0f} MB, {sum(self._discord.arrived.values()):,} pings"
                    )
            growth = memory() - warm
            self._troubles.end()
            await self._process.pass_time(timedelta(days=3))
            accounts = await self._process.read(lambda tx: settle_accounts(tx, self._discord, self._now()))
            await self._process.stop()
        finally:
            logging.getLogger("buddybot").removeHandler(ear)
        self.counts |= self._troubles.counts
        self.counts["repeats that Discord knew by their nonce"] = self._discord.repeated
        return Result(accounts, self.counts, growth, [*accounts.wrong, *_serious(ear.heard)])

    # -- the people ---------------------------------------------------------------------------

    async def _found(self) -> None:
        for number in range(self.groups):
            guild_id = 700 + number // GROUPS_A_GUILD
            self._discord.guilds.setdefault(guild_id, []).append(8000 + number)
        await self._process.start()
        for number in range(self.groups):
            people = People(
                GuildId(700 + number // GROUPS_A_GUILD),
                ChannelId(8000 + number),
                tuple(UserId(100_000 + 10 * number + each) for each in range(PEOPLE)),
                f"Group {number}",
                NewSchedule(
                    weekday=number % 7,
                    time=datetime(2026, 1, 1, 7 + number % 13, 30 * (number % 2), tzinfo=UTC).time(),
                    zone=ZONES[number % len(ZONES)],
                ),
                self._process,
            )
            await people.found()
            self._people.append(people)
            for user_id in people.users[:2]:
                await people.choose(user_id, direct_messages=True)
            if number % 3 == 0:  # one whose direct messages are closed
                self._discord.closed[dm(people.users[1])] = (403, 50007)
        await self._process.settle()

    async def _week(self, week: int) -> None:
        for people in self._people:
            for meeting in await self._ahead(people):
                self._plan(people, meeting)
        self._plan_troubles()
        end = BEGIN + timedelta(weeks=week + 1)
        while self._acts and self._acts[0][0] < end:
            at, _, act = heapq.heappop(self._acts)
            await self._pass_until(at)
            await self._do(act)
        await self._pass_until(end)
        await self._look_at_the_cards()
        self._look_after()

    async def _ahead(self, people: People) -> list[Meeting]:
        async def script(tx: Tx) -> list[Meeting]:
            return [
                meeting
                for meeting in await MeetingRepository(tx).list_ahead(people.group_id)
                if self._now() < meeting.starts_at <= self._now() + timedelta(weeks=1)
            ]

        return await self._process.read(script)

    def _at(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (max(at, self._now()), next(self._order), act))

    def _plan(self, people: People, meeting: Meeting) -> None:
        """Decide what this group does about one meeting."""
        start, chance = meeting.starts_at, self._chance
        for user_id in people.users:
            answer = chance.choice(list(Answer))
            if chance.random() < 0.8:
                self._at(
                    start - chance.random() * timedelta(hours=40),
                    partial(people.answer, user_id, meeting.id, answer),
                )
            if chance.random() < 0.7:
                self._at(
                    start + chance.random() * timedelta(hours=1),
                    partial(self._report, people, user_id, meeting.id, chance.random() < 0.6),
                )
            if chance.random() < 0.3:
                self._at(start + timedelta(minutes=2), partial(people.here, user_id, meeting.id))
            if chance.random() < 0.5:
                self._at(
                    start + timedelta(minutes=100),
                    partial(people.rate, user_id, meeting.id, chance.randint(1, 5)),
                )
        if chance.random() < 0.6:
            self._at(start + timedelta(minutes=85), partial(people.close, meeting.id))
        self._plan_rarer(people, meeting)

    async def _report(self, people: People, user_id: UserId, meeting_id: MeetingId, kept: bool) -> None:
        await people.report(
            user_id,
            meeting_id,
            "An answer came",
            kept=kept,
            following=f"{self._chance.randint(1, 5)} letters",
        )

    def _plan_rarer(self, people: People, meeting: Meeting) -> None:
        start, chance, user_id = meeting.starts_at, self._chance, self._chance.choice(people.users[1:])
        earlier = start - timedelta(hours=chance.uniform(2, 60))
        what = chance.random()
        if what < 0.04:
            self._at(earlier, partial(people.skip, meeting.id))
        elif what < 0.08:
            self._at(earlier, partial(people.move, meeting.id, day=meeting.day + timedelta(days=1), at=None))
        elif what < 0.10:
            self._at(earlier, partial(people.cancel, meeting.id))
        elif what < 0.12:
            self._at(earlier, people.pause)
            self._at(earlier + timedelta(days=chance.uniform(1, 10)), people.resume)
        elif what < 0.15:
            self._at(earlier, partial(people.leave, user_id))
            self._at(earlier + timedelta(days=2), partial(self._bring_back, people, user_id))
        elif what < 0.20:
            self._at(earlier, partial(people.go_away, user_id, DaySpan(meeting.day, meeting.day)))
        elif what < 0.30:
            self._at(earlier, partial(people.thank, people.organizer, user_id))
        elif what < 0.35:
            self._at(earlier, partial(people.choose, user_id, direct_messages=chance.random() < 0.5))

    async def _bring_back(self, people: People, user_id: UserId) -> None:
        await people.join(await people.invite(user_id), user_id)

    # -- the troubles -------------------------------------------------------------------------

    def _plan_troubles(self) -> None:
        """Decide what goes wrong this week, besides single requests."""
        now, chance = self._now(), self._chance

        def some_time() -> datetime:
            return now + chance.random() * timedelta(days=6)

        for _ in range(2):
            self._at(some_time(), partial(self._strike_soon, chance.randrange(60)))
        self._at(some_time(), self._replace)
        if chance.random() < 0.3:
            self._at(some_time(), partial(self._sleep, timedelta(hours=chance.choice([1, 8, 30]))))
        if chance.random() < 0.3:
            begin = some_time()
            self._at(begin, partial(self._be_away, True))
            self._at(begin + timedelta(hours=chance.choice([1, 5, 30])), partial(self._be_away, False))
        if chance.random() < 0.2:
            begin, jump = some_time(), timedelta(hours=chance.choice([3, -3]))
            self._at(begin, partial(self._jump, jump))
            self._at(begin + max(jump, HOUR), partial(self._jump, -jump))
        for people in self._people:
            if chance.random() < 0.05:
                begin = some_time()
                self._at(begin, partial(self._close, people.channel_id))
                self._at(begin + timedelta(hours=chance.choice([2, 20, 60])), partial(self._open, people))

    async def _strike_soon(self, points: int) -> None:
        """Let the process be killed at the begin or end of one of the next transactions or requests."""
        self._process.killer.wait_for(None, points)

    async def _replace(self) -> None:
        self.counts["orderly restarts"] += 1
        self._process.killer.wait_for("", 0)
        await self._process.stop()
        await self._process.start()
        await self._process.settle()

    async def _sleep(self, span: timedelta) -> None:
        self.counts["sleeps"] += 1
        self._now.at += span

    async def _jump(self, span: timedelta) -> None:
        self.counts["clock jumps"] += 1
        self._now.at += span

    async def _be_away(self, away: bool) -> None:
        self._troubles.away = away

    async def _close(self, channel_id: int) -> None:
        self._troubles.close(channel_id)

    async def _open(self, people: People) -> None:
        """Mend a channel; what waits is let go by the job of every hour."""
        self._discord.closed.pop(people.channel_id, None)

    # -- the machinery ------------------------------------------------------------------------

    async def _pass_until(self, moment: datetime) -> None:
        while self._now() < moment:
            try:
                await self._process.act(self._process.until(moment))
            except Killed:
                await self._rise()

    async def _do(self, act: Act) -> None:
        self.counts["acts"] += 1
        try:
            if act == self._replace:
                await act()
            else:
                await self._process.act(act())
        except Killed:
            await self._rise()
        except Refusal as refusal:
            self.counts["acts refused"] += 1
            self.counts[f"refused {refusal.code}"] += 1
        except AlreadyHandled:
            self.counts["acts that were carried out before"] += 1

    async def _rise(self) -> None:
        """Start another process some time after one was killed."""
        self.counts["kills"] += 1
        self._now.at += self._chance.choice([1, 5, 120, 3600]) * timedelta(seconds=1)
        await self._process.start()
        await self._process.settle()

    async def _look_at_the_cards(self) -> None:
        """Let nothing be in the way for some minutes; then each card shows what the rows say."""
        self._process.killer.wait_for("", 0)
        with self._troubles.paused():
            for _ in range(3):
                self._process.clock.ring_soon()
                await self._process.pass_time(timedelta(minutes=1))
            await compare_cards(self._process, self._discord)

    def _look_after(self) -> None:
        """Fail when something that should go on for ever has ended, or when tasks pile up."""
        process = self._process
        assert process.bot is not None
        task = process.bot.dispatcher._task
        assert task is not None
        assert not task.done(), "the dispatcher has ended"
        assert not process.clock.failed, process.clock.failed
        assert not process.clock.idle(), process.clock.idle()
        names = [each.get_name() for each in asyncio.all_tasks()]
        assert len(names) <= 4, names


def _serious(heard: list[str]) -> list[str]:
    """What no fault of Discord explains."""
    return [line for line in heard if "Discord refused the message itself" not in line]


def memory() -> float:
    """Return the megabytes that this process holds in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


def main() -> int:
    """Run the long form."""
    weeks, groups = int(os.environ.get("SOAK_WEEKS", "52")), int(os.environ.get("SOAK_GROUPS", "50"))
    seed = int(os.environ.get("SOAK_SEED", "1"))
    begun = time.monotonic()
    seldom = timedelta(hours=float(os.environ.get("SOAK_HOURS", "1")))
    with tempfile.TemporaryDirectory(prefix="buddybot-soak-") as folder:
        year = Year(
            f"sqlite:///{folder}/year.sqlite3",
            weeks,
            groups,
            seed,
            seldom,
            say=lambda line: sys.stdout.write(line + "\n"),
        )
        result = asyncio.run(year.run())
    for what, number in sorted(result.counts.items()):
        sys.stdout.write(f"{number:>10,} {what}\n")
    sys.stdout.write(f"{result.accounts}\npings in all: {dict(result.accounts.total)}\n")
    for complaint in result.complaints[:40]:
        sys.stdout.write(f"WRONG {complaint}\n")
    sys.stdout.write(
        f"seed {seed}: {weeks} weeks of {groups} groups in {time.monotonic() - begun:.0f} s; "
        f"memory grew by {result.growth:.1f} MB after week {WARM_UP} (at most {MOST_GROWTH:.0f})\n"
    )
    return int(bool(result.complaints) or result.growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
