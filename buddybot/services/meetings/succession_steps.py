"""Takes the meetings of a group along into a new schedule: which day of it each of them takes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.meetings.schedule import (
    LAST_DAY,
    Occurrence,
    Schedule,
    find_successors,
    list_occurrences,
    local,
)
from buddybot.domain.zones import pick_known_zone
from buddybot.services.core import UnitOfWork, meeting_days

_WEEK = timedelta(weeks=1)
_TWO_DAYS = timedelta(days=2)
"""The local date of what starts from now on is never earlier than so much before now, in any zone."""


async def take_along(uow: UnitOfWork, group: Group, schedule: Schedule, now: datetime) -> None:
    """Give each meeting ahead, and each day left out, the day of a new schedule that takes its place.

    The planner then moves those that follow the schedule there, and drops those without a day. A day on
    which the group meets already, at a meeting that was moved there, is not given a second time.
    """
    since = (now - _TWO_DAYS).date()
    regular = [
        meeting
        for meeting in await uow.meetings.list_slots(group.id, since=since)
        if _lies_ahead(group, meeting, now) and not meeting.dropped
    ]
    days = sorted({each.stands_for for each in regular})
    if not days:
        return
    given = given_days(schedule, now, until=days[-1])
    agreed = {each.stands_for for each in regular if each.by_hand or await is_agreed(uow, each)}
    successors = find_successors(days, list(given), agreed)
    taken = _find_taken(regular, given, successors)
    if taken:
        successors = find_successors(days, [day for day in given if day not in taken], agreed)
    for meeting in regular:
        day = successors.get(meeting.stands_for, meeting.stands_for)
        if day != meeting.stands_for:
            await uow.successions.put_given_day(meeting.id, day)


def _find_taken(
    meetings: Sequence[Meeting], given: Mapping[date, Occurrence], successors: Mapping[date, date]
) -> set[date]:
    """Return the given days during which the group meets at a meeting of another day that was moved there."""
    return {
        day
        for day, each in given.items()
        for meeting in meetings
        if is_moved_onto(meeting, each) and successors.get(meeting.stands_for) != day
    }


def is_moved_onto(meeting: Meeting, each: Occurrence) -> bool:
    """Return whether an organizer put a meeting where the schedule has `each`, or so that they overlap."""
    return meeting.by_hand and meeting_days.is_busy(each, [meeting])


def given_days(schedule: Schedule, now: datetime, *, until: date) -> Mapping[date, Occurrence]:
    """Return what a schedule gives from now on, to a week after `until`."""
    last = min(until, LAST_DAY - _WEEK) + _WEEK
    found = {}
    for each in list_occurrences(schedule, after=(now - _TWO_DAYS).date()):
        if each.day > last:
            break
        if each.starts_at > now:
            found[each.day] = each
    return found


async def is_agreed(uow: UnitOfWork, meeting: Meeting) -> bool:
    """Return whether people agreed on anything about a meeting; to leave it out, or call it off, is that."""
    if meeting.state is not MeetingState.SCHEDULED:
        return True
    return await uow.agreements.exist(meeting.id)


def _lies_ahead(group: Group, meeting: Meeting, now: datetime) -> bool:
    """Whether a meeting, or the day of the schedule that it was moved from, is still to come."""
    if meeting.starts_at > now:
        return True
    today = local(now, pick_known_zone(meeting.zone, group.zone)).date()
    return meeting.day != meeting.stands_for and meeting.stands_for >= today
