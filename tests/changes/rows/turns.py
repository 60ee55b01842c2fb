"""What is done about turns of hosting and places."""

from tests.changes.life import Moment
from tests.changes.making import turns
from tests.changes.rows.reasons import WHERE
from tests.changes.words import GROUP, Change, recomputed

ROWS: dict[str, Change] = {
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
    "choose a place": Change(
        turns.choose_place,
        Moment.EVENING,
        {
            "location": recomputed("The host chose it for this once.", {GROUP: "venues.change.said"}),
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
            "location": recomputed("It is not there any more.", {GROUP: "venues.change.said"}),
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
    "rather not host": Change(turns.rather_not_host, Moment.EVENING, {}, says=0, covers=("host_willing",)),
}
