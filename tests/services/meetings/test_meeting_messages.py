"""What the bot says of itself about a meeting ahead."""

from datetime import date, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, Reason
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.meetings import meeting_messages
from buddybot.services.meetings.change_views import What
from buddybot.services.meetings.meeting_messages import ChangeView, ReminderView
from buddybot.services.meetings.rsvps import MeetingView
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.groups.preferences import PreferenceRepository
from tests.services.builder import ANA, BEN, GUILD, ORGANIZER, Builder

FIRST, SECOND = date(2026, 1, 8), date(2026, 1, 15)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def waiting(builder: Builder, meeting: Meeting) -> Ping:
    """Return the one notice of a change that is owed."""
    pings = await builder.list_pings(meeting, PingKind.CHANGE)
    return next(ping for ping in pings if ping.state.value == "planned")


async def told(builder: Builder, group: Group, meeting: Meeting) -> Announcement | None:
    """Return what the waiting notice says."""
    ping = await waiting(builder, meeting)
    return await builder.write(
        lambda tx: meeting_messages.prepare_change(UnitOfWork(tx), ping, group, builder.now)
    )


def change_in(announcement: Announcement | None) -> ChangeView:
    assert announcement is not None
    assert isinstance(announcement.content, ChangeView)
    return announcement.content


async def test_a_skip_names_the_meeting_after_it_and_notifies_who_comes(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.list_ahead(group)
    await builder.post_card(first)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.LATE)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.APOLOGIES)
    await builder.meetings.skip(builder.act_as(ORGANIZER), None, Reason.HOLIDAY)
    announcement = await told(builder, group, first)
    view = change_in(announcement)
    assert (view.what, view.meeting.reason) == (What.SKIPPED, "holiday")
    assert view.following is not None
    assert view.following.id == second.id
    assert announcement is not None
    assert announcement.mentions == (ANA,)


async def test_who_answered_before_the_card_was_out_is_notified_and_nobody_else(
    builder: Builder, group: Group
) -> None:
    """An answer can be given in /next, a week ahead."""
    first, second = await builder.list_ahead(group)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.GOING)
    for meeting, people in ((first, (ANA,)), (second, ())):
        await builder.meetings.cancel(builder.act_as(ORGANIZER), meeting.id, Reason.OTHER)
        announcement = await told(builder, group, meeting)
        assert announcement is not None
        assert (change_in(announcement).what, announcement.mentions) == (What.CANCELLED, people)


async def test_two_moves_before_the_notice_went_out_are_told_as_one(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=date(2026, 1, 9), at=None)
    await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=date(2026, 1, 10), at=None)
    assert len(await builder.list_pings(first, PingKind.CHANGE)) == 1
    view = change_in(await told(builder, group, first))
    assert (view.what, view.meeting.day) == (What.MOVED, date(2026, 1, 10))
    assert view.meeting.moved_from == first.starts_at


async def test_there_and_back_again_is_not_worth_a_word(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=date(2026, 1, 9), at=None)
    await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=FIRST, at=None)
    assert await told(builder, group, first) is None


async def test_a_move_after_the_notice_is_told_anew(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    moved = (
        await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=date(2026, 1, 9), at=None)
    ).meeting
    await builder.send_ping(await waiting(builder, first))
    await builder.meetings.move(builder.act_as(ORGANIZER), first.id, day=date(2026, 1, 10), at=None)
    keys = [ping.key for ping in await builder.list_pings(first, PingKind.CHANGE)]
    assert len(set(keys)) == 2
    assert change_in(await told(builder, group, first)).meeting.moved_from == moved.starts_at


async def test_an_extra_meeting_and_one_that_is_held_after_all_are_told(
    builder: Builder, group: Group
) -> None:
    extra = await builder.schedules.add_extra(
        builder.act_as(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(10))
    )
    assert change_in(await told(builder, group, extra.meeting)).what is What.EXTRA
    skipped = (await builder.meetings.skip(builder.act_as(ORGANIZER), FIRST, Reason.OTHER)).meeting
    await builder.send_ping(await waiting(builder, skipped))
    await builder.meetings.revive(builder.act_as(ORGANIZER), skipped.id)
    assert change_in(await told(builder, group, skipped)).what is What.MEETS


async def test_an_extra_meeting_that_nobody_heard_of_goes_without_a_word(
    builder: Builder, group: Group
) -> None:
    extra = (
        await builder.schedules.add_extra(
            builder.act_as(ORGANIZER), date(2026, 1, 10), ScheduleChange(at=time(10))
        )
    ).meeting
    await builder.meetings.cancel(builder.act_as(ORGANIZER), extra.id, Reason.OTHER)
    assert await told(builder, group, extra) is None


async def test_word_of_a_change_is_of_use_until_the_meeting_would_be_over(
    builder: Builder, group: Group
) -> None:
    first = (await builder.list_ahead(group))[0]
    await builder.meetings.skip(builder.act_as(ORGANIZER), None, Reason.OTHER)
    ping = await waiting(builder, first)
    assert ping.due_at == builder.now
    assert ping.expires_at == first.ends_at + timedelta(hours=1)


async def test_the_card_is_for_a_meeting_that_is_still_ahead(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    ping = (await builder.list_pings(first, PingKind.CARD))[0]
    announcement = await builder.write(
        lambda tx: meeting_messages.prepare_card(UnitOfWork(tx), ping, group, builder.now)
    )
    assert announcement is not None
    assert isinstance(announcement.content, MeetingView)
    assert (announcement.content.number, announcement.mentions) == (1, ())
    assert (
        await builder.write(
            lambda tx: meeting_messages.prepare_card(UnitOfWork(tx), ping, group, first.starts_at)
        )
        is None
    )
    await builder.set_meeting_state(first, MeetingState.SKIPPED)
    assert (
        await builder.write(
            lambda tx: meeting_messages.prepare_card(UnitOfWork(tx), ping, group, builder.now)
        )
        is None
    )


async def reminded(
    builder: Builder, group: Group, meeting: Meeting, *, direct: bool = True
) -> Announcement | None:
    """Return what Ana's reminder would say."""
    card = (await builder.list_pings(meeting, PingKind.CARD))[0]
    ping = card._replace(kind=PingKind.REMINDER, recipient=ANA, direct=direct)
    return await builder.write(
        lambda tx: meeting_messages.prepare_reminder(UnitOfWork(tx), ping, group, builder.now)
    )


async def test_only_who_asked_and_gave_no_word_is_reminded(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    assert await reminded(builder, group, first) is None
    chosen = await builder.write(lambda tx: PreferenceRepository(tx).get(GUILD, ANA))
    await builder.write(lambda tx: PreferenceRepository(tx).put(chosen._replace(direct_messages=True)))
    announcement = await reminded(builder, group, first)
    assert announcement is not None
    assert announcement.content == ReminderView(group, first, None)
    assert await reminded(builder, group, first, direct=False) is None
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    assert await reminded(builder, group, first) is None


async def test_who_is_away_is_not_reminded(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    chosen = await builder.write(lambda tx: PreferenceRepository(tx).get(GUILD, ANA))
    await builder.write(lambda tx: PreferenceRepository(tx).put(chosen._replace(direct_messages=True)))
    assert await reminded(builder, group, first) is not None
    view = await builder.away.add(builder.act_as(ANA), DaySpan(FIRST, SECOND))
    assert await reminded(builder, group, first) is None
    await builder.away.remove(builder.act_as(ANA), view.spans[0].id)
    assert await reminded(builder, group, first) is not None
    await builder.set_meeting_state(first, MeetingState.OPEN)
    assert await reminded(builder, group, first) is None
