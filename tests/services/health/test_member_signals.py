"""A member who no longer fits: what organizers hear, what only the member does, and what nobody hears."""

from datetime import timedelta
from itertools import pairwise

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.groups.members import MemberService
from buddybot.services.groups.preferences import PreferenceService
from buddybot.services.health import offers as offers_of
from buddybot.services.health.member_signals import MemberSignalService, look
from buddybot.services.health.offers import Answer, OfferService
from buddybot.services.what_follows import NoticeService
from buddybot.storage.checkins.speaking_turns import TurnRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.health.offers import OfferRepository
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.sending import SendingRepository
from tests.services.locations.hosts import Hosts
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, STRANGER, refused

WITHOUT_BEN = (ORGANIZER, ANA)


class Club(Hosts):
    """A group that meets week by week, and the daily look at it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.member_signals = MemberSignalService(self.transactions)
        self.offers = OfferService(self.transactions, self.away)
        self.board = NoticeService(self.transactions)
        self.members = MemberService(self.transactions, self.planner)
        self.preferences = PreferenceService(self.transactions, self.planner)

    async def meet(self, group: Group, *weeks: tuple[UserId, ...]) -> Meeting:
        """Hold one meeting after the other, with those who came; return the last."""
        for came in weeks:
            meeting = (await self.ahead(group))[0]
            await self.hold(group, meeting, came)
        return await self.fresh(meeting)

    async def told(self, user_id: UserId = ORGANIZER) -> list[tuple[str, object]]:
        """Return what waits for an organizer, and of whom it is."""
        found = await self.board.list_unseen(self.actor(user_id))
        return [
            (notice.code, notice.parameters.get("member"))
            for notice in found
            if notice.code in ("missed", "turns_long")
        ]

    async def read(self, user_id: UserId = ORGANIZER) -> None:
        """Let an organizer have read all of it."""
        actor = self.actor(user_id)
        await self.board.mark_seen(actor, await self.board.list_unseen(actor))

    async def steady_then_gone(self, group: Group) -> Meeting:
        """Let Ben come for ten weeks and then stay away twice, which is no news for organizers yet."""
        return await self.meet(group, *[(ORGANIZER, ANA, BEN)] * 10, *[WITHOUT_BEN] * 2)

    async def offers_of(self, user_id: UserId) -> list[dict[str, object]]:
        """Return the rows of somebody's offers."""
        return [row for row in await self.rows_of("offers") if row["user_id"] == user_id]

    async def opt_in(self, user_id: UserId) -> None:
        """Let somebody ask for direct messages."""
        await self.preferences.choose(self.actor(user_id), direct_messages=True)

    async def promote(self, group: Group, user_id: UserId) -> None:
        """Make somebody an organizer too."""
        await self.run(
            lambda tx: MemberRepository(tx).set_role(group_id=group.id, user_id=user_id, role=Role.ORGANIZER)
        )


@pytest.fixture
async def club(database: Database) -> Club:
    return Club(database)


@pytest.fixture
async def rowan(club: Club) -> Group:
    return await club.rotating()


# -- what organizers hear --------------------------------------------------------------------------


async def test_three_of_the_last_five_missed_without_a_word_are_told_once(club: Club, rowan: Group) -> None:
    everybody = (ORGANIZER, ANA, BEN)
    await club.meet(rowan, everybody, WITHOUT_BEN, everybody, WITHOUT_BEN)
    await club.member_signals.review()
    assert await club.told() == [], "two are not three"
    await club.meet(rowan, WITHOUT_BEN)
    await club.member_signals.review()
    await club.member_signals.review()
    assert await club.told() == [("missed", BEN)]
    await club.read()
    await club.meet(rowan, WITHOUT_BEN)
    await club.member_signals.review()
    assert await club.told() == [], "it lasts, and was told"
    await club.meet(rowan, *[everybody] * 3)
    await club.member_signals.review()
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.member_signals.review()
    assert await club.told() == [("missed", BEN)], "it came back"


async def test_what_is_kept_of_it_is_an_id_and_no_count(club: Club, rowan: Group) -> None:
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.member_signals.review()
    [notice] = [each for each in await club.board.list_unseen(club.actor(ORGANIZER)) if each.code == "missed"]
    assert notice.parameters == {"member": BEN}


async def test_apologies_are_a_word_and_what_is_not_recorded_is_waited_for(club: Club, rowan: Group) -> None:
    await club.meet(rowan, *[WITHOUT_BEN] * 2)
    last = await club.meet(rowan, WITHOUT_BEN)
    await club.correct(last, BEN, Attendance.UNRECORDED)
    await club.member_signals.review()
    assert await club.told() == []
    await club.correct(last, BEN, Attendance.EXCUSED)
    await club.member_signals.review()
    assert await club.told() == []
    await club.correct(last, BEN, Attendance.ABSENT)
    await club.member_signals.review()
    assert await club.told() == [("missed", BEN)]
    await club.correct(last, BEN, Attendance.PRESENT)
    await club.member_signals.review()
    assert await club.told() == [], "a correction takes it back"


async def test_nothing_is_told_while_somebody_is_away(club: Club, rowan: Group) -> None:
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.member_signals.review()
    assert await club.told() == [("missed", BEN)]
    club.now += timedelta(days=1)
    day = club.now.date()
    await club.away.add(club.actor(BEN), DaySpan(day, day + timedelta(days=9)))
    await club.member_signals.review()
    assert await club.told() == []
    club.now += timedelta(days=10)
    await club.member_signals.review()
    assert await club.told() == [("missed", BEN)]


async def test_days_away_are_a_word(club: Club, rowan: Group) -> None:
    last = await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.away.add(club.actor(BEN), DaySpan(last.day, last.day))
    club.now += timedelta(days=1)
    await club.member_signals.review()
    assert await club.told() == []


async def test_a_holiday_counts_for_nothing(club: Club, rowan: Group) -> None:
    last = await club.meet(rowan, *[WITHOUT_BEN] * 3)

    async def script(tx: Tx) -> None:
        await tx.run("UPDATE meetings SET holiday = 1 WHERE id = :id", id=last.id)

    await club.run(script)
    await club.member_signals.review()
    assert await club.told() == []


async def test_meetings_before_somebody_came_back_are_not_held_against_them(club: Club, rowan: Group) -> None:
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.leave(rowan, BEN)
    club.now += timedelta(hours=1)
    await club.join(rowan, BEN)
    await club.member_signals.review()
    assert await club.told() == []


@pytest.mark.parametrize("by_organizer", [False, True])
async def test_whoever_goes_is_no_longer_spoken_of(club: Club, rowan: Group, by_organizer: bool) -> None:
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.member_signals.review()
    if by_organizer:
        await club.members.remove(club.actor(ORGANIZER), rowan.id, BEN)
    else:
        await club.members.leave(club.actor(BEN), rowan.id)
    assert await club.told() == []
    await club.member_signals.review()
    assert await club.told() == []


async def test_an_organizer_is_never_told_of_themselves(club: Club, rowan: Group) -> None:
    await club.meet(rowan, *[(ANA, BEN)] * 3)
    await club.member_signals.review()
    assert await club.rows_of("notices") == [], "there is nobody to tell"
    await club.promote(rowan, ANA)
    await club.member_signals.review()
    assert await club.told() == []
    await club.read()
    assert await club.told(ANA) == [("missed", ORGANIZER)], "seen by nobody yet"


async def test_members_are_told_nothing_and_a_paused_group_is_left_alone(club: Club, rowan: Group) -> None:
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.member_signals.review()
    assert await club.told(ANA) == []
    assert await club.told(BEN) == []
    await club.run(lambda tx: NoticeRepository(tx).forget(rowan.id, "missed"))

    async def pause(tx: Tx) -> None:
        await tx.run("UPDATE groups SET state = 'paused'")

    await club.run(pause)
    await club.member_signals.review()
    assert await club.told() == []


async def test_turns_that_run_long_in_three_meetings_are_told_in_general(club: Club, rowan: Group) -> None:
    async def speak(meeting: Meeting, minutes: int) -> None:
        async def script(tx: Tx) -> None:
            turns = TurnRepository(tx)
            for number, user_id in enumerate((ORGANIZER, ANA, BEN)):
                await turns.append(meeting.id, user_id)
                began = meeting.starts_at + timedelta(minutes=minutes * number)
                await turns.start(meeting.id, number + 1, minutes=6, now=began)

        await club.run(script)

    for minutes in (60, 60, 2, 60):
        assert await club.told() == []
        meeting = await club.meet(rowan, (ORGANIZER, ANA, BEN))
        await speak(meeting, minutes)
        await club.member_signals.review()
        await club.member_signals.review()
    assert await club.told() == [("turns_long", None)]
    [notice] = await club.rows_of("notices")
    assert notice["parameters"] == '{"count": 3, "of": 4}'


# -- what only the member hears --------------------------------------------------------------------


async def test_a_members_own_drop_is_an_offer_to_them_alone(club: Club, rowan: Group) -> None:
    last = await club.steady_then_gone(rowan)
    await club.member_signals.review()
    assert [row["meeting_id"] for row in await club.offers_of(BEN)] == [last.id]
    assert await club.offers_of(ANA) == []
    [view] = await club.offers.list_unseen(club.actor(BEN))
    assert (view.group.id, view.meeting_id) == (rowan.id, last.id)
    for other in (ORGANIZER, ANA, STRANGER):
        assert list(await club.offers.list_unseen(club.actor(other))) == []
        async with refused("meeting.unknown" if other is STRANGER else "offer.unknown"):
            await club.offers.look(club.actor(other), last.id)
    await club.offers.mark_seen(club.actor(BEN), view)
    assert list(await club.offers.list_unseen(club.actor(BEN))) == []
    assert await club.pings(last, PingKind.OFFER) == [], "no direct message without being asked for"


async def test_an_offer_is_not_made_twice_for_a_meeting_nor_within_four_weeks(
    club: Club, rowan: Group
) -> None:
    await club.steady_then_gone(rowan)
    await club.member_signals.review()
    await club.member_signals.review()
    assert len(await club.offers_of(BEN)) == 1
    await club.meet(rowan, *[WITHOUT_BEN] * 3)
    await club.member_signals.review()
    assert len(await club.offers_of(BEN)) == 1
    made = [row["made_at"] for row in await club.offers_of(BEN)]
    await club.meet(rowan, *[WITHOUT_BEN] * 6)
    for _ in range(14):
        await club.member_signals.review()
        club.now += timedelta(days=1)
    later = sorted(int(str(row["made_at"])) for row in await club.offers_of(BEN))
    assert all(b - a >= timedelta(weeks=4).total_seconds() for a, b in pairwise(later))
    assert later[0] == made[0]


async def test_who_always_comes_and_who_is_away_are_offered_nothing(club: Club, rowan: Group) -> None:
    await club.steady_then_gone(rowan)
    day = club.now.date()
    await club.away.add(club.actor(BEN), DaySpan(day, day + timedelta(days=2)))
    await club.member_signals.review()
    assert await club.rows_of("offers") == []


async def test_by_direct_message_only_when_asked_for_and_never_in_the_channel(
    club: Club, rowan: Group
) -> None:
    await club.opt_in(BEN)
    last = await club.steady_then_gone(rowan)
    await club.member_signals.review()
    [ping] = await club.pings(last, PingKind.OFFER)
    assert (ping.recipient, ping.direct, ping.state) == (BEN, True, PingState.PLANNED)
    assert list(await club.offers.list_unseen(club.actor(BEN))) == [], "it is on its way"
    await club.replan(rowan)
    [ping] = await club.pings(last, PingKind.OFFER)
    assert ping.state is PingState.PLANNED, "the planner leaves it alone"
    said = await club.run(lambda tx: offers_of.prepare_offer(UnitOfWork(tx), ping, rowan, club.now))
    assert said is not None
    assert said.mentions == ()

    async def refused_direct(tx: Tx) -> None:
        await tx.run("UPDATE outbox SET direct = 0 WHERE id = :id", id=ping.id)

    await club.run(refused_direct)
    [ping] = await club.pings(last, PingKind.OFFER)
    assert await club.run(lambda tx: offers_of.prepare_offer(UnitOfWork(tx), ping, rowan, club.now)) is None
    await club.run(lambda tx: OutboxRepository(tx).settle(ping.id, PingState.SUPPRESSED, now=club.now))
    assert len(await club.offers.list_unseen(club.actor(BEN))) == 1, "so it waits for the next command"


async def test_an_offer_that_could_not_be_sent_is_told_to_nobody_else(club: Club, rowan: Group) -> None:
    await club.opt_in(BEN)
    await club.steady_then_gone(rowan)
    await club.run(lambda tx: look(UnitOfWork(tx), rowan, club.now))
    club.now += timedelta(days=4)

    async def expire(tx: Tx) -> None:
        await tx.run("UPDATE outbox SET state = 'suppressed' WHERE kind <> 'offer'")
        assert await SendingRepository(tx).expire(club.now) == 1

    await club.run(expire)
    assert await club.rows_of("notices") == []
    assert len(await club.offers.list_unseen(club.actor(BEN))) == 1


async def test_a_pause_is_noted_as_days_away(club: Club, rowan: Group) -> None:
    last = await club.steady_then_gone(rowan)
    await club.member_signals.review()
    async with refused("button.stale"):
        await club.offers.pause(club.actor(BEN), last.id, 5)
    paused = await club.offers.pause(club.actor(BEN), last.id, 2)
    assert paused.days.first == club.now.date()
    assert (paused.days.last - paused.days.first).days == 13
    [span] = (await club.away.list_own(club.actor(BEN))).spans
    assert span.days == paused.days
    [row] = await club.offers_of(BEN)
    assert row["answer"] == Answer.PAUSE.value


async def test_a_pause_is_stored_with_its_answer_or_not_at_all_when_the_answer_fails(
    club: Club, rowan: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = await club.steady_then_gone(rowan)
    await club.member_signals.review()

    async def refuse(*_: object) -> None:
        raise Refusal("offer.unknown")

    with monkeypatch.context() as patched:
        patched.setattr(OfferRepository, "keep_answer", refuse)
        async with refused("offer.unknown"):
            await club.offers.pause(club.actor(BEN), last.id, 2)
    assert (await club.away.list_own(club.actor(BEN))).spans == ()
    [row] = await club.offers_of(BEN)
    assert row["answer"] is None


async def test_what_was_made_smaller_stands_when_the_offer_can_be_answered_no_more(
    club: Club, rowan: Group
) -> None:
    last = await club.steady_then_gone(rowan)
    await club.member_signals.review()
    actor = club.actor(BEN)
    await club.members.leave(actor, rowan.id)
    await club.offers.note_choice(actor, last.id, Answer.SMALLER)


async def test_all_is_well_ends_it(club: Club, rowan: Group) -> None:
    last = await club.steady_then_gone(rowan)
    await club.member_signals.review()
    async with refused("offer.unknown"):
        await club.offers.note_all_well(club.actor(ANA), last.id)
    await club.offers.note_all_well(club.actor(BEN), last.id)
    assert list(await club.offers.list_unseen(club.actor(BEN))) == []
    [row] = await club.offers_of(BEN)
    assert row["answer"] == "fine"
    assert row["seen_at"] is not None
