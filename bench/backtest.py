"""`buddybot backtest`: how fast it replays groups, and that its memory does not grow with their number."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.support.report import Report, Verdict, run
from bench.support.simulated_groups import WEEKS, lines

ROOT = Path(__file__).parents[1]
DIFFERENT = 200
MANY = 100_000
MINUTES = 3.0
GROWTH = 1.1


async def measure(few: int = 500, more: int = 5000) -> Report:
    """Replay few groups and ten times as many, each in a process of its own."""
    report = Report("backtest")
    different = list(lines(min(DIFFERENT, few)))
    with TemporaryDirectory(prefix="buddybot-bench-") as folder:
        found = [_replay(Path(folder) / f"{count}.jsonl", different, count) for count in (few, more)]
    (short, little), (long, much) = found
    each = (long - short) / (more - few)
    report.figures += [
        f"{1e6 * each / WEEKS:.1f} µs of the processor a week, reading included",
        f"peak memory {little / 1024:.1f} MB for {few} groups, {much / 1024:.1f} MB for {more}",
    ]
    report.verdicts += [
        Verdict(
            claim=f"{MANY:,} groups of {WEEKS} weeks",
            figure=each * MANY / 60,
            sense="<=",
            goal=MINUTES,
            unit="min",
        ),
        Verdict(claim="memory for ten times the groups", figure=much / little, sense="<=", goal=GROWTH),
    ]
    return report


def _replay(file: Path, different: list[str], count: int) -> tuple[float, int]:
    """The seconds of the processor and the peak memory in kB that a replay of so many groups takes."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in _repeated(different, count))
    process = subprocess.Popen(
        [sys.executable, "-m", "buddybot", "backtest", str(file)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the replay failed with exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def _repeated(different: list[str], count: int) -> Iterator[str]:
    return islice(cycle(different), count)


if __name__ == "__main__":
    sys.exit(run(measure))
