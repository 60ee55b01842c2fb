"""/next: what is next for a member, and the answers they give."""

from discord import app_commands

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import Answer
from buddybot.services.meetings.meeting_messages import ReminderView
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.meetings.meetings import next_card, reminder_card
from buddybot.ui.outdated_messages import has_stop


def answer_in(given: Input, position: int) -> Answer:
    """Return the answer that a button stands for; Refusal `button.stale` for anything else."""
    word = given.read_word(position)
    if word not in set(Answer):
        raise Refusal("button.stale")
    return Answer(word)


class NextCog(BotCog):
    """The next meeting, and the buttons that answer for it."""

    @command("Your next meeting, your answer, and your commitments", group=choices.offer_groups)
    @app_commands.guild_only()
    async def next(self, reply: Reply, group: str | None = None) -> None:
        scope = choices.parse_group(group)
        views = await self._services.meeting_views.list_next(reply.actor, scope)
        await reply.show(next_card(reply.texts, views, scope))

    @route("next_open")
    async def open(self, reply: Reply, given: Input) -> None:
        """Show what is next in one group, from a notice in the channel."""
        scope = GroupId(given.read_number(0))
        views = await self._services.meeting_views.list_next(reply.actor, scope)
        await reply.show(next_card(reply.texts, views, scope))

    @route("next_rsvp")
    async def answer_here(self, reply: Reply, given: Input) -> None:
        """Answer from /next, which shows the answer then."""
        meeting_id, answer = MeetingId(given.read_number(0)), answer_in(given, 1)
        narrowed = bool(given.read_number(2))
        answered = await self._services.rsvps.answer(reply.actor, meeting_id, answer)
        scope = answered.group.id if narrowed else None
        views = await self._services.meeting_views.list_next(reply.actor, scope)
        await reply.replace(next_card(reply.texts, views, scope))
        await self._live.refresh(meeting_id, answered_by=reply.actor.user_id)

    @route("rsvp")
    async def answer_on_card(self, reply: Reply, given: Input) -> None:
        """Answer on the meeting's card, which itself shows the answer."""
        meeting_id, answer = MeetingId(given.read_number(0)), answer_in(given, 1)
        await self._services.rsvps.answer(reply.actor, meeting_id, answer)
        await reply.acknowledge()
        await self._live.refresh(meeting_id, answered_by=reply.actor.user_id)

    @route("dm_rsvp")
    async def answer_by_message(self, reply: Reply, given: Input) -> None:
        """Answer from a direct message; the guild it is about stands in the button."""
        meeting_id, answer = MeetingId(given.read_number(1)), answer_in(given, 2)
        actor = await reply.actor_at_home(given)
        answered = await self._services.rsvps.answer(actor, meeting_id, answer)
        about = ReminderView(
            answered.group,
            answered.meeting,
            answered.stands,
            stoppable=has_stop(reply.interaction.message),
        )
        await reply.replace(reminder_card(reply.texts, about))
        await self._live.refresh(meeting_id)
