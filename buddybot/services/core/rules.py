"""What a self-hoster may set, as the services use it."""

from datetime import timedelta
from typing import NamedTuple

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library
from buddybot.domain.groups.quiet_times import QuietHours


class Rules(NamedTuple):
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
    library: Library = NO_LIBRARY
