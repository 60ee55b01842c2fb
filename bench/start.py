"""The cold start: a process until it could log in, against one that only imports discord.py."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.support.databases import NO_SERVER, file_url, postgres_schema
from bench.support.ready import READY
from bench.support.report import Report, Verdict, run
from bench.support.timing import Contender, Rounds, interleaved

ROOT = Path(__file__).parents[1]
ROUNDS = 31
GOALS = {"SQLite": 1.6, "PostgreSQL": 1.8}
BARE = "discord.py alone"
_BARE = (
    "import discord; from discord.ext import commands; from time import process_time; "
    f"print({READY!r}, process_time(), flush=True)"
)
_READY = "from bench.support.ready import main; main()"
_OWN = ("BUDDYBOT_", "DISCORD_", "PYTHON")  # what would make one machine start otherwise than another
_PREPARE = "from bench.support.ready import main; main(prepare=True)"


async def measure(rounds: int = ROUNDS) -> Report:
    """Compare a start on each engine with the bare import."""
    report = Report("start")
    async with postgres_schema() as schema:
        with TemporaryDirectory(prefix="buddybot-bench-") as folder:
            compiled = Path(folder) / "compiled"
            worked: dict[str, list[float]] = {BARE: []}
            contenders: dict[str, Contender] = {BARE: partial(_start, _BARE, "", compiled, worked[BARE])}
            urls = {"SQLite": file_url(Path(folder) / "bot.sqlite3")}
            if schema is None:
                report.skipped.append(NO_SERVER)
            else:
                urls["PostgreSQL"] = schema
            for engine, url in urls.items():
                worked[engine] = []
                await _start(_PREPARE, url, compiled, [])
                contenders[engine] = partial(_start, _READY, url, compiled, worked[engine])
            found = await interleaved(contenders, rounds=rounds)
    _judge(report, found, worked)
    return report


def _judge(report: Report, found: Rounds, worked: Mapping[str, Sequence[float]]) -> None:
    for name in found.figures:
        own, bare = median(worked[name]), median(worked[BARE])
        report.figures.append(
            f"{name}: ready after {found.median(name) * 1000:.0f} ms, "
            f"{own * 1000:.0f} ms of them work, {own / bare:.2f} x that of {BARE}"
        )
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


async def _start(code: str, url: str, compiled: Path, worked: list[float]) -> float:
    """Run a process until it says that it is ready; return the seconds until then.

    `worked` gets those of the processor: what is left of a start on a machine that does nothing else.

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
        said = process.stdout.readline().split() if process.stdout is not None else []
        took = perf_counter() - began
        code_of_exit = process.wait()
    if len(said) != 2 or said[0] != READY or code_of_exit:
        raise RuntimeError(f"a start failed with exit code {code_of_exit}")
    worked.append(float(said[1]))
    return took


if __name__ == "__main__":
    sys.exit(run(measure))
