"""Whether an interaction was carried out is known for certain, also while it is under way."""

import asyncio

import pytest

from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.engine.database import Database, Tx
from tests.services.club import ANA, Club


@pytest.fixture
async def club(database: Database) -> Club:
    """A group of two."""
    club = Club(database)
    group = (await club.group()).group
    await club.join(group.id, ANA)
    return club


async def look(tx: Tx) -> None:
    await tx.one("SELECT 1 AS one")


async def test_an_interaction_is_carried_out_when_its_transaction_was_committed(club: Club) -> None:
    actor = club.actor(ANA)
    await club.transactions.write_for(actor, lambda uow: look(uow.tx))
    assert await club.transactions.verify_stored(actor)
    assert await club.transactions.verify_stored(actor)


async def test_an_interaction_is_not_carried_out_when_its_transaction_failed(club: Club) -> None:
    actor = club.actor(ANA)

    async def fail(_tx: Tx) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await club.transactions.write_for(actor, lambda uow: fail(uow.tx))
    assert not await club.transactions.verify_stored(actor)


async def test_an_interaction_never_is_carried_out_when_it_was_said_not_to_be(club: Club) -> None:
    actor = club.actor(ANA)
    assert not await club.transactions.verify_stored(actor)
    with pytest.raises(AlreadyHandled):
        await club.transactions.write_for(actor, lambda uow: look(uow.tx))


async def test_both_say_the_same_when_the_transaction_is_under_way(club: Club) -> None:
    for _ in range(10):
        actor = club.actor(ANA)
        written, carried_out = await asyncio.gather(
            club.transactions.write_for(actor, lambda uow: look(uow.tx)),
            club.transactions.verify_stored(actor),
            return_exceptions=True,
        )
        assert carried_out is not isinstance(written, AlreadyHandled)
