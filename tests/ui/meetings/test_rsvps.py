"""What is next for one member fits into Discord, in however many groups they are."""

from buddybot.domain.groups.groups import GroupState
from buddybot.domain.ids import GroupId, LocationId, MeetingId
from buddybot.domain.locations.locations import Access, Location, LocationKind, LocationWords
from buddybot.domain.meetings.meetings import Answer, MeetingState, NextMeeting, Roll, Rsvp, Source
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.meetings.rsvps import ComingMeeting, NextView
from buddybot.storage.meetings.rsvps import OwnGroup
from buddybot.ui.meetings.meetings import next_card
from tests.ui.checkins.test_checkins import GROUP, MEETING, NOW, PEOPLE, TEXTS

PLACE = Location(
    id=LocationId(1),
    group_id=GROUP.id,
    guild_id=GROUP.guild_id,
    words=LocationWords(
        name="*" * 60,
        kind=LocationKind.PLACE,
        address="3 Mill Lane",
        link=None,
        access=frozenset(Access),
        note=None,
    ),
    offered_by=PEOPLE[0],
    created_at=NOW,
    retired_at=None,
)
ROLL = Roll(tuple(Rsvp(user, Answer.GOING, Source.MEMBER) for user in PEOPLE), ())


def next_in(number: int) -> NextView:
    """Return what is next in one of several groups: soon, somewhere, and checked in to."""
    meeting = NextMeeting(
        id=MeetingId(number),
        group_id=GroupId(number),
        day=MEETING.day,
        zone=MEETING.zone,
        starts_at=MEETING.starts_at,
        duration_minutes=75,
        state=MeetingState.OPEN,
        location_id=PLACE.id,
        host_id=PEOPLE[1],
        online=False,
    )
    group = OwnGroup(
        id=GroupId(number),
        name="*" * 40,
        channel_id=GROUP.channel_id,
        state=GroupState.ACTIVE,
        answer_hours=6,
        meeting=meeting,
    )
    view = ComingMeeting(meeting, ROLL, ArrangementView(PLACE, PEOPLE[1]), None)
    return NextView(group=group, meeting=view, mine=Answer.GOING, check_in=True, commitments=())


def test_what_is_next_in_many_groups_fits_into_one_message() -> None:
    for count in range(1, 9):
        card = next_card(TEXTS, [next_in(number) for number in range(1, count + 1)], None)
        assert card.total_children_count <= 40
        assert card.content_length() <= 4000
