"""Which pings are due to a group for its meetings, and when: values in, values out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import Preferences, QuietHours, defer
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.domain.meetings.schedule import instant
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, PingState, key
from buddybot.domain.zones import pick_known_zone

SUMMARY_LIFE = timedelta(days=7)
REMINDER_BEFORE = timedelta(hours=24)
NUDGE_LIFE = timedelta(hours=24)
TO_ANSWER = timedelta(hours=12)
"""Where a minimum is set, the card is up at least this long before answers are due."""
HEARD = timedelta(hours=12)
"""A meeting whose card is due by so much later than it was is announced again; by less, people have heard."""
ANSWERABLE = timedelta(hours=1)
"""An hour at which answers are due that is nearer than this when it is set gives nobody time to answer."""
_TO_MEMBERS = (PingKind.NUDGE, PingKind.REMINDER)


class Times(NamedTuple):
    """When what is said around a meeting; `quiet` are the hours of those who chose none themselves."""

    card_before: timedelta
    close_after: timedelta
    nudge_at: time
    quiet: QuietHours | None


def quiet_of(person: Preferences, default: QuietHours | None, *, direct: bool) -> QuietHours | None:
    """Return when a person is not to be written to; the default hours are for direct messages only."""
    return person.quiet or (default if direct else None)


def list_due_pings(
    *,
    group: Group,
    meetings: Sequence[Meeting],
    members: Mapping[UserId, Preferences],
    every_weeks: int,
    times: Times,
) -> list[DuePing]:
    """Return every ping for these meetings (ahead, or closed lately), whatever of it lies in the past.

    A group that does not meet gets none.
    """
    if group.state is not GroupState.ACTIVE:
        return []
    return [
        ping
        for meeting in meetings
        for ping in _of_meeting(group, meeting, members, every_weeks, times)
        if ping.due_at < ping.expires_at
    ]


def is_too_late(ping: DuePing, now: datetime, before: datetime | None = None) -> bool:
    """Return whether a ping is not to be planned any more; `before` is for when it was planned already.

    A nudge is never begun after its time, everything else not once it is useless. Organizers are not
    asked about few answers at an hour that was set too late for anybody to answer.
    """
    if ping.kind is PingKind.QUORUM:
        return before != ping.due_at and ping.due_at < now + ANSWERABLE
    if before is not None:
        return False
    return ping.expires_at <= now or (ping.kind is PingKind.NUDGE and ping.due_at <= now)


def _of_meeting(
    group: Group, meeting: Meeting, members: Mapping[UserId, Preferences], every_weeks: int, times: Times
) -> Iterator[DuePing]:
    closes_at = meeting.ends_at + times.close_after
    if meeting.state is MeetingState.SCHEDULED:
        again = meeting.announcement
        yield _ping(meeting, PingKind.CARD, card_due(group, meeting, times), meeting.starts_at, edition=again)
        if group.minimum and meeting.quorum_decision is None:
            due, edition = meeting.answers_due(group.answer_hours), meeting.moves + again
            yield _ping(meeting, PingKind.QUORUM, due, meeting.starts_at, edition=edition)
        yield from _nudges(group, meeting, members, every_weeks, times)
        yield from _reminders(group, meeting, members, times)
    if meeting.ahead:
        opens_at = min(meeting.starts_at, meeting.opened_at or meeting.starts_at)
        yield _ping(meeting, PingKind.CHECKIN, opens_at, closes_at)
        yield _ping(meeting, PingKind.SUMMARY, closes_at, closes_at + SUMMARY_LIFE)
    elif meeting.closed_at is not None:
        yield _ping(meeting, PingKind.SUMMARY, meeting.closed_at, meeting.closed_at + SUMMARY_LIFE)


def is_heard_of_no_more(card: Ping, due: datetime, starts_at: datetime, now: datetime) -> bool:
    """Return whether a meeting is announced again, whose last `card` is settled and would be `due` anew.

    It is when it was put off by so much that people forget, or at all when nobody was shown that card.
    """
    if card.state in (PingState.MISSED, PingState.SUPPRESSED):
        return card.due_at != due and now < starts_at
    return card.state in (PingState.SENDING, PingState.SENT) and due > now and due - card.due_at >= HEARD


def card_due(group: Group, meeting: Meeting, times: Times) -> datetime:
    """Return when a meeting's card goes up: a day before, or earlier where answers are needed early."""
    usual = meeting.starts_at - times.card_before
    if not group.minimum:
        return usual
    return min(usual, meeting.answers_due(group.answer_hours) - TO_ANSWER)


def _reminders(
    group: Group, meeting: Meeting, members: Mapping[UserId, Preferences], times: Times
) -> Iterator[DuePing]:
    for user_id, person in members.items():
        if person.direct_messages:
            quiet = quiet_of(person, times.quiet, direct=True)
            due = defer(meeting.starts_at - REMINDER_BEFORE, quiet, pick_known_zone(person.zone, group.zone))
            yield _ping(
                meeting,
                PingKind.REMINDER,
                due,
                meeting.starts_at,
                user_id,
                direct=True,
                edition=meeting.announcement,
            )


def _nudges(
    group: Group, meeting: Meeting, members: Mapping[UserId, Preferences], every_weeks: int, times: Times
) -> Iterator[DuePing]:
    """One for the channel, and one each for those who read elsewhere or later."""
    day = meeting.day - timedelta(days=max(1, every_weeks * 7 // 2))
    common = instant(day, times.nudge_at, meeting.zone)
    shared = False
    for user_id, person in members.items():
        if not person.nudges:
            continue
        zone = pick_known_zone(person.zone, group.zone)
        direct = person.direct_messages
        own = instant(day, times.nudge_at, zone) if direct else common
        due = defer(own, quiet_of(person, times.quiet, direct=direct), zone)
        if direct or due > common:
            yield _nudge(meeting, due, times, user_id, direct=direct)
        else:
            shared = True
    if shared:
        yield _nudge(meeting, common, times, GROUP)


def _nudge(
    meeting: Meeting, due: datetime, times: Times, recipient: UserId, *, direct: bool = False
) -> DuePing:
    expires = min(due + NUDGE_LIFE, meeting.starts_at - times.card_before)
    again = meeting.announcement
    return _ping(meeting, PingKind.NUDGE, due, expires, recipient, direct=direct, edition=again)


def _ping(
    meeting: Meeting,
    kind: PingKind,
    due: datetime,
    expires: datetime,
    recipient: UserId = GROUP,
    *,
    direct: bool = False,
    edition: int = 0,
) -> DuePing:
    extra = meeting.kind is MeetingKind.EXTRA
    return DuePing(
        key=key(meeting.group_id, meeting.slot, kind, recipient, edition=edition, extra=extra),
        guild_id=meeting.guild_id,
        group_id=meeting.group_id,
        meeting_id=meeting.id,
        kind=kind,
        recipient=recipient,
        due_at=due.astimezone(UTC),
        expires_at=expires.astimezone(UTC),
        direct=direct,
    )
