"""The newer of two sets of zone rules counts, the system's or the package's, whoever asks."""

import importlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from buddybot.domain.meetings.schedule import instant
from buddybot.zone_data import ZoneRules, choose_rules
from tests.architecture.source import ROOT

PACKAGE = importlib.import_module("tzdata")
PACKAGED = Path(str(PACKAGE.__file__)).parent / "zoneinfo"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Vancouver", "2026-12-02T02:00"),
        ("America/Edmonton", "2026-12-02T01:00"),
    ],
)
def test_an_instant_follows_the_rules_of_this_year(zone: str, expected: str) -> None:
    found = instant(date(2026, 12, 1), time(19, 0), zone)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_releases_are_ordered_as_they_are_published() -> None:
    names = ["", "unknown", "2024b", "2025a", "2025b", "2025z", "2025aa", "2026a", "2026f"]
    rules = [ZoneRules(None, name) for name in names]
    assert sorted(rules, key=lambda each: each.age) == rules


def system(folder: Path, release: str | None, file: str = "tzdata.zi") -> Path:
    """Make rules of a system in which it is always Tokyo's time in Vancouver."""
    for name in ("America/Vancouver", "Europe/Berlin"):
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((PACKAGED / "Asia/Tokyo").read_bytes())
    if release is not None:
        (folder / file).write_text(release + "\nR d 1916 o - Jun 14 23s 1 S\n", encoding="ascii")
    return folder


@pytest.mark.parametrize(
    ("release", "file", "used", "hour"),
    [
        ("# version 2025b", "tzdata.zi", "package", 2),
        (f"# version {PACKAGE.IANA_VERSION}", "tzdata.zi", "system", 10),
        ("# version 2199a", "tzdata.zi", "system", 10),
        ("2199a", "+VERSION", "system", 10),
        ("2025b", "+VERSION", "package", 2),
        ("# version unknown", "tzdata.zi", "package", 2),
        (None, "", "package", 2),
    ],
)
def test_a_process_reads_the_newer_rules_when_the_system_has_some(
    tmp_path: Path, release: str | None, file: str, used: str, hour: int
) -> None:
    folder = system(tmp_path, release, file)
    # Something else looked first: what it was told is not kept.
    script = (
        "import zoneinfo, datetime as dt; zoneinfo.ZoneInfo('America/Vancouver')\n"
        "from buddybot.domain.meetings.schedule import instant; from buddybot.zone_data import choose_rules\n"
        "print(instant(dt.date(2026, 12, 1), dt.time(19), 'America/Vancouver').hour)\n"
        "print(zoneinfo.ZoneInfo('America/Vancouver').utcoffset(dt.datetime(2026, 12, 1)))\n"
        "print('package' if choose_rules()[0].folder is None else 'system', len(choose_rules()))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONTZPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said == [str(hour), "-1 day, 17:00:00" if used == "package" else "9:00:00", f"{used} 2"]


def test_the_rules_in_use_are_as_new_as_any_that_are_installed() -> None:
    used, *others = choose_rules()
    assert all(used.age >= other.age for other in others)
    assert used.age >= ZoneRules(None, PACKAGE.IANA_VERSION).age
