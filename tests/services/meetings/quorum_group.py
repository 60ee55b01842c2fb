"""A group that needs three people to meet, for the tests of what happens when few come."""

from datetime import timedelta

from buddybot.domain.groups.groups import Group, Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.locations import LocationKind, LocationWords
from buddybot.domain.locations.rotation import Basis, Settled
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingKind, MeetingState, QuorumDecision
from buddybot.domain.pings import Ping, PingKind, PingState
from buddybot.services.core import Announcement, UnitOfWork
from buddybot.services.groups.groups import Changes, GroupService
from buddybot.services.locations import arrangements
from buddybot.services.meetings import quorum
from buddybot.services.meetings.quorum import QuorumService
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.locations.arrangements import Arrangement, ArrangementRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, GUILD, ORGANIZER, Builder


class QuorumGroup:
    """A group that needs three people to meet, and its next meeting."""

    def __init__(self, builder: Builder, group: Group, meeting: Meeting) -> None:
        self.builder = builder
        self.group = group
        self.meeting = meeting
        self.few = QuorumService(builder.transactions, builder.planner)
        self.groups = GroupService(builder.transactions, builder.planner)

    async def change(self, **changes: int) -> None:
        """Let the organizer change the settings."""
        await self.groups.change(self.builder.act_as(ORGANIZER), self.group.id, Changes(**changes))  # type: ignore[arg-type]  # all are numbers

    async def answer(self, *user_ids: UserId, answer: Answer = Answer.GOING) -> None:
        """Let people answer."""
        for user_id in user_ids:
            await self.builder.rsvps.answer(self.builder.act_as(user_id), self.meeting.id, answer)

    async def decide(self, decision: QuorumDecision, user_id: UserId = ORGANIZER) -> quorum.Decided:
        """Let somebody decide."""
        return await self.few.decide(self.builder.act_as(user_id), self.meeting.id, decision)

    async def ping(self, kind: PingKind = PingKind.QUORUM) -> Ping:
        """Return the latest ping of a kind."""
        return (await self.builder.list_pings(self.meeting, kind))[-1]

    async def due(self) -> timedelta | None:
        """Return how long before the start the question waits to be asked, None when it does not."""
        waiting = [
            ping
            for ping in await self.builder.list_pings(self.meeting, PingKind.QUORUM)
            if ping.state is PingState.PLANNED
        ]
        meeting = await self.builder.reload_meeting(self.meeting)
        return meeting.starts_at - waiting[-1].due_at if waiting else None

    async def ask(self) -> Announcement | None:
        """Prepare the question as the delivery does, with the group as it is then."""
        ping = await self.ping()

        async def script(tx: Tx) -> Announcement | None:
            group = await GroupRepository(tx).get(GUILD, self.group.id)
            assert group is not None
            return await quorum.prepare_question(UnitOfWork(tx), ping, group, self.builder.now)

        return await self.builder.write(script)

    async def place(self, name: str, *, weeks_ago: int | None = None, retired: bool = False) -> LocationId:
        """Give the group a virtual place, at which it met so long ago."""
        words = LocationWords(
            name=name,
            kind=LocationKind.VIRTUAL,
            address=None,
            link="https://meet.example.org/x",
            access=frozenset(),
            note=None,
        )

        async def script(tx: Tx) -> LocationId:
            locations = LocationRepository(tx)
            made = await locations.add(
                group_id=self.group.id, guild_id=GUILD, words=words, offered_by=ANA, now=self.builder.now
            )
            assert made is not None
            if weeks_ago is not None:
                await self._met(tx, made, weeks_ago)
            if retired:
                location = await locations.get(self.group.id, made)
                assert location is not None
                await locations.retire(location, self.builder.now)
            return made

        return await self.builder.write(script)

    async def _met(self, tx: Tx, location_id: LocationId, weeks: int) -> None:
        starts_at = self.builder.now - timedelta(weeks=weeks)
        meeting_id = await MeetingRepository(tx).add(
            group_id=self.group.id,
            guild_id=GUILD,
            slot=starts_at.date(),
            kind=MeetingKind.EXTRA,
            at=starts_at.time(),
            zone="UTC",
            duration_minutes=75,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=75),
        )
        assert meeting_id is not None
        await MeetingRepository(tx).set_state(meeting_id, MeetingState.CLOSED, now=starts_at)
        await ArrangementRepository(tx).put(
            Arrangement(
                meeting_id=meeting_id,
                rule=Rotation.FIXED,
                basis=Basis.RULE,
                location_id=location_id,
                host_id=None,
            )
        )

    async def arrangement(self) -> Arrangement:
        """Return where the meeting takes place."""
        found = await self.builder.write(lambda tx: ArrangementRepository(tx).get(self.meeting.id))
        assert found is not None
        return found

    async def hosted_by(self, user_id: UserId) -> None:
        """Let somebody host the meeting, and let its card have said so."""

        async def script(tx: Tx) -> None:
            await arrangements.put(
                UnitOfWork(tx), self.group, self.meeting, Settled(None, user_id), now=self.builder.now
            )
            await ArrangementRepository(tx).mark_announced([self.meeting.id])

        await self.builder.write(script)


async def add_quorum_group(database: Database) -> QuorumGroup:
    """Let the organizer, Ana and Ben meet on Thursday; it is Monday, and three are to come."""
    builder = Builder(database)
    group = await builder.add_group()
    made = QuorumGroup(builder, group, (await builder.list_ahead(group))[0])
    await made.change(minimum=3)
    return made
