"""The locks on what the bot does: whom each opens to, and which refusal everybody else reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from tests.scenarios.wire import Fields, Value


class Who(StrEnum):
    """What somebody is to a group."""

    STRANGER = auto()
    INVITED = auto()
    MEMBER = auto()
    OWNER = auto()
    """A member whose own things are asked for."""
    ORGANIZER = auto()
    NEIGHBOUR = auto()
    """The organizer of another group in the same server."""
    ADMIN = auto()
    """Manages the server, and is in no group."""


EVERYBODY = frozenset(Who)
MEMBERS = frozenset({Who.MEMBER, Who.OWNER, Who.ORGANIZER})
ORGANIZERS = frozenset({Who.ORGANIZER})
NOTHING = "nothing"
"""What a suggestion answers instead of a refusal."""
PLACE: Fields = {
    "name": "Café Lumen", "kind": ["place"], "where": "3 Mill Lane", "access": ["step_free"], "note": "Ring",
}  # fmt: skip


@dataclass(frozen=True)
class Lock:
    """Whom something opens to, and which refusal everybody else gets."""

    opens_to: frozenset[Who] = EVERYBODY
    members: str = ""
    """For those in the group to whom it does not open."""
    others: str = ""
    """For everybody who is not in the group."""
    elsewhere: str = ""
    """For everybody: from another server, or with an id that is another server's or nothing's.

    Empty where no id comes with it: then it opens to whom it opens here.
    """
    direct: str = "guild.only"
    only_own: bool = False
    """Whether it answers everybody alike, and changes nothing but what is the asking person's own."""
    from_elsewhere: str = ""
    """For everybody, from another server, where that is not as with an id of nothing."""
    """For everybody, in a direct message; empty where it works there for whom it opens to."""


def _in_group(refusal: str, opens_to: frozenset[Who] = MEMBERS, members: str = "") -> Lock:
    return Lock(opens_to, members or "group.organizers_only", refusal, refusal)


def _with_its_server(refusal: str, opens_to: frozenset[Who], members: str) -> Lock:
    """Of buttons that are shown in direct messages too, so that their server stands in them."""
    return Lock(opens_to, members, refusal, refusal, "", from_elsewhere="button.stale")


def _suggests(opens_to: frozenset[Who] = MEMBERS, *, elsewhere: str = NOTHING) -> Lock:
    return Lock(opens_to, NOTHING, NOTHING, elsewhere, direct=NOTHING)


_MANAGERS = "group.needs_manage_server"
ANYWHERE = Lock(direct="")
ANYBODY = Lock()
MINE = Lock(MEMBERS | {Who.NEIGHBOUR}, others="group.none")
MANAGED = Lock(frozenset({Who.ADMIN}), members=_MANAGERS, others=_MANAGERS, direct=_MANAGERS)
FOUNDED = Lock(frozenset({Who.ADMIN, Who.ORGANIZER, Who.NEIGHBOUR}), members=_MANAGERS, others=_MANAGERS)
GROUP = _in_group("group.unknown")
GROUP_RUN = _in_group("group.unknown", ORGANIZERS)
RESCUED = _in_group("group.unknown", ORGANIZERS | {Who.ADMIN})
MEETING = _in_group("meeting.unknown")
MEETING_RUN = _in_group("meeting.unknown", ORGANIZERS)
MEETING_DECIDED = _in_group("meeting.unknown", ORGANIZERS, "quorum.organizers")
MEETING_HOSTED = _in_group("meeting.unknown", ORGANIZERS, "hosting.organizers")
GROUP_ENDED = _in_group("group.unknown", ORGANIZERS, "checkin.close_who")
MEETING_ENDED = _in_group("meeting.unknown", ORGANIZERS, "checkin.close_who")
HOSTED = _in_group("meeting.unknown", frozenset({Who.OWNER, Who.ORGANIZER}), "hosting.not_host")
HOST = _in_group("meeting.unknown", frozenset({Who.OWNER}), "hosting.not_host")
HOME = _in_group("meeting.unknown", frozenset({Who.OWNER}), "home.for_other")
TURN = _in_group("group.unknown", frozenset({Who.OWNER, Who.ORGANIZER}), "swap.not_yours")
LOCATION = _in_group("location.unknown")
LOCATION_OWNED = _in_group("location.unknown", frozenset({Who.OWNER, Who.ORGANIZER}), "location.not_yours")
COMMITMENT = _in_group("commitment.unknown", frozenset({Who.OWNER}), "commitment.unknown")
AWAY = Lock(only_own=True)
SWAP_ASKED = _in_group("swap.unknown", frozenset({Who.MEMBER}), "swap.for_other")
SWAP_MADE = _in_group("swap.unknown", frozenset({Who.OWNER}), "swap.not_offered")
INVITED = Lock(
    frozenset({Who.INVITED}),
    members="invitation.not_yours",
    others="invitation.not_yours",
    elsewhere="invitation.unknown",
)
INVITED_BACK = _in_group("invitation.unknown", ORGANIZERS)
OFFER = _with_its_server("meeting.unknown", frozenset({Who.OWNER}), "offer.unknown")
MEETING_DIRECT = _with_its_server("meeting.unknown", MEMBERS, "")
ITEM_DIRECT = OFFERED_ITEM = _with_its_server(
    "commitment.unknown", frozenset({Who.OWNER}), "commitment.unknown"
)
ALERT = _with_its_server("alert.unknown", ORGANIZERS, "group.organizers_only")
ALERT_NAMED = _in_group("alert.unknown", ORGANIZERS)
MY_GROUPS = _suggests(MEMBERS | {Who.NEIGHBOUR}, elsewhere="")
RUN_GROUPS = _suggests(ORGANIZERS | {Who.NEIGHBOUR}, elsewhere="")
RESCUED_GROUPS = _suggests(ORGANIZERS | {Who.NEIGHBOUR, Who.ADMIN}, elsewhere="")
SUGGESTED = _suggests()
SUGGESTED_RUN = _suggests(ORGANIZERS)
SUGGESTED_RESCUED = _suggests(ORGANIZERS | {Who.ADMIN})
MY_ITEMS = _suggests(frozenset({Who.OWNER, Who.MEMBER}), elsewhere="")
MY_PLACES = _suggests(frozenset({Who.OWNER, Who.ORGANIZER, Who.NEIGHBOUR}), elsewhere="")


@dataclass(frozen=True)
class Line:
    """A handler's lock, and what comes with it; names in braces stand for ids of the group's things."""

    lock: Lock
    arguments: str = ""
    """Of a button, select or form: what follows its name."""
    values: tuple[str, ...] | None = None
    """Of a select: what was chosen."""
    fields: Fields | None = None
    """Of a form: what was filled in."""
    options: Mapping[str, Value] = field(default_factory=dict)
    """Of a command: what was typed."""
    counted: bool = False
    """Whether also a refusal is remembered: wrong codes are counted."""
    then: str = ""
    """The refusal, or `NOTHING`, that may stand behind the lock: the groups have no use for it now."""
    shows: bool = False
    """Whether it only shows or asks; then it may store nothing, and is apart from the table of changes."""


def suggest_groups(table: Mapping[str, Line]) -> dict[str, Line]:
    """Return the lines of what the commands of a table suggest for their option `group`."""
    usual = {id(GROUP_RUN): RUN_GROUPS, id(ALERT_NAMED): RUN_GROUPS, id(RESCUED): RESCUED_GROUPS}
    return {
        f"? {name[1:]} group": Line(usual.get(id(line.lock), MY_GROUPS))
        for name, line in table.items()
        if name.startswith("/") and "group" in line.options
    }
