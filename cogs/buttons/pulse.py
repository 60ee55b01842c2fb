"""The pulse: the rating buttons on a meeting's summary."""

from discord.ext import commands

from buddybot.domain.ids import MeetingId
from buddybot.ui.checkins.pulse import thanks_card
from buddybot.ui.client import Client, Interaction
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route


class PulseCog(commands.Cog):
    """Five buttons, one vote."""

    def __init__(self, bot: Client) -> None:
        self._pulses = bot.services.pulses

    @route("pulse")
    async def vote(self, interaction: Interaction, given: Input) -> None:
        """Count the vote; no card changes, so that nobody sees that there was one."""
        async with Reply(interaction) as reply:
            meeting_id, rating = MeetingId(given.read_number(0)), given.read_number(1)
            pulse = await self._pulses.vote(reply.actor, meeting_id, rating)
            await reply.show(thanks_card(reply.texts, pulse))


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(PulseCog(bot))
