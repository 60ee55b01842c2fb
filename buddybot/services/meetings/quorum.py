"""When few have said that they come: the question to the organizers, and the one click that settles it."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting, MeetingState, QuorumDecision, Reason
from buddybot.domain.pings import Ping
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    meeting_days,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import at_meeting, require_active
from buddybot.services.core.service import Announcement
from buddybot.services.locations import arrangement_views, arrangements
from buddybot.services.meetings.meetings import Changed, call_off


class QuorumView(NamedTuple):
    """The question as it stands: how many come by now, never who is missing; `organizers` may decide.

    `online` is whether the meeting still is, after that was decided; `linkless` as in `Decided`.
    """

    group: Group
    meeting: Meeting
    coming: int
    organizers: tuple[UserId, ...]
    online: bool = False
    linkless: bool = False

    @property
    def open(self) -> bool:
        """Whether there is still something to decide."""
        return self.meeting.state is MeetingState.SCHEDULED and self.meeting.quorum_decision is None

    @property
    def enough(self) -> bool:
        """Whether as many come by now as make a meeting."""
        return self.coming >= self.group.minimum


async def view_of(uow: UnitOfWork, group: Group, meeting: Meeting) -> QuorumView:
    """Return what the question shows now."""
    at = await arrangement_views.load_view(uow, meeting)
    members = await uow.members.present(group.id)
    return QuorumView(
        group=group,
        meeting=meeting,
        coming=len((await uow.rsvps.get_roll(meeting)).coming),
        organizers=tuple(member.user_id for member in members if member.organizes),
        online=at.online,
        linkless=at.online and at.location is None,
    )


async def prepare_question(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """Ask the organizers what to do; None when enough come, or when they were asked or have decided.

    It is the hour at which answers are due, so the meeting's card stops asking for them.
    """
    if ping.meeting_id is None:
        return None
    meeting = await uow.meetings.get(group.id, ping.meeting_id)
    if meeting is None or meeting.starts_at <= now:
        return None
    cards = uow.cards
    await cards.touch(meeting.id)
    view = await view_of(uow, group, meeting)
    # One that went out before the meeting was moved still stands.
    asked = any(card.kind is CardKind.QUORUM for card in await cards.of_meeting(meeting.id))
    if asked or view.enough or not view.open:
        return None
    return Announcement(view, group.language, mentions=view.organizers)


class Decided(NamedTuple):
    """What is decided about a meeting; `again` when that was so before this click.

    `linkless` when it is online now and nobody knows where: the group has no virtual location.
    """

    group: Group
    meeting: Meeting
    decision: QuorumDecision
    again: bool = False
    linkless: bool = False


class QuorumService(PlanningService):
    """One organizer decides, once; the first click counts."""

    @read_transaction
    async def look(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> Changed:
        """Return a meeting that an organizer may still decide about; `again` when it is decided.

        Refusals: `meeting.unknown`, `quorum.organizers`, `group.paused`, `quorum.over`.
        """
        standing, meeting = await at_meeting(
            uow, actor, meeting_id, organizer=True, members="quorum.organizers"
        )
        return Changed(standing.group, meeting, again=_is_decided(standing.group, meeting))

    @write_transaction
    async def decide(
        self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, decision: QuorumDecision
    ) -> Decided:
        """Meet anyway, meet online, or call the meeting off; Refusals as for `look`."""
        standing, meeting = await at_meeting(
            uow, actor, meeting_id, organizer=True, lock=True, members="quorum.organizers"
        )
        group, now = standing.group, self._now()
        if _is_decided(group, meeting):
            return Decided(group, meeting, meeting.quorum_decision or decision, again=True)
        await uow.meetings.set_quorum_decision(meeting.id, decision)
        await uow.cards.touch(meeting.id)
        if decision is QuorumDecision.CANCEL:
            await call_off(uow, self._planner, group, meeting, Reason.BELOW_QUORUM, now, by=actor.user_id)
        else:
            if decision is QuorumDecision.ONLINE:
                await arrangements.move_online(uow, group, meeting, now=now, by=actor.user_id)
            await self._planner.plan(uow, group, now, by=actor.user_id)
        at = await arrangement_views.load_view(uow, meeting)
        return Decided(
            group,
            await meeting_days.require(uow, group, meeting.id),
            decision,
            linkless=at.online and at.location is None,
        )


def _is_decided(group: Group, meeting: Meeting) -> bool:
    require_active(group)
    if meeting.quorum_decision is not None:
        return True
    if meeting.state is not MeetingState.SCHEDULED:
        raise Refusal("quorum.over")
    return False
