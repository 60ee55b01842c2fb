"""Where the next meetings are and who hosts them: settled, kept, and handed on when life happens."""

from datetime import date, timedelta

import pytest

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.locations.fairness import Held, balances
from buddybot.domain.locations.locations import LocationKind
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, Reason
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.services.meetings import meeting_messages
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, BEN, CHO, DEV, EVERYBODY, ORGANIZER, Builder
from tests.services.locations.hosting import (
    before,
    decline_hosting,
    list_history,
    list_notice_states,
    prepare_change,
    prepare_notice,
    prepare_notices,
    send_notices,
)

FIRST_WEEK = DaySpan(date(2026, 1, 5), date(2026, 1, 11))


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await builder.add_rotating_group()


# -- settled and kept -----------------------------------------------------------------------------


async def test_two_meetings_are_settled_and_what_was_told_stays(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]
    await decline_hosting(builder, group, ORGANIZER)
    await builder.add_member(group, CHO)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]
    assert await list_notice_states(builder, first) == await list_notice_states(builder, second) == []


async def test_what_nobody_was_told_of_follows_the_rule_without_a_word(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.list_ahead(group)
    sequence = (await builder.reload_meeting(first)).sequence
    await decline_hosting(builder, group, ORGANIZER)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [ANA, BEN]
    assert await list_notice_states(builder, first) == []
    assert (await builder.reload_meeting(first)).sequence == sequence + 1


async def test_hosts_receive_at_their_own_places_and_others_in_public(builder: Builder, group: Group) -> None:
    homes, cafes = await builder.add_homes(ANA), await builder.add_cafes(BEN)
    assert [(await builder.get_arrangement(each)).settled for each in await builder.list_ahead(group)] == [
        Settled(cafes[BEN], ORGANIZER),
        Settled(homes[ANA], ANA),
    ]


async def test_a_meeting_that_goes_on_counts_before_it_is_closed(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    builder.now = first.starts_at
    await builder.meetings.start(builder.act_as(ORGANIZER), first.id)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA, BEN]
    await builder.hold_meeting(group, first)
    assert await builder.list_hosts(group) == [ANA, BEN]


# -- life happens ---------------------------------------------------------------------------------


async def test_a_host_who_is_away_hands_on_and_keeps_the_claim(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    await builder.away.add(builder.act_as(ORGANIZER), FIRST_WEEK)
    # Ben, who hosts neither of them yet; the second one was told already.
    assert await builder.list_hosts(group) == [BEN, ANA]
    view = await prepare_change(builder, group, first)
    # The organizer, who said so, need not be told.
    assert (view.before.host_id, view.now.host_id, view.people) == (ORGANIZER, BEN, (BEN,))
    assert await list_notice_states(builder, second) == []
    await builder.hold_meeting(group, first, came=(ANA, BEN))
    assert await builder.list_hosts(group) == [ANA, ORGANIZER]


async def test_coming_back_does_not_take_the_turn_from_who_took_it(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.APOLOGIES)
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.GOING)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [BEN, ANA]


async def test_apologies_hand_on_but_not_in_the_last_day(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(*EVERYBODY)
    first, second = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.APOLOGIES)
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], BEN)
    builder.now = before(second, hours=20)
    await builder.rsvps.answer(builder.act_as(ANA), second.id, Answer.APOLOGIES)
    # Nobody is told at the last minute that they host, and nobody is sent to Ana's.
    assert (await builder.get_arrangement(second)).settled == Settled(None, None)
    await builder.replan_group(group)
    assert (await builder.get_arrangement(second)).settled == Settled(None, None)
    assert (await prepare_change(builder, group, second)).people == (ORGANIZER,)


async def test_who_takes_part_from_afar_hosts_only_where_nobody_has_to_travel(
    builder: Builder, group: Group
) -> None:
    await builder.add_homes(ORGANIZER, BEN)
    first, second = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.VIRTUAL)
    assert await builder.list_hosts(group) == [BEN, ANA]
    await builder.add_location("Video", by=ANA, kind=LocationKind.VIRTUAL, where="https://meet.example")
    await builder.rsvps.answer(builder.act_as(ANA), second.id, Answer.VIRTUAL)
    assert await builder.list_hosts(group) == [BEN, ANA]


async def test_a_leaver_hands_on_and_a_joiner_begins_at_zero(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    await builder.add_member(group, CHO)
    await builder.add_member(group, DEV)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]
    await builder.remove_member(group, ANA)
    await builder.replan_group(group)
    assert await builder.list_hosts(group) == [ORGANIZER, BEN]
    # Ana is no longer a member, so she is not notified.
    assert (await prepare_change(builder, group, second)).people == (BEN,)
    await builder.hold_meeting(group, first, came=(ORGANIZER, BEN, CHO, DEV))
    assert await builder.list_hosts(group) == [BEN, CHO]


async def test_nobody_left_to_host_leaves_the_place_and_names_nobody(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(ORGANIZER)
    first, _ = await builder.announce_ahead(group)
    for user_id in EVERYBODY:
        await builder.rsvps.answer(builder.act_as(user_id), first.id, Answer.APOLOGIES)
    assert (await builder.get_arrangement(first)).settled == Settled(places[ORGANIZER], None)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.GOING)
    await builder.replan_group(group)
    assert (await builder.get_arrangement(first)).host_id == BEN


# -- called off -----------------------------------------------------------------------------------


async def test_after_a_skip_the_same_person_is_next_and_the_others_follow(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.announce_ahead(group)
    await builder.meetings.skip(builder.act_as(ORGANIZER), first.id, Reason.HOLIDAY)
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]
    third = (await builder.list_ahead(group))[1]
    assert await list_notice_states(builder, second) == [PingState.PLANNED]
    assert await list_notice_states(builder, first) == await list_notice_states(builder, third) == []
    # The message that the meeting is left out says so, too.
    assert await prepare_notices(builder, group) == []
    [skipped] = await builder.list_pings(first, PingKind.CHANGE)
    told = await builder.write(
        lambda tx: meeting_messages.prepare_change(UnitOfWork(tx), skipped, group, builder.now)
    )
    assert told is not None
    assert isinstance(told.content, meeting_messages.ChangeView)
    [view] = told.content.location_changes
    assert (view.before.host_id, view.now.host_id) == (ANA, ORGANIZER)
    assert told.mentions == (ANA,)


async def test_a_skip_taken_back_at_once_is_no_news(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    await builder.meetings.skip(builder.act_as(ORGANIZER), first.id, Reason.HOLIDAY)
    await builder.meetings.revive(builder.act_as(ORGANIZER), first.id)
    assert (await builder.list_hosts(group))[:2] == [ORGANIZER, ANA]
    assert await list_notice_states(builder, second) == [PingState.PLANNED]
    assert await prepare_notice(builder, group, second) is None


async def test_what_people_agreed_on_stays_when_a_meeting_before_it_is_called_off(
    builder: Builder, group: Group
) -> None:
    first, second = await builder.announce_ahead(group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), second.id, host_id=BEN, location_id=None)
    await builder.meetings.skip(builder.act_as(ORGANIZER), first.id, Reason.HOLIDAY)
    assert await builder.list_hosts(group) == [BEN, ORGANIZER]


# -- told once ------------------------------------------------------------------------------------


async def test_two_changes_before_the_notice_went_out_are_told_as_one(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.APOLOGIES)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.APOLOGIES)
    assert await list_notice_states(builder, first) == [PingState.PLANNED]
    view = await prepare_change(builder, group, first)
    assert (view.before.host_id, view.now.host_id) == (ORGANIZER, ANA)


async def test_a_change_back_before_the_notice_went_out_is_not_worth_a_word(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None)
    assert await prepare_notice(builder, group, first) is not None
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ORGANIZER, location_id=None)
    assert await prepare_notice(builder, group, first) is None


async def test_a_change_after_the_notice_is_told_anew(builder: Builder, group: Group) -> None:
    first, _ = await builder.announce_ahead(group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=BEN, location_id=None)
    await send_notices(builder, first)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ORGANIZER, location_id=None)
    assert await list_notice_states(builder, first) == [PingState.SENT, PingState.PLANNED]
    view = await prepare_change(builder, group, first)
    assert (view.before.host_id, view.now.host_id) == (BEN, ORGANIZER)


async def test_who_comes_is_told_of_another_place_once_the_card_is_up(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(*EVERYBODY)
    first, second = await builder.announce_ahead(group)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.GOING)
    await builder.rsvps.answer(builder.act_as(BEN), second.id, Answer.GOING)
    await builder.post_card(first)
    for meeting in (first, second):
        await builder.rotation.assign(
            builder.act_as(ORGANIZER), meeting.id, host_id=None, location_id=places[BEN]
        )
    assert (await prepare_change(builder, group, first)).people == (BEN,)
    assert (await prepare_change(builder, group, second)).people == (ANA,)
    assert await builder.is_card_stale(first)


# -- places that closed ---------------------------------------------------------------------------


async def test_a_host_whose_place_closed_hosts_elsewhere(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(ORGANIZER, BEN)
    first, second = await builder.announce_ahead(group)
    await builder.locations.retire(builder.act_as(ORGANIZER), places[ORGANIZER])
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], ORGANIZER)
    assert await list_notice_states(builder, first) == [PingState.PLANNED]
    assert (await builder.get_arrangement(second)).host_id == ANA


async def test_an_agreement_outlives_its_place_though_nobody_was_told(builder: Builder, group: Group) -> None:
    places = await builder.add_cafes(ORGANIZER, BEN)
    first, _ = await builder.list_ahead(group)
    await builder.rotation.assign(
        builder.act_as(ORGANIZER), first.id, host_id=ANA, location_id=places[ORGANIZER]
    )
    await builder.locations.retire(builder.act_as(ORGANIZER), places[ORGANIZER])
    arrangement = await builder.get_arrangement(first)
    assert (arrangement.settled, arrangement.basis) == (Settled(places[BEN], ANA), Basis.ASSIGNED)
    await builder.replan_group(group)
    assert await builder.get_arrangement(first) == arrangement


async def test_a_place_that_was_arranged_stays_when_its_host_does_not(builder: Builder) -> None:
    group = await builder.add_rotating_group(Rotation.FIXED)
    places = await builder.add_cafes(ANA, BEN)
    first, _ = await builder.list_ahead(group)
    await builder.rotation.assign(builder.act_as(ORGANIZER), first.id, host_id=ANA, location_id=places[BEN])
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.APOLOGIES)
    await builder.replan_group(group)
    assert (await builder.get_arrangement(first)).settled == Settled(places[BEN], None)


# -- what is remembered ---------------------------------------------------------------------------


async def test_what_counted_is_kept_when_a_meeting_closes(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ORGANIZER, ANA)
    await builder.locations.travel_to(builder.act_as(ANA), places[ORGANIZER], 12)
    await builder.locations.travel_to(builder.act_as(BEN), places[ORGANIZER], 30)
    await builder.locations.vote(builder.act_as(ANA), group.id, [places[ORGANIZER]])
    await builder.locations.vote(builder.act_as(BEN), group.id, [places[ANA]])
    await builder.rotation.set_willing(builder.act_as(BEN), group.id, hosts=False)
    first, _ = await builder.list_ahead(group)
    await builder.hold_meeting(group, first)
    # What is said afterwards is of no account for what was.
    await builder.locations.travel_to(builder.act_as(ANA), places[ORGANIZER], 60)
    await builder.rotation.set_willing(builder.act_as(BEN), group.id, hosts=True)
    assert await list_history(builder, group) == [
        Held(
            rule=Rotation.TURNS,
            location_id=places[ORGANIZER],
            host_id=ORGANIZER,
            attendees=frozenset(EVERYBODY),
            willing=frozenset({ORGANIZER, ANA}),
            minutes={ANA: 12, BEN: 30},
            voters=frozenset({ANA, BEN}),
            supporters=frozenset({ANA}),
        )
    ]


async def test_right_after_the_close_an_own_answer_counts_until_somebody_is_recorded(
    builder: Builder, group: Group
) -> None:
    first, _ = await builder.list_ahead(group)
    await builder.rsvps.answer(builder.act_as(ANA), first.id, Answer.VIRTUAL)
    await builder.rsvps.answer(builder.act_as(BEN), first.id, Answer.GOING)
    await builder.hold_meeting(group, first, came=(ORGANIZER,))
    assert (await list_history(builder, group))[0].attendees == {ORGANIZER}
    for user in (ANA, BEN):
        await builder.record_attendance(first, user, Attendance.UNRECORDED)
    assert (await list_history(builder, group))[0].attendees == set(EVERYBODY)
    await builder.record_attendance(first, BEN, Attendance.ABSENT)
    assert (await list_history(builder, group))[0].attendees == {ORGANIZER, ANA}


async def test_a_corrected_attendance_counts(builder: Builder, group: Group) -> None:
    places = await builder.add_homes(ORGANIZER)
    await builder.locations.travel_to(builder.act_as(ANA), places[ORGANIZER], 12)
    first, _ = await builder.list_ahead(group)
    await builder.hold_meeting(group, first, came=(ORGANIZER, BEN))
    [held] = await list_history(builder, group)
    assert held.attendees == {ORGANIZER, BEN}
    assert held.minutes == {}
    await builder.record_attendance(first, ANA, Attendance.VIRTUAL)
    [held] = await list_history(builder, group)
    assert held.attendees == set(EVERYBODY)
    assert held.minutes == {}
    await builder.record_attendance(first, ANA, Attendance.LATE)
    assert (await list_history(builder, group))[0].minutes == {ANA: 12}


@pytest.mark.parametrize("state", [Attendance.ABSENT, Attendance.EXCUSED])
async def test_a_host_who_was_not_there_has_not_hosted(
    builder: Builder, group: Group, state: Attendance
) -> None:
    first, _ = await builder.list_ahead(group)
    await builder.hold_meeting(group, first)
    assert await builder.list_hosts(group) == [ANA, BEN]
    await builder.record_attendance(first, ORGANIZER, state)
    await builder.replan_group(group)
    assert (await list_history(builder, group))[0].host_id is None
    assert await builder.list_hosts(group) == [ORGANIZER, ANA]


async def test_online_this_once_uses_no_place_and_nobodys_turn(builder: Builder, group: Group) -> None:
    await builder.add_homes(BEN)
    first, second = await builder.list_ahead(group)
    online = Settled(None, None)
    await builder.write(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, first, online, now=builder.now, basis=Basis.ASSIGNED, online=True
        )
    )
    await builder.replan_group(group)
    assert (await builder.get_arrangement(first)).settled == online
    assert (await builder.get_arrangement(second)).host_id == ORGANIZER
    await builder.hold_meeting(group, first)
    assert await list_history(builder, group) == []
    assert (await builder.list_hosts(group))[0] == ORGANIZER


async def test_a_meeting_that_closed_by_itself_costs_nobody_a_turn(builder: Builder, group: Group) -> None:
    first, second = await builder.announce_ahead(group)
    builder.now = first.starts_at
    await builder.meetings.start(builder.act_as(ORGANIZER), first.id)
    builder.now = second.starts_at + timedelta(days=1)
    await builder.replan_group(group)  # nobody was there to close it, nor could its summary be sent
    held = await builder.write(lambda tx: MeetingRepository(tx).list_held(group.id))
    assert [meeting.id for meeting in held] == [first.id]
    [remembered] = await list_history(builder, group)
    assert (remembered.host_id, remembered.attendees) == (ORGANIZER, frozenset())
    assert {each.due for each in balances([remembered], EVERYBODY).values()} == {0}
