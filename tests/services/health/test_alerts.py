"""Only organizers are told of an alert, each once, and only they decide what becomes of it."""

from dataclasses import replace

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.groups import Role
from buddybot.domain.health.alerts import AlertState, Watch
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.ids import AlertId, ChannelId, GuildId, MessageId
from buddybot.domain.meetings.meetings import Reason
from buddybot.domain.pings import GROUP, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.health import alert_messages
from buddybot.services.health.alerts import AlertChannel
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.health.alerts import AlertRepository
from buddybot.storage.outbox.alert_pings import AlertMessage
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, refused
from tests.services.health.past import EMPTY, GOOD, PastMeeting
from tests.services.health.watched_group import WEEK, WatchedGroup, dropped


@pytest.fixture
def rowan(database: Database) -> WatchedGroup:
    return WatchedGroup(database)


# -- who is told -------------------------------------------------------------------------------------


async def test_without_a_channel_each_organizer_gets_it_and_nobody_else(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    [ping] = await rowan.pings()
    assert (ping.recipient, ping.direct, ping.meeting_id) == (ORGANIZER, True, None)
    assert alert_messages.alert_of(ping.key) == raised.id


async def test_with_a_channel_it_goes_there_alone(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.watch(Watch(channel_id=ChannelId(900)))
    for _ in range(3):
        await rowan.week(EMPTY)
    [ping] = await rowan.pings()
    assert (ping.recipient, ping.direct) == (GROUP, False)
    said = await rowan.say(ping)
    assert getattr(said, "channel_id", None) == 900


async def test_a_channel_that_became_the_home_channel_is_not_used(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.watch(Watch(channel_id=ChannelId(900)))
    for _ in range(3):
        await rowan.week(EMPTY)
    [ping] = await rowan.pings()
    await rowan.watch(Watch(channel_id=rowan.group.channel_id))
    assert await rowan.say(ping) is None
    assert [each.recipient for each in await rowan.pings() if each.direct] == [ORGANIZER]


async def test_what_could_not_be_sent_waits_for_each_organizers_next_command(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.builder.write(
        lambda tx: MemberRepository(tx).set_role(group_id=rowan.group.id, user_id=ANA, role=Role.ORGANIZER)
    )
    for _ in range(3):
        await rowan.week(EMPTY)
    for ping in await rowan.pings():
        await rowan.builder.write(
            lambda tx, ping=ping: OutboxRepository(tx).settle(  # type: ignore[misc]  # bound early
                ping.id, PingState.SUPPRESSED, now=rowan.builder.now
            )
        )
    for organizer in (ORGANIZER, ANA):
        found = await rowan.alerts.list_waiting(rowan.builder.act_as(organizer))
        assert len(found) == 1
        await rowan.alerts.mark_shown(found)
        assert await rowan.alerts.list_waiting(rowan.builder.act_as(organizer)) == []
    assert await rowan.alerts.list_waiting(rowan.builder.act_as(BEN)) == []


async def test_a_channel_that_was_chosen_while_another_refused_is_kept(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.watch(Watch(channel_id=ChannelId(900)))
    for _ in range(3):
        await rowan.week(EMPTY)
    [ping] = await rowan.pings()

    async def refused_there(tx: Tx) -> None:
        await tx.run("UPDATE outbox SET channel_id = 900, state = 'suppressed' WHERE id = :id", id=ping.id)
        await alert_messages.channel_refused(UnitOfWork(tx), ping, rowan.builder.now)

    await rowan.watch(Watch(channel_id=ChannelId(901)))
    await rowan.builder.write(refused_there)
    watch = await rowan.builder.write(lambda tx: AlertRepository(tx).get_watch(rowan.group.id))
    assert watch.channel_id == 901
    assert [each.recipient for each in await rowan.pings() if each.direct] == [ORGANIZER]


async def test_a_card_that_was_a_direct_message_is_known_as_one(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    [ping] = await rowan.pings()
    await rowan.builder.write(
        lambda tx: tx.run("UPDATE outbox SET channel_id = 70, message_id = 71 WHERE id = :id", id=ping.id)
    )
    decided = await rowan.alerts.resolve(rowan.builder.act_as(ORGANIZER), raised.id)
    assert decided.messages == (AlertMessage(ChannelId(70), MessageId(71), direct=True),)


async def test_a_short_snooze_does_not_end_a_longer_rest(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    rest = (await rowan.alerts.rest(rowan.builder.act_as(ORGANIZER), 8)).watch.snoozed_until
    await rowan.alerts.snooze(rowan.builder.act_as(ORGANIZER), raised.id)
    watch = await rowan.builder.write(lambda tx: AlertRepository(tx).get_watch(rowan.group.id))
    assert watch.snoozed_until == rest


# -- what organizers do ------------------------------------------------------------------------------


async def test_a_holiday_does_not_count_and_frees_the_next_weeks(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    decided = await rowan.alerts.holiday(rowan.builder.act_as(ORGANIZER), raised.id)
    assert decided.view.raised.state is AlertState.HOLIDAY
    assert (await rowan.builder.reload_meeting(rowan.meetings[-1])).holiday
    await rowan.look()
    assert len(await rowan.falls()) == 1
    await rowan.week(EMPTY)
    await rowan.week(EMPTY)
    assert len(await rowan.falls()) == 2


async def test_the_first_decision_counts_and_the_second_is_shown_it(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    await rowan.alerts.resolve(rowan.builder.act_as(ORGANIZER), raised.id)
    again = await rowan.alerts.holiday(rowan.builder.act_as(ORGANIZER), raised.id)
    assert (again.again, again.view.raised.state) == (True, AlertState.RESOLVED)
    assert not (await rowan.builder.reload_meeting(rowan.meetings[-1])).holiday


async def test_a_suggestion_becomes_the_activity_of_the_next_meeting(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    await rowan.builder.write(
        lambda tx: rowan.builder.planner.plan(UnitOfWork(tx), rowan.group, rowan.builder.now)
    )
    view = await rowan.alerts.look(rowan.builder.act_as(ORGANIZER), raised.id)
    assert 2 <= len(view.suggested) <= 3
    assert view.following is not None
    chosen = view.suggested[0].key
    await rowan.alerts.use(rowan.builder.act_as(ORGANIZER), raised.id, chosen)
    assert (await rowan.builder.reload_meeting(view.following)).activity == chosen
    async with refused("button.stale"):
        await rowan.alerts.use(rowan.builder.act_as(ORGANIZER), raised.id, "no_such_thing")


async def test_only_organizers_of_the_group_may_look_or_decide(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    service, actor = rowan.alerts, rowan.builder.act_as
    for method in (service.look, service.resolve, service.snooze, service.holiday):
        async with refused("group.organizers_only"):
            await method(actor(ANA), raised.id)
        async with refused("alert.unknown"):
            await method(actor(STRANGER), raised.id)
        async with refused("alert.unknown"):
            await method(actor(ORGANIZER), AlertId(987_654))
        async with refused("alert.unknown"):
            await method(actor(ORGANIZER, guild=GuildId(77)), raised.id)
    async with refused("group.organizers_only"):
        await rowan.views.show(actor(ANA))
    async with refused("group.organizers_only"):
        await service.rest(actor(ANA), 2)
    assert [each.open for each in await rowan.told()] == [True]


async def test_how_the_group_is_watched_is_kept(rowan: WatchedGroup) -> None:
    await rowan.live(GOOD)
    actor, service = rowan.builder.act_as, rowan.alerts
    await service.set_sensitivity(actor(ORGANIZER), Sensitivity.QUIET)
    await service.set_channel(actor(ORGANIZER), AlertChannel(ChannelId(900), ChannelId(900)))
    watched = await service.rest(actor(ORGANIZER), 2)
    assert watched.watch == Watch(Sensitivity.QUIET, ChannelId(900), rowan.builder.now + 2 * WEEK)
    async with refused("alert.home"):
        await service.set_channel(actor(ORGANIZER), AlertChannel(ChannelId(901), rowan.group.channel_id))
    async with refused("number.range"):
        await service.rest(actor(ORGANIZER), 9)
    assert (await service.rest(actor(ORGANIZER), 0)).watch.snoozed_until is None
    assert (await service.set_channel(actor(ORGANIZER), None)).watch.channel_id is None


async def test_the_view_has_a_state_for_every_member_and_meeting(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 28, PastMeeting(off=Reason.OTHER), replace(EMPTY, ratings=(5, 5)))
    await rowan.look()
    view = await rowan.views.show(rowan.builder.act_as(ORGANIZER))
    assert len(view.meetings) == 26
    assert [len(row.states) for row in view.record.people] == [26] * 6
    assert view.record.people[0].states[-3:] == (
        Attendance.PRESENT,
        Attendance.DIDNT_MEET,
        Attendance.PRESENT,
    )
    assert view.record.people[-1].states[-1] is Attendance.ABSENT
    assert view.meetings[-1].tally.rated is None
