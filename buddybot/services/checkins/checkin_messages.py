"""What the live card of a check-in shows: the round, and each member's own words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library, Plan
from buddybot.domain.checkins.checkins import CheckIn, select_due
from buddybot.domain.commitments.commitments import Commitment, State, Visibility
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState
from buddybot.domain.pings import Ping
from buddybot.services.checkins.activities import choose_for_those_here
from buddybot.services.checkins.checkins import open_meeting
from buddybot.services.checkins.speaking_turns import Round, load_round, plan_of
from buddybot.services.core import Announcement, UnitOfWork


class Quote(NamedTuple):
    """A commitment in its owner's words, and what was said of it; None before the report."""

    text: str
    plan: str | None
    target: int
    done: int | None


class Reporter(NamedTuple):
    """One person at the check-in; of private commitments only how many there are."""

    user_id: UserId
    reported: bool
    quotes: tuple[Quote, ...]
    private: int
    blocker: str | None


class CheckInView(NamedTuple):
    """A check-in as the group sees it; once the meeting is over it has no `plan` any more."""

    group: Group
    meeting: Meeting
    number: int
    round: Round
    people: tuple[Reporter, ...]
    plan: Plan | None = None

    @property
    def reported(self) -> int:
        """How many have checked in."""
        return sum(person.reported for person in self.people)


async def view_of(
    uow: UnitOfWork, group: Group, meeting: Meeting, *, library: Library = NO_LIBRARY
) -> CheckInView:
    """Return what the card shows now: those in the round, in its order, then who else has reported.

    Once the meeting is over only those who have reported are left: nobody is shown as one who said nothing.
    They stay in the order that they had, whoever leaves the group or comes back to it later.
    """
    the_round = await load_round(uow, meeting)
    reports = {report.user_id: report for report in await uow.checkins.of_meeting(meeting.id)}
    said = await uow.commitments.reported_at(meeting.id)
    still_open = await uow.commitments.open_in(group.id) if meeting.ahead else ()
    if meeting.ahead:
        everybody = [*dict.fromkeys((*the_round.people, *reports))]
    else:
        turns = await uow.turns.of_meeting(meeting.id)
        in_order = dict.fromkeys((*(turn.user_id for turn in turns), *reports))
        everybody = [user for user in in_order if user in reports]
    plan = await plan_of(uow, meeting, people=len(the_round.people), library=library)
    return CheckInView(
        group=group,
        meeting=meeting,
        number=await uow.meetings.get_number(meeting),
        round=the_round,
        people=tuple(_reporter(user_id, meeting, reports, said, still_open) for user_id in everybody),
        plan=plan if meeting.ahead else None,
    )


def _reporter(
    user_id: UserId,
    meeting: Meeting,
    reports: Mapping[UserId, CheckIn],
    said: Sequence[Commitment],
    still_open: Sequence[Commitment],
) -> Reporter:
    report = reports.get(user_id)
    if report is None:
        own = select_due((c for c in still_open if c.user_id == user_id), meeting, report=None)
    else:
        # What was let go undone is nobody's business; what was begun still counts.
        own = tuple(c for c in said if c.user_id == user_id and (c.done or c.state is not State.DROPPED))
    readable = [c for c in own if c.visibility is Visibility.GROUP]
    return Reporter(
        user_id=user_id,
        reported=report is not None,
        quotes=tuple(Quote(c.text, c.plan, c.target, None if report is None else c.done) for c in readable),
        private=len(own) - len(readable),
        blocker=None if report is None else report.blocker,
    )


async def prepare_checkin(
    uow: UnitOfWork, ping: Ping, group: Group, now: datetime, *, library: Library = NO_LIBRARY
) -> Announcement | None:
    """The check-in, which opens with this; those who said that they come are notified, not who began it."""
    if ping.meeting_id is None:
        return None
    meeting = await uow.meetings.get(group.id, ping.meeting_id)
    if meeting is None or not meeting.ahead:
        return None
    if meeting.state is MeetingState.SCHEDULED:
        meeting = await open_meeting(uow, group, meeting, now)
    await uow.groups.lock(group.id)
    meeting = await choose_for_those_here(uow, group, meeting, library, now)
    coming = (await uow.rsvps.get_roll(meeting)).coming
    view = await view_of(uow, group, meeting, library=library)
    mentions = tuple(user_id for user_id in coming if user_id != ping.caused_by)
    return Announcement(view, group.language, mentions=mentions)
