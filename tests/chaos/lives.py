"""One life after the other: `python -m tests.chaos.lives OPTIONS`, with OPTIONS as JSON.

The parent imports everything and forks each life, so that a whole bot is up in a tenth of a second; it
never opens a loop, a thread or a connection of its own. A life ends at its point, or when its time is up.
After so many kills the last one may live until stdin is closed, and is then asked to end. Each line that
is printed is JSON: the kills by their point, then the exit code of the last life.
"""

import asyncio
import gc
import importlib
import json
import logging
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, Self

from buddybot import app, bot, locales
from buddybot.library import load_activities
from buddybot.services.attendance import record_export
from buddybot.settings.paths import PACKAGE
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Tx, connect
from buddybot.storage.migrations.runner import migrate
from buddybot.ui.attendance import record_export as record_answers
from tests.chaos.clock import Clock, FastAlarm
from tests.chaos.points import MIGRATION, POINTS, RANDOM, arm
from tests.chaos.ways import Point

LONGEST = 4.0
"""How many usual lives a life lasts that does not come by its point."""

MOST_USUAL = 1.5
"""Seconds, however busy the machine is."""
ROWS = 12
"""From so many on an export tells how far it is; a bot that is not killed waits for two thousand."""
_FAILED = 70

Given = Mapping[str, Any]


def whole_bot(given: Given) -> None:
    """Run the bot as `buddybot run` does, by a faster clock."""
    clock = Clock(given["zero"], given["speed"])
    settings = Settings.load(
        {
            "BUDDYBOT_DISCORD__API_BASE": given["rest"],
            "BUDDYBOT_DISCORD__SENDS_PER_SECOND": "50",
            "BUDDYBOT_LIMITS__CHANGES_PER_MINUTE": "1000000",  # by a clock that runs faster
            "DATABASE_URL": given["url"],
            "DISCORD_TOKEN": given["token"],
        }
    )
    sys.exit(asyncio.run(app.run(settings, now=clock, alarm=FastAlarm(clock))))


def migrating(given: Given) -> None:
    """Bring a database up to date."""

    async def live() -> None:
        database = await connect(given["url"])
        await migrate(database)
        await database.close()

    asyncio.run(live())


def as_a_host_starts_it(given: Given) -> None:
    """Become `python -m buddybot run`; before, let pass what a lease and the next attempt wait for.

    There is no other bot meanwhile whose leases these could be.
    """

    async def pass_time() -> None:
        database = await connect(given["url"])
        await database.write(time_passed)
        await database.close()

    asyncio.run(pass_time())
    said = os.open(given["log"], os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.chdir(PACKAGE.parent)
    os.execve(sys.executable, (sys.executable, "-m", "buddybot", "run"), _environment(given))  # noqa: S606


async def time_passed(tx: Tx) -> None:
    """Let every lease have run out, and every attempt be due."""
    await tx.run("UPDATE outbox SET lease_until = 0 WHERE state = 'sending'")
    await tx.run("UPDATE outbox SET try_at = due_at WHERE state IN ('planned', 'sending')")


def _environment(given: Given) -> dict[str, str]:
    ours = ("DATABASE_URL", "DYNO")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BUDDYBOT_")}
    return {
        **{name: value for name, value in kept.items() if name not in ours},
        "BUDDYBOT_DISCORD__API_BASE": given["rest"],
        "BUDDYBOT_LIMITS__CHANGES_PER_MINUTE": "1000000",  # nobody rests here
        "BUDDYBOT_LOG__LEVEL": "ERROR",
        "DATABASE_URL": given["url"],
        "DISCORD_TOKEN": given["token"],
        "TMPDIR": given["temporary"],
    }


LIVES: Mapping[str, tuple[Callable[[Given], None], Mapping[str, Point]]] = {
    "bot": (whole_bot, POINTS),
    "process": (as_a_host_starts_it, {}),
    "migration": (migrating, MIGRATION),
}


def prepare() -> None:
    """Import and read what a bot imports and reads on its way, and let nothing be waited for."""
    for name in bot.cog_names():
        importlib.import_module(f"cogs.{name}")
    make = app.create_bot

    def made(*args: Any, **given: Any) -> bot.BuddyBot:
        new = make(*args, **given)
        new._connection.guild_ready_timeout = 0.02  # there is one guild, and it comes at once
        return new

    locales.sentences(locales.DEFAULT)
    app.load_activities = cache(load_activities)  # type: ignore[attr-defined]  # it is imported there
    app.create_bot = made
    record_export.MOST_A_MINUTE = 1_000_000  # by a clock that runs faster
    record_answers.LONG = ROWS
    gc.collect()
    gc.freeze()


@dataclass
class Life:
    """A forked process; it says at which point it dies."""

    number: int
    heard: int
    begun: float

    @classmethod
    def begin(cls, given: Given, label: str = "", nth: int = 0) -> Self:
        """Fork one."""
        heard, told = os.pipe()
        child = os.fork()
        if child:
            os.close(told)
            return cls(child, heard, time.monotonic())
        os.set_inheritable(told, True)  # for a life that becomes another program
        logging.basicConfig(filename=given["log"], level=logging.ERROR, force=True)
        live, points = LIVES[given["life"]]
        arm(label, nth, told, points)
        code = _FAILED
        try:
            live(given)
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:  # a forked process must not go on as its parent
            if code == _FAILED:
                logging.error("a life ended by itself", exc_info=True)
            os._exit(code)

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.begun

    def end(self, patience: float) -> tuple[str, int | None]:
        """Wait for its end, or make it when it is so old.

        Return where it was killed, and its exit code if it was not.
        """
        # SIGCHLD would not tell which of several it was. This end is open as long as the process is there.
        if not select.select([self.heard], [], [], max(0.0, patience - self.age))[0]:
            os.kill(self.number, signal.SIGKILL)
        status = os.waitpid(self.number, 0)[1]
        label = os.read(self.heard, 100).decode()
        os.close(self.heard)
        return label or RANDOM, None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def main(given: Given) -> None:
    """Begin one life after the other."""
    tempfile.tempdir = given.get("temporary")
    prepare()
    chance = random.Random(given["seed"])  # noqa: S311  # not for secrets
    labels = [*LIVES[given["life"]][1], RANDOM, RANDOM]
    killed: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    rounds, usual = 0, given.get("usual", 0.3)
    present = {**given, "url": given["url"].format(round=rounds)}
    while killed.total() < given["kills"]:
        chosen = chance.choices(labels, k=given["at_once"])
        # A busy machine takes longer, and what is killed too early has done nothing.
        patience = [usual * (chance.uniform(0.05, 2.5) if label == RANDOM else LONGEST) for label in chosen]
        lives = [Life.begin(present, label, chance.choice(given["nth"])) for label in chosen]
        whole = False
        for seconds, label, life in sorted(zip(patience, chosen, lives, strict=True), key=itemgetter(0)):
            where, code = life.end(seconds)
            if where != RANDOM or code is not None:
                usual += (life.age - usual) / 10
            elif label != RANDOM:  # it did not come that far, or had no reason to
                usual = min(usual * 1.05, MOST_USUAL)
            if code is None:
                killed[where] += 1
            else:
                ended[str(code)] += 1
                whole |= code == 0
        rounds += whole
        present["url"] = given["url"].format(round=rounds)
    say({"killed": killed, "ended": ended, "rounds": rounds})
    last = Life.begin(present)
    sys.stdin.read()
    os.kill(last.number, signal.SIGTERM)
    say({"exit": last.end(last.age + 10.0)[1]})


def say(what: object) -> None:
    """Tell whoever started this."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
