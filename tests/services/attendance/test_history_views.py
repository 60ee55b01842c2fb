"""Who is shown which part of the record, in pages, and that every place counts alike."""

from dataclasses import replace

import pytest

from buddybot import locales
from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.attendance.rates import Kept, Rates
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.exports.charts.attendance_charts import chart, pictures
from buddybot.exports.charts.heat_map import attendance_words
from buddybot.services.attendance.history_views import (
    SHOWN,
    WEEKS,
    AttendanceHistories,
    AttendanceHistory,
    OwnHistories,
)
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.ui.attendance.history import history_card
from buddybot.ui.framework.texts import Texts
from tests.cards import words
from tests.services.builder import ANA, BEN, ORGANIZER, STRANGER, refused
from tests.services.health.past import GOOD, PastMeeting, record
from tests.services.health.watched_group import PEOPLE, WatchedGroup

LOST = replace(GOOD, came=2)


@pytest.fixture
def rowan(database: Database) -> WatchedGroup:
    return WatchedGroup(database)


def histories(rowan: WatchedGroup) -> AttendanceHistories:
    return AttendanceHistories(rowan.builder.transactions)


def say(key: str, /, **parameters: object) -> str:
    """Say a sentence in English."""
    return locales.sentences("en")[key].format(**parameters)


def card_text(view: AttendanceHistory) -> str:
    """All that the card says."""
    card = history_card(Texts(), view, {})
    return words(card)


async def deleted(rowan: WatchedGroup, group: Group, user_id: UserId) -> None:
    """Let only counts be left of somebody, as after they had their data deleted."""

    async def script(tx: Tx) -> None:
        await tx.run("UPDATE attendance SET user_id = -1 WHERE user_id = :user", user=user_id)
        await tx.run(
            "UPDATE commitments SET user_id = -1, text = '', visibility = 'private' WHERE user_id = :user",
            user=user_id,
        )
        await tx.run("DELETE FROM memberships WHERE group_id = :g AND user_id = :u", g=group.id, u=user_id)

    await rowan.builder.write(script)


async def test_an_organizer_sees_the_group_and_a_member_their_own_row_only(rowan: WatchedGroup) -> None:
    await rowan.live(GOOD, LOST, PastMeeting(came=4))
    group = await histories(rowan).show(rowan.builder.act_as(ORGANIZER))
    assert (group.own, group.streak) == (False, 0)
    assert [person.user_id for person in group.record.people] == list(PEOPLE)
    own = await histories(rowan).show(rowan.builder.act_as(BEN))
    assert own.own
    assert [person.user_id for person in own.record.people] == [BEN]
    assert own.record.rates == Rates(3, came=2, excused=0, absent=1)
    assert own.record.kept.due == 3
    assert own.streak == 1
    async with refused("group.unknown"):
        await histories(rowan).show(rowan.builder.act_as(STRANGER), rowan.group.id)
    async with refused("group.none"):
        await OwnHistories(rowan.builder.transactions).show(rowan.builder.act_as(STRANGER))


async def test_pages_of_half_a_year_lead_back_to_the_first_meeting(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * (SHOWN + 4))
    actor = rowan.builder.act_as
    newest = await histories(rowan).show(actor(ORGANIZER))
    assert (len(newest.record.meeting_records), newest.page.older, newest.page.newer) == (SHOWN, 4, None)
    oldest = await histories(rowan).show(actor(ORGANIZER), stop=newest.page.older)
    assert [each.number for each in oldest.record.meeting_records] == [1, 2, 3, 4]
    assert (oldest.page.older, oldest.page.newer) == (None, SHOWN + 4)
    beyond = await histories(rowan).show(actor(ORGANIZER), stop=2**62)
    assert beyond.record == newest.record


async def test_own_weeks_come_with_their_words_and_the_same_figures(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * WEEKS, LOST)
    weeks = await OwnHistories(rowan.builder.transactions).show(rowan.builder.act_as(ANA))
    assert len(weeks.record.meeting_records) == WEEKS
    assert {promise.text for promise in weeks.record.commitments} == {"Something"}
    own = await histories(rowan).show(rowan.builder.act_as(ANA))
    assert (weeks.lately.rates, weeks.lately.kept, weeks.streak) == (
        own.record.rates,
        own.record.kept,
        own.streak,
    )


async def test_card_chart_health_and_record_have_the_same_figures(rowan: WatchedGroup) -> None:
    await rowan.live(GOOD, LOST, PastMeeting(came=4, kept=2), replace(GOOD, unrecorded=True))

    async def correct(tx: Tx) -> None:
        for user_id, state in ((PEOPLE[4], Attendance.EXCUSED), (PEOPLE[5], Attendance.LATE)):
            await record(tx, rowan.meetings[1].id, user_id, state, rowan.builder.now)

    await rowan.builder.write(correct)
    await deleted(rowan, rowan.group, PEOPLE[3])
    view = await histories(rowan).show(rowan.builder.act_as(ORGANIZER))
    found = view.record.rates
    assert found == Rates(4, came=17, excused=1, absent=5)
    assert view.record.kept == Kept(24, 14)

    words = attendance_words(chart(view.record), say)
    assert f"On average {found.came / 4:.1f} of {found.counted / 4:.1f} came." in words
    assert [picture.alt for picture in pictures(view.record, say)] == [words]
    said = card_text(view)
    assert f"{found.attended:.0%} ({found.came} of {found.counted})".replace("%", " %") in said
    assert "78 % (18 of 23)" in said
    assert "58 % (14 of 24)" in said

    health = await rowan.views.show(rowan.builder.act_as(ORGANIZER))
    assert health.record.rates == found
    assert attendance_words(chart(health.record), say) == words
    came = [each.rates for each in health.meetings]
    assert [each and (each.came, each.counted) for each in came] == [(5, 6), (3, 6), (4, 6), (5, 5)]
    assert sum((each.kept for each in health.meetings if each.kept), Kept(0, 0)) == view.record.kept


async def test_of_meetings_reduced_to_counts_the_figures_stay_and_no_names(rowan: WatchedGroup) -> None:
    await rowan.live(GOOD, LOST)

    async def reduce(tx: Tx) -> None:
        await tx.run("UPDATE meetings SET reduced = 1 WHERE state = 'closed'")
        await tx.run("UPDATE attendance SET user_id = -user_id")

    before = await histories(rowan).show(rowan.builder.act_as(ORGANIZER))
    await rowan.builder.write(reduce)
    view = await histories(rowan).show(rowan.builder.act_as(ORGANIZER))
    assert view.record.rates == before.record.rates
    assert pictures(view.record, say) == []
    said = card_text(view)
    assert "only counts are left" in said
    assert "58 % (7 of 12)" in said
    assert "not recorded" not in said
    assert "There is nothing here yet" in card_text(await histories(rowan).show(rowan.builder.act_as(BEN)))


async def test_a_long_record_is_drawn_in_pictures_of_half_a_year_the_newest_last(rowan: WatchedGroup) -> None:
    await rowan.live(*[GOOD] * (SHOWN + 2))
    whole = await rowan.builder.write(
        lambda tx: RecordRepository(tx).read(rowan.group, now=rowan.builder.now)
    )
    alts = [each.alt for each in pictures(whole, say)]
    assert [alt.partition(" meetings")[0] for alt in alts] == [
        "Who came to the 2",
        f"Who came to the {SHOWN}",
    ]
    assert pictures(whole.own(STRANGER), say) == []
