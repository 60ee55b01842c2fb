"""What organizers set for answers, and the two rates that they see of their group, on both engines."""

from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Rates
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingState
from buddybot.services.groups.groups import RATED, Changes, GroupService
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, Builder, refused
from tests.services.builder import BEN as BEN_HERE
from tests.services.meeting_builder import MeetingBuilder

PRESENT, EXCUSED, ABSENT = Attendance.PRESENT, Attendance.EXCUSED, Attendance.ABSENT


async def test_both_are_kept_and_every_member_sees_them(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    assert (group.minimum, group.answer_hours) == (0, 6)
    await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(minimum=4, answer_hours=30))
    await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(name="Birch"))
    seen = (await builder.groups.get_group(builder.act_as(ANA))).group
    assert (seen.minimum, seen.answer_hours, seen.name) == (4, 30, "Birch")


async def test_what_makes_a_meeting_never_outgrows_the_size(builder: Builder) -> None:
    group = (await builder.create_group()).group
    change, actor = builder.groups.change, builder.act_as
    for minimum in (1, 7, -2):
        async with refused("group.minimum"):
            await change(actor(ORGANIZER), group.id, Changes(minimum=minimum))
    await change(actor(ORGANIZER), group.id, Changes(minimum=6))
    async with refused("group.capacity_minimum"):
        await change(actor(ORGANIZER), group.id, Changes(capacity=5))
    async with refused("group.minimum"):
        await change(actor(ORGANIZER), group.id, Changes(capacity=5, minimum=1))
    kept = await change(actor(ORGANIZER), group.id, Changes(capacity=5, minimum=5))
    assert (kept.capacity, kept.minimum) == (5, 5)
    kept = await change(actor(ORGANIZER), group.id, Changes(minimum=0))
    assert kept.minimum == 0


@pytest.mark.parametrize("hours", [0, -1, 73])
async def test_hours_stay_within_three_days(builder: Builder, hours: int) -> None:
    group = (await builder.create_group()).group
    async with refused("number.range"):
        await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(answer_hours=hours))


async def test_only_organizers_set_them(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, BEN)
    async with refused("group.organizers_only"):
        await builder.groups.change(builder.act_as(BEN), group.id, Changes(minimum=2))
    async with refused("group.unknown"):
        await builder.groups.change(builder.act_as(STRANGER), group.id, Changes(minimum=2))


# -- rates -------------------------------------------------------------------------------------


class Ledger:
    """A group's held meetings, and what is recorded of them."""

    def __init__(self, builder: MeetingBuilder) -> None:
        self.builder = builder
        self.groups = GroupService(builder.transactions, builder.planner)

    async def held(self, weeks_ago: int, *states: Attendance) -> MeetingId:
        """Let the group have met, and each of its people have been so."""
        builder = self.builder
        meeting_id = await builder.add_meeting(self.builder.group, builder.now - timedelta(weeks=weeks_ago))

        async def script(tx: Tx) -> None:
            await tx.run("UPDATE memberships SET joined_at = 0")
            await MeetingRepository(tx).set_state(meeting_id, MeetingState.CLOSED, now=builder.now)

        await builder.database.write(script)
        for user, state in enumerate(states, start=1):
            await self.record(meeting_id, user, state)
        return meeting_id

    async def record(self, meeting_id: MeetingId, user: int, state: Attendance) -> None:
        """Add an entry."""
        await self.builder.database.write(
            lambda tx: AttendanceRepository(tx).append(
                meeting_id=meeting_id,
                user_id=UserId(user),
                state=state,
                previous=None,
                recorded_by=UserId(1),
                now=self.builder.now,
            )
        )

    async def rates(self, user: int = 1) -> Rates | None:
        """Return what somebody sees on the group's card."""
        return (await self.groups.get_group(self.builder.act_as(user))).rates


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    """A group that has not met yet."""
    return Ledger(await MeetingBuilder.prepare(database))


async def test_a_group_that_has_not_met_has_no_rates(ledger: Ledger) -> None:
    assert await ledger.rates() is None
    await ledger.held(1, Attendance.UNRECORDED, Attendance.NOT_YET_MEMBER)
    assert await ledger.rates() is None


async def test_organizers_see_them_and_members_do_not(ledger: Ledger) -> None:
    await ledger.held(1, PRESENT, EXCUSED, ABSENT, Attendance.UNRECORDED)
    await ledger.held(2, PRESENT)
    assert await ledger.rates() == Rates(2, came=2, excused=1, absent=1)
    assert await ledger.rates(BEN_HERE) is None


async def test_a_correction_counts_once(ledger: Ledger) -> None:
    meeting_id = await ledger.held(1, PRESENT, ABSENT)
    await ledger.record(meeting_id, 2, EXCUSED)
    assert await ledger.rates() == Rates(1, came=1, excused=1, absent=0)
    await ledger.record(meeting_id, 2, ABSENT)
    assert await ledger.rates() == Rates(1, came=1, excused=0, absent=1)


async def test_only_the_last_meetings_count_that_were_held(ledger: Ledger) -> None:
    for weeks in range(1, RATED + 1):
        await ledger.held(weeks, PRESENT)
    await ledger.held(RATED + 1, ABSENT)
    called_off = await ledger.held(0, ABSENT)
    await ledger.builder.change_rows("UPDATE meetings SET state = 'cancelled' WHERE id = :id", id=called_off)
    assert await ledger.rates() == Rates(RATED, came=RATED, excused=0, absent=0)


async def test_another_groups_meetings_do_not_count(ledger: Ledger) -> None:
    builder, rowan = ledger.builder, ledger.builder.group
    await ledger.held(1, PRESENT)
    ledger.builder.group = other = await builder.add_plain_group(1, 2, name="Ash", channel=11)
    await ledger.held(1, ABSENT)
    assert (await ledger.groups.get_group(builder.act_as(1), rowan.id)).rates == Rates(
        1, came=1, excused=0, absent=0
    )
    assert (await ledger.groups.get_group(builder.act_as(1), other.id)).rates == Rates(
        1, came=0, excused=0, absent=1
    )
