"""The activity of a meeting: chosen for its card by wishes, rest and pulse; changed by organizers."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from buddybot.domain.checkins.agenda import Activity, Practice
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState
from buddybot.domain.pings import PingKind
from buddybot.services.checkins import checkin_messages
from buddybot.services.checkins.activities import ActivityService, choose_for_card, set_activity
from buddybot.services.checkins.agenda_views import AgendaService
from buddybot.services.checkins.checkin_messages import CheckInView
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings import meeting_messages, rsvps
from buddybot.services.meetings.rsvps import MeetingView
from buddybot.storage.checkins.activities import ActivityRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from tests.domain.checkins.activities import lasting
from tests.services.builder import ANA, BEN, GUILD, ORGANIZER, RULES, STRANGER, Builder, refused

CHO, DEV = UserId(4), UserId(5)
CHEERFUL = replace(lasting("cheerful", 20), practises=frozenset({Practice.MOTIVATION}))
LIBRARY = {
    each.key: each
    for each in (
        lasting("first", 20),
        lasting("second", 20),
        lasting("pairs-only", 20, people=(2, 2)),
        CHEERFUL,
        lasting("endless", 400),
    )
}


@dataclass
class Club:
    """A group of three with a library."""

    builder: Builder
    group: Group
    meeting: Meeting

    def __post_init__(self) -> None:
        rules = RULES._replace(library=LIBRARY)
        self.activities = ActivityService(self.builder.transactions, rules)
        self.agenda = AgendaService(self.builder.transactions, rules)

    async def wish(self, user: UserId, *keys: str) -> None:
        await self.activities.mark_wishes(self.builder.act_as(user), self.group.id, keys, among=list(LIBRARY))

    async def answer(self, user: UserId, answer: Answer = Answer.GOING) -> None:
        await self.builder.rsvps.answer(self.builder.act_as(user), self.meeting.id, answer)

    async def card(self) -> MeetingView:
        """Prepare the card as the delivery does."""
        [ping] = await self.builder.list_pings(self.meeting, PingKind.CARD)
        announcement = await self.builder.write(
            lambda tx: meeting_messages.prepare_card(
                UnitOfWork(tx), ping, self.group, self.builder.now, library=LIBRARY
            )
        )
        assert announcement is not None
        assert isinstance(announcement.content, MeetingView)
        return announcement.content

    async def open(self) -> CheckInView:
        """Open the check-in as the delivery does."""
        self.builder.now = self.meeting.starts_at
        [ping] = await self.builder.list_pings(self.meeting, PingKind.CHECKIN)
        announcement = await self.builder.write(
            lambda tx: checkin_messages.prepare_checkin(
                UnitOfWork(tx), ping, self.group, self.builder.now, library=LIBRARY
            )
        )
        assert announcement is not None
        assert isinstance(announcement.content, CheckInView)
        return announcement.content

    async def key(self) -> str | None:
        return (await self.builder.reload_meeting(self.meeting)).activity

    async def set(self, key: str | None) -> None:
        await self.builder.write(
            lambda tx: set_activity(UnitOfWork(tx), self.group, self.meeting, key, self.builder.now)
        )

    async def join(self, *users: UserId) -> None:
        async def script(tx: Tx) -> None:
            for user in users:
                await MemberRepository(tx).add(
                    group_id=self.group.id,
                    guild_id=GUILD,
                    user_id=user,
                    role=(await MemberRepository(tx).list_current(self.group.id))[-1].role,
                    now=self.builder.now,
                )

        await self.builder.write(script)

    async def held(self, *keys: str, band: str | None = None, unrated: int = 0) -> None:
        """Let the group have met with these activities in the weeks before, and the last be rated so.

        After it come meetings that too few rated.
        """

        async def script(tx: Tx) -> None:
            for ago, key in enumerate(reversed(keys), 1):
                row = await tx.one(
                    """
                    INSERT INTO meetings (group_id, guild_id, slot, kind, local_day, local_time, zone,
                                          duration_minutes, starts_at, ends_at, state, moves, sequence,
                                          activity)
                    SELECT group_id, guild_id, :day, 'extra', :day, local_time, zone, duration_minutes,
                           starts_at - :seconds, ends_at - :seconds, 'closed', 0, 0, :key
                    FROM meetings WHERE id = :id RETURNING id
                    """,
                    id=self.meeting.id,
                    day=(self.meeting.day - timedelta(weeks=ago)).isoformat(),
                    seconds=ago * 7 * 86400,
                    key=key,
                )
                assert row is not None
                if band is not None and ago <= unrated + 1:
                    await tx.run(
                        """
                        INSERT INTO pulses (meeting_id, closes_at, state, votes, total, band)
                        VALUES (:id, 0, 'closed', 3, 6, :band)
                        """,
                        id=row["id"],
                        band=band if ago > unrated else None,
                    )

        await self.builder.write(script)


@pytest.fixture
async def club(database: Database) -> Club:
    """The organizer, Ana and Ben, some days before they meet."""
    builder = Builder(database)
    group = await builder.add_group()
    return Club(builder, group, (await builder.list_ahead(group))[0])


async def test_the_card_brings_what_those_who_come_would_like(club: Club) -> None:
    await club.wish(ANA, "second")
    view = await club.card()
    assert view.plan.activity == LIBRARY["second"]
    assert view.plan.agenda.activity == LIBRARY["second"]
    assert await club.key() == "second"


async def test_who_does_not_come_has_no_say(club: Club) -> None:
    await club.join(CHO)
    await club.wish(ANA, "second")
    await club.answer(ANA, Answer.APOLOGIES)
    assert (await club.card()).plan.activity == LIBRARY["first"]


async def test_what_an_organizer_chose_stays(club: Club) -> None:
    await club.wish(ANA, "second")
    await club.set("cheerful")
    assert (await club.card()).plan.activity == CHEERFUL
    assert (await club.card()).plan.activity == CHEERFUL


async def test_a_card_that_is_prepared_again_after_a_crash_says_the_same(club: Club) -> None:
    first = await club.card()
    await club.wish(ANA, "second")
    assert (await club.card()).plan.activity == first.plan.activity == LIBRARY["first"]


async def test_what_the_group_has_had_lately_rests(club: Club) -> None:
    await club.wish(ANA, "first")
    await club.held("second", "first")
    assert (await club.card()).plan.activity == CHEERFUL


async def test_a_meeting_ahead_counts_for_the_one_after_it(club: Club) -> None:
    await club.set("first")
    following = (await club.builder.list_ahead(club.group))[1]
    chosen = await club.builder.write(
        lambda tx: choose_for_card(UnitOfWork(tx), club.group, following, LIBRARY, club.builder.now)
    )
    assert chosen.activity == "second"


async def test_after_a_low_pulse_something_that_motivates_comes_first(club: Club) -> None:
    await club.wish(ANA, "second")
    await club.held("first", band="low")
    assert (await club.card()).plan.activity == CHEERFUL


async def test_after_a_better_pulse_wishes_come_first(club: Club) -> None:
    await club.wish(ANA, "second")
    await club.held("first", band="middling")
    assert (await club.card()).plan.activity == LIBRARY["second"]


async def test_a_low_pulse_is_about_the_last_meeting_only(club: Club) -> None:
    await club.wish(ANA, "second")
    await club.held("first", "first", band="low", unrated=1)
    assert (await club.card()).plan.activity == LIBRARY["second"]


async def test_as_the_check_in_opens_it_changes_only_if_it_no_longer_fits(club: Club) -> None:
    await club.set("pairs-only")
    for user in (ORGANIZER, ANA):
        await club.answer(user)
    assert (await club.open()).plan is not None
    assert await club.key() == "pairs-only"


async def test_more_people_than_it_is_for_get_another_one(club: Club) -> None:
    await club.set("pairs-only")
    for user in (ORGANIZER, ANA, BEN):
        await club.answer(user)
    view = await club.open()
    assert view.plan is not None
    assert view.plan.agenda.activity == LIBRARY["first"]
    assert await club.key() == "first"


async def test_before_anybody_said_that_they_come_it_stays(club: Club) -> None:
    await club.set("first")
    await club.open()
    assert await club.key() == "first"


async def test_a_meeting_without_a_card_gets_its_activity_with_the_check_in(club: Club) -> None:
    await club.answer(ANA)
    await club.open()
    assert await club.key() == "first"


async def test_none_that_an_organizer_wanted_after_the_card_stays_none(club: Club) -> None:
    await club.card()
    await club.builder.post_card(club.meeting)
    await club.activities.choose(club.builder.act_as(ORGANIZER), None, None)
    await club.answer(ANA)
    await club.open()
    assert await club.key() is None


async def test_without_anything_that_fits_the_card_has_none(club: Club) -> None:
    club.builder.now += timedelta(minutes=1)
    [ping] = await club.builder.list_pings(club.meeting, PingKind.CARD)
    only = {"endless": LIBRARY["endless"]}
    announcement = await club.builder.write(
        lambda tx: meeting_messages.prepare_card(
            UnitOfWork(tx), ping, club.group, club.builder.now, library=only
        )
    )
    assert announcement is not None
    assert isinstance(announcement.content, MeetingView)
    assert announcement.content.plan.activity is None
    assert await club.key() is None


# -- wishes ----------------------------------------------------------------------------------------


async def test_marks_are_kept_for_each_member_and_taken_back(club: Club) -> None:
    await club.wish(ANA, "first", "second")
    await club.wish(BEN, "first")
    await club.wish(ANA, "second")
    found = await club.builder.write(lambda tx: ActivityRepository(tx).list_wishes(club.group.id))
    assert found == {ANA: {"second"}, BEN: {"first"}}
    mine = await club.activities.all(club.builder.act_as(ANA))
    assert mine.wished == {"second"}


async def test_only_what_was_offered_is_taken_back(club: Club) -> None:
    await club.wish(ANA, "first", "endless")
    await club.activities.mark_wishes(club.builder.act_as(ANA), club.group.id, [], among=["first", "second"])
    found = await club.builder.write(lambda tx: ActivityRepository(tx).list_wishes(club.group.id))
    assert found == {ANA: {"endless"}}


async def test_the_list_has_what_fits_the_group(club: Club) -> None:
    view = await club.activities.all(club.builder.act_as(ANA))
    assert [each.key for each in view.activities] == ["first", "second", "cheerful"]


async def test_one_is_shown_for_as_many_as_they_are(club: Club) -> None:
    view = await club.activities.get_activity(club.builder.act_as(ANA), club.group.id, "first")
    assert view.people == 3
    assert sum(step.minutes for step in view.steps) == 25  # of 75 minutes
    assert (
        await club.activities.get_activity(club.builder.act_as(ANA), club.group.id, "endless")
    ).steps == ()


# -- who may ---------------------------------------------------------------------------------------


async def test_an_organizer_chooses_and_clears(club: Club) -> None:
    await club.builder.post_card(club.meeting)
    view = await club.activities.choose(club.builder.act_as(ORGANIZER), club.meeting.id, "second")
    assert view.plan.agenda.activity == LIBRARY["second"]
    assert await club.builder.is_card_stale(club.meeting)
    await club.activities.choose(club.builder.act_as(ORGANIZER), None, None)
    assert await club.key() is None


async def test_a_member_does_not_choose_for_all(club: Club) -> None:
    async with refused("group.organizers_only"):
        await club.activities.choose(club.builder.act_as(ANA), None, "first")
    assert await club.key() is None


@pytest.mark.parametrize(("key", "code"), [("gone", "activity.unknown"), ("endless", "activity.unfit")])
async def test_what_is_unknown_or_does_not_fit_is_refused(club: Club, key: str, code: str) -> None:
    async with refused(code):
        await club.activities.choose(club.builder.act_as(ORGANIZER), None, key)
    assert await club.key() is None


async def test_a_meeting_that_is_over_keeps_what_it_had(club: Club) -> None:
    await club.set("first")
    await club.builder.set_meeting_state(club.meeting, MeetingState.CANCELLED)
    club.meeting = await club.builder.reload_meeting(club.meeting)
    async with refused("activity.over"):
        await club.set("second")
    assert await club.key() == "first"


async def test_strangers_see_and_mark_nothing(club: Club) -> None:
    actor = club.builder.act_as
    async with refused("group.unknown"):
        await club.activities.all(actor(STRANGER), club.group.id)
    async with refused("group.unknown"):
        await club.activities.get_activity(actor(STRANGER), club.group.id, "first")
    async with refused("group.unknown"):
        await club.activities.mark_wishes(actor(STRANGER), club.group.id, ["first"], among=["first"])
    async with refused("meeting.unknown"):
        await club.agenda.look(actor(STRANGER), club.meeting.id)
    assert await club.builder.write(lambda tx: ActivityRepository(tx).list_wishes(club.group.id)) == {}


async def test_a_mark_that_the_library_does_not_know_is_refused(club: Club) -> None:
    async with refused("activity.unknown"):
        await club.activities.mark_wishes(club.builder.act_as(ANA), club.group.id, ["gone"], among=["first"])


async def test_the_agenda_is_for_those_who_are_expected(club: Club) -> None:
    await club.set("first")
    await club.answer(BEN, Answer.APOLOGIES)
    view = await club.agenda.look(club.builder.act_as(BEN), club.meeting.id)
    assert view.plan.agenda.activity == LIBRARY["first"]
    rounds = [part for part in view.plan.agenda.parts if part.each is not None]
    assert all(part.minutes == 2 * (part.each or 0) for part in rounds)


@pytest.mark.parametrize("come", [0, 1, 2])
async def test_the_first_who_are_there_read_the_same_times_everywhere(club: Club, come: int) -> None:
    for user in (ANA, BEN)[:come]:
        await club.answer(user, Answer.GOING)
    view = await club.open()
    asked = await club.agenda.look(club.builder.act_as(BEN), club.meeting.id)
    assert len(view.round.people) == come
    assert view.plan == asked.plan
    assert view.round.minutes == asked.plan.agenda.turn


async def test_an_activity_that_the_library_lost_counts_as_none(club: Club) -> None:
    await club.set("first")
    rest: dict[str, Activity] = {"second": LIBRARY["second"]}
    view = await club.builder.write(
        lambda tx: rsvps.view_of(UnitOfWork(tx), club.group, club.meeting, now=club.builder.now, library=rest)
    )
    assert view.plan.activity is None


async def test_the_card_has_another_one_than_what_the_library_lost(club: Club) -> None:
    await club.set("no-longer-there")
    view = await club.card()
    assert view.plan.activity is not None
    assert await club.key() == view.plan.activity.key


async def test_when_each_was_used_last_is_known_of_meetings_held(club: Club) -> None:
    await club.held("first", "second", "first")
    await club.set("cheerful")
    used = await club.builder.write(lambda tx: ActivityRepository(tx).last_used(club.group.id))
    assert used == {
        "first": club.meeting.day - timedelta(weeks=1),
        "second": club.meeting.day - timedelta(weeks=2),
    }
