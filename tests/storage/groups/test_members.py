"""Which members are about to meet: asked for each minute, so that leavers are known of in time."""

from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import GroupState
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from tests.services.meetings.calendar_house import ANA, BEN, GUILD, ORGANIZER, House

HOUR = timedelta(hours=1)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


async def soon(house: House) -> list[tuple[int, int]]:
    found = await house.run(lambda tx: MemberRepository(tx).meeting_soon(house.now, house.now + HOUR))
    return [(guild_id, member.user_id) for guild_id, member in found]


async def test_members_are_about_to_meet_when_their_group_meets_within_the_hour(house: House) -> None:
    group = await house.group()
    await house.group("Elm", channel=101)
    [first, *_] = await house.ahead(group)
    await house.run(
        lambda tx: tx.run(
            "UPDATE meetings SET starts_at = starts_at + 86400 WHERE group_id <> :id", id=group.id
        )
    )
    house.now = first.starts_at - HOUR - timedelta(minutes=1)
    assert await soon(house) == []
    house.now += timedelta(minutes=2)
    assert await soon(house) == [(GUILD, user_id) for user_id in (ORGANIZER, ANA, BEN)]
    await house.run(
        lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=BEN, now=house.now, reason=None)
    )
    assert await soon(house) == [(GUILD, ORGANIZER), (GUILD, ANA)]
    house.now = first.starts_at
    assert await soon(house) == []


@pytest.mark.parametrize("rest", ["paused", "archived", "out"])
async def test_nobody_is_about_to_meet_when_the_group_rests(house: House, rest: str) -> None:
    group = await house.group()
    [first, *_] = await house.ahead(group)
    house.now = first.starts_at - HOUR
    if rest == "out":
        await house.run(
            lambda tx: tx.run("INSERT INTO guilds (guild_id, gone_since) VALUES (:id, 1)", id=group.guild_id)
        )
    else:
        await house.run(lambda tx: GroupRepository(tx).change(group, state=GroupState(rest)))
    assert await soon(house) == []
