"""What belongs to no row and no column, each with the reason why nothing that was agreed on depends on it."""

HANDED_OUT = "It hands out a file, and notes that it did."
PUTS_AWAY = "It leaves everything as it is."
THEIR_OWN = "It is one member's own, and nothing about a meeting follows from it."
ABOUT_HEALTH = (
    "It is between the bot and the organizers, about how the group is doing; no meeting follows from it."
)


def _for(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


HANDLERS: dict[str, str] = {
    **dict.fromkeys(("/attendance export", "/me export", "/meeting calendar"), HANDED_OUT),
    **_for(PUTS_AWAY, "group_unchanged host_keep meeting_keep me_stay commit_keep offer_fine"),
    **_for(THEIR_OWN, "/kudos activity_wish feedback_send invitation_decline"),
    **dict.fromkeys(
        ("/health channel", "/health resolve", "/health sensitivity", "/health snooze"), ABOUT_HEALTH
    ),
    **_for(ABOUT_HEALTH, "alert_resolve alert_snooze"),
    "invitation_name_given": "It makes an invitation; who accepts it is in the table.",
    "invitation_person_given": "It makes an invitation; who accepts it is in the table.",
    "invitation_revoke": "An invitation that nobody accepted changes no group.",
}
"""Commands, buttons, selects and forms that store something; those that only show say so in
`tests/scenarios/authorization.py`."""

EVENTS: dict[str, str] = {
    "on_answered": "It shows organizers what waits for them, behind their answer.",
    "on_press_completion": "It shows organizers what waits for them, behind their answer.",
    "on_command_error": "The library's; there are no commands in messages.",
    "on_ready": "It looks which servers there are; that one is gone or back is in the table.",
}
"""What Discord tells the bot."""

TABLES: dict[str, str] = {
    "guilds": "Which servers there are; a server that is gone is a row.",
    "groups": "The settings themselves; each of them is a row.",
    "invitations": "The way in; who takes it is a row.",
    "code_tries": "How often somebody tried to get in.",
    "notices": "What organizers are told once; it refers to no meeting.",
    "interactions": "Which clicks were seen.",
    "restores": "When a copy of the database was put to work.",
    "schema_migrations": "How far the schema is.",
    "alerts": ABOUT_HEALTH,
    "feedback": ABOUT_HEALTH,
    "offers": "What one member was offered after a meeting that was held; held meetings do not change.",
    "kudos": "Thanks that were said are said.",
}
"""Tables that hold nothing that a change must carry along."""

PINGS: dict[str, str] = {
    "alert": ABOUT_HEALTH,
    "archive": "It is the last that is said of a group.",
    "offer": "It is about weeks that lie behind a member.",
    "kudos": "Thanks are said at once, whatever else happens.",
}
"""Kinds of pings that refer to nothing that changes."""
