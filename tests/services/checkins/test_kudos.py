"""Thanks: to another member, for what the group may read, said once in the channel, and counted nowhere."""

from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Visibility
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId, UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.checkins import kudos
from buddybot.services.checkins.kudos import Given
from buddybot.services.commitments.wording_steps import Changes, Draft
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.engine.database import Tx
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import ANA, BEN, ELSEWHERE, ORGANIZER, STRANGER, Builder, refused


async def add_commitment(
    builder: Builder, user_id: UserId, text: str, *, private: bool = False
) -> CommitmentId:
    """Let somebody say what they will do."""
    visibility = Visibility.PRIVATE if private else Visibility.GROUP
    own = await builder.commitments.add(builder.act_as(user_id), Draft(text=text, visibility=visibility))
    return own.commitment.id


async def list_kudos_pings(builder: Builder, group: Group) -> list[Ping]:
    """Return the thanks that wait for the channel."""
    found = await builder.write(lambda tx: OutboxRepository(tx).list_planned(group.id))
    return [ping for ping in found if ping.kind is PingKind.KUDOS]


async def prepare_kudos(builder: Builder, group: Group, ping: Ping) -> Announcement | None:
    """Prepare thanks as the delivery does."""
    return await builder.write(lambda tx: kudos.prepare_kudos(UnitOfWork(tx), ping, group, builder.now))


@pytest.fixture
async def rowan(builder: Builder) -> Group:
    return await builder.add_rotating_group()


async def test_thanks_are_said_once_and_notify_the_thanked_person_alone(
    builder: Builder, rowan: Group
) -> None:
    promised = await add_commitment(builder, BEN, "four coffee meetings")
    await builder.kudos.give(builder.act_as(ANA), BEN, text="you kept going", commitment_id=promised)
    [ping] = await list_kudos_pings(builder, rowan)
    assert (ping.recipient, ping.direct, ping.meeting_id) == (BEN, False, None)
    said = await prepare_kudos(builder, rowan, ping)
    assert said is not None
    assert said.mentions == (BEN,)
    assert isinstance(said.content, Given)
    kudos = said.content.kudos
    assert (kudos.from_id, kudos.to_id) == (ANA, BEN)
    assert (kudos.about, kudos.text) == ("four coffee meetings", "you kept going")
    await builder.replan_group(rowan)
    assert len(await list_kudos_pings(builder, rowan)) == 1, "the planner leaves it alone"


async def test_each_of_two_thanks_on_one_day_is_its_own_message(builder: Builder, rowan: Group) -> None:
    for text in ("one", "two"):
        await builder.kudos.give(builder.act_as(ANA), BEN, text=text)
    said = [await prepare_kudos(builder, rowan, ping) for ping in await list_kudos_pings(builder, rowan)]
    assert [each.content.kudos.text for each in said if each and isinstance(each.content, Given)] == [
        "one",
        "two",
    ]


async def test_private_commitments_are_never_offered_nor_taken(builder: Builder, rowan: Group) -> None:
    shown = await add_commitment(builder, BEN, "one call")
    hidden = await add_commitment(builder, BEN, "leave my job", private=True)
    mine = await add_commitment(builder, ANA, "one letter")
    found = await builder.kudos.choices(builder.act_as(ANA), BEN, rowan.id)
    assert list(found) == [(shown, "one call")]
    for wrong in (hidden, mine, CommitmentId(987_654)):
        async with refused("commitment.unknown"):
            await builder.kudos.give(builder.act_as(ANA), BEN, commitment_id=wrong)
    assert await builder.read_table("kudos") == []


async def test_what_is_made_private_meanwhile_is_not_quoted(builder: Builder, rowan: Group) -> None:
    promised = await add_commitment(builder, BEN, "one call")
    await builder.kudos.give(builder.act_as(ANA), BEN, commitment_id=promised)
    await builder.commitments.edit(builder.act_as(BEN), promised, Changes(visibility=Visibility.PRIVATE))
    [ping] = await list_kudos_pings(builder, rowan)
    said = await prepare_kudos(builder, rowan, ping)
    assert said is not None
    assert isinstance(said.content, Given)
    assert said.content.kudos.about is None


async def test_nobody_thanks_themselves_or_who_is_not_there(builder: Builder, rowan: Group) -> None:
    async with refused("kudos.yourself"):
        await builder.kudos.give(builder.act_as(ANA), ANA)
    async with refused("member.unknown"):
        await builder.kudos.give(builder.act_as(ANA), STRANGER)
    async with refused("group.none"):
        await builder.kudos.give(builder.act_as(STRANGER), ANA)
    async with refused("group.unknown"):
        await builder.kudos.give(builder.act_as(STRANGER), ANA, group_id=rowan.id)
    async with refused("group.none_yet"):
        await builder.kudos.give(builder.act_as(ANA, guild=ELSEWHERE), BEN)
    assert await list_kudos_pings(builder, rowan) == []


async def test_a_paused_group_says_nothing(builder: Builder, rowan: Group) -> None:
    async def pause(tx: Tx) -> None:
        await tx.run("UPDATE groups SET state = 'paused' WHERE id = :id", id=rowan.id)

    await builder.write(pause)
    async with refused("group.paused"):
        await builder.kudos.give(builder.act_as(ANA), BEN)


async def test_thanks_are_given_once_when_a_form_is_sent_twice(builder: Builder, rowan: Group) -> None:
    first = await builder.kudos.give(builder.act_as(ANA), BEN, text="for the tea")
    again = await builder.kudos.give(builder.act_as(ANA), BEN, text=" for the  tea")
    assert again.kudos == first.kudos
    await builder.kudos.give(builder.act_as(ANA), ORGANIZER, text="for the tea")
    await builder.kudos.give(builder.act_as(BEN), ANA, text="for the tea")
    builder.now += timedelta(minutes=3)
    await builder.kudos.give(builder.act_as(ANA), ORGANIZER, text="for the tea")
    assert len(await builder.read_table("kudos")) == 4


async def test_five_a_day_are_enough(builder: Builder, rowan: Group) -> None:
    for number in range(5):
        await builder.kudos.give(builder.act_as(ANA), BEN, text=f"for {number}")
    async with refused("kudos.many"):
        await builder.kudos.give(builder.act_as(ANA), ORGANIZER)
    await builder.kudos.give(builder.act_as(BEN), ANA)
    builder.now += timedelta(days=1, seconds=1)
    await builder.kudos.give(builder.act_as(ANA), BEN)
    assert len(await builder.read_table("kudos")) == 7


async def test_a_summary_tells_each_pair_once_and_only_since_the_last_meeting(
    builder: Builder, rowan: Group
) -> None:
    await builder.kudos.give(builder.act_as(ANA), ORGANIZER)
    first = (await builder.list_ahead(rowan))[0]
    await builder.hold_meeting(rowan, first)
    builder.now += timedelta(hours=1)
    for giver, thanked in ((BEN, ANA), (ANA, BEN), (BEN, ANA)):
        await builder.kudos.give(builder.act_as(giver), thanked)
    second = (await builder.list_ahead(rowan))[0]
    await builder.hold_meeting(rowan, second)
    builder.now += timedelta(hours=1)
    await builder.kudos.give(builder.act_as(ORGANIZER), ANA)
    for meeting, expected in ((first, ((ANA, ORGANIZER),)), (second, ((BEN, ANA), (ANA, BEN)))):
        closed = await builder.reload_meeting(meeting)
        said = await builder.write(lambda tx, each=closed: kudos.since_last(UnitOfWork(tx), rowan, each))  # type: ignore[misc]  # bound early
        assert said == expected
