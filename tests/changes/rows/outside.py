"""What time and Discord do."""

from tests.changes.life import Moment
from tests.changes.making import outside
from tests.changes.rows.reasons import BY_THEN, DERIVED, HORIZON, HOST_GONE, OUT_OF_REACH
from tests.changes.words import Change, recomputed

ROWS: dict[str, Change] = {
    "an outage over a meeting": Change(
        outside.outage,
        Moment.DAY,
        {
            "pings": DERIVED,
            "cards": recomputed("The meeting is over."),
            "roles": recomputed("They are given when the check-in opens, however late."),
            "commitments": BY_THEN,
            "attendance": recomputed("It is settled from what people said."),
            "event": DERIVED,
            "calendar": HORIZON,
            "exports": recomputed("One more meeting was held."),
        },
    ),
    "a long outage": Change(
        outside.long_outage,
        Moment.MEETING,
        {
            "pings": DERIVED,
            "cards": recomputed("The meeting is over."),
            "reminders": recomputed("What could not be said in time is missed."),
            "quorum": recomputed("What could not be asked in time is missed."),
            "hosts": HORIZON,
            "location": HORIZON,
            "calendar": HORIZON,
            "roles": recomputed("The round is over."),
            "commitments": BY_THEN,
            "attendance": recomputed("It is settled from what people said and did."),
            "rates": recomputed("One more meeting counts."),
            "event": DERIVED,
            "exports": recomputed("One more meeting was held."),
        },
    ),
    "a member leaves the server": Change(
        outside.leave_the_server,
        Moment.EVENING,
        {
            **HOST_GONE,
            "rsvps": recomputed("Who is not in the server comes to nothing."),
            "role": recomputed("It went with the member."),
        },
        covers=("dm_rsvp",),
    ),
    "the role is deleted": Change(
        outside.delete_role,
        Moment.EVENING,
        {"role": recomputed("Somebody in the server took it away.")},
        covers=("on_guild_role_delete",),
    ),
    "the event is deleted": Change(
        outside.delete_event,
        Moment.EVENING,
        {"event": recomputed("Somebody in the server took it away, so it is not made again.")},
    ),
    "events are forbidden": Change(
        outside.forbid_events, Moment.EVENING, {}, says=0, covers=("on_guild_role_update",)
    ),
    "the card is deleted": Change(
        outside.delete_card,
        Moment.EVE,
        {
            "rsvps": recomputed("The last word counts."),
        },
        says=1,
        covers=("next_rsvp",),
    ),
    "the channel is closed": Change(
        outside.close_channel,
        Moment.EVENING,
        {
            "pings": DERIVED,
            "pulse": recomputed("It is counted."),
            "cards": recomputed("It takes no votes."),
            "calendar": HORIZON,
        },
    ),
    "the channel is closed and opened": Change(
        outside.close_and_open_channel,
        Moment.EVENING,
        {
            "pings": DERIVED,
            "pulse": recomputed("It is counted."),
            "cards": recomputed("It takes no votes."),
            "calendar": HORIZON,
        },
        covers=(
            *("on_guild_channel_update", "on_guild_role_update", "on_guild_role_delete", "on_guild_update"),
            *("on_member_update", "on_thread_update"),
        ),
    ),
    "the channel is deleted": Change(
        outside.delete_channel,
        Moment.EVENING,
        {
            "pings": DERIVED,
            "pulse": recomputed("It is counted."),
            "cards": recomputed("They went with it."),
            "calendar": HORIZON,
        },
        covers=("/group settings",),
    ),
    "the server throws the bot out": Change(
        outside.lose_server,
        Moment.EVENING,
        {
            "cards": OUT_OF_REACH,
            "event": OUT_OF_REACH,
            "role": OUT_OF_REACH,
            "calendar": OUT_OF_REACH,
            "rates": OUT_OF_REACH,
            "exports": OUT_OF_REACH,
        },
        covers=("on_guild_remove", "on_guild_join", "on_guild_available"),
    ),
}
