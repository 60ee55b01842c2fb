"""The check-in: it opens with the meeting, takes each member's report, and closes with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.checkins.checkins import (
    BLOCKER_LIMIT,
    WIN_LIMIT,
    CheckIn,
    check_window,
    find_current,
    select_due,
)
from buddybot.domain.checkins.pulse import closes_at
from buddybot.domain.commitments import commitments
from buddybot.domain.commitments.commitments import (
    MAX_OPEN,
    Commitment,
    Outcome,
    State,
    Visibility,
    offers_help,
)
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import CommitmentId, GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState
from buddybot.domain.text import optional
from buddybot.services.attendance import attendance
from buddybot.services.attendance.closing_steps import end_meeting
from buddybot.services.checkins.speaking_turns import arrive, begin_round, load_round, require_open
from buddybot.services.commitments.outcome_steps import settle_outcome
from buddybot.services.core import (
    Actor,
    Planner,
    PlanningService,
    Transactions,
    UnitOfWork,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import Standing, as_member, at_meeting
from buddybot.services.core.service import Rules
from buddybot.storage.engine.transaction import epoch

CLOSED_LATE = "closed_late"
"""The code of the notice that a meeting was closed by the bot, long after it was over."""


class Due(NamedTuple):
    """A commitment that the member is asked about, and what they said of it already."""

    commitment: Commitment
    outcome: Outcome | None


class CheckInQuestions(NamedTuple):
    """What a member's report is about; after the first time, what it says.

    `unheard` is what they wrote for a meeting that was then called off: nobody has read it yet. With
    `candidates` nobody can tell which of these meetings is meant; `meeting` is the first.
    """

    meeting: Meeting
    due: tuple[Due, ...]
    report: CheckIn | None
    unheard: CheckIn | None = None
    candidates: tuple[Meeting, ...] = ()


class Reported(NamedTuple):
    """A report as it is on disk: what was settled, what is open now, and with what help is offered."""

    meeting: Meeting
    report: CheckIn
    settled: tuple[Commitment, ...]
    open: tuple[Commitment, ...]
    offers: tuple[Commitment, ...]

    @property
    def slots(self) -> int:
        """How many more commitments the member may make."""
        return max(MAX_OPEN - len(self.open), 0)


class Closing(NamedTuple):
    """Before a meeting is closed: who is in the round and has not reported. After: who is unrecorded.

    The latter is for organizers only; to a facilitator it stays empty. A group that is `resting` hears no
    summary until it wakes.
    """

    meeting: Meeting
    number: int
    waiting: tuple[UserId, ...] = ()
    unrecorded: tuple[UserId, ...] = ()
    resting: bool = False


async def open_meeting(uow: UnitOfWork, group: Group, meeting: Meeting, now: datetime) -> Meeting:
    """Open a meeting's check-in with its order and roles; one that is open stays as it is.

    The caller plans the group afterwards where that is not being done already.
    """
    await uow.groups.lock(group.id)
    current = await _fresh(uow, meeting)
    if current.state is MeetingState.OPEN:
        return current
    current.become(MeetingState.OPEN)
    await uow.meetings.set_state(meeting.id, MeetingState.OPEN, now=now)
    await begin_round(uow, current)
    await uow.cards.touch(meeting.id)
    return await _fresh(uow, meeting)


async def close_meeting(
    uow: UnitOfWork, planner: Planner, group: Group, meeting: Meeting, now: datetime
) -> Meeting:
    """Close an open meeting: settle its attendance, open its pulse and make the summary due.

    Commitments without a report stay open: they are missing, not failed.
    """
    closed = await end_meeting(uow, meeting, at=now, now=now)
    standing = await uow.attendances.list_standing(closed.id)
    if any(entry.state.attended for entry in standing.values()):
        await uow.pulse.open(closed.id, closes_at(closed.day, closed.zone, now))
    await planner.plan(uow, group, now)
    return closed


async def close_late(uow: UnitOfWork, meeting: Meeting, *, at: datetime, now: datetime) -> None:
    """Close a meeting as of `at`, long ago, that nobody closed and no summary could; tell organizers so.

    Nobody is asked any more how it was. The caller plans the group.
    """
    closed = await end_meeting(uow, meeting, at=at, now=now)
    number = await uow.meetings.get_number(closed)
    await uow.notices.tell(
        closed.group_id,
        code=CLOSED_LATE,
        key=f"{CLOSED_LATE}:{closed.id}",
        parameters={"number": number, "started_at": epoch(closed.starts_at)},
        now=now,
    )
    await attendance.tell_unrecorded(uow, closed, now)


async def _fresh(uow: UnitOfWork, meeting: Meeting) -> Meeting:
    found = await uow.meetings.get(meeting.group_id, meeting.id)
    if found is None:
        raise Refusal("meeting.unknown")
    return found


class CheckInService(PlanningService):
    """Reports, and the end of a meeting."""

    def __init__(self, transactions: Transactions, planner: Planner, rules: Rules) -> None:
        super().__init__(transactions, planner)
        self._early = rules.check_in_early

    @read_transaction
    async def prepare(
        self,
        uow: UnitOfWork,
        actor: Actor,
        *,
        meeting_id: MeetingId | None = None,
        group_id: GroupId | None = None,
    ) -> CheckInQuestions:
        """Return what the member is asked at a meeting, or at the one that can be reported on now.

        Refusals: those of `domain.checkins.check_window`, `checkin.no_meeting`, and of `access`.
        """
        if meeting_id is not None:
            _, meeting = await at_meeting(uow, actor, meeting_id)
            return await self._read_questions(uow, meeting, actor.user_id)
        standing = await as_member(uow, actor, group_id)
        found = await self._choose(uow, standing.group.id, actor.user_id)
        asked = await self._read_questions(uow, found[0], actor.user_id)
        return asked._replace(candidates=found) if len(found) > 1 else asked

    async def report(
        self,
        actor: Actor,
        meeting_id: MeetingId,
        *,
        outcomes: Mapping[CommitmentId, Outcome],
        win: str | None,
        blocker: str | None,
    ) -> Reported:
        """Write a member's report, or correct it: however often, and in whatever order, the last one counts.

        What is not due is passed over; what is due and not named stays open. A form that was sent before
        the one that stands changes nothing. Refusals besides those of `prepare`: `checkin.no_room` when
        a correction would leave more than three open.
        """
        clean_win = optional(win, limit=WIN_LIMIT, field="win")
        clean_blocker = optional(blocker, limit=BLOCKER_LIMIT, field="blocker")
        return await self._put_report(actor, meeting_id, outcomes, win=clean_win, blocker=clean_blocker)

    @write_transaction(repeats=True)
    async def _put_report(
        self,
        uow: UnitOfWork,
        actor: Actor,
        meeting_id: MeetingId,
        outcomes: Mapping[CommitmentId, Outcome],
        *,
        win: str | None,
        blocker: str | None,
    ) -> Reported:
        now = self._now()
        _, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        asked = await self._read_questions(uow, meeting, actor.user_id)
        if not await uow.checkins.put(
            meeting_id=meeting_id,
            user_id=actor.user_id,
            win=win,
            blocker=blocker,
            interaction_id=actor.interaction_id,
            now=now,
        ):
            # The later form has made the offers already.
            return (await self._read_report(uow, meeting, actor.user_id))._replace(offers=())
        for item in asked.due:
            if (outcome := outcomes.get(item.commitment.id)) is not None:
                await settle_outcome(uow, item.commitment, outcome, meeting, now)
        await self._turned_up(uow, meeting, actor.user_id)
        await uow.cards.touch(meeting_id)
        reported = await self._read_report(uow, meeting, actor.user_id)
        if len(reported.open) > MAX_OPEN:
            raise Refusal("checkin.no_room", most=MAX_OPEN)
        return reported

    @read_transaction
    async def get_report(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> Reported:
        """Return the member's report while it can still be added to; Refusal `checkin.first` without one."""
        _, meeting = await at_meeting(uow, actor, meeting_id)
        return await self._continue_report(uow, meeting, actor.user_id)

    async def commit(
        self,
        actor: Actor,
        meeting_id: MeetingId,
        *,
        lines: Sequence[str],
        plan: str | None,
        visibility: Visibility,
    ) -> Reported:
        """Add what the member will do next, one commitment a line; the plan belongs to the first.

        What they said at this meeting already is not added again.

        Refusals: `checkin.nothing_written`, `checkin.full`, and what `parse_line` refuses.
        """
        written = [commitments.parse_line(line) for line in lines if line.strip()]
        clean_plan = optional(plan, limit=commitments.PLAN_LIMIT, field="plan")
        if not written:
            raise Refusal("checkin.nothing_written")
        return await self._add_commitments(actor, meeting_id, written, plan=clean_plan, visibility=visibility)

    @write_transaction
    async def _add_commitments(
        self,
        uow: UnitOfWork,
        actor: Actor,
        meeting_id: MeetingId,
        written: Sequence[commitments.Line],
        *,
        plan: str | None,
        visibility: Visibility,
    ) -> Reported:
        standing, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        before = await self._continue_report(uow, meeting, actor.user_id)
        said_now = [item for item in before.open if item.set_at_meeting == meeting_id]
        new = commitments.without_twins(written, said_now)
        if len(new) > before.slots:
            raise Refusal("checkin.full", slots=before.slots, most=MAX_OPEN)
        for line in new:
            await uow.commitments.add(
                group_id=standing.group.id,
                guild_id=standing.group.guild_id,
                user_id=actor.user_id,
                category=line.category,
                text=line.text,
                target=line.target,
                plan=plan if line is written[0] else None,
                visibility=visibility,
                now=self._now(),
                set_at_meeting=meeting_id,
            )
        return await self._read_report(uow, meeting, actor.user_id)

    @read_transaction
    async def closing(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> Closing:
        """Return what to confirm before closing; Refusal `checkin.close_who` for those who may not."""
        standing, meeting = await at_meeting(uow, actor, meeting_id)
        _require_closer(standing, meeting)
        resting = standing.group.state is GroupState.PAUSED
        return (await _closing(uow, meeting))._replace(resting=resting)

    @write_transaction
    async def close(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> Closing:
        """Close a meeting, by an organizer or its facilitator."""
        standing, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        _require_closer(standing, meeting)
        closed = await close_meeting(uow, self._planner, standing.group, meeting, self._now())
        closing = await _closing(uow, closed)
        return closing if standing.member.organizes else closing._replace(unrecorded=())

    async def _choose(self, uow: UnitOfWork, group_id: GroupId, user_id: UserId) -> tuple[Meeting, ...]:
        """The meeting to report on now; else the last one when it can be corrected; else the next."""
        ahead = await uow.meetings.list_ahead(group_id)
        current = find_current(ahead, now=self._now(), early=self._early)
        if current:
            return current
        last = await uow.meetings.list_held(group_id, limit=1)
        reported = [m for m in last if await uow.checkins.get(m.id, user_id) is not None]
        for meeting in (*reported, *ahead, *last):
            return (meeting,)
        raise Refusal("checkin.no_meeting")

    async def _read_questions(self, uow: UnitOfWork, meeting: Meeting, user_id: UserId) -> CheckInQuestions:
        report = await uow.checkins.get(meeting.id, user_id)
        await self._check_window(uow, meeting, report)
        stored = uow.commitments
        said = [c for c in await stored.reported_at(meeting.id) if c.user_id == user_id]
        outcomes = await uow.checkins.list_outcomes(meeting.id)
        about = (*said, *select_due(await stored.open_of(meeting.group_id, user_id), meeting, report=report))
        unheard = None
        if report is None:
            for called_off in await uow.checkins.list_unheard(meeting.group_id, before=meeting.starts_at):
                unheard = await uow.checkins.get(called_off, user_id) or unheard
        return CheckInQuestions(meeting, tuple(Due(c, outcomes.get(c.id)) for c in about), report, unheard)

    async def _check_window(self, uow: UnitOfWork, meeting: Meeting, report: CheckIn | None) -> None:
        group_id = meeting.group_id
        others = (*await uow.meetings.list_ahead(group_id), *await uow.meetings.list_held(group_id))
        later = [m.starts_at for m in others if m.starts_at > meeting.starts_at and m.id != meeting.id]
        check_window(
            meeting,
            now=self._now(),
            early=self._early,
            next_opens=min(later) - self._early if later else None,
            has_reported=report is not None,
        )

    async def _turned_up(self, uow: UnitOfWork, meeting: Meeting, user_id: UserId) -> None:
        """Take a member who reports at the meeting into the round, unless they sent apologies."""
        if meeting.state is MeetingState.OPEN:
            roll = await uow.rsvps.get_roll(meeting)
            if roll.find_rsvp(user_id) is not Answer.APOLOGIES:
                await arrive(uow, meeting, user_id)

    async def _continue_report(self, uow: UnitOfWork, meeting: Meeting, user_id: UserId) -> Reported:
        report = await uow.checkins.get(meeting.id, user_id)
        await self._check_window(uow, meeting, report)
        return await self._read_report(uow, meeting, user_id)

    async def _read_report(self, uow: UnitOfWork, meeting: Meeting, user_id: UserId) -> Reported:
        report = await uow.checkins.get(meeting.id, user_id)
        if report is None:
            raise Refusal("checkin.first")
        still_open = tuple(await uow.commitments.open_of(meeting.group_id, user_id))
        said = [c for c in await uow.commitments.reported_at(meeting.id) if c.user_id == user_id]
        carried = {c.id for c in said if c.state is State.CARRIED}
        return Reported(
            meeting=meeting,
            report=report,
            settled=tuple(said),
            open=still_open,
            offers=tuple(c for c in still_open if c.carried_from in carried and offers_help(c.weeks_carried)),
        )


def _require_closer(standing: Standing, meeting: Meeting) -> None:
    require_open(meeting)
    if not may_close(standing, meeting):
        raise Refusal("checkin.close_who")


def may_close(standing: Standing, meeting: Meeting) -> bool:
    """Return whether a member is the one to close a meeting: an organizer, or its facilitator."""
    return standing.member.organizes or standing.member.user_id == meeting.facilitator_id


async def _closing(uow: UnitOfWork, meeting: Meeting) -> Closing:
    number = await uow.meetings.get_number(meeting)
    if not meeting.ahead:
        return Closing(meeting, number, unrecorded=tuple(await attendance.find_unrecorded(uow, meeting)))
    reported = {report.user_id for report in await uow.checkins.of_meeting(meeting.id)}
    people = (await load_round(uow, meeting)).people
    return Closing(meeting, number, waiting=tuple(user for user in people if user not in reported))
