"""How each person wants to be written to; nobody else sees or changes it."""

from collections.abc import Callable, Sequence

from buddybot.domain import zones
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import Preferences, QuietHours
from buddybot.domain.ids import GuildId
from buddybot.services.core import Actor, PlanningService, UnitOfWork, read_transaction, write_transaction
from buddybot.services.core.access import guild_of, refuse_groupless
from buddybot.services.meetings.replan_steps import in_line, note_name


class PreferenceService(PlanningService):
    """Use cases about a person's own settings."""

    @read_transaction
    async def get_own(self, uow: UnitOfWork, actor: Actor) -> Preferences:
        """Return what the actor chose, in a guild where they are in a group."""
        await _groups(uow, actor)
        return await uow.preferences.get(guild_of(actor), actor.user_id)

    async def choose(
        self, actor: Actor, *, direct_messages: bool | None = None, nudges: bool | None = None
    ) -> Preferences:
        """Turn direct messages or nudges on or off; None keeps what is."""

        def change(mine: Preferences) -> Preferences:
            return mine if nudges is None else mine._replace(nudges=nudges)

        return await self._change(actor, change, direct=direct_messages)

    async def set_quiet(self, actor: Actor, quiet: QuietHours | None) -> Preferences:
        """Set the actor's quiet hours, or go back to the bot's own."""
        return await self._change(actor, lambda mine: mine._replace(quiet=quiet))

    async def set_zone(self, actor: Actor, zone: str | None) -> Preferences:
        """Set the zone by which the actor lives, or go back to the group's.

        Their quiet hours and days away are meant by it, so cards may show other answers.
        """
        if zone is not None:
            zones.zone(zone)
        return await self._change(actor, lambda mine: mine._replace(zone=zone), answers=True)

    async def stop_direct(self, actor: Actor, guild_id: GuildId) -> Preferences:
        """Send the actor no more direct messages from a guild; works from the message itself."""
        there = actor.in_guild(guild_id)
        return await self._refuse_direct(there, guild_id)

    @write_transaction
    async def _refuse_direct(self, uow: UnitOfWork, actor: Actor, guild_id: GuildId) -> Preferences:
        preferences = uow.preferences
        if await preferences.set_direct(
            guild_id, actor.user_id, wanted=False, interaction_id=actor.interaction_id
        ):
            await self._plan(uow, await uow.groups.of_user(guild_id, actor.user_id))
        return await preferences.get(guild_id, actor.user_id)

    @write_transaction
    async def _change(
        self,
        uow: UnitOfWork,
        actor: Actor,
        change: Callable[[Preferences], Preferences],
        *,
        direct: bool | None = None,
        answers: bool = False,
    ) -> Preferences:
        """Change what the actor chose; `answers` when that may be another word for meetings ahead."""
        groups = await _groups(uow, actor, lock=True)
        await note_name(uow, actor)
        preferences = uow.preferences
        if direct is not None:
            await preferences.set_direct(
                guild_of(actor), actor.user_id, wanted=direct, interaction_id=actor.interaction_id
            )
        mine = change(await preferences.get(guild_of(actor), actor.user_id))
        await preferences.put(mine)
        if answers:
            for group in groups:
                await in_line(uow, self._planner, group, self._now(), by=actor.user_id)
        else:
            await self._plan(uow, groups)
        return mine

    async def _plan(self, uow: UnitOfWork, groups: Sequence[Group]) -> None:
        for group in groups:
            await self._planner.plan(uow, group, self._now())


async def _groups(uow: UnitOfWork, actor: Actor, *, lock: bool = False) -> Sequence[Group]:
    repository = uow.groups
    groups = await repository.of_user(guild_of(actor), actor.user_id)
    if lock:
        for group in sorted(groups, key=lambda group: group.id):  # the order in which groups are locked
            await repository.lock(group.id)
        groups = await repository.of_user(guild_of(actor), actor.user_id)
    if not groups:
        raise await refuse_groupless(uow, actor)
    return groups
