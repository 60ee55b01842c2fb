"""The audit log, for organizers: every export and every deletion."""

from typing import NamedTuple

from buddybot.domain.groups.audit import Logged
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId
from buddybot.services.core import Actor, Service, UnitOfWork, as_organizer, read_transaction

SHOWN = 20
"""Lines that one message shows."""


class AuditView(NamedTuple):
    """The newest lines of a group's log, the newest first."""

    group: Group
    lines: tuple[Logged, ...]


class AuditService(Service):
    """Reads it; what is logged is written by those who export and delete, in the same transaction."""

    @read_transaction
    async def of_group(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> AuditView:
        """Return the newest lines of a group's log, for an organizer."""
        group = (await as_organizer(uow, actor, group_id)).group
        return AuditView(group, tuple(await uow.audit.of_group(group.id, limit=SHOWN)))
