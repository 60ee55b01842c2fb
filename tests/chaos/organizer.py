"""An organizer who takes the record of past meetings with them, in every form; and what has to come."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GuildId, InteractionId
from buddybot.exports.records.formats import Format
from buddybot.exports.records.parts import Maker
from buddybot.services.attendance.record_export import Export
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.ui.attendance.record_export import MINE
from buddybot.ui.framework.texts import Texts
from tests.chaos.clock import Clock
from tests.chaos.people import ANA, BEN, Busy, Circle
from tests.discord_server.server import PATIENCE as LONG
from tests.discord_server.shapes import GUILD, LARGEST
from tests.discord_server.uploads import Upload, digest
from tests.services.health.past import PastMeeting, lived

PATIENT = 60.0
"""Seconds for files that a bot has begun to make, however busy the machine is."""
TRIES = 4
"""How often people ask at most for what nobody answers."""
EVENINGS = (4, 8)
"""Meetings that the first and the second of the groups with a past have had."""
_EVENING = PastMeeting(came=2, kept=1, due=2)
_ROOM = 16 * 1024
"""What the bot leaves of a request for what is no file."""
_SMALL = _ROOM + 700


@dataclass(frozen=True)
class Order:
    """One way to ask for a record: of the first or second group, or of both; with how much room for files."""

    form: Format
    of: int | None
    largest: int = LARGEST

    @property
    def is_the_same_each_time(self) -> bool:
        """Whether its files do not tell when they were made."""
        return self.form in (Format.CSV, Format.CSV_EXCEL, Format.PNG, Format.REPORT)


ORDERS = (
    Order(Format.CSV, 0, _SMALL),
    Order(Format.XLSX, 1),
    Order(Format.PNG, 0),
    Order(Format.CSV_EXCEL, 1, _SMALL),
    Order(Format.XLSX, None),
    Order(Format.JSONL, 0),
    Order(Format.PNG, None),
    Order(Format.REPORT, 1),
    Order(Format.CSV, None, _SMALL),
    Order(Format.ICS, 0),
    Order(Format.JSON, None),
)


async def meet(database: Database, clock: Clock, circles: Sequence[Circle]) -> None:
    """Let groups have met before, with check-ins; as often as `EVENINGS` says."""

    async def script(tx: Tx) -> None:
        for circle, evenings in zip(circles, EVENINGS, strict=True):
            group = await _group(tx, circle)
            for meeting in await lived(tx, group, [ANA, BEN], [_EVENING] * evenings, until=clock()):
                for user_id in (ANA, BEN):
                    await CheckInRepository(tx).put(
                        meeting_id=meeting.id,
                        user_id=user_id,
                        win="A call",
                        blocker=None,
                        interaction_id=InteractionId(0),
                        now=meeting.starts_at,
                    )

    await database.write(script)


@dataclass
class Organizer(Busy):
    """Asks for the record in one form after the other."""

    others: Sequence[Circle] = ()
    """The groups with a past; the circle is the first of them."""
    asked: dict[int, Order] = field(default_factory=dict)
    """What each interaction asked for."""
    unheard: Order | None = None
    """What was being typed when the last part ended: its interaction's number did not come back."""

    async def _ask(self) -> tuple[str, str]:
        return await self._order(ORDERS[self.said % len(ORDERS)]), "-attendance-"

    async def _order(self, order: Order) -> str:
        group = MINE if order.of is None else str(self.others[order.of].group)
        unheard, self.unheard = self.unheard, order
        token = await self.discord.type(
            "attendance export",
            ANA,
            self.circle.channel,
            largest=order.largest,
            format=order.form.value,
            group=group,
        )
        self.asked[_number(token)] = order
        self.unheard = unheard
        return token

    async def afterwards(self, database: Database, clock: Clock) -> list[str]:
        """Ask for each form once more, when nobody is killed any longer; return what does not come whole."""
        wanted = await database.read(partial(self._files, clock=clock))
        for order, files in wanted.items():
            token = await self.ask_until_heard(order)
            if not await self.discord.answered(token, f'"filename": "{files[-1].name}"', PATIENT):
                return [f"{order}: it did not come once nobody was killed"]
            self.confirmed.append((_number(token), self.said))
        return []

    async def ask_until_heard(self, order: Order) -> str:
        """Ask as people do whose client says that the application did not respond: until a bot answers.

        Return the token of the last interaction. A bot that was just killed may seem to listen still, and
        what it is told is lost as in Discord.
        """
        for _ in range(TRIES):
            token = await self._order(order)
            if await self.discord.answered(token, seconds=LONG):
                break
        return token

    async def kept(self, tx: Tx) -> bool:
        """Whether there is a line of each export that was carried out, and no other."""
        rows = await tx.all("SELECT group_id, parameters FROM audit WHERE action = 'export'")
        lines = Counter((row["group_id"], json.loads(row["parameters"])["format"]) for row in rows)
        carried_out = [order for number, order in self.asked.items() if await _carried_out(tx, number)]
        due = Counter(line for order in carried_out for line in self._lines(order))
        perhaps = Counter([] if self.unheard is None else self._lines(self.unheard))
        return lines in (due, due + perhaps)

    def _lines(self, order: Order) -> list[tuple[int, str]]:
        return [(each.group, order.form.value) for each in self._meant(order)]

    async def wrong(self, database: Database, clock: Clock) -> list[str]:
        """What was handed out without a line in the log, twice, under a wrong name or not whole."""
        handed = await self.discord.handed()
        return await database.read(partial(self._wrong, handed=handed, clock=clock))

    async def _wrong(self, tx: Tx, handed: Mapping[str, list[Upload]], clock: Clock) -> list[str]:
        wanted, found = await self._files(tx, clock), []
        for number, order in self.asked.items():
            files = handed.get(f"interaction-{number}", [])
            if files and not await _carried_out(tx, number):
                found.append(f"{order}, interaction {number}: handed out and not noted")
            if files != _as_far_as(files, wanted[order], order):
                found.append(f"{order}, interaction {number}: {files}")
        return found

    def _meant(self, order: Order) -> Sequence[Circle]:
        return self.others if order.of is None else [self.others[order.of]]

    async def _files(self, tx: Tx, clock: Clock) -> Mapping[Order, list[Upload]]:
        """The files of each order as they have to be."""
        found = {}
        for order in ORDERS:
            groups = [await _group(tx, circle) for circle in self._meant(order)]
            records = [await RecordRepository(tx).read(group, now=clock()) for group in groups]
            maker = Maker(
                form=order.form,
                limit=order.largest - _ROOM,
                say=Texts().plain,
                now=clock(),
                progress=_heedless,
            )
            made = maker.make(records, Export(tuple(records)).days)
            found[order] = [Upload(part.name, part.size, digest(part.file.read())) for part in made]
        return found


def _as_far_as(came: Sequence[Upload], wanted: Sequence[Upload], order: Order) -> Sequence[Upload]:
    """The first of the files that were to come; a bot that was killed between two messages sent no more."""
    due = wanted[: len(came)]
    if order.is_the_same_each_time:
        return due
    return [
        Upload(to_come.name, each.size, each.digest)
        for each, to_come in zip(came, due, strict=False)
        if each.size
    ]


def _heedless(_rows: int) -> None:
    """How far it is matters to nobody here."""


async def _carried_out(tx: Tx, number: int) -> bool:
    row = await tx.one("SELECT 1 FROM interactions WHERE interaction_id = :number", number=number)
    return row is not None


async def _group(tx: Tx, circle: Circle) -> Group:
    group = await GroupRepository(tx).get(GuildId(GUILD), circle.group)
    assert group is not None
    return group


def _number(token: str) -> int:
    return int(token.rsplit("-", 1)[1])
