"""What is done about turns of hosting and places."""

from tests.changes.life import Moment
from tests.changes.making import turns
from tests.changes.rows.reasons import HOST_GONE, WHERE
from tests.changes.words import GROUP, Change, cancelled, recomputed, untouched

ROWS: dict[str, Change] = {
    "hand the turn on": Change(
        turns.hand_turn_on,
        Moment.EVENING,
        HOST_GONE,
        says=1,
        covers=("host_decline", "host_declined", "/rotation skip"),
    ),
    "offer to host": Change(
        turns.offer_to_host,
        Moment.DAY,
        {
            "hosts": recomputed("Somebody hosts again.", {GROUP: "arrangements.change.said"}),
            "location": untouched("On the day itself people go where they were told to go."),
        },
        prepare=turns.leave_without_host,
        says=1,
        covers=("host_come",),
    ),
    "name a host": Change(
        turns.name_host,
        Moment.DAY,
        {
            "hosts": recomputed("Somebody hosts again.", {"Ben": "arrangements.change.said"}),
            "location": recomputed("The new host receives the group.", {GROUP: "arrangements.change.said"}),
            "event": WHERE,
            "calendar": WHERE,
        },
        prepare=turns.leave_without_host,
        says=1,
        covers=("host_name", "host_named"),
    ),
    "meet online without a host": Change(
        turns.meet_online,
        Moment.DAY,
        {
            "location": recomputed("Everybody meets online this once.", {GROUP: "arrangements.change.said"}),
            "event": WHERE,
            "calendar": WHERE,
        },
        prepare=turns.leave_without_host,
        says=1,
        covers=("host_online",),
    ),
    "come back from online": Change(
        turns.come_back_from_online,
        Moment.EVENING,
        {
            "hosts": recomputed("It uses somebody's turn again.", {GROUP: "arrangements.change.said"}),
            "swaps": recomputed("It is the turn of the one who had swapped for it."),
            "location": recomputed("An organizer said where.", {GROUP: "arrangements.change.said"}),
            "event": WHERE,
            "calendar": WHERE,
        },
        prepare=turns.go_online_first,
        says=1,
        covers=("/rotation assign",),
    ),
    "lend a home": Change(
        turns.lend_home,
        Moment.EVENING,
        {
            "location": recomputed("Its owner agreed.", {GROUP: "arrangements.change.said"}),
            "hosts": cancelled("The question is answered.", {"Cho": "rotation.home.agreed"}),
            "calendar": WHERE,
        },
        prepare=turns.ask_for_home,
        says=1,
        covers=("home_agree",),
    ),
    "keep one's home": Change(
        turns.keep_home,
        Moment.EVENING,
        {"hosts": cancelled("The question is answered.", {"Cho": "rotation.home.kept"})},
        prepare=turns.ask_for_home,
        says=0,
        covers=("home_decline",),
    ),
    "go elsewhere than to the home asked for": Change(
        turns.go_elsewhere,
        Moment.EVENING,
        {
            "location": recomputed("The host chose it for this once.", {GROUP: "arrangements.change.said"}),
            "hosts": cancelled(
                "The question about the home is settled otherwise.", {GROUP: "arrangements.change.said"}
            ),
            "calendar": WHERE,
        },
        prepare=turns.ask_for_home,
        says=1,
        covers=("host_place",),
    ),
    "swap": Change(
        turns.swap_back,
        Moment.EVENING,
        {
            "swaps": recomputed("Both agreed.", {"Ben": "arrangements.change.said"}),
            "hosts": recomputed("Both agreed.", {"Ben": "arrangements.change.said"}),
            "location": recomputed("Each host has the place they had."),
            "event": WHERE,
            "calendar": WHERE,
        },
        says=1,
        covers=("/rotation swap", "swap_pick", "swap_agree"),
    ),
    "keep a turn": Change(
        turns.decline_swap,
        Moment.EVENING,
        {"swaps": recomputed("The question is answered; what was agreed on stays.")},
        says=0,
        covers=("swap_decline",),
    ),
    "take a question back": Change(
        turns.withdraw_swap,
        Moment.EVENING,
        {"swaps": recomputed("The question is no more; what was agreed on stays.")},
        says=0,
        covers=("swap_withdraw",),
    ),
    "assign": Change(
        turns.assign,
        Moment.EVENING,
        {
            "hosts": cancelled(
                "An organizer named somebody else.",
                {"Cho": "arrangements.change.said", "Eli": "arrangements.change.said"},
            ),
            "swaps": cancelled("An organizer named somebody else.", {"Ben": "arrangements.change.said"}),
            "location": recomputed("Somebody else receives the group."),
            "event": WHERE,
            "calendar": WHERE,
        },
        says=1,
        covers=("/rotation assign",),
    ),
    "choose a place": Change(
        turns.choose_place,
        Moment.EVENING,
        {
            "location": recomputed("The host chose it for this once.", {GROUP: "arrangements.change.said"}),
            "event": WHERE,
            "calendar": WHERE,
        },
        says=1,
        covers=("host_choose", "host_place"),
    ),
    "retire a location": Change(
        turns.retire_location,
        Moment.EVENING,
        {
            "location": recomputed("It is not there any more.", {GROUP: "arrangements.change.said"}),
            "event": WHERE,
            "calendar": WHERE,
        },
        says=1,
        covers=("/location retire", "location_retire"),
    ),
    "edit a location": Change(
        turns.edit_location,
        Moment.EVENING,
        {"location": recomputed("It is the same place by another name."), "event": WHERE, "calendar": WHERE},
        says=0,
        covers=("/location edit", "location_edit", "location_change"),
    ),
    "bring a location back": Change(
        turns.bring_location_back,
        Moment.EVENING,
        {},
        prepare=turns.retire_first,
        says=0,
        covers=("location_back",),
    ),
    "offer a location": Change(turns.offer_location, Moment.EVENING, {}, says=0, covers=("location_new",)),
    "vote on places": Change(turns.vote, Moment.EVENING, {}, says=0, covers=("location_vote",)),
    "minutes to a place": Change(
        turns.state_way,
        Moment.EVENING,
        {},
        says=0,
        covers=("/location travel", "location_minutes", "location_stated"),
    ),
    "new rule": Change(
        turns.new_rule,
        Moment.EVENING,
        {
            "location": untouched("What was announced or agreed on stays; the rule is for what follows."),
            "hosts": untouched("What was announced or agreed on stays; the rule is for what follows."),
        },
        says=0,
        covers=("/rotation strategy",),
    ),
    "new rule with a place": Change(
        turns.new_rule_with_place,
        Moment.EVENING,
        {
            "hosts": cancelled(
                "The next meeting is there already, with its owner.", {"Cho": "arrangements.change.said"}
            ),
            "swaps": cancelled("Somebody else hosts the next meeting.", {"Ben": "arrangements.change.said"}),
            "location": recomputed("An organizer said where.", {GROUP: "arrangements.change.said"}),
            "event": WHERE,
            "calendar": WHERE,
        },
        says=1,
        covers=("/rotation strategy",),
    ),
    "rather not host": Change(turns.rather_not_host, Moment.EVENING, {}, says=0, covers=("host_willing",)),
}
