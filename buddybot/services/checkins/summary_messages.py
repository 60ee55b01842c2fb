"""The summary of a meeting: wins and commitments met, nobody's failure."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.checkins.pulse import Pulse
from buddybot.domain.commitments.commitments import Commitment, State, Visibility
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.pings import Ping
from buddybot.services.attendance.attendance import met, tell_unrecorded
from buddybot.services.checkins import kudos
from buddybot.services.checkins.checkins import close_meeting, open_meeting
from buddybot.services.core import Announcement, Planner, UnitOfWork
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_views import ArrangementView


class SummaryView(NamedTuple):
    """What went well at a meeting, and when and where the group meets next, twice ahead.

    `kept` and `begun` hold only what the group may read; `kept_in_all` counts the private ones too.
    `thanks` say who thanked whom since the last meeting. `met` is False when an organizer said that the
    group did not meet after all.
    """

    group: Group
    meeting: Meeting
    number: int
    wins: tuple[tuple[UserId, str], ...]
    kept: tuple[Commitment, ...]
    begun: tuple[Commitment, ...]
    kept_in_all: int
    following: tuple[tuple[Meeting, ArrangementView], ...]
    pulse: Pulse | None = None
    thanks: tuple[tuple[UserId, UserId], ...] = ()
    met: bool = True

    @property
    def choosers(self) -> tuple[UserId, ...]:
        """The next host, while they have yet to choose where the group meets."""
        return self.following[0][1].choosers if self.following else ()


async def view_of(uow: UnitOfWork, group: Group, meeting: Meeting) -> SummaryView:
    """Return what the summary shows now; it follows corrections.

    A commitment kept that was reported for a meeting called off since then is celebrated here.
    """
    meetings = uow.meetings
    reports = await uow.checkins.of_meeting(meeting.id)
    commitments = uow.commitments
    said = list(await commitments.reported_at(meeting.id))
    for called_off in await uow.checkins.list_unheard(group.id, before=meeting.starts_at):
        said += [c for c in await commitments.reported_at(called_off) if c.state is State.KEPT]
    readable = [c for c in said if c.visibility is Visibility.GROUP]
    ahead = await arrangements.list_planned(uow, group, meeting.starts_at)
    return SummaryView(
        group=group,
        meeting=meeting,
        number=await meetings.get_number(meeting),
        wins=tuple((report.user_id, report.win) for report in reports if report.win is not None),
        kept=tuple(c for c in readable if c.state is State.KEPT),
        begun=tuple(c for c in readable if c.state is not State.KEPT and c.done > 0),
        kept_in_all=sum(c.state is State.KEPT for c in said),
        following=tuple([(each, await arrangement_views.load_view(uow, each)) for each in ahead]),
        pulse=await uow.pulse.get(meeting.id),
        thanks=await kudos.since_last(uow, group, meeting),
        met=await met(uow, meeting),
    )


class SummaryPreparer:
    """Closes a meeting that nobody closed, and says what went well."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    async def __call__(
        self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime, /
    ) -> Announcement | None:
        """Return the summary; None, after closing, when nobody took part, for that is no news."""
        if ping.meeting_id is None:
            return None
        await uow.groups.lock(group.id)
        meeting = await uow.meetings.get(group.id, ping.meeting_id)
        if meeting is None:
            return None
        if meeting.state is MeetingState.SCHEDULED:  # its check-in could not go out in time
            meeting = await open_meeting(uow, group, meeting, now)
        if meeting.state is MeetingState.OPEN:
            meeting = await close_meeting(uow, self._planner, group, meeting, now)
        if meeting.state is not MeetingState.CLOSED:
            return None
        await tell_unrecorded(uow, meeting, now)
        if not await _anybody(uow, meeting):
            return None
        view = await view_of(uow, group, meeting)
        await uow.arrangements.mark_announced([each.id for each, _ in view.following])
        return Announcement(view, group.language, mentions=view.choosers)


async def _anybody(uow: UnitOfWork, meeting: Meeting) -> bool:
    standing = await uow.attendances.list_standing(meeting.id)
    reports = await uow.checkins.of_meeting(meeting.id)
    return bool(reports) or any(entry.state.attended for entry in standing.values())
