"""Who asks, and where, as plain values taken from a verified interaction."""

from buddybot.domain.ids import ChannelId, GuildId, InteractionId, UserId
from buddybot.values import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind one interaction; what they may do is read from the database each time.

    `guild_id` is None in a direct message. `manages_guild` is Discord's Manage Server permission.
    """

    user_id: UserId
    guild_id: GuildId | None
    channel_id: ChannelId | None
    interaction_id: InteractionId
    display_name: str
    manages_guild: bool = False
