"""An organizer whose client says that nobody responded asks again."""

import random
from typing import Any, cast

import pytest

from buddybot.domain.ids import GroupId, MeetingId
from tests.chaos.organizer import ORDERS, TRIES, Organizer
from tests.chaos.people import Circle
from tests.discord_server.remote import Remote


class Deaf:
    """A Discord whose bot does not hear the first interactions."""

    def __init__(self, unheard: int) -> None:
        self.tokens: list[str] = []
        self._unheard = unheard

    async def type(self, *_what: Any, **_options: Any) -> str:
        """Take an interaction."""
        self.tokens.append(f"interaction-{len(self.tokens)}")
        return self.tokens[-1]

    async def answered(self, token: str, **_: Any) -> bool:
        """Tell whether the bot heard it."""
        return self.tokens.index(token) >= self._unheard


@pytest.mark.parametrize(("unheard", "asked"), [(0, 1), (1, 2), (TRIES, TRIES)])
async def test_an_order_is_given_again_when_no_bot_heard_it(unheard: int, asked: int) -> None:
    discord, circle = Deaf(unheard), Circle(GroupId(1), MeetingId(1), 800)
    chance = random.Random(0)  # noqa: S311  # not for secrets
    people = Organizer(cast(Remote, discord), circle, chance, others=(circle, circle))
    assert await people.ask_until_heard(ORDERS[0]) == discord.tokens[-1]
    assert len(discord.tokens) == len(people.asked) == asked
    assert people.unheard is None
