"""What ten thousand servers weigh in the bot's memory, against the library's own cache; each in a process."""

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from bench.support.report import Report, Verdict, run
from bench.support.timing import interleaved
from buddybot.app import create_bot
from buddybot.settings.settings import Settings

GOAL = 0.35
CHANNELS, ROLES = 15, 5
_WEIGH = "import sys; from bench.memory import weigh; weigh(sys.argv[1], int(sys.argv[2]))"
_FIRST = 1_100_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int = 3
    guilds: int = 10_000


FULL = Size()


async def measure(size: Size = FULL) -> Report:
    """Compare the bot with a client as the library makes it."""
    report = Report("memory")

    async def weighed(name: str) -> float:
        # Not asyncio's: nothing else waits here.
        told = subprocess.run(  # noqa: ASYNC221  # see above
            [sys.executable, "-c", _WEIGH, name, str(size.guilds)], capture_output=True, text=True, check=True
        )
        return float(told.stdout)

    found = await interleaved(
        {name: partial(weighed, name) for name in ("buddybot", "discord.py")}, rounds=size.rounds
    )
    for name in found.figures:
        report.figures.append(
            f"{name}: {found.median(name) / 1000:.1f} KB a server with {CHANNELS} channels, "
            f"of {size.guilds:,} servers"
        )
    report.verdicts.append(
        Verdict(
            claim=f"a server of {size.guilds:,}, of discord.py's cache",
            figure=found.ratio("buddybot", "discord.py"),
            sense="<=",
            goal=GOAL,
        )
    )
    return report


def weigh(name: str, guilds: int) -> None:
    """Let a client take in so many servers and print what each adds to the process, in bytes."""
    print(asyncio.run(_weigh(name, guilds)))


async def _weigh(name: str, guilds: int) -> float:
    client: discord.Client
    if name == "buddybot":
        client = create_bot(Settings.load({}))
    else:
        client = commands.AutoShardedBot(commands.when_mentioned, intents=discord.Intents.default())
    state: Any = client._connection  # noqa: SLF001  # where the gateway's packets go
    await client._async_setup_hook()  # noqa: SLF001  # as logging in does
    state.user = discord.ClientUser(state=state, data=user(1))  # type: ignore[arg-type]  # enough of one
    coming = packets(guilds + 200)
    for _ in range(200):  # what only the first ones bring along
        state.parsers["GUILD_CREATE"](json.loads(next(coming)))
    before = _resident()
    for packet in coming:
        state.parsers["GUILD_CREATE"](json.loads(packet))
    return (_resident() - before) / guilds


def _resident() -> int:
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def packets(guilds: int) -> Iterator[str]:
    """A server as the gateway tells of it: channels with their permissions, roles, and the bot itself."""
    for number in range(guilds):
        base = _FIRST + number * 1_000_003
        everyone = {"id": str(base), "type": 0, "allow": "0", "deny": "1024"}
        yield json.dumps(
            {
                "id": str(base), "name": f"Job seekers {number}", "owner_id": str(base + 900),
                "unavailable": False, "large": False, "member_count": 40,
                "roles": [_role(base + place, place) for place in range(ROLES)],
                "channels": [
                    {
                        "id": str(base + 100 + place), "type": 4 if place % 5 == 0 else 0,
                        "name": f"channel-{place}-of-{number}", "position": place, "nsfw": False,
                        "parent_id": None if place % 5 == 0 else str(base + 100 + place // 5 * 5),
                        "topic": f"What we talk about in channel {place}",
                        "last_message_id": str(base + 700 + place), "rate_limit_per_user": 0,
                        "flags": 0, "permission_overwrites": [
                            everyone, {"id": str(base + 3), "type": 0, "allow": "1024", "deny": "0"}
                        ],
                    }
                    for place in range(CHANNELS)
                ],
                "threads": [], "members": [_member(base)], "emojis": [], "stickers": [],
                "features": ["COMMUNITY", "NEWS"], "voice_states": [], "presences": [], "stage_instances": [],
                "guild_scheduled_events": [], "soundboard_sounds": [], "verification_level": 1,
                "default_message_notifications": 1, "explicit_content_filter": 2, "mfa_level": 0,
                "nsfw_level": 0, "premium_tier": 0, "premium_progress_bar_enabled": False,
                "preferred_locale": "en-GB", "afk_timeout": 300, "system_channel_flags": 0,
                "system_channel_id": str(base + 101), "icon": f"{base:032x}", "description": None,
            }
        )  # fmt: skip


def _role(role_id: int, place: int) -> dict[str, Any]:
    return {
        "id": str(role_id), "name": f"role {place}", "color": 0, "hoist": False, "position": place,
        "permissions": "117760", "managed": False, "mentionable": False, "flags": 0,
    }  # fmt: skip


def user(user_id: int) -> dict[str, Any]:
    """A user, enough of one."""
    return {"id": str(user_id), "username": "buddybot", "discriminator": "0", "avatar": None, "bot": True}


def _member(base: int) -> dict[str, Any]:
    return {
        "user": user(1), "roles": [str(base + 3)], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False,
        "mute": False, "flags": 0, "permissions": "117760",
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run(measure))
