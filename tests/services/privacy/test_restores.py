"""A copy that is put to work repeats nothing old, and says so once."""

from datetime import date, datetime, time, timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.audit import Action
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import GuildId
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState
from buddybot.domain.meetings.schedule import instant
from buddybot.domain.pings import DuePing, PingKind, key
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.copies.restores import RestoreRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.engine.transaction import epoch
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.health.offers import OfferRepository
from buddybot.storage.outbox.alert_pings import AlertOutbox
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.sending import SendingRepository
from buddybot.storage.privacy.audit import AuditRepository
from tests.services.builder import ANA, BEN, GUILD, ORGANIZER, START, Builder

TONIGHT = date(2026, 1, 22)
NOW = datetime.combine(TONIGHT, time(14), START.tzinfo)
"""A Thursday, weeks after the copy was made, which knows of the meetings on 8 and 15 January."""
LEASE = timedelta(seconds=90)


async def put_to_work(builder: Builder, at: datetime = NOW) -> int | None:
    """Start the bot on the copy."""
    builder.now = at
    return await builder.restores.settle_copy()


async def mark_copy(builder: Builder) -> None:
    """Write what a backup writes into the copy."""
    await builder.write(lambda tx: RestoreRepository(tx).begin(builder.now))


async def read_outbox(builder: Builder, group: Group) -> set[tuple[str, str, str, str | None]]:
    """Return the group's pings: day of the meeting, kind, state, error."""
    rows = await builder.write(
        lambda tx: tx.all("SELECT * FROM outbox WHERE group_id = :group_id", group_id=group.id)
    )
    return {(row["key"].split(":")[1], row["kind"], row["state"], row["error"]) for row in rows}


async def list_due(builder: Builder) -> list[tuple[str, PingKind]]:
    """Return what would be sent by now: day of the meeting and kind."""

    async def script(tx: Tx) -> list[tuple[str, PingKind]]:
        sending = SendingRepository(tx)
        held = [
            *await sending.recover(limit=50, now=builder.now, lease=LEASE),
            *await sending.claim(limit=50, now=builder.now, lease=LEASE),
        ]
        return [(each.ping.key.split(":")[1], each.ping.kind) for each in held]

    return await builder.write(script)


async def get_tonight(builder: Builder, group: Group) -> Meeting:
    """Return the meeting of this evening."""
    [found] = [each for each in await builder.list_ahead(group) if each.slot == TONIGHT]
    return found


async def plan_ping(builder: Builder, group: Group, kind: PingKind, meeting: Meeting) -> None:
    """Owe something to the organizer since the copy was made."""
    await builder.write(
        lambda tx: OutboxRepository(tx).plan(
            DuePing(
                key=key(group.id, meeting.slot, kind, ORGANIZER),
                guild_id=group.guild_id,
                group_id=group.id,
                meeting_id=meeting.id,
                kind=kind,
                recipient=ORGANIZER,
                due_at=builder.now,
                expires_at=builder.now + timedelta(days=60),
            )
        )
    )


@pytest.fixture
async def group(builder: Builder) -> Group:
    """A group in a copy of a database."""
    made = await builder.add_group()
    await mark_copy(builder)
    return made


async def test_what_was_due_is_missed_and_what_is_due_later_stays(builder: Builder, group: Group) -> None:
    # Restored between the end of the meeting of 8 January and the hour at which it is closed.
    settled = await put_to_work(builder, datetime(2026, 1, 9, 1, tzinfo=START.tzinfo))
    assert settled == 2
    assert await read_outbox(builder, group) == {
        ("2026-01-08", "card", "missed", "restored"),
        ("2026-01-08", "checkin", "missed", "restored"),
        ("2026-01-08", "summary", "planned", None),
        ("2026-01-15", "nudge", "planned", None),
        ("2026-01-15", "card", "planned", None),
        ("2026-01-15", "checkin", "planned", None),
        ("2026-01-15", "summary", "planned", None),
        *(("2026-01-22", kind, "planned", None) for kind in ("nudge", "card", "checkin", "summary")),
    }
    assert await list_due(builder) == []


async def test_what_was_being_sent_is_not_looked_for(builder: Builder, group: Group) -> None:
    builder.now = datetime(2026, 1, 7, 19, tzinfo=START.tzinfo)
    assert ("2026-01-08", PingKind.CARD) in await list_due(builder)
    await put_to_work(builder)
    assert ("2026-01-08", "card", "missed", "restored") in await read_outbox(builder, group)
    assert await list_due(builder) == []


async def test_a_meeting_that_passed_meanwhile_is_closed_and_nobody_is_called_absent(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.list_ahead(group)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    await put_to_work(builder)
    for passed in (first, second):
        assert (await builder.reload_meeting(passed)).state is MeetingState.CLOSED
        assert not await builder.is_card_stale(passed)
    ledger = await builder.write(lambda tx: AttendanceRepository(tx).list_standing(first.id))
    assert {user_id: entry.state for user_id, entry in ledger.items()} == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.EXCUSED,
        BEN: Attendance.UNRECORDED,
    }
    assert [each.slot for each in await builder.list_ahead(group)] == [TONIGHT, TONIGHT + timedelta(days=7)]


async def test_the_meeting_of_tonight_that_the_copy_does_not_know_gets_no_second_card(
    builder: Builder, group: Group
) -> None:
    await put_to_work(builder)
    await builder.replan_group(group)
    assert await list_due(builder) == []
    for _ in range(2):
        builder.now += timedelta(hours=1)
        await builder.replan_group(group)
        assert await list_due(builder) == []
    builder.now = instant(TONIGHT, time(19), "Europe/London")
    await builder.replan_group(group)
    assert await list_due(builder) == [("2026-01-22", PingKind.CHECKIN)]


async def test_the_card_of_the_next_week_is_due_once(builder: Builder, group: Group) -> None:
    await put_to_work(builder)
    builder.now = instant(TONIGHT + timedelta(days=6), time(19), "Europe/London")
    await builder.replan_group(group)
    assert (await list_due(builder)).count(("2026-01-29", PingKind.CARD)) == 1


async def test_organizers_are_told_once_and_the_log_says_it(builder: Builder, group: Group) -> None:
    count = await put_to_work(builder)
    assert await put_to_work(builder, NOW + timedelta(hours=1)) is None
    [notice] = await builder.write(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER))
    told = {"copied_at": epoch(START), "restored_at": epoch(NOW), "count": count}
    assert (notice.code, notice.group_id, notice.parameters) == ("restored", group.id, told)
    assert await builder.write(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ANA)) == []
    [line] = await builder.write(lambda tx: AuditRepository(tx).of_group(group.id, limit=9))
    assert (line.action, line.actor_id, line.done_at, line.parameters) == (Action.RESTORE, None, NOW, told)


async def test_a_group_that_is_closed_is_not_spoken_of(builder: Builder, group: Group) -> None:
    await builder.set_group_state(group, GroupState.ARCHIVED)
    await put_to_work(builder)
    assert await builder.write(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER)) == []


async def test_two_processes_that_start_at_once_settle_it_once(builder: Builder, group: Group) -> None:
    first = await put_to_work(builder)
    other = builder.restores
    assert first is not None
    builder.now += timedelta(seconds=1)
    assert (
        await builder.write(lambda tx: other._settle(UnitOfWork(tx))) is None
    )  # it had read that the copy is not settled
    assert len(await builder.write(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER))) == 1


async def test_alerts_and_offers_of_then_do_not_come_with_the_next_command(
    builder: Builder, group: Group
) -> None:
    meeting = (await builder.list_ahead(group))[0]
    for kind in (PingKind.ALERT, PingKind.OFFER):
        await plan_ping(builder, group, kind, meeting)

    async def script(tx: Tx) -> None:
        await OfferRepository(tx).add(
            group_id=group.id, user_id=ORGANIZER, meeting_id=meeting.id, now=builder.now
        )
        await tx.run(
            """
            INSERT INTO alerts (group_id, meeting_id, sign, key, evidence, raised_at, state)
            VALUES (:group_id, :meeting_id, 'not_held', 'k', '{}', 0, 'open')
            """,
            group_id=group.id,
            meeting_id=meeting.id,
        )

    await builder.write(script)
    await put_to_work(builder)
    assert await builder.write(lambda tx: AlertOutbox(tx).list_untold(GUILD, ORGANIZER)) == []
    since = START - timedelta(days=1)
    assert (
        await builder.write(lambda tx: OfferRepository(tx).list_unseen(GUILD, ORGANIZER, since=since)) == []
    )


async def test_a_group_that_is_made_afterwards_gets_its_card(builder: Builder, group: Group) -> None:
    await put_to_work(builder)
    builder.now += timedelta(hours=1)
    made = await builder.add_group("Alder", channel=101)
    assert ("2026-01-22", PingKind.CARD) in await list_due(builder)
    assert await get_tonight(builder, made)


async def test_an_extra_meeting_that_is_made_afterwards_gets_its_card(builder: Builder, group: Group) -> None:
    await put_to_work(builder)
    builder.now += timedelta(minutes=5)
    wanted = ScheduleChange(at=time(12))
    await builder.schedules.add_extra(
        builder.act_as(ORGANIZER), TONIGHT + timedelta(days=1), wanted, group.id
    )
    kinds = dict(await list_due(builder))
    assert kinds["2026-01-23+"] in (PingKind.CARD, PingKind.CHANGE)
    assert ("2026-01-23+", "card", "sending", None) in await read_outbox(builder, group)
    await builder.replan_group(group)
    assert ("2026-01-23+", "card", "cancelled", None) not in await read_outbox(builder, group)


async def test_a_rhythm_that_is_set_afterwards_brings_a_card(builder: Builder, group: Group) -> None:
    await put_to_work(builder)
    builder.now += timedelta(minutes=5)
    await builder.schedules.change(
        builder.act_as(ORGANIZER), ScheduleChange(weekday=4, at=time(12)), group.id
    )
    assert any(kind is PingKind.CARD for _, kind in await list_due(builder))


async def test_a_meeting_that_is_moved_near_afterwards_gets_its_card_now(
    builder: Builder, group: Group
) -> None:
    await put_to_work(builder)
    builder.now += timedelta(minutes=5)
    [later] = [each for each in await builder.list_ahead(group) if each.slot == date(2026, 1, 29)]
    await builder.meetings.move(
        builder.act_as(ORGANIZER), later.id, day=TONIGHT + timedelta(days=1), at=time(10), group_id=group.id
    )
    assert ("2026-01-29", PingKind.CARD) in await list_due(builder)


async def test_a_meeting_of_tonight_that_is_put_off_gets_its_card_in_time(
    builder: Builder, group: Group
) -> None:
    await put_to_work(builder)
    builder.now += timedelta(minutes=5)
    tonight = await get_tonight(builder, group)
    await builder.meetings.move(
        builder.act_as(ORGANIZER), tonight.id, day=TONIGHT + timedelta(days=3), at=None, group_id=group.id
    )
    assert ("2026-01-22", PingKind.CARD) not in await list_due(builder)
    builder.now = instant(TONIGHT + timedelta(days=2), time(19), "Europe/London")
    assert ("2026-01-22", PingKind.CARD) in await list_due(builder)


async def test_a_server_that_takes_the_bot_back_hears_nothing_old(builder: Builder) -> None:
    group = await builder.add_group()
    builder.now = datetime(2026, 1, 14, 12, tzinfo=START.tzinfo)
    await builder.replan_group(group)  # the meeting of 22 January is planned

    async def gone(tx: Tx) -> None:
        await GuildRepository(tx).mark_gone(GUILD, builder.now)
        await builder.planner.plan(UnitOfWork(tx), group, builder.now)

    await builder.write(gone)
    await mark_copy(builder)
    await put_to_work(builder)

    async def back(tx: Tx) -> None:
        await GuildRepository(tx).back(GUILD)
        await builder.planner.plan(UnitOfWork(tx), group, builder.now)

    builder.now += timedelta(minutes=1)
    await builder.write(back)
    assert await list_due(builder) == []


async def test_numbers_that_a_button_may_hold_are_not_given_again(builder: Builder, group: Group) -> None:
    known = max(meeting.id for meeting in await builder.list_ahead(group))
    await put_to_work(builder)
    assert min(each.id for each in await builder.list_ahead(group) if each.id > known) > known + 1000
    made = await builder.add_group("Alder", channel=101)
    assert made.id > group.id + 1000

    async def first_visitor(tx: Tx) -> int:
        row = await tx.one(
            """
            INSERT INTO visitors (meeting_id, name, recorded_at) VALUES (:meeting_id, 'Kim', 0) RETURNING id
            """,
            meeting_id=known,
        )
        assert row is not None
        return int(row["id"])

    assert await builder.write(first_visitor) > 1000  # also where the copy knows of none


async def test_a_database_that_is_no_copy_is_left_alone(builder: Builder) -> None:
    group = await builder.add_group()
    before = await read_outbox(builder, group)
    assert await put_to_work(builder) is None
    assert await read_outbox(builder, group) == before


async def test_a_database_that_was_restored_by_other_means_is_settled_when_asked_to(
    builder: Builder,
) -> None:
    group = await builder.add_group()
    used = START + timedelta(days=1)
    builder.now = used
    await builder.schedules.change(builder.act_as(ORGANIZER), ScheduleChange(at=time(18)), group.id)
    builder.now = NOW
    assert await builder.restores.settle_as_copy() > 0
    assert await list_due(builder) == []
    [notice] = await builder.write(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER))
    assert notice.parameters["copied_at"] == epoch(used)
    assert await put_to_work(builder) is None


async def test_an_empty_database_can_be_settled(builder: Builder) -> None:
    assert await builder.restores.settle_as_copy() == 0


async def test_a_copy_of_a_copy_is_settled_again(builder: Builder, group: Group) -> None:
    await put_to_work(builder)
    builder.now = NOW + timedelta(days=1)
    await mark_copy(builder)
    assert await put_to_work(builder, NOW + timedelta(days=8)) is not None
    assert await list_due(builder) == []
    assert await builder.write(lambda tx: RestoreRepository(tx).find_latest()) == NOW + timedelta(days=8)


async def test_groups_of_every_server_are_told(builder: Builder, group: Group) -> None:
    there = GuildId(20)
    other = await builder.add_group("Alder", guild=there, channel=200)
    await put_to_work(builder)
    for guild, made in ((GUILD, group), (there, other)):
        [notice] = await builder.write(
            lambda tx, guild=guild: NoticeRepository(tx).list_unseen(guild, ORGANIZER)  # type: ignore[misc]
        )
        assert notice.group_id == made.id
