"""With days to keep that are shorter than a round, everybody still has their turn."""

from collections import Counter
from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.ids import UserId
from buddybot.domain.locations.locations import LocationKind, read_location
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.domain.meetings.schedule import Schedule
from buddybot.pings.planning.planner import Planner
from buddybot.services.checkins.activities import set_activity
from buddybot.services.checkins.checkins import close_meeting, open_meeting
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.privacy.retention import RetentionService
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.arrangements import ArrangementRepository
from buddybot.storage.locations.fairness_balances import BalanceRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.builder import NEW_YEAR, TIMES, Builder

EIGHT = range(1, 9)
MEETS = NEW_YEAR + timedelta(days=3, hours=19)
PLANNER = Planner(ahead=2, times=TIMES)


async def prepare(builder: Builder) -> Group:
    """Make a group of eight who host in turn, each at a place of their own."""
    group = await builder.add_plain_group(*EIGHT)
    schedule = Schedule(
        weekday=MEETS.weekday(),
        time=MEETS.time(),
        zone="UTC",
        every_weeks=1,
        anchor=MEETS.date(),
        duration_minutes=75,
    )

    async def script(tx: Tx) -> None:
        await GroupRepository(tx).change(group, rotation=Rotation.TURNS)
        await ScheduleRepository(tx).put(group.id, schedule)
        for user in EIGHT:
            words = read_location(
                name=f"Place of {user}",
                kind=LocationKind.PLACE,
                where="Somewhere 1",
                access=frozenset(),
                note=None,
            )
            await LocationRepository(tx).add(
                group_id=group.id,
                guild_id=group.guild_id,
                words=words,
                offered_by=UserId(user),
                now=builder.now,
            )
        await PLANNER.plan(UnitOfWork(tx), group, builder.now)

    await builder.database.write(script)
    return group


async def hold_next(builder: Builder, group: Group) -> Counter[tuple[str, int]]:
    """Hold the next meeting, to which everybody comes; return who had which turn."""

    async def begin(tx: Tx) -> Meeting:
        meeting = (await MeetingRepository(tx).list_ahead(group.id))[0]
        builder.now = meeting.starts_at
        for user in EIGHT:
            await RsvpRepository(tx).put(
                meeting_id=meeting.id,
                user_id=UserId(user),
                answer=Answer.GOING,
                interaction_id=builder.act_as(user).interaction_id,
                now=builder.now,
            )
        await set_activity(UnitOfWork(tx), group, meeting, "wins_round", builder.now)
        opened = await open_meeting(UnitOfWork(tx), group, meeting, builder.now)
        return await close_meeting(UnitOfWork(tx), PLANNER, group, opened, builder.now + timedelta(hours=1))

    meeting = await builder.database.write(begin)
    arrangement = await builder.database.read(lambda tx: ArrangementRepository(tx).get(meeting.id))
    [opener] = await builder.read_rows(
        "SELECT user_id FROM turns WHERE meeting_id = :id AND position = 1", id=meeting.id
    )
    had = {
        "facilitator": meeting.facilitator_id,
        "timekeeper": meeting.timekeeper_id,
        "lead": meeting.lead_id,
        "opener": UserId(opener["user_id"]),
        "host": None if arrangement is None else arrangement.host_id,
    }
    return Counter((role, user) for role, user in had.items() if user is not None)


@pytest.mark.parametrize("weeks", [24, pytest.param(40, marks=pytest.mark.slow)])
async def test_everybody_has_their_turn_when_only_thirty_days_are_kept(
    database: Database, weeks: int
) -> None:
    builder = Builder(database, NEW_YEAR)
    group = await prepare(builder)
    turns: Counter[tuple[str, int]] = Counter()
    for _ in range(weeks):
        turns += await hold_next(builder, group)
        builder.now += timedelta(days=1)
        await RetentionService(builder.transactions, timedelta(days=30)).reduce_old()

    for role in ("facilitator", "timekeeper", "lead", "opener", "host"):
        had = [turns[role, user] for user in EIGHT]
        assert sum(had) == weeks
        assert max(had) - min(had) <= 2, f"{role}: {had}"
    [kept] = await builder.read_rows("SELECT COUNT(*) AS n FROM meetings WHERE facilitator_id IS NOT NULL")
    assert kept["n"] <= 5


async def test_what_is_remembered_goes_when_a_membership_is_forgotten(database: Database) -> None:
    builder = Builder(database, NEW_YEAR)
    group = await prepare(builder)
    for _ in range(9):
        await hold_next(builder, group)
    await builder.remove_member(group, 1)
    builder.now += timedelta(days=40)
    await RetentionService(builder.transactions, timedelta(days=30)).reduce_old()

    rows = await builder.read_rows("SELECT DISTINCT user_id FROM balances ORDER BY user_id")
    assert [row["user_id"] for row in rows] == [2, 3, 4, 5, 6, 7, 8]
    memory = await builder.database.read(lambda tx: BalanceRepository(tx).find_memory(group.id))
    assert memory is not None
    assert 1 not in memory.standing
