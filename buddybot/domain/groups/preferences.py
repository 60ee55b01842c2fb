"""What a person chose for themselves, for every group of a guild."""

from dataclasses import dataclass
from enum import StrEnum

from buddybot.domain.groups.quiet_times import QuietHours
from buddybot.domain.ids import GuildId, UserId


class LeaveReason(StrEnum):
    """Why somebody goes, if they like to say; a job found is success."""

    FOUND_WORK = "found_work"
    NO_TIME = "no_time"
    NOT_FOR_ME = "not_for_me"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one person wants to be written to; what is not chosen is the calm default.

    `direct_messages` is True only after the person asked for them. `quiet` None means the bot's own
    quiet hours, `zone` None the group's zone.
    """

    guild_id: GuildId
    user_id: UserId
    display_name: str = ""
    direct_messages: bool = False
    nudges: bool = True
    quiet: QuietHours | None = None
    zone: str | None = None
