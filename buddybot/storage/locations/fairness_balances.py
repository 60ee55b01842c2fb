"""What the rotations remember of meetings that are reduced to counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from buddybot.domain.ids import GroupId, UserId
from buddybot.domain.locations.fairness import Balance, Memory
from buddybot.storage.engine.transaction import Repository

_SCALE = 10**9


class Kind(StrEnum):
    """What is remembered of a person: their place in the order of last turns, or a sum."""

    OPENER = "opener"
    FACILITATOR = "facilitator"
    TIMEKEEPER = "timekeeper"
    LEAD = "lead"
    HOST = "host"
    SHARE = "share"
    HOSTED = "hosted"
    WAY = "way"
    WEIGHT = "weight"


class BalanceRepository(Repository):
    """Sums and orders of a group's members; nothing in them leads to a meeting."""

    async def orders(self, group_id: GroupId) -> Mapping[Kind, Sequence[UserId]]:
        """Return who had a turn of each kind in meetings that are reduced, the longest ago first."""
        found = await self._amounts(group_id)
        return {kind: sorted(people, key=people.__getitem__) for kind, people in found.items()}

    async def find_memory(self, group_id: GroupId) -> Memory | None:
        """Return what the rules for places remember; None before a meeting was reduced."""
        found = await self._amounts(group_id)
        if not found:
            return None
        shares, hosted = found[Kind.SHARE], found[Kind.HOSTED]
        hosts = found[Kind.HOST]
        return Memory(
            standing={
                user: Balance(shares.get(user, 0) / _SCALE, hosted.get(user, 0) // _SCALE)
                for user in (*shares, *(user for user in hosted if user not in shares))
            },
            debts={user: amount / _SCALE for user, amount in found[Kind.WAY].items()},
            weights={user: amount / _SCALE for user, amount in found[Kind.WEIGHT].items()},
            hosts=tuple(sorted(hosts, key=hosts.__getitem__)),
        )

    async def keep(self, group_id: GroupId, memory: Memory) -> None:
        """Keep what the rules for places remember by now, but for the order of hosts."""
        sums: Mapping[Kind, Mapping[UserId, float]] = {
            Kind.SHARE: {user: balance.share for user, balance in memory.standing.items()},
            Kind.HOSTED: {user: balance.hosted for user, balance in memory.standing.items()},
            Kind.WAY: memory.debts,
            Kind.WEIGHT: memory.weights,
        }
        for kind, people in sums.items():
            await self._delete("balances", group_id=group_id, kind=kind.value)
            for user_id, amount in people.items():
                await self._keep_amount(group_id, user_id, kind, round(amount * _SCALE))

    async def had_turn(self, group_id: GroupId, kind: Kind, people: Iterable[UserId]) -> None:
        """Put people at the end of an order: they had a turn at the meeting that is reduced now."""
        for user_id in people:
            row = await self._tx.one(
                "SELECT MAX(amount) AS last FROM balances WHERE group_id = :group_id AND kind = :kind",
                group_id=group_id,
                kind=kind.value,
            )
            last = 0 if row is None or row["last"] is None else int(row["last"])
            await self._keep_amount(group_id, user_id, kind, last + 1)

    async def _keep_amount(self, group_id: GroupId, user_id: UserId, kind: Kind, amount: int) -> None:
        await self._put(
            "balances",
            ("group_id", "user_id", "kind"),
            group_id=group_id,
            user_id=user_id,
            kind=kind.value,
            amount=amount,
        )

    async def _amounts(self, group_id: GroupId) -> defaultdict[Kind, dict[UserId, int]]:
        rows = await self._tx.all(
            "SELECT user_id, kind, amount FROM balances WHERE group_id = :group_id ORDER BY user_id",
            group_id=group_id,
        )
        found: defaultdict[Kind, dict[UserId, int]] = defaultdict(dict)
        for row in rows:
            found[Kind(row["kind"])][UserId(row["user_id"])] = row["amount"]
        return found
