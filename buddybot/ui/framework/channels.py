"""Where the bot can write, and who can read it there."""

from collections.abc import Iterable

import discord

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId
from buddybot.services.health.alerts import AlertChannel
from buddybot.ui.framework.texts import Markup, Texts, channel

NEEDED = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""What the bot needs in a group's home channel."""


def home(guild: discord.Guild | None, channel_id: ChannelId) -> discord.TextChannel:
    """Return one of the guild's text channels; Refusal `channel.unknown` for anything else."""
    found = None if guild is None else guild.get_channel(channel_id)
    if not isinstance(found, discord.TextChannel):
        raise Refusal("channel.unknown")
    return found


def list_missing(place: discord.TextChannel) -> list[str]:
    """Return the names of the permissions that the bot lacks in a channel."""
    allowed = place.permissions_for(place.guild.me)
    return [name for name in NEEDED if not getattr(allowed, name)]


def check_home(texts: Texts, place: discord.TextChannel, chooser: discord.Member | discord.User) -> None:
    """Refuse a home channel that the choosing person cannot see or the bot cannot use."""
    if not can_see(place, chooser):
        raise Refusal("channel.yours")
    if names := list_missing(place):
        shown = Markup(", ".join(texts(f"setup.permission.{name}") for name in names))
        raise Refusal("channel.missing", channel=channel(ChannelId(place.id)), missing=shown)


def read_alert_channel(place: discord.TextChannel | discord.Thread | None) -> AlertChannel | None:
    """Return a chosen place for alerts as the services know it."""
    if place is None:
        return None
    shared = place.id
    if isinstance(place, discord.Thread) and not place.is_private():
        shared = place.parent_id
    return AlertChannel(ChannelId(place.id), ChannelId(shared))


def check_alert_channel(
    texts: Texts, place: discord.TextChannel | discord.Thread, chooser: discord.Member | discord.User
) -> None:
    """Refuse a place that everybody can read, that the chooser cannot see or the bot cannot use."""
    guild = place.guild
    is_thread = isinstance(place, discord.Thread)
    around = place.parent if isinstance(place, discord.Thread) else place
    private = isinstance(place, discord.Thread) and place.is_private()
    if around is None or not isinstance(chooser, discord.Member):
        raise Refusal("channel.unknown")
    if not place.permissions_for(chooser).view_channel:
        raise Refusal("channel.yours")
    if not private and around.permissions_for(guild.default_role).view_channel:
        raise Refusal("alert.public")
    allowed = place.permissions_for(guild.me)
    writes = "send_messages_in_threads" if is_thread else "send_messages"
    lacking = [name for name in NEEDED if not getattr(allowed, writes if name == "send_messages" else name)]
    if lacking:
        shown = Markup(", ".join(texts(f"setup.permission.{name}") for name in lacking))
        raise Refusal("channel.missing", channel=channel(ChannelId(place.id)), missing=shown)


def can_see(place: discord.TextChannel, person: discord.Member | discord.User) -> bool:
    """Return whether a person of the guild can read a channel."""
    return isinstance(person, discord.Member) and place.permissions_for(person).view_channel


def common(
    guild: discord.Guild | None, candidates: Iterable[ChannelId | None], person: discord.Member | discord.User
) -> discord.TextChannel:
    """Return the first channel in which the bot may write and the person may read.

    Refusal `invitation.no_channel` when there is none.
    """
    for channel_id in candidates:
        found = None if guild is None or channel_id is None else guild.get_channel(channel_id)
        if isinstance(found, discord.TextChannel) and can_see(found, person) and not list_missing(found):
            return found
    raise Refusal("invitation.no_channel")
