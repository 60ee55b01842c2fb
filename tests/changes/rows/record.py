"""What is done to what people said, did and promised."""

from tests.changes.life import Moment
from tests.changes.making import record
from tests.changes.rows.reasons import REDUCED
from tests.changes.words import Change, recomputed

ROWS: dict[str, Change] = {
    "correct attendance": Change(
        record.correct_attendance,
        Moment.EVENING,
        {"attendance": recomputed("The newest entry counts."), "rates": recomputed("They are counted anew.")},
        says=0,
        covers=(
            "/attendance correct",
            "attendance_set_right",
            "attendance_set",
            "attendance_all",
            "attendance_confirm",
            "attendance_undo",
        ),
    ),
    "we did not meet": Change(
        record.did_not_meet,
        Moment.EVENING,
        {
            "cards": recomputed("What did not take place is not rated."),
            "attendance": recomputed("Nobody was at what did not take place."),
            "rates": recomputed("They are counted anew."),
        },
        says=0,
        covers=("attendance_off", "attendance_on"),
    ),
    "a visitor": Change(
        record.visit, Moment.EVENING, {}, says=0, covers=("attendance_visit", "attendance_visitor_back")
    ),
    "correct a check-in": Change(
        record.correct_checkin,
        Moment.EVENING,
        {"check-ins": recomputed("The last word counts.")},
        says=0,
        covers=("/checkin", "checkin_report"),
    ),
    "another commitment": Change(
        record.commit,
        Moment.EVENING,
        {"commitments": recomputed("The member says so.")},
        says=0,
        covers=("/commit add", "commit_new", "checkin_commit"),
    ),
    "other words": Change(
        record.edit_commitment,
        Moment.EVENING,
        {"commitments": recomputed("The member says so.")},
        says=0,
        covers=(
            "/commit edit",
            "commit_change",
            "commit_shrunk",
            "commit_swapped",
            "offer_shrunk",
            "offer_swapped",
        ),
    ),
    "drop a commitment": Change(
        record.drop_commitment,
        Moment.EVENING,
        {"commitments": recomputed("The member says so.")},
        says=0,
        covers=("/commit drop", "commit_gone"),
    ),
    "progress": Change(
        record.progress,
        Moment.EVENING,
        {"commitments": recomputed("The member says so.")},
        says=0,
        covers=("/commit progress", "commit_more", "dm_commit_more"),
    ),
    "a rating": Change(record.rate, Moment.EVENING, {}, says=0, covers=("pulse",)),
    "a holiday week": Change(
        record.mark_holiday, Moment.EVENING, {}, says=0, covers=("alert_holiday", "alert_use")
    ),
    "the pulse ends": Change(
        record.end_the_pulse,
        Moment.EVENING,
        {"pulse": recomputed("It is counted, and the votes go."), "cards": recomputed("It takes no votes.")},
    ),
    "retention": Change(
        record.keep_two_days,
        Moment.EVE,
        {
            "pings": REDUCED,
            "reminders": REDUCED,
            "hosts": REDUCED,
            "roles": REDUCED,
            "check-ins": REDUCED,
            "attendance": REDUCED,
            "quorum": REDUCED,
        },
        says=0,
    ),
}
