"""A group's life in any order, as a state machine: a small model beside the rows and beside Discord.

The model knows only what was confirmed to somebody. Whatever happens, the rows say that; what was
struck half-way is there whole or not at all; no ping arrives twice; and once nothing is in the way
any more, every ping is accounted for and each card shows what the rows say.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState
from buddybot.services.groups.groups import NewSchedule
from buddybot.storage.engine.database import Tx
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.endurance.accounts import settle_accounts
from tests.endurance.clockwork import Time
from tests.endurance.discord import MemoryDiscord
from tests.endurance.facts import ANA, BEN, CHO, DEV, Facts, Fixed, read_facts
from tests.endurance.faults import AFTER, BEFORE, CLOSED
from tests.endurance.people import People
from tests.endurance.process import Killed, Process
from tests.endurance.shown import compare_cards

T = TypeVar("T")

BEGIN = datetime(2026, 3, 23, 9, tzinfo=UTC)
"""The clocks change on the first Sunday, when the group meets."""
CHANNEL = ChannelId(800)
POINTS = ("before write", "after write", "before request", "after request")
SELDOM = timedelta(hours=6)

members = st.sampled_from((ANA, BEN, CHO, DEV))
others = st.sampled_from((BEN, CHO, DEV))
which = st.sampled_from((0, 0, 0, 1))
"""The next meeting, or the one after."""


@dataclass
class _Faults:
    """What the next requests come to."""

    before: list[Exception] = field(default_factory=list)
    after: list[Exception] = field(default_factory=list)

    def next_before(self, _what: str) -> Exception | None:
        return self.before.pop(0) if self.before else None

    def next_after(self, _what: str) -> Exception | None:
        return self.after.pop(0) if self.after else None


class Life(RuleBasedStateMachine):
    """Rules are what may happen; each ends with the model and the rows saying the same."""

    def __init__(self, make_database: Callable[[], str]) -> None:
        """`make_database` returns the address of an empty, migrated database."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = Time(BEGIN)
        self.discord = MemoryDiscord(self.now)
        self.discord.add_guild(700, [CHANNEL])
        self.process = Process(make_database(), self.now, self.discord, seldom=SELDOM)
        new_schedule = NewSchedule(weekday=6, time=dt.time(2, 30), zone="Europe/Berlin")
        self.people = People(GuildId(700), CHANNEL, (ANA, BEN, CHO), "Rowan", new_schedule, self.process)
        self.faults = _Faults()
        self.facts, self.fixed = Facts(), dict[MeetingId, Fixed]()
        self.serial = 0

    # -- the machinery ------------------------------------------------------------------------

    def run(self, work: Awaitable[T]) -> T:
        """Run something to its end in the machine's own loop."""

        async def whole() -> T:
            return await work

        return self.runner.run(whole())

    def do(self, work: Awaitable[object], after: Facts | None, *, sure: bool = False) -> bool:
        """Do what leads to `after`, or to nothing; `sure` when it cannot be refused.

        Tells whether it was confirmed. What was struck is there whole or not at all.
        """
        before = self.facts
        try:
            self.run(self.process.act(work))
        except Killed:
            self.run(self.rise())
            found = self.run(self.process.read(self._read))
            assert found in (before, after), (found, before, after)
            event(f"struck: {'kept' if found == after != before else 'left out'}")
            self.facts = found
            return False
        except Refusal as refusal:
            event(f"refused: {refusal.code}")
            if sure and refusal.code != "meeting.changes_many":  # a day has seen many
                raise
            return False
        if after is not None:
            self.facts = after
        return True

    async def rise(self) -> None:
        """Start another process."""
        await self.process.start()
        await self.process.settle()

    def meeting(self, index: int) -> Meeting | None:
        """Return the next meeting, or one after it."""
        ahead = self.run(self.process.read(lambda tx: MeetingRepository(tx).list_ahead(self.people.group_id)))
        return ahead[index] if index < len(ahead) else None

    def last(self) -> Meeting | None:
        """Return the meeting that was held last."""
        held = self.run(
            self.process.read(lambda tx: MeetingRepository(tx).list_held(self.people.group_id, limit=1))
        )
        return held[0] if held else None

    # -- the rules ----------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        """Found the group."""
        self.run(self.process.start())
        self.discord.before, self.discord.after = self.faults.next_before, self.faults.next_after
        self.run(self.people.found())
        self.run(self.people.choose(BEN, direct_messages=True))
        self.run(self.process.settle())

    @rule(user_id=members, index=which, answer=st.sampled_from(Answer))
    def answer(self, user_id: UserId, index: int, answer: Answer) -> None:
        """Somebody presses a button of the card."""
        if (meeting := self.meeting(index)) is not None:
            sure = user_id in self.facts.members and self.facts.state == "active"
            after = self.facts.answered(meeting.id, user_id, answer)
            self.do(self.people.answer(user_id, meeting.id, answer), after, sure=sure)

    @rule(user_id=members, answer=st.sampled_from(Answer))
    def answer_on_the_card(self, user_id: UserId, answer: Answer) -> None:
        """Somebody waits for the card, and answers on it."""
        self.until_the_meeting(-23)
        self.answer(user_id, 0, answer)
        self.look_at_the_cards()

    @rule(user_id=members)
    def promise(self, user_id: UserId) -> None:
        """Somebody says what they will do."""
        self.serial += 1
        text = f"letters to firm {self.serial}"
        after = replace(self.facts, promises=self.facts.promises | {(user_id, text, "open")})
        sure = user_id in self.facts.members and self.facts.open_of(user_id) < 3
        self.do(self.people.promise(user_id, text), after, sure=sure)

    @rule(user_id=members, past=st.booleans())
    def check_in(self, user_id: UserId, past: bool) -> None:
        """Somebody reports at the meeting that goes on, or corrects the last report."""
        meeting = self.last() if past else self.meeting(0)
        if meeting is None:
            return
        self.serial += 1
        win, due = f"win {self.serial}", set[str]()
        sure = user_id in self.facts.members and meeting.state is MeetingState.OPEN
        try:
            asked = self.run(
                self.process.services.checkins.prepare(self.people.actor(user_id), meeting_id=meeting.id)
            )
        except Refusal:
            assert not sure
        else:
            due = {each.commitment.text for each in asked.due}
            assert due <= {text for user, text, _ in self.facts.promises if user == user_id}
        after = self.facts.reported(meeting.id, user_id, win, due)
        self.do(self.people.report(user_id, meeting.id, win, kept=True), after, sure=sure)

    @rule(user_id=members)
    def be_here(self, user_id: UserId) -> None:
        """Somebody presses "I'm here"."""
        if (meeting := self.meeting(0)) is not None:
            sure = user_id in self.facts.members and meeting.state is MeetingState.OPEN
            self.do(self.people.here(user_id, meeting.id), None, sure=sure)

    @rule()
    def close(self) -> None:
        """The organizer closes the meeting."""
        meeting = self.meeting(0)
        if meeting is not None:
            is_open = meeting.state is MeetingState.OPEN
            if self.do(self.people.close(meeting.id), None, sure=is_open):
                self.fixed[meeting.id] = Fixed(MeetingState.CLOSED)

    @rule(index=which)
    def skip(self, index: int) -> None:
        """The organizer leaves a meeting out."""
        meeting = self.meeting(index)
        if meeting is not None:
            sure = self.facts.state == "active" and self._to_come(meeting)
            if self.do(self.people.skip(meeting.id), None, sure=sure):
                self.fixed[meeting.id] = Fixed(MeetingState.SKIPPED)

    @rule()
    def revive(self) -> None:
        """The organizer holds it after all."""
        skipped = [key for key, each in self.fixed.items() if each.state is MeetingState.SKIPPED]
        if not skipped:
            return
        meeting_id = skipped[0]
        if self.do(self.people.revive(meeting_id), None):
            del self.fixed[meeting_id]
        else:
            self._look_again(meeting_id)

    @rule()
    def cancel(self) -> None:
        """The organizer calls a meeting off."""
        if (meeting := self.meeting(0)) is not None and self.do(self.people.cancel(meeting.id), None):
            self.fixed[meeting.id] = Fixed(MeetingState.CANCELLED)

    @rule(index=which, hours=st.integers(-30, 50))
    def move(self, index: int, hours: int) -> None:
        """The organizer moves a meeting."""
        if (meeting := self.meeting(index)) is None:
            return
        wanted = dt.datetime.combine(meeting.day, meeting.time) + timedelta(hours=hours)
        if self.do(self.people.move(meeting.id, day=wanted.date(), at=wanted.time()), None):
            found = self.run(
                self.process.read(lambda tx: MeetingRepository(tx).get(self.people.group_id, meeting.id))
            )
            assert found is not None
            assert (found.day, found.time) == (wanted.date(), wanted.time())
            self.fixed[meeting.id] = Fixed(None, found.starts_at)
        else:
            self.fixed.pop(meeting.id, None)

    @rule()
    def pause(self) -> None:
        """The organizer lets the group rest."""
        self.do(self.people.pause(), replace(self.facts, state="paused"), sure=True)

    @rule()
    def resume(self) -> None:
        """The organizer lets it go on."""
        self.do(self.people.resume(), replace(self.facts, state="active"), sure=True)

    @rule(user_id=others)
    def leave(self, user_id: UserId) -> None:
        """Somebody leaves."""
        after = replace(self.facts, members=self.facts.members - {user_id})
        self.do(self.people.leave(user_id), after, sure=user_id in self.facts.members)

    @rule(user_id=others)
    def join(self, user_id: UserId) -> None:
        """Somebody is invited, and comes, perhaps again."""

        async def whole() -> None:
            await self.people.join(await self.people.invite(user_id), user_id)

        self.do(whole(), replace(self.facts, members=self.facts.members | {user_id}))

    # -- time and troubles --------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 30, 300, 1440)))
    def time_passes(self, minutes: int) -> None:
        """Some time passes."""
        self.do(self.process.pass_time(timedelta(minutes=minutes)), self.facts)

    @rule(hours=st.sampled_from((-25, -23, 0, 1, 14)))
    def until_the_meeting(self, hours: int) -> None:
        """Time passes until some while before or after a meeting's start."""
        meeting = self.meeting(0)
        if meeting is not None:
            moment = meeting.starts_at + timedelta(hours=hours, minutes=1)
            if self.now.at < moment < self.now.at + timedelta(days=20):
                self.do(self.process.until(moment), self.facts)

    @rule(point=st.sampled_from(POINTS), after=st.integers(0, 6))
    def be_struck_soon(self, point: str, after: int) -> None:
        """The process will be killed where it passes such a point, this time or one of the next."""
        self.process.killer.wait_for(point, after)

    @rule()
    def restart(self) -> None:
        """The process is replaced in order."""
        self.process.killer.wait_for("", 0)
        self.run(self.process.stop())
        self.run(self.rise())

    @rule(hours=st.sampled_from((1, 8, 40)))
    def sleep(self, hours: int) -> None:
        """The machine sleeps, and the process with it."""
        self.now.at += timedelta(hours=hours)
        self.do(self.process.pass_time(timedelta(0)), self.facts)

    @rule(index=st.integers(0, len(BEFORE) - 1), times=st.integers(1, 3))
    def requests_get_lost(self, index: int, times: int) -> None:
        """The next requests do not arrive."""
        self.faults.before += [BEFORE[index]() for _ in range(times)]

    @rule(index=st.integers(0, len(AFTER) - 1), times=st.integers(1, 3))
    def answers_get_lost(self, index: int, times: int) -> None:
        """The next requests arrive, and nobody hears."""
        self.faults.after += [AFTER[index]() for _ in range(times)]

    @rule(how=st.sampled_from(CLOSED[:2]))
    def the_channel_closes(self, how: tuple[int, int]) -> None:
        """The channel refuses the bot."""
        self.discord.closed[CHANNEL] = how

    @rule()
    def all_is_well(self) -> None:
        """Nothing is in the way any more; a while later everything is accounted for and shown."""
        self.process.killer.wait_for("", 0)
        self.faults.before.clear()
        self.faults.after.clear()
        self.discord.closed.clear()
        for minutes in (13 * 60, 1, 1):  # a job of every minute may run beside what it would have seen
            self.process.clock.ring_soon()
            self.do(self.process.pass_time(timedelta(minutes=minutes)), self.facts, sure=True)
        accounts = self.run(self.process.read(lambda tx: settle_accounts(tx, self.discord, self.now())))
        assert accounts.wrong == [], accounts.wrong
        self.run(compare_cards(self.process, self.discord, self.facts))
        self.run(self.process.read(self._compare_plan))

    @rule()
    def look_at_the_cards(self) -> None:
        """Where nothing is in the way, the cards follow within two minutes."""
        self.process.killer.wait_for("", 0)
        if self.faults.before or self.faults.after or self.discord.closed:
            return
        for _ in range(2):
            self.process.clock.ring_soon()
            self.do(self.process.pass_time(timedelta(minutes=1)), self.facts, sure=True)
        self.run(compare_cards(self.process, self.discord, self.facts))

    # -- what always holds --------------------------------------------------------------------

    @invariant()
    def what_was_confirmed_is_in_the_rows(self) -> None:
        """The rows say what the model says."""
        if self.process.bot is None:
            return
        assert self.run(self.process.read(self._read)) == self.facts
        self.run(self.process.read(self._compare_meetings))

    @invariant()
    def nothing_arrives_twice(self) -> None:
        """Discord has each ping at most once."""
        assert all(times == 1 for times in self.discord.arrived.values()), self.discord.arrived

    async def _compare_meetings(self, tx: Tx) -> None:
        for meeting_id, fixed in self.fixed.items():
            found = await MeetingRepository(tx).get(self.people.group_id, meeting_id)
            assert found is not None
            assert fixed.state in (None, found.state), (fixed, found)
            assert fixed.starts_at in (None, found.starts_at), (fixed, found)

    async def _read(self, tx: Tx) -> Facts:
        return await read_facts(tx, self.people.group_id)

    async def _compare_plan(self, tx: Tx) -> None:
        """A group that is active owes a check-in and a summary for each meeting ahead."""
        if self.facts.state != "active":
            return
        for meeting in await MeetingRepository(tx).list_ahead(self.people.group_id):
            rows = await tx.all("SELECT kind, state FROM outbox WHERE meeting_id = :id", id=meeting.id)
            due = {row["kind"] for row in rows if row["state"] != "cancelled"}
            assert {"checkin", "summary"} <= due, (meeting, due)

    def _to_come(self, meeting: Meeting) -> bool:
        return meeting.state is MeetingState.SCHEDULED and meeting.starts_at > self.now()

    def _look_again(self, meeting_id: MeetingId) -> None:
        """Forget what is not known any more: the act may have been kept although it was struck."""
        found = self.run(
            self.process.read(lambda tx: MeetingRepository(tx).get(self.people.group_id, meeting_id))
        )
        assert found is not None
        if found.state is not MeetingState.SKIPPED:
            del self.fixed[meeting_id]

    def teardown(self) -> None:
        """See that all is well in the end, and leave nothing running."""
        try:
            if self.process.bot is not None:
                self.all_is_well()
        finally:
            if self.process.bot is not None:
                self.run(self.process.kill())
            self.runner.close()
