"""The columns of the table: everything that may refer to what changes, and how it is looked at."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from tests.changes.life import Life
from tests.changes.seen import ahead, outside, people, turns
from tests.changes.words import Column, Facts, nothing

_PLANNED = ("card", "checkin", "summary", "nudge")


def _taken(read: Callable[[dict[str, Any]], Facts]) -> Callable[[Life], Awaitable[Facts]]:
    async def see(life: Life) -> Facts:
        return read(await people.record(life))

    return see


def _wrong_in_it(
    compare: Callable[[Life, dict[str, Any]], Awaitable[list[str]]],
) -> Callable[[Life], Awaitable[list[str]]]:
    async def wrong(life: Life) -> list[str]:
        return await compare(life, await people.record(life))

    return wrong


COLUMNS: dict[str, Column] = {
    "pings": Column(
        "The card, the check-in, the summary and the nudges that are planned",
        partial(ahead.see_pings, kinds=_PLANNED),
        partial(ahead.pings_wrong, kinds=_PLANNED),
        tables=("outbox", "nudges"),
        pings=(
            "card",
            "checkin",
            "summary",
            "nudge",
            "change",
            "card_again",
            "checkin_again",
            "summary_again",
            "break",
        ),
    ),
    "cards": Column(
        "What the channel's cards show, and which buttons they have",
        ahead.see_cards,
        ahead.cards_wrong,
        tables=("cards",),
    ),
    "reminders": Column(
        "The reminder that Eli asked for, by direct message",
        ahead.see_reminders,
        ahead.reminders_wrong,
        pings=("reminder",),
    ),
    "swaps": Column(
        "The swap that Ben and Cho agreed to, and Ben's question whether to swap back",
        turns.see_swaps,
        turns.swaps_wrong,
        tables=("swaps",),
        pings=("swap",),
    ),
    "hosts": Column(
        "Who hosts each meeting",
        turns.see_hosts,
        turns.hosts_wrong,
        tables=("venues", "host_passes", "shares", "balances"),
        pings=("place", "home"),
    ),
    "location": Column(
        "Where each meeting is",
        turns.see_locations,
        turns.locations_wrong,
        tables=("venues", "locations", "travel", "approvals"),
    ),
    "activity": Column(
        "What was chosen to do together",
        ahead.see_activities,
        nothing,
        tables=("meetings", "activity_wishes"),
    ),
    "roles": Column(
        "The agenda and its roles: facilitator, timekeeper, who leads, whose turn it is",
        ahead.see_roles,
        ahead.roles_wrong,
        tables=("meetings", "turns"),
    ),
    "rsvps": Column(
        "What members said about coming, by themselves or by their time away",
        people.see_rsvps,
        people.rsvps_wrong,
        tables=("rsvps", "away", "interests"),
    ),
    "commitments": Column(
        "What members will do, and by when",
        people.see_commitments,
        nothing,
        tables=("commitments", "outcomes"),
    ),
    "check-ins": Column(
        "What members reported", people.see_checkins, nothing, tables=("checkins", "outcomes")
    ),
    "attendance": Column(
        "Who was there", people.see_attendance, people.attendance_wrong, tables=("attendance", "visitors")
    ),
    "rates": Column(
        "What is counted of the meetings that were held",
        _taken(people.see_rates),
        _wrong_in_it(people.rates_wrong),
        tables=("attendance", "outcomes"),
    ),
    "pulse": Column(
        "The anonymous rating of the last meeting",
        people.see_pulse,
        people.pulse_wrong,
        tables=("pulses", "pulse_voters", "pulse_ratings"),
    ),
    "quorum": Column(
        "The question to the organizers when too few come",
        ahead.see_quorum,
        ahead.quorum_wrong,
        pings=("few", "few_again"),
    ),
    "event": Column(
        "The server's own event of the next meeting",
        outside.see_event,
        outside.event_wrong,
        tables=("events",),
    ),
    "calendar": Column(
        "The entries that a member took into a calendar of their own",
        outside.see_entries,
        outside.entries_wrong,
        tables=("meetings", "schedules", "calendar_entries"),
    ),
    "role": Column(
        "The group's role in the server", outside.see_role, outside.role_wrong, tables=("role_tasks",)
    ),
    "exports": Column(
        "The record as a file",
        _taken(people.see_exports),
        _wrong_in_it(people.exports_wrong),
        tables=("memberships", "preferences"),
    ),
    "retention": Column(
        "What is left of people when the time to keep it is over",
        people.see_nothing,
        people.retention_wrong,
        tables=("meetings", "audit"),
    ),
}
"""Retention comes last: to look at it lets two years pass."""
