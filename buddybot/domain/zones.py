"""The time zones a person may choose: IANA zones that people live in, and UTC."""

from datetime import tzinfo
from functools import cache

from buddybot import zone_data
from buddybot.domain.errors import Refusal
from buddybot.domain.text import excerpt, fold_text

REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)
"""The first part of a zone people live in; US/…, Etc/…, posix/…, EST5EDT and the like are not offered."""

COMMON = (
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Warsaw",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
)
"""What is offered before a letter is typed (Discord shows 25)."""

_LONGEST_QUERY = 60


@cache
def allowed() -> frozenset[str]:
    """The names of the allow-list, read from the zone data once, at the first question."""
    names = zone_data.zone_names()
    return frozenset(name for name in names if name.partition("/")[0] in REGIONS and "/" in name) | {"UTC"}


@cache
def zone(name: str) -> tzinfo:
    """The zone of this exact name; raises Refusal("zone.unknown") for anything else.

    `zoneinfo` itself never sees a name from outside the list: some raise IsADirectoryError or OSError there.
    """
    if name not in allowed():
        raise Refusal("zone.unknown", zone=excerpt(name))
    return zone_data.read_zone(name)


def is_known(name: str) -> bool:
    """Whether there are rules here for a stored zone: one may be newer than them, or named anew since."""
    return name in allowed()


def pick_known_zone(*names: str | None) -> str:
    """The first of these stored zones that is known here; UTC when none is."""
    return next((name for name in names if name is not None and is_known(name)), "UTC")


def canonical(raw: str) -> str:
    """The name that was meant by "europe/berlin" or "America/New York"; raises Refusal("zone.unknown")."""
    found = _names_by_fold().get(_fold_name(raw[:_LONGEST_QUERY]))
    if found is None:
        raise Refusal("zone.unknown", zone=excerpt(raw))
    return found


def search(query: str, *, limit: int = 25) -> list[str]:
    """Zones for autocomplete, the best match first; the common ones when nothing is typed yet.

    Case and accents do not matter and a space is an underscore. A name or city that begins so comes
    before a word in it ("york"), and that before any other place in the name.
    """
    wanted = _fold_name(query[:_LONGEST_QUERY])
    if not wanted:
        return [name for name in COMMON if name in allowed()][:limit]
    ranked = sorted(
        (_rank(folded, wanted), name) for folded, name in _names_by_fold().items() if wanted in folded
    )
    return [name for _, name in ranked[:limit]]


def _rank(folded: str, wanted: str) -> int:
    if folded.startswith(wanted) or f"/{wanted}" in folded:
        return 0
    return 1 if f"_{wanted}" in folded or f"-{wanted}" in folded else 2


@cache
def _names_by_fold() -> dict[str, str]:
    return {_fold_name(name): name for name in sorted(allowed())}


def _fold_name(raw: str) -> str:
    return fold_text(raw).replace(" ", "_")
