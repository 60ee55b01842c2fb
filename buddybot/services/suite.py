"""Every use case of the bot, built once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from buddybot.domain.pings import PingKind
from buddybot.services.announcements import Announcer
from buddybot.services.groups import GroupService
from buddybot.services.guilds import GuildService
from buddybot.services.invitations import InvitationService
from buddybot.services.members import MemberService
from buddybot.services.preferences import PreferenceService
from buddybot.services.rules import Rules
from buddybot.services.work import Planner, Work


@dataclass(frozen=True, slots=True)
class Services:
    """One service a feature; cogs, cards and pings are given this."""

    work: Work
    guilds: GuildService
    groups: GroupService
    members: MemberService
    invitations: InvitationService
    preferences: PreferenceService
    announcers: Mapping[PingKind, Announcer]


def build(work: Work, planner: Planner, rules: Rules) -> Services:
    """Return all services over one unit of work, one planner and one set of rules."""
    return Services(
        work=work,
        guilds=GuildService(work, planner),
        groups=GroupService(work, planner),
        members=MemberService(work, planner),
        invitations=InvitationService(work, planner, rules),
        preferences=PreferenceService(work, planner),
        announcers={},
    )
