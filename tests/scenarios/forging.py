"""Buttons, selects and forms that the bot never made, put before the real handlers."""

from collections.abc import AsyncIterator, Iterable, Mapping

import discord
import simcord
from discord.ext import commands

from buddybot.ui.framework.components import Card, Form, button, option, select
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from tests.world import World
from tests.world import custom_ids as custom_ids_in

FORGE = "forge"
_MOST = 25


class Forger(commands.Cog):
    """Shows whatever the test wants pressed next, to the person who asks for it."""

    def __init__(self) -> None:
        self.next: Card | Form = Card()

    @route(FORGE)
    async def forge(self, reply: Reply, _given: Input) -> None:
        """Show it."""
        if isinstance(self.next, Form):
            await reply.ask(self.next)
        else:
            await reply.show(self.next)


class Forgery:
    """One channel in which forged ids are pressed by whoever sees it."""

    def __init__(self, world: World, channel: simcord.ChannelHandle) -> None:
        self._world = world
        self._channel = channel
        self._forger = Forger()

    async def begin(self) -> None:
        """Put the one button up that leads to all others."""
        found = self._world.bot.get_cog("Forger")
        if isinstance(found, Forger):
            self._forger = found
        else:
            await self._world.bot.add_cog(self._forger)
        place = self._world.bot.get_channel(self._channel.id)
        assert isinstance(place, discord.TextChannel)
        self._door = await place.send(view=Card().row(button("Forge", FORGE)))

    async def press(
        self, actor: simcord.MemberActor, custom_ids: Iterable[str]
    ) -> AsyncIterator[tuple[str, simcord.InteractionResult]]:
        """Press a button with each of these ids; one message shows all of them, as long as it is there."""
        waiting = list(dict.fromkeys(custom_ids))
        while waiting:
            card = Card()
            for start in range(0, len(waiting[:_MOST]), 5):
                card.row(*(button("Press", each) for each in waiting[:_MOST][start : start + 5]))
            shown = await self._shown(actor, card)
            assert shown.response is not None
            while waiting and waiting[0] in custom_ids_in(shown.response):
                custom_id = waiting.pop(0)
                yield custom_id, await actor.click(shown.response, custom_id=custom_id)

    async def choose(
        self, actor: simcord.MemberActor, custom_id: str, value: str
    ) -> simcord.InteractionResult:
        """Choose a value from a select with this id."""
        shown = await self._shown(actor, Card().row(select(custom_id, options=[option("Forged", value)])))
        assert shown.response is not None
        return await actor.select(shown.response, [value])

    async def submit(
        self, actor: simcord.MemberActor, custom_id: str, fields: Mapping[str, str]
    ) -> simcord.InteractionResult:
        """Send a form with this id; every field is a text, also where the real one is a select."""
        form = Form("Forged", custom_id)
        for name in fields:
            form.ask(name, "Forged", required=False)
        shown = await self._shown(actor, form)
        return await actor.submit_modal(shown, dict(fields))

    async def _shown(self, actor: simcord.MemberActor, what: Card | Form) -> simcord.InteractionResult:
        self._forger.next = what
        return await actor.click(self._door, custom_id=FORGE)
