"""What a feature's use cases are built over, by which rules, and what its pings say."""

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from buddybot.domain.checkins.agenda import NO_LIBRARY, Library
from buddybot.domain.groups.groups import Group
from buddybot.domain.groups.preferences import QuietHours
from buddybot.domain.ids import ChannelId, UserId
from buddybot.domain.meetings.schedule import local
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, key
from buddybot.services.core.unit_of_work import Planner, Transactions, UnitOfWork


class Rules(NamedTuple):
    """How early, how long and how often; `quiet` are the hours of those who chose none themselves.

    `library` has the activities that a group can do together, `keep` says after how long only counts are
    left of what people said and did; None keeps it.
    """

    check_in_early: timedelta
    close_after: timedelta
    invitation_life: timedelta
    code_tries_per_hour: int
    quiet: QuietHours | None = None
    keep: timedelta | None = None
    library: Library = NO_LIBRARY


class Service:
    """Use cases of one feature, over the transactions that they run in."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._now = transactions.now


class PlanningService(Service):
    """Use cases after which a group's meetings and pings may be due otherwise."""

    def __init__(self, transactions: Transactions, planner: Planner) -> None:
        super().__init__(transactions)
        self._planner = planner


class Announcement(NamedTuple):
    """The content of one message that nobody asked for at that moment.

    `content` is the feature's own frozen view, which the card of this kind of ping is made from;
    `mentions` are the only people whom the message may notify; `channel_id` is where it is said, when
    that is not the group's home channel.
    """

    content: object
    language: str
    mentions: tuple[UserId, ...] = ()
    channel_id: ChannelId | None = None


class Preparer(Protocol):
    """Prepares one kind of ping."""

    async def __call__(
        self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime, /
    ) -> Announcement | None:
        """Return what to say now, or None when the ping is no longer needed.

        Runs in a transaction of its own after the ping was claimed, again after a crash: whatever
        it changes (a meeting opens, nudges are counted) it must find done the second time.
        """


async def plan_group_ping(
    uow: UnitOfWork,
    group: Group,
    kind: PingKind,
    now: datetime,
    life: timedelta,
    *,
    recipient: UserId = GROUP,
    edition: int = 0,
    direct: bool = False,
    by: UserId | None = None,
) -> None:
    """Plan a ping that is due at once and about no meeting; it can be sent for as long as `life`."""
    await uow.outbox.plan(
        DuePing(
            key=key(group.id, local(now, group.zone).date(), kind, recipient, edition=edition),
            guild_id=group.guild_id,
            group_id=group.id,
            meeting_id=None,
            kind=kind,
            recipient=recipient,
            due_at=now,
            expires_at=now + life,
            direct=direct,
            caused_by=by,
        )
    )
