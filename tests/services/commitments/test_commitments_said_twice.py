"""A form that is sent twice, or words that are said again, make one commitment."""

import asyncio

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.wording_steps import Draft
from buddybot.storage.engine.database import Database
from tests.services.homes import Home

ANA, BEN = 1, 2
COFFEES = Draft(text="4 coffee meetings")


def coffees(number: int) -> Draft:
    return Draft(text=f"{number} coffee meetings")


@pytest.fixture
async def home(database: Database) -> Home:
    return Home(database)


@pytest.fixture
async def group(home: Home) -> Group:
    return await home.group(ANA, BEN)


@pytest.fixture
def service(home: Home) -> CommitmentService:
    return CommitmentService(home.transactions)


async def test_one_is_kept_when_a_form_is_sent_twice(
    home: Home, group: Group, service: CommitmentService
) -> None:
    first = await service.add(home.actor(ANA), Draft(text="4 Coffee meetings", plan="on Monday"))
    for draft in (COFFEES, Draft(text="4  coffee MEETINGS"), Draft(text="4 coffee meetings", count=4)):
        again = await service.add(home.actor(ANA), draft)
        assert again.again
        assert again.commitment == first.commitment
    assert not first.again
    assert not (await service.add(home.actor(ANA), coffees(5))).again
    assert not (await service.add(home.actor(BEN), COFFEES)).again
    assert len((await service.list_own(home.actor(ANA))).items) == 2


async def test_one_is_kept_when_a_form_is_sent_twice_at_the_same_moment(
    home: Home, group: Group, service: CommitmentService
) -> None:
    results = await asyncio.gather(*(service.add(home.actor(ANA), COFFEES) for _ in range(8)))
    assert len({result.commitment.id for result in results}) == 1
    assert sum(not result.again for result in results) == 1


async def test_the_same_is_new_when_the_first_is_done_or_let_go(
    home: Home, group: Group, service: CommitmentService
) -> None:
    first = await service.add(home.actor(ANA), Draft(text="call Eli"))
    await service.progress(home.actor(ANA), first.commitment.id, "1")
    second = await service.add(home.actor(ANA), Draft(text="call Eli"))
    assert not second.again
    await service.drop(home.actor(ANA), second.commitment.id)
    assert not (await service.add(home.actor(ANA), Draft(text="call Eli"))).again


async def test_it_is_said_to_be_there_when_three_are_open_and_one_is_said_again(
    home: Home, group: Group, service: CommitmentService
) -> None:
    for number in (3, 4, 5):
        await service.add(home.actor(ANA), coffees(number))
    assert (await service.add(home.actor(ANA), coffees(4))).again
