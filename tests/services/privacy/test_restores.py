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
from buddybot.services.privacy.restores import RestoreService
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.copies.restores import RestoreRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.engine.transaction import epoch
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.health.offers import OfferRepository
from buddybot.storage.outbox.alert_pings import AlertOutbox
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.sending import SendingRepository
from buddybot.storage.privacy.audit import AuditRepository
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, START, House

TONIGHT = date(2026, 1, 22)
NOW = datetime.combine(TONIGHT, time(14), START.tzinfo)
"""A Thursday, weeks after the copy was made, which knows of the meetings on 8 and 15 January."""
LEASE = timedelta(seconds=90)


class Copied(House):
    """The house, whose database is a copy that was made at `START`."""

    async def put_to_work(self, at: datetime = NOW) -> int | None:
        """Start the bot on the copy."""
        self.now = at
        return await self.restores.settle_copy()

    @property
    def restores(self) -> RestoreService:
        """What settles a copy."""
        return RestoreService(self.transactions, self.planner)

    async def mark(self) -> None:
        """Write what a backup writes into the copy."""
        await self.run(lambda tx: RestoreRepository(tx).begin(self.now))

    async def outbox(self, group: Group) -> set[tuple[str, str, str, str | None]]:
        """Return the group's pings: day of the meeting, kind, state, error."""
        rows = await self.run(
            lambda tx: tx.all("SELECT * FROM outbox WHERE group_id = :group_id", group_id=group.id)
        )
        return {(row["key"].split(":")[1], row["kind"], row["state"], row["error"]) for row in rows}

    async def due(self) -> list[tuple[str, PingKind]]:
        """Return what would be sent by now: day of the meeting and kind."""

        async def script(tx: Tx) -> list[tuple[str, PingKind]]:
            sending = SendingRepository(tx)
            held = [
                *await sending.recover(limit=50, now=self.now, lease=LEASE),
                *await sending.claim(limit=50, now=self.now, lease=LEASE),
            ]
            return [(each.ping.key.split(":")[1], each.ping.kind) for each in held]

        return await self.run(script)

    async def replan(self, group: Group) -> None:
        """Plan again, as happens every hour and after every change."""
        await self.run(lambda tx: self.planner.plan(UnitOfWork(tx), group, self.now))

    async def tonight(self, group: Group) -> Meeting:
        """Return the meeting of this evening."""
        [found] = [each for each in await self.ahead(group) if each.slot == TONIGHT]
        return found

    async def plan_ping(self, group: Group, kind: PingKind, meeting: Meeting) -> None:
        """Owe something to the organizer since the copy was made."""
        await self.run(
            lambda tx: OutboxRepository(tx).plan(
                DuePing(
                    key=key(group.id, meeting.slot, kind, ORGANIZER),
                    guild_id=group.guild_id,
                    group_id=group.id,
                    meeting_id=meeting.id,
                    kind=kind,
                    recipient=ORGANIZER,
                    due_at=self.now,
                    expires_at=self.now + timedelta(days=60),
                )
            )
        )


@pytest.fixture
async def house(database: Database) -> Copied:
    return Copied(database)


@pytest.fixture
async def group(house: Copied) -> Group:
    """A group in a copy of a database."""
    made = await house.group()
    await house.mark()
    return made


async def test_what_was_due_is_missed_and_what_is_due_later_stays(house: Copied, group: Group) -> None:
    # Restored between the end of the meeting of 8 January and the hour at which it is closed.
    settled = await house.put_to_work(datetime(2026, 1, 9, 1, tzinfo=START.tzinfo))
    assert settled == 2
    assert await house.outbox(group) == {
        ("2026-01-08", "card", "missed", "restored"),
        ("2026-01-08", "checkin", "missed", "restored"),
        ("2026-01-08", "summary", "planned", None),
        ("2026-01-15", "nudge", "planned", None),
        ("2026-01-15", "card", "planned", None),
        ("2026-01-15", "checkin", "planned", None),
        ("2026-01-15", "summary", "planned", None),
        *(("2026-01-22", kind, "planned", None) for kind in ("nudge", "card", "checkin", "summary")),
    }
    assert await house.due() == []


async def test_what_was_being_sent_is_not_looked_for(house: Copied, group: Group) -> None:
    house.now = datetime(2026, 1, 7, 19, tzinfo=START.tzinfo)
    assert ("2026-01-08", PingKind.CARD) in await house.due()
    await house.put_to_work()
    assert ("2026-01-08", "card", "missed", "restored") in await house.outbox(group)
    assert await house.due() == []


async def test_a_meeting_that_passed_meanwhile_is_closed_and_nobody_is_called_absent(
    house: Copied, group: Group
) -> None:
    first, second = await house.ahead(group)
    await house.rsvps.answer(house.actor(ANA), first.id, Answer.APOLOGIES)
    await house.put_to_work()
    for passed in (first, second):
        assert (await house.fresh(passed)).state is MeetingState.CLOSED
        assert not await house.stale(passed)
    ledger = await house.run(lambda tx: AttendanceRepository(tx).list_standing(first.id))
    assert {user_id: entry.state for user_id, entry in ledger.items()} == {
        ORGANIZER: Attendance.UNRECORDED,
        ANA: Attendance.EXCUSED,
        BEN: Attendance.UNRECORDED,
    }
    assert [each.slot for each in await house.ahead(group)] == [TONIGHT, TONIGHT + timedelta(days=7)]


async def test_the_meeting_of_tonight_that_the_copy_does_not_know_gets_no_second_card(
    house: Copied, group: Group
) -> None:
    await house.put_to_work()
    await house.replan(group)
    assert await house.due() == []
    for _ in range(2):
        house.now += timedelta(hours=1)
        await house.replan(group)
        assert await house.due() == []
    house.now = instant(TONIGHT, time(19), "Europe/London")
    await house.replan(group)
    assert await house.due() == [("2026-01-22", PingKind.CHECKIN)]


async def test_the_card_of_the_next_week_is_due_once(house: Copied, group: Group) -> None:
    await house.put_to_work()
    house.now = instant(TONIGHT + timedelta(days=6), time(19), "Europe/London")
    await house.replan(group)
    assert (await house.due()).count(("2026-01-29", PingKind.CARD)) == 1


async def test_organizers_are_told_once_and_the_log_says_it(house: Copied, group: Group) -> None:
    count = await house.put_to_work()
    assert await house.put_to_work(NOW + timedelta(hours=1)) is None
    [notice] = await house.run(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER))
    told = {"copied_at": epoch(START), "restored_at": epoch(NOW), "count": count}
    assert (notice.code, notice.group_id, notice.parameters) == ("restored", group.id, told)
    assert await house.run(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ANA)) == []
    [line] = await house.run(lambda tx: AuditRepository(tx).of_group(group.id, limit=9))
    assert (line.action, line.actor_id, line.done_at, line.parameters) == (Action.RESTORE, None, NOW, told)


async def test_a_group_that_is_closed_is_not_spoken_of(house: Copied, group: Group) -> None:
    await house.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.ARCHIVED))
    await house.put_to_work()
    assert await house.run(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER)) == []


async def test_two_processes_that_start_at_once_settle_it_once(house: Copied, group: Group) -> None:
    first = await house.put_to_work()
    other = house.restores
    assert first is not None
    house.now += timedelta(seconds=1)
    assert (
        await house.run(lambda tx: other._settle(UnitOfWork(tx))) is None
    )  # it had read that the copy is not settled
    assert len(await house.run(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER))) == 1


async def test_alerts_and_offers_of_then_do_not_come_with_the_next_command(
    house: Copied, group: Group
) -> None:
    meeting = (await house.ahead(group))[0]
    for kind in (PingKind.ALERT, PingKind.OFFER):
        await house.plan_ping(group, kind, meeting)

    async def script(tx: Tx) -> None:
        await OfferRepository(tx).add(
            group_id=group.id, user_id=ORGANIZER, meeting_id=meeting.id, now=house.now
        )
        await tx.run(
            """
            INSERT INTO alerts (group_id, meeting_id, sign, key, evidence, raised_at, state)
            VALUES (:group_id, :meeting_id, 'not_held', 'k', '{}', 0, 'open')
            """,
            group_id=group.id,
            meeting_id=meeting.id,
        )

    await house.run(script)
    await house.put_to_work()
    assert await house.run(lambda tx: AlertOutbox(tx).list_untold(GUILD, ORGANIZER)) == []
    since = START - timedelta(days=1)
    assert await house.run(lambda tx: OfferRepository(tx).list_unseen(GUILD, ORGANIZER, since=since)) == []


async def test_a_group_that_is_made_afterwards_gets_its_card(house: Copied, group: Group) -> None:
    await house.put_to_work()
    house.now += timedelta(hours=1)
    made = await house.group("Alder", channel=101)
    assert ("2026-01-22", PingKind.CARD) in await house.due()
    assert await house.tonight(made)


async def test_an_extra_meeting_that_is_made_afterwards_gets_its_card(house: Copied, group: Group) -> None:
    await house.put_to_work()
    house.now += timedelta(minutes=5)
    wanted = ScheduleChange(at=time(12))
    await house.schedules.add_extra(house.actor(ORGANIZER), TONIGHT + timedelta(days=1), wanted, group.id)
    kinds = dict(await house.due())
    assert kinds["2026-01-23+"] in (PingKind.CARD, PingKind.CHANGE)
    assert ("2026-01-23+", "card", "sending", None) in await house.outbox(group)
    await house.replan(group)
    assert ("2026-01-23+", "card", "cancelled", None) not in await house.outbox(group)


async def test_a_rhythm_that_is_set_afterwards_brings_a_card(house: Copied, group: Group) -> None:
    await house.put_to_work()
    house.now += timedelta(minutes=5)
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(weekday=4, at=time(12)), group.id)
    assert any(kind is PingKind.CARD for _, kind in await house.due())


async def test_a_meeting_that_is_moved_near_afterwards_gets_its_card_now(house: Copied, group: Group) -> None:
    await house.put_to_work()
    house.now += timedelta(minutes=5)
    [later] = [each for each in await house.ahead(group) if each.slot == date(2026, 1, 29)]
    await house.meetings.move(
        house.actor(ORGANIZER), later.id, day=TONIGHT + timedelta(days=1), at=time(10), group_id=group.id
    )
    assert ("2026-01-29", PingKind.CARD) in await house.due()


async def test_a_meeting_of_tonight_that_is_put_off_gets_its_card_in_time(
    house: Copied, group: Group
) -> None:
    await house.put_to_work()
    house.now += timedelta(minutes=5)
    tonight = await house.tonight(group)
    await house.meetings.move(
        house.actor(ORGANIZER), tonight.id, day=TONIGHT + timedelta(days=3), at=None, group_id=group.id
    )
    assert ("2026-01-22", PingKind.CARD) not in await house.due()
    house.now = instant(TONIGHT + timedelta(days=2), time(19), "Europe/London")
    assert ("2026-01-22", PingKind.CARD) in await house.due()


async def test_a_server_that_takes_the_bot_back_hears_nothing_old(house: Copied) -> None:
    group = await house.group()
    house.now = datetime(2026, 1, 14, 12, tzinfo=START.tzinfo)
    await house.replan(group)  # the meeting of 22 January is planned

    async def gone(tx: Tx) -> None:
        await GuildRepository(tx).mark_gone(GUILD, house.now)
        await house.planner.plan(UnitOfWork(tx), group, house.now)

    await house.run(gone)
    await house.mark()
    await house.put_to_work()

    async def back(tx: Tx) -> None:
        await GuildRepository(tx).back(GUILD)
        await house.planner.plan(UnitOfWork(tx), group, house.now)

    house.now += timedelta(minutes=1)
    await house.run(back)
    assert await house.due() == []


async def test_numbers_that_a_button_may_hold_are_not_given_again(house: Copied, group: Group) -> None:
    known = max(meeting.id for meeting in await house.ahead(group))
    await house.put_to_work()
    assert min(each.id for each in await house.ahead(group) if each.id > known) > known + 1000
    made = await house.group("Alder", channel=101)
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

    assert await house.run(first_visitor) > 1000  # also where the copy knows of none


async def test_a_database_that_is_no_copy_is_left_alone(house: Copied) -> None:
    group = await house.group()
    before = await house.outbox(group)
    assert await house.put_to_work() is None
    assert await house.outbox(group) == before


async def test_a_database_that_was_restored_by_other_means_is_settled_when_asked_to(house: Copied) -> None:
    group = await house.group()
    used = START + timedelta(days=1)
    house.now = used
    await house.schedules.change(house.actor(ORGANIZER), ScheduleChange(at=time(18)), group.id)
    house.now = NOW
    assert await house.restores.settle_as_copy() > 0
    assert await house.due() == []
    [notice] = await house.run(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ORGANIZER))
    assert notice.parameters["copied_at"] == epoch(used)
    assert await house.put_to_work() is None


async def test_an_empty_database_can_be_settled(house: Copied) -> None:
    assert await house.restores.settle_as_copy() == 0


async def test_a_copy_of_a_copy_is_settled_again(house: Copied, group: Group) -> None:
    await house.put_to_work()
    house.now = NOW + timedelta(days=1)
    await house.mark()
    assert await house.put_to_work(NOW + timedelta(days=8)) is not None
    assert await house.due() == []
    assert await house.run(lambda tx: RestoreRepository(tx).find_latest()) == NOW + timedelta(days=8)


async def test_groups_of_every_server_are_told(house: Copied, group: Group) -> None:
    there = GuildId(20)
    other = await house.group("Alder", guild=there, channel=200)
    await house.put_to_work()
    for guild, made in ((GUILD, group), (there, other)):
        [notice] = await house.run(lambda tx, guild=guild: NoticeRepository(tx).list_unseen(guild, ORGANIZER))  # type: ignore[misc]
        assert notice.group_id == made.id
