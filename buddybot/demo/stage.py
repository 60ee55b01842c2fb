"""The place and the people of the playground."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import discord
import simcord

from buddybot.bot import BuddyBot

NAMES = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay")
"""The group; Ana set it up and organizes it."""

BOT = "buddybot"
LOCALE = "en-GB"
ZONE = "Europe/London"
"""Where they live: the group's zone, and that of the page."""

VISITOR = "Gil"
"""Somebody in the server who is in no group yet."""


class Stage(NamedTuple):
    """One server with one channel, six members of a group and a visitor."""

    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    people: dict[str, simcord.MemberActor]

    @property
    def viewers(self) -> list[simcord.MemberActor]:
        """Everybody whom the browser may play."""
        return list(self.people.values())


async def build_stage(env: simcord.Env) -> Stage:
    """Name the bot, and make the server, its channel, and the people in it."""
    if env.bot.user is not None:
        await env.bot.user.edit(username=BOT)
    guild = env.create_guild("Rowan Street Library")
    channel = guild.create_text_channel("rowan-group")
    managers = guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    people = {}
    for name in (*NAMES, VISITOR):
        user = env.create_user(name.lower(), global_name=name)
        people[name] = guild.add_member(user, roles=[managers] if name == NAMES[0] else [])
    return Stage(guild=guild, channel=channel, people=people)


class FollowedClock:
    """The bot's `now`: the simulator's clock, which exists only after the bot does."""

    def __init__(self) -> None:
        self._source: Callable[[], datetime] | None = None

    def follow(self, source: Callable[[], datetime]) -> None:
        """Show what `source` shows from here on."""
        self._source = source

    def __call__(self) -> datetime:
        """Return the instant; RuntimeError before there is a simulator to follow."""
        if self._source is None:
            raise RuntimeError("the bot asked for the time before the simulator was up")
        return self._source()


async def deliver_due(env: simcord.Env, bot: BuddyBot) -> None:
    """Deliver what is due now, close the pulses that are over, edit what is stale or out of date."""
    await bot.dispatcher.run_due()
    await bot.services.pulses.close_due()
    await bot.live.refresh()
    await bot.live.outdated.refresh()
    await bot.live.roles.settle()
    await env.settle()


async def pass_until(env: simcord.Env, bot: BuddyBot, moment: datetime) -> None:
    """Let time pass until `moment`, delivering each ping when it is due."""
    while env.now() < moment:
        due = await bot.dispatcher.next_due()
        soon = env.now() + timedelta(seconds=1)
        target = moment if due is None else min(max(due, soon), moment)
        await env.advance_time((target - env.now()).total_seconds())
        await deliver_due(env, bot)


class LivePage(simcord.Preview):
    """simcord's page; neither a click nor a minute that passes gets in the other's way.

    Left alone, the page refuses a click that was made on an older state than the present one, and
    with a clock behind it every state is a second old. A click that meets a passing minute would be
    lost altogether, and the page would wait for its outcome for ever.
    """

    def __init__(self, env: simcord.Env, stage: Stage, turn: asyncio.Lock, *, port: int) -> None:
        """`turn` is held by whoever moves the simulated Discord: a click, or the clock."""
        super().__init__(
            env,
            stage.channel,
            tuple(stage.viewers),
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale=LOCALE,
            timezone=ZONE,
            presentation_time=None,
            assets=None,
            port=port,
        )
        self.opened = asyncio.Event()
        self._turn = turn
        self._alike: dict[str, tuple[int, int]] = {}

    async def refresh(self) -> None:
        """Show every browser window the present state, and remember for which nothing but time changed."""
        async with self._turn:
            before = {key: (page.revision, _face(page.snapshot)) for key, page in self._pages.items()}
            await super().refresh()
            for key, page in self._pages.items():
                revision, face = before.get(key, (page.revision, None))
                first, last = self._alike.get(key, (revision, revision))
                if face != _face(page.snapshot):
                    first = page.revision
                elif last != revision:
                    first = revision
                self._alike[key] = (first, page.revision)

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            return await super()._action(context_id, self._brought_up(context_id, body))

    def _brought_up(self, context_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the click as made on the present state, if that looks like the one it was made on."""
        page = self._pages.get(context_id or "")
        if page is None or not isinstance(body, Mapping):
            return body
        first, last = self._alike.get(page.id, (page.revision, page.revision))
        seen = body.get("published_revision")
        if last == page.revision and isinstance(seen, int) and first <= seen < last:
            return {**body, "published_revision": last}
        return body

    def _open_page(self, viewer_id: Any = None, target_id: Any = None) -> Any:
        page = super()._open_page(viewer_id, target_id)
        self.opened.set()
        return page


def _face(snapshot: Mapping[str, Any]) -> tuple[object, ...]:
    """What can be clicked: the messages and the open form."""
    return snapshot.get("messages"), snapshot.get("modal")
