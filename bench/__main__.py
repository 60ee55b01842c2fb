"""Runs every benchmark and prints one table; exits 1 when a goal is missed."""

import asyncio
import sys

from bench import backtest, exports, growth, memory, outbox, rotation, slash, stagnation, start, storage
from bench.support.report import Measure, conclude

BENCHMARKS: tuple[Measure, ...] = (
    start.measure,
    storage.measure,
    slash.measure,
    outbox.measure,
    memory.measure,
    growth.measure,
    rotation.measure,
    exports.measure,
    stagnation.measure,
    backtest.measure,
)


def main() -> int:
    """Run all, one after the other; return the exit code."""
    return conclude([asyncio.run(measure()) for measure in BENCHMARKS])


if __name__ == "__main__":
    sys.exit(main())
