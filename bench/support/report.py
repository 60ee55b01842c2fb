"""What a benchmark found: its figures, and each claim beside its goal, last."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Sense = Literal[">=", "<="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One claim: a figure and the goal it must reach (`>=`) or stay within (`<=`)."""

    claim: str
    figure: float
    sense: Sense
    goal: float
    unit: str = "x"

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.figure >= self.goal if self.sense == ">=" else self.figure <= self.goal


@dataclass(slots=True)
class Report:
    """The outcome of one benchmark."""

    name: str
    figures: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def met(self) -> bool:
        """Whether every goal is reached."""
        return all(verdict.met for verdict in self.verdicts)


Measure = Callable[[], Coroutine[Any, Any, Report]]


def table(reports: Sequence[Report]) -> str:
    """Return every verdict in one table, and what was skipped below it."""
    rows = [("benchmark", "claim", "figure", "goal", "")]
    rows += [_row(report.name, verdict) for report in reports for verdict in report.verdicts]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    skipped = [f"{report.name}: {sentence}" for report in reports for sentence in report.skipped]
    return "\n".join([*lines, *skipped])


def _row(name: str, verdict: Verdict) -> tuple[str, str, str, str, str]:
    return (
        name,
        verdict.claim,
        f"{verdict.figure:.2f} {verdict.unit}",
        f"{verdict.sense} {verdict.goal:g} {verdict.unit}",
        "met" if verdict.met else "MISSED",
    )


def conclude(reports: Sequence[Report]) -> int:
    """Print the figures, then the table of goals; return the exit code: 1 when a goal was missed."""
    for report in reports:
        for figure in report.figures:
            print(f"{report.name}: {figure}")
    print()
    print(table(reports))
    return 0 if all(report.met for report in reports) else 1


def run(measure: Measure) -> int:
    """Run one benchmark by itself; return the exit code."""
    return conclude([asyncio.run(measure())])
