"""What a member's own calendar is given, and when it is told that an entry is another one now."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import GuildId, LocationId, UserId
from buddybot.domain.locations.locations import Access, LocationKind, read_location
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingKind, MeetingState, Reason
from buddybot.services.checkins.checkins import close_meeting
from buddybot.services.core.meeting_days import HORIZON
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.groups.groups import Changes, GroupService
from buddybot.services.locations import arrangements
from buddybot.services.meetings.calendar_feed import CalendarDay, CalendarFeed, CalendarView
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.locations.arrangements import ArrangementRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, STRANGER, THURSDAY, House, refused

FIRST = datetime(2026, 1, 8, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


@pytest.fixture
async def meeting(house: House, group: Group) -> Meeting:
    return (await house.ahead(group))[0]


async def feed(house: House, user_id: UserId = ANA) -> CalendarView:
    return await CalendarFeed(house.transactions).view(house.actor(user_id))


async def day(house: House, meeting: Meeting) -> CalendarDay:
    """Return the entry of one meeting."""
    found = [
        each for each in (await feed(house)).days if (each.slot, each.kind) == (meeting.slot, meeting.kind)
    ]
    assert len(found) == 1
    return found[0]


async def place(house: House, group: Group, name: str) -> LocationId:
    """Let Ana offer a place."""
    words = read_location(
        name=name,
        kind=LocationKind.PLACE,
        where="3 Mill Lane",
        access=frozenset({Access.PUBLIC}),
        note=None,
    )

    async def script(tx: Tx) -> LocationId:
        found = await LocationRepository(tx).add(
            group_id=group.id, guild_id=group.guild_id, words=words, offered_by=ANA, now=house.now
        )
        assert found is not None
        return found

    return await house.run(script)


async def settle(
    house: House, group: Group, meeting: Meeting, settled: Settled, *, online: bool = False
) -> None:
    """Say where a meeting is."""
    await house.run(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, meeting, settled, now=house.now, basis=Basis.ASSIGNED, online=online
        )
    )


# -- what is in it ----------------------------------------------------------------------------------------


async def test_it_holds_planned_meetings_and_days_that_only_the_schedule_knows(
    house: House, group: Group
) -> None:
    view = await feed(house)
    assert view.group.id == group.id
    assert view.now == house.now
    assert [each.starts_at for each in view.days] == [FIRST + WEEK * number for number in range(9)]
    assert view.days[-1].starts_at <= house.now + HORIZON
    assert len(await house.ahead(group)) == 2
    assert {(each.kind, each.sequence, each.called_off) for each in view.days} == {
        (MeetingKind.REGULAR, 0, False)
    }


async def test_a_day_is_the_same_entry_before_and_after_its_meeting_is_made(
    house: House, group: Group
) -> None:
    before = {each.slot: each for each in (await feed(house)).days}
    house.now += 3 * WEEK
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    made = [each.slot for each in await house.ahead(group)]
    assert date(2026, 1, 29) in made
    after = {each.slot: each for each in (await feed(house)).days}
    for slot in (date(2026, 1, 29), date(2026, 2, 5), date(2026, 2, 26)):
        assert (after[slot].kind, after[slot].sequence) == (before[slot].kind, before[slot].sequence)
        assert after[slot].starts_at == before[slot].starts_at


async def test_a_moved_meeting_stays_in_its_slot_and_leaves_no_second_entry(
    house: House, group: Group, meeting: Meeting
) -> None:
    slots = [each.slot for each in (await feed(house)).days]
    await house.meetings.move(house.actor(ORGANIZER), meeting.id, day=date(2026, 1, 10), at=time(10))
    view = await feed(house)
    assert [each.slot for each in view.days] == slots
    assert view.days[0].starts_at == datetime(2026, 1, 10, 10, tzinfo=UTC)


async def test_what_was_called_off_stays_in_it_as_called_off(house: House, group: Group) -> None:
    first, second = await house.ahead(group)
    await house.meetings.skip(house.actor(ORGANIZER), first.id, Reason.HOLIDAY)
    await house.meetings.cancel(house.actor(ORGANIZER), second.id, Reason.BELOW_QUORUM)
    called_off = [each.called_off for each in (await feed(house)).days]
    assert called_off == [True, True, *[False] * 7]


async def test_it_goes_back_some_weeks_and_not_further(house: House, meeting: Meeting) -> None:
    await house.set_state(meeting, MeetingState.OPEN)
    await house.set_state(meeting, MeetingState.CLOSED)
    house.now = FIRST + timedelta(days=27)
    closed = await day(house, meeting)
    assert (closed.starts_at, closed.called_off) == (FIRST, False)
    house.now = FIRST + timedelta(days=29)
    assert meeting.slot not in [each.slot for each in (await feed(house)).days]


async def test_an_extra_meeting_on_a_skipped_day_is_an_entry_of_its_own(house: House, group: Group) -> None:
    await house.schedules.add_extra(
        house.actor(ORGANIZER), date(2026, 1, 9), ScheduleChange(at=time(9), duration_minutes=30)
    )
    extra = (await feed(house)).days[1]
    assert (extra.slot, extra.kind) == (date(2026, 1, 9), MeetingKind.EXTRA)
    assert extra.ends_at - extra.starts_at == timedelta(minutes=30)


async def test_place_and_host_are_told_by_name(house: House, group: Group, meeting: Meeting) -> None:
    mill = await place(house, group, "Mill")
    await house.run(lambda tx: PreferenceRepository(tx).keep_name(group.guild_id, BEN, "Ben"))
    await settle(house, group, meeting, Settled(mill, BEN))
    told = await day(house, meeting)
    assert told.arrangement.location is not None
    assert told.arrangement.location.words.address == "3 Mill Lane"
    assert told.host == "Ben"
    assert (await feed(house)).days[-1].arrangement.known is False
    await settle(house, group, meeting, Settled(mill, BEN), online=True)
    told = await day(house, meeting)
    assert (told.arrangement.online, told.host) == (True, None)


async def test_a_host_who_left_is_not_named(house: House, group: Group, meeting: Meeting) -> None:
    await house.run(lambda tx: PreferenceRepository(tx).keep_name(group.guild_id, BEN, "Ben"))
    await settle(house, group, meeting, Settled(None, BEN))
    await house.run(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=house.now, reason=None)
    )
    assert (await day(house, meeting)).host is None


async def test_a_group_that_rests_does_not_meet(house: House, group: Group, meeting: Meeting) -> None:
    await house.set_state(meeting, MeetingState.OPEN)
    await house.set_state(meeting, MeetingState.CLOSED)
    await house.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.PAUSED))
    assert [each.called_off for each in (await feed(house)).days] == [False, *[True] * 8]


async def test_only_members_get_it(house: House, group: Group) -> None:
    async with refused("group.none"):
        await feed(house, STRANGER)
    async with refused("group.unknown"):
        await CalendarFeed(house.transactions).view(house.actor(STRANGER), group.id)
    async with refused("group.unknown"):
        await CalendarFeed(house.transactions).view(house.actor(ANA, guild=GuildId(11)), group.id)


async def test_a_group_without_a_rhythm_has_no_calendar(house: House, group: Group) -> None:
    await house.run(lambda tx: tx.run("DELETE FROM schedules"))
    await house.run(lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now))
    async with refused("calendar.empty"):
        await feed(house)


# -- when an entry is another one -------------------------------------------------------------------------


async def test_each_change_of_time_and_state_raises_the_sequence(
    house: House, group: Group, meeting: Meeting
) -> None:
    seen = [(await day(house, meeting)).sequence]

    async def changes(act: Awaitable[object]) -> None:
        await act
        seen.append((await day(house, meeting)).sequence)
        assert seen[-1] > seen[-2]

    await changes(house.meetings.skip(house.actor(ORGANIZER), meeting.id, Reason.HOLIDAY))
    await changes(house.meetings.revive(house.actor(ORGANIZER), meeting.id))
    await changes(house.meetings.move(house.actor(ORGANIZER), meeting.id, day=date(2026, 1, 9), at=None))
    await changes(house.meetings.move(house.actor(ORGANIZER), meeting.id, day=None, at=time(18)))
    await changes(house.meetings.skip(house.actor(ORGANIZER), meeting.id, Reason.OTHER))
    await changes(house.schedules.add_extra(house.actor(ORGANIZER), date(2026, 1, 9), ScheduleChange()))
    await changes(house.meetings.cancel(house.actor(ORGANIZER), meeting.id, Reason.BELOW_QUORUM))


async def test_a_new_rhythm_raises_the_sequence_of_what_follows_it(
    house: House, group: Group, meeting: Meeting
) -> None:
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(at=time(18)))
    assert [each.sequence for each in (await feed(house)).days[:3]] == [1, 1, 1]
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(duration_minutes=60))
    assert [each.sequence for each in (await feed(house)).days[:3]] == [2, 2, 2]


async def test_a_day_that_a_rhythm_drops_and_gives_again_goes_on_counting(house: House, group: Group) -> None:
    organizer = house.actor(ORGANIZER)
    first = (await feed(house)).days[0].slot
    changed = await house.meetings.skip(organizer, first, Reason.HOLIDAY)
    [skipped] = [each for each in (await feed(house)).days if each.slot == first]
    await house.meetings.revive(house.actor(ORGANIZER), changed.meeting.id)
    before = {each.slot: each.sequence for each in (await feed(house)).days}
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=0))
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=THURSDAY))
    after = {each.slot: each.sequence for each in (await feed(house)).days}
    assert before[first] > skipped.sequence
    assert after[first] > before[first]
    assert all(after[slot] > before[slot] for slot in before if slot in after)


async def test_a_break_and_its_end_raise_the_sequence_of_all_that_lies_ahead(
    house: House, group: Group
) -> None:
    groups = GroupService(house.transactions, house.planner)
    seen = [{each.slot: each.sequence for each in (await feed(house)).days}]
    for act in (groups.pause, groups.resume):
        await act(house.actor(ORGANIZER))
        seen.append({each.slot: each.sequence for each in (await feed(house)).days})
        assert all(seen[-1][slot] > before for slot, before in seen[-2].items())
    await groups.resume(house.actor(ORGANIZER))
    assert {each.slot: each.sequence for each in (await feed(house)).days} == seen[-1]


async def test_another_name_of_the_group_raises_the_sequence_of_all_that_lies_ahead(
    house: House, group: Group
) -> None:
    groups = GroupService(house.transactions, house.planner)
    before = {each.slot: each.sequence for each in (await feed(house)).days}
    await groups.change(house.actor(ORGANIZER), group.id, Changes(name="Hazel"))
    after = {each.slot: each.sequence for each in (await feed(house)).days}
    assert all(after[slot] > sequence for slot, sequence in before.items())
    await groups.change(house.actor(ORGANIZER), group.id, Changes(name="Hazel", capacity=7))
    assert {each.slot: each.sequence for each in (await feed(house)).days} == after


async def test_another_place_or_host_raises_the_sequence(
    house: House, group: Group, meeting: Meeting
) -> None:
    mill, lumen = await place(house, group, "Mill"), await place(house, group, "Lumen")
    await settle(house, group, meeting, Settled(mill, ANA))
    first = (await day(house, meeting)).sequence
    for number, (settled, online) in enumerate(
        [
            (Settled(lumen, ANA), False),
            (Settled(lumen, BEN), False),
            (Settled(lumen, BEN), True),
            (Settled(None, None), False),
        ],
        start=1,
    ):
        await settle(house, group, meeting, settled, online=online)
        assert (await day(house, meeting)).sequence == first + number


UNCHANGING: dict[str, Callable[[House, Group, Meeting], Awaitable[object]]] = {
    "an answer": lambda house, _, meeting: house.rsvps.answer(house.actor(ANA), meeting.id, Answer.GOING),
    "time away": lambda house, *_: house.away.add(
        house.actor(ANA), DaySpan(date(2026, 1, 5), date(2026, 1, 11))
    ),
    "its card": lambda house, _, meeting: house.announce(meeting),
    "planning again": lambda house, group, _: house.run(
        lambda tx: house.planner.plan(UnitOfWork(tx), group, house.now)
    ),
    "the same place again": lambda house, group, _: house.run(
        lambda tx: arrangements.settle(UnitOfWork(tx), group, house.now)
    ),
    "a revival of what is not skipped": lambda house, _, meeting: house.meetings.revive(
        house.actor(ORGANIZER), meeting.id
    ),
    "who facilitates": lambda house, _, meeting: house.run(
        lambda tx: MeetingRepository(tx).set_roles(meeting.id, facilitator_id=ANA, timekeeper_id=BEN)
    ),
    "its beginning": lambda house, _, meeting: house.set_state(meeting, MeetingState.OPEN),
    "its end": lambda house, group, meeting: ended(house, group, meeting),
    "that its place was shown": lambda house, _, meeting: house.run(
        lambda tx: ArrangementRepository(tx).mark_announced([meeting.id])
    ),
    "another meeting": lambda house, *_: house.meetings.skip(
        house.actor(ORGANIZER), date(2026, 1, 15), Reason.OTHER
    ),
    "a refused move": lambda house, _, meeting: refused_move(house, meeting),
}


async def ended(house: House, group: Group, meeting: Meeting) -> None:
    await house.set_state(meeting, MeetingState.OPEN)
    opened = await house.fresh(meeting)
    await house.run(lambda tx: close_meeting(UnitOfWork(tx), house.planner, group, opened, house.now))


async def refused_move(house: House, meeting: Meeting) -> None:
    async with refused("meeting.same_time"):
        await house.meetings.move(house.actor(ORGANIZER), meeting.id, day=None, at=time(19))


@pytest.mark.parametrize("what", UNCHANGING)
async def test_nothing_else_raises_it(house: House, group: Group, meeting: Meeting, what: str) -> None:
    mill = await place(house, group, "Mill")
    await settle(house, group, meeting, Settled(mill, BEN))
    before = (await day(house, meeting)).sequence
    await UNCHANGING[what](house, group, meeting)
    assert (await day(house, meeting)).sequence == before
