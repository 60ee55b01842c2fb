"""What every use case needs: the unit of work, access, the rate limit, names and days."""

from buddybot.services.core.service import PlanningService, Service
from buddybot.services.core.unit_of_work import (
    Actor,
    Planner,
    StorageError,
    Transactions,
    UnitOfWork,
    bot_transaction,
    read_transaction,
    write_transaction,
)

__all__ = [
    "Actor",
    "Planner",
    "PlanningService",
    "Service",
    "StorageError",
    "Transactions",
    "UnitOfWork",
    "bot_transaction",
    "read_transaction",
    "write_transaction",
]
