"""What was confirmed to the people of one group, and what the rows say of that."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, MeetingState
from buddybot.storage.engine.database import Tx

ANA, BEN, CHO, DEV = (UserId(100 + each) for each in range(4))


@dataclass(frozen=True)
class Facts:
    """What the group's rows say, of all that somebody was told was done."""

    state: str = "active"
    members: frozenset[UserId] = frozenset((ANA, BEN, CHO))
    answers: frozenset[tuple[MeetingId, UserId, str]] = frozenset()
    reports: frozenset[tuple[MeetingId, UserId, str]] = frozenset()
    promises: frozenset[tuple[UserId, str, str]] = frozenset()

    def answered(self, meeting_id: MeetingId, user_id: UserId, answer: Answer) -> "Facts":
        """The last answer counts."""
        kept = {each for each in self.answers if each[:2] != (meeting_id, user_id)}
        return replace(self, answers=frozenset(kept | {(meeting_id, user_id, answer.value)}))

    def reported(self, meeting_id: MeetingId, user_id: UserId, win: str, due: set[str]) -> "Facts":
        """The last report counts, and keeps what it was about."""
        reports = {each for each in self.reports if each[:2] != (meeting_id, user_id)}
        promises = {
            (user, text, "kept" if user == user_id and text in due else state)
            for user, text, state in self.promises
        }
        return replace(
            self,
            reports=frozenset(reports | {(meeting_id, user_id, win)}),
            promises=frozenset(promises),
        )

    def open_of(self, user_id: UserId) -> int:
        """How many commitments of a member are open."""
        return sum(user == user_id and state == "open" for user, _, state in self.promises)


@dataclass
class Fixed:
    """What an organizer decided about a meeting: its state, where it is final, and its time."""

    state: MeetingState | None = None
    starts_at: datetime | None = None


async def read_facts(tx: Tx, group_id: GroupId) -> Facts:
    """Read the facts from the rows."""
    group = await tx.one("SELECT state FROM groups WHERE id = :id", id=group_id)
    assert group is not None

    async def rows(sql: str) -> frozenset[Any]:
        return frozenset(tuple(row[key] for key in row.keys()) for row in await tx.all(sql))  # noqa: SIM118  # rows are no dicts

    return Facts(
        state=group["state"],
        members=frozenset(
            UserId(row["user_id"])
            for row in await tx.all("SELECT user_id FROM memberships WHERE left_at IS NULL")
        ),
        answers=await rows("SELECT meeting_id, user_id, answer FROM rsvps"),
        reports=await rows("SELECT meeting_id, user_id, win FROM checkins"),
        promises=await rows("SELECT user_id, text, state FROM commitments"),
    )
