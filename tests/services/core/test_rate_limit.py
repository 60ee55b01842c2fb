"""Nobody can make the bot write without end: not one person, not a channel, not a server."""

from datetime import UTC, datetime, timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import ChannelId, GuildId, InteractionId, UserId
from buddybot.services.core.access import CHANNEL_SHARE, DAY_SHARE, SERVER_SHARE, RateLimiter
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.storage.engine.database import Database, Tx
from tests.pings.people import NOON, Hands

MOST = 10


def actor(user_id: int, channel_id: int | None = 800, guild_id: int | None = 700) -> Actor:
    return Actor(
        user_id=UserId(user_id),
        guild_id=None if guild_id is None else GuildId(guild_id),
        channel_id=None if channel_id is None else ChannelId(channel_id),
        interaction_id=InteractionId(1),
        display_name="Ana",
    )


def refused(rate_limiter: RateLimiter, who: Actor) -> str | None:
    """Return the code when it is one too many."""
    try:
        rate_limiter.take(who)
    except Refusal as refusal:
        return refusal.code
    return None


def test_a_person_waits_for_the_next_minute_and_nobody_else_does() -> None:
    now = Hands()
    rate_limiter = RateLimiter(now, a_minute=MOST)
    assert {refused(rate_limiter, actor(1)) for _ in range(MOST)} == {None}
    assert refused(rate_limiter, actor(1)) == "rate_limit.person"
    assert refused(rate_limiter, actor(1, channel_id=801, guild_id=701)) == "rate_limit.person"
    assert refused(rate_limiter, actor(2)) is None
    now.go(minutes=1)
    assert refused(rate_limiter, actor(1)) is None


def test_a_person_waits_for_the_next_day() -> None:
    now = Hands()
    rate_limiter = RateLimiter(now, a_minute=MOST)
    for _ in range(DAY_SHARE):
        assert {refused(rate_limiter, actor(1)) for _ in range(MOST)} == {None}
        now.go(minutes=1)
    assert refused(rate_limiter, actor(1)) == "rate_limit.day"
    now.go(days=1)
    assert refused(rate_limiter, actor(1)) is None


@pytest.mark.parametrize("share", [CHANNEL_SHARE, SERVER_SHARE])
def test_many_people_together_wait_too(share: int) -> None:
    one_channel = share == CHANNEL_SHARE
    rate_limiter = RateLimiter(Hands(), a_minute=MOST)
    people = [actor(user, channel_id=800 if one_channel else user) for user in range(share + 1)]
    for person in people[:-1]:
        assert {refused(rate_limiter, person) for _ in range(MOST)} == {None}
    assert refused(rate_limiter, people[-1]) == "rate_limit.here"
    assert refused(rate_limiter, actor(999, channel_id=999, guild_id=999)) is None


def test_a_clock_that_was_put_back_holds_nobody_up() -> None:
    now = Hands()
    rate_limiter = RateLimiter(now, a_minute=MOST)
    for _ in range(MOST):
        rate_limiter.take(actor(1))
    now.at = NOON - timedelta(hours=3)
    assert refused(rate_limiter, actor(1)) is None


def test_nothing_is_kept_of_earlier_minutes_and_days() -> None:
    now = Hands(datetime(2026, 3, 2, tzinfo=UTC))
    rate_limiter = RateLimiter(now, a_minute=MOST)
    for user in range(1000):
        rate_limiter.take(actor(user, channel_id=user, guild_id=user))
    now.go(days=2)
    rate_limiter.take(actor(1))
    assert sum(len(window.counts) for window in (rate_limiter._minute, rate_limiter._day)) <= 4


async def test_what_is_one_too_many_changes_nothing(database: Database) -> None:
    transactions = Transactions(
        database=database, now=Hands(), changed=lambda: None, rate_limiter=RateLimiter(Hands(), a_minute=1)
    )

    async def count(tx: Tx) -> int:
        return len(await tx.all("SELECT * FROM interactions"))

    await transactions.write_for(actor(1), lambda uow: count(uow.tx))
    with pytest.raises(Refusal, match=r"rate_limit\.person"):
        await transactions.write_for(actor(1), lambda uow: count(uow.tx))
    assert await transactions.read(lambda uow: count(uow.tx)) == 1
    await transactions.write(lambda uow: count(uow.tx))
