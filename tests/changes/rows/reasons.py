"""Cells that several changes share, each with its reason."""

from tests.changes.words import GROUP, cancelled, carried, recomputed, untouched

FOLLOWS = recomputed("It is derived from the meeting's time, so it follows.")
DERIVED = recomputed("It is derived from the meetings that there are.")
WITH_MEETING = carried("It was agreed on for that meeting, and goes where the meeting goes.")
BY_THEN = carried("It is due at the next meeting, whenever that is.")
WHERE = recomputed("It shows where the meeting is.")
HORIZON = recomputed("One more meeting ahead is settled.")
REDUCED = recomputed("Only counts are left of a meeting that is old.")
OUT_OF_REACH = recomputed("Nobody can see it or ask for it while the bot is out; the rows are kept.")
EDITED = recomputed("The question gives way to what was decided.")
NOT_NAMED = untouched("Nothing in it refers to what this changes.")
SAID_COME = dict.fromkeys(("Ben", "Cho", "Dev"), "meetings.change.people")
"""Ana, who makes the change, is shown that it is done, and is not notified."""
COME_NOT = dict.fromkeys(("Ben", "Cho", "Dev"), "meetings.change.people_off")
MEETS = {GROUP: "meetings.change.meets"}
CALLED_OFF = {
    "pings": DERIVED,
    "reminders": DERIVED,
    "swaps": cancelled(
        "One of the two turns is no more.",
        {"Ben": "meetings.change.people_off", "Cho": "meetings.change.people_off"},
    ),
    "hosts": cancelled("Nobody hosts what does not take place.", {"Cho": "meetings.change.people_off"}),
    "location": cancelled("Nobody goes where nothing takes place.", {GROUP: "meetings.change.following"}),
    "rsvps": cancelled("Nobody comes to what does not take place.", COME_NOT),
    "commitments": BY_THEN,
    "quorum": DERIVED,
    "event": DERIVED,
    "calendar": DERIVED,
}  # fmt: skip
ITS_CARD = {
    "reminders": untouched("It was sent, and says what became of the meeting."),
    "cards": cancelled("Its buttons would lead nowhere.", {GROUP: "meetings.change.following"}),
    "activity": cancelled("There is nothing to do it at.", {GROUP: "meetings.change.following"}),
}
NO_DAY = cancelled(
    "The new schedule has no meeting in that week.",
    dict.fromkeys(("Ben", "Cho", "Dev"), "meetings.change.people_rescheduled"),
)
DAY_TAKEN = cancelled(
    "A meeting that was moved has the day, and the day has no second one.",
    dict.fromkeys(("Ben", "Cho"), "meetings.change.people_rescheduled"),
)
HOST_GONE = {
    "hosts": cancelled("The turn goes on.", {GROUP: "arrangements.change.said"}),
    "swaps": cancelled("Who had agreed to host does not.", {"Ben": "arrangements.change.said"}),
    "location": recomputed(
        "It is not at the home of who does not host.", {GROUP: "arrangements.change.said"}
    ),
    "event": WHERE,
    "calendar": WHERE,
}  # fmt: skip
