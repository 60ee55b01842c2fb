"""What follows every change of a group: its plan and its cards are brought in line with it."""

from datetime import datetime

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import UserId
from buddybot.services.checkins.speaking_turns import follow_answers
from buddybot.services.core import Actor, Planner, UnitOfWork, guild_of


async def in_line(
    uow: UnitOfWork, planner: Planner, group: Group, now: datetime, *, by: UserId | None = None
) -> Group:
    """Read the group as it is now, plan it anew, and mark the cards of what lies ahead as changed.

    `by` is whose act made it necessary: notices do not mention them.
    """
    changed = await uow.groups.get(group.guild_id, group.id)
    if changed is None:
        raise Refusal("group.unknown")
    cards = uow.cards
    for meeting in await uow.meetings.list_ahead(group.id):
        await follow_answers(uow, meeting)
        await cards.touch(meeting.id)
    await planner.plan(uow, changed, now, by=by)
    return changed


async def note_name(uow: UnitOfWork, actor: Actor) -> None:
    """Keep the name under which the actor is known in this guild."""
    await uow.preferences.keep_name(guild_of(actor), actor.user_id, actor.shown_name)
