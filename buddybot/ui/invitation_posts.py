"""Puts an invitation's card into a channel that both can see, and shows there what became of it."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

import discord

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.invitations import CardIds
from buddybot.domain.ids import ChannelId, GroupId, MessageId, UserId
from buddybot.pings.delivery.requests import FAULTS, Bounded, describe_fault, judge_fault
from buddybot.pings.dispatch.verdicts import Verdict
from buddybot.services.core.unit_of_work import Actor
from buddybot.services.groups.invitations import Offer
from buddybot.ui.framework.channels import common
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import LONGEST, Reply
from buddybot.ui.framework.texts import Texts, channel
from buddybot.ui.groups.invitations import answered_card, invitation_card, sent_card

if TYPE_CHECKING:  # the bot knows the interface, not the other way round
    from buddybot.ui.cog import Client

log = logging.getLogger(__name__)

_TRIES = 2
_REFUSALS = {
    Verdict.CLOSED: "invitation.no_channel",
    Verdict.GONE: "invitation.no_channel",
    Verdict.OURS: "invitation.not_taken",
}


async def invite(
    interaction: "discord.Interaction[Client]",
    reply: Reply,
    person: discord.Member | discord.User,
    group_id: GroupId | None,
) -> None:
    """Invite a person by a card that mentions them and nobody else."""
    if person.bot:
        raise Refusal("invitation.bot")
    services = interaction.client.services
    group = (await services.groups.get_organized(reply.actor, group_id)).group
    place = common(interaction.guild, (group.channel_id, reply.actor.channel_id), person)
    user_id = UserId(person.id)
    offer = await services.invitations.invite(reply.actor, user_id, group.id)
    card = invitation_card(Texts(group.language), offer, user_id)
    message_id = await _post(interaction.client, reply.actor, place, card, offer, person)
    if message_id is None:
        await reply.say("invitations.sent.unsure", channel=channel(ChannelId(place.id)))
        return
    await services.invitations.note_posted(offer.invitation.id, ChannelId(place.id), message_id)
    await reply.show(sent_card(reply.texts, offer, user_id=user_id, channel_id=ChannelId(place.id)))
    await _put(interaction.client, offer.replaced, closed_card(offer))


async def _post(
    bot: "Client",
    actor: Actor,
    place: discord.TextChannel,
    card: Card,
    offer: Offer,
    person: discord.Member | discord.User,
) -> MessageId | None:
    """Send the card; None when it may have arrived. What surely did not arrive is taken back, and refused."""
    mentions = discord.AllowedMentions(users=[person])
    verdict = Verdict.UNCLEAR
    for _ in range(_TRIES):
        try:
            async with Bounded(bot, LONGEST):
                # The same nonce again makes no second card.
                sent = await place.send(
                    view=card, nonce=f"invitation:{offer.invitation.id}", allowed_mentions=mentions
                )
        except FAULTS as error:
            verdict = judge_fault(error)
            log.warning("an invitation's card could not be sent (%s)", describe_fault(error))
            if verdict is not Verdict.UNCLEAR:
                break
        else:
            return MessageId(sent.id)
    if verdict is Verdict.UNCLEAR:
        return None
    await bot.services.invitations.withdraw_unposted(actor, offer)
    raise Refusal(_REFUSALS.get(verdict, "invitation.no_discord"))


async def show_answer(bot: "Client", offer: Offer) -> None:
    """Show on the invitation's card, and on older ones that it replaced, what became of it."""
    if offer.card is not None:
        await _put(
            bot, [offer.card], answered_card(Texts(offer.group.language), offer.invitation, offer.group)
        )
    await _put(bot, offer.replaced, closed_card(offer))


def closed_card(offer: Offer) -> Card:
    """Return what is left of a card that a newer one replaced."""
    texts = Texts(offer.group.language)
    return Card(colour=None).text(texts("invitations.answered.closed"))


async def _put(bot: "Client", places: Iterable[CardIds], card: Card) -> None:
    for channel_id, message_id in places:
        message = bot.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            async with Bounded(bot, LONGEST):
                await message.edit(view=card, allowed_mentions=discord.AllowedMentions.none())
        except FAULTS as error:
            # Its card or its channel may be gone; the answer stands all the same.
            log.info("an invitation's card could not be edited (%s)", describe_fault(error))
