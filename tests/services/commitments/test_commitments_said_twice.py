"""A form that is sent twice, or words that are said again, make one commitment."""

import asyncio

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.wording_steps import Draft
from buddybot.storage.engine.database import Database
from tests.services.builder import NEW_YEAR, Builder

ANA, BEN = 1, 2
COFFEES = Draft(text="4 coffee meetings")


def coffees(number: int) -> Draft:
    return Draft(text=f"{number} coffee meetings")


@pytest.fixture
async def builder(database: Database) -> Builder:
    return Builder(database, NEW_YEAR)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_plain_group(ANA, BEN)


@pytest.fixture
def service(builder: Builder) -> CommitmentService:
    return CommitmentService(builder.transactions)


async def test_one_is_kept_when_a_form_is_sent_twice(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    first = await service.add(builder.act_as(ANA), Draft(text="4 Coffee meetings", plan="on Monday"))
    for draft in (COFFEES, Draft(text="4  coffee MEETINGS"), Draft(text="4 coffee meetings", count=4)):
        again = await service.add(builder.act_as(ANA), draft)
        assert again.again
        assert again.commitment == first.commitment
    assert not first.again
    assert not (await service.add(builder.act_as(ANA), coffees(5))).again
    assert not (await service.add(builder.act_as(BEN), COFFEES)).again
    assert len((await service.list_own(builder.act_as(ANA))).items) == 2


async def test_one_is_kept_when_a_form_is_sent_twice_at_the_same_moment(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    results = await asyncio.gather(*(service.add(builder.act_as(ANA), COFFEES) for _ in range(8)))
    assert len({result.commitment.id for result in results}) == 1
    assert sum(not result.again for result in results) == 1


async def test_the_same_is_new_when_the_first_is_done_or_let_go(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    first = await service.add(builder.act_as(ANA), Draft(text="call Eli"))
    await service.progress(builder.act_as(ANA), first.commitment.id, "1")
    second = await service.add(builder.act_as(ANA), Draft(text="call Eli"))
    assert not second.again
    await service.drop(builder.act_as(ANA), second.commitment.id)
    assert not (await service.add(builder.act_as(ANA), Draft(text="call Eli"))).again


async def test_it_is_said_to_be_there_when_three_are_open_and_one_is_said_again(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    for number in (3, 4, 5):
        await service.add(builder.act_as(ANA), coffees(number))
    assert (await service.add(builder.act_as(ANA), coffees(4))).again
