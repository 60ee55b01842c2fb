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
from buddybot.services.health import offers as offers_of
from buddybot.services.health.member_signals import look
from buddybot.services.health.offers import Answer
from buddybot.storage.checkins.speaking_turns import TurnRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.health.offers import OfferRepository
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.sending import SendingRepository
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, Builder, refused

WITHOUT_BEN = (ORGANIZER, ANA)


async def hold_meetings(builder: Builder, group: Group, *weeks: tuple[UserId, ...]) -> Meeting:
    """Hold one meeting after the other, with those who came; return the last."""
    for came in weeks:
        meeting = (await builder.list_ahead(group))[0]
        await builder.hold_meeting(group, meeting, came)
    return await builder.reload_meeting(meeting)


async def list_told(builder: Builder, user_id: UserId = ORGANIZER) -> list[tuple[str, object]]:
    """Return what waits for an organizer, and of whom it is."""
    found = await builder.notices.list_unseen(builder.act_as(user_id))
    return [
        (notice.code, notice.parameters.get("member"))
        for notice in found
        if notice.code in ("missed", "turns_long")
    ]


async def mark_told_seen(builder: Builder, user_id: UserId = ORGANIZER) -> None:
    """Let an organizer have read all of it."""
    actor = builder.act_as(user_id)
    await builder.notices.mark_seen(actor, await builder.notices.list_unseen(actor))


async def hold_steady_then_gone(builder: Builder, group: Group) -> Meeting:
    """Let Ben come for ten weeks and then stay away twice, which is no news for organizers yet."""
    return await hold_meetings(builder, group, *[(ORGANIZER, ANA, BEN)] * 10, *[WITHOUT_BEN] * 2)


async def list_offers(builder: Builder, user_id: UserId) -> list[dict[str, object]]:
    """Return the rows of somebody's offers."""
    return [row for row in await builder.read_table("offers") if row["user_id"] == user_id]


async def opt_in(builder: Builder, user_id: UserId) -> None:
    """Let somebody ask for direct messages."""
    await builder.preferences.choose(builder.act_as(user_id), direct_messages=True)


async def promote_member(builder: Builder, group: Group, user_id: UserId) -> None:
    """Make somebody an organizer too."""
    await builder.write(
        lambda tx: MemberRepository(tx).set_role(group_id=group.id, user_id=user_id, role=Role.ORGANIZER)
    )


@pytest.fixture
async def rowan(builder: Builder) -> Group:
    return await builder.add_rotating_group()


# -- what organizers hear --------------------------------------------------------------------------


async def test_three_of_the_last_five_missed_without_a_word_are_told_once(
    builder: Builder, rowan: Group
) -> None:
    everybody = (ORGANIZER, ANA, BEN)
    await hold_meetings(builder, rowan, everybody, WITHOUT_BEN, everybody, WITHOUT_BEN)
    await builder.member_signals.review()
    assert await list_told(builder) == [], "two are not three"
    await hold_meetings(builder, rowan, WITHOUT_BEN)
    await builder.member_signals.review()
    await builder.member_signals.review()
    assert await list_told(builder) == [("missed", BEN)]
    await mark_told_seen(builder)
    await hold_meetings(builder, rowan, WITHOUT_BEN)
    await builder.member_signals.review()
    assert await list_told(builder) == [], "it lasts, and was told"
    await hold_meetings(builder, rowan, *[everybody] * 3)
    await builder.member_signals.review()
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.member_signals.review()
    assert await list_told(builder) == [("missed", BEN)], "it came back"


async def test_what_is_kept_of_it_is_an_id_and_no_count(builder: Builder, rowan: Group) -> None:
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.member_signals.review()
    [notice] = [
        each for each in await builder.notices.list_unseen(builder.act_as(ORGANIZER)) if each.code == "missed"
    ]
    assert notice.parameters == {"member": BEN}


async def test_apologies_are_a_word_and_what_is_not_recorded_is_waited_for(
    builder: Builder, rowan: Group
) -> None:
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 2)
    last = await hold_meetings(builder, rowan, WITHOUT_BEN)
    await builder.record_attendance(last, BEN, Attendance.UNRECORDED)
    await builder.member_signals.review()
    assert await list_told(builder) == []
    await builder.record_attendance(last, BEN, Attendance.EXCUSED)
    await builder.member_signals.review()
    assert await list_told(builder) == []
    await builder.record_attendance(last, BEN, Attendance.ABSENT)
    await builder.member_signals.review()
    assert await list_told(builder) == [("missed", BEN)]
    await builder.record_attendance(last, BEN, Attendance.PRESENT)
    await builder.member_signals.review()
    assert await list_told(builder) == [], "a correction takes it back"


async def test_nothing_is_told_while_somebody_is_away(builder: Builder, rowan: Group) -> None:
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.member_signals.review()
    assert await list_told(builder) == [("missed", BEN)]
    builder.now += timedelta(days=1)
    day = builder.now.date()
    await builder.away.add(builder.act_as(BEN), DaySpan(day, day + timedelta(days=9)))
    await builder.member_signals.review()
    assert await list_told(builder) == []
    builder.now += timedelta(days=10)
    await builder.member_signals.review()
    assert await list_told(builder) == [("missed", BEN)]


async def test_days_away_are_a_word(builder: Builder, rowan: Group) -> None:
    last = await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.away.add(builder.act_as(BEN), DaySpan(last.day, last.day))
    builder.now += timedelta(days=1)
    await builder.member_signals.review()
    assert await list_told(builder) == []


async def test_a_holiday_counts_for_nothing(builder: Builder, rowan: Group) -> None:
    last = await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)

    async def script(tx: Tx) -> None:
        await tx.run("UPDATE meetings SET holiday = 1 WHERE id = :id", id=last.id)

    await builder.write(script)
    await builder.member_signals.review()
    assert await list_told(builder) == []


async def test_meetings_before_somebody_came_back_are_not_held_against_them(
    builder: Builder, rowan: Group
) -> None:
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.remove_member(rowan, BEN)
    builder.now += timedelta(hours=1)
    await builder.add_member(rowan, BEN)
    await builder.member_signals.review()
    assert await list_told(builder) == []


@pytest.mark.parametrize("by_organizer", [False, True])
async def test_whoever_goes_is_no_longer_spoken_of(
    builder: Builder, rowan: Group, by_organizer: bool
) -> None:
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.member_signals.review()
    if by_organizer:
        await builder.members.remove(builder.act_as(ORGANIZER), rowan.id, BEN)
    else:
        await builder.members.leave(builder.act_as(BEN), rowan.id)
    assert await list_told(builder) == []
    await builder.member_signals.review()
    assert await list_told(builder) == []


async def test_an_organizer_is_never_told_of_themselves(builder: Builder, rowan: Group) -> None:
    await hold_meetings(builder, rowan, *[(ANA, BEN)] * 3)
    await builder.member_signals.review()
    assert await builder.read_table("notices") == [], "there is nobody to tell"
    await promote_member(builder, rowan, ANA)
    await builder.member_signals.review()
    assert await list_told(builder) == []
    await mark_told_seen(builder)
    assert await list_told(builder, ANA) == [("missed", ORGANIZER)], "seen by nobody yet"


async def test_members_are_told_nothing_and_a_paused_group_is_left_alone(
    builder: Builder, rowan: Group
) -> None:
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.member_signals.review()
    assert await list_told(builder, ANA) == []
    assert await list_told(builder, BEN) == []
    await builder.write(lambda tx: NoticeRepository(tx).forget(rowan.id, "missed"))

    async def pause(tx: Tx) -> None:
        await tx.run("UPDATE groups SET state = 'paused'")

    await builder.write(pause)
    await builder.member_signals.review()
    assert await list_told(builder) == []


async def test_turns_that_run_long_in_three_meetings_are_told_in_general(
    builder: Builder, rowan: Group
) -> None:
    async def speak(meeting: Meeting, minutes: int) -> None:
        async def script(tx: Tx) -> None:
            turns = TurnRepository(tx)
            for number, user_id in enumerate((ORGANIZER, ANA, BEN)):
                await turns.append(meeting.id, user_id)
                began = meeting.starts_at + timedelta(minutes=minutes * number)
                await turns.start(meeting.id, number + 1, minutes=6, now=began)

        await builder.write(script)

    for minutes in (60, 60, 2, 60):
        assert await list_told(builder) == []
        meeting = await hold_meetings(builder, rowan, (ORGANIZER, ANA, BEN))
        await speak(meeting, minutes)
        await builder.member_signals.review()
        await builder.member_signals.review()
    assert await list_told(builder) == [("turns_long", None)]
    [notice] = await builder.read_table("notices")
    assert notice["parameters"] == '{"count": 3, "of": 4}'


# -- what only the member hears --------------------------------------------------------------------


async def test_a_members_own_drop_is_an_offer_to_them_alone(builder: Builder, rowan: Group) -> None:
    last = await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()
    assert [row["meeting_id"] for row in await list_offers(builder, BEN)] == [last.id]
    assert await list_offers(builder, ANA) == []
    [view] = await builder.offers.list_unseen(builder.act_as(BEN))
    assert (view.group.id, view.meeting_id) == (rowan.id, last.id)
    for other in (ORGANIZER, ANA, STRANGER):
        assert list(await builder.offers.list_unseen(builder.act_as(other))) == []
        async with refused("meeting.unknown" if other is STRANGER else "offer.unknown"):
            await builder.offers.look(builder.act_as(other), last.id)
    await builder.offers.mark_seen(builder.act_as(BEN), view)
    assert list(await builder.offers.list_unseen(builder.act_as(BEN))) == []
    assert await builder.list_pings(last, PingKind.OFFER) == [], "no direct message without being asked for"


async def test_an_offer_is_not_made_twice_for_a_meeting_nor_within_four_weeks(
    builder: Builder, rowan: Group
) -> None:
    await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()
    await builder.member_signals.review()
    assert len(await list_offers(builder, BEN)) == 1
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 3)
    await builder.member_signals.review()
    assert len(await list_offers(builder, BEN)) == 1
    made = [row["made_at"] for row in await list_offers(builder, BEN)]
    await hold_meetings(builder, rowan, *[WITHOUT_BEN] * 6)
    for _ in range(14):
        await builder.member_signals.review()
        builder.now += timedelta(days=1)
    later = sorted(int(str(row["made_at"])) for row in await list_offers(builder, BEN))
    assert all(b - a >= timedelta(weeks=4).total_seconds() for a, b in pairwise(later))
    assert later[0] == made[0]


async def test_who_always_comes_and_who_is_away_are_offered_nothing(builder: Builder, rowan: Group) -> None:
    await hold_steady_then_gone(builder, rowan)
    day = builder.now.date()
    await builder.away.add(builder.act_as(BEN), DaySpan(day, day + timedelta(days=2)))
    await builder.member_signals.review()
    assert await builder.read_table("offers") == []


async def test_by_direct_message_only_when_asked_for_and_never_in_the_channel(
    builder: Builder, rowan: Group
) -> None:
    await opt_in(builder, BEN)
    last = await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()
    [ping] = await builder.list_pings(last, PingKind.OFFER)
    assert (ping.recipient, ping.direct, ping.state) == (BEN, True, PingState.PLANNED)
    assert list(await builder.offers.list_unseen(builder.act_as(BEN))) == [], "it is on its way"
    await builder.replan_group(rowan)
    [ping] = await builder.list_pings(last, PingKind.OFFER)
    assert ping.state is PingState.PLANNED, "the planner leaves it alone"
    said = await builder.write(lambda tx: offers_of.prepare_offer(UnitOfWork(tx), ping, rowan, builder.now))
    assert said is not None
    assert said.mentions == ()

    async def refused_direct(tx: Tx) -> None:
        await tx.run("UPDATE outbox SET direct = 0 WHERE id = :id", id=ping.id)

    await builder.write(refused_direct)
    [ping] = await builder.list_pings(last, PingKind.OFFER)
    assert (
        await builder.write(lambda tx: offers_of.prepare_offer(UnitOfWork(tx), ping, rowan, builder.now))
        is None
    )
    await builder.write(
        lambda tx: OutboxRepository(tx).settle(ping.id, PingState.SUPPRESSED, now=builder.now)
    )
    assert len(await builder.offers.list_unseen(builder.act_as(BEN))) == 1, "so it waits for the next command"


async def test_an_offer_that_could_not_be_sent_is_told_to_nobody_else(builder: Builder, rowan: Group) -> None:
    await opt_in(builder, BEN)
    await hold_steady_then_gone(builder, rowan)
    await builder.write(lambda tx: look(UnitOfWork(tx), rowan, builder.now))
    builder.now += timedelta(days=4)

    async def expire(tx: Tx) -> None:
        await tx.run("UPDATE outbox SET state = 'suppressed' WHERE kind <> 'offer'")
        assert await SendingRepository(tx).expire(builder.now) == 1

    await builder.write(expire)
    assert await builder.read_table("notices") == []
    assert len(await builder.offers.list_unseen(builder.act_as(BEN))) == 1


async def test_a_pause_is_noted_as_days_away(builder: Builder, rowan: Group) -> None:
    last = await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()
    async with refused("button.stale"):
        await builder.offers.pause(builder.act_as(BEN), last.id, 5)
    paused = await builder.offers.pause(builder.act_as(BEN), last.id, 2)
    assert paused.days.first == builder.now.date()
    assert (paused.days.last - paused.days.first).days == 13
    [span] = (await builder.away.list_own(builder.act_as(BEN))).spans
    assert span.days == paused.days
    [row] = await list_offers(builder, BEN)
    assert row["answer"] == Answer.PAUSE.value


async def test_a_pause_is_stored_with_its_answer_or_not_at_all_when_the_answer_fails(
    builder: Builder, rowan: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()

    async def refuse(*_: object) -> None:
        raise Refusal("offer.unknown")

    with monkeypatch.context() as patched:
        patched.setattr(OfferRepository, "keep_answer", refuse)
        async with refused("offer.unknown"):
            await builder.offers.pause(builder.act_as(BEN), last.id, 2)
    assert (await builder.away.list_own(builder.act_as(BEN))).spans == ()
    [row] = await list_offers(builder, BEN)
    assert row["answer"] is None


async def test_what_was_made_smaller_stands_when_the_offer_can_be_answered_no_more(
    builder: Builder, rowan: Group
) -> None:
    last = await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()
    actor = builder.act_as(BEN)
    await builder.members.leave(actor, rowan.id)
    await builder.offers.note_choice(actor, last.id, Answer.SMALLER)


async def test_all_is_well_ends_it(builder: Builder, rowan: Group) -> None:
    last = await hold_steady_then_gone(builder, rowan)
    await builder.member_signals.review()
    async with refused("offer.unknown"):
        await builder.offers.note_all_well(builder.act_as(ANA), last.id)
    await builder.offers.note_all_well(builder.act_as(BEN), last.id)
    assert list(await builder.offers.list_unseen(builder.act_as(BEN))) == []
    [row] = await list_offers(builder, BEN)
    assert row["answer"] == "fine"
    assert row["seen_at"] is not None
