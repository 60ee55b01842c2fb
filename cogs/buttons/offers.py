"""What a member alone is offered: shown behind the answer to what they did, or by direct message."""

from discord.ext import commands

from buddybot.domain.commitments.commitments import Commitment
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import CommitmentId, MeetingId
from buddybot.services.commitments.wording_steps import count_of
from buddybot.services.health.offers import Answer
from buddybot.ui.cog import BotCog, Interaction
from buddybot.ui.commitments.commitments import draft_in, shrink_form, swap_form
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.health import offers


class OfferCog(BotCog):
    """Shows an offer to its member, once, and carries out what they choose."""

    @commands.Cog.listener()
    async def on_answered(self, interaction: Interaction) -> None:
        """Follow a command's answer with what waits for this person."""
        await self.on_press_completion(interaction)

    @commands.Cog.listener()
    async def on_press_completion(self, interaction: Interaction) -> None:
        """Follow the answer to a button or a form."""
        reply = Reply(interaction)
        for view in await self._services.offers.list_unseen(reply.actor):
            if await reply.follow(offers.offer_card(reply.texts, view)):
                await self._services.offers.mark_seen(reply.actor, view)

    @route("offer_fine")
    async def fine(self, reply: Reply, given: Input) -> None:
        """Leave it at that."""
        await self._services.offers.note_all_well(await reply.actor_at_home(given), _meeting(given))
        await reply.replace(offers.fine_card(reply.texts))

    @route("offer_pause")
    async def ask_pause(self, reply: Reply, given: Input) -> None:
        """Ask how long."""
        view = await self._services.offers.look(await reply.actor_at_home(given), _meeting(given))
        await reply.ask(offers.pause_form(reply.texts, view))

    @route("offer_paused")
    async def pause(self, reply: Reply, given: Input) -> None:
        """Note the days."""
        weeks = given.written("weeks")
        if not (weeks.isascii() and weeks.isdigit() and len(weeks) == 1):
            raise Refusal("button.stale")
        paused = await self._services.offers.pause(
            await reply.actor_at_home(given), _meeting(given), int(weeks)
        )
        await reply.replace(offers.paused_card(reply.texts, paused))
        await self._live.refresh()

    @route("offer_pick")
    async def pick(self, reply: Reply, given: Input) -> None:
        """Ask which commitment; what it is for comes with the button."""
        how = given.read_word(2)
        if how not in (Answer.SMALLER, Answer.SWAP):
            raise Refusal("button.stale")
        view = await self._services.offers.look(await reply.actor_at_home(given), _meeting(given))
        await reply.replace(offers.pick_card(reply.texts, view, how))

    @route("offer_smaller")
    async def ask_smaller(self, reply: Reply, given: Input) -> None:
        """Open the form that makes one smaller."""
        item = await self._find_own(reply, given)
        await reply.ask(shrink_form(reply.texts, item, "offer_shrunk", *given.arguments))

    @route("offer_shrunk")
    async def shrink(self, reply: Reply, given: Input) -> None:
        """Make it smaller."""
        actor = await reply.actor_at_home(given)
        await self._services.offers.look(actor, _meeting(given))
        own = await self._services.commitments.shrink(
            actor, _item(given), text=given.written("text"), count=count_of(given.written("count"))
        )
        await self._services.offers.note_choice(actor, _meeting(given), Answer.SMALLER)
        await reply.replace(offers.changed_card(reply.texts, "smaller", own.commitment))
        await self._live.refresh()

    @route("offer_swap")
    async def ask_swap(self, reply: Reply, given: Input) -> None:
        """Open the form for what takes its place."""
        item = await self._find_own(reply, given)
        await reply.ask(swap_form(reply.texts, item, "offer_swapped", *given.arguments))

    @route("offer_swapped")
    async def swap(self, reply: Reply, given: Input) -> None:
        """Let one go and say another."""
        actor = await reply.actor_at_home(given)
        await self._services.offers.look(actor, _meeting(given))
        own = await self._services.commitments.swap(actor, _item(given), draft_in(given))
        await self._services.offers.note_choice(actor, _meeting(given), Answer.SWAP)
        await reply.replace(offers.changed_card(reply.texts, "swap", own.commitment))
        await self._live.refresh()

    async def _find_own(self, reply: Reply, given: Input) -> Commitment:
        actor = await reply.actor_at_home(given)
        return (await self._services.commitments.get(actor, _item(given))).commitment


def _meeting(given: Input) -> MeetingId:
    return MeetingId(given.read_number(1))


def _item(given: Input) -> CommitmentId:
    return CommitmentId(given.read_number(2))
