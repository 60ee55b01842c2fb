"""A group's places, and what each present member says of those that can be chosen."""

from datetime import timedelta

import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GuildId, LocationId, UserId
from buddybot.domain.locations.locations import Access, Location, LocationKind, LocationWords
from buddybot.domain.locations.rotation import Basis
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository
from buddybot.storage.locations.locations import LocationRepository
from tests.services.builder import GUILD, NEW_YEAR, Builder

ANA, BEN, CHO = UserId(1), UserId(2), UserId(3)
ALL = frozenset(Access)


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database, NEW_YEAR)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_plain_group(ANA, BEN, CHO)


def words(name: str = "Café Lumen", **others: object) -> LocationWords:
    given: dict[str, object] = {
        "kind": LocationKind.HYBRID,
        "address": "3 Mill Lane",
        "link": "https://cafe.example",
        "access": ALL,
        "note": "ring twice",
        **others,
    }
    return LocationWords(name=name, **given)  # type: ignore[arg-type]  # spelled out above


async def added(builder: Builder, group: Group, named: LocationWords) -> LocationId | None:
    return await builder.database.write(
        lambda tx: LocationRepository(tx).add(
            group_id=group.id, guild_id=group.guild_id, words=named, offered_by=ANA, now=builder.now
        )
    )


async def offered(builder: Builder, group: Group, name: str = "Café Lumen", **others: object) -> Location:
    id_ = await added(builder, group, words(name, **others))
    assert id_ is not None
    return await found(builder, group, id_)


async def found(builder: Builder, group: Group, id_: LocationId) -> Location:
    location = await builder.database.read(lambda tx: LocationRepository(tx).get(group.id, id_))
    assert location is not None
    return location


async def live(builder: Builder, group: Group) -> list[str]:
    locations = await builder.database.read(lambda tx: LocationRepository(tx).list_live(group.id))
    return [location.name for location in locations]


async def retire(builder: Builder, location: Location) -> None:
    await builder.database.write(lambda tx: LocationRepository(tx).retire(location, builder.now))


@pytest.mark.parametrize("access", [frozenset(), frozenset({Access.QUIET}), ALL])
async def test_a_place_is_kept_as_it_was_written(
    builder: Builder, group: Group, access: frozenset[Access]
) -> None:
    written = words(access=access, note=None, link=None, kind=LocationKind.PLACE)
    id_ = await added(builder, group, written)
    assert id_ is not None
    location = await found(builder, group, id_)
    assert location.words == written
    assert (location.group_id, location.guild_id, location.offered_by) == (group.id, group.guild_id, ANA)
    assert (location.created_at, location.live) == (builder.now, True)


async def test_a_foreign_place_is_as_one_that_is_not_there(builder: Builder, group: Group) -> None:
    location = await offered(builder, group)
    other = await builder.add_plain_group(ANA, name="Ash")

    async def script(tx: Tx) -> list[object]:
        repository = LocationRepository(tx)
        return [
            await repository.get(other.id, location.id),
            await repository.get(group.id, LocationId(location.id + 1)),
            await repository.group_of(GuildId(2), location.id),
            await repository.group_of(GUILD, LocationId(location.id + 1)),
            await repository.group_of(GUILD, location.id),
        ]

    assert await builder.database.read(script) == [None, None, None, None, group.id]


async def test_a_name_is_taken_once_in_a_group_whatever_its_case(builder: Builder, group: Group) -> None:
    first = await offered(builder, group, "Straße 5")
    assert await added(builder, group, words("STRASSE 5")) is None
    other = await builder.add_plain_group(ANA, name="Ash")
    assert await added(builder, other, words("Straße 5")) is not None
    second = await offered(builder, group, "Library")

    async def rename(location: Location, name: str) -> bool:
        return await builder.database.write(lambda tx: LocationRepository(tx).describe(location, words(name)))

    assert not await rename(second, "strasse 5")
    assert await rename(first, "STRASSE 5")
    assert await live(builder, group) == ["STRASSE 5", "Library"]
    await retire(builder, first)
    assert await rename(second, "Straße 5")
    assert await live(builder, group) == ["Straße 5"]


async def test_another_description_replaces_all_of_the_old_one(builder: Builder, group: Group) -> None:
    location = await offered(builder, group)
    other = words(
        "Library", kind=LocationKind.PLACE, address="1 High Street", link=None, access=frozenset(), note=None
    )
    assert await builder.database.write(lambda tx: LocationRepository(tx).describe(location, other))
    now = await found(builder, group, location.id)
    assert (now.words, now.offered_by, now.created_at) == (other, ANA, location.created_at)


async def test_a_retired_place_is_kept_and_may_come_back_while_its_name_is_free(
    builder: Builder, group: Group
) -> None:
    location = await offered(builder, group)
    builder.now += timedelta(days=1)
    await retire(builder, location)
    assert await live(builder, group) == []
    gone = await found(builder, group, location.id)
    assert (gone.retired_at, gone.live) == (builder.now, False)
    second = await offered(builder, group)

    async def revive(tx: Tx) -> bool:
        return await LocationRepository(tx).revive(gone)

    assert not await builder.database.write(revive)
    await retire(builder, second)
    assert await builder.database.write(revive)
    assert (await found(builder, group, location.id)).live
    assert await live(builder, group) == ["Café Lumen"]


async def minutes(builder: Builder, group: Group) -> dict[LocationId, dict[UserId, int]]:
    stated = await builder.database.read(lambda tx: LocationRepository(tx).list_minutes(group.id))
    return {place: dict(each) for place, each in stated.items()}


async def test_minutes_are_stated_changed_and_taken_back(builder: Builder, group: Group) -> None:
    here, there = await offered(builder, group), await offered(builder, group, "Library")

    async def state(user: UserId, location: Location, way: int | None) -> None:
        await builder.database.write(lambda tx: LocationRepository(tx).put_minutes(location.id, user, way))

    assert await minutes(builder, group) == {}
    for user, location, way in ((ANA, here, 0), (BEN, here, 40), (BEN, there, 5), (BEN, here, 35)):
        await state(user, location, way)
    assert await minutes(builder, group) == {here.id: {ANA: 0, BEN: 35}, there.id: {BEN: 5}}
    await state(BEN, here, None)
    await state(CHO, here, None)
    assert await minutes(builder, group) == {here.id: {ANA: 0}, there.id: {BEN: 5}}
    await retire(builder, there)
    assert await minutes(builder, group) == {here.id: {ANA: 0}}
    await builder.remove_member(group, ANA)
    assert await minutes(builder, group) == {}


async def test_approvals_replace_each_other_and_count_present_members_and_live_places(
    builder: Builder, group: Group
) -> None:
    here, there = await offered(builder, group), await offered(builder, group, "Library")
    other = await builder.add_plain_group(BEN, name="Ash")
    elsewhere = await offered(builder, other)

    async def vote(user: UserId, *places: Location, of: Group = group) -> None:
        ids = [place.id for place in places]
        await builder.database.write(lambda tx: LocationRepository(tx).put_approvals(of.id, user, ids))

    async def approvals() -> dict[LocationId, frozenset[UserId]]:
        return dict(await builder.database.read(lambda tx: LocationRepository(tx).approvals(group.id)))

    await vote(BEN, elsewhere, of=other)
    await vote(ANA, here, there, here)
    await vote(BEN, there, elsewhere)  # a place of another group is left out
    assert await approvals() == {here.id: {ANA}, there.id: {ANA, BEN}}
    await vote(ANA, there)
    assert await approvals() == {there.id: {ANA, BEN}}
    assert (
        len(await builder.read_rows("SELECT * FROM approvals WHERE location_id = :id", id=elsewhere.id)) == 1
    )
    await retire(builder, there)
    assert await approvals() == {}
    await vote(ANA, here, there)
    await vote(BEN)
    assert await approvals() == {here.id: {ANA}}
    assert await builder.database.write(lambda tx: LocationRepository(tx).revive(there))
    assert await approvals() == {here.id: {ANA}, there.id: {ANA, BEN}}
    await builder.remove_member(group, ANA)
    assert await approvals() == {there.id: {BEN}}


async def test_a_purged_server_leaves_no_place_behind(builder: Builder, group: Group) -> None:
    location = await offered(builder, group)

    async def script(tx: Tx) -> None:
        await LocationRepository(tx).put_minutes(location.id, ANA, 10)
        await LocationRepository(tx).put_approvals(group.id, ANA, [location.id])
        await GuildRepository(tx).mark_gone(GUILD, builder.now)
        await GuildRepository(tx).purge(GUILD)

    await builder.database.write(script)
    for table in ("locations", "travel", "approvals"):
        assert await builder.read_rows(f"SELECT * FROM {table}") == []


async def test_the_meetings_at_a_place_are_those_still_to_come(builder: Builder, group: Group) -> None:
    location = await offered(builder, group)
    ids = [await builder.add_meeting(group, builder.now + timedelta(days=day)) for day in (1, 2, 3)]

    async def script(tx: Tx) -> None:
        for id_, place in zip(ids, (location.id, location.id, None), strict=True):
            await ArrangementRepository(tx).put(
                Arrangement(
                    meeting_id=id_,
                    rule=group.rotation,
                    basis=Basis.RULE,
                    location_id=place,
                    host_id=ANA,
                )
            )

    await builder.database.write(script)
    await builder.change_rows("UPDATE meetings SET state = 'closed' WHERE id = :id", id=ids[0])
    assert await builder.database.read(lambda tx: ArrangementRepository(tx).at(location.id)) == [ids[1]]
