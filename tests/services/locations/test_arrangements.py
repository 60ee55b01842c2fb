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
from buddybot.storage.engine.database import Database
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.locations.hosts import CHO, DEV, EVERYBODY, Hosts, before
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER

FIRST_WEEK = DaySpan(date(2026, 1, 5), date(2026, 1, 11))


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


@pytest.fixture
async def group(hosts: Hosts) -> Group:
    """Rowan, of the organizer, Ana and Ben, who host in turn."""
    return await hosts.rotating()


# -- settled and kept -----------------------------------------------------------------------------


async def test_two_meetings_are_settled_and_what_was_told_stays(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]
    await hosts.rather_not(group, ORGANIZER)
    await hosts.join(group, CHO)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]
    assert await hosts.notices(first) == await hosts.notices(second) == []


async def test_what_nobody_was_told_of_follows_the_rule_without_a_word(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.ahead(group)
    sequence = (await hosts.fresh(first)).sequence
    await hosts.rather_not(group, ORGANIZER)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [ANA, BEN]
    assert await hosts.notices(first) == []
    assert (await hosts.fresh(first)).sequence == sequence + 1


async def test_hosts_receive_at_their_own_places_and_others_in_public(hosts: Hosts, group: Group) -> None:
    homes, cafes = await hosts.owned(ANA), await hosts.found(BEN)
    assert [(await hosts.arrangement(each)).settled for each in await hosts.ahead(group)] == [
        Settled(cafes[BEN], ORGANIZER),
        Settled(homes[ANA], ANA),
    ]


async def test_a_meeting_that_goes_on_counts_before_it_is_closed(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    hosts.now = first.starts_at
    await hosts.meetings.start(hosts.actor(ORGANIZER), first.id)
    assert await hosts.hosts(group) == [ORGANIZER, ANA, BEN]
    await hosts.hold(group, first)
    assert await hosts.hosts(group) == [ANA, BEN]


# -- life happens ---------------------------------------------------------------------------------


async def test_a_host_who_is_away_hands_on_and_keeps_the_claim(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    await hosts.away.add(hosts.actor(ORGANIZER), FIRST_WEEK)
    # Ben, who hosts neither of them yet; the second one was told already.
    assert await hosts.hosts(group) == [BEN, ANA]
    view = await hosts.change(group, first)
    # The organizer, who said so, need not be told.
    assert (view.before.host_id, view.now.host_id, view.people) == (ORGANIZER, BEN, (BEN,))
    assert await hosts.notices(second) == []
    await hosts.hold(group, first, came=(ANA, BEN))
    assert await hosts.hosts(group) == [ANA, ORGANIZER]


async def test_coming_back_does_not_take_the_turn_from_who_took_it(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.APOLOGIES)
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.GOING)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [BEN, ANA]


async def test_apologies_hand_on_but_not_in_the_last_day(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(*EVERYBODY)
    first, second = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.APOLOGIES)
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], BEN)
    hosts.now = before(second, hours=20)
    await hosts.rsvps.answer(hosts.actor(ANA), second.id, Answer.APOLOGIES)
    # Nobody is told at the last minute that they host, and nobody is sent to Ana's.
    assert (await hosts.arrangement(second)).settled == Settled(None, None)
    await hosts.replan(group)
    assert (await hosts.arrangement(second)).settled == Settled(None, None)
    assert (await hosts.change(group, second)).people == (ORGANIZER,)


async def test_who_takes_part_from_afar_hosts_only_where_nobody_has_to_travel(
    hosts: Hosts, group: Group
) -> None:
    await hosts.owned(ORGANIZER, BEN)
    first, second = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.VIRTUAL)
    assert await hosts.hosts(group) == [BEN, ANA]
    await hosts.offer("Video", by=ANA, kind=LocationKind.VIRTUAL, where="https://meet.example")
    await hosts.rsvps.answer(hosts.actor(ANA), second.id, Answer.VIRTUAL)
    assert await hosts.hosts(group) == [BEN, ANA]


async def test_a_leaver_hands_on_and_a_joiner_begins_at_zero(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    await hosts.join(group, CHO)
    await hosts.join(group, DEV)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]
    await hosts.leave(group, ANA)
    await hosts.replan(group)
    assert await hosts.hosts(group) == [ORGANIZER, BEN]
    # Ana is no longer a member, so she is not notified.
    assert (await hosts.change(group, second)).people == (BEN,)
    await hosts.hold(group, first, came=(ORGANIZER, BEN, CHO, DEV))
    assert await hosts.hosts(group) == [BEN, CHO]


async def test_nobody_left_to_host_leaves_the_place_and_names_nobody(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(ORGANIZER)
    first, _ = await hosts.told_of(group)
    for user_id in EVERYBODY:
        await hosts.rsvps.answer(hosts.actor(user_id), first.id, Answer.APOLOGIES)
    assert (await hosts.arrangement(first)).settled == Settled(places[ORGANIZER], None)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.GOING)
    await hosts.replan(group)
    assert (await hosts.arrangement(first)).host_id == BEN


# -- called off -----------------------------------------------------------------------------------


async def test_after_a_skip_the_same_person_is_next_and_the_others_follow(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    await hosts.meetings.skip(hosts.actor(ORGANIZER), first.id, Reason.HOLIDAY)
    assert await hosts.hosts(group) == [ORGANIZER, ANA]
    third = (await hosts.ahead(group))[1]
    assert await hosts.notices(second) == [PingState.PLANNED]
    assert await hosts.notices(first) == await hosts.notices(third) == []
    # The message that the meeting is left out says so, too.
    assert await hosts.place_news(group) == []
    [skipped] = await hosts.pings(first, PingKind.CHANGE)
    told = await hosts.run(
        lambda tx: meeting_messages.prepare_change(UnitOfWork(tx), skipped, group, hosts.now)
    )
    assert told is not None
    assert isinstance(told.content, meeting_messages.ChangeView)
    [view] = told.content.places
    assert (view.before.host_id, view.now.host_id) == (ANA, ORGANIZER)
    assert told.mentions == (ANA,)


async def test_a_skip_taken_back_at_once_is_no_news(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    await hosts.meetings.skip(hosts.actor(ORGANIZER), first.id, Reason.HOLIDAY)
    await hosts.meetings.revive(hosts.actor(ORGANIZER), first.id)
    assert (await hosts.hosts(group))[:2] == [ORGANIZER, ANA]
    assert await hosts.notices(second) == [PingState.PLANNED]
    assert await hosts.news(group, second) is None


async def test_what_people_agreed_on_stays_when_a_meeting_before_it_is_called_off(
    hosts: Hosts, group: Group
) -> None:
    first, second = await hosts.told_of(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), second.id, host_id=BEN, location_id=None)
    await hosts.meetings.skip(hosts.actor(ORGANIZER), first.id, Reason.HOLIDAY)
    assert await hosts.hosts(group) == [BEN, ORGANIZER]


# -- told once ------------------------------------------------------------------------------------


async def test_two_changes_before_the_notice_went_out_are_told_as_one(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.APOLOGIES)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.APOLOGIES)
    assert await hosts.notices(first) == [PingState.PLANNED]
    view = await hosts.change(group, first)
    assert (view.before.host_id, view.now.host_id) == (ORGANIZER, ANA)


async def test_a_change_back_before_the_notice_went_out_is_not_worth_a_word(
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)
    assert await hosts.news(group, first) is not None
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ORGANIZER, location_id=None)
    assert await hosts.news(group, first) is None


async def test_a_change_after_the_notice_is_told_anew(hosts: Hosts, group: Group) -> None:
    first, _ = await hosts.told_of(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=BEN, location_id=None)
    await hosts.send_news(first)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ORGANIZER, location_id=None)
    assert await hosts.notices(first) == [PingState.SENT, PingState.PLANNED]
    view = await hosts.change(group, first)
    assert (view.before.host_id, view.now.host_id) == (BEN, ORGANIZER)


async def test_who_comes_is_told_of_another_place_once_the_card_is_up(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(*EVERYBODY)
    first, second = await hosts.told_of(group)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.GOING)
    await hosts.rsvps.answer(hosts.actor(BEN), second.id, Answer.GOING)
    await hosts.announce(first)
    for meeting in (first, second):
        await hosts.rotation.assign(hosts.actor(ORGANIZER), meeting.id, host_id=None, location_id=places[BEN])
    assert (await hosts.change(group, first)).people == (BEN,)
    assert (await hosts.change(group, second)).people == (ANA,)
    assert await hosts.stale(first)


# -- places that closed ---------------------------------------------------------------------------


async def test_a_host_whose_place_closed_hosts_elsewhere(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(ORGANIZER, BEN)
    first, second = await hosts.told_of(group)
    await hosts.locations.retire(hosts.actor(ORGANIZER), places[ORGANIZER])
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], ORGANIZER)
    assert await hosts.notices(first) == [PingState.PLANNED]
    assert (await hosts.arrangement(second)).host_id == ANA


async def test_an_agreement_outlives_its_place_though_nobody_was_told(hosts: Hosts, group: Group) -> None:
    places = await hosts.found(ORGANIZER, BEN)
    first, _ = await hosts.ahead(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ANA, location_id=places[ORGANIZER])
    await hosts.locations.retire(hosts.actor(ORGANIZER), places[ORGANIZER])
    arrangement = await hosts.arrangement(first)
    assert (arrangement.settled, arrangement.basis) == (Settled(places[BEN], ANA), Basis.ASSIGNED)
    await hosts.replan(group)
    assert await hosts.arrangement(first) == arrangement


async def test_a_place_that_was_arranged_stays_when_its_host_does_not(hosts: Hosts) -> None:
    group = await hosts.rotating(Rotation.FIXED)
    places = await hosts.found(ANA, BEN)
    first, _ = await hosts.ahead(group)
    await hosts.rotation.assign(hosts.actor(ORGANIZER), first.id, host_id=ANA, location_id=places[BEN])
    await hosts.rsvps.answer(hosts.actor(ANA), first.id, Answer.APOLOGIES)
    await hosts.replan(group)
    assert (await hosts.arrangement(first)).settled == Settled(places[BEN], None)


# -- what is remembered ---------------------------------------------------------------------------


async def test_what_counted_is_kept_when_a_meeting_closes(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ORGANIZER, ANA)
    await hosts.locations.travel_to(hosts.actor(ANA), places[ORGANIZER], 12)
    await hosts.locations.travel_to(hosts.actor(BEN), places[ORGANIZER], 30)
    await hosts.locations.vote(hosts.actor(ANA), group.id, [places[ORGANIZER]])
    await hosts.locations.vote(hosts.actor(BEN), group.id, [places[ANA]])
    await hosts.rotation.set_willing(hosts.actor(BEN), group.id, hosts=False)
    first, _ = await hosts.ahead(group)
    await hosts.hold(group, first)
    # What is said afterwards is of no account for what was.
    await hosts.locations.travel_to(hosts.actor(ANA), places[ORGANIZER], 60)
    await hosts.rotation.set_willing(hosts.actor(BEN), group.id, hosts=True)
    assert await hosts.history(group) == [
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
    hosts: Hosts, group: Group
) -> None:
    first, _ = await hosts.ahead(group)
    await hosts.rsvps.answer(hosts.actor(ANA), first.id, Answer.VIRTUAL)
    await hosts.rsvps.answer(hosts.actor(BEN), first.id, Answer.GOING)
    await hosts.hold(group, first, came=(ORGANIZER,))
    assert (await hosts.history(group))[0].attendees == {ORGANIZER}
    for user in (ANA, BEN):
        await hosts.correct(first, user, Attendance.UNRECORDED)
    assert (await hosts.history(group))[0].attendees == set(EVERYBODY)
    await hosts.correct(first, BEN, Attendance.ABSENT)
    assert (await hosts.history(group))[0].attendees == {ORGANIZER, ANA}


async def test_a_corrected_attendance_counts(hosts: Hosts, group: Group) -> None:
    places = await hosts.owned(ORGANIZER)
    await hosts.locations.travel_to(hosts.actor(ANA), places[ORGANIZER], 12)
    first, _ = await hosts.ahead(group)
    await hosts.hold(group, first, came=(ORGANIZER, BEN))
    [held] = await hosts.history(group)
    assert held.attendees == {ORGANIZER, BEN}
    assert held.minutes == {}
    await hosts.correct(first, ANA, Attendance.VIRTUAL)
    [held] = await hosts.history(group)
    assert held.attendees == set(EVERYBODY)
    assert held.minutes == {}
    await hosts.correct(first, ANA, Attendance.LATE)
    assert (await hosts.history(group))[0].minutes == {ANA: 12}


@pytest.mark.parametrize("state", [Attendance.ABSENT, Attendance.EXCUSED])
async def test_a_host_who_was_not_there_has_not_hosted(hosts: Hosts, group: Group, state: Attendance) -> None:
    first, _ = await hosts.ahead(group)
    await hosts.hold(group, first)
    assert await hosts.hosts(group) == [ANA, BEN]
    await hosts.correct(first, ORGANIZER, state)
    await hosts.replan(group)
    assert (await hosts.history(group))[0].host_id is None
    assert await hosts.hosts(group) == [ORGANIZER, ANA]


async def test_online_this_once_uses_no_place_and_nobodys_turn(hosts: Hosts, group: Group) -> None:
    await hosts.owned(BEN)
    first, second = await hosts.ahead(group)
    online = Settled(None, None)
    await hosts.run(
        lambda tx: arrangements.put(
            UnitOfWork(tx), group, first, online, now=hosts.now, basis=Basis.ASSIGNED, online=True
        )
    )
    await hosts.replan(group)
    assert (await hosts.arrangement(first)).settled == online
    assert (await hosts.arrangement(second)).host_id == ORGANIZER
    await hosts.hold(group, first)
    assert await hosts.history(group) == []
    assert (await hosts.hosts(group))[0] == ORGANIZER


async def test_a_meeting_that_closed_by_itself_costs_nobody_a_turn(hosts: Hosts, group: Group) -> None:
    first, second = await hosts.told_of(group)
    hosts.now = first.starts_at
    await hosts.meetings.start(hosts.actor(ORGANIZER), first.id)
    hosts.now = second.starts_at + timedelta(days=1)
    await hosts.replan(group)  # nobody was there to close it, nor could its summary be sent
    held = await hosts.run(lambda tx: MeetingRepository(tx).list_held(group.id))
    assert [meeting.id for meeting in held] == [first.id]
    [remembered] = await hosts.history(group)
    assert (remembered.host_id, remembered.attendees) == (ORGANIZER, frozenset())
    assert {each.due for each in balances([remembered], EVERYBODY).values()} == {0}
