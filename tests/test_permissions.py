"""The invite link asks for exactly what the bot does in a server, and for nothing more."""

import re
from urllib.parse import parse_qs, urlsplit

import discord

from buddybot.permissions import ASKED_FOR, invite_link
from buddybot.settings.paths import PACKAGE

USES = {
    "view_channel": r"get_partial_messageable\(",
    "send_messages": r"\bsend\(view=",
    "embed_links": r'"type": _PICTURES',
    "attach_files": r"discord\.File\(",
    "read_message_history": r"\.history\(\s*limit=",
    "manage_roles": r"\.create_role\(|\.add_roles\(|\.remove_roles\(",
    "create_events": r"\.create_scheduled_event\(",
}
"""Each permission, and the code that needs it."""

NEVER = {
    "manage_messages": r"\.pin\(|\.unpin\(|\.purge\((?:limit|check)|delete_messages\(|\.clear_reactions\(",
    "add_reactions": r"\.add_reaction\(",
    "manage_channels": r"create_text_channel\(|create_category\(|\.set_permissions\(",
    "create_public_threads": r"\.create_thread\(",
    "manage_webhooks": r"create_webhook\(|\.webhooks\(",
    "create_instant_invite": r"\.create_invite\(",
    "kick_members": r"\.kick\(",
    "ban_members": r"\.ban\(|\.unban\(",
    "moderate_members": r"timed_out_until",
    "mention_everyone": r"everyone=True",
    "manage_nicknames": r"nick=",
    "manage_guild": r"guild\.edit\(",
}
"""What needs more than is asked for; none of it may be in the code."""


def source() -> str:
    """All that runs in a server; the playground runs in none."""
    files = [*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "cogs").rglob("*.py")]
    return "\n".join(each.read_text(encoding="utf-8") for each in files if "demo" not in each.parts)


def test_what_is_asked_for_is_used_and_what_is_used_is_asked_for() -> None:
    [asked] = parse_qs(urlsplit(invite_link("1")).query)["permissions"]
    assert int(asked) == ASKED_FOR
    assert {name for name, on in discord.Permissions(int(asked)) if on} == {
        # The library knows the first by two names.
        *("read_messages" if name == "view_channel" else name for name in USES),
    }
    text = source()
    for name, use in USES.items():
        assert re.search(use, text), f"nothing needs {name}"
    for name, use in NEVER.items():
        assert not re.search(use, text), f"this needs {name}, which nobody was asked for"


def test_the_link_asks_for_nothing_that_reaches_other_peoples_things() -> None:
    asked = discord.Permissions(ASKED_FOR)
    for name in ("administrator", "mention_everyone", "manage_events", "manage_messages", "manage_guild"):
        assert not getattr(asked, name)
