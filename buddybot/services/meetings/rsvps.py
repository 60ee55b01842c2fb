"""What members see of their next meeting, and how they say whether they come."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library, Plan, count_expected, plan_meeting
from buddybot.domain.commitments.commitments import Commitment
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, NextMeeting, Roll, answers_due
from buddybot.services.checkins.speaking_turns import follow_answers, restate_presence
from buddybot.services.core import (
    Actor,
    Service,
    Transactions,
    UnitOfWork,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import as_member, at_meeting, guild_of, refuse_groupless, require_active
from buddybot.services.core.service import Rules
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.storage.meetings.rsvps import OwnGroup


class MeetingView(NamedTuple):
    """A meeting, which one of the group's it is, where it is, how its members answer, and what they will do.

    `answer_by` is when answers are due, while that lies ahead and somebody's is missing.
    """

    group: Group
    meeting: Meeting
    number: int
    roll: Roll
    arrangement: ArrangementView
    plan: Plan
    answer_by: datetime | None = None


class ComingMeeting(NamedTuple):
    """What of a meeting ahead one of its members asks for first; `answer_by` is as a card has it."""

    meeting: NextMeeting
    roll: Roll
    arrangement: ArrangementView
    answer_by: datetime | None


class NextView(NamedTuple):
    """What one member sees of one group's next meeting; `meeting` is None when none is planned."""

    group: OwnGroup
    meeting: ComingMeeting | None
    mine: Answer | None
    check_in: bool
    commitments: tuple[Commitment, ...]

    @property
    def paused(self) -> bool:
        """Whether the group does not meet at present."""
        return self.group.state is not GroupState.ACTIVE


async def view_of(
    uow: UnitOfWork, group: Group, meeting: Meeting, *, now: datetime, library: Library = NO_LIBRARY
) -> MeetingView:
    """Return what the card of a meeting shows now; its activity is one of the library's."""
    roll = await uow.rsvps.get_roll(meeting)
    summary = await uow.dashboard.get_summary(meeting)
    return MeetingView(
        group=group,
        meeting=meeting,
        number=summary.number,
        roll=roll,
        arrangement=await arrangement_views.load_known_view(uow, meeting, summary.arrangement),
        plan=plan_meeting(meeting, people=count_expected(roll), review=summary.review, library=library),
        answer_by=_answer_by(group, meeting, roll, now),
    )


def _answer_by(
    group: Group | OwnGroup, meeting: Meeting | NextMeeting, roll: Roll, now: datetime
) -> datetime | None:
    due = answers_due(meeting.starts_at, group.answer_hours)
    awaited = meeting.state is MeetingState.SCHEDULED and now < due and bool(roll.no_word)
    return due if awaited else None


class MeetingViews(Service):
    """Reads what is shown."""

    def __init__(self, transactions: Transactions, rules: Rules) -> None:
        super().__init__(transactions)
        self._rules = rules

    @read_transaction
    async def list_next(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> Sequence[NextView]:
        """Return the actor's next meeting in the named group, this channel's, or each of their groups.

        Refusals: `group.none`, `group.archived`, `group.unknown`.
        """
        mine = await uow.dashboard.list_ahead(guild_of(actor), actor.user_id, now=self._now())
        if not mine and group_id is None:
            raise await refuse_groupless(uow, actor)
        if group_id is not None and all(group.id != group_id for group in mine):
            await as_member(uow, actor, group_id)  # refuses a group that ended, and one of others
        groups = _asked_for(mine, actor, group_id)
        return [await self._next(uow, actor, group) for group in groups]

    async def _next(self, uow: UnitOfWork, actor: Actor, group: OwnGroup) -> NextView:
        now, coming = self._now(), None
        if group.meeting is not None:
            roll = await uow.rsvps.get_roll(group.meeting)
            coming = ComingMeeting(
                meeting=group.meeting,
                roll=roll,
                arrangement=await arrangement_views.load_view_at(uow, group.id, group.meeting),
                answer_by=_answer_by(group, group.meeting, roll, now),
            )
        return NextView(
            group=group,
            meeting=coming,
            mine=None if coming is None else coming.roll.find_rsvp(actor.user_id),
            check_in=coming is not None and now >= coming.meeting.starts_at - self._rules.check_in_early,
            commitments=tuple(await uow.commitments.open_of(group.id, actor.user_id)),
        )


def _asked_for(mine: Sequence[OwnGroup], actor: Actor, group_id: GroupId | None) -> Sequence[OwnGroup]:
    if group_id is not None:
        return [group for group in mine if group.id == group_id]
    here = [group for group in mine if group.channel_id == actor.channel_id]
    return here if len(here) == 1 else mine


class Answered(NamedTuple):
    """A member's answer for a meeting as it stands: a later one may have been carried out before this one."""

    group: Group
    meeting: Meeting
    stands: Answer | None


class RsvpService(Service):
    """An answer may be changed until the meeting is closed; the last one counts."""

    @write_transaction
    async def answer(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, answer: Answer) -> Answered:
        """Set the actor's answer and return what they answer then.

        Refusals: `meeting.unknown`, `group.paused`, `rsvp.over`, `rsvp.not_held`.
        """
        standing, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        group, rsvps = standing.group, uow.rsvps
        require_active(group)
        if meeting.state is MeetingState.CLOSED:
            raise Refusal("rsvp.over")
        if not meeting.ahead:
            raise Refusal("rsvp.not_held", at=meeting.starts_at)
        changed = await rsvps.put(
            meeting_id=meeting.id,
            user_id=actor.user_id,
            answer=answer,
            interaction_id=actor.interaction_id,
            now=self._now(),
        )
        if not changed:
            return Answered(group, meeting, (await rsvps.get_roll(meeting)).find_rsvp(actor.user_id))
        await self._follow(uow, actor, group, meeting, answer)
        return Answered(group, meeting, answer)

    async def _follow(
        self, uow: UnitOfWork, actor: Actor, group: Group, meeting: Meeting, answer: Answer
    ) -> None:
        """Let the round, the cards and the place of a meeting follow a new answer."""
        if meeting.state is MeetingState.OPEN:
            await restate_presence(uow, meeting, actor.user_id, answer, self._now())
            await follow_answers(uow, meeting)
        await uow.cards.touch(meeting.id)
        # A host who is not there hands their turn on; one who comes may have what is open.
        hands_on = answer in (Answer.APOLOGIES, Answer.VIRTUAL)
        if hands_on or await uow.arrangements.may_fill(meeting.id, actor.user_id):
            await arrangements.settle(uow, group, self._now(), by=actor.user_id)
