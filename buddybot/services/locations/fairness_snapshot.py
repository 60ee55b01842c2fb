"""What the rotations remember of a meeting, kept as it was when the meeting closed."""

from buddybot.domain.meetings.meetings import Meeting, began
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.locations.arrangements import FairnessSnapshot


async def keep_fairness_snapshot(uow: UnitOfWork, meeting: Meeting) -> None:
    """Keep what counts for fairness of a meeting that closes, also of those who left while it went on.

    They may come back, and the place may be retired with the one who offered it.
    """
    arrangement = await uow.arrangements.get(meeting.id)
    if arrangement is None or arrangement.online:
        return
    here = arrangement.location_id
    minutes = {} if here is None else await uow.locations.minutes_to(here)
    willing = await uow.fairness.list_willing(meeting.group_id, began(meeting))
    suits = await uow.locations.wishes_about(meeting.group_id, here)
    await uow.fairness.keep(
        meeting.id,
        [
            FairnessSnapshot(
                user_id=user_id,
                willing=hosts,
                minutes=minutes.get(user_id),
                approved=suits.get(user_id),
            )
            for user_id, hosts in willing.items()
        ],
    )
