"""The pulse: the rating buttons on a meeting's summary."""

from buddybot.domain.ids import MeetingId
from buddybot.ui.checkins.summary import thanks_card
from buddybot.ui.cog import BotCog
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route


class PulseCog(BotCog):
    """Five buttons, one vote."""

    @route("pulse")
    async def vote(self, reply: Reply, given: Input) -> None:
        """Count the vote; no card changes, so that nobody sees that there was one."""
        meeting_id, rating = MeetingId(given.read_number(0)), given.read_number(1)
        pulse = await self._services.pulses.vote(reply.actor, meeting_id, rating)
        await reply.show(thanks_card(reply.texts, pulse))
