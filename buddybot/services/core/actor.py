"""Who asks, and where, as plain values taken from a verified interaction."""

from dataclasses import dataclass, replace

from buddybot.domain.ids import ChannelId, GuildId, InteractionId, UserId


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind one interaction; what they may do is read from the database each time.

    `guild_id` is None in a direct message, and `display_name` empty in one that is about a guild.
    `manages_guild` is Discord's Manage Server permission. `form` tells one opening of the form that was sent
    from every other; it is empty when no form was.
    """

    user_id: UserId
    guild_id: GuildId | None
    channel_id: ChannelId | None
    interaction_id: InteractionId
    display_name: str
    manages_guild: bool = False
    form: str = ""

    def in_guild(self, guild_id: GuildId) -> "Actor":
        """Return the person in the guild that a direct message is about; it does not say their name there."""
        name = self.display_name if self.guild_id == guild_id else ""
        return replace(self, guild_id=guild_id, display_name=name)
