"""Words in confidence: the organizers read them with the name, nobody else reads anything."""

from datetime import timedelta

import pytest

from buddybot.domain.health.feedback import Phrase, phrases, rating
from buddybot.domain.ids import GroupId
from buddybot.services.health.feedback import FeedbackService
from tests.services.builder import ANA, BEN, ELSEWHERE, ORGANIZER, STRANGER, Builder, refused

SAID = (Phrase.HELPS, Phrase.VARIETY)


@pytest.fixture
async def rowan(builder: Builder) -> GroupId:
    group_id = (await builder.create_group()).group.id
    await builder.invite_members(group_id, ANA, BEN)
    return group_id


@pytest.fixture
def feedback(builder: Builder) -> FeedbackService:
    return FeedbackService(builder.transactions)


async def test_organizers_read_it_once_as_news_and_again_when_they_ask(
    builder: Builder, rowan: GroupId, feedback: FeedbackService
) -> None:
    await feedback.give(builder.act_as(ANA), rowan, phrases=SAID, rating=2)
    [item] = await feedback.list_unseen(builder.act_as(ORGANIZER))
    assert (item.user_id, item.phrases, item.rating, item.group_name) == (ANA, SAID, 2, "Rowan")
    await feedback.mark_seen([item])
    assert list(await feedback.list_unseen(builder.act_as(ORGANIZER))) == []
    heard = await feedback.read(builder.act_as(ORGANIZER), rowan)
    assert [(each.user_id, each.rating) for each in heard.items] == [(ANA, 2)]


async def test_nobody_else_reads_it(builder: Builder, rowan: GroupId, feedback: FeedbackService) -> None:
    await feedback.give(builder.act_as(ANA), rowan, phrases=SAID, rating=2)
    assert (await feedback.get_desk(builder.act_as(ORGANIZER), rowan)).reads
    for member in (ANA, BEN):
        assert not (await feedback.get_desk(builder.act_as(member), rowan)).reads
        async with refused("group.organizers_only"):
            await feedback.read(builder.act_as(member), rowan)
        assert list(await feedback.list_unseen(builder.act_as(member))) == []
    async with refused("group.unknown"):
        await feedback.read(builder.act_as(STRANGER), rowan)
    async with refused("group.unknown"):
        await feedback.read(builder.act_as(ORGANIZER, guild=ELSEWHERE), rowan)
    async with refused("group.unknown"):
        await feedback.give(builder.act_as(STRANGER), rowan, phrases=SAID, rating=2)


async def test_what_an_organizer_says_waits_for_another_one(
    builder: Builder, rowan: GroupId, feedback: FeedbackService
) -> None:
    await feedback.give(builder.act_as(ORGANIZER), rowan, phrases=SAID, rating=5)
    assert list(await feedback.list_unseen(builder.act_as(ORGANIZER))) == []
    await builder.members.transfer(builder.act_as(ORGANIZER), ANA, keep=True, group_id=rowan)
    assert len(await feedback.list_unseen(builder.act_as(ANA))) == 1


async def test_three_times_a_week_are_enough(
    builder: Builder, rowan: GroupId, feedback: FeedbackService
) -> None:
    for stars in (3, 4, 5):
        await feedback.give(builder.act_as(ANA), rowan, phrases=SAID, rating=stars)
    async with refused("feedback.many"):
        await feedback.start(builder.act_as(ANA), rowan)
    async with refused("feedback.many"):
        await feedback.give(builder.act_as(ANA), rowan, phrases=SAID, rating=2)
    await feedback.give(builder.act_as(BEN), rowan, phrases=SAID, rating=3)
    builder.now += timedelta(days=7, seconds=1)
    await feedback.give(builder.act_as(ANA), rowan, phrases=SAID, rating=3)
    assert len((await feedback.read(builder.act_as(ORGANIZER), rowan)).items) == 5


async def test_it_is_heard_once_when_the_form_is_sent_twice(
    builder: Builder, rowan: GroupId, feedback: FeedbackService
) -> None:
    for user_id in (ANA, ANA, BEN):
        await feedback.give(builder.act_as(user_id), rowan, phrases=SAID, rating=3)
    assert len((await feedback.read(builder.act_as(ORGANIZER), rowan)).items) == 2
    builder.now += timedelta(minutes=3)
    await feedback.give(builder.act_as(ANA), rowan, phrases=SAID, rating=3)
    assert len((await feedback.read(builder.act_as(ORGANIZER), rowan)).items) == 3


async def test_only_what_is_offered_can_be_chosen() -> None:
    assert phrases(("variety", "helps")) == SAID
    for forged in ((), ("Ben is lazy",), ("helps", "x"), ("helps", "time", "place", "variety")):
        async with refused("button.stale"):
            phrases(forged)
    assert rating("5") == 5
    for text in ("0", "6", "", "5.0", "\u0665"):
        async with refused("button.stale"):
            rating(text)
