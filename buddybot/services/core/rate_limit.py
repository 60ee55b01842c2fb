"""How much one person, one group's channel and one server may change in a while: more than anybody needs."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from buddybot.domain.errors import Refusal
from buddybot.services.core.unit_of_work import Actor

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHANNEL_SHARE, SERVER_SHARE = 4, 20
"""How many times what one person may do in a minute goes for a channel, and for a server."""
DAY_SHARE = 20
"""And how many times that in a day, for one person."""


@dataclass(slots=True)
class _Window:
    """Counts of one stretch of time; the next one begins empty, so nothing is kept for long."""

    span: timedelta
    begun: datetime | None = None
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def enter(self, now: datetime) -> Counter[tuple[str, int]]:
        # A clock that was put back begins anew, too: nobody waits for an hour that passed already.
        if self.begun is None or not self.begun <= now < self.begun + self.span:
            self.begun, self.counts = now, Counter()
        return self.counts


class RateLimiter:
    """Counts what is written, in memory: it is about the next minute, not about what was confirmed."""

    def __init__(self, now: Callable[[], datetime], *, a_minute: int) -> None:
        """`a_minute` is how many changes one person may make in a minute."""
        self._now = now
        self._most = a_minute
        self._minute, self._day = _Window(MINUTE), _Window(DAY)

    def take(self, actor: Actor) -> None:
        """Count one change; Refusal `rate_limit.person`, `.day` or `.here` when it is one too many."""
        now = self._now()
        minute, day = self._minute.enter(now), self._day.enter(now)
        person = ("person", int(actor.user_id))
        limits = [
            ("rate_limit.person", minute, person, self._most),
            ("rate_limit.day", day, person, self._most * DAY_SHARE),
        ]
        if actor.guild_id is not None:
            limits.append(
                ("rate_limit.here", minute, ("server", int(actor.guild_id)), self._most * SERVER_SHARE)
            )
        if actor.channel_id is not None:
            channel = ("channel", int(actor.channel_id))
            limits.append(("rate_limit.here", minute, channel, self._most * CHANNEL_SHARE))
        for code, counts, key, most in limits:
            if counts[key] >= most:
                raise Refusal(code)
        for _, counts, key, _ in limits:
            counts[key] += 1
