"""What follows every change of a group: its plan and its cards are brought in line with it."""

from datetime import datetime

from buddybot.domain.errors import Refusal
from buddybot.domain.groups import Group
from buddybot.domain.ids import UserId
from buddybot.services.access import guild_of
from buddybot.services.actor import Actor
from buddybot.services.names import name_of
from buddybot.services.turns import follow_answers
from buddybot.services.work import Planner
from buddybot.storage.cards import CardRepository
from buddybot.storage.database import Tx
from buddybot.storage.groups import GroupRepository
from buddybot.storage.meetings import MeetingRepository
from buddybot.storage.preferences import PreferenceRepository


async def in_line(
    tx: Tx, planner: Planner, group: Group, now: datetime, *, by: UserId | None = None
) -> Group:
    """Read the group as it is now, plan it anew, and mark the cards of what lies ahead as changed.

    `by` is whose act made it necessary: notices do not mention them.
    """
    changed = await GroupRepository(tx).get(group.guild_id, group.id)
    if changed is None:
        raise Refusal("group.unknown")
    cards = CardRepository(tx)
    for meeting in await MeetingRepository(tx).ahead(group.id):
        await follow_answers(tx, meeting)
        await cards.touch(meeting.id)
    await planner.plan(tx, changed, now, by=by)
    return changed


async def noted(tx: Tx, actor: Actor) -> None:
    """Keep the name under which the actor is known in this guild."""
    await PreferenceRepository(tx).seen(guild_of(actor), actor.user_id, name_of(actor))
