"""What a member alone is offered: shown behind the answer to what they did, or by direct message."""

from discord.ext import commands

from buddybot.domain.commitments.commitments import Commitment
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import CommitmentId, MeetingId
from buddybot.services.commitments.wording_steps import count_of
from buddybot.services.health.offers import Answer
from buddybot.ui.client import Client, Interaction
from buddybot.ui.commitments.commitments import draft_in, shrink_form, swap_form
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.health import offers


class OfferCog(commands.Cog):
    """Shows an offer to its member, once, and carries out what they choose."""

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._offers = bot.services.offers
        self._commitments = bot.services.commitments

    @commands.Cog.listener()
    async def on_answered(self, interaction: Interaction) -> None:
        """Follow a command's answer with what waits for this person."""
        await self.on_press_completion(interaction)

    @commands.Cog.listener()
    async def on_press_completion(self, interaction: Interaction) -> None:
        """Follow the answer to a button or a form."""
        reply = Reply(interaction)
        for view in await self._offers.list_unseen(reply.actor):
            if await reply.follow(offers.offer_card(reply.texts, view)):
                await self._offers.mark_seen(reply.actor, view)

    @route("offer_fine")
    async def fine(self, interaction: Interaction, given: Input) -> None:
        """Leave it at that."""
        async with Reply(interaction) as reply:
            await self._offers.note_all_well(await reply.actor_at_home(given), _meeting(given))
            await reply.replace(offers.fine_card(reply.texts))

    @route("offer_pause")
    async def ask_pause(self, interaction: Interaction, given: Input) -> None:
        """Ask how long."""
        async with Reply(interaction) as reply:
            view = await self._offers.look(await reply.actor_at_home(given), _meeting(given))
            await reply.ask(offers.pause_form(reply.texts, view))

    @route("offer_paused")
    async def pause(self, interaction: Interaction, given: Input) -> None:
        """Note the days."""
        async with Reply(interaction) as reply:
            weeks = given.written("weeks")
            if not (weeks.isascii() and weeks.isdigit() and len(weeks) == 1):
                raise Refusal("button.stale")
            paused = await self._offers.pause(await reply.actor_at_home(given), _meeting(given), int(weeks))
            await reply.replace(offers.paused_card(reply.texts, paused))
            await self._bot.live.refresh()

    @route("offer_pick")
    async def pick(self, interaction: Interaction, given: Input) -> None:
        """Ask which commitment; what it is for comes with the button."""
        async with Reply(interaction) as reply:
            how = given.read_word(2)
            if how not in (Answer.SMALLER, Answer.SWAP):
                raise Refusal("button.stale")
            view = await self._offers.look(await reply.actor_at_home(given), _meeting(given))
            await reply.replace(offers.pick_card(reply.texts, view, how))

    @route("offer_smaller")
    async def ask_smaller(self, interaction: Interaction, given: Input) -> None:
        """Open the form that makes one smaller."""
        async with Reply(interaction) as reply:
            item = await self._find_own(reply, given)
            await reply.ask(shrink_form(reply.texts, item, "offer_shrunk", *given.arguments))

    @route("offer_shrunk")
    async def shrink(self, interaction: Interaction, given: Input) -> None:
        """Make it smaller."""
        async with Reply(interaction) as reply:
            actor = await reply.actor_at_home(given)
            await self._offers.look(actor, _meeting(given))
            own = await self._commitments.shrink(
                actor, _item(given), text=given.written("text"), count=count_of(given.written("count"))
            )
            await self._offers.note_choice(actor, _meeting(given), Answer.SMALLER)
            await reply.replace(offers.changed_card(reply.texts, "smaller", own.commitment))
            await self._bot.live.refresh()

    @route("offer_swap")
    async def ask_swap(self, interaction: Interaction, given: Input) -> None:
        """Open the form for what takes its place."""
        async with Reply(interaction) as reply:
            item = await self._find_own(reply, given)
            await reply.ask(swap_form(reply.texts, item, "offer_swapped", *given.arguments))

    @route("offer_swapped")
    async def swap(self, interaction: Interaction, given: Input) -> None:
        """Let one go and say another."""
        async with Reply(interaction) as reply:
            actor = await reply.actor_at_home(given)
            await self._offers.look(actor, _meeting(given))
            own = await self._commitments.swap(actor, _item(given), draft_in(given))
            await self._offers.note_choice(actor, _meeting(given), Answer.SWAP)
            await reply.replace(offers.changed_card(reply.texts, "swap", own.commitment))
            await self._bot.live.refresh()

    async def _find_own(self, reply: Reply, given: Input) -> Commitment:
        actor = await reply.actor_at_home(given)
        return (await self._commitments.get(actor, _item(given))).commitment


def _meeting(given: Input) -> MeetingId:
    return MeetingId(given.read_number(1))


def _item(given: Input) -> CommitmentId:
    return CommitmentId(given.read_number(2))


async def setup(bot: Client) -> None:
    """Add the cog; called by the bot."""
    await bot.add_cog(OfferCog(bot))
