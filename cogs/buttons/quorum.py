"""Answers that count: their settings, and the organizers' click when few come; `/group info` leads here."""

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import QuorumDecision
from buddybot.services.meetings.meetings import Changed
from buddybot.ui.cog import BotCog
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.groups.quorum_settings import answers_card, answers_form, answers_in
from buddybot.ui.meetings import quorum
from buddybot.ui.meetings.meetings import done_card


class QuorumCog(BotCog):
    """The form behind the group's card, and the buttons of the question."""

    @route("group_answers")
    async def ask_settings(self, reply: Reply, given: Input) -> None:
        """Open the form from the group's card."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(answers_form(reply.texts, view.group))

    @route("group_answers_save")
    async def save_settings(self, reply: Reply, given: Input) -> None:
        """Keep when answers are due and how many people make a meeting."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        group = await self._services.groups.change(reply.actor, view.group.id, answers_in(given))
        await reply.show(answers_card(reply.texts, group))
        await self._live.refresh()

    @route("few_decide")
    async def decide(self, reply: Reply, given: Input) -> None:
        """Meet anyway, or online; the question itself shows it then."""
        meeting_id, decision = MeetingId(given.read_number(0)), quorum.decision_in(given)
        decided = await self._services.quorum.decide(reply.actor, meeting_id, decision)
        if decided.again:
            await reply.show(quorum.again_card(reply.texts, decided.meeting))
        elif decided.linkless:
            await reply.show(quorum.linkless_card(reply.texts, decided))
        else:
            await reply.acknowledge()
        await self._live.refresh()

    @route("few_cancel")
    async def ask_cancel(self, reply: Reply, given: Input) -> None:
        """Ask once more, the person who pressed alone: it cannot be taken back."""
        found = await self._services.quorum.look(reply.actor, MeetingId(given.read_number(0)))
        card = quorum.again_card(reply.texts, found.meeting) if found.again else None
        await reply.show(card or quorum.cancel_card(reply.texts, found))

    @route("few_cancel_go")
    async def cancel(self, reply: Reply, given: Input) -> None:
        """Call the meeting off."""
        decided = await self._services.quorum.decide(
            reply.actor, MeetingId(given.read_number(0)), QuorumDecision.CANCEL
        )
        changed = Changed(decided.group, decided.meeting)
        done = None if decided.again else done_card(reply.texts, "cancelled", changed)
        await reply.replace(done or quorum.again_card(reply.texts, decided.meeting))
        await self._live.refresh()
