"""A group of six with a history that is made up, and what its organizers were told of it."""

from datetime import timedelta

from buddybot.domain.checkins.agenda import Library
from buddybot.domain.groups.groups import Group
from buddybot.domain.health.alerts import Fall, Raised, Watch
from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import Ping, PingKind
from buddybot.library import load_activities
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.health import alert_messages, health_watch
from buddybot.services.health.alerts import AlertService
from buddybot.services.health.health_views import HealthViews
from buddybot.services.health.health_watch import HealthWatch
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.health.alerts import AlertRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from tests.services.builder import ANA, BEN, ORGANIZER, Builder
from tests.services.health.past import EMPTY, GOOD, PastMeeting, lived, lived_through

CHO, DEV, ELI = UserId(4), UserId(5), UserId(6)
PEOPLE = (ORGANIZER, ANA, BEN, CHO, DEV, ELI)
LIBRARY: Library = {each.key: each for each in load_activities()}
WEEK = timedelta(weeks=1)


class WatchedGroup:
    """A group of six with a history, and what its organizers were told."""

    def __init__(self, database: Database) -> None:
        self.builder = Builder(database)
        self.alerts = AlertService(self.builder.transactions, LIBRARY)
        self.views = HealthViews(self.builder.transactions, LIBRARY)
        self.group: Group
        self.meetings: list[Meeting] = []

    async def live(self, *past_meetings: PastMeeting) -> None:
        """Make the group, and let it have met once a week."""
        self.group = await self.builder.add_group()
        self.meetings = await self.builder.write(
            lambda tx: lived(tx, self.group, PEOPLE, past_meetings, until=self.builder.now)
        )

    async def week(self, past: PastMeeting) -> None:
        """Let a week pass, and its meeting be looked at."""
        self.builder.now += WEEK
        at = self.meetings[-1].starts_at + WEEK
        self.meetings.append(
            await self.builder.write(lambda tx: lived_through(tx, self.group, PEOPLE, past, at))
        )
        await self.look()

    async def look(self) -> None:
        """Evaluate the last meeting, as happens when its pulse closes."""
        meeting = self.meetings[-1]
        await self.builder.write(
            lambda tx: health_watch.evaluate(UnitOfWork(tx), self.group, meeting, self.builder.now)
        )

    async def daily(self) -> None:
        """Look as happens once a day."""
        await HealthWatch(self.builder.transactions).look()

    async def told(self) -> list[Raised]:
        """Return every alert."""
        return list(await self.builder.write(lambda tx: AlertRepository(tx).of_group(self.group.id)))

    async def falls(self) -> list[Raised]:
        """Return the alerts of the detector."""
        return [each for each in await self.told() if isinstance(each.what, Fall)]

    async def signs(self) -> list[Sign]:
        """Return the facts that were told, the oldest first."""
        return [each.what.sign for each in await self.told() if isinstance(each.what, Fact)]

    async def watch(self, watch: Watch) -> None:
        """Watch the group in this way."""
        await self.builder.write(lambda tx: AlertRepository(tx).put_watch(self.group.id, watch))

    async def pings(self) -> list[Ping]:
        """Return the alerts on their way."""
        found = await self.builder.write(lambda tx: OutboxRepository(tx).list_planned(self.group.id))
        return [ping for ping in found if ping.kind is PingKind.ALERT]

    async def say(self, ping: Ping) -> object:
        """Prepare one as the delivery does; return its card's content."""
        preparer = alert_messages.AlertPreparer(LIBRARY)
        return await self.builder.write(
            lambda tx: preparer(UnitOfWork(tx), ping, self.group, self.builder.now)
        )

    async def quietly(self) -> None:
        """End the group's schedule, so that nothing is planned."""

        async def script(tx: Tx) -> None:
            await tx.run("DELETE FROM schedules WHERE group_id = :id", id=self.group.id)
            await tx.run(
                "DELETE FROM meetings WHERE group_id = :id AND state = 'scheduled'", id=self.group.id
            )

        await self.builder.write(script)


async def dropped(rowan: WatchedGroup) -> Raised:
    """Twelve good meetings, then two that hardly anybody came to; return the alert."""
    await rowan.live(*[GOOD] * 12)
    await rowan.look()
    assert await rowan.told() == []
    for _ in range(3):
        await rowan.week(EMPTY)
        if found := await rowan.falls():
            return found[0]
    raise AssertionError("no alert")
