"""Changes in any order, as a state machine: what people agreed on is in force, or they were told.

Each step makes a change of the table, or somebody answers, swaps or waits. The model is a list of what people
count on: turns, swaps, answers, weeks that are left out. Whatever a step takes from it must have been told in
that step to those whom it concerns; and after every step nothing refers to what does not take place.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from buddybot.domain.meetings.schedule import Schedule, list_occurrences
from tests.changes.columns import COLUMNS
from tests.changes.life import HOLIDAY, MOVED, NEXT, PEOPLE, SECOND, Life
from tests.changes.read import Read
from tests.changes.seen.ahead import IN_FORCE, TAKES_PLACE, all_meetings, group_row, members
from tests.changes.table import ROWS
from tests.changes.words import GROUP

T = TypeVar("T")

LAST = ("archive", "the server throws the bot out", "the channel is deleted")
"""Changes after which a group has no more life to look at."""
AFTER_EACH = (
    "pings",
    "reminders",
    "quorum",
    "cards",
    "swaps",
    "hosts",
    "location",
    "roles",
    "rsvps",
    "event",
)
AHEAD = 2
"""Regular meetings that are kept planned."""

rows = st.sampled_from([name for name in ROWS if name not in LAST])
people = st.sampled_from(PEOPLE)
which = st.sampled_from((NEXT, NEXT, SECOND))


@dataclass(frozen=True)
class Agreement:
    """What people count on."""

    what: str
    whose: tuple[str, ...]
    """Who must hear when it is off; `GROUP` is everybody."""


class Changes(RuleBasedStateMachine):
    """One group's life in which anything changes."""

    def __init__(self, opened: AbstractAsyncContextManager[Life]) -> None:
        """`opened` opens a copy of the group's life."""
        super().__init__()
        self.runner = asyncio.Runner()
        self._opened = opened
        self.life = self.run(opened.__aenter__())
        self.agreed = self.run(self._agreements())
        self.steps: list[str] = []

    def run(self, work: Awaitable[T]) -> T:
        """Run something to its end in the machine's own loop."""

        async def whole() -> T:
            return await work

        return self.runner.run(whole())

    # -- the rules ----------------------------------------------------------------------------

    @rule(row=rows)
    def change(self, row: str) -> None:
        """Something changes, as a row of the table has it."""
        self._step(row, self._change(row))

    @rule(name=people, meeting=which, answer=st.sampled_from(("going", "late", "virtual", "apologies")))
    def answer(self, name: str, meeting: str, answer: str) -> None:
        """Somebody says whether they come."""
        if meeting in self.life.ids and self._in_server(name):
            custom_id = f"rsvp:{self.life.ids[meeting]}:{answer}"
            self._step(f"{name} says {answer} for {meeting}", self.life.press(name, custom_id))

    @rule()
    def swap(self) -> None:
        """The hosts of the next two meetings swap their turns."""
        self._step("swap", self._swap())

    @rule(hours=st.sampled_from((1, 20, 30, 100)))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self._step(f"{hours} hours", self._wait(hours))

    @rule()
    def restart(self) -> None:
        """The process is replaced."""
        self._step("restart", self.life.world.restart())

    def _in_server(self, name: str) -> bool:
        return self.life.person(name).id in self.life.guild.member_ids()

    # -- what always holds --------------------------------------------------------------------

    @invariant()
    def nothing_refers_to_what_does_not_take_place(self) -> None:
        """Pings, cards, questions, hosts, places, roles and events are those of meetings that take place."""
        wrong = [
            f"{name}: {fault}" for name in AFTER_EACH for fault in self.run(COLUMNS[name].wrong(self.life))
        ]
        assert not wrong, (self.steps, wrong)

    @invariant()
    def meetings_neither_overlap_nor_hide(self) -> None:
        """Each day of the schedule has its one meeting, as far ahead as meetings are planned."""
        wrong = self.run(self._misplaced())
        assert not wrong, (self.steps, wrong)

    def teardown(self) -> None:
        """Look at what a calendar shows in the end, and leave nothing running."""
        try:
            wrong = [
                fault for name in ("calendar", "role") for fault in self.run(COLUMNS[name].wrong(self.life))
            ]
            assert not wrong, (self.steps, wrong)
        finally:
            self.run(self._opened.__aexit__(None, None, None))
            self.runner.close()

    # -- the machinery ------------------------------------------------------------------------

    def _step(self, name: str, work: Awaitable[object]) -> None:
        self.steps.append(name)
        self.life.begin()
        self.run(self._done(work))
        before, self.agreed = self.agreed, self.run(self._agreements())
        lost = [each for key, each in before.items() if key not in self.agreed]
        wrong = self.run(self._untold(lost))
        event(f"{len(lost)} agreements were off")
        assert not wrong, (self.steps, wrong)

    async def _done(self, work: Awaitable[object]) -> None:
        await work
        await self.life.world.run_due()
        await self._name_meetings()

    async def _change(self, row: str) -> None:
        """Make a change of the table, when there is what it changes."""
        change = ROWS[row]
        try:
            if change.prepare is not None:
                await change.prepare(self.life)
            await change.make(self.life)
        except (LookupError, ValueError):
            event(f"nothing to do: {row}")

    async def _wait(self, hours: int) -> None:
        """Let time pass, and the jobs run that run every hour."""
        await self.life.world.pass_time(hours=hours)
        await self.life.world.bot.housekeeping.replan()

    async def _swap(self) -> None:
        if not {NEXT, SECOND} <= self.life.ids.keys():
            return
        pair = (self.life.ids[NEXT], self.life.ids[SECOND])
        found = await self.life.world.rows("SELECT meeting_id, host_id FROM venues")
        hosts = {row["meeting_id"]: row["host_id"] for row in found}
        names = [self.life.name_of(hosts.get(each)) for each in pair]
        if not set(names) <= set(PEOPLE) or not all(map(self._in_server, names)):
            return
        await self.life.press(names[0], f"swap_pick:{self.life.group_id}", f"{pair[0]}-{pair[1]}")
        await self.life.world.run_due()
        for row in await self.life.world.rows("SELECT id FROM swaps WHERE state = 'open'"):
            await self.life.press(names[1], f"swap_agree:{row['id']}")

    async def _name_meetings(self) -> None:
        """Give the meetings that are ahead now the names by which changes are made."""
        found = await all_meetings(self.life)
        ahead = [row["id"] for row in found if row["state"] in IN_FORCE]
        skipped = [row["id"] for row in found if row["state"] == "skipped"]
        named = dict(zip((NEXT, SECOND, MOVED), ahead, strict=False))
        held = {"held": self.life.ids["held"]}
        self.life.ids = {**held, **named, **({HOLIDAY: skipped[0]} if skipped else {})}

    async def _agreements(self) -> dict[Any, Agreement]:
        """What people count on now."""
        life, found = self.life, dict[Any, Agreement]()
        meetings = {row["id"]: row for row in await all_meetings(life)}
        takes_place = {key for key, row in meetings.items() if row["state"] in TAKES_PLACE}
        hosts = {}
        for arrangement in await life.world.rows("SELECT * FROM venues"):
            key, host = arrangement["meeting_id"], arrangement["host_id"]
            hosts[key] = host
            sure = arrangement["announced"] or arrangement["basis"] in ("swapped", "assigned", "chosen")
            if key in takes_place and host is not None and sure and not arrangement["online"]:
                name = life.name_of(host)
                found["host", key, host] = Agreement(f"{name} hosts {meetings[key]['local_day']}", (name,))
        for swap in await life.world.rows("SELECT * FROM swaps WHERE state = 'agreed'"):
            turns = (
                (swap["meeting_id"], swap["offered_to"]),
                (swap["other_meeting_id"], swap["offered_by"]),
            )
            if all(key in takes_place and hosts.get(key) == host for key, host in turns):
                both = tuple(life.name_of(host) for _, host in turns)
                found["swap", swap["id"]] = Agreement(f"the swap of {' and '.join(both)}", both)
        for rsvp in await life.world.rows("SELECT * FROM rsvps WHERE answer <> 'apologies'"):
            key, name = rsvp["meeting_id"], life.name_of(rsvp["user_id"])
            if key in takes_place:
                what = f"{name} comes on {meetings[key]['local_day']}"
                found["rsvp", key, rsvp["user_id"]] = Agreement(what, (name,))
        for key, row in meetings.items():
            if row["state"] == "skipped":
                found["skip", key] = Agreement(f"{row['local_day']} is left out", (GROUP,))
        return found

    async def _untold(self, lost: list[Agreement]) -> list[str]:
        """Which agreements are off without a word to those whom it concerns."""
        read, group = Read(self.life), await group_row(self.life)
        here = {self.life.name_of(user) for user in await members(self.life)}
        if group["state"] != "active":
            return []
        return [
            f"{whom} was not told that “{each.what}” is no more"
            for each in lost
            for whom in each.whose
            if (whom == GROUP or whom in here) and not self._heard(whom, each, read, here)
        ]

    @staticmethod
    def _heard(whom: str, lost: Agreement, read: Read, here: set[str]) -> bool:
        """Whether a word reached somebody; of one who deleted everything only the channel is told."""
        gone = any(each != GROUP and each not in here for each in lost.whose)
        return bool(read.by(whom)) or (gone and bool(read.by(GROUP)))

    async def _misplaced(self) -> list[str]:
        meetings = await all_meetings(self.life)
        ahead = [row for row in meetings if row["state"] in IN_FORCE]
        wrong = [
            f"{one['local_day']} and {other['local_day']} overlap"
            for one, other in pairwise(ahead)
            if other["starts_at"] < one["ends_at"]
        ]
        group = await group_row(self.life)
        if group["state"] != "active":
            return wrong
        taken = [row["given_day"] or row["slot"] for row in meetings if row["kind"] == "regular"]
        wrong += [f"two meetings are for {day}" for day in {each for each in taken if taken.count(each) > 1}]
        planned, schedule = 0, await self._schedule()
        for given in list_occurrences(schedule, after=(self.life.world.now - timedelta(days=2)).date()):
            if planned >= AHEAD:
                return wrong
            if given.starts_at <= self.life.world.now:
                continue
            row = next((row for row in meetings if (row["given_day"] or row["slot"]) == str(given.day)), None)
            if row is None:
                wrong.append(f"no meeting is planned for {given.day}")
            if row is None or row["state"] in IN_FORCE:
                planned += 1
        return wrong

    async def _schedule(self) -> Schedule:
        [row] = await self.life.world.rows(
            "SELECT * FROM schedules WHERE group_id = :group", group=self.life.group_id
        )
        return Schedule(
            weekday=row["weekday"],
            time=time.fromisoformat(row["local_time"]),
            zone=row["zone"],
            every_weeks=row["every_weeks"],
            anchor=date.fromisoformat(row["anchor"]),
            duration_minutes=row["duration_minutes"],
        )
