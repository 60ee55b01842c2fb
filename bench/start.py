"""The cold start: a process until it could log in, against one that only imports discord.py."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.databases import NO_SERVER, file_url, postgres_schema
from bench.ready import READY
from bench.report import Report, Verdict, run
from bench.timing import Contender, Rounds, interleaved

ROOT = Path(__file__).parents[1]
ROUNDS = 15
GOALS = {"SQLite": 1.3, "PostgreSQL": 1.45}
BARE = "discord.py alone"
_BARE = f"import discord; from discord.ext import commands; print({READY!r}, flush=True)"
_READY = "from bench.ready import main; main()"
_OWN = ("BUDDYBOT_", "DISCORD_", "PYTHON")  # what would make one machine start otherwise than another
_PREPARE = "from bench.ready import main; main(prepare=True)"


async def measure(rounds: int = ROUNDS) -> Report:
    """Compare a start on each engine with the bare import."""
    report = Report("start")
    async with postgres_schema() as schema:
        with TemporaryDirectory(prefix="buddybot-bench-") as folder:
            compiled = Path(folder) / "compiled"
            contenders: dict[str, Contender] = {BARE: partial(_start, _BARE, "", compiled)}
            urls = {"SQLite": file_url(Path(folder) / "bot.sqlite3")}
            if schema is None:
                report.skipped.append(NO_SERVER)
            else:
                urls["PostgreSQL"] = schema
            for engine, url in urls.items():
                await _start(_PREPARE, url, compiled)
                contenders[engine] = partial(_start, _READY, url, compiled)
            found = await interleaved(contenders, rounds=rounds)
    _judge(report, found)
    return report


def _judge(report: Report, found: Rounds) -> None:
    for name in found.figures:
        report.figures.append(f"{name}: ready after {found.median(name) * 1000:.0f} ms")
    for engine, goal in GOALS.items():
        if engine in found.figures:
            report.verdicts.append(
                Verdict(
                    claim=f"ready to log in on {engine}, of {BARE}",
                    figure=found.ratio(engine, BARE),
                    sense="<=",
                    goal=goal,
                )
            )


async def _start(code: str, url: str, compiled: Path) -> float:
    """Run a process until it says that it is ready; return the seconds until then.

    Bytecode is kept in `compiled`, as an installation has it, whatever the machine's own settings are.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    environment |= {"DATABASE_URL": url, "PYTHONPYCACHEPREFIX": str(compiled)}
    began = perf_counter()
    # Not asyncio's: nothing else waits here, and a blocking read takes the time without a detour.
    with subprocess.Popen(  # noqa: ASYNC220  # see above
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        said = process.stdout.readline().strip() if process.stdout is not None else ""
        took = perf_counter() - began
        code_of_exit = process.wait()
    if said != READY or code_of_exit:
        raise RuntimeError(f"a start failed with exit code {code_of_exit}")
    return took


if __name__ == "__main__":
    sys.exit(run(measure))
