"""The round of a meeting: who is in it, who has the floor, who leads."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.attendance.attendance import settle_attendance
from buddybot.domain.checkins.agenda import NO_LIBRARY, Library, Plan, count_expected, plan_meeting
from buddybot.domain.checkins.speaking_turns import fill_roles, order, ran_long
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import LOWEST_CAPACITY
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, began
from buddybot.services.core import Actor, Service, UnitOfWork, at_meeting, read_transaction, write_transaction
from buddybot.storage.checkins.speaking_turns import Turn
from buddybot.storage.locations.fairness_balances import Kind


async def plan_of(uow: UnitOfWork, meeting: Meeting, *, people: int, library: Library = NO_LIBRARY) -> Plan:
    """Return the plan of a meeting for so many people; see `plan_meeting`."""
    return plan_meeting(meeting, people=people, review=await has_review(uow, meeting), library=library)


async def has_review(uow: UnitOfWork, meeting: Meeting) -> bool:
    """Return whether anyone is asked at the meeting about a commitment made before it."""
    return await uow.commitments.asked_about(meeting.group_id, meeting.id, began=began(meeting))


class Round(NamedTuple):
    """The order as it stands; `begun` counts the turns that were given, and tells two clicks apart.

    `ran_long` when a turn of this round, whosever it was, took clearly more than its minutes.
    """

    people: tuple[UserId, ...]
    speaker: UserId | None
    until: datetime | None
    waiting: tuple[UserId, ...]
    minutes: int
    begun: int
    ran_long: bool = False


async def begin_round(uow: UnitOfWork, meeting: Meeting) -> None:
    """Set the order and the roles from those who said that they come."""
    roll = await uow.rsvps.get_roll(meeting)
    turns = uow.turns
    past = (await uow.balances.orders(meeting.group_id)).get(Kind.OPENER, ())
    last = {**{user: place for place, user in enumerate(past)}, **await turns.last_openers(meeting.group_id)}
    for user_id in order(roll.coming, last=last, late=frozenset(roll.list_members(Answer.LATE))):
        await turns.append(meeting.id, user_id)
    await _fill_roles(uow, meeting)


async def arrive(uow: UnitOfWork, meeting: Meeting, user_id: UserId) -> None:
    """Take somebody who turned up into the round, and into a role that nobody has."""
    await uow.turns.append(meeting.id, user_id)
    await _fill_roles(uow, meeting)


async def follow_answers(uow: UnitOfWork, meeting: Meeting) -> None:
    """Bring the round of a meeting that goes on in line with who says by now that they come.

    Who says so has a place in the round, at its end. Who sends apologies hands their role on; their place
    is theirs again when they come after all.
    """
    if meeting.state is not MeetingState.OPEN:
        return
    for user_id in (await uow.rsvps.get_roll(meeting)).coming:
        await uow.turns.append(meeting.id, user_id)
    await _fill_roles(uow, meeting)


async def restate_presence(
    uow: UnitOfWork, meeting: Meeting, user_id: UserId, answer: Answer, now: datetime
) -> None:
    """Let an answer that is given while the group meets correct the member's own "I'm here"."""
    if meeting.state is not MeetingState.OPEN:
        return
    entry = (await uow.attendances.list_standing(meeting.id)).get(user_id)
    if entry is None or entry.recorded_by != user_id:
        return
    state = settle_attendance(checked_in_there=answer.coming, answer=answer)
    if state is not entry.state:
        await uow.attendances.append(
            meeting_id=meeting.id,
            user_id=user_id,
            state=state,
            previous=entry.state,
            recorded_by=user_id,
            now=now,
        )


async def _fill_roles(uow: UnitOfWork, meeting: Meeting) -> None:
    """Give the roles that are free, to the least recent holders among those in the round."""
    here = [turn.user_id for turn in await _in_it(uow, meeting)]
    held = list(reversed(await uow.meetings.list_held(meeting.group_id, limit=24)))
    past = await uow.balances.orders(meeting.group_id)
    found = fill_roles(
        here,
        facilitator=meeting.facilitator_id,
        timekeeper=meeting.timekeeper_id,
        lead=meeting.lead_id,
        facilitators=_holders(past.get(Kind.FACILITATOR, ()), [each.facilitator_id for each in held]),
        timekeepers=_holders(past.get(Kind.TIMEKEEPER, ()), [each.timekeeper_id for each in held]),
        # Who was to lead where there was nothing to lead has not had their turn.
        leads=_holders(
            past.get(Kind.LEAD, ()), [each.lead_id if each.activity is not None else None for each in held]
        ),
    )
    await uow.meetings.set_roles(
        meeting.id,
        facilitator_id=None if found is None else found.facilitator,
        timekeeper_id=None if found is None else found.timekeeper,
        lead_id=None if found is None else found.lead,
    )


def _holders(past: Sequence[UserId], held: Sequence[UserId | None]) -> Sequence[Sequence[UserId]]:
    """Who had a role at each meeting, the oldest first; before them whom only their order is known of."""
    return [[user] for user in past] + [[] if user is None else [user] for user in held]


async def load_round(uow: UnitOfWork, meeting: Meeting) -> Round:
    """Return the round without those who left the group, or who sent apologies and did not come.

    While the speaker says that they can't come, the floor is free: it does not fall back to the
    one who spoke before, and is theirs again when they come after all.
    """
    turns = await _in_it(uow, meeting)
    minutes = await _minutes(uow, meeting, turns)
    # Who turns up later makes the turns to come shorter, not those that began before.
    begun = [
        (turn.started_at, max(turn.minutes or 0, minutes), turn)
        for turn in turns
        if turn.started_at is not None
    ]
    everybody = await uow.turns.of_meeting(meeting.id)
    latest = _latest(everybody)
    now = next((each for each in begun if each[2] == latest), None)
    return Round(
        people=tuple(turn.user_id for turn in turns),
        speaker=None if now is None else now[2].user_id,
        until=None if now is None else now[0] + timedelta(minutes=now[1]),
        waiting=tuple(turn.user_id for turn in turns if turn.started_at is None),
        minutes=minutes,
        begun=_count_turns(everybody),
        ran_long=ran_long((started_at, had) for started_at, had, _ in begun),
    )


async def people_at(uow: UnitOfWork, meeting: Meeting) -> int:
    """Return how many share the time: who is in the round of a meeting that goes on, else who is expected."""
    if meeting.state is MeetingState.OPEN:
        return max(len((await load_round(uow, meeting)).people), LOWEST_CAPACITY)
    return count_expected(await uow.rsvps.get_roll(meeting))


async def plan_for_people(uow: UnitOfWork, meeting: Meeting, library: Library) -> Plan:
    """Return the plan of a meeting for those who share its time."""
    return await plan_of(uow, meeting, people=await people_at(uow, meeting), library=library)


def _latest(turns: Sequence[Turn]) -> Turn | None:
    """Return the turn that began last; None before the first."""
    begun = [(turn.started_at, turn.position, turn) for turn in turns if turn.started_at is not None]
    return max(begun)[2] if begun else None


async def _minutes(uow: UnitOfWork, meeting: Meeting, turns: Sequence[Turn]) -> int:
    return (await plan_of(uow, meeting, people=len(turns))).agenda.turn


async def _in_it(uow: UnitOfWork, meeting: Meeting) -> Sequence[Turn]:
    roll = await uow.rsvps.get_roll(meeting)
    standing = await uow.attendances.list_standing(meeting.id)
    came = {user_id for user_id, entry in standing.items() if entry.state.attended}
    here = {*roll.coming, *roll.no_word, *came} & {*(rsvp.user_id for rsvp in roll.given), *roll.no_word}
    return [turn for turn in await uow.turns.of_meeting(meeting.id) if turn.user_id in here]


async def hand_floor_on(uow: UnitOfWork, meeting: Meeting, now: datetime) -> None:
    """Give the floor to the next in the order, if anybody waits for it."""
    turns = await _in_it(uow, meeting)
    waiting = next((turn for turn in turns if turn.started_at is None), None)
    if waiting is not None:
        minutes = await _minutes(uow, meeting, turns)
        await uow.turns.start(meeting.id, waiting.position, minutes=minutes, now=now)
        await uow.cards.touch(meeting.id)


async def pass_floor_of(uow: UnitOfWork, group_id: GroupId, user_id: UserId, now: datetime) -> None:
    """Let the round go on when its speaker is not in the group, or not in its server, any more."""
    for meeting in await uow.meetings.list_ahead(group_id):
        if meeting.state is not MeetingState.OPEN:
            continue
        speaks = _latest(await uow.turns.of_meeting(meeting.id))
        if speaks is not None and speaks.user_id == user_id:
            await hand_floor_on(uow, meeting, now)


def _count_turns(turns: Sequence[Turn]) -> int:
    """Return how many turns were given, also to people who are not in the round any more."""
    return sum(turn.started_at is not None for turn in turns)


def require_open(meeting: Meeting) -> None:
    """Raise Refusal `checkin.not_open` unless the meeting goes on."""
    if meeting.state is not MeetingState.OPEN:
        raise Refusal("checkin.not_open", state=meeting.state.value)


class TurnService(Service):
    """What a member does in the round of an open meeting."""

    @write_transaction
    async def mark_present(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> None:
        """Note that the member is at the meeting, in the way they said they would come."""
        _, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        require_open(meeting)
        await self._note_presence(uow, meeting, actor.user_id)
        await arrive(uow, meeting, actor.user_id)
        await uow.cards.touch(meeting_id)

    @read_transaction
    async def next_up(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId) -> UserId | None:
        """Return who has the floor next; None when nobody waits for it."""
        _, meeting = await at_meeting(uow, actor, meeting_id)
        require_open(meeting)
        waiting = [turn.user_id for turn in await _in_it(uow, meeting) if turn.started_at is None]
        return waiting[0] if waiting else None

    @write_transaction
    async def next_turn(self, uow: UnitOfWork, actor: Actor, meeting_id: MeetingId, *, begun: int) -> None:
        """Give the floor to the next in the order; nothing when `begun` is no longer how it stands."""
        _, meeting = await at_meeting(uow, actor, meeting_id, lock=True)
        require_open(meeting)
        if _count_turns(await uow.turns.of_meeting(meeting_id)) == begun:
            await hand_floor_on(uow, meeting, self._now())

    async def _note_presence(self, uow: UnitOfWork, meeting: Meeting, user_id: UserId) -> None:
        ledger = uow.attendances
        entry = (await ledger.list_standing(meeting.id)).get(user_id)
        expected = await uow.members.at(meeting.group_id, began(meeting))
        if user_id not in expected or (entry is not None and entry.state.attended):
            return
        roll = await uow.rsvps.get_roll(meeting)
        await ledger.append(
            meeting_id=meeting.id,
            user_id=user_id,
            state=settle_attendance(checked_in_there=True, answer=roll.find_rsvp(user_id)),
            previous=None if entry is None else entry.state,
            recorded_by=user_id,
            now=self._now(),
        )
