"""Every use case of the bot, built once by the composition root."""

from dataclasses import dataclass

from buddybot.services.work import Planner, Work


@dataclass(frozen=True, slots=True)
class Services:
    """One service a feature; cogs, cards and pings are given this."""

    work: Work


def build(work: Work, planner: Planner) -> Services:
    """Return all services over one unit of work and one planner."""
    return Services(work=work)
