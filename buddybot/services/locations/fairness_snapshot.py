"""What the rotations remember of a meeting, kept as it was when the meeting closed."""

from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.storage.locations.meeting_locations import Share


async def keep_shares(uow: UnitOfWork, meeting: Meeting) -> None:
    """Keep what counts for fairness of a meeting that closes."""
    venue = await uow.venues.get(meeting.id)
    if venue is None or venue.online:
        return
    locations = uow.locations
    minutes, approvals = (
        await locations.minutes(meeting.group_id),
        await locations.approvals(meeting.group_id),
    )
    wishes = frozenset[UserId]().union(*approvals.values())
    here = venue.location_id
    members = await uow.members.present(meeting.group_id)
    await uow.fairness.keep(
        meeting.id,
        [
            Share(
                user_id=member.user_id,
                willing=member.hosts,
                minutes=None if here is None else minutes.get(here, {}).get(member.user_id),
                approved=(here is not None and member.user_id in approvals.get(here, ()))
                if member.user_id in wishes
                else None,
            )
            for member in members
        ],
    )
