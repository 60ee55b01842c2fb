"""The end of a group: what goes, and the last word to its channel."""

from datetime import datetime, timedelta

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.invitations import InvitationState
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.schedule import local
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, key
from buddybot.services.attendance.closing_steps import end_all
from buddybot.services.core.announcements import Announcement
from buddybot.services.core.unit_of_work import Planner, UnitOfWork
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
        await uow.outbox.plan(_last_word(group, now))
    return await in_line(uow, planner, group, now)


def _last_word(group: Group, now: datetime) -> DuePing:
    return DuePing(
        key=key(group.id, local(now, group.zone).date(), PingKind.ARCHIVE),
        guild_id=group.guild_id,
        group_id=group.id,
        meeting_id=None,
        kind=PingKind.ARCHIVE,
        recipient=GROUP,
        due_at=now,
        expires_at=now + LAST_WORD_LIFE,
    )


async def prepare_archive(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
    """Tell the channel that its group has ended, and what its members keep; nobody is notified."""
    del uow, ping, now
    return Announcement(group, group.language) if group.state is GroupState.ARCHIVED else None
