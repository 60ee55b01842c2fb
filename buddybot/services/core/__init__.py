"""What every use case needs: the unit of work, access, the rate limit, names and days."""

from buddybot.services.core.access import (
    Standing,
    as_member,
    as_organizer,
    at_location,
    at_meeting,
    guild_of,
    refuse_groupless,
    require_active,
)
from buddybot.services.core.service import (
    Announcement,
    PlanningService,
    Preparer,
    Rules,
    Service,
    plan_group_ping,
)
from buddybot.services.core.unit_of_work import (
    Actor,
    Now,
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
    "Announcement",
    "Now",
    "Planner",
    "PlanningService",
    "Preparer",
    "Rules",
    "Service",
    "Standing",
    "StorageError",
    "Transactions",
    "UnitOfWork",
    "as_member",
    "as_organizer",
    "at_location",
    "at_meeting",
    "bot_transaction",
    "guild_of",
    "plan_group_ping",
    "read_transaction",
    "refuse_groupless",
    "require_active",
    "write_transaction",
]
