"""After eight weeks one member has everything deleted: not a byte of them is left, and the counts stay."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from buddybot.demo.playground import Playground, open_playground
from buddybot.demo.story import PLANS, SPOTS, WEEKS
from buddybot.domain.attendance.records import Record
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, GuildId, InteractionId, UserId
from buddybot.services.core.unit_of_work import Actor
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository

pytestmark = pytest.mark.slow

ALONE = ("Fay", "Dev", "Ana")
"""A member who was away for a while, one with many answers, and the only organizer."""


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    """The playground as it opens."""
    async with open_playground(tmp_path) as opened:
        yield opened


def actor(playground: Playground, name: str) -> Actor:
    """Return one of the people as the services see them."""
    person = playground.stage.people[name]
    guild = GuildId(playground.stage.guild.id)
    return Actor(UserId(person.id), guild, None, InteractionId(person.id + 1), name)


async def record(playground: Playground) -> Record:
    """Return the record of the one group."""

    async def script(tx: Tx) -> Record:
        row = await tx.one("SELECT guild_id, id FROM groups")
        assert row is not None
        group = await GroupRepository(tx).get(GuildId(row["guild_id"]), GroupId(row["id"]))
        assert isinstance(group, Group)
        return await RecordRepository(tx).read(group, now=playground.env.now())

    return await playground.bot.services.transactions.read(lambda uow: script(uow.tx))


def words_of(name: str) -> Iterator[str]:
    """Everything that the story lets one person write."""
    for week in WEEKS[name]:
        yield from filter(None, (week.commitment, week.win, week.blocker, PLANS.get(week.commitment)))
    if name in SPOTS:
        spot = SPOTS[name]
        yield from filter(None, (spot.name, *spot.where.splitlines(), spot.note))


def forms(user_id: int) -> Iterator[bytes]:
    """An id as text and as the integers that SQLite stores."""
    yield str(user_id).encode()
    for size in (6, 8):
        if user_id < 2 ** (8 * size - 1):
            yield user_id.to_bytes(size, "big")


def unmistakable(name: str) -> list[str]:
    """What nobody but this person wrote, not as a part of their own words either; their name among it."""
    others = [text for other in WEEKS if other != name for text in words_of(other)]
    return [text for text in (name, *words_of(name)) if not any(text in other for other in others)]


@pytest.mark.parametrize("name", ALONE)
async def test_no_byte_of_a_member_is_left_in_the_files(
    playground: Playground, tmp_path: Path, name: str
) -> None:
    user_id = UserId(playground.stage.people[name].id)
    before = await record(playground)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    stored = b"".join(path.read_bytes() for path in files)
    assert any(form in stored for form in forms(user_id))
    words = [text for text in unmistakable(name) if text.encode() in stored]
    assert len(words) > 5
    taken = await playground.bot.live.roles.take_from(user_id)
    erased = await playground.bot.services.personal.delete(actor(playground, name), taken)
    assert [each.user_id for each in erased.departed] == [user_id]
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for form in forms(user_id):
        assert form not in left
    assert [text for text in words if text.encode() in left] == []
    after = await record(playground)
    assert (after.rates, after.kept) == (before.rates, before.kept)
    assert [each.tally for each in after.meeting_records] == [each.tally for each in before.meeting_records]
    assert user_id not in {person.user_id for person in after.people}
    assert len(after.people) == len(before.people) - 1
