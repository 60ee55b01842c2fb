"""Places to meet in the database, with what they cost each member and whom they suit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from buddybot.domain.ids import GroupId, GuildId, LocationId, UserId
from buddybot.domain.locations.locations import Access, Location, LocationKind, LocationWords
from buddybot.storage.engine.transaction import Repository, Row, epoch, instant


def _location(row: Row) -> Location:
    words = LocationWords(
        name=row["name"],
        kind=LocationKind(row["kind"]),
        address=row["address"],
        link=row["link"],
        access=frozenset(access for access in Access if row[access.value]),
        note=row["note"],
    )
    return Location(
        id=LocationId(row["id"]),
        group_id=GroupId(row["group_id"]),
        guild_id=GuildId(row["guild_id"]),
        words=words,
        offered_by=None if row["offered_by"] is None else UserId(row["offered_by"]),
        created_at=instant(row["created_at"]),
        retired_at=instant(row["retired_at"]),
    )


def _columns(words: LocationWords) -> dict[str, str | int | None]:
    return {
        "name": words.name,
        "name_key": words.name.casefold(),
        "kind": words.kind.value,
        "address": words.address,
        "link": words.link,
        "note": words.note,
        **{access.value: int(access in words.access) for access in Access},
    }


class LocationRepository(Repository):
    """Every look-up is scoped by the group."""

    async def add(
        self, *, group_id: GroupId, guild_id: GuildId, words: LocationWords, offered_by: UserId, now: datetime
    ) -> LocationId | None:
        """Insert a place; None when the group has one of that name."""
        number = await self._insert_new_numbered(
            "locations",
            group_id=group_id,
            guild_id=guild_id,
            offered_by=offered_by,
            created_at=epoch(now),
            **_columns(words),
        )
        return None if number is None else LocationId(number)

    async def get(self, group_id: GroupId, location_id: LocationId) -> Location | None:
        """Return the group's place, retired ones too; None for a foreign one as for a missing one."""
        row = await self._find("locations", group_id=group_id, id=location_id)
        return None if row is None else _location(row)

    async def group_of(self, guild_id: GuildId, location_id: LocationId) -> GroupId | None:
        """Return the group of a place that a card's button names, when it is this guild's."""
        row = await self._tx.one(
            "SELECT group_id FROM locations WHERE guild_id = :guild_id AND id = :location_id",
            guild_id=guild_id,
            location_id=location_id,
        )
        return None if row is None else GroupId(row["group_id"])

    async def list_live(self, group_id: GroupId) -> Sequence[Location]:
        """Return the places that can be chosen, the one offered first first."""
        rows = await self._tx.all(
            "SELECT * FROM locations WHERE group_id = :group_id AND retired_at IS NULL ORDER BY id",
            group_id=group_id,
        )
        return [_location(row) for row in rows]

    async def describe(self, location: Location, words: LocationWords) -> bool:
        """Change what is written about a place; False when another live one has the new name."""
        if await self._is_taken(location, words.name):
            return False
        await self._tx.run(
            """
            UPDATE locations SET name = :name, name_key = :name_key, kind = :kind, address = :address,
                link = :link, public = :public, step_free = :step_free, quiet = :quiet, parking = :parking,
                note = :note
            WHERE group_id = :group_id AND id = :location_id
            """,
            group_id=location.group_id,
            location_id=location.id,
            **_columns(words),
        )
        return True

    async def retire(self, location: Location, now: datetime) -> None:
        """Let a place be chosen no more; what was held there keeps it."""
        await self._update(
            "locations", {"group_id": location.group_id, "id": location.id}, retired_at=epoch(now)
        )

    async def give_to_group(self, location: Location) -> None:
        """Let a place be nobody's in particular: the member who offered it goes."""
        await self._update("locations", {"group_id": location.group_id, "id": location.id}, offered_by=None)

    async def revive(self, location: Location) -> bool:
        """Let a retired place be chosen again; False when a live one has its name by now."""
        if await self._is_taken(location, location.name):
            return False
        await self._update("locations", {"group_id": location.group_id, "id": location.id}, retired_at=None)
        return True

    async def _is_taken(self, location: Location, name: str) -> bool:
        """Whether another live place of the group has this name."""
        row = await self._tx.one(
            """
            SELECT id FROM locations WHERE group_id = :group_id AND name_key = :name_key
              AND retired_at IS NULL AND id <> :location_id
            """,
            group_id=location.group_id,
            name_key=name.casefold(),
            location_id=location.id,
        )
        return row is not None

    # -- minutes and wishes -------------------------------------------------------------------

    async def list_minutes(self, group_id: GroupId) -> Mapping[LocationId, Mapping[UserId, int]]:
        """Return what each present member stated, by live place."""
        rows = await self._tx.all(
            """
            SELECT t.* FROM travel t JOIN locations l ON l.id = t.location_id
            JOIN memberships m ON m.group_id = l.group_id AND m.user_id = t.user_id AND m.left_at IS NULL
            WHERE l.group_id = :group_id AND l.retired_at IS NULL
            """,
            group_id=group_id,
        )
        found: dict[LocationId, dict[UserId, int]] = {}
        for row in rows:
            found.setdefault(LocationId(row["location_id"]), {})[UserId(row["user_id"])] = row["minutes"]
        return found

    async def minutes_to(self, location_id: LocationId) -> Mapping[UserId, int]:
        """Return what a place costs each person who ever stated it, also when they or the place are gone."""
        rows = await self._tx.all(
            "SELECT user_id, minutes FROM travel WHERE location_id = :location_id", location_id=location_id
        )
        return {UserId(row["user_id"]): row["minutes"] for row in rows}

    async def wishes_about(self, group_id: GroupId, location_id: LocationId | None) -> Mapping[UserId, bool]:
        """Return of each person with a wish whether a place suits them, also when either is gone."""
        rows = await self._tx.all(
            """
            SELECT a.user_id, MAX(CASE WHEN l.id = :location_id THEN 1 ELSE 0 END) AS suits
            FROM approvals a JOIN locations l ON l.id = a.location_id
            WHERE l.group_id = :group_id AND (l.retired_at IS NULL OR l.id = :location_id)
            GROUP BY a.user_id
            """,
            group_id=group_id,
            location_id=0 if location_id is None else location_id,
        )
        return {UserId(row["user_id"]): bool(row["suits"]) for row in rows}

    async def put_minutes(self, location_id: LocationId, user_id: UserId, minutes: int | None) -> None:
        """Keep what a place costs a member; None takes it back."""
        if minutes is None:
            await self._delete("travel", location_id=location_id, user_id=user_id)
            return
        await self._put(
            "travel",
            ("location_id", "user_id"),
            location_id=location_id,
            user_id=user_id,
            minutes=minutes,
        )

    async def approvals(self, group_id: GroupId) -> Mapping[LocationId, frozenset[UserId]]:
        """Return whom of the present members each live place suits."""
        rows = await self._tx.all(
            """
            SELECT a.* FROM approvals a JOIN locations l ON l.id = a.location_id
            JOIN memberships m ON m.group_id = l.group_id AND m.user_id = a.user_id AND m.left_at IS NULL
            WHERE l.group_id = :group_id AND l.retired_at IS NULL
            """,
            group_id=group_id,
        )
        found: dict[LocationId, set[UserId]] = {}
        for row in rows:
            found.setdefault(LocationId(row["location_id"]), set()).add(UserId(row["user_id"]))
        return {location_id: frozenset(users) for location_id, users in found.items()}

    async def put_approvals(
        self, group_id: GroupId, user_id: UserId, suiting: Collection[LocationId]
    ) -> None:
        """Keep which of the group's live places suit a member, in place of what was there.

        What they said of a retired one stays for when it comes back.
        """
        await self._tx.run(
            """
            DELETE FROM approvals WHERE user_id = :user_id AND location_id IN (
                SELECT id FROM locations WHERE group_id = :group_id AND retired_at IS NULL)
            """,
            user_id=user_id,
            group_id=group_id,
        )
        for location_id in sorted(set(suiting)):
            await self._tx.run(
                """
                INSERT INTO approvals (location_id, user_id)
                SELECT id, :user_id FROM locations
                WHERE group_id = :group_id AND id = :location_id AND retired_at IS NULL
                """,
                user_id=user_id,
                group_id=group_id,
                location_id=location_id,
            )
