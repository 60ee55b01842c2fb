"""What the rotations remember of a meeting, kept as it was when the meeting closed."""

from buddybot.domain.ids import UserId
from buddybot.domain.meetings import Meeting
from buddybot.storage.database import Tx
from buddybot.storage.groups import MemberRepository
from buddybot.storage.locations import LocationRepository
from buddybot.storage.venues import Share, ShareRepository, VenueRepository


async def keep_shares(tx: Tx, meeting: Meeting) -> None:
    """Keep what counts for fairness of a meeting that closes."""
    venue = await VenueRepository(tx).get(meeting.id)
    if venue is None or venue.online:
        return
    locations = LocationRepository(tx)
    minutes, approvals = (
        await locations.minutes(meeting.group_id),
        await locations.approvals(meeting.group_id),
    )
    wishes = frozenset[UserId]().union(*approvals.values())
    here = venue.location_id
    members = await MemberRepository(tx).present(meeting.group_id)
    await ShareRepository(tx).keep(
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
