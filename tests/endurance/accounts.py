"""What became of every ping: the rows of the outbox against what Discord has."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from buddybot.domain.pings import GROUP, Ping, PingKind, PingState, nonce
from buddybot.storage.engine.database import Tx
from buddybot.storage.engine.transaction import epoch
from buddybot.storage.outbox.outbox import ping_of
from tests.endurance.discord import MemoryDiscord

_TOLD_OTHERWISE = (PingKind.ALERT, PingKind.OFFER)
"""Missed, these are themselves shown with the next command of whom they are for."""


@dataclass
class Accounts:
    """How many pings ended how, and everything that cannot be accounted for."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(
            f"{kind}: " + ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
            for kind, states in sorted(self.kinds.items())
        )

    @property
    def total(self) -> Counter[str]:
        """How many ended how, of all kinds."""
        return sum(self.kinds.values(), Counter[str]())


async def settle_accounts(tx: Tx, discord: MemoryDiscord, now: datetime) -> Accounts:
    """Go through the outbox: each sent ping arrived once, no other arrived, each missed one was told."""
    accounts, known = Accounts(), set[str]()
    told = await tx.all("SELECT key FROM notices WHERE code IN ('ping_missed', 'ping_refused')")
    notices = {row["key"].replace("refused:", "missed:", 1) for row in told}
    for row in await tx.all("SELECT * FROM outbox ORDER BY id"):
        ping = ping_of(row)
        known.add(nonce(ping.key))
        accounts.kinds.setdefault(ping.kind.value, Counter())[ping.state.value] += 1
        if (fault := _fault(ping, discord.arrived[nonce(ping.key)], notices, now)) is not None:
            accounts.wrong.append(f"{ping.key}: {fault}")
    accounts.wrong += [f"{each} arrived and nobody owed it" for each in discord.arrived if each not in known]
    return accounts


def _fault(ping: Ping, arrived: int, notices: set[str], now: datetime) -> str | None:
    if ping.state is PingState.MISSED and ping.channel_id is not None and arrived == 1:
        # Its answer was lost, and until it was useless its channel's history could not be read.
        arrived = 0
    if arrived != (ping.state is PingState.SENT):
        return f"{ping.state.value}, and arrived {arrived} times"
    if ping.state is PingState.SENDING:
        return "begun and never ended"
    if ping.state is PingState.PLANNED and epoch(ping.try_at) <= epoch(now):
        return "due and still here"
    if ping.state is PingState.MISSED and ping.kind not in _TOLD_OTHERWISE and _notice(ping) not in notices:
        return "missed, and nobody was told"
    return None


def _notice(ping: Ping) -> str:
    subject = ping.key if ping.recipient == GROUP else f"{ping.meeting_id or ping.id}:{ping.kind.value}"
    return f"missed:{subject}"
