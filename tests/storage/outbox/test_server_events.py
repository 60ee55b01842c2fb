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
from tests.services.builder import ANA, BEN, GUILD, ORGANIZER, STRANGER, Builder

MADE = EventId(7001)
OTHER = GuildId(11)


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


async def stale(builder: Builder, meeting_id: MeetingId | None = None, **options: int) -> list[ServerEvent]:
    return list(
        await builder.write(lambda tx: EventRepository(tx).list_stale(builder.now, meeting_id, **options))
    )


async def show(builder: Builder, event: ServerEvent, event_id: EventId = MADE) -> None:
    """Note that Discord shows what is wanted."""
    await builder.write(lambda tx: EventRepository(tx).mark_shown(event, event_id, event.wanted))


async def shown(builder: Builder, group: Group) -> tuple[Meeting, ServerEvent]:
    """Show the next meeting of a group."""
    [event] = await stale(builder, (await builder.list_ahead(group))[0].id)
    await show(builder, event)
    return (await builder.list_ahead(group))[0], event


async def test_a_groups_next_meeting_alone_is_missed(builder: Builder, group: Group) -> None:
    first, second = await builder.list_ahead(group)
    [event] = await stale(builder)
    assert (event.meeting_id, event.state, event.event_id, event.shown) == (first.id, None, None, "")
    assert (event.guild_id, event.group_id, event.channel_id) == (GUILD, group.id, group.channel_id)
    await show(builder, event)
    assert await stale(builder) == []
    await builder.set_meeting_state(first, MeetingState.CLOSED)
    assert {(each.meeting_id, each.state) for each in await stale(builder)} == {
        (first.id, EventState.SHOWN),
        (second.id, None),
    }


async def test_what_has_begun_is_not_missed(builder: Builder, group: Group) -> None:
    first = (await builder.list_ahead(group))[0]
    builder.now = first.starts_at
    assert await stale(builder) == []
    builder.now = first.starts_at - timedelta(seconds=1)
    assert [event.meeting_id for event in await stale(builder)] == [first.id]


@pytest.mark.parametrize("change", ["time", "state", "venue", "name", "channel", "pause", "earlier"])
async def test_whatever_an_event_shows_makes_it_stale(builder: Builder, group: Group, change: str) -> None:
    meeting, event = await shown(builder, group)
    groups = {
        "name": {"name": "Alder"},
        "channel": {"channel_id": 101},
        "pause": {"state": GroupState.PAUSED},
    }
    if change == "time":
        await builder.write(
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
        await builder.set_meeting_state(meeting, MeetingState.OPEN)
    elif change == "venue":
        await builder.write(lambda tx: MeetingRepository(tx).entry_changed(meeting.id))
    elif change == "earlier":  # it has another number now
        await builder.write(
            lambda tx: MeetingRepository(tx).add(
                group_id=group.id,
                guild_id=group.guild_id,
                slot=builder.now.date(),
                kind=meeting.kind,
                at=meeting.time,
                zone=meeting.zone,
                duration_minutes=60,
                starts_at=builder.now + timedelta(hours=1),
                ends_at=builder.now + timedelta(hours=2),
            )
        )
    else:
        await builder.write(lambda tx: GroupRepository(tx).change(group, **groups[change]))  # type: ignore[arg-type]  # one of several
    found = {each.meeting_id: each for each in await stale(builder)}
    assert found[meeting.id].state is EventState.SHOWN
    assert found[meeting.id].shown == event.wanted != found[meeting.id].wanted


async def test_an_answer_makes_no_event_stale(builder: Builder, group: Group) -> None:
    meeting, _ = await shown(builder, group)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    assert await stale(builder) == []


async def test_one_meeting_brings_along_its_group_and_nobody_else(builder: Builder, group: Group) -> None:
    other = await builder.add_group("Birch", channel=101)
    second = (await builder.list_ahead(group))[1]
    assert [event.group_id for event in await stale(builder, second.id)] == [group.id]
    assert {event.group_id for event in await stale(builder)} == {group.id, other.id}
    assert len(await stale(builder, limit=1)) == 1


async def test_a_server_that_removed_the_bot_is_not_asked(builder: Builder, group: Group) -> None:
    await shown(builder, group)
    other = await builder.add_group("Birch", guild=OTHER, channel=101)
    await builder.write(lambda tx: GuildRepository(tx).mark_gone(OTHER, builder.now))
    assert await stale(builder) == []
    await builder.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, builder.now))
    await builder.set_meeting_state((await builder.list_ahead(group))[0], MeetingState.CANCELLED)
    assert await stale(builder) == []
    await builder.write(lambda tx: GuildRepository(tx).back(OTHER))
    assert [event.group_id for event in await stale(builder)] == [other.id]


async def test_the_event_of_a_dropped_meeting_stays_until_it_is_gone(builder: Builder, group: Group) -> None:
    meeting, _ = await shown(builder, group)
    await builder.write(lambda tx: SuccessionRepository(tx).remove(meeting.id))
    found = next(event for event in await stale(builder) if event.meeting_id == meeting.id)
    assert (found.group_id, found.event_id, found.wanted) == (None, MADE, "")
    assert await builder.write(lambda tx: view_of(UnitOfWork(tx), found)) is None
    await builder.write(lambda tx: EventRepository(tx).forget(found))
    assert meeting.id not in {event.meeting_id for event in await stale(builder)}


async def test_what_was_refused_or_taken_away_waits(builder: Builder, group: Group) -> None:
    [missing] = await stale(builder)
    await builder.write(lambda tx: EventRepository(tx).mark_refused(missing))
    assert await stale(builder) == []
    [waiting] = await builder.write(lambda tx: EventRepository(tx).list_waiting())
    assert (waiting.state, waiting.event_id) == (EventState.REFUSED, None)
    await builder.write(lambda tx: EventRepository(tx).mark_unshown(waiting))
    [missing] = await stale(builder)
    assert missing.state is None

    await show(builder, missing)
    [waiting] = await builder.write(lambda tx: EventRepository(tx).list_waiting(GUILD))
    assert await builder.write(lambda tx: EventRepository(tx).list_waiting(OTHER)) == []
    await builder.write(lambda tx: EventRepository(tx).mark_refused(waiting))
    assert await stale(builder) == []
    [waiting] = await builder.write(lambda tx: EventRepository(tx).list_waiting(GUILD))
    await builder.write(lambda tx: EventRepository(tx).mark_unshown(waiting))
    [again] = await stale(builder)
    assert (again.state, again.event_id) == (EventState.SHOWN, MADE)

    await builder.write(lambda tx: EventRepository(tx).mark_over(again))
    assert await stale(builder) == []
    assert await builder.write(lambda tx: EventRepository(tx).list_waiting()) == []


async def test_what_is_being_made_is_looked_for_until_it_is_found(builder: Builder, group: Group) -> None:
    [missing] = await stale(builder)
    assert await builder.write(lambda tx: EventRepository(tx).claim(missing, "its mark", builder.now))
    assert not await builder.write(lambda tx: EventRepository(tx).claim(missing, "its mark", builder.now))
    assert await stale(builder) == []
    builder.now += LEASE
    for _ in range(2):
        [making] = await stale(builder)
        assert (making.state, making.event_id, making.shown) == (EventState.MAKING, None, "its mark")
    assert await builder.write(lambda tx: EventRepository(tx).list_ids(GUILD)) == frozenset()
    assert await builder.write(lambda tx: EventRepository(tx).claim(making, "another mark", builder.now))
    assert not await builder.write(lambda tx: EventRepository(tx).claim(making, "another mark", builder.now))
    await builder.write(lambda tx: EventRepository(tx).release(making))
    [making] = await stale(builder)
    assert making.shown == "its mark"
    await show(builder, making)
    assert not await builder.write(lambda tx: EventRepository(tx).claim(making, "its mark", builder.now))
    assert await builder.write(lambda tx: EventRepository(tx).list_ids(GUILD)) == {MADE}
    assert await builder.write(lambda tx: EventRepository(tx).list_ids(OTHER)) == frozenset()


async def test_the_sweep_takes_what_nothing_follows_from(builder: Builder, group: Group) -> None:
    meeting, event = await shown(builder, group)
    kept = replace(event, event_id=MADE)

    async def swept() -> bool:
        await builder.write(lambda tx: EventRepository(tx).sweep())
        return not await builder.write(lambda tx: tx.all("SELECT 1 FROM events"))

    await builder.write(lambda tx: EventRepository(tx).mark_over(kept))
    assert not await swept()
    await builder.set_meeting_state(meeting, MeetingState.SKIPPED)
    assert not await swept()  # it may be held after all, and then has none
    await builder.set_meeting_state(meeting, MeetingState.CANCELLED)
    await builder.write(lambda tx: EventRepository(tx).mark_refused(kept))
    assert not await swept()  # Discord shows it still
    await builder.write(lambda tx: EventRepository(tx).mark_over(kept))
    assert await swept()


async def test_the_lists_that_are_read_are_those_of_near_meetings(builder: Builder, group: Group) -> None:
    meeting, _ = await shown(builder, group)

    async def near(hours: float, meeting_id: MeetingId | None = None) -> list[MeetingId]:
        until = meeting.starts_at - timedelta(hours=hours)
        found = await builder.write(lambda tx: EventRepository(tx).list_soon(builder.now, until, meeting_id))
        return [event.meeting_id for event in found]

    assert await near(0) == [meeting.id]
    assert await near(0.1) == []
    assert await near(0.1, meeting.id) == [meeting.id]
    builder.now = meeting.starts_at
    assert await near(-1) == []
    await builder.set_meeting_state(meeting, MeetingState.SKIPPED)
    assert await near(-1, meeting.id) == []


async def test_an_answer_counts_more_than_days_away_and_these_more_than_interest(
    builder: Builder, group: Group
) -> None:
    meeting, event = await shown(builder, group)
    assert await builder.write(lambda tx: keep_interests(UnitOfWork(tx), event, [ANA, BEN, STRANGER]))
    assert not await builder.write(lambda tx: keep_interests(UnitOfWork(tx), event, [BEN, ANA]))
    assert await builder.write(lambda tx: InterestRepository(tx).list_interested(meeting.id)) == {ANA, BEN}

    async def given() -> set[Rsvp]:
        return set((await builder.write(lambda tx: RsvpRepository(tx).get_roll(meeting))).given)

    assert await given() == {Rsvp(each, Answer.GOING, Source.EVENT) for each in (ANA, BEN)}
    await builder.write(
        lambda tx: tx.run(
            "INSERT INTO away (group_id, user_id, first_day, last_day) VALUES (:group, :user, :day, :day)",
            group=group.id,
            user=ANA,
            day=meeting.day.isoformat(),
        )
    )
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.LATE)
    assert await given() == {
        Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),
        Rsvp(BEN, Answer.LATE, Source.MEMBER),
    }
    assert await builder.write(lambda tx: keep_interests(UnitOfWork(tx), event, []))
    assert await given() == {
        Rsvp(ANA, Answer.APOLOGIES, Source.AWAY),
        Rsvp(BEN, Answer.LATE, Source.MEMBER),
    }


async def test_a_changed_list_makes_the_card_stale_and_the_same_one_does_not(
    builder: Builder, group: Group
) -> None:
    meeting, event = await shown(builder, group)
    await builder.post_card(meeting)
    assert await builder.write(lambda tx: keep_interests(UnitOfWork(tx), event, [ORGANIZER]))
    [card] = await builder.write(lambda tx: CardRepository(tx).list_stale(meeting.id))
    await builder.write(lambda tx: CardRepository(tx).mark_shown(card))
    assert not await builder.write(lambda tx: keep_interests(UnitOfWork(tx), event, [ORGANIZER]))
    assert not await builder.is_card_stale(meeting)


async def test_a_purged_server_leaves_no_event_behind(builder: Builder, group: Group) -> None:
    await shown(builder, group)
    await builder.write(lambda tx: GuildRepository(tx).mark_gone(GUILD, builder.now))
    await builder.write(lambda tx: GuildRepository(tx).purge(GUILD))
    assert await builder.write(lambda tx: tx.all("SELECT * FROM events")) == []
