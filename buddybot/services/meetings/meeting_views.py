"""What the card of a meeting shows, and a member's own look at the next one."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from buddybot.domain.checkins.activities import NO_LIBRARY, Library
from buddybot.domain.checkins.agenda import Plan, count_expected, plan_meeting
from buddybot.domain.commitments.commitments import Commitment
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GroupId
from buddybot.domain.meetings.meetings import Meeting, MeetingState, NextMeeting, answers_due
from buddybot.domain.meetings.rsvps import Answer, Roll
from buddybot.services.core import Actor, Service, Transactions, UnitOfWork, read_transaction
from buddybot.services.core.access import as_member, guild_of, refuse_groupless
from buddybot.services.core.rules import Rules
from buddybot.services.locations import arrangement_views
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.storage.meetings.dashboard_queries import OwnGroup


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
    roll = await uow.rsvps.roll(meeting)
    summary = await uow.dashboard.of(meeting)
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
    async def next(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None
    ) -> Sequence[NextView]:
        """Return the actor's next meeting in the named group, this channel's, or each of their groups.

        Refusals: `group.none`, `group.archived`, `group.unknown`.
        """
        mine = await uow.dashboard.ahead(guild_of(actor), actor.user_id, now=self._now())
        if not mine and group_id is None:
            raise await refuse_groupless(uow, actor)
        if group_id is not None and all(group.id != group_id for group in mine):
            await as_member(uow, actor, group_id)  # refuses a group that ended, and one of others
        groups = _asked_for(mine, actor, group_id)
        return [await self._next(uow, actor, group) for group in groups]

    async def _next(self, uow: UnitOfWork, actor: Actor, group: OwnGroup) -> NextView:
        now, coming = self._now(), None
        if group.meeting is not None:
            roll = await uow.rsvps.roll(group.meeting)
            coming = ComingMeeting(
                meeting=group.meeting,
                roll=roll,
                arrangement=await arrangement_views.load_view_at(uow, group.id, group.meeting),
                answer_by=_answer_by(group, group.meeting, roll, now),
            )
        return NextView(
            group=group,
            meeting=coming,
            mine=None if coming is None else coming.roll.of(actor.user_id),
            check_in=coming is not None and now >= coming.meeting.starts_at - self._rules.check_in_early,
            commitments=tuple(await uow.commitments.open_of(group.id, actor.user_id)),
        )


def _asked_for(mine: Sequence[OwnGroup], actor: Actor, group_id: GroupId | None) -> Sequence[OwnGroup]:
    if group_id is not None:
        return [group for group in mine if group.id == group_id]
    here = [group for group in mine if group.channel_id == actor.channel_id]
    return here if len(here) == 1 else mine
