"""What is left when the killing is over: counted by the server, and by the rows."""

from collections import Counter
from dataclasses import dataclass, field

from buddybot.domain.pings import Ping, nonce
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.outbox.outbox import ping_of
from tests.discord_server.remote import Remote

_ENDED = ("sent", "cancelled", "suppressed")


@dataclass
class Outcome:
    """The count; everything but `killed`, `ended`, `pings` and `confirmed` has to be nothing."""

    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    exits: list[int] = field(default_factory=list)
    pings: int = 0
    confirmed: int = 0
    """Interactions whose answer said that it was done."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    """Messages that no row knows, rows that know another message, and files that should not be."""
    forgotten: list[str] = field(default_factory=list)
    """What was confirmed and is not on disk."""
    broken: list[str] = field(default_factory=list)
    """What the database's own check complains of."""
    errors: int = 0
    """Unexpected errors in the lives' log."""

    @property
    def faults(self) -> dict[str, object]:
        """What should not be."""
        found = {
            "lost": self.lost,
            "doubled": self.doubled,
            "strange": self.strange,
            "forgotten": self.forgotten,
            "broken": self.broken,
            "errors": self.errors,
            "exits": [code for code in self.exits if code],
            "ended": {code: count for code, count in self.ended.items() if code != "0"},
        }
        return {name: what for name, what in found.items() if what}

    def add(self, other: "Outcome") -> None:
        """Count another run with this one."""
        self.killed.update(other.killed)
        self.ended.update(other.ended)
        self.exits += other.exits
        self.pings += other.pings
        self.confirmed += other.confirmed
        self.errors += other.errors
        for name in ("lost", "doubled", "strange", "forgotten", "broken"):
            getattr(self, name).extend(getattr(other, name))


async def count_pings(outcome: Outcome, database: Database, discord: Remote) -> None:
    """Compare every row of the outbox with what arrived."""
    pings = await every_ping(database)
    delivered = await discord.delivered()
    arrivals = Counter(sign for _, _, sign in delivered)
    sent_at: dict[str, list[int]] = {}
    for number, _, sign in delivered:
        sent_at.setdefault(sign, []).append(number >> 22)
    by_id = {number: sign for number, _, sign in delivered}
    known = {nonce(ping.key) for ping in pings}
    outcome.pings += len(delivered)
    for ping in pings:
        sign = nonce(ping.key)
        if ping.state.value not in _ENDED or (ping.state.value == "sent" and not arrivals[sign]):
            outcome.lost.append(f"{ping.key} {ping.state}")
        if arrivals[sign] > 1:
            gap = (sent_at[sign][1] - sent_at[sign][0]) / 1000
            outcome.doubled.append(f"{ping.key} {gap:.0f} s later, attempts {ping.attempts}")
        if ping.state.value == "sent" and by_id.get(int(ping.message_id or 0)) != sign:
            outcome.strange.append(f"{ping.key} knows message {ping.message_id}")
    outcome.strange += [sign for sign in arrivals if sign not in known]


async def every_ping(database: Database) -> list[Ping]:
    """The outbox, without what is not due before a week is over."""

    async def script(tx: Tx) -> list[Ping]:
        rows = await tx.all(
            """
            SELECT * FROM outbox WHERE NOT (state = 'planned' AND attempts = 0 AND try_at = due_at
                AND due_at > (SELECT MAX(settled_at) FROM outbox))
            ORDER BY id
            """
        )
        return [ping_of(row) for row in rows]

    return await database.read(script)


async def check(outcome: Outcome, database: Database) -> None:
    """Let the database check itself."""
    if database.engine != "sqlite":
        return  # the server was not killed

    async def script(tx: Tx) -> list[str]:
        found = [row["integrity_check"] for row in await tx.all("PRAGMA integrity_check")]
        orphans = [f"orphan in {row['table']}" for row in await tx.all("PRAGMA foreign_key_check")]
        return [each for each in found if each != "ok"] + orphans

    outcome.broken += await database.read(script)
