"""Who may do what: one line for every command, suggestion, button, select and form that there is.

A lock says whom it opens to, and which refusal the others read; `TABLE` gives every handler its lock,
and what has to come with it. `tests/scenarios/test_authorization.py` tries every line with everybody
everywhere, and fails for a handler that has no line here and for a line without a handler.
"""

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


ANYWHERE = Lock(direct="")
ANYBODY = Lock()
MINE = Lock(MEMBERS | {Who.NEIGHBOUR}, others="group.none")
MANAGED = Lock(frozenset({Who.ADMIN}), *["group.needs_manage_server"] * 2, direct="group.needs_manage_server")
FOUNDED = Lock(frozenset({Who.ADMIN, Who.ORGANIZER, Who.NEIGHBOUR}), *["group.needs_manage_server"] * 2)
GROUP = _in_group("group.unknown")
GROUP_RUN = _in_group("group.unknown", ORGANIZERS)
RESCUED = _in_group("group.unknown", ORGANIZERS | {Who.ADMIN})
MEETING = _in_group("meeting.unknown")
MEETING_RUN = _in_group("meeting.unknown", ORGANIZERS)
GROUP_ENDED = _in_group("group.unknown", ORGANIZERS, "checkin.close_who")
MEETING_ENDED = _in_group("meeting.unknown", ORGANIZERS, "checkin.close_who")
HOSTED = _in_group("meeting.unknown", frozenset({Who.OWNER, Who.ORGANIZER}), "venue.not_host")
HOST = _in_group("meeting.unknown", frozenset({Who.OWNER}), "venue.not_host")
TURN = _in_group("group.unknown", frozenset({Who.OWNER, Who.ORGANIZER}), "swap.not_yours")
LOCATION = _in_group("location.unknown")
LOCATION_OWNED = _in_group("location.unknown", frozenset({Who.OWNER, Who.ORGANIZER}), "location.not_yours")
COMMITMENT = _in_group("commitment.unknown", frozenset({Who.OWNER}), "commitment.unknown")
AWAY = ANYBODY
SWAP_ASKED = _in_group("swap.unknown", frozenset({Who.MEMBER}), "swap.for_other")
SWAP_MADE = _in_group("swap.unknown", frozenset({Who.OWNER}), "swap.not_offered")
INVITED = Lock(frozenset({Who.INVITED}), *["invitation.not_yours"] * 2, "invitation.unknown")
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
    """The refusal that may stand behind the lock, where the groups of the test have no use for it now."""


TABLE = {
    "/activity list": Line(GROUP, options={"group": "{group}"}),
    "/activity wish": Line(GROUP, options={"group": "{group}"}),
    "/attendance history": Line(GROUP, options={"group": "{group}"}),
    "/checkin": Line(GROUP, options={"group": "{group}"}),
    "/commit list": Line(GROUP, options={"group": "{group}"}),
    "/feedback": Line(GROUP, options={"group": "{group}"}),
    "/group info": Line(GROUP, options={"group": "{group}"}),
    "/group charter": Line(GROUP, options={"group": "{group}"}),
    "/location suggest": Line(GROUP, options={"group": "{group}"}),
    "/location list": Line(GROUP, options={"group": "{group}"}),
    "/location vote": Line(GROUP, options={"group": "{group}"}),
    "/me history": Line(GROUP, options={"group": "{group}"}),
    "/me leave": Line(GROUP, options={"group": "{group}"}),
    "/meeting calendar": Line(GROUP, options={"group": "{group}"}),
    "/next": Line(GROUP, options={"group": "{group}"}),
    "/rotation show": Line(GROUP, options={"group": "{group}"}),
    "/activity choose": Line(GROUP_RUN, options={"group": "{group}"}),
    "/attendance take": Line(GROUP_RUN, options={"group": "{group}"}),
    "/attendance export": Line(GROUP_RUN, options={"format": "json", "group": "{group}"}),
    "/attendance correct": Line(GROUP_RUN, options={"group": "{group}"}),
    "/away": Line(GROUP, options={"start": "2026-04-02", "group": "{group}"}),
    "/commit add": Line(GROUP, options={"text": "A walk", "group": "{group}"}),
    "/commit progress": Line(COMMITMENT, options={"commitment": "{commitment}"}),
    "/commit edit": Line(COMMITMENT, options={"commitment": "{commitment}", "text": "Another"}),
    "/commit drop": Line(COMMITMENT, options={"commitment": "{commitment}"}),
    "/group create": Line(FOUNDED),
    "/group invite": Line(GROUP_RUN, options={"name": "Fay", "group": "{group}"}),
    "/group settings": Line(GROUP_RUN, options={"group": "{group}"}),
    "/group pause": Line(GROUP_RUN, options={"group": "{group}"}),
    "/group resume": Line(GROUP_RUN, options={"group": "{group}"}),
    "/group archive": Line(GROUP_RUN, options={"group": "{group}"}),
    "/group transfer": Line(RESCUED, options={"member": "{member}", "group": "{group}"}),
    "/group remove": Line(GROUP_RUN, options={"member": "{member}", "group": "{group}"}),
    "/health show": Line(GROUP_RUN, options={"group": "{group}"}),
    "/health sensitivity": Line(GROUP_RUN, options={"level": "quiet", "group": "{group}"}),
    "/health snooze": Line(GROUP_RUN, options={"weeks": 2, "group": "{group}"}),
    "/health resolve": Line(ALERT_NAMED, options={"alert": "{alert}", "group": "{group}"}),
    "/health channel": Line(GROUP_RUN, options={"group": "{group}"}),
    "/help": Line(ANYWHERE),
    "/privacy": Line(ANYWHERE),
    "/kudos": Line(GROUP, options={"member": "{someone}", "group": "{group}"}),
    "/location travel": Line(LOCATION, options={"place": "{location}", "minutes": 20, "group": "{group}"}),
    "/location edit": Line(LOCATION_OWNED, options={"place": "{location}"}),
    "/location retire": Line(LOCATION_OWNED, options={"place": "{location}"}),
    "/me settings": Line(MINE),
    "/me join": Line(
        ANYBODY, options={"code": "ABCD-EFGH-IJKL-MNOP"}, then="invitation.code_wrong", counted=True
    ),
    "/me export": Line(ANYWHERE),
    "/me delete": Line(ANYWHERE),
    "/meeting schedule": Line(GROUP_RUN, options={"time": "18:30", "group": "{group}"}),
    "/meeting skip": Line(GROUP_RUN, options={"meeting": "{later}", "group": "{group}"}),
    "/meeting move": Line(GROUP_RUN, options={"meeting": "{later}", "time": "18:30", "group": "{group}"}),
    "/meeting cancel": Line(GROUP_RUN, options={"meeting": "{later}", "group": "{group}"}),
    "/meeting start": Line(
        GROUP_RUN, options={"meeting": "{next}", "group": "{group}"}, then="meeting.start_early"
    ),
    "/meeting close": Line(GROUP_ENDED, options={"meeting": "{open}", "group": "{group}"}),
    "/rotation strategy": Line(GROUP_RUN, options={"rule": "vote", "group": "{group}"}),
    "/rotation skip": Line(
        GROUP_RUN, options={"why": "the person is away", "meeting": "{later}", "group": "{group}"}
    ),
    "/rotation assign": Line(
        GROUP_RUN, options={"meeting": "{later}", "host": "{owner}", "group": "{group}"}
    ),
    "/rotation swap": Line(
        TURN, options={"turn": "{next}", "with": "{later}", "group": "{group}"}, then="swap.offered"
    ),
    "/setup": Line(MANAGED),
    "activity_list": Line(GROUP, "{group}:0"),
    "activity_mine": Line(GROUP, "{group}"),
    "activity_open": Line(GROUP, "{group}", values=("introductions",)),
    "activity_wish": Line(GROUP, "{group}:0", values=("introductions",)),
    "agenda": Line(MEETING, "{next}"),
    "alert_holiday": Line(ALERT, "{guild}:{alert}"),
    "alert_open": Line(ALERT, "{guild}:{alert}"),
    "alert_resolve": Line(ALERT, "{guild}:{alert}"),
    "alert_snooze": Line(ALERT, "{guild}:{alert}"),
    "alert_use": Line(ALERT, "{guild}:{alert}", values=("introductions",)),
    "attendance": Line(MEETING_RUN, "{past}"),
    "attendance_all": Line(MEETING_RUN, "{past}"),
    "attendance_back": Line(MEETING_RUN, "{past}:correct"),
    "attendance_off_ask": Line(MEETING_RUN, "{past}:correct"),
    "attendance_visitor": Line(MEETING_RUN, "{past}:correct"),
    "attendance_correct": Line(MEETING_RUN, "{past}"),
    "attendance_off": Line(MEETING_RUN, "{past}"),
    "attendance_on": Line(MEETING_RUN, "{past}", then="attendance.same"),
    "attendance_page": Line(GROUP, "{group}:0"),
    "attendance_set": Line(MEETING_RUN, "{past}:present", values=("{member}",)),
    "attendance_set_right": Line(
        MEETING_RUN, "{past}:{member}", fields={"state": ["absent"], "reason": "Why"}
    ),
    "attendance_visit": Line(MEETING_RUN, "{past}:correct", fields={"name": "Val"}),
    "attendance_visitor_back": Line(MEETING_RUN, "{past}", values=("{visitor}",)),
    "attendance_who": Line(MEETING_RUN, "{past}", values=("{member}",)),
    "audit": Line(GROUP_RUN, "{group}"),
    "away_drop": Line(AWAY, "{away}"),
    "checkin": Line(MEETING, "{open}"),
    "checkin_next": Line(MEETING, "{open}"),
    "checkin_commit": Line(
        MEETING,
        "{open}",
        fields={"line0": "One", "line1": "", "line2": "", "plan": "", "visibility": ["group"]},
    ),
    "checkin_report": Line(MEETING, "{open}", fields={"win": "A", "blocker": "B"}),
    "close": Line(MEETING_ENDED, "{open}"),
    "close_now": Line(MEETING_ENDED, "{open}"),
    "commit_change": Line(
        COMMITMENT,
        "{commitment}",
        fields={"text": "One", "count": "1", "plan": "", "category": ["other"], "visibility": ["group"]},
    ),
    "commit_drop": Line(COMMITMENT, "{commitment}"),
    "commit_edit": Line(COMMITMENT, "{commitment}"),
    "commit_gone": Line(COMMITMENT, "{commitment}"),
    "commit_keep": Line(COMMITMENT, "{commitment}"),
    "commit_shrink": Line(COMMITMENT, "{commitment}"),
    "commit_swap": Line(COMMITMENT, "{commitment}"),
    "commit_mine": Line(GROUP, "{group}"),
    "commit_more": Line(COMMITMENT, "{commitment}:0"),
    "commit_new": Line(
        GROUP,
        "{group}",
        fields={"text": "One", "count": "1", "plan": "", "category": ["other"], "visibility": ["group"]},
    ),
    "commit_open": Line(GROUP, "{group}"),
    "commit_shrunk": Line(COMMITMENT, "{commitment}", fields={"text": "Less", "count": "1"}),
    "commit_swapped": Line(
        COMMITMENT,
        "{commitment}",
        fields={"text": "One", "count": "1", "plan": "", "category": ["other"], "visibility": ["group"]},
    ),
    "dm_commit_more": Line(ITEM_DIRECT, "{guild}:{commitment}:0"),
    "dm_rsvp": Line(MEETING_DIRECT, "{guild}:{next}:going"),
    "dm_stop": Line(ANYWHERE, "{guild}"),
    "feedback_open": Line(GROUP, "{group}"),
    "feedback_read": Line(GROUP_RUN, "{group}"),
    "feedback_send": Line(GROUP, "{group}", fields={"phrases": ["too_long"], "rating": ["3"]}),
    "few_cancel": Line(MEETING_RUN, "{next}"),
    "few_cancel_go": Line(MEETING_RUN, "{next}"),
    "few_decide": Line(MEETING_RUN, "{next}:meet"),
    "group_answers": Line(GROUP_RUN, "{group}"),
    "group_answers_save": Line(GROUP_RUN, "{group}", fields={"minimum": ["2"], "hours": "6"}),
    "group_archive_go": Line(GROUP_RUN, "{group}"),
    "group_charter": Line(GROUP, "{group}"),
    "group_charter_edit": Line(GROUP_RUN, "{group}"),
    "group_charter_save": Line(GROUP_RUN, "{group}", fields={"charter": "Be kind"}),
    "group_remove_go": Line(GROUP_RUN, "{group}:{member}"),
    "group_settings": Line(GROUP_RUN, "{group}"),
    "group_settings_save": Line(
        GROUP_RUN,
        "{group}",
        fields={"name": "New", "channel": ["{channel}"], "capacity": ["6"], "language": ["en"]},
    ),
    "group_unchanged": Line(ANYWHERE),
    "here": Line(MEETING, "{open}"),
    "host_choose": Line(HOSTED, "{next}"),
    "host_decline": Line(HOST, "{next}"),
    "host_declined": Line(HOST, "{next}"),
    "host_keep": Line(ANYWHERE),
    "host_place": Line(HOSTED, "{next}", values=("{place}",)),
    "host_willing": Line(GROUP, "{group}:0"),
    "invitation_accept": Line(INVITED, "{invitation}"),
    "invitation_decline": Line(INVITED, "{invitation}"),
    "invitation_read": Line(INVITED, "{invitation}"),
    "invitation_name": Line(GROUP_RUN, "{group}"),
    "invitation_name_given": Line(GROUP_RUN, "{group}", fields={"name": "Fay"}),
    "invitation_person": Line(GROUP_RUN, "{group}"),
    "invitation_person_given": Line(GROUP_RUN, "{group}", fields={"person": ["{stranger}"]}),
    "invitation_revoke": Line(INVITED_BACK, "{invitation}"),
    "location_back": Line(LOCATION_OWNED, "{location}"),
    "location_change": Line(LOCATION_OWNED, "{location}", fields=PLACE),
    "location_edit": Line(LOCATION_OWNED, "{location}"),
    "location_list": Line(GROUP, "{group}"),
    "location_minutes": Line(GROUP, "{group}:0", fields={"m{location}": "20"}),
    "location_new": Line(GROUP, "{group}", fields={**PLACE, "name": "Park"}),
    "location_open": Line(LOCATION, values=("{location}",)),
    "location_retire": Line(LOCATION_OWNED, "{location}"),
    "location_stated": Line(LOCATION, "{location}", fields={"m{location}": "20"}),
    "location_suggest": Line(GROUP, "{group}"),
    "location_vote": Line(GROUP, "{group}", values=("{location}",)),
    "location_votes": Line(GROUP, "{group}"),
    "location_way": Line(LOCATION, "{location}"),
    "location_ways": Line(GROUP, "{group}:0"),
    "me_delete_go": Line(ANYWHERE, "{self}"),
    "me_direct": Line(MINE, "1"),
    "me_history": Line(GROUP, "{group}:0"),
    "me_leave_go": Line(GROUP, "{group}"),
    "me_leave_why": Line(GROUP, "{group}", values=("time",)),
    "me_nudges": Line(MINE, "0"),
    "me_quiet": Line(MINE),
    "me_quiet_given": Line(MINE, fields={"start": "21:00", "end": "8:00"}),
    "me_stay": Line(ANYWHERE),
    "me_zone": Line(MINE),
    "me_zone_chosen": Line(MINE, values=("Europe/Berlin",)),
    "me_zone_given": Line(MINE, fields={"zone": "Berlin"}),
    "meeting_cancel": Line(MEETING_RUN, "{later}:other"),
    "meeting_keep": Line(ANYWHERE),
    "meeting_revive": Line(MEETING_RUN, "{later}"),
    "next_open": Line(GROUP, "{group}"),
    "next_rsvp": Line(MEETING, "{next}:going:{group}"),
    "next_turn": Line(MEETING, "{open}:0"),
    "nudge_stop": Line(MINE),
    "offer_fine": Line(OFFER, "{guild}:{past}"),
    "offer_pause": Line(OFFER, "{guild}:{past}"),
    "offer_paused": Line(OFFER, "{guild}:{past}", fields={"weeks": ["1"]}),
    "offer_pick": Line(OFFER, "{guild}:{past}:smaller"),
    "offer_shrunk": Line(OFFERED_ITEM, "{guild}:{past}:{commitment}", fields={"text": "Less", "count": "1"}),
    "offer_smaller": Line(OFFERED_ITEM, "{guild}:{past}:{commitment}"),
    "offer_swap": Line(OFFERED_ITEM, "{guild}:{past}:{commitment}"),
    "offer_swapped": Line(
        OFFERED_ITEM,
        "{guild}:{past}:{commitment}",
        fields={"text": "One", "count": "1", "plan": "", "category": ["other"], "visibility": ["group"]},
    ),
    "pulse": Line(MEETING, "{past}:4"),
    "rsvp": Line(MEETING, "{next}:going"),
    "setup_create": Line(
        FOUNDED,
        "UTC:3:1900:75:1",
        fields={
            "name": "Alder",
            "channel": ["{channel}"],
            "capacity": ["6"],
            "language": ["en"],
            "rotation": ["turns"],
        },
        then="channel.unknown",
    ),
    "setup_group": Line(FOUNDED, "UTC:3:1900:75:1"),
    "setup_when": Line(FOUNDED),
    "setup_when_given": Line(
        FOUNDED,
        fields={"zone": "London", "weekday": ["3"], "time": "19:00", "minutes": ["75"], "weeks": ["1"]},
    ),
    "setup_zone": Line(FOUNDED, "3:1900:75:1", values=("Europe/London",)),
    "swap_agree": Line(SWAP_ASKED, "{swap}"),
    "swap_begin": Line(GROUP, "{group}", then="swap.none"),
    "swap_decline": Line(SWAP_ASKED, "{swap}"),
    "swap_pick": Line(TURN, "{group}", values=("{next}-{later}",), then="swap.offered"),
    "swap_withdraw": Line(SWAP_MADE, "{swap}"),
    "venue_open": Line(MEETING, "{next}"),
    "? activity choose group": Line(RUN_GROUPS),
    "? attendance take group": Line(RUN_GROUPS),
    "? attendance export group": Line(RUN_GROUPS),
    "? attendance correct group": Line(RUN_GROUPS),
    "? group invite group": Line(RUN_GROUPS),
    "? group settings group": Line(RUN_GROUPS),
    "? group pause group": Line(RUN_GROUPS),
    "? group resume group": Line(RUN_GROUPS),
    "? group archive group": Line(RUN_GROUPS),
    "? group remove group": Line(RUN_GROUPS),
    "? health show group": Line(RUN_GROUPS),
    "? health sensitivity group": Line(RUN_GROUPS),
    "? health snooze group": Line(RUN_GROUPS),
    "? health resolve group": Line(RUN_GROUPS),
    "? health channel group": Line(RUN_GROUPS),
    "? meeting schedule group": Line(RUN_GROUPS),
    "? meeting skip group": Line(RUN_GROUPS),
    "? meeting move group": Line(RUN_GROUPS),
    "? meeting cancel group": Line(RUN_GROUPS),
    "? meeting start group": Line(RUN_GROUPS),
    "? rotation strategy group": Line(RUN_GROUPS),
    "? rotation skip group": Line(RUN_GROUPS),
    "? rotation assign group": Line(RUN_GROUPS),
    "? activity list group": Line(MY_GROUPS),
    "? activity wish group": Line(MY_GROUPS),
    "? attendance history group": Line(MY_GROUPS),
    "? away group": Line(MY_GROUPS),
    "? checkin group": Line(MY_GROUPS),
    "? commit add group": Line(MY_GROUPS),
    "? commit list group": Line(MY_GROUPS),
    "? feedback group": Line(MY_GROUPS),
    "? group info group": Line(MY_GROUPS),
    "? group charter group": Line(MY_GROUPS),
    "? kudos group": Line(MY_GROUPS),
    "? location suggest group": Line(MY_GROUPS),
    "? location list group": Line(MY_GROUPS),
    "? location travel group": Line(MY_GROUPS),
    "? location vote group": Line(MY_GROUPS),
    "? me history group": Line(MY_GROUPS),
    "? me leave group": Line(MY_GROUPS),
    "? meeting close group": Line(MY_GROUPS),
    "? meeting calendar group": Line(MY_GROUPS),
    "? next group": Line(MY_GROUPS),
    "? rotation show group": Line(MY_GROUPS),
    "? rotation swap group": Line(MY_GROUPS),
    "? group transfer group": Line(RESCUED_GROUPS),
    "? group transfer member": Line(SUGGESTED_RESCUED, options={"group": "{group}"}),
    "? activity choose activity": Line(SUGGESTED, options={"group": "{group}"}),
    "? activity choose meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? attendance correct meeting": Line(SUGGESTED_RUN, options={"group": "{group}"}),
    "? health resolve alert": Line(SUGGESTED_RUN, options={"group": "{group}"}),
    "? meeting skip meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? meeting move meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? meeting cancel meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? meeting start meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? meeting close meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? group remove member": Line(SUGGESTED, options={"group": "{group}"}),
    "? kudos member": Line(SUGGESTED, options={"group": "{group}"}),
    "? kudos commitment": Line(SUGGESTED, options={"member": "{someone}", "group": "{group}"}),
    "? location travel place": Line(MY_GROUPS, options={"group": "{group}"}),
    "? rotation strategy location": Line(MY_GROUPS, options={"group": "{group}"}),
    "? rotation skip meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? rotation assign meeting": Line(SUGGESTED, options={"group": "{group}"}),
    "? rotation assign host": Line(SUGGESTED, options={"group": "{group}"}),
    "? rotation assign location": Line(MY_GROUPS, options={"group": "{group}"}),
    "? rotation swap turn": Line(SUGGESTED, options={"group": "{group}"}),
    "? rotation swap with": Line(SUGGESTED, options={"group": "{group}"}),
    "? attendance export from": Line(SUGGESTED_RUN, options={"group": "{group}"}),
    "? attendance export to": Line(SUGGESTED_RUN, options={"group": "{group}"}),
    "? away start": Line(MY_GROUPS, options={"group": "{group}"}),
    "? away end": Line(MY_GROUPS, options={"group": "{group}"}),
    "? meeting schedule date": Line(MY_GROUPS, options={"group": "{group}"}),
    "? meeting move date": Line(MY_GROUPS, options={"group": "{group}"}),
    "? meeting schedule zone": Line(ANYWHERE),
    "? commit progress commitment": Line(MY_ITEMS),
    "? commit edit commitment": Line(MY_ITEMS),
    "? commit drop commitment": Line(MY_ITEMS),
    "? location edit place": Line(MY_PLACES),
    "? location retire place": Line(MY_PLACES),
}
