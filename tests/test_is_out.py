"""When the bot believes that it is out of a server: by Discord's own word, never by an error on the way."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from buddybot.bot import BuddyBot
from buddybot.domain.ids import GuildId


def refused(
    kind: type[discord.HTTPException], status: int, said: dict[str, Any] | str
) -> discord.HTTPException:
    return kind(cast("Any", SimpleNamespace(status=status, reason="refused")), said)


@pytest.mark.parametrize(
    ("error", "is_out"),
    [
        (refused(discord.NotFound, 404, {"code": 10004, "message": "Unknown Guild"}), True),
        (refused(discord.Forbidden, 403, {"code": 50001, "message": "Missing Access"}), True),
        (refused(discord.Forbidden, 403, "<html>blocked</html>"), None),
        (refused(discord.NotFound, 404, {"code": 0, "message": "404: Not Found"}), None),
        (refused(discord.DiscordServerError, 503, "upstream"), None),
        (TimeoutError(), None),
        (None, False),
    ],
)
async def test_only_discords_own_word_counts(error: Exception | None, is_out: bool | None) -> None:
    async def fetch_guild(guild_id: int, *, with_counts: bool) -> None:
        del guild_id, with_counts
        if error is not None:
            raise error

    bot = cast("BuddyBot", SimpleNamespace(fetch_guild=fetch_guild))
    assert await BuddyBot.is_out_of(bot, GuildId(1)) is is_out
