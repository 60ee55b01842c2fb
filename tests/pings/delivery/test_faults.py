"""How long to wait is read from whatever an answer says about it."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from buddybot.pings.delivery.requests import A_DAY, USUAL_WAIT, pause_after

A_DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("77", 77.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("-3", USUAL_WAIT),
        ("nan", USUAL_WAIT),
        ("inf", A_DAY),
        ("1e300", A_DAY),
        (A_DATE, USUAL_WAIT),
        ("", USUAL_WAIT),
        (None, USUAL_WAIT),
    ],
)
def test_a_pause_is_a_day_at_most_and_the_usual_one_when_it_is_no_number(
    header: str | None, seconds: float
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    response = cast("Any", SimpleNamespace(status=429, reason="busy", headers=headers))
    assert pause_after(discord.HTTPException(response, "busy")) == seconds


def test_a_pause_of_the_library_is_a_day_at_most_when_discord_asks_for_more() -> None:
    assert pause_after(discord.RateLimited(900.0)) == 900.0
    assert pause_after(discord.RateLimited(1e12)) == A_DAY
