"""What a group does together: which activity a meeting has, and who would like what."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.checkins.activity_choice import choose
from buddybot.domain.checkins.agenda import (
    USUAL_MINUTES,
    Activity,
    Library,
    PlannedStep,
    agenda,
    count_expected,
    scale_steps,
)
from buddybot.domain.checkins.pulse import Band
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import LOWEST_CAPACITY, Group
from buddybot.domain.ids import GroupId, UserId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.checkins.agenda_views import AgendaView
from buddybot.services.checkins.speaking_turns import people_at, plan_of
from buddybot.services.core import (
    Actor,
    Service,
    UnitOfWork,
    meeting_days,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.access import Standing, as_member, as_organizer, require_active
from buddybot.services.core.meeting_days import Pick
from buddybot.services.core.service import Rules
from buddybot.services.core.unit_of_work import Transactions

REMEMBERED = timedelta(days=365)
"""How far back an activity counts as one that the group has had."""


class ActivityList(NamedTuple):
    """The activities that fit a group's people and usual meetings, and which of them one member marked."""

    group: Group
    activities: tuple[Activity, ...]
    wished: frozenset[str]


class ActivityView(NamedTuple):
    """One activity whole; `steps` are those of the group's usual meeting where it fits one."""

    group: Group
    activity: Activity
    steps: tuple[PlannedStep, ...]
    people: int


async def set_activity(
    uow: UnitOfWork, group: Group, meeting: Meeting, key: str | None, now: datetime
) -> None:
    """Give a meeting ahead of a group an activity of the library, or none; its cards show it.

    The caller has authorized, and holds the group's lock. Refusal `activity.over`.
    """
    if meeting.group_id != group.id or not meeting.ahead or meeting.ends_at <= now:
        raise Refusal("activity.over")
    await uow.activities.put(meeting.id, key)
    await uow.cards.touch(meeting.id)


async def choose_for_card(
    uow: UnitOfWork, group: Group, meeting: Meeting, library: Library, now: datetime
) -> Meeting:
    """Choose the activity of a meeting whose card goes up, where it has none that is known; return it."""
    await uow.groups.lock(group.id)
    current = await meeting_days.require(uow, group, meeting.id)
    if current.activity in library:
        return current
    roll = await uow.rsvps.get_roll(current)
    likely = (*roll.coming, *roll.no_word)
    return await _choose(uow, group, current, library, now, likely=likely, people=count_expected(roll))


async def choose_for_those_here(
    uow: UnitOfWork, group: Group, meeting: Meeting, library: Library, now: datetime
) -> Meeting:
    """Choose anew as the check-in opens where the activity does not fit who comes, or no card went up.

    Without anything that fits, it stays: more may turn up. The caller holds the group's lock.
    """
    if now >= meeting.ends_at:
        return meeting
    coming = (await uow.rsvps.get_roll(meeting)).coming
    if meeting.activity is None:
        cards = await uow.cards.of_meeting(meeting.id)
        if any(card.kind is CardKind.MEETING for card in cards):
            return meeting  # an organizer wants none, or nothing fitted
    elif not coming:
        return meeting
    people = await people_at(uow, meeting)
    plan = await plan_of(uow, meeting, people=people, library=library)
    if plan.agenda.activity is not None:
        return meeting
    return await _choose(uow, group, meeting, library, now, likely=coming, people=people)


async def _choose(
    uow: UnitOfWork,
    group: Group,
    meeting: Meeting,
    library: Library,
    now: datetime,
    *,
    likely: Collection[UserId],
    people: int,
) -> Meeting:
    activities = uow.activities
    room = (await plan_of(uow, meeting, people=people)).agenda.room
    wishes = {user: keys for user, keys in (await activities.list_wishes(group.id)).items() if user in likely}
    chosen = choose(
        list(library.values()),
        wishes,
        await activities.list_recent(meeting, since=now - REMEMBERED),
        people=people,
        minutes=room,
        lift=await activities.last_band(group.id) is Band.LOW,
    )
    if chosen is None:
        return meeting
    await set_activity(uow, group, meeting, chosen.key, now)
    return await meeting_days.require(uow, group, meeting.id)


class ActivityService(Service):
    """The library as a group sees it, the members' wishes, and the organizers' choice."""

    def __init__(self, transactions: Transactions, rules: Rules) -> None:
        super().__init__(transactions)
        self._library = rules.library

    @read_transaction
    async def all(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> ActivityList:
        """Return what fits the group, with the member's own marks; Refusals as `access.as_member`."""
        return await self._list(uow, await as_member(uow, actor, group_id))

    @read_transaction
    async def get_activity(self, uow: UnitOfWork, actor: Actor, group_id: GroupId, key: str) -> ActivityView:
        """Return one activity whole; Refusal `activity.unknown`."""
        group = (await as_member(uow, actor, group_id)).group
        activity = self._require_known(key)
        people, room = await _count_usual(uow, group)
        fits = activity.fits(people, room)
        return ActivityView(group, activity, scale_steps(activity, people, room) if fits else (), people)

    @write_transaction
    async def mark_wishes(
        self,
        uow: UnitOfWork,
        actor: Actor,
        group_id: GroupId,
        keys: Collection[str],
        *,
        among: Collection[str],
    ) -> ActivityList:
        """Mark `keys`, and take back the other marks `among` what was offered; Refusal `activity.unknown`."""
        standing = await as_member(uow, actor, group_id, lock=True)
        for key in (*keys, *among):
            self._require_known(key)
        repository = uow.activities
        await repository.drop_wishes(standing.group.id, actor.user_id, drop=set(among) - set(keys))
        await repository.add_wishes(standing.group.id, actor.user_id, add=keys)
        return await self._list(uow, standing)

    @write_transaction
    async def choose(
        self,
        uow: UnitOfWork,
        actor: Actor,
        pick: Pick | None,
        key: str | None,
        group_id: GroupId | None = None,
    ) -> AgendaView:
        """Give the chosen or next meeting an activity, or with None leave that open.

        Refusals: `group.organizers_only`, `group.paused`, `meeting.none_ahead`, `meeting.not_yet`,
        `activity.unknown`, `activity.unfit`, `activity.over`.
        """
        group, now = (await as_organizer(uow, actor, group_id, lock=True)).group, self._now()
        require_active(group)
        activity = None if key is None else self._require_known(key)
        meeting = await _find_meeting(uow, group, pick, now)
        people = await people_at(uow, meeting)
        room = (await plan_of(uow, meeting, people=people)).agenda.room
        if activity is not None and not activity.fits(people, room):
            raise Refusal(
                "activity.unfit",
                name=activity.name,
                fewest=activity.fewest,
                most=activity.most,
                shortest=activity.find_minimum(min(max(people, activity.fewest), activity.most)),
                people=people,
                room=room,
            )
        await set_activity(uow, group, meeting, key, now)
        chosen = await meeting_days.require(uow, group, meeting.id)
        plan = await plan_of(uow, chosen, people=people, library=self._library)
        return AgendaView(group, chosen, await uow.meetings.get_number(chosen), plan)

    @read_transaction
    async def fitting_meeting(
        self, uow: UnitOfWork, actor: Actor, pick: Pick | None, group_id: GroupId | None = None
    ) -> Sequence[Activity]:
        """Return what can be chosen for a meeting, or for the next one; Refusals as for `choose`."""
        group = (await as_organizer(uow, actor, group_id)).group
        require_active(group)
        meeting = await _find_meeting(uow, group, pick, self._now())
        people = await people_at(uow, meeting)
        room = (await plan_of(uow, meeting, people=people)).agenda.room
        return fitting(self._library, people, room)

    def _require_known(self, key: str) -> Activity:
        activity = self._library.get(key)
        if activity is None:
            raise Refusal("activity.unknown")
        return activity

    async def _list(self, uow: UnitOfWork, standing: Standing) -> ActivityList:
        people, room = await _count_usual(uow, standing.group)
        marked = await uow.activities.list_wishes(standing.group.id)
        return ActivityList(
            group=standing.group,
            activities=fitting(self._library, people, room),
            wished=marked.get(standing.member.user_id, frozenset()),
        )


def fitting(library: Library, people: int, minutes: int) -> tuple[Activity, ...]:
    """Return the activities that so many people can do in so much time."""
    return tuple(activity for activity in library.values() if activity.fits(people, minutes))


async def _count_usual(uow: UnitOfWork, group: Group) -> tuple[int, int]:
    """The group's people, two at least, and the minutes its meetings have for an activity."""
    people = max(len(await uow.members.list_current(group.id)), LOWEST_CAPACITY)
    schedule = await uow.schedules.get(group.id)
    duration = USUAL_MINUTES if schedule is None else schedule.duration_minutes
    return people, agenda(duration, people).room


async def _find_meeting(uow: UnitOfWork, group: Group, pick: Pick | None, now: datetime) -> Meeting:
    slots: Sequence[meeting_days.Slot] = await meeting_days.list_ahead(uow, group, now)
    if pick is not None:
        slot = meeting_days.find(slots, pick)
        if slot.meeting is None:
            raise Refusal("meeting.not_yet", at=slot.starts_at)
        return slot.meeting
    for slot in meeting_days.select_coming(slots, now):
        if slot.meeting is not None and slot.meeting.ahead:
            return slot.meeting
    raise Refusal("meeting.none_ahead")
