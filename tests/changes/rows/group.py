"""What is done to the group as a whole, and its settings."""

from tests.changes.life import Moment
from tests.changes.making import group
from tests.changes.rows.reasons import DERIVED
from tests.changes.words import Change, cancelled, recomputed

ROWS: dict[str, Change] = {
    "resume": Change(
        group.resume,
        Moment.EVENING,
        {"pings": DERIVED, "reminders": DERIVED, "quorum": DERIVED, "event": DERIVED, "calendar": DERIVED},
        prepare=group.pause_first,
        covers=("/group resume",),
    ),
    "another group": Change(group.found_another, Moment.EVENING, {}, says=0, covers=("setup_create",)),
    "minimum": Change(
        group.set_minimum,
        Moment.EVENING,
        {"quorum": cancelled("Any number makes a meeting.", {"Ana": "few.settings.saved_any"})},
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
