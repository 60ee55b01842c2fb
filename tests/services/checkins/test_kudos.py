"""Thanks: to another member, for what the group may read, said once in the channel, and counted nowhere."""

from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Visibility
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId, UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.checkins import kudos as thanks
from buddybot.services.checkins.kudos import Given, KudosService
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.wording_steps import Changes, Draft
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.locations.hosts import Hosts
from tests.services.locations.town import ELSEWHERE
from tests.services.meetings.calendar_house import ANA, BEN, ORGANIZER, STRANGER, refused


class Club(Hosts):
    """A group whose members say what they will do, and thank each other."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kudos = KudosService(self.transactions)
        self.commitments = CommitmentService(self.transactions)

    async def promise(self, user_id: UserId, text: str, *, private: bool = False) -> CommitmentId:
        """Let somebody say what they will do."""
        visibility = Visibility.PRIVATE if private else Visibility.GROUP
        own = await self.commitments.add(self.actor(user_id), Draft(text=text, visibility=visibility))
        return own.commitment.id

    async def due_pings(self, group: Group) -> list[Ping]:
        """Return the thanks that wait for the channel."""
        found = await self.run(lambda tx: OutboxRepository(tx).list_planned(group.id))
        return [ping for ping in found if ping.kind is PingKind.KUDOS]

    async def say(self, group: Group, ping: Ping) -> Announcement | None:
        """Prepare thanks as the delivery does."""
        return await self.run(lambda tx: thanks.prepare_kudos(UnitOfWork(tx), ping, group, self.now))


@pytest.fixture
async def club(database: Database) -> Club:
    return Club(database)


@pytest.fixture
async def rowan(club: Club) -> Group:
    return await club.rotating()


async def test_thanks_are_said_once_and_notify_the_thanked_person_alone(club: Club, rowan: Group) -> None:
    promised = await club.promise(BEN, "four coffee meetings")
    await club.kudos.give(club.actor(ANA), BEN, text="you kept going", commitment_id=promised)
    [ping] = await club.due_pings(rowan)
    assert (ping.recipient, ping.direct, ping.meeting_id) == (BEN, False, None)
    said = await club.say(rowan, ping)
    assert said is not None
    assert said.mentions == (BEN,)
    assert isinstance(said.content, Given)
    kudos = said.content.kudos
    assert (kudos.from_id, kudos.to_id) == (ANA, BEN)
    assert (kudos.about, kudos.text) == ("four coffee meetings", "you kept going")
    await club.replan(rowan)
    assert len(await club.due_pings(rowan)) == 1, "the planner leaves it alone"


async def test_each_of_two_thanks_on_one_day_is_its_own_message(club: Club, rowan: Group) -> None:
    for text in ("one", "two"):
        await club.kudos.give(club.actor(ANA), BEN, text=text)
    said = [await club.say(rowan, ping) for ping in await club.due_pings(rowan)]
    assert [each.content.kudos.text for each in said if each and isinstance(each.content, Given)] == [
        "one",
        "two",
    ]


async def test_private_commitments_are_never_offered_nor_taken(club: Club, rowan: Group) -> None:
    shown = await club.promise(BEN, "one call")
    hidden = await club.promise(BEN, "leave my job", private=True)
    mine = await club.promise(ANA, "one letter")
    found = await club.kudos.choices(club.actor(ANA), BEN, rowan.id)
    assert list(found) == [(shown, "one call")]
    for wrong in (hidden, mine, CommitmentId(987_654)):
        async with refused("commitment.unknown"):
            await club.kudos.give(club.actor(ANA), BEN, commitment_id=wrong)
    assert await club.rows_of("kudos") == []


async def test_what_is_made_private_meanwhile_is_not_quoted(club: Club, rowan: Group) -> None:
    promised = await club.promise(BEN, "one call")
    await club.kudos.give(club.actor(ANA), BEN, commitment_id=promised)
    await club.commitments.edit(club.actor(BEN), promised, Changes(visibility=Visibility.PRIVATE))
    [ping] = await club.due_pings(rowan)
    said = await club.say(rowan, ping)
    assert said is not None
    assert isinstance(said.content, Given)
    assert said.content.kudos.about is None


async def test_nobody_thanks_themselves_or_who_is_not_there(club: Club, rowan: Group) -> None:
    async with refused("kudos.yourself"):
        await club.kudos.give(club.actor(ANA), ANA)
    async with refused("member.unknown"):
        await club.kudos.give(club.actor(ANA), STRANGER)
    async with refused("group.none"):
        await club.kudos.give(club.actor(STRANGER), ANA)
    async with refused("group.unknown"):
        await club.kudos.give(club.actor(STRANGER), ANA, group_id=rowan.id)
    async with refused("group.none_yet"):
        await club.kudos.give(club.actor(ANA, guild=ELSEWHERE), BEN)
    assert await club.due_pings(rowan) == []


async def test_a_paused_group_says_nothing(club: Club, rowan: Group) -> None:
    async def pause(tx: Tx) -> None:
        await tx.run("UPDATE groups SET state = 'paused' WHERE id = :id", id=rowan.id)

    await club.run(pause)
    async with refused("group.paused"):
        await club.kudos.give(club.actor(ANA), BEN)


async def test_thanks_are_given_once_when_a_form_is_sent_twice(club: Club, rowan: Group) -> None:
    first = await club.kudos.give(club.actor(ANA), BEN, text="for the tea")
    again = await club.kudos.give(club.actor(ANA), BEN, text=" for the  tea")
    assert again.kudos == first.kudos
    await club.kudos.give(club.actor(ANA), ORGANIZER, text="for the tea")
    await club.kudos.give(club.actor(BEN), ANA, text="for the tea")
    club.now += timedelta(minutes=3)
    await club.kudos.give(club.actor(ANA), ORGANIZER, text="for the tea")
    assert len(await club.rows_of("kudos")) == 4


async def test_five_a_day_are_enough(club: Club, rowan: Group) -> None:
    for number in range(5):
        await club.kudos.give(club.actor(ANA), BEN, text=f"for {number}")
    async with refused("kudos.many"):
        await club.kudos.give(club.actor(ANA), ORGANIZER)
    await club.kudos.give(club.actor(BEN), ANA)
    club.now += timedelta(days=1, seconds=1)
    await club.kudos.give(club.actor(ANA), BEN)
    assert len(await club.rows_of("kudos")) == 7


async def test_a_summary_tells_each_pair_once_and_only_since_the_last_meeting(
    club: Club, rowan: Group
) -> None:
    await club.kudos.give(club.actor(ANA), ORGANIZER)
    first = (await club.ahead(rowan))[0]
    await club.hold(rowan, first)
    club.now += timedelta(hours=1)
    for giver, thanked in ((BEN, ANA), (ANA, BEN), (BEN, ANA)):
        await club.kudos.give(club.actor(giver), thanked)
    second = (await club.ahead(rowan))[0]
    await club.hold(rowan, second)
    club.now += timedelta(hours=1)
    await club.kudos.give(club.actor(ORGANIZER), ANA)
    for meeting, expected in ((first, ((ANA, ORGANIZER),)), (second, ((BEN, ANA), (ANA, BEN)))):
        closed = await club.fresh(meeting)
        said = await club.run(lambda tx, each=closed: thanks.since_last(UnitOfWork(tx), rowan, each))  # type: ignore[misc]  # bound early
        assert said == expected
