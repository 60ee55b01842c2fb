"""Whether people agreed on anything about a meeting that lies ahead."""

from buddybot.domain.ids import MeetingId
from buddybot.storage.engine.database import Tx

_AGREED = """
    SELECT 1 AS found FROM meetings m WHERE m.id = :meeting_id AND (
        m.activity IS NOT NULL
        OR EXISTS (SELECT 1 FROM rsvps r WHERE r.meeting_id = m.id)
        OR EXISTS (SELECT 1 FROM host_passes p WHERE p.meeting_id = m.id)
        OR EXISTS (SELECT 1 FROM venues v WHERE v.meeting_id = m.id
                   AND (v.online = 1 OR v.announced = 1 OR v.basis IN ('chosen', 'swapped', 'assigned')))
        OR EXISTS (SELECT 1 FROM swaps s WHERE s.state = 'open'
                   AND (s.meeting_id = m.id OR s.other_meeting_id = m.id)))
"""


class AgreementRepository:
    """The callers have made sure that the meeting is their group's."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def exist(self, meeting_id: MeetingId) -> bool:
        """Return whether there is an answer, an activity, an offer, or a host that was agreed on or named."""
        return await self._tx.one(_AGREED, meeting_id=meeting_id) is not None
