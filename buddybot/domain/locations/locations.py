"""A place to meet: what it is called, where it is, and who can get in."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, GuildId, LocationId, UserId
from buddybot.domain.text import clean, excerpt, length_of, optional, parse_count

NAME_LIMIT = 60
ADDRESS_LIMIT = 200
LINK_LIMIT = 400
NOTE_LIMIT = 200
MOST_LOCATIONS = 20
"""Places that a group may keep at a time: as many as one select and one card can show."""
LONGEST_WAY = 300
"""Minutes of travel that can be stated."""
URL_LIMIT = 512
"""Characters of a link behind a button."""

_MAP = "https://www.openstreetmap.org/search?query="
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_LINK = (
    r"(?ai)https?://(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59}))\.?"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?#](?:[a-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9a-f]{2})*)?"
)
_LAST_PORT = 65535
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class LocationKind(StrEnum):
    """A hybrid one has people in the room and a link for the others."""

    PLACE = "place"
    VIRTUAL = "virtual"
    HYBRID = "hybrid"


class Access(StrEnum):
    """What somebody needs to know before they choose a place; `public` says that it is nobody's home."""

    PUBLIC = "public"
    STEP_FREE = "step_free"
    QUIET = "quiet"
    PARKING = "parking"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationWords:
    """What a member writes about a place; made by `read_location`."""

    name: str
    kind: LocationKind
    address: str | None
    link: str | None
    access: frozenset[Access]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place of one group; address and link are for members' eyes only."""

    id: LocationId
    group_id: GroupId
    guild_id: GuildId
    words: LocationWords
    offered_by: UserId | None
    created_at: datetime
    retired_at: datetime | None

    @property
    def name(self) -> str:
        """What everybody may read of where it is."""
        return self.words.name

    @property
    def live(self) -> bool:
        """Whether it can be chosen."""
        return self.retired_at is None

    @property
    def remote(self) -> bool:
        """Whether nobody has to travel there."""
        return self.words.kind is LocationKind.VIRTUAL

    @property
    def public(self) -> bool:
        """Whether anyone can go there, so that it can outlast the membership of whoever offered it."""
        return Access.PUBLIC in self.words.access

    @property
    def home(self) -> bool:
        """Whether it is, as far as is known, the home of the member who offered it."""
        return self.offered_by is not None and not self.remote and not self.public


def shown_to(location: Location, user_id: UserId | None) -> Location:
    """Return a place as a person sees it: where a retired home is, only who offered it does."""
    if location.live or not location.home or location.offered_by == user_id:
        return location
    return replace(location, words=replace(location.words, address=None, link=None, note=None))


def read_location(
    *, name: str, kind: LocationKind, where: str, access: frozenset[Access], note: str | None
) -> LocationWords:
    """Read what a member wrote; of `where`, lines that are web addresses are the link, the rest the address.

    Raises Refusal `text.empty`, `text.long`, `location.link`, `location.links`, `location.where`.
    """
    lines = [line.strip() for line in where.splitlines() if line.strip()]
    links = [line for line in lines if "://" in line]
    if len(links) > 1:
        raise Refusal("location.links")
    address = optional(
        ", ".join(line for line in lines if "://" not in line), limit=ADDRESS_LIMIT, field="address"
    )
    link = check_link(links[0]) if links else None
    if address is None and link is None:
        raise Refusal("location.where")
    return LocationWords(
        name=clean(name, limit=NAME_LIMIT, field="location"),
        kind=kind,
        address=address,
        link=link,
        access=access,
        note=optional(note, limit=NOTE_LIMIT, field="note"),
    )


def check_link(raw: str) -> str:
    """Return a web address that may be shown as a button; Refusal `location.link` for any other.

    It is http(s), names no user, and its host is a public name: not a number in any notation, which
    could lead inside a network, and ASCII, so that letters that only look like others are seen.
    """
    link = raw.strip()
    found = re.fullmatch(_LINK, link) if length_of(link) <= LINK_LIMIT else None
    if found is None or found["host"].lower().endswith(_INSIDE) or int(found["port"] or 0) > _LAST_PORT:
        raise Refusal("location.link", raw=excerpt(raw))
    return link


def check_minutes(minutes: int) -> int:
    """Return minutes of travel; Refusal `number.range` for more than anybody would travel."""
    return parse_count(str(minutes), lowest=0, highest=LONGEST_WAY, field="minutes")


def host_of(link: str) -> str:
    """Return the host of a link that `check_link` passed, to say where a button leads."""
    found = re.fullmatch(_LINK, link)
    return "" if found is None else found["host"].lower().removeprefix("www.")


def map_link(address: str) -> str:
    """Return where a map shows an address; it is made here, and nobody is asked.

    Of an address that a button's link has no room for, only the beginning is looked for.
    """
    while length_of(link := _MAP + _encode_text(address)) > URL_LIMIT:
        address = address.rpartition(" ")[0] or address[:-1]
    return link


def _encode_text(text: str) -> str:
    """Percent-encode all but what RFC 3986 leaves unreserved, so that a text is one part of a query."""
    return "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in text.encode())
