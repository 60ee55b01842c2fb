"""What a person chose for themselves, for every group of a guild."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.domain.meetings import schedule
from buddybot.domain.meetings.schedule import local

_MOST_WINDOWS = 4
"""More than one only where a change of the clocks jumps over the loud part of a day."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times from `start` up to `end`, over midnight when `end` is the earlier one."""

    start: dt.time
    end: dt.time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise Refusal("quiet.same", start=self.start, end=self.end)

    def covers(self, at: dt.time) -> bool:
        """Whether this local time is quiet; `start` is, `end` is not."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Local days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        schedule.check_day(self.first)
        schedule.check_day(self.last)
        if self.last < self.first:
            raise Refusal("away.order", first=self.first, last=self.last)


class StoredSpan(NamedTuple):
    """One member's days away from one group, as a clock in `zone` shows them.

    That is the member's own zone where they chose one (`is_own`), else the group's.
    """

    id: int
    group_id: GroupId
    group_name: str
    user_id: UserId
    days: DaySpan
    zone: str
    is_own: bool

    def covers(self, moment: datetime) -> bool:
        """Whether the member is away at this instant, for instance when a meeting starts."""
        return away_on(local(moment, self.zone).date(), [self.days])


def defer(instant: dt.datetime, quiet: QuietHours | None, zone: str) -> dt.datetime:
    """`instant` in UTC, or when that is quiet in `zone` the first instant at which the quiet hours are over.

    Minutes before their start that a clock turned back shows again do not interrupt them.
    """
    instant = instant.astimezone(dt.UTC)
    if quiet is None:
        return instant
    for _ in range(_MOST_WINDOWS):
        wall = schedule.local(instant, zone)
        if not quiet.covers(wall.time()):
            break
        instant = _end(wall, quiet, zone)
    return instant


def away_on(day: dt.date, spans: Iterable[DaySpan]) -> bool:
    """Whether this local day lies in one of the spans."""
    return any(span.first <= day <= span.last for span in spans)


def _end(wall: dt.datetime, quiet: QuietHours, zone: str) -> dt.datetime:
    day = wall.date() if wall.time() < quiet.end else wall.date() + dt.timedelta(days=1)
    first = schedule.instant(day, quiet.end, zone)
    if first > wall:
        return first
    # The clock was turned back in between and shows the end of the quiet hours once more.
    return dt.datetime.combine(day, quiet.end).replace(tzinfo=wall.tzinfo, fold=1).astimezone(dt.UTC)


class LeaveReason(StrEnum):
    """Why somebody goes, if they like to say; a job found is success."""

    FOUND_WORK = "found_work"
    NO_TIME = "no_time"
    NOT_FOR_ME = "not_for_me"
    OTHER = "other"


class Preferences(NamedTuple):
    """How one person wants to be written to; what is not chosen is the calm default.

    `direct_messages` is True only after the person asked for them. `quiet` None means the bot's own
    quiet hours, `zone` None the group's zone.
    """

    guild_id: GuildId
    user_id: UserId
    display_name: str = ""
    direct_messages: bool = False
    nudges: bool = True
    quiet: QuietHours | None = None
    zone: str | None = None
