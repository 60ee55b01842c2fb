"""What members do about themselves, and what is done about them."""

from tests.changes.life import Moment
from tests.changes.making import people
from tests.changes.making.group import pause_first
from tests.changes.rows.reasons import BY_THEN, DERIVED, HORIZON, HOST_GONE, WHERE
from tests.changes.words import GROUP, Change, cancelled, recomputed, untouched

ROWS: dict[str, Change] = {
    "away": Change(
        people.go_away,
        Moment.EVENING,
        {**HOST_GONE, "rsvps": recomputed("Time away answers for the member.", {"Cho": "away.hosts"})},
        says=1,
        covers=("/away",),
    ),
    "take time away back": Change(
        people.stay,
        Moment.EVENING,
        {"rsvps": recomputed("Time away no longer answers.", {"Cho": "away.freed"})},
        prepare=people.go_away_first,
        says=0,
        covers=("away_drop",),
    ),
    "be back early": Change(
        people.take_back_away,
        Moment.EVENING,
        {"rsvps": recomputed("Time away no longer answers.", {"Dev": "away.freed"})},
        says=0,
        covers=("away_drop",),
    ),
    "the host can't come": Change(
        people.host_cannot_come,
        Moment.DAY,
        {**HOST_GONE, "rsvps": recomputed("The last word counts.")},
        says=1,
        covers=("rsvp", "next_rsvp", "dm_rsvp"),
    ),
    "a late answer": Change(
        people.answer_late,
        Moment.MEETING,
        {"rsvps": recomputed("The last word counts."), "roles": recomputed("Who comes is in the round.")},
        says=0,
        covers=("rsvp",),
    ),
    "answer": Change(
        people.answer,
        Moment.EVENING,
        {"rsvps": recomputed("The last word counts.")},
        says=0,
        covers=("rsvp", "next_rsvp", "dm_rsvp"),
    ),
    "be here": Change(
        people.be_here,
        Moment.MEETING,
        {"roles": recomputed("Who is there is in the round."), "attendance": recomputed("They say so.")},
        says=0,
        covers=("here",),
    ),
    "pass the word": Change(people.pass_the_word, Moment.MEETING, {}, says=0, covers=("next_turn",)),
    "take a break": Change(
        people.pause_oneself,
        Moment.EVENING,
        {"rsvps": recomputed("Time away answers for the member.")},
        says=0,
        covers=("offer_paused",),
    ),
    "no nudges": Change(
        people.stop_nudges,
        Moment.EVENING,
        {"pings": recomputed("There is nobody to nudge.")},
        says=0,
        covers=("me_nudges", "nudge_stop"),
    ),
    "quiet hours": Change(
        people.be_quiet,
        Moment.EVENING,
        {"reminders": recomputed("It waits until the quiet hours are over.")},
        says=0,
        covers=("me_quiet_given",),
    ),
    "a zone of one's own": Change(
        people.be_elsewhere,
        Moment.EVENING,
        {
            "pings": recomputed("The nudge is at ten by the member's clock."),
            "reminders": recomputed("It keeps to the quiet hours by the member's clock."),
        },
        says=0,
        covers=("me_zone_given", "me_zone_chosen"),
    ),
    "no more messages": Change(
        people.stop_messages,
        Moment.EVENING,
        {
            "pings": recomputed("The nudge is in the channel then."),
            "reminders": cancelled(
                "Nobody is written to who does not want it.", {"Eli": "me.settings.title"}
            ),
        },
        says=0,
        covers=("me_direct", "dm_stop"),
    ),
    "leave": Change(
        people.leave,
        Moment.EVENING,
        {
            **HOST_GONE,
            "rsvps": recomputed("Who is no member comes to nothing."),
            "role": recomputed("It is for members."),
            "exports": recomputed("The record says until when somebody was a member."),
        },
        says=1,
        covers=("/me leave", "me_leave_go", "me_leave_why"),
    ),
    "leave before the close": Change(
        people.leave_before_the_close,
        Moment.MEETING,
        {
            "pings": DERIVED,
            "cards": recomputed("The meeting is over; its summary is shown."),
            "roles": recomputed("The round is over."),
            "rsvps": recomputed("Who is no member comes to nothing."),
            "commitments": BY_THEN,
            "swaps": recomputed("The question to the one who left is closed."),
            "attendance": recomputed("They were there when they left, and that stays."),
            "rates": recomputed("One more meeting counts."),
            "pulse": recomputed("The meeting can be rated."),
            "event": DERIVED,
            "calendar": HORIZON,
            "role": recomputed("It is for members."),
            "exports": recomputed("One more meeting was held."),
        },
        covers=("/me leave", "me_leave_go", "/meeting close", "close_now"),
    ),
    "leave in a break": Change(
        people.leave,
        Moment.EVENING,
        {
            **HOST_GONE,
            "event": untouched("There is none while the group takes a break."),
            "rsvps": recomputed("Who is no member comes to nothing."),
            "role": recomputed("It is for members."),
            "exports": recomputed("The record says until when somebody was a member."),
        },
        prepare=pause_first,
        says=1,
        covers=("/me leave", "me_leave_go"),
    ),
    "an organizer leaves": Change(
        people.organizer_leaves,
        Moment.EVENING,
        {
            "location": recomputed(
                "A place goes with the one who offered it.", {GROUP: "arrangements.change.said"}
            ),
            "calendar": WHERE,
            "rsvps": recomputed("Who is no member comes to nothing."),
            "role": recomputed("It is for members."),
            "exports": recomputed("The record says until when somebody was a member."),
        },
        says=1,
        covers=("/me leave", "me_leave_go"),
    ),
    "leave a public place to the group": Change(
        people.organizer_leaves_place,
        Moment.EVENING,
        {
            "rsvps": recomputed("Who is no member comes to nothing."),
            "role": recomputed("It is for members."),
            "exports": recomputed("The record says until when somebody was a member."),
        },
        says=0,
        covers=("/me leave", "me_leave_go"),
    ),
    "be let go": Change(
        people.remove,
        Moment.EVENING,
        {
            **HOST_GONE,
            "rsvps": recomputed("Who is no member comes to nothing."),
            "role": recomputed("It is for members."),
            "exports": recomputed("The record says until when somebody was a member."),
        },
        says=1,
        covers=("/group remove", "group_remove_go"),
    ),
    "rejoin": Change(
        people.rejoin,
        Moment.EVENING,
        HOST_GONE,
        covers=("/group invite", "invitation_accept", "/me join"),
    ),
    "join": Change(
        people.join,
        Moment.EVENING,
        {"role": recomputed("It is for members."), "exports": recomputed("There is one more member.")},
        says=1,
        covers=("/group invite", "invitation_accept", "/me join"),
    ),
    "delete": Change(
        people.delete,
        Moment.EVENING,
        {
            **HOST_GONE,
            "rsvps": recomputed("Nothing of the person is kept."),
            "commitments": recomputed("Nothing of the person is kept."),
            "attendance": recomputed("Only counts without a name are left."),
            "roles": recomputed("Nothing of the person is kept."),
            "swaps": cancelled("Nothing of the person is kept.", {GROUP: "arrangements.change.said"}),
            "role": recomputed("It is for members."),
            "exports": recomputed("Only counts without a name are left."),
        },
        covers=("/me delete", "me_delete_go"),
    ),
    "rename": Change(
        people.rename,
        Moment.EVENING,
        {"exports": recomputed("The name is the one that the person has now.")},
        says=0,
    ),
    "hand on the office": Change(people.hand_on_office, Moment.EVENING, {}, covers=("/group transfer",)),
}
