"""A group that has places, for the tests of where it meets."""

from dataclasses import dataclass

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.ids import GuildId, LocationId, UserId
from buddybot.domain.locations.locations import Access, LocationKind, LocationWords, read_location
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import PingKind, PingState
from buddybot.services.locations.location_views import LocationView, LocationViews
from buddybot.services.locations.locations import LocationService
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository
from tests.services.meetings.calendar_house import ANA, BEN, House

ELSEWHERE = GuildId(20)
MISSING = LocationId(987_654_321)


@dataclass
class Town(House):
    """A house whose group has places."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.locations = LocationService(self.transactions, self.planner)
        self.views = LocationViews(self.transactions)

    async def offer(self, name: str = "Café Lumen", by: UserId = ANA, **others: object) -> LocationView:
        """Let a member of the only group suggest a place."""
        return await self.locations.suggest(self.actor(by), words(name, **others))

    async def arrangement(self, meeting: Meeting) -> Arrangement:
        """Return where a meeting takes place."""
        found = await self.run(lambda tx: ArrangementRepository(tx).get(meeting.id))
        assert found is not None
        return found

    async def at(self, group: Group) -> list[LocationId | None]:
        """Return the places of the two meetings ahead."""
        return [(await self.arrangement(meeting)).location_id for meeting in await self.ahead(group)]

    async def tell(self, *meetings: Meeting) -> None:
        """Put the meetings' cards up, with where they are."""
        for meeting in meetings:
            await self.announce(meeting)
        await self.run(lambda tx: ArrangementRepository(tx).mark_announced([each.id for each in meetings]))

    async def notices(self, meeting: Meeting) -> list[PingState]:
        """Return the notices of another place that were ever owed."""
        return [ping.state for ping in await self.pings(meeting, PingKind.PLACE)]

    async def leave(self, group: Group, user_id: UserId) -> None:
        """End a person's membership."""
        await self.run(
            lambda tx: MemberRepository(tx).end(group_id=group.id, user_id=user_id, now=self.now, reason=None)
        )

    async def rows_of(self, table: str) -> list[dict[str, object]]:
        """Return all rows of a table."""

        async def script(tx: Tx) -> list[dict[str, object]]:
            return sorted((dict(row) for row in await tx.all(f"SELECT * FROM {table}")), key=repr)

        return await self.run(script)

    async def said(self, table: str) -> list[tuple[int, ...]]:
        """Return what members said, row by row."""

        async def script(tx: Tx) -> list[tuple[int, ...]]:
            rows = await tx.all(f"SELECT * FROM {table} ORDER BY location_id, user_id")
            return [tuple(dict(row).values()) for row in rows]

        return await self.run(script)


def words(name: str = "Café Lumen", **others: object) -> LocationWords:
    given: dict[str, object] = {
        "kind": LocationKind.PLACE,
        "where": "3 Mill Lane\nhttps://cafe.example",
        "access": frozenset({Access.QUIET}),
        "note": None,
        **others,
    }
    return read_location(name=name, **given)  # type: ignore[arg-type]  # spelled out above


async def rule(town: Town, group: Group, rotation: Rotation) -> None:
    assert await town.run(lambda tx: GroupRepository(tx).change(group, rotation=rotation))


async def both(town: Town, group: Group) -> tuple[LocationId, LocationId, Meeting]:
    """Ana's café, where the next meeting is and the group knows it, and Ben's library."""
    await rule(town, group, Rotation.FIXED)
    cafe = (await town.offer(by=ANA)).location.id
    library = (await town.offer("Library", by=BEN)).location.id
    first = (await town.ahead(group))[0]
    await town.tell(first)
    assert await town.at(group) == [cafe, cafe]
    return cafe, library, first
