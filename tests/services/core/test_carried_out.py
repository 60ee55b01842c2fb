"""Whether an interaction was carried out is known for certain, also while it is under way."""

import asyncio

import pytest

from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.engine.database import Database, Tx
from tests.services.builder import ANA, Builder


@pytest.fixture
async def builder(database: Database) -> Builder:
    """A group of two."""
    builder = Builder(database)
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    return builder


async def look(tx: Tx) -> None:
    await tx.one("SELECT 1 AS one")


async def test_an_interaction_is_carried_out_when_its_transaction_was_committed(
    builder: Builder,
) -> None:
    actor = builder.act_as(ANA)
    await builder.transactions.write_for(actor, lambda uow: look(uow.tx))
    assert await builder.transactions.verify_stored(actor)
    assert await builder.transactions.verify_stored(actor)


async def test_an_interaction_is_not_carried_out_when_its_transaction_failed(builder: Builder) -> None:
    actor = builder.act_as(ANA)

    async def fail(_tx: Tx) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await builder.transactions.write_for(actor, lambda uow: fail(uow.tx))
    assert not await builder.transactions.verify_stored(actor)


async def test_an_interaction_never_is_carried_out_when_it_was_said_not_to_be(builder: Builder) -> None:
    actor = builder.act_as(ANA)
    assert not await builder.transactions.verify_stored(actor)
    with pytest.raises(AlreadyHandled):
        await builder.transactions.write_for(actor, lambda uow: look(uow.tx))


async def test_both_say_the_same_when_the_transaction_is_under_way(builder: Builder) -> None:
    for _ in range(10):
        actor = builder.act_as(ANA)
        written, carried_out = await asyncio.gather(
            builder.transactions.write_for(actor, lambda uow: look(uow.tx)),
            builder.transactions.verify_stored(actor),
            return_exceptions=True,
        )
        assert carried_out is not isinstance(written, AlreadyHandled)
