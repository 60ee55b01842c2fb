"""What a nudge looks like: a calm word in the channel, one's own words in a direct message."""

from buddybot.domain.commitments.commitments import Commitment, remainder
from buddybot.domain.ids import GuildId
from buddybot.services.commitments.nudges import ChannelNudge, DirectNudge
from buddybot.ui.framework.components import PRIMARY, QUIET, Card, button
from buddybot.ui.framework.texts import Markup, Texts, members, moment


def nudge_card(texts: Texts, nudge: ChannelNudge | DirectNudge) -> Card:
    """Return the card that a nudge is sent as."""
    if isinstance(nudge, ChannelNudge):
        return channel_nudge_card(texts, nudge)
    return direct_nudge_card(texts, nudge)


def channel_nudge_card(texts: Texts, nudge: ChannelNudge) -> Card:
    """Return a word to those it mentions; no text of a commitment and no number about a person."""
    return (
        Card()
        .text(texts("nudges.channel", members=members(nudge.user_ids), day=moment(nudge.starts_at, "D")))
        .row(
            button(texts.plain("nudges.button.mine"), "commit_mine", nudge.group_id, style=PRIMARY),
            button(texts.plain("nudges.button.stop"), "nudge_stop", nudge.group_id),
        )
    )


def direct_nudge_card(texts: Texts, nudge: DirectNudge) -> Card:
    """Return one person's own commitments, with a step to take and a way to stop these messages."""
    card = Card(colour=None if nudge.items else QUIET)
    if not nudge.items:
        card.text(texts("nudges.nothing", group=nudge.group_name))
    elif nudge.starts_at is None:
        card.text(texts("nudges.direct_later", group=nudge.group_name))
    else:
        card.text(texts("nudges.direct", group=nudge.group_name, day=moment(nudge.starts_at, "D")))
    for item in nudge.items:
        _add(texts, card, nudge.guild_id, item)
    if nudge.items and not any(map(remainder, nudge.items)):
        card.text(texts("nudges.all_done"))
    card.row(button(texts.plain("nudges.button.stop_direct"), "dm_stop", nudge.guild_id))
    return card.note(texts("nudges.note"))


def _add(texts: Texts, card: Card, guild_id: GuildId, item: Commitment) -> None:
    if not remainder(item):
        card.text(texts("nudges.item_done", text=item.text))
        return
    lines = [texts("nudges.item", text=item.text, done=item.done, target=item.target)]
    if item.plan is not None:
        lines.append(texts("nudges.plan", plan=item.plan))
    more = button(
        texts.plain("nudges.button.more"),
        "dm_commit_more",
        guild_id,
        item.id,
        item.done,
        style=PRIMARY,
    )
    card.beside(Markup("\n".join(lines)), more)
