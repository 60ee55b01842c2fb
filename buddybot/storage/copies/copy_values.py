"""What a value in a copy must be for this buddybot to read it; the copy may come from anyone's hands."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.checkins.pulse import Band
from buddybot.domain.commitments.commitments import Category, Visibility
from buddybot.domain.commitments.commitments import State as CommitmentState
from buddybot.domain.groups.audit import Action
from buddybot.domain.groups.groups import GroupState, Role, Rotation
from buddybot.domain.groups.invitations import InvitationState
from buddybot.domain.health.alerts import AlertState
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.domain.locations.locations import LocationKind
from buddybot.domain.locations.rotation import Basis
from buddybot.domain.meetings.cards import CardKind, EventState
from buddybot.domain.meetings.meetings import Answer, MeetingKind, MeetingState, QuorumDecision
from buddybot.domain.pings import PingKind, PingState
from buddybot.domain.text import optional
from buddybot.storage.locations.fairness_balances import Kind

Check = Callable[[Any], bool]

_LONGEST = 200_000
"""Letters of a text; Discord lets nobody write more than a fiftieth of that."""
_LAST_INSTANT = 250_000_000_000  # in the year 9892: what is counted from there stays a date
_LARGEST_KEY = 2**53  # of rows that SQLite numbers; Discord's own ids are larger
_WORDS: Mapping[str, type[StrEnum]] = {
    "alerts.state": AlertState,
    "attendance.previous": Attendance,
    "attendance.state": Attendance,
    "audit.action": Action,
    "balances.kind": Kind,
    "calendar_entries.kind": MeetingKind,
    "cards.kind": CardKind,
    "commitments.category": Category,
    "commitments.state": CommitmentState,
    "commitments.visibility": Visibility,
    "events.state": EventState,
    "groups.rotation": Rotation,
    "groups.sensitivity": Sensitivity,
    "groups.state": GroupState,
    "invitations.state": InvitationState,
    "locations.kind": LocationKind,
    "meetings.few_decision": QuorumDecision,
    "meetings.kind": MeetingKind,
    "meetings.state": MeetingState,
    "memberships.role": Role,
    "outbox.kind": PingKind,
    "outbox.state": PingState,
    "pulses.band": Band,
    "rsvps.answer": Answer,
    "swaps.state": SwapState,
    "venues.basis": Basis,
    "venues.rule": Rotation,
}
_COUNT = (0, 1_000_000_000)  # so many of them can be added up in 64 bits
_COUNTS = """
    calendar_entries.sequence cards.revision cards.shown commitments.done commitments.target
    commitments.weeks_carried meetings.moves meetings.sequence outcomes.done outcomes.dropped
    pulse_ratings.votes pulses.total pulses.votes role_tasks.attempts schedules.sequence turns.position
"""
_RANGES: Mapping[str, tuple[int, int]] = {
    "groups.answer_hours": (0, 10_000),
    "groups.capacity": (1, 10_000),
    "groups.minimum": (0, 10_000),
    "meetings.announcement": (0, 1_000_000),
    "meetings.duration_minutes": (1, 100_000),
    "outbox.attempts": (0, 1_000_000),
    "pulse_ratings.rating": (1, 5),
    "schedules.duration_minutes": (1, 100_000),
    "schedules.every_weeks": (1, 1_000),
    "schedules.weekday": (0, 6),
    "shares.minutes": (0, 1_000_000),
    "travel.minutes": (0, 1_000_000),
    "turns.minutes": (0, 1_000_000),
    **dict.fromkeys(_COUNTS.split(), _COUNT),
}
_NAMES = ("groups.name", "locations.name")  # which cards and choices must show
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_WHOLE = ("BIGINT", "INTEGER", "BOOLEAN")
_INSTANTS = ("_at", "_until", "_since", "moved_from")
_DAYS = ("slot", "given_day", "local_day", "first_day", "last_day", "anchor")
_TIMES = ("local_time", "quiet_start", "quiet_end")
_IDS = ("_id", "_by")
_DOCUMENTS = ("parameters", "evidence")


def check_of(table: str, column: str, kind: str, *, is_key: bool) -> Check:
    """Return what says whether a value may stand in a column of a kind, such as BIGINT.

    None may stand anywhere but in a key, which is what the schema itself does not ask for on SQLite.
    """
    checks = [_is_of(kind)]
    name = f"{table}.{column}"
    if name in _WORDS:
        checks.append({word.value for word in _WORDS[name]}.__contains__)
    elif name in _NAMES:
        checks.append(lambda value: optional(value, limit=_LONGEST, field="name") is not None)
    elif column in _DAYS:
        checks.append(_is_day)
    elif column in _TIMES:
        checks.append(_is_time)
    elif column in _DOCUMENTS:
        checks.append(_is_document)
    elif column == "zone":  # one that this machine does not know can be changed, but it must be a name
        checks.append(lambda value: _ZONE.fullmatch(value) is not None)
    elif name in _RANGES or column == "id":
        low, high = _RANGES.get(name, (0, _LARGEST_KEY))
        checks.append(lambda value: low <= value <= high)
    elif column.endswith(_INSTANTS):
        checks.append(lambda value: 0 <= value <= _LAST_INSTANT)
    elif column.endswith(_IDS) and kind in _WHOLE:
        checks.append(lambda value: value >= 0)
    return lambda value: not is_key if value is None else all(check(value) for check in checks)


def _is_of(kind: str) -> Check:
    if kind in _WHOLE:
        return lambda value: type(value) is int
    if kind == "TEXT":
        return lambda value: type(value) is str and len(value) <= _LONGEST and "\0" not in value
    return lambda value: type(value) in (int, float) and math.isfinite(value)


def _is_day(value: str) -> bool:
    try:
        return len(value) == len("2026-01-06") and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    try:
        return len(value) == len("19:00") and time.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def _is_document(value: str) -> bool:
    try:
        return type(json.loads(value)) is dict
    except (ValueError, RecursionError):
        return False
