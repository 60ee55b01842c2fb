"""Days away are those of the member's own clock, wherever the group meets."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.services.checkins.checkins import open_meeting
from buddybot.services.checkins.speaking_turns import arrive, load_round
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.groups.preferences import PreferenceService
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.meetings.away import AwayRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.services.builder import ANA, BEN, ORGANIZER, Builder, refused

TOKYO, HONOLULU, KIRITIMATI = "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati"
MEETS = datetime(2026, 1, 9, 3, tzinfo=UTC)
"""The group's first meeting: Thursday 8 January, 19:00 in Los Angeles and Friday noon in Tokyo."""
THURSDAY, FRIDAY = date(2026, 1, 8), date(2026, 1, 9)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group(zone="America/Los_Angeles")


@pytest.fixture
async def meeting(builder: Builder, group: Group) -> Meeting:
    first = (await builder.list_ahead(group))[0]
    assert first.starts_at == MEETS
    return first


async def live_in(builder: Builder, zone: str | None, user_id: UserId = ANA) -> None:
    await PreferenceService(builder.transactions, builder.planner).set_zone(builder.act_as(user_id), zone)


async def answer(builder: Builder, meeting: Meeting, user_id: UserId = ANA) -> Answer | None:
    return (await builder.write(lambda tx: RsvpRepository(tx).get_roll(meeting))).find_rsvp(user_id)


@pytest.mark.parametrize(
    ("zone", "day", "excused"),
    [
        (TOKYO, FRIDAY, True),
        (TOKYO, THURSDAY, False),
        (None, THURSDAY, True),
        (None, FRIDAY, False),
        ("Europe/London", FRIDAY, True),
        (HONOLULU, THURSDAY, True),
        (KIRITIMATI, FRIDAY, True),
    ],
)
async def test_a_member_is_excused_when_the_meeting_is_on_their_own_day_away(
    builder: Builder, meeting: Meeting, zone: str | None, day: date, excused: bool
) -> None:
    await live_in(builder, zone)
    view = await builder.away.add(builder.act_as(ANA), DaySpan(day, day))
    assert await answer(builder, meeting) is (Answer.APOLOGIES if excused else None)
    assert [each.meeting.id for each in view.meetings] == ([meeting.id] if excused else [])
    assert await answer(builder, meeting, BEN) is None
    [span] = view.spans
    assert (span.zone, span.is_own) == (zone or "America/Los_Angeles", zone is not None)


async def test_days_differ_by_two_when_the_clocks_are_a_day_and_more_apart(builder: Builder) -> None:
    group = await builder.add_group(zone="Pacific/Pago_Pago")
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(at=time(23, 30)))
    first = (await builder.list_ahead(group))[0]
    assert (first.day, first.starts_at) == (THURSDAY, datetime(2026, 1, 9, 10, 30, tzinfo=UTC))
    await live_in(builder, KIRITIMATI)
    saturday = date(2026, 1, 10)
    view = await builder.away.add(builder.act_as(ANA), DaySpan(saturday, saturday))
    assert [each.meeting.id for each in view.meetings] == [first.id]
    assert await answer(builder, first) is Answer.APOLOGIES
    again = await builder.away.remove(builder.act_as(ANA), view.spans[0].id)
    assert [each.meeting.id for each in again.freed] == [first.id]


async def test_today_is_the_members_own_and_days_are_past_by_it(builder: Builder, meeting: Meeting) -> None:
    builder.now = datetime(2026, 1, 8, 16, tzinfo=UTC)  # 8 in the morning in Los Angeles
    assert await builder.away.find_today(builder.act_as(ANA)) == THURSDAY
    await live_in(builder, TOKYO)
    assert await builder.away.find_today(builder.act_as(ANA)) == FRIDAY
    async with refused("away.past"):
        await builder.away.add(builder.act_as(ANA), DaySpan(THURSDAY, THURSDAY))
    await builder.away.add(builder.act_as(ANA), DaySpan(FRIDAY, FRIDAY))
    assert len((await builder.away.list_own(builder.act_as(ANA))).spans) == 1
    builder.now = datetime(2026, 1, 9, 16, tzinfo=UTC)  # Friday in Los Angeles, Saturday in Tokyo
    assert (await builder.away.list_own(builder.act_as(ANA))).spans == ()


async def test_another_zone_gives_the_days_another_meaning_and_the_card_follows(
    builder: Builder, meeting: Meeting
) -> None:
    await builder.post_card(meeting)
    await builder.away.add(builder.act_as(ANA), DaySpan(FRIDAY, FRIDAY))
    assert not await builder.is_card_stale(meeting)
    assert await answer(builder, meeting) is None
    await live_in(builder, TOKYO)
    assert await answer(builder, meeting) is Answer.APOLOGIES
    assert await builder.is_card_stale(meeting)


async def test_the_round_follows_when_the_groups_zone_changes_during_a_meeting(
    builder: Builder, meeting: Meeting
) -> None:
    await builder.away.add(builder.act_as(ANA), DaySpan(FRIDAY, FRIDAY))
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.GOING)
    builder.now = meeting.starts_at
    group = await builder.write(lambda tx: GroupRepository(tx).get(meeting.guild_id, meeting.group_id))
    assert group is not None
    opened = await builder.write(lambda tx: open_meeting(UnitOfWork(tx), group, meeting, builder.now))
    await builder.write(lambda tx: arrive(UnitOfWork(tx), opened, ANA))
    assert await in_round(builder, opened) == {ANA, BEN}
    await builder.post_card(meeting)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(zone=TOKYO))
    assert await answer(builder, meeting) is Answer.APOLOGIES
    assert await in_round(builder, opened) == {BEN}
    assert await roles(builder, opened) == {BEN}
    assert await builder.is_card_stale(meeting)
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(zone="America/Los_Angeles"))
    assert await in_round(builder, opened) == {ANA, BEN}
    assert ANA in await roles(builder, opened)


async def in_round(builder: Builder, meeting: Meeting) -> set[UserId]:
    return set((await builder.write(lambda tx: load_round(UnitOfWork(tx), meeting))).people)


async def roles(builder: Builder, meeting: Meeting) -> set[UserId | None]:
    found = await builder.write(lambda tx: MeetingRepository(tx).get(meeting.group_id, meeting.id))
    assert found is not None
    return {found.facilitator_id, found.timekeeper_id} - {None}


async def test_the_groups_zone_counts_when_the_members_own_is_unknown(
    builder: Builder, meeting: Meeting
) -> None:
    await live_in(builder, TOKYO)
    await builder.write(lambda tx: tx.run("UPDATE preferences SET zone = 'Mars/Olympus'"))
    await builder.away.add(builder.act_as(ANA), DaySpan(THURSDAY, THURSDAY))
    assert await answer(builder, meeting) is Answer.APOLOGIES


async def test_a_stored_span_covers_instants_of_its_own_days(builder: Builder, group: Group) -> None:
    await live_in(builder, TOKYO)
    await builder.away.add(builder.act_as(ANA), DaySpan(FRIDAY, FRIDAY))
    [span] = await builder.write(lambda tx: AwayRepository(tx).of_group(group.id))
    midnight = datetime(2026, 1, 8, 15, tzinfo=UTC)
    second = timedelta(seconds=1)
    inside = [midnight, midnight + timedelta(days=1) - second]
    assert [span.covers(at) for at in inside] == [True, True]
    assert not span.covers(midnight - second)
    assert not span.covers(midnight + timedelta(days=1))
