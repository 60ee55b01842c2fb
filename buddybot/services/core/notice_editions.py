"""A notice about one meeting that may go out more than once: each time another edition, one at a time."""

from datetime import datetime
from typing import NamedTuple

from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingKind
from buddybot.domain.pings import GROUP, DuePing, Ping, PingKind, PingState, key
from buddybot.services.core.unit_of_work import UnitOfWork


class Editions(NamedTuple):
    """The notices of one kind about a meeting, in whatever state."""

    meeting: Meeting
    kind: PingKind
    pings: tuple[Ping, ...]

    @property
    def waiting(self) -> Ping | None:
        """The one that is not out yet: it will tell of a later change too."""
        return next((ping for ping in self.pings if ping.state is PingState.PLANNED), None)

    async def plan_ping(
        self, uow: UnitOfWork, now: datetime, *, until: datetime, by: UserId | None = None
    ) -> None:
        """Plan one for the group now, of use until then: the one that waits, or a new edition.

        `by` made the change; of one that waits already they may not know what it tells besides.
        """
        meeting, waiting = self.meeting, self.waiting
        fresh = key(
            meeting.group_id,
            meeting.slot,
            self.kind,
            edition=len(self.pings) + 1,
            extra=meeting.kind is MeetingKind.EXTRA,
        )
        await uow.outbox.plan(
            DuePing(
                key=fresh if waiting is None else waiting.key,
                guild_id=meeting.guild_id,
                group_id=meeting.group_id,
                meeting_id=meeting.id,
                kind=self.kind,
                recipient=GROUP,
                due_at=now,
                expires_at=until,
                caused_by=by if waiting is None or waiting.caused_by == by else None,
            )
        )


async def editions(uow: UnitOfWork, meeting: Meeting, kind: PingKind) -> Editions:
    """Return the notices of a kind about a meeting."""
    found = await uow.outbox.of_meeting(meeting.id)
    return Editions(meeting, kind, tuple(ping for ping in found if ping.kind is kind))
