"""What is known of servers' events, and which of them are to be brought up to date."""

from dataclasses import replace
from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import EventId, GuildId, MeetingId
from buddybot.domain.meetings.cards import EventState, ServerEvent
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingState, Rsvp, Source
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.meetings.server_event_steps import keep_interests, view_of
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from buddybot.storage.meetings.successions import SuccessionRepository
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.server_events import LEASE, EventRepository, InterestRepository
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, STRANGER, House

MADE = EventId(7001)
OTHER = GuildId(11)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    return await house.group()


async def stale(house: House, meeting_id: MeetingId | None = None, **options: int) -> list[ServerEvent]:
    return list(await house.run(lambda tx: EventRepository(tx).list_stale(house.now, meeting_id, **options)))


async def show(house: House, event: ServerEvent, event_id: EventId = MADE) -> None:
    """Note that Discord shows what is wanted."""
    await house.run(lambda tx: EventRepository(tx).mark_shown(event, event_id, event.wanted))


async def shown(house: House, group: Group) -> tuple[Meeting, ServerEvent]:
    """Show the next meeting of a group."""
    [event] = await stale(house, (await house.ahead(group))[0].id)
    await show(house, event)
    return (await house.ahead(group))[0], event


async def test_a_groups_next_meeting_alone_is_missed(house: House, group: Group) -> None:
    first, second = await house.ahead(group)
    [event] = await stale(house)
    assert (event.meeting_id, event.state, event.event_id, event.shown) == (first.id, None, None, "")
    assert (event.guild_id, event.group_id, event.channel_id) == (GUILD, group.id, group.channel_id)
    await show(house, event)
    assert await stale(house) == []
    await house.set_state(first, MeetingState.CLOSED)
    assert {(each.meeting_id, each.state) for each in await stale(house)} == {
        (first.id, EventState.SHOWN),
        (second.id, None),
    }


async def test_what_has_begun_is_not_missed(house: House, group: Group) -> None:
    first = (await house.ahead(group))[0]
    house.now = first.starts_at
    assert await stale(house) == []
    house.now = first.starts_at - timedelta(seconds=1)
    assert [event.meeting_id for event in await stale(house)] == [first.id]


@pytest.mark.parametrize("change", ["time", "state", "venue", "name", "channel", "pause", "earlier"])
async def test_whatever_an_event_shows_makes_it_stale(house: House, group: Group, change: str) -> None:
    meeting, event = await shown(house, group)
    groups = {
        "name": {"name": "Alder"},
        "channel": {"channel_id": 101},
        "pause": {"state": GroupState.PAUSED},
    }
    if change == "time":
        await house.run(
            lambda tx: MeetingRepository(tx).put_when(
                meeting.id,
                day=meeting.day,
                at=meeting.time,
                zone=meeting.zone,
                starts_at=meeting.starts_at + timedelta(hours=1),
                ends_at=meeting.ends_at + timedelta(hours=1),
                moved=True,
            )
        )
    elif change == "state":
        await house.set_state(meeting, MeetingState.OPEN)
    elif change == "venue":
        await house.run(lambda tx: MeetingRepository(tx).entry_changed(meeting.id))
    elif change == "earlier":  # it has another number now
        await house.run(
            lambda tx: MeetingRepository(tx).add(
                group_id=group.id,
                guild_id=group.guild_id,
                slot=house.now.date(),
                kind=meeting.kind,
                at=meeting.time,
                zone=meeting.zone,
                duration_minutes=60,
                starts_at=house.now + timedelta(hours=1),
                ends_at=house.now + timedelta(hours=2),
            )
        )
    else:
        await house.run(lambda tx: GroupRepository(tx).change(group, **groups[change]))  # type: ignore[arg-type]  # one of several
    found = {each.meeting_id: each for each in await stale(house)}
    assert found[meeting.id].state is EventState.SHOWN
    assert found[meeting.id].shown == event.wanted != found[meeting.id].wanted


async def test_an_answer_makes_no_event_stale(house: House, group: Group) -> None:
    meeting, _ = await shown(house, group)
    await house.rsvps.answer(house.actor(ANA), meeting.id, Answer.GOING)
    assert await stale(house) == []


async def test_one_meeting_brings_along_its_group_and_nobody_else(house: House, group: Group) -> None:
    other = await house.group("Birch", channel=101)
    second = (await house.ahead(group))[1]
    assert [event.group_id for event in await stale(house, second.id)] == [group.id]
    assert {event.group_id for event in await stale(house)} == {group.id, other.id}
    assert len(await stale(house, limit=1)) == 1


async def test_a_server_that_removed_the_bot_is_not_asked(house: House, group: Group) -> None:
    await shown(house, group)
    other = await house.group("Birch", guild=OTHER, channel=101)
    await house.run(lambda tx: GuildRepository(tx).mark_gone(OTHER, house.now))
    assert await stale(house) == []
    await house.run(lambda tx: GuildRepository(tx).mark_gone(GUILD, house.now))
    await house.set_state((await house.ahead(group))[0], MeetingState.CANCELLED)
    assert await stale(house) == []
    await house.run(lambda tx: GuildRepository(tx).back(OTHER))
    assert [event.group_id for event in await stale(house)] == [other.id]


async def test_the_event_of_a_dropped_meeting_stays_until_it_is_gone(house: House, group: Group) -> None:
    meeting, _ = await shown(house, group)
    await house.run(lambda tx: SuccessionRepository(tx).remove(meeting.id))
    found = next(event for event in await stale(house) if event.meeting_id == meeting.id)
    assert (found.group_id, found.event_id, found.wanted) == (None, MADE, "")
    assert await house.run(lambda tx: view_of(UnitOfWork(tx), found)) is None
    await house.run(lambda tx: EventRepository(tx).forget(found))
    assert meeting.id not in {event.meeting_id for event in await stale(house)}


async def test_what_was_refused_or_taken_away_waits(house: House, group: Group) -> None:
    [missing] = await stale(house)
    await house.run(lambda tx: EventRepository(tx).mark_refused(missing))
    assert await stale(house) == []
    [waiting] = await house.run(lambda tx: EventRepository(tx).list_waiting())
    assert (waiting.state, waiting.event_id) == (EventState.REFUSED, None)
    await house.run(lambda tx: EventRepository(tx).mark_unshown(waiting))
    [missing] = await stale(house)
    assert missing.state is None

    await show(house, missing)
    [waiting] = await house.run(lambda tx: EventRepository(tx).list_waiting(GUILD))
    assert await house.run(lambda tx: EventRepository(tx).list_waiting(OTHER)) == []
    await house.run(lambda tx: EventRepository(tx).mark_refused(waiting))
    assert await stale(house) == []
    [waiting] = await house.run(lambda tx: EventRepository(tx).list_waiting(GUILD))
    await house.run(lambda tx: EventRepository(tx).mark_unshown(waiting))
    [again] = await stale(house)
    assert (again.state, again.event_id) == (EventState.SHOWN, MADE)

    await house.run(lambda tx: EventRepository(tx).mark_over(again))
    assert await stale(house) == []
    assert await house.run(lambda tx: EventRepository(tx).list_waiting()) == []


async def test_what_is_being_made_is_looked_for_until_it_is_found(house: House, group: Group) -> None:
    [missing] = await stale(house)
    assert await house.run(lambda tx: EventRepository(tx).claim(missing, "its mark", house.now))
    assert not await house.run(lambda tx: EventRepository(tx).claim(missing, "its mark", house.now))
    assert await stale(house) == []
    house.now += LEASE
    for _ in range(2):
        [making] = await stale(house)
        assert (making.state, making.event_id, making.shown) == (EventState.MAKING, None, "its mark")
    assert await house.run(lambda tx: EventRepository(tx).list_ids(GUILD)) == frozenset()
    assert await house.run(lambda tx: EventRepository(tx).claim(making, "another mark", house.now))
    assert not await house.run(lambda tx: EventRepository(tx).claim(making, "another mark", house.now))
    await house.run(lambda tx: EventRepository(tx).release(making))
    [making] = await stale(house)
    assert making.shown == "its mark"
    await show(house, making)
    assert not await house.run(lambda tx: EventRepository(tx).claim(making, "its mark", house.now))
    assert await house.run(lambda tx: EventRepository(tx).list_ids(GUILD)) == {MADE}
    assert await house.run(lambda tx: EventRepository(tx).list_ids(OTHER)) == frozenset()


async def test_the_sweep_takes_what_nothing_follows_from(house: House, group: Group) -> None:
    meeting, event = await shown(house, group)
    kept = replace(event, event_id=MADE)

    async def swept() -> bool:
        await house.run(lambda tx: EventRepository(tx).sweep())
        return not await house.run(lambda tx: tx.all("SELECT 1 FROM events"))

    await house.run(lambda tx: EventRepository(tx).mark_over(kept))
    assert not await swept()
    await house.set_state(meeting, MeetingState.SKIPPED)
    assert not await swept()  # it may be held after all, and then has none
    await house.set_state(meeting, MeetingState.CANCELLED)
    await house.run(lambda tx: EventRepository(tx).mark_refused(kept))
    assert not await swept()  # Discord shows it still
    await house.run(lambda tx: EventRepository(tx).mark_over(kept))
    assert await swept()


async def test_the_lists_that_are_read_are_those_of_near_meetings(house: House, group: Group) -> None:
    meeting, _ = await shown(house, group)

    async def near(hours: float, meeting_id: MeetingId | None = None) -> list[MeetingId]:
        until = meeting.starts_at - timedelta(hours=hours)
        found = await house.run(lambda tx: EventRepository(tx).list_soon(house.now, until, meeting_id))
        return [event.meeting_id for event in found]

    assert await near(0) == [meeting.id]
    assert await near(0.1) == []
    assert await near(0.1, meeting.id) == [meeting.id]
    house.now = meeting.starts_at
    assert await near(-1) == []
    await house.set_state(meeting, MeetingState.SKIPPED)
    assert await near(-1, meeting.id) == []


async def test_an_answer_counts_more_than_days_away_and_these_more_than_interest(
    house: House, group: Group
) -> None:
    meeting, event = await shown(house, group)
    assert await house.run(lambda tx: keep_interests(UnitOfWork(tx), event, [ANA, BEN, STRANGER]))
    assert not await house.run(lambda tx: keep_interests(UnitOfWork(tx), event, [BEN, ANA]))
    assert await house.run(lambda tx: InterestRepository(tx).list_interested(meeting.id)) == {ANA, BEN}

    async def given() -> set[Rsvp]:
        return set((await house.run(lambda tx: RsvpRepository(tx).get_roll(meeting))).given)

    assert await given() == {Rsvp(each, Answer.GOING, Source.EVENT) for each in (ANA, BEN)}
    await house.run(
        lambda tx: tx.run(
            "INSERT INTO away (group_id, user_id, first_day, last_day) VALUES (:group, :user, :day, :day)",
            group=group.id,
            user=ANA,
            day=meeting.day.isoformat(),
        )
    )
    await house.rsvps.answer(house.actor(BEN), meeting.id, Answer.LATE)
    assert await given() == {
        Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),
        Rsvp(BEN, Answer.LATE, Source.MEMBER),
    }
    assert await house.run(lambda tx: keep_interests(UnitOfWork(tx), event, []))
    assert await given() == {
        Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),
        Rsvp(BEN, Answer.LATE, Source.MEMBER),
    }


async def test_a_changed_list_makes_the_card_stale_and_the_same_one_does_not(
    house: House, group: Group
) -> None:
    meeting, event = await shown(house, group)
    await house.announce(meeting)
    assert await house.run(lambda tx: keep_interests(UnitOfWork(tx), event, [ORGANIZER]))
    [card] = await house.run(lambda tx: CardRepository(tx).list_stale(meeting.id))
    await house.run(lambda tx: CardRepository(tx).mark_shown(card))
    assert not await house.run(lambda tx: keep_interests(UnitOfWork(tx), event, [ORGANIZER]))
    assert not await house.stale(meeting)


async def test_a_purged_server_leaves_no_event_behind(house: House, group: Group) -> None:
    await shown(house, group)
    await house.run(lambda tx: GuildRepository(tx).mark_gone(GUILD, house.now))
    await house.run(lambda tx: GuildRepository(tx).purge(GUILD))
    assert await house.run(lambda tx: tx.all("SELECT * FROM events")) == []
