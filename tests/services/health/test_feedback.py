"""Words in confidence: the organizers read them with the name, nobody else reads anything."""

from datetime import timedelta

import pytest

from buddybot.domain.health.feedback import Phrase, phrases, rating
from buddybot.domain.ids import GroupId
from buddybot.services.health.feedback import FeedbackService
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, BEN, ORGANIZER, STRANGER, THERE, Club
from tests.services.meetings.calendar_house import refused

SAID = (Phrase.HELPS, Phrase.VARIETY)


@pytest.fixture
async def club(database: Database) -> Club:
    return Club(database)


@pytest.fixture
async def rowan(club: Club) -> GroupId:
    group_id = (await club.group()).group.id
    await club.join(group_id, ANA, BEN)
    return group_id


@pytest.fixture
def feedback(club: Club) -> FeedbackService:
    return FeedbackService(club.transactions)


async def test_organizers_read_it_once_as_news_and_again_when_they_ask(
    club: Club, rowan: GroupId, feedback: FeedbackService
) -> None:
    await feedback.give(club.actor(ANA), rowan, phrases=SAID, rating=2)
    [item] = await feedback.list_unseen(club.actor(ORGANIZER))
    assert (item.user_id, item.phrases, item.rating, item.group_name) == (ANA, SAID, 2, "Rowan")
    await feedback.mark_seen([item])
    assert list(await feedback.list_unseen(club.actor(ORGANIZER))) == []
    heard = await feedback.read(club.actor(ORGANIZER), rowan)
    assert [(each.user_id, each.rating) for each in heard.items] == [(ANA, 2)]


async def test_nobody_else_reads_it(club: Club, rowan: GroupId, feedback: FeedbackService) -> None:
    await feedback.give(club.actor(ANA), rowan, phrases=SAID, rating=2)
    assert (await feedback.get_desk(club.actor(ORGANIZER), rowan)).reads
    for member in (ANA, BEN):
        assert not (await feedback.get_desk(club.actor(member), rowan)).reads
        async with refused("group.organizers_only"):
            await feedback.read(club.actor(member), rowan)
        assert list(await feedback.list_unseen(club.actor(member))) == []
    async with refused("group.unknown"):
        await feedback.read(club.actor(STRANGER), rowan)
    async with refused("group.unknown"):
        await feedback.read(club.actor(ORGANIZER, guild=THERE), rowan)
    async with refused("group.unknown"):
        await feedback.give(club.actor(STRANGER), rowan, phrases=SAID, rating=2)


async def test_what_an_organizer_says_waits_for_another_one(
    club: Club, rowan: GroupId, feedback: FeedbackService
) -> None:
    await feedback.give(club.actor(ORGANIZER), rowan, phrases=SAID, rating=5)
    assert list(await feedback.list_unseen(club.actor(ORGANIZER))) == []
    await club.members.transfer(club.actor(ORGANIZER), ANA, keep=True, group_id=rowan)
    assert len(await feedback.list_unseen(club.actor(ANA))) == 1


async def test_three_times_a_week_are_enough(club: Club, rowan: GroupId, feedback: FeedbackService) -> None:
    for stars in (3, 4, 5):
        await feedback.give(club.actor(ANA), rowan, phrases=SAID, rating=stars)
    async with refused("feedback.many"):
        await feedback.start(club.actor(ANA), rowan)
    async with refused("feedback.many"):
        await feedback.give(club.actor(ANA), rowan, phrases=SAID, rating=2)
    await feedback.give(club.actor(BEN), rowan, phrases=SAID, rating=3)
    club.now += timedelta(days=7, seconds=1)
    await feedback.give(club.actor(ANA), rowan, phrases=SAID, rating=3)
    assert len((await feedback.read(club.actor(ORGANIZER), rowan)).items) == 5


async def test_it_is_heard_once_when_the_form_is_sent_twice(
    club: Club, rowan: GroupId, feedback: FeedbackService
) -> None:
    for user_id in (ANA, ANA, BEN):
        await feedback.give(club.actor(user_id), rowan, phrases=SAID, rating=3)
    assert len((await feedback.read(club.actor(ORGANIZER), rowan)).items) == 2
    club.now += timedelta(minutes=3)
    await feedback.give(club.actor(ANA), rowan, phrases=SAID, rating=3)
    assert len((await feedback.read(club.actor(ORGANIZER), rowan)).items) == 3


async def test_only_what_is_offered_can_be_chosen() -> None:
    assert phrases(("variety", "helps")) == SAID
    for forged in ((), ("Ben is lazy",), ("helps", "x"), ("helps", "time", "place", "variety")):
        async with refused("button.stale"):
            phrases(forged)
    assert rating("5") == 5
    for text in ("0", "6", "", "5.0", "\u0665"):
        async with refused("button.stale"):
            rating(text)
