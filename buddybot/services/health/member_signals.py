"""A member who no longer fits: what the organizers may hear, what only the member does, once a day.

Nothing is inferred about reasons, nothing is counted up about a person, and nobody is compared with anybody.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.member_signals import member_tally, missed_without_a_word, observe_member
from buddybot.domain.checkins.speaking_turns import ran_long
from buddybot.domain.groups.groups import Group, GroupState, Member
from buddybot.domain.groups.preferences import StoredSpan
from buddybot.domain.health.stagnation import State
from buddybot.domain.health.stagnation_tally import week_of
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind
from buddybot.domain.pings import DuePing, PingKind, key
from buddybot.services.core import Service, StorageError, UnitOfWork, bot_transaction
from buddybot.storage.health.offers import CommitmentTally
from buddybot.storage.outbox.notices import about

log = logging.getLogger(__name__)

MISSED, TURNS_LONG = "missed", "turns_long"
LOOKED_AT = 60
"""Meetings that are read of a group, a year and more of weekly ones."""
FRESH = timedelta(days=14)
"""How long after a meeting its attendance may still come in and be answered with an offer."""
REST = timedelta(weeks=4)
"""Between two offers to one person."""
OFFER_LIFE = timedelta(days=3)
"""How long a direct message may wait; after that the offer is shown with the member's next command."""
TURNS_LOOKED_AT, TURNS_TOLD = 8, 3
"""Of so many meetings, in so many turns ran long: then the organizers hear of it."""


class _Own(NamedTuple):
    """One member's meetings since they came, oldest first, and how they were at each."""

    member: Member
    meetings: tuple[tuple[Meeting, Attendance], ...]
    away: bool

    @property
    def settled(self) -> bool:
        """Whether it is known how they were at the latest meeting."""
        return bool(self.meetings) and self.meetings[-1][1] is not Attendance.UNRECORDED


class MemberSignalService(Service):
    """The daily look at every group; each group in a transaction of its own."""

    async def review(self) -> None:
        """Look at every active group."""
        for group in await self._transactions.read(lambda uow: uow.groups.list_active()):
            try:
                await self._review(group)
            except StorageError as error:  # this group again tomorrow, the others now
                log.error("group %s could not be looked at: %s", group.id, error)

    @bot_transaction
    async def _review(self, uow: UnitOfWork, group: Group) -> None:
        await uow.groups.lock(group.id)
        current = await uow.groups.get(group.guild_id, group.id)
        if current is not None and current.state is GroupState.ACTIVE:
            await look(uow, current, self._now())


async def look(uow: UnitOfWork, group: Group, now: datetime) -> None:
    """Bring what is told and offered in line with the ledger; looking twice changes nothing."""
    held = list(reversed(await uow.meetings.list_held(group.id, limit=LOOKED_AT)))
    counted = [meeting for meeting in held if not meeting.holiday]
    members = await uow.members.present(group.id)
    await _forget_gone(uow, group, members)
    if not counted:
        return
    own = await _read_members(uow, group, members, counted, now)
    organizers = [member.user_id for member in members if member.organizes]
    for each in own:
        await _tell_missed(uow, group, each, organizers, now)
    if counted[-1].ends_at > now - FRESH:
        commitments = await uow.offers.commitments(group.id, since=counted[0].starts_at)
        for each in own:
            await _offer(uow, group, each, commitments, now)
    await _tell_turns(uow, group, held[-TURNS_LOOKED_AT:], now)


async def forget_member(uow: UnitOfWork, group_id: GroupId, user_id: UserId) -> None:
    """Drop what organizers are told of somebody who leaves."""
    for told in (about(user_id), uow.notices.left_server(user_id)):
        await uow.offers.forget_notice(group_id, told)


async def _forget_gone(uow: UnitOfWork, group: Group, members: Sequence[Member]) -> None:
    offers = uow.offers
    present = {about(member.user_id) for member in members}
    for told in await offers.notices_of(group.id, MISSED):
        if told not in present:
            await offers.forget_notice(group.id, told)


async def _read_members(
    uow: UnitOfWork, group: Group, members: Sequence[Member], meetings: Sequence[Meeting], now: datetime
) -> list[_Own]:
    entries = await uow.attendances.list_recent(group.id, meetings=LOOKED_AT)
    states = {(entry.meeting_id, entry.user_id): entry.state for entry in entries}
    spans = await uow.away.of_group(group.id)
    return [
        _of(
            member,
            meetings,
            states,
            [span for span in spans if span.user_id == member.user_id],
            now,
        )
        for member in members
    ]


def _of(
    member: Member,
    meetings: Sequence[Meeting],
    states: Mapping[tuple[MeetingId, UserId], Attendance],
    away: Sequence[StoredSpan],
    now: datetime,
) -> _Own:
    own = []
    for meeting in meetings:
        state = states.get((meeting.id, member.user_id))
        if state is None or meeting.starts_at < member.joined_at:
            continue
        if state in (Attendance.ABSENT, Attendance.UNRECORDED) and _is_away(away, meeting.starts_at):
            state = Attendance.EXCUSED  # days away are a word
        own.append((meeting, state))
    return _Own(member, tuple(own), _is_away(away, now))


def _is_away(spans: Sequence[StoredSpan], at: datetime) -> bool:
    return any(span.covers(at) for span in spans)


async def _tell_missed(
    uow: UnitOfWork, group: Group, own: _Own, organizers: Sequence[UserId], now: datetime
) -> None:
    """Tell the organizers once while it lasts; never while somebody is away or it is not recorded."""
    offers, user_id = uow.offers, own.member.user_id
    if own.away:
        await offers.forget_notice(group.id, about(user_id), unseen_only=True)
        return
    if not own.settled:
        return
    missed = missed_without_a_word([state for _, state in own.meetings])
    if missed is None or organizers == [user_id]:
        await offers.forget_notice(group.id, about(user_id))
        return
    await uow.notices.tell(
        group.id,
        code=MISSED,
        key=about(user_id),
        parameters={"member": user_id},
        now=now,
    )


async def _offer(
    uow: UnitOfWork,
    group: Group,
    own: _Own,
    commitments: Mapping[tuple[MeetingId, UserId], CommitmentTally],
    now: datetime,
) -> None:
    """Offer a member something after a drop below their own past, to them alone."""
    meeting = None if own.away else _find_drop(own, commitments, now)
    if meeting is None:
        return
    offers, user_id = uow.offers, own.member.user_id
    before = await offers.last_made(group.guild_id, user_id)
    if before is not None and before > now - REST:
        return
    if not await offers.add(group_id=group.id, user_id=user_id, meeting_id=meeting.id, now=now):
        return
    chosen = await uow.preferences.get(group.guild_id, user_id)
    if chosen.direct_messages:
        await uow.outbox.plan(_make_ping(meeting, user_id, now))


def _find_drop(
    own: _Own, commitments: Mapping[tuple[MeetingId, UserId], CommitmentTally], now: datetime
) -> Meeting | None:
    """The latest meeting, not long ago, after which this member fell clearly below their own past."""
    state, found = State(), None
    for meeting, attendance in own.meetings:
        said = commitments.get((meeting.id, own.member.user_id), CommitmentTally(0, 0))
        tally = member_tally(week_of(meeting.day), attendance, due=said.due, done=said.kept)
        state, verdict = observe_member(state, tally)
        if verdict.alert is not None:
            found = meeting
    return found if found is not None and found.ends_at > now - FRESH else None


def _make_ping(meeting: Meeting, user_id: UserId, now: datetime) -> DuePing:
    return DuePing(
        key=key(
            meeting.group_id,
            meeting.slot,
            PingKind.OFFER,
            user_id,
            extra=meeting.kind is MeetingKind.EXTRA,
        ),
        guild_id=meeting.guild_id,
        group_id=meeting.group_id,
        meeting_id=meeting.id,
        kind=PingKind.OFFER,
        recipient=user_id,
        due_at=now,
        expires_at=now + OFFER_LIFE,
        direct=True,
    )


async def _tell_turns(uow: UnitOfWork, group: Group, held: Sequence[Meeting], now: datetime) -> None:
    """Tell the organizers that turns run long in general; whose they were is not looked at."""
    begun = await uow.offers.turns_begun(group.id, since=held[0].starts_at)
    count = sum(ran_long(begun.get(meeting.id, ())) for meeting in held)
    if count < TURNS_TOLD:
        await uow.notices.forget(group.id, TURNS_LONG)
        return
    await uow.notices.tell(
        group.id, code=TURNS_LONG, key=TURNS_LONG, parameters={"count": count, "of": len(held)}, now=now
    )
