"""Every use case of the bot, built once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from buddybot.domain.pings import PingKind
from buddybot.services.announcements import Announcer
from buddybot.services.rules import Rules
from buddybot.services.work import Planner, Work


@dataclass(frozen=True, slots=True)
class Services:
    """One service a feature; cogs, cards and pings are given this."""

    work: Work
    announcers: Mapping[PingKind, Announcer]


def build(work: Work, planner: Planner, rules: Rules) -> Services:
    """Return all services over one unit of work, one planner and one set of rules."""
    return Services(work=work, announcers={})
