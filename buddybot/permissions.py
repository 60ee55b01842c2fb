"""What the bot asks a server for; plain numbers, so that `doctor` needs no connection to name them."""

INTENTS = ("guilds",)  # no privileged one: members are known from their interactions

# Permission bits of Discord: view channel, send messages, embed links, attach files, read message history.
NEEDED = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16
MANAGE_ROLES = 1 << 28  # only for a role per group; everything else works without it
# Only for the server's own event of each next meeting; everything else works without it. It lets the bot
# change and end the events that it made. Manage Events, which reaches everybody's, is not needed.
CREATE_EVENTS = 1 << 44
ASKED_FOR = NEEDED | MANAGE_ROLES | CREATE_EVENTS


def invite_link(application_id: str = "APPLICATION_ID") -> str:
    """The address at which somebody with Manage Server adds the bot to a server."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application_id}"
        f"&scope=bot+applications.commands&permissions={ASKED_FOR}"
    )
