"""The numbers that a self-hoster may set, as the services use them."""

from dataclasses import dataclass
from datetime import timedelta

from buddybot.domain.quiet import QuietHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How early, how long and how often; `quiet` are the hours of those who chose none themselves."""

    check_in_early: timedelta
    close_after: timedelta
    invitation_life: timedelta
    code_tries_per_hour: int
    quiet: QuietHours | None = None
