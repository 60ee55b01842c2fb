"""The rules of the time zones: the newest that this machine has, for everything that runs in this process.

Python reads the system's rules first, however old they are, and the `tzdata` package only where the system
has none. Countries change their clocks at short notice and a system is updated late, so the newer of the
two counts here. Nothing else in the product asks `zoneinfo` for a zone.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

PACKAGE = "tzdata"
_RELEASE = r"(?:# version )?([0-9]{4})([a-z]*)"
_NAMED_IN = ("tzdata.zi", "+VERSION")
"""The files of a system's rules whose first line says which release they are; some systems have neither."""


class ZoneRules(NamedTuple):
    """Rules that are installed: in a folder of the system, or in the package, then `folder` is None.

    `release` is a name such as "2026f", and empty where the rules do not say.
    """

    folder: str | None
    release: str

    @property
    def age(self) -> tuple[int, int, str]:
        """A key that is greater for a later release, and least for an unknown one."""
        match = re.match(_RELEASE, self.release)
        return (int(match[1]), len(match[2]), match[2]) if match else (0, 0, "")


@cache
def choose_rules() -> Sequence[ZoneRules]:
    """Make `zoneinfo` read the newest rules; return all that were found, those in use first.

    Between equals the system's are read. Rules that do not say how old they are come last.
    """
    # Imported here: zoneinfo loads all that is known of how the interpreter was built, and
    # a start, which asks for no zone, is 2 ms shorter without.
    import zoneinfo

    found = sorted(
        (*_of_the_system(zoneinfo.TZPATH), *_of_the_package()), key=lambda rules: rules.age, reverse=True
    )
    if found:
        newest = found[0].folder
        zoneinfo.reset_tzpath(to=[] if newest is None else [newest])
        zoneinfo.ZoneInfo.clear_cache()
    return found


def read_zone(name: str) -> "ZoneInfo":
    """Return the zone by the newest rules; raises ZoneInfoNotFoundError, and others for hostile names."""
    choose_rules()
    # Imported here: see `choose_rules`.
    import zoneinfo

    return zoneinfo.ZoneInfo(name)


def zone_names() -> set[str]:
    """Return the names of all zones there are rules for."""
    choose_rules()
    # Imported here: see `choose_rules`.
    import zoneinfo

    return zoneinfo.available_timezones()


def _of_the_system(folders: Sequence[str]) -> Iterator[ZoneRules]:
    for folder in map(Path, folders):
        release = next(filter(None, (_release(folder / name) for name in _NAMED_IN)), "")
        if release or (folder / "Europe" / "Berlin").is_file():
            yield ZoneRules(str(folder), release)


def _of_the_package() -> Iterator[ZoneRules]:
    try:
        package = importlib.import_module(PACKAGE)
    except ImportError:
        return
    yield ZoneRules(None, getattr(package, "IANA_VERSION", ""))


def _release(file: Path) -> str:
    """The release that the first line of a file names; "" without a file or a name."""
    try:
        with file.open(encoding="ascii", errors="replace") as lines:
            match = re.match(_RELEASE, lines.readline(100))
    except OSError:
        return ""
    return match[1] + match[2] if match else ""
