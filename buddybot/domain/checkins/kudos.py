"""Thanks from one member to another."""

from dataclasses import dataclass
from datetime import datetime

from buddybot.domain.ids import CommitmentId, GroupId, UserId

MOST_A_DAY = 5
TEXT_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kudos:
    """One word of thanks; `about` are the words of its commitment, while the group may read them."""

    id: int
    group_id: GroupId
    from_id: UserId
    to_id: UserId
    commitment_id: CommitmentId | None
    text: str | None
    given_at: datetime
    about: str | None
