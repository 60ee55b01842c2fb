"""What is done to the group as a whole, and its settings."""

from tests.changes.life import Moment
from tests.changes.making import group
from tests.changes.rows.reasons import BY_THEN, DERIVED, HORIZON
from tests.changes.words import GROUP, Change, cancelled, recomputed

RESTS = {GROUP: "groups.pause.told"}

ROWS: dict[str, Change] = {
    "pause": Change(
        group.pause,
        Moment.EVENING,
        {
            "pings": cancelled("Nothing is said while the group rests.", RESTS),
            "reminders": cancelled("Nobody is reminded of anything.", RESTS),
            "quorum": cancelled("Nobody is asked.", RESTS),
            "event": cancelled("Nothing takes place just now.", RESTS),
            "calendar": DERIVED,
        },
        told=dict.fromkeys(("Ben", "Cho", "Dev"), "groups.pause.people"),
        says=1,
        covers=("/group pause",),
    ),
    "resume": Change(
        group.resume,
        Moment.EVENING,
        {"pings": DERIVED, "reminders": DERIVED, "quorum": DERIVED, "event": DERIVED, "calendar": DERIVED},
        prepare=group.pause_first,
        told={GROUP: "groups.resume.told", **dict.fromkeys(("Ben", "Cho", "Dev"), "groups.resume.people")},
        says=1,
        covers=("/group resume",),
    ),
    "a break over a meeting": Change(
        group.pause_over_a_meeting,
        Moment.MEETING,
        {
            "pings": DERIVED,
            "cards": recomputed("The meeting is over."),
            "reminders": DERIVED,
            "quorum": DERIVED,
            "swaps": cancelled("The second turn was in the break.", RESTS),
            "hosts": cancelled("Nobody hosts what was in the break.", {"Ben": "groups.pause.people"}),
            "location": cancelled("Nobody goes where nothing takes place.", RESTS),
            "activity": cancelled("There is nothing to do it at.", RESTS),
            "rsvps": cancelled("Nobody comes to what does not take place.", RESTS),
            "calendar": HORIZON,
            "roles": recomputed("The round is over."),
            "commitments": BY_THEN,
            "attendance": recomputed("It is settled from what people said and did."),
            "rates": recomputed("One more meeting counts."),
            "event": DERIVED,
            "exports": recomputed("One more meeting was held."),
        },
        covers=("/group pause", "/group resume"),
    ),
    "archive": Change(
        group.archive,
        Moment.EVENING,
        {
            "pings": cancelled("The group has ended.", {GROUP: "groups.archive.told"}),
            "reminders": cancelled("The group has ended.", {GROUP: "groups.archive.told"}),
            "swaps": cancelled("No turn comes any more.", {GROUP: "groups.archive.told"}),
            "hosts": cancelled("Nobody hosts any more.", {GROUP: "groups.archive.told"}),
            "location": cancelled("Nothing takes place any more.", {GROUP: "groups.archive.told"}),
            "activity": cancelled("Nothing takes place any more.", {GROUP: "groups.archive.told"}),
            "rsvps": cancelled("Nobody comes any more.", {GROUP: "groups.archive.told"}),
            "commitments": BY_THEN,
            "quorum": cancelled("Nobody is asked any more.", {GROUP: "groups.archive.told"}),
            "event": cancelled("Nothing takes place any more.", {GROUP: "groups.archive.told"}),
            "calendar": DERIVED,
            "role": cancelled("It has no more use.", {GROUP: "groups.archive.told"}),
        },
        says=1,
        covers=("/group archive", "group_archive_go"),
    ),
    "another group": Change(group.found_another, Moment.EVENING, {}, says=0, covers=("setup_create",)),
    "minimum": Change(
        group.set_minimum,
        Moment.EVENING,
        {"quorum": cancelled("Any number makes a meeting.", {"Ana": "quorum.settings.saved_any"})},
        says=0,
        covers=("group_answers", "group_answers_save"),
    ),
    "answer hours": Change(
        group.set_hours,
        Moment.EVENING,
        {
            "quorum": recomputed("Answers are due earlier."),
            "pings": recomputed("The card is up in time to answer."),
        },
        says=0,
        covers=("group_answers", "group_answers_save"),
    ),
    "charter": Change(
        group.set_charter,
        Moment.EVENING,
        {},
        says=0,
        covers=("group_charter_edit", "group_charter_save"),
    ),
    "channel": Change(
        group.set_channel, Moment.EVENING, {}, says=0, covers=("/group settings", "group_settings_save")
    ),
    "group name": Change(
        group.set_name,
        Moment.EVENING,
        {
            "event": recomputed("It has the group's name."),
            "calendar": recomputed("It has the group's name."),
            "role": recomputed("It has the group's name."),
        },
        says=0,
        covers=("/group settings", "group_settings_save"),
    ),
    "capacity": Change(
        group.set_capacity, Moment.EVENING, {}, says=0, covers=("/group settings", "group_settings_save")
    ),
}
