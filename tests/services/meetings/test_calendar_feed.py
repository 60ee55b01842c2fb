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
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.locations.arrangements import ArrangementRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, THURSDAY, Builder, refused

FIRST = datetime(2026, 1, 8, 19, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


@pytest.fixture
async def meeting(builder: Builder, group: Group) -> Meeting:
    return (await builder.list_ahead(group))[0]


async def feed(builder: Builder, user_id: UserId = ANA) -> CalendarView:
    return await CalendarFeed(builder.transactions).view(builder.act_as(user_id))


async def day(builder: Builder, meeting: Meeting) -> CalendarDay:
    """Return the entry of one meeting."""
    found = [
        each for each in (await feed(builder)).days if (each.slot, each.kind) == (meeting.slot, meeting.kind)
    ]
    assert len(found) == 1
    return found[0]


async def place(builder: Builder, group: Group, name: str) -> LocationId:
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
            group_id=group.id, guild_id=group.guild_id, words=words, offered_by=ANA, now=builder.now
        )
        assert found is not None
        return found

    return await builder.write(script)


async def settle(
    builder: Builder, group: Group, meeting: Meeting, settled: Settled, *, online: bool = False
) -> None:
    """Say where a meeting is."""
    await builder.write(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, meeting, settled, now=builder.now, basis=Basis.ASSIGNED, online=online
        )
    )


# -- what is in it ----------------------------------------------------------------------------------------


async def test_it_holds_planned_meetings_and_days_that_only_the_schedule_knows(
    builder: Builder, group: Group
) -> None:
    view = await feed(builder)
    assert view.group.id == group.id
    assert view.now == builder.now
    assert [each.starts_at for each in view.days] == [FIRST + WEEK * number for number in range(9)]
    assert view.days[-1].starts_at <= builder.now + HORIZON
    assert len(await builder.list_ahead(group)) == 2
    assert {(each.kind, each.sequence, each.called_off) for each in view.days} == {
        (MeetingKind.REGULAR, 0, False)
    }


async def test_a_day_is_the_same_entry_before_and_after_its_meeting_is_made(
    builder: Builder, group: Group
) -> None:
    before = {each.slot: each for each in (await feed(builder)).days}
    builder.now += 3 * WEEK
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    made = [each.slot for each in await builder.list_ahead(group)]
    assert date(2026, 1, 29) in made
    after = {each.slot: each for each in (await feed(builder)).days}
    for slot in (date(2026, 1, 29), date(2026, 2, 5), date(2026, 2, 26)):
        assert (after[slot].kind, after[slot].sequence) == (before[slot].kind, before[slot].sequence)
        assert after[slot].starts_at == before[slot].starts_at


async def test_a_moved_meeting_stays_in_its_slot_and_leaves_no_second_entry(
    builder: Builder, group: Group, meeting: Meeting
) -> None:
    slots = [each.slot for each in (await feed(builder)).days]
    await builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=date(2026, 1, 10), at=time(10))
    view = await feed(builder)
    assert [each.slot for each in view.days] == slots
    assert view.days[0].starts_at == datetime(2026, 1, 10, 10, tzinfo=UTC)


async def test_what_was_called_off_stays_in_it_as_called_off(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    await builder.meetings.skip(builder.act_as(ORGANIZER), first.id, Reason.HOLIDAY)
    await builder.meetings.cancel(builder.act_as(ORGANIZER), second.id, Reason.BELOW_QUORUM)
    called_off = [each.called_off for each in (await feed(builder)).days]
    assert called_off == [True, True, *[False] * 7]


async def test_it_goes_back_some_weeks_and_not_further(builder: Builder, meeting: Meeting) -> None:
    await builder.set_meeting_state(meeting, MeetingState.OPEN)
    await builder.set_meeting_state(meeting, MeetingState.CLOSED)
    builder.now = FIRST + timedelta(days=27)
    closed = await day(builder, meeting)
    assert (closed.starts_at, closed.called_off) == (FIRST, False)
    builder.now = FIRST + timedelta(days=29)
    assert meeting.slot not in [each.slot for each in (await feed(builder)).days]


async def test_an_extra_meeting_on_a_skipped_day_is_an_entry_of_its_own(
    builder: Builder, group: Group
) -> None:
    await builder.schedules.add_extra(
        builder.act_as(ORGANIZER), date(2026, 1, 9), ScheduleChange(at=time(9), duration_minutes=30)
    )
    extra = (await feed(builder)).days[1]
    assert (extra.slot, extra.kind) == (date(2026, 1, 9), MeetingKind.EXTRA)
    assert extra.ends_at - extra.starts_at == timedelta(minutes=30)


async def test_place_and_host_are_told_by_name(builder: Builder, group: Group, meeting: Meeting) -> None:
    mill = await place(builder, group, "Mill")
    await builder.write(lambda tx: PreferenceRepository(tx).keep_name(group.guild_id, BEN, "Ben"))
    await settle(builder, group, meeting, Settled(mill, BEN))
    told = await day(builder, meeting)
    assert told.arrangement.location is not None
    assert told.arrangement.location.words.address == "3 Mill Lane"
    assert told.host == "Ben"
    assert (await feed(builder)).days[-1].arrangement.known is False
    await settle(builder, group, meeting, Settled(mill, BEN), online=True)
    told = await day(builder, meeting)
    assert (told.arrangement.online, told.host) == (True, None)


async def test_a_host_who_left_is_not_named(builder: Builder, group: Group, meeting: Meeting) -> None:
    await builder.write(lambda tx: PreferenceRepository(tx).keep_name(group.guild_id, BEN, "Ben"))
    await settle(builder, group, meeting, Settled(None, BEN))
    await builder.write(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=builder.now, reason=None)
    )
    assert (await day(builder, meeting)).host is None


async def test_a_group_that_rests_does_not_meet(builder: Builder, group: Group, meeting: Meeting) -> None:
    await builder.set_meeting_state(meeting, MeetingState.OPEN)
    await builder.set_meeting_state(meeting, MeetingState.CLOSED)
    await builder.set_group_state(group, GroupState.PAUSED)
    assert [each.called_off for each in (await feed(builder)).days] == [False, *[True] * 8]


async def test_only_members_get_it(builder: Builder, group: Group) -> None:
    async with refused("group.none"):
        await feed(builder, STRANGER)
    async with refused("group.unknown"):
        await CalendarFeed(builder.transactions).view(builder.act_as(STRANGER), group.id)
    async with refused("group.unknown"):
        await CalendarFeed(builder.transactions).view(builder.act_as(ANA, guild=GuildId(11)), group.id)


async def test_a_group_without_a_rhythm_has_no_calendar(builder: Builder, group: Group) -> None:
    await builder.write(lambda tx: tx.run("DELETE FROM schedules"))
    await builder.write(lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now))
    async with refused("calendar.empty"):
        await feed(builder)


# -- when an entry is another one -------------------------------------------------------------------------


async def test_each_change_of_time_and_state_raises_the_sequence(
    builder: Builder, group: Group, meeting: Meeting
) -> None:
    seen = [(await day(builder, meeting)).sequence]

    async def changes(act: Awaitable[object]) -> None:
        await act
        seen.append((await day(builder, meeting)).sequence)
        assert seen[-1] > seen[-2]

    await changes(builder.meetings.skip(builder.act_as(ORGANIZER), meeting.id, Reason.HOLIDAY))
    await changes(builder.meetings.revive(builder.act_as(ORGANIZER), meeting.id))
    await changes(builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=date(2026, 1, 9), at=None))
    await changes(builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=None, at=time(18)))
    await changes(builder.meetings.skip(builder.act_as(ORGANIZER), meeting.id, Reason.OTHER))
    await changes(builder.schedules.add_extra(builder.act_as(ORGANIZER), date(2026, 1, 9), ScheduleChange()))
    await changes(builder.meetings.cancel(builder.act_as(ORGANIZER), meeting.id, Reason.BELOW_QUORUM))


async def test_a_new_rhythm_raises_the_sequence_of_what_follows_it(
    builder: Builder, group: Group, meeting: Meeting
) -> None:
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(at=time(18)))
    assert [each.sequence for each in (await feed(builder)).days[:3]] == [1, 1, 1]
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(duration_minutes=60))
    assert [each.sequence for each in (await feed(builder)).days[:3]] == [2, 2, 2]


async def test_a_day_that_a_rhythm_drops_and_gives_again_goes_on_counting(
    builder: Builder, group: Group
) -> None:
    organizer = builder.act_as(ORGANIZER)
    first = (await feed(builder)).days[0].slot
    changed = await builder.meetings.skip(organizer, first, Reason.HOLIDAY)
    [skipped] = [each for each in (await feed(builder)).days if each.slot == first]
    await builder.meetings.revive(builder.act_as(ORGANIZER), changed.meeting.id)
    before = {each.slot: each.sequence for each in (await feed(builder)).days}
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=0))
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(weekday=THURSDAY))
    after = {each.slot: each.sequence for each in (await feed(builder)).days}
    assert before[first] > skipped.sequence
    assert after[first] > before[first]
    assert all(after[slot] > before[slot] for slot in before if slot in after)


async def test_a_break_and_its_end_raise_the_sequence_of_all_that_lies_ahead(
    builder: Builder, group: Group
) -> None:
    groups = GroupService(builder.transactions, builder.planner)
    seen = [{each.slot: each.sequence for each in (await feed(builder)).days}]
    for act in (groups.pause, groups.resume):
        await act(builder.act_as(ORGANIZER))
        seen.append({each.slot: each.sequence for each in (await feed(builder)).days})
        assert all(seen[-1][slot] > before for slot, before in seen[-2].items())
    await groups.resume(builder.act_as(ORGANIZER))
    assert {each.slot: each.sequence for each in (await feed(builder)).days} == seen[-1]


async def test_another_name_of_the_group_raises_the_sequence_of_all_that_lies_ahead(
    builder: Builder, group: Group
) -> None:
    groups = GroupService(builder.transactions, builder.planner)
    before = {each.slot: each.sequence for each in (await feed(builder)).days}
    await groups.change(builder.act_as(ORGANIZER), group.id, Changes(name="Hazel"))
    after = {each.slot: each.sequence for each in (await feed(builder)).days}
    assert all(after[slot] > sequence for slot, sequence in before.items())
    await groups.change(builder.act_as(ORGANIZER), group.id, Changes(name="Hazel", capacity=7))
    assert {each.slot: each.sequence for each in (await feed(builder)).days} == after


async def test_another_place_or_host_raises_the_sequence(
    builder: Builder, group: Group, meeting: Meeting
) -> None:
    mill, lumen = await place(builder, group, "Mill"), await place(builder, group, "Lumen")
    await settle(builder, group, meeting, Settled(mill, ANA))
    first = (await day(builder, meeting)).sequence
    for number, (settled, online) in enumerate(
        [
            (Settled(lumen, ANA), False),
            (Settled(lumen, BEN), False),
            (Settled(lumen, BEN), True),
            (Settled(None, None), False),
        ],
        start=1,
    ):
        await settle(builder, group, meeting, settled, online=online)
        assert (await day(builder, meeting)).sequence == first + number


UNCHANGING: dict[str, Callable[[Builder, Group, Meeting], Awaitable[object]]] = {
    "an answer": lambda builder, _, meeting: builder.rsvps.answer(
        builder.act_as(ANA), meeting.id, Answer.GOING
    ),
    "time away": lambda builder, *_: builder.away.add(
        builder.act_as(ANA), DaySpan(date(2026, 1, 5), date(2026, 1, 11))
    ),
    "its card": lambda builder, _, meeting: builder.post_card(meeting),
    "planning again": lambda builder, group, _: builder.write(
        lambda tx: builder.planner.plan(UnitOfWork(tx), group, builder.now)
    ),
    "the same place again": lambda builder, group, _: builder.write(
        lambda tx: arrangements.settle(UnitOfWork(tx), group, builder.now)
    ),
    "a revival of what is not skipped": lambda builder, _, meeting: builder.meetings.revive(
        builder.act_as(ORGANIZER), meeting.id
    ),
    "who facilitates": lambda builder, _, meeting: builder.write(
        lambda tx: MeetingRepository(tx).set_roles(meeting.id, facilitator_id=ANA, timekeeper_id=BEN)
    ),
    "its beginning": lambda builder, _, meeting: builder.set_meeting_state(meeting, MeetingState.OPEN),
    "its end": lambda builder, group, meeting: ended(builder, group, meeting),
    "that its place was shown": lambda builder, _, meeting: builder.write(
        lambda tx: ArrangementRepository(tx).mark_announced([meeting.id])
    ),
    "another meeting": lambda builder, *_: builder.meetings.skip(
        builder.act_as(ORGANIZER), date(2026, 1, 15), Reason.OTHER
    ),
    "a refused move": lambda builder, _, meeting: refused_move(builder, meeting),
}


async def ended(builder: Builder, group: Group, meeting: Meeting) -> None:
    await builder.set_meeting_state(meeting, MeetingState.OPEN)
    opened = await builder.reload_meeting(meeting)
    await builder.write(lambda tx: close_meeting(UnitOfWork(tx), builder.planner, group, opened, builder.now))


async def refused_move(builder: Builder, meeting: Meeting) -> None:
    async with refused("meeting.same_time"):
        await builder.meetings.move(builder.act_as(ORGANIZER), meeting.id, day=None, at=time(19))


@pytest.mark.parametrize("what", UNCHANGING)
async def test_nothing_else_raises_it(builder: Builder, group: Group, meeting: Meeting, what: str) -> None:
    mill = await place(builder, group, "Mill")
    await settle(builder, group, meeting, Settled(mill, BEN))
    before = (await day(builder, meeting)).sequence
    await UNCHANGING[what](builder, group, meeting)
    assert (await day(builder, meeting)).sequence == before
