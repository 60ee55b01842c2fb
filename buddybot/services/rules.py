"""What a self-hoster may set, as the services use it."""

from dataclasses import field
from datetime import timedelta

from buddybot.domain.activities import Library
from buddybot.domain.quiet import QuietHours
from buddybot.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How early, how long and how often; `quiet` are the hours of those who chose none themselves.

    `library` has the activities that a group can do together, `keep` says after how long only counts are
    left of what people said and did; None keeps it.
    """

    check_in_early: timedelta
    close_after: timedelta
    invitation_life: timedelta
    code_tries_per_hour: int
    quiet: QuietHours | None = None
    keep: timedelta | None = None
    library: Library = field(default_factory=dict)
