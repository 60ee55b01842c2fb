"""The planner keeps meetings and pings in line with the rows, however often it runs."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import Preferences
from buddybot.domain.ids import ChannelId, MessageId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.meetings.schedule import Schedule, instant, local, make_occurrence
from buddybot.domain.pings import PingKind, PingState
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.engine.database import Database, Row, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.sending import SendingRepository
from tests.pings.people import BEN, GUILD, NOON, Hands, found_group, outbox, plan_ping, prefer

AHEAD = 2
TIMES = Times(card_before=timedelta(hours=24), close_after=timedelta(hours=12), nudge_at=time(10), quiet=None)
THURSDAYS = Schedule(
    weekday=3,
    time=time(19),
    zone="Europe/Berlin",
    every_weeks=1,
    anchor=date(2026, 3, 2),
    duration_minutes=75,
)
CARD = PingKind.CARD


class House:
    """A group, its clock and the planner."""

    def __init__(self, database: Database, group: Group) -> None:
        self.database = database
        self.group = group
        self.now = Hands()
        self.planner = Planner(ahead=AHEAD, times=TIMES)

    async def plan(self, schedule: Schedule | None = None) -> None:
        async def script(tx: Tx) -> None:
            if schedule is not None:
                await ScheduleRepository(tx).put(self.group.id, schedule)
            await self.planner.plan(UnitOfWork(tx), self.group, self.now())

        await self.database.write(script)

    async def meetings(self) -> Sequence[Meeting]:
        return await self.database.read(
            lambda tx: MeetingRepository(tx).list_slots(self.group.id, since=date(2026, 1, 1))
        )

    async def days(self, state: MeetingState = MeetingState.SCHEDULED) -> list[str]:
        return [str(meeting.day) for meeting in await self.meetings() if meeting.state is state]

    async def set_state(self, index: int, state: MeetingState) -> None:
        meeting = (await self.meetings())[index]
        await self.database.write(
            lambda tx: MeetingRepository(tx).set_state(meeting.id, state, now=self.now())
        )

    async def set_group(self, state: GroupState) -> None:
        async def script(tx: Tx) -> None:
            group = await GroupRepository(tx).get(GUILD, self.group.id)
            assert group is not None
            await GroupRepository(tx).change(group, state=state)

        await self.database.write(script)

    async def kinds(self, state: PingState = PingState.PLANNED) -> dict[str, set[str]]:
        """The kinds of pings in a state, by the day of the schedule that their meeting takes."""
        days = {meeting.id: str(meeting.stands_for) for meeting in await self.meetings()}
        found: dict[str, set[str]] = {}
        for ping in (await outbox(self.database)).values():
            if ping.state is state and ping.meeting_id is not None:
                found.setdefault(days[ping.meeting_id], set()).add(ping.kind.value)
        return found

    async def everything(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        async def script(tx: Tx) -> Mapping[str, Sequence[Mapping[str, Any]]]:
            tables: dict[str, list[Row]] = {
                table: await tx.all(f"SELECT * FROM {table} ORDER BY id") for table in ("meetings", "outbox")
            }
            return {
                table: [{column: row[column] for column in row.keys()} for row in rows]  # noqa: SIM118  # rows are no dicts
                for table, rows in tables.items()
            }

        return await self.database.read(script)

    async def send(self, kind: PingKind) -> None:
        """Let every due ping of a kind be sent."""

        async def script(tx: Tx) -> None:
            sending = SendingRepository(tx)
            for held in await sending.claim(limit=50, now=self.now(), lease=timedelta(minutes=1)):
                if held.ping.kind is kind:
                    await sending.finish(
                        held.ping, channel_id=ChannelId(1), message_id=MessageId(2), now=self.now()
                    )

        await self.database.write(script)


@pytest.fixture
async def house(database: Database) -> House:
    return House(database, await found_group(database))


USUAL = {"card", "checkin", "summary", "nudge"}


async def test_the_next_meetings_are_made_with_their_pings(house: House) -> None:
    await house.plan(THURSDAYS)
    assert await house.days() == ["2026-03-05", "2026-03-12"]
    # The nudge for the first would have been this morning.
    assert await house.kinds() == {"2026-03-05": USUAL - {"nudge"}, "2026-03-12": USUAL}


async def test_planning_again_changes_nothing(house: House) -> None:
    await house.plan(THURSDAYS)
    before = await house.everything()
    for _ in range(3):
        await house.plan()
    assert await house.everything() == before


async def test_the_horizon_moves_with_time(house: House) -> None:
    await house.plan(THURSDAYS)
    house.now.go(days=4)
    await house.plan()
    assert await house.days() == ["2026-03-05", "2026-03-12", "2026-03-19"]


async def test_a_skipped_slot_stays_skipped_and_another_takes_its_place(house: House) -> None:
    await house.plan(THURSDAYS)
    await house.set_state(0, MeetingState.SKIPPED)
    await house.plan()
    assert await house.days(MeetingState.SKIPPED) == ["2026-03-05"]
    assert await house.days() == ["2026-03-12", "2026-03-19"]
    assert "2026-03-05" not in await house.kinds()
    await house.set_state(0, MeetingState.SCHEDULED)
    await house.plan()
    assert (await house.kinds())["2026-03-05"] == USUAL - {"nudge"}


async def test_a_cancelled_meeting_leaves_no_ping_but_the_notice_of_it(
    house: House, database: Database
) -> None:
    await house.plan(THURSDAYS)
    meeting = (await house.meetings())[0]
    await plan_ping(database, house.group, meeting.id, PingKind.CHANGE)
    await house.set_state(0, MeetingState.CANCELLED)
    await house.plan()
    assert (await house.kinds())["2026-03-05"] == {"change"}


async def test_a_changed_schedule_takes_along_what_nobody_was_told_of(house: House) -> None:
    await house.plan(THURSDAYS)
    await house.plan(replace(THURSDAYS, weekday=1, time=time(18)))
    assert await house.days() == ["2026-03-03", "2026-03-10"]
    assert set(await house.kinds()) == {"2026-03-03", "2026-03-10"}


async def test_a_new_hour_moves_what_nobody_was_told_of(house: House) -> None:
    await house.plan(THURSDAYS)
    before = [meeting.id for meeting in await house.meetings()]
    await house.plan(replace(THURSDAYS, time=time(20), duration_minutes=60))
    meetings = await house.meetings()
    assert [meeting.id for meeting in meetings] == before
    assert {(meeting.time, meeting.duration_minutes, meeting.moves) for meeting in meetings} == {
        (time(20), 60, 0)
    }
    due = {ping.due_at for ping in (await outbox(house.database)).values() if ping.kind is PingKind.CHECKIN}
    assert due == {meeting.starts_at for meeting in meetings}


async def test_a_meeting_that_was_announced_stays_when_the_schedule_changes(house: House) -> None:
    await house.plan(THURSDAYS)
    house.now.at = datetime(2026, 3, 4, 18, tzinfo=UTC)
    await house.send(CARD)
    await house.plan(replace(THURSDAYS, weekday=4))
    assert await house.days() == ["2026-03-05", "2026-03-06", "2026-03-13"]


async def test_a_meeting_moved_by_hand_stays_where_it_was_put(house: House) -> None:
    await house.plan(THURSDAYS)
    meeting = (await house.meetings())[0]
    given = make_occurrence(date(2026, 3, 6), time(17), zone=meeting.zone, duration_minutes=75)
    await house.database.write(
        lambda tx: MeetingRepository(tx).put_when(
            meeting.id,
            day=given.day,
            at=time(17),
            zone=meeting.zone,
            starts_at=given.starts_at,
            ends_at=given.ends_at,
            moved=True,
        )
    )
    await house.plan(replace(THURSDAYS, weekday=1))
    assert await house.days() == ["2026-03-03", "2026-03-06", "2026-03-10"]
    checkin = (await outbox(house.database))[f"{house.group.id}:2026-03-05:checkin:0"]
    assert checkin.due_at == given.starts_at


async def test_new_rules_of_a_zone_move_the_instants_and_not_the_local_time(house: House) -> None:
    await house.plan(THURSDAYS)
    house.now.at = datetime(2026, 3, 4, 18, tzinfo=UTC)
    await house.send(CARD)
    meeting = (await house.meetings())[0]

    async def as_by_older_rules(tx: Tx) -> None:
        await CardRepository(tx).note_preparing(meeting.id, CardKind.MEETING)
        await CardRepository(tx).note_posted(
            meeting_id=meeting.id, kind=CardKind.MEETING, channel_id=ChannelId(1), message_id=MessageId(2)
        )
        await tx.run("UPDATE meetings SET starts_at = starts_at + 3600, ends_at = ends_at + 3600")

    await house.database.write(as_by_older_rules)
    await house.plan()
    assert (await house.meetings())[0] == meeting._replace(sequence=1)
    assert len(await house.database.read(lambda tx: CardRepository(tx).list_stale(meeting.id))) == 1


async def test_a_paused_group_has_no_due_pings_until_it_goes_on(house: House) -> None:
    await house.plan(THURSDAYS)
    await house.set_group(GroupState.PAUSED)
    await house.plan()
    assert await house.kinds() == {}
    house.now.go(days=8)
    await house.set_group(GroupState.ACTIVE)
    await house.plan()
    assert await house.days(MeetingState.SKIPPED) == ["2026-03-05"]
    assert await house.days() == ["2026-03-12", "2026-03-19"]
    assert set(await house.kinds()) == {"2026-03-12", "2026-03-19"}


async def test_a_guild_that_is_gone_gets_nothing_until_it_is_back(house: House) -> None:
    await house.plan(THURSDAYS)
    await house.database.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, NOON))
    await house.plan()
    assert await house.kinds() == {}
    await house.database.write(lambda tx: GuildRepository(tx).back(GUILD))
    await house.plan()
    assert set(await house.kinds()) == {"2026-03-05", "2026-03-12"}


async def test_a_meeting_that_passed_while_the_bot_was_down_is_still_summed_up(house: House) -> None:
    await house.plan(THURSDAYS)
    house.now.at = datetime(2026, 3, 6, 8, tzinfo=UTC)
    await house.plan()
    kinds = (await house.kinds())["2026-03-05"]
    assert "summary" in kinds
    assert await house.days() == ["2026-03-05", "2026-03-12", "2026-03-19"]


@pytest.mark.parametrize("opened", [True, False])
async def test_a_meeting_whose_summary_never_left_does_not_stay_ahead(house: House, opened: bool) -> None:
    await house.plan(THURSDAYS)
    if opened:
        await house.set_state(0, MeetingState.OPEN)
    house.now.go(days=12)
    await house.database.write(lambda tx: SendingRepository(tx).expire(house.now()))
    await house.plan()
    assert await house.days(MeetingState.CLOSED) == ["2026-03-05"]
    assert "2026-03-05" not in await house.kinds()


async def test_asking_for_direct_messages_and_taking_it_back(house: House, database: Database) -> None:
    await house.plan(THURSDAYS)
    await prefer(database, Preferences(GUILD, BEN, direct_messages=True))
    await house.plan()
    personal = [ping for ping in (await outbox(database)).values() if ping.recipient == BEN]
    assert {(ping.kind, ping.direct) for ping in personal} == {
        (PingKind.REMINDER, True),
        (PingKind.NUDGE, True),
    }
    await prefer(database, Preferences(GUILD, BEN))
    await house.plan()
    left = {ping.state for ping in (await outbox(database)).values() if ping.recipient == BEN}
    assert left == {PingState.CANCELLED}


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45)),
        ("Europe/Dublin", date(2026, 10, 25), time(1, 30)),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30)),
        ("America/Santiago", date(2026, 9, 6), time(0, 15)),
        ("Africa/Casablanca", date(2026, 3, 22), time(2, 30)),
    ],
)
async def test_every_week_over_a_change_of_the_clocks_has_one_meeting(
    house: House, zone: str, day: date, at: time
) -> None:
    schedule = Schedule(
        weekday=day.weekday(),
        time=at,
        zone=zone,
        every_weeks=1,
        anchor=day - timedelta(weeks=3),
        duration_minutes=60,
    )
    house.now.at = instant(day - timedelta(weeks=3), time(12), zone)
    await house.plan(schedule)
    for _ in range(40):
        house.now.go(days=1)
        await house.plan()
    days = [meeting.slot for meeting in await house.meetings()]
    assert days[:6] == [day + timedelta(weeks=week) for week in range(-2, 4)]
    for meeting in await house.meetings():
        assert meeting.starts_at == instant(meeting.slot, at, zone)
        if meeting.slot != day:
            assert local(meeting.starts_at, zone).time() == at
    checkins = [
        ping.due_at for ping in (await outbox(house.database)).values() if ping.kind.value == "checkin"
    ]
    assert len(checkins) == len(set(checkins)) == len(days)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_the_plan_is_right_and_stays_when_made_again(house: House, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    await house.plan(THURSDAYS)
    for _ in range(25):
        await something_happens(house, chance)
        await house.plan()
        before = await house.everything()
        await house.plan()
        assert await house.everything() == before
        await check(house)


async def something_happens(house: House, chance: random.Random) -> None:
    waiting = [
        index for index, each in enumerate(await house.meetings()) if each.state is MeetingState.SCHEDULED
    ]
    what = chance.choice(["time", "time", "skip", "cancel", "open", "schedule", "pause", "resume", "send"])
    if what == "time":
        house.now.go(hours=chance.randrange(1, 100))
    elif what in ("skip", "cancel", "open") and waiting:
        states = {"skip": MeetingState.SKIPPED, "cancel": MeetingState.CANCELLED, "open": MeetingState.OPEN}
        await house.set_state(chance.choice(waiting), states[what])
    elif what == "schedule":
        await house.plan(
            replace(
                THURSDAYS,
                weekday=chance.randrange(7),
                time=time(chance.randrange(24), 30),
                zone=chance.choice(["Europe/Berlin", "Asia/Tokyo", "America/New_York"]),
                every_weeks=chance.choice([1, 2]),
            )
        )
    elif what in ("pause", "resume"):
        await house.set_group(GroupState.PAUSED if what == "pause" else GroupState.ACTIVE)
    elif what == "send":
        await house.send(CARD)


async def check(house: House) -> None:
    group = await house.database.read(lambda tx: GroupRepository(tx).get(GUILD, house.group.id))
    assert group is not None
    planned = await house.kinds()
    meetings = await house.meetings()
    if group.state is not GroupState.ACTIVE:
        assert planned == {}
        return
    for meeting in meetings:
        if meeting.state in (MeetingState.SKIPPED, MeetingState.CANCELLED):
            assert str(meeting.stands_for) not in planned
        given = make_occurrence(
            meeting.day, meeting.time, zone=meeting.zone, duration_minutes=meeting.duration_minutes
        )
        assert (meeting.starts_at, meeting.ends_at) == (given.starts_at, given.ends_at)
    ahead = [
        each for each in meetings if each.state is MeetingState.SCHEDULED and each.starts_at > house.now()
    ]
    assert len(ahead) >= AHEAD
    assert all(each.kind is MeetingKind.REGULAR for each in ahead)
