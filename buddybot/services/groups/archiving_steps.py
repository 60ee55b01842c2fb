"""The end of a group: what goes, and the last word to its channel."""

from datetime import datetime, timedelta

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.invitations import InvitationState
from buddybot.domain.ids import UserId
from buddybot.domain.pings import Ping, PingKind
from buddybot.services.attendance.closing_steps import end_all
from buddybot.services.core import Announcement, Planner, UnitOfWork, plan_group_ping
from buddybot.services.groups.role_tasks import ask_for_role
from buddybot.services.meetings.replan_steps import in_line

LAST_WORD_LIFE = timedelta(days=7)
"""How long the channel can still be told that its group is archived."""


async def archive_group(
    uow: UnitOfWork, planner: Planner, group: Group, *, by: UserId, now: datetime
) -> Group:
    """Archive a group within a transaction: nobody can come in any more, nothing is due or ahead.

    The channel hears of it, unless nobody is left in the group.
    """
    invitations = uow.invitations
    for invitation in await invitations.open(group.id, now):
        await invitations.settle(invitation.id, InvitationState.REVOKED, by=by, now=now)
    await end_all(uow, group, now)
    await uow.groups.change(group, state=GroupState.ARCHIVED)
    if group.role_id is not None:
        await ask_for_role(uow, group.id, now)
    await uow.meetings.entries_changed(group.id)  # calendars show what was planned as called off
    if await uow.members.list_current(group.id):
        await plan_group_ping(uow, group, PingKind.ARCHIVE, now, LAST_WORD_LIFE)
    return await in_line(uow, planner, group, now)


async def prepare_archive(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """Tell the channel that its group has ended, and what its members keep; nobody is notified."""
    del uow, ping, now
    return Announcement(group, group.language) if group.state is GroupState.ARCHIVED else None
