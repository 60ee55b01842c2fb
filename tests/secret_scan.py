"""Looks for secrets in every file that git knows; run by `make check`.

Besides the shapes that the log hides, those of other people's services. What tests make up on purpose
has to look made up: see `MADE_UP`.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from buddybot.settings.redaction import looks_secret

ROOT = Path(__file__).parent.parent
SHAPES = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    re.compile(r"discord(?:app)?\.com/api/webhooks/\d{17,}/[\w-]{60,}"),
    re.compile(r"\bsk-[A-Za-z0-9_-]{32,}\b"),
)
MADE_UP = re.compile(
    r"example|secret|password|geheim|hunter|canary|never|fake|p%40ss|user:|postgres@|TOKEN|token|\{|xxx|s3c",
    re.IGNORECASE,
)
"""A line of a test that holds one of these is about a secret and holds none."""
ASSIGNED = re.compile(r"\bpassword ?= ?[a-z_][\w.]*(?=[(,)])")
"""Code that hands a password on, and holds none: what stands there is a name, not a text."""
SHAPED = (
    "tests/hostile.py",
    "tests/scenarios/hostile/test_hostile_words.py",
    "tests/settings/test_settings.py",
)
"""Their subject is what is only shaped like a token."""


def suspicious(line: str, *, test: bool = False) -> bool:
    """Return whether a line holds what looks like a secret."""
    if any(shape.search(line) for shape in SHAPES):
        return True
    return looks_secret(ASSIGNED.sub("", line)) and not (test and MADE_UP.search(line))


def found(path: Path) -> Iterator[str]:
    """Yield where a file holds one; never what it is."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, IsADirectoryError, FileNotFoundError):
        return
    name = path.relative_to(ROOT)
    in_tests = name.parts[0] in ("tests", "bench", "docs", "config") or name.suffix == ".md"
    if name.as_posix() in SHAPED:
        return
    for number, line in enumerate(lines, 1):
        if suspicious(line, test=in_tests):
            yield f"{name}:{number}: this looks like a secret"


def main() -> int:
    """Look through them all."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  # git is git
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        sys.stdout.write("This is no git checkout: there is nothing to look for secrets in.\n")
        return 0
    names = [name for name in listed.stdout.decode().split("\0") if name]
    faults = [fault for name in names for fault in found(ROOT / name)]
    for fault in faults:
        sys.stdout.write(fault + "\n")
    sys.stdout.write(f"{len(names)} files looked through for secrets, {len(faults)} found.\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
