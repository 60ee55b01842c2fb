"""The databases that tests of every folder run on, and a word on what was skipped and how much was tried.

The word is said here: only this file is read by the process that hears from all others.
"""

import gc
from collections import Counter

import hypothesis
import pytest

from tests.databases import *  # noqa: F403  # fixtures are found by their names

hypothesis.settings.register_profile("untimed", deadline=None)  # how busy the machine is proves nothing
hypothesis.settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Spare the garbage collector the thousands of tests, which stay until the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once for each reason how many tests were skipped, also where the run is quiet."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}")

    tried = Counter[str]()
    for report in terminalreporter.stats.get("passed", []):
        tried.update({name: count for name, count in report.user_properties if name.startswith("hostile ")})
    for name, count in tried.items():
        terminalreporter.write_line(f"{name}: {count:,}")
