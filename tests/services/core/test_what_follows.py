"""What follows a transaction is decided by the repositories that it used."""

import re
from datetime import UTC, datetime
from inspect import getsource

import pytest

from buddybot.services.core.unit_of_work import Transactions, UnitOfWork
from buddybot.storage.engine.database import Database
from buddybot.storage.repositories import LazyRepository, Repositories

TELLING = r"(INTO|UPDATE) (notices|offers|feedback|alerts|memberships)\b"
"""What `DashboardRepository.waiting` looks at."""
PLANNING = r"INTO outbox\b|UPDATE outbox\s+SET (try_at = :now|state = 'planned')"
"""What plans a ping, or makes it due earlier."""
REPOSITORIES = {
    name: found for name, found in vars(Repositories).items() if isinstance(found, LazyRepository)
}


@pytest.mark.parametrize("name", sorted(REPOSITORIES))
async def test_a_transaction_tells_what_follows_when_it_used_a_repository(
    database: Database, name: str
) -> None:
    rings: list[None] = []
    transactions = Transactions(
        database=database, now=lambda: datetime(2026, 1, 1, tzinfo=UTC), changed=lambda: rings.append(None)
    )
    source = getsource(REPOSITORIES[name].make)

    async def use(uow: UnitOfWork) -> None:
        getattr(uow, name)

    await transactions.write(use)
    if re.search(TELLING, source):
        assert transactions.untold.count == 1
    if re.search(PLANNING, source):
        assert rings == [None]


async def test_nothing_follows_a_transaction_when_it_used_no_repository_that_asks_for_it(
    database: Database,
) -> None:
    rings: list[None] = []
    transactions = Transactions(
        database=database, now=lambda: datetime(2026, 1, 1, tzinfo=UTC), changed=lambda: rings.append(None)
    )

    async def use(uow: UnitOfWork) -> None:
        _ = uow.commitments, uow.rsvps, uow.cards

    await transactions.write(use)
    assert (transactions.untold.count, rings) == (0, [])
