"""Groups, members and pings for the tests of this folder, written straight into the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.groups.preferences import Preferences
from buddybot.domain.ids import ChannelId, GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingKind
from buddybot.domain.meetings.schedule import make_occurrence
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, key
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.outbox.outbox import OutboxRepository, ping_of

GUILD = GuildId(700)
CHANNEL = ChannelId(800)
ANA, BEN, CHO = UserId(11), UserId(12), UserId(13)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday."""


class Hands:
    """A clock that is set by hand."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **span: float) -> None:
        self.at += timedelta(**span)


async def found_group(
    database: Database, *, name: str = "Rowan", channel: ChannelId = CHANNEL, zone: str = "Europe/Berlin"
) -> Group:
    """A group of Ana, who organizes it, and Ben."""

    async def script(tx: Tx) -> Group:
        groups, members = GroupRepository(tx), MemberRepository(tx)
        group_id = await groups.add(
            guild_id=GUILD,
            name=name,
            channel_id=channel,
            zone=zone,
            capacity=6,
            charter="",
            language="en",
            created_by=ANA,
            now=NOON,
        )
        assert group_id is not None
        for user_id, role in ((ANA, Role.ORGANIZER), (BEN, Role.MEMBER)):
            await members.add(group_id=group_id, guild_id=GUILD, user_id=user_id, role=role, now=NOON)
        group = await groups.get(GUILD, group_id)
        assert group is not None
        return group

    return await database.write(script)


async def prefer(database: Database, person: Preferences) -> None:
    await database.write(lambda tx: PreferenceRepository(tx).put(person))


async def meet(database: Database, group: Group, day: date = date(2026, 3, 5)) -> MeetingId:
    """A meeting at 19:00 local time."""
    given = make_occurrence(day, time(19), zone=group.zone, duration_minutes=75)

    async def script(tx: Tx) -> MeetingId:
        found = await MeetingRepository(tx).add(
            group_id=group.id,
            guild_id=group.guild_id,
            slot=day,
            kind=MeetingKind.REGULAR,
            at=time(19),
            zone=group.zone,
            duration_minutes=75,
            starts_at=given.starts_at,
            ends_at=given.ends_at,
        )
        assert found is not None
        return found

    return await database.write(script)


async def plan_ping(
    database: Database,
    group: Group,
    meeting: MeetingId,
    kind: PingKind = PingKind.CARD,
    *,
    recipient: UserId = GROUP,
    due: datetime = NOON,
    expires: datetime = NOON + timedelta(days=1),
    direct: bool = False,
    edition: int = 0,
) -> str:
    """Put a ping into the outbox and return its key."""
    planned = DuePing(
        key=key(group.id, date(2026, 3, 5), kind, recipient, edition=edition),
        guild_id=group.guild_id,
        group_id=group.id,
        meeting_id=meeting,
        kind=kind,
        recipient=recipient,
        due_at=due,
        expires_at=expires,
        direct=direct,
    )
    await database.write(lambda tx: OutboxRepository(tx).plan(planned))
    return planned.key


async def outbox(database: Database) -> Mapping[str, Ping]:
    """Every ping there is, by key."""

    async def script(tx: Tx) -> Mapping[str, Ping]:
        rows = await tx.all("SELECT * FROM outbox ORDER BY id")
        return {ping.key: ping for ping in map(ping_of, rows)}

    return await database.read(script)


async def ping(database: Database, ping_key: str) -> Ping:
    return (await outbox(database))[ping_key]


async def notices(database: Database) -> list[tuple[str, str]]:
    """The code and the parameters of every notice."""

    async def script(tx: Tx) -> list[tuple[str, str]]:
        rows = await tx.all("SELECT code, parameters FROM notices ORDER BY id")
        return [(row["code"], row["parameters"]) for row in rows]

    return await database.read(script)


@dataclass
class Preparer:
    """Says the same of every ping, or nothing, or stumbles."""

    mentions: tuple[UserId, ...] = ()
    silent: bool = False
    stumbles: set[str] = field(default_factory=set)
    asked: list[tuple[str, bool]] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)

    async def __call__(self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Announcement | None:
        assert await uow.tx.one("SELECT id FROM outbox WHERE id = :id", id=ping.id)
        self.asked.append((ping.key, ping.direct))
        self.at.append(now)
        if ping.key in self.stumbles:
            raise LookupError("a fault in a feature")
        if self.silent:
            return None
        return Announcement(content=group.name, language="en", mentions=self.mentions)
