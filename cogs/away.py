"""/away: days on which a member does not come."""

from discord import app_commands

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.preferences import DaySpan
from buddybot.services.core.unit_of_work import Actor
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.meetings import day_choices
from buddybot.ui.meetings.away import away_card


class AwayCog(BotCog):
    """Time away, noted and taken back."""

    @command("Say when you are away, and I answer for you")
    @app_commands.guild_only()
    @app_commands.describe(
        start="Your first day away; without it, what is noted is shown",
        end="Your last day away; the same day, when left out",
        group="For one group only; all your groups here, when left out",
    )
    @app_commands.autocomplete(
        start=day_choices.own_days, end=day_choices.own_days, group=choices.offer_groups
    )
    async def away(
        self,
        reply: Reply,
        start: str | None = None,
        end: str | None = None,
        group: str | None = None,
    ) -> None:
        first, last = day_choices.parse_day(start), day_choices.parse_day(end)
        if first is None:
            if last is not None:
                raise Refusal("away.start_missing")
            view = await self._services.away.list_own(reply.actor)
        else:
            span = DaySpan(first, last or first)
            view = await self._services.away.add(reply.actor, span, choices.parse_group(group))
        await reply.show(away_card(reply.texts, view))
        await self._live.refresh()
        await self._follow(reply.actor)

    @route("away_drop")
    async def drop(self, reply: Reply, given: Input) -> None:
        """Take days back."""
        view = await self._services.away.remove(reply.actor, given.read_number(0))
        # Pressed twice: the card of the first press says what the days no longer answer.
        await (reply.show if view.again else reply.replace)(away_card(reply.texts, view))
        await self._live.refresh()
        await self._follow(reply.actor)

    async def _follow(self, actor: Actor) -> None:
        if actor.guild_id is not None:
            await self._live.outdated.follow_days(actor.guild_id, actor.user_id)
