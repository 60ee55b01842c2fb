"""Which members are about to meet: asked for each minute, so that leavers are known of in time."""

from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import GroupState
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from tests.services.builder import ANA, BEN, GUILD, ORGANIZER, Builder

HOUR = timedelta(hours=1)


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


async def soon(builder: Builder) -> list[tuple[int, int]]:
    found = await builder.write(lambda tx: MemberRepository(tx).meeting_soon(builder.now, builder.now + HOUR))
    return [(guild_id, member.user_id) for guild_id, member in found]


async def test_members_are_about_to_meet_when_their_group_meets_within_the_hour(
    builder: Builder,
) -> None:
    group = await builder.add_group()
    await builder.add_group("Elm", channel=101)
    [first, *_] = await builder.list_ahead(group)
    await builder.write(
        lambda tx: tx.run(
            "UPDATE meetings SET starts_at = starts_at + 86400 WHERE group_id <> :id", id=group.id
        )
    )
    builder.now = first.starts_at - HOUR - timedelta(minutes=1)
    assert await soon(builder) == []
    builder.now += timedelta(minutes=2)
    assert await soon(builder) == [(GUILD, user_id) for user_id in (ORGANIZER, ANA, BEN)]
    await builder.write(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=builder.now, reason=None)
    )
    assert await soon(builder) == [(GUILD, ORGANIZER), (GUILD, ANA)]
    builder.now = first.starts_at
    assert await soon(builder) == []


@pytest.mark.parametrize("rest", ["paused", "archived", "out"])
async def test_nobody_is_about_to_meet_when_the_group_rests(builder: Builder, rest: str) -> None:
    group = await builder.add_group()
    [first, *_] = await builder.list_ahead(group)
    builder.now = first.starts_at - HOUR
    if rest == "out":
        await builder.write(
            lambda tx: tx.run("INSERT INTO guilds (guild_id, gone_since) VALUES (:id, 1)", id=group.guild_id)
        )
    else:
        await builder.write(lambda tx: GroupRepository(tx).change(group, state=GroupState(rest)))
    assert await soon(builder) == []
