"""A group that goes stale is noticed once, with the right numbers, and only its organizers hear of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.groups import GroupState
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.health.alerts import AlertState, Fall, Watch
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_evidence import Average, Change
from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.health.stagnation_tally import USUAL, Prior
from buddybot.domain.ids import GuildId
from buddybot.domain.meetings.meetings import MeetingState, Reason
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.health import health_watch
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.health.alerts import AlertRepository
from buddybot.storage.health.meeting_history import HistoryRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, GUILD, ORGANIZER
from tests.services.health.past import EMPTY, GOOD, PastMeeting, lived, lived_through, record
from tests.services.health.watched_group import DEV, ELI, PEOPLE, WEEK, WatchedGroup, dropped


@pytest.fixture
def rowan(database: Database) -> WatchedGroup:
    return WatchedGroup(database)


# -- the detector ------------------------------------------------------------------------------------


async def test_a_drop_is_told_once_with_the_numbers_of_before_and_now(rowan: WatchedGroup) -> None:
    raised = await dropped(rowan)
    what = raised.what
    assert isinstance(what, Fall)
    assert what.chart is Chart.ATTENDANCE
    [change] = what.evidence
    assert isinstance(change, Change)
    # The three last meetings are not yet part of what was usual.
    assert change.before == Average(5, 6, len(rowan.meetings) - 3)
    came = sum(2 if meeting in rowan.meetings[12:] else 5 for meeting in rowan.meetings[-3:])
    assert change.recent == Average(came / 3, 6, 3)
    assert what.years > 0.5
    assert raised.meeting_id == rowan.meetings[-1].id


async def test_the_next_four_weeks_bring_no_other_and_the_fifth_may(rowan: WatchedGroup) -> None:
    await dropped(rowan)
    for _ in range(4):
        await rowan.week(PastMeeting(came=1))
        assert len(await rowan.falls()) == 1
    await rowan.week(PastMeeting(came=1))
    assert len(await rowan.falls()) == 2


async def test_the_same_meeting_looked_at_again_tells_nothing_new(rowan: WatchedGroup) -> None:
    await dropped(rowan)
    await rowan.look()
    await rowan.daily()
    assert len(await rowan.told()) == 1
    assert len(await rowan.pings()) == 1


async def test_attendance_that_is_corrected_before_the_look_counts_as_corrected(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12, EMPTY, EMPTY, EMPTY)

    async def correct(tx: Tx) -> None:
        for meeting in rowan.meetings[12:]:
            for user_id in PEOPLE[:5]:
                await record(tx, meeting.id, user_id, Attendance.LATE, rowan.builder.now)

    await rowan.builder.write(correct)
    await rowan.look()
    assert await rowan.told() == []


async def test_whom_nobody_recorded_is_not_taken_for_absent(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12, *[replace(EMPTY, unrecorded=True)] * 3)
    await rowan.look()
    assert await rowan.told() == []


async def test_attendance_that_is_completed_later_is_looked_at_once_more(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12, EMPTY, replace(EMPTY, unrecorded=True))
    await rowan.look()
    before = await rowan.falls()

    async def complete(tx: Tx) -> None:
        for user_id in PEOPLE[2:]:
            await record(tx, rowan.meetings[-1].id, user_id, Attendance.ABSENT, rowan.builder.now)

    await rowan.builder.write(complete)
    await rowan.daily()
    assert (before, len(await rowan.falls())) == ([], 1)


async def test_somebody_who_left_is_no_decline(rowan: WatchedGroup) -> None:
    await rowan.live(*[replace(GOOD, came=6)] * 12)
    for user_id in (DEV, ELI):
        await rowan.builder.write(
            lambda tx, user_id=user_id: MemberRepository(tx).end(  # type: ignore[misc]  # bound early
                group_id=rowan.group.id, user_id=user_id, now=rowan.builder.now, reason="job"
            )
        )
    for _ in range(4):
        rowan.builder.now += WEEK
        at = rowan.meetings[-1].starts_at + WEEK
        rowan.meetings.append(
            await rowan.builder.write(
                lambda tx, at=at: lived_through(tx, rowan.group, PEOPLE[:4], replace(GOOD, came=4), at)  # type: ignore[misc]  # bound early
            )
        )
        await rowan.look()
    assert await rowan.told() == []


@pytest.mark.parametrize(
    ("reason", "rosters"),
    [(LeaveReason.FOUND_WORK, [6, 6, 5, 4]), (LeaveReason.NO_TIME, [6, 6, 6, 6])],
    ids=["found work", "no time"],
)
async def test_evenings_missed_before_leaving_for_work_are_no_absences(
    rowan: WatchedGroup, reason: LeaveReason, rosters: list[int]
) -> None:
    full = replace(GOOD, came=6)
    await rowan.live(full, full, replace(GOOD, came=5), replace(GOOD, came=4))
    for user_id in PEOPLE[4:]:
        await rowan.builder.write(
            lambda tx, user_id=user_id: MemberRepository(tx).end(  # type: ignore[misc]  # bound early
                group_id=rowan.group.id, user_id=user_id, now=rowan.builder.now, reason=reason.value
            )
        )
    history = await rowan.builder.write(
        lambda tx: HistoryRepository(tx).of_group(rowan.group.id, until=rowan.builder.now)
    )
    assert [each.tally.roster for each in history] == rosters
    assert [each.tally.present for each in history] == [6, 6, 5, 4]


@pytest.mark.parametrize("reason", [Reason.HOLIDAY, Reason.OTHER])
async def test_a_meeting_called_off_moves_no_chart(rowan: WatchedGroup, reason: Reason) -> None:
    await rowan.live(*[GOOD] * 10, *[PastMeeting(off=reason)] * 2, GOOD)
    await rowan.look()
    assert await rowan.falls() == []


@pytest.mark.parametrize(
    ("sensitivity", "alerts"), [(Sensitivity.SENSITIVE, 1), (Sensitivity.QUIET, 0)], ids=str
)
async def test_the_sensitivity_decides_how_much_it_takes(
    rowan: WatchedGroup, sensitivity: Sensitivity, alerts: int
) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.watch(Watch(sensitivity))
    for came in (3, 3, 4, 3):
        await rowan.week(PastMeeting(came=came, kept=4))
    assert len(await rowan.falls()) == alerts


async def test_while_alerts_rest_none_is_raised(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.watch(Watch(snoozed_until=rowan.builder.now + 3 * WEEK))
    for _ in range(3):
        await rowan.week(EMPTY)
    assert await rowan.told() == []


async def test_a_fall_that_was_not_told_silences_nothing_after_it(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 12)
    await rowan.watch(Watch(snoozed_until=rowan.builder.now + 3 * WEEK))
    for _ in range(3):
        await rowan.week(EMPTY)
    assert await rowan.told() == []
    await rowan.week(EMPTY)
    assert len(await rowan.falls()) == 1
    await rowan.week(EMPTY)
    assert len(await rowan.falls()) == 1


async def test_priors_are_learned_from_five_groups_of_the_guild(rowan: WatchedGroup) -> None:
    await rowan.live(*[replace(GOOD, came=3)] * 8)
    builder, now = rowan.builder, rowan.builder.now
    assert await builder.write(lambda tx: health_watch.priors_of(UnitOfWork(tx), GUILD, now)) == USUAL
    for number in range(4):
        other = await builder.add_group(f"Birch {number}", channel=200 + number)
        await builder.write(
            lambda tx, other=other: lived(tx, other, PEOPLE, [replace(GOOD, came=3)] * 8, until=now)  # type: ignore[misc]  # bound early
        )
    learned = await builder.write(lambda tx: health_watch.priors_of(UnitOfWork(tx), GUILD, now))
    assert learned[0] == Prior(0.5, USUAL[0].weight)
    assert await builder.write(lambda tx: health_watch.priors_of(UnitOfWork(tx), GuildId(77), now)) == USUAL


# -- facts -------------------------------------------------------------------------------------------


async def test_three_meetings_called_off_in_a_row_are_told_once_and_again_when_it_comes_back(
    rowan: WatchedGroup,
) -> None:
    off = PastMeeting(off=Reason.OTHER)
    await rowan.live(*[GOOD] * 4, off, off)
    await rowan.look()
    assert await rowan.signs() == []
    await rowan.week(off)
    await rowan.week(off)
    assert await rowan.signs() == [Sign.NOT_HELD]
    await rowan.week(GOOD)
    [over] = await rowan.told()
    assert (over.state, over.settled_by) == (AlertState.RESOLVED, None)
    for _ in range(3):
        await rowan.week(off)
    assert await rowan.signs() == [Sign.NOT_HELD, Sign.NOT_HELD]


async def test_meetings_that_went_by_in_a_pause_were_not_called_off(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 4, *[PastMeeting(off=Reason.OTHER)] * 3)

    async def silently(tx: Tx) -> None:
        for meeting in rowan.meetings[-2:]:  # as the planner does when the group goes on
            await MeetingRepository(tx).set_state(meeting.id, MeetingState.SKIPPED, now=rowan.builder.now)

    await rowan.builder.write(silently)
    await rowan.look()
    assert await rowan.told() == []


async def test_nothing_planned_for_ten_days_is_told_by_the_daily_look(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 4)
    await rowan.quietly()
    await rowan.daily()
    assert await rowan.signs() == []
    rowan.builder.now += timedelta(days=9)
    await rowan.daily()
    await rowan.daily()
    assert await rowan.signs() == [Sign.NOTHING_SCHEDULED]


async def test_a_group_that_cannot_be_judged_holds_up_no_other(rowan: WatchedGroup) -> None:
    await rowan.live(GOOD)
    other = await rowan.builder.add_group("Birch", channel=300)

    async def broken(tx: Tx) -> None:
        await tx.run("UPDATE pulses SET band = 'odd'")
        await tx.run("DELETE FROM schedules")
        await tx.run("DELETE FROM meetings WHERE state = 'scheduled'")

    await rowan.builder.write(broken)
    rowan.builder.now += timedelta(days=11)
    await rowan.daily()
    told = await rowan.builder.write(lambda tx: AlertRepository(tx).of_group(other.id))
    assert [each.what.sign for each in told if isinstance(each.what, Fact)] == [Sign.NOTHING_SCHEDULED]


async def test_a_paused_group_is_not_looked_at(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * 4)
    await rowan.quietly()
    await rowan.builder.write(lambda tx: GroupRepository(tx).change(rowan.group, state=GroupState.PAUSED))
    rowan.builder.now += timedelta(days=20)
    await rowan.daily()
    assert await rowan.told() == []


@pytest.mark.parametrize(
    ("past", "sign"),
    [
        (replace(GOOD, activity="elevator_pitch"), Sign.SAME_ACTIVITY),
        (replace(GOOD, host=ANA), Sign.ONE_HOST),
        (replace(GOOD, due=0, kept=0), Sign.NO_COMMITMENTS),
    ],
    ids=lambda value: value.value if isinstance(value, Sign) else "",
)
async def test_the_same_again_and_again_is_told_once(
    rowan: WatchedGroup, past: PastMeeting, sign: Sign
) -> None:
    await rowan.live(*[past] * 5)
    await rowan.look()
    await rowan.week(past)
    await rowan.daily()
    assert await rowan.signs() == [sign]
    [raised] = await rowan.told()
    assert isinstance(raised.what, Fact)
    assert raised.what.what == ("elevator_pitch" if sign is Sign.SAME_ACTIVITY else None)  # nobody is named


async def test_a_fact_put_off_for_four_weeks_is_told_again_if_it_lasts(rowan: WatchedGroup) -> None:
    await rowan.live(*[replace(GOOD, host=ANA)] * 5)
    await rowan.look()
    [raised] = await rowan.told()
    await rowan.alerts.snooze(rowan.builder.act_as(ORGANIZER), raised.id)
    await rowan.week(replace(GOOD, host=ANA))
    assert len(await rowan.told()) == 1
    rowan.builder.now += 4 * WEEK
    await rowan.daily()
    assert [each.state for each in await rowan.told() if isinstance(each.what, Fact) and each.open] != []
    assert Sign.ONE_HOST in (await rowan.signs())[1:]


async def test_a_commitment_made_between_meetings_counts_for_the_meeting_before(rowan: WatchedGroup) -> None:
    alone = replace(GOOD, commitments=False)  # made at the hour of the meeting a week before
    await rowan.live(alone, alone, PastMeeting(off=Reason.OTHER), alone, replace(GOOD, due=0, kept=0))
    until = rowan.builder.now
    history = await rowan.builder.write(
        lambda tx: HistoryRepository(tx).of_group(rowan.group.id, until=until)
    )
    assert [each.past.commitments for each in history] == [6, 6, 0, 0, 0]
    found = await rowan.builder.write(
        lambda tx: HistoryRepository(tx).of_guild(GUILD, since=until - 52 * WEEK, until=until)
    )
    assert [each.tally for each in found[rowan.group.id]] == [each.tally for each in history]
