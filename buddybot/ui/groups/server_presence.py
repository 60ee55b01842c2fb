"""Whether members are still in the server: asked of Discord before it matters, for no event tells.

With the intent `guilds` alone the bot hears nothing of those who leave. So Discord is asked about the members
whom a ping may name just before it is prepared, and about whoever presses a button of a direct message. It is
asked in the hour before a meeting as well: then a host who left is known of in time, and so are leavers where
hundreds of groups begin in the same minute.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import discord

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Member
from buddybot.domain.ids import GuildId, UserId
from buddybot.domain.pings import Ping
from buddybot.pings.delivery.requests import FAULTS, Bounded, describe_fault, serve_apart
from buddybot.services.core.unit_of_work import Actor, StorageError
from buddybot.services.groups.server_leavers import LeaverService

log = logging.getLogger(__name__)

UNKNOWN_MEMBER = 10007
_LEFT = (UNKNOWN_MEMBER, 10013)
"""Codes of a person who is not in the server, or has no account any more."""

PATIENCE = 10.0
"""Seconds that one question may take."""
FRESH = timedelta(seconds=30)
"""How long an answer is good for: what is due at the same moment asks once."""
BURST = 200
A_SECOND = 5.0
"""Questions before pings, at once and in the long run.

When thousands of check-ins are due in one minute, most go out without asking again rather than late.
"""
AHEAD = timedelta(hours=1)
"""How long before a meeting its members are asked about, each once."""
RESERVE = 100
"""Questions that are left for pings then."""


class MemberCheck:
    """Asks Discord about single members, and keeps what it says in the rows."""

    def __init__(self, client: discord.Client, leavers: LeaverService, now: Callable[[], datetime]) -> None:
        self._client = client
        self._leavers = leavers
        self._now = now
        self._asked: dict[tuple[GuildId, UserId], datetime] = {}
        self._asked_ahead: dict[tuple[GuildId, UserId], datetime] = {}
        self._budget = float(BURST)
        self._counted_at = now()

    async def look_before(self, ping: Ping) -> None:
        """Ask about the members whom a ping may name; never raises.

        Without an answer everybody counts as being there: an outage must cost no member their evening.
        """
        try:
            for member in await self._leavers.to_ask_about(ping):
                if not self._may_ask(ping.guild_id, member.user_id):
                    continue
                here = await self.ask(ping.guild_id, member.user_id)
                if here is None:
                    return  # Discord does not answer now; it is not asked about the others
                if here and member.gone_since is not None:
                    await self._leavers.mark_back(ping.guild_id, member.user_id)
        except StorageError as error:
            log.error("who is still in server %s could not be noted: %s", ping.guild_id, error)

    async def look_ahead(self) -> None:
        """Ask about members of groups that meet within the hour, as far as the budget goes; never raises."""
        now = self._now()
        self._asked_ahead = {who: at for who, at in self._asked_ahead.items() if now - at < AHEAD}
        silent: set[GuildId] = set()

        async def look(found: tuple[GuildId, Member]) -> None:
            guild_id, member = found
            if guild_id in silent or not self._may_ask(guild_id, member.user_id, leaving=RESERVE):
                return
            self._asked_ahead[guild_id, member.user_id] = now
            here = await self.ask(guild_id, member.user_id)
            if here is None:
                silent.add(guild_id)
            elif here and member.gone_since is not None:
                await self._leavers.mark_back(guild_id, member.user_id)

        try:
            soon = await self._leavers.meeting_soon(AHEAD)
            unasked = [each for each in soon if (each[0], each[1].user_id) not in self._asked_ahead]
            await serve_apart(unasked, lambda found: found[0], look)
        except StorageError as error:
            log.error("who is still in the servers could not be noted: %s", error)

    async def look_at(self, actor: Actor, user_id: UserId) -> None:
        """Ask about a member whom somebody names, before they get a role, a turn or thanks; never raises.

        Nothing is asked about people who are in no group with the actor.
        """
        try:
            if actor.guild_id is None or not await self._leavers.shares_group(actor, user_id):
                return
            if self._may_ask(actor.guild_id, user_id) and await self.ask(actor.guild_id, user_id):
                await self.note_seen(actor.guild_id, user_id)
        except StorageError as error:
            log.error("who is still in server %s could not be noted: %s", actor.guild_id, error)

    async def require_here(self, actor: Actor) -> None:
        """Refuse a button of a direct message to a person who is not in its server any more.

        Refusals: `guild.left`; `guild.unsure` while Discord does not tell. Who belongs there can press the
        button again, but what somebody else reads or changes by it can't be taken back.
        """
        if actor.guild_id is None:
            return
        here = await self.ask(actor.guild_id, actor.user_id)
        if here is None:
            raise Refusal("guild.unsure")
        if not here:
            raise Refusal("guild.left")
        await self.note_seen(actor.guild_id, actor.user_id)

    async def note_seen(self, guild_id: GuildId, user_id: UserId) -> None:
        """Let a person who acts in the server take part again, if they were known to have left it."""
        if await self._leavers.is_marked(guild_id, user_id):
            await self._leavers.mark_back(guild_id, user_id)

    async def ask(self, guild_id: GuildId, user_id: UserId) -> bool | None:
        """Return whether a person is in a server, None when Discord does not tell; a leaver is noted."""
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return None
        try:
            async with Bounded(self._client, PATIENCE):
                await guild.fetch_member(user_id)
        except FAULTS as error:
            if not isinstance(error, discord.HTTPException) or error.code not in _LEFT:
                log.info("whether a member is in server %s (%s)", guild_id, describe_fault(error))
                return None
        else:
            return True
        await self._leavers.mark_gone(guild_id, user_id)
        return False

    def _may_ask(self, guild_id: GuildId, user_id: UserId, *, leaving: int = 0) -> bool:
        """Whether a question is due and within what may be asked, but for what is to be left; counts it."""
        now = self._now()
        gained = max(0.0, (now - self._counted_at).total_seconds()) * A_SECOND
        self._budget, self._counted_at = min(BURST, self._budget + gained), now
        self._asked = {who: at for who, at in self._asked.items() if now - at < FRESH}
        if self._budget < 1 + leaving or (guild_id, user_id) in self._asked:
            return False
        self._budget -= 1
        self._asked[guild_id, user_id] = now
        return True
