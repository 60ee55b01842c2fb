"""The rotation's cards: each rule says why in its own words, and the longest names fit."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Group, GroupState, Member, Role, Rotation
from buddybot.domain.ids import ChannelId, GroupId, GuildId, LocationId, MeetingId, UserId
from buddybot.domain.locations.fairness import Balance
from buddybot.domain.locations.locations import NAME_LIMIT, Access, Location, LocationKind, LocationWords
from buddybot.domain.locations.rotation import Basis, Choice
from buddybot.domain.meetings.meetings import Meeting, MeetingKind, MeetingState
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.locations.host_turn_views import Hosting, Hostings
from buddybot.services.locations.rotation_views import Outlook, RotationView
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Texts
from buddybot.ui.locations.host_swaps import pairs_card
from buddybot.ui.locations.rotation import explain_choice, rotation_card

TEXTS = Texts()
NOW = datetime(2026, 1, 6, 19, tzinfo=UTC)
GROUP = Group(
    id=GroupId(1),
    guild_id=GuildId(1),
    name="Rowan",
    channel_id=ChannelId(10),
    role_id=None,
    zone="UTC",
    capacity=6,
    charter="",
    rotation=Rotation.TURNS,
    language="en",
    state=GroupState.ACTIVE,
    route_error=None,
    created_by=UserId(1),
    created_at=NOW,
)
ANA, CAFE = UserId(2**62), LocationId(1)
PLACE = Location(
    id=CAFE,
    group_id=GroupId(1),
    guild_id=GuildId(1),
    words=LocationWords(
        name="*" * NAME_LIMIT,
        kind=LocationKind.VIRTUAL,
        address=None,
        link=None,
        access=frozenset(Access),
        note=None,
    ),
    offered_by=ANA,
    created_at=NOW,
    retired_at=None,
)
HOSTED = Outlook(
    starts_at=NOW,
    meeting=None,
    arrangement=ArrangementView(PLACE, ANA),
    rule=Rotation.TURNS,
    basis=None,
    choice=Choice(CAFE, ANA, balance=Balance(2.4499, 1)),
    sure=False,
    by_earlier_rule=False,
    has_locations=True,
)
NOWHERE = ArrangementView(None, None)


def said(card: Card) -> str:
    """Return all that Discord is sent of a card."""
    return str(card.to_components())


@pytest.mark.parametrize(
    ("outlook", "said"),
    [
        (HOSTED, "Why: hosted 1 of the 2.4 turns that are their share"),
        (HOSTED._replace(choice=Choice(CAFE, ANA, balance=Balance())), "Why: has not hosted yet"),
        (HOSTED._replace(arrangement=ArrangementView(PLACE, None)), "Nobody who hosts is expected there yet"),
        (HOSTED._replace(basis=Basis.CHOSEN), "Why: hosted 1 of the 2.4 turns that are their share"),
        (HOSTED._replace(basis=Basis.ASSIGNED), "An organizer arranged it"),
        (HOSTED._replace(basis=Basis.SWAPPED), "Two of you swapped turns"),
        (HOSTED._replace(by_earlier_rule=True), "Announced by the rule before this one, so it stays"),
        (HOSTED._replace(choice=None), "Everybody meets online this once, so nobody's turn is used up"),
    ],
)
def test_turns_are_explained_by_the_share_of_the_host(outlook: Outlook, said: str) -> None:
    assert explain_choice(TEXTS, outlook) == said


@pytest.mark.parametrize(
    ("rule", "choice", "said"),
    [
        (Rotation.TRAVEL, Choice(CAFE, None, way=23.6), "The fairest by minutes: 24 on average"),
        (Rotation.TRAVEL, Choice(CAFE, None, way=0.0, lead=0.4), "The fairest by minutes: 0 on average"),
        (
            Rotation.TRAVEL,
            Choice(CAFE, None, way=23.6, lead=12.4),
            "The fairest by minutes: 24 on average; so far your group's ways differ by at most 12 minutes",
        ),
        (
            Rotation.TRAVEL,
            Choice(CAFE, None),
            "Too few of you have said how long the way is; `/location travel` does that",
        ),
        (
            Rotation.VOTE,
            Choice(CAFE, None, support=(4, 6)),
            "Suits 4 of 6, and weighs what earlier places did not give",
        ),
        (
            Rotation.VOTE,
            Choice(CAFE, None),
            "Fewer than three of you have said what suits them; `/location vote` does that",
        ),
        (Rotation.FIXED, Choice(CAFE, None, streak=7), "Meeting 7 in a row here"),
    ],
)
def test_a_place_is_explained_by_the_figures_of_its_rule(rule: Rotation, choice: Choice, said: str) -> None:
    outlook = HOSTED._replace(rule=rule, choice=choice)
    assert explain_choice(TEXTS, outlook) == said
    assert explain_choice(TEXTS, outlook._replace(basis=Basis.CHOSEN)) == "The place was chosen for this once"


@pytest.mark.parametrize("rule", [Rotation.TRAVEL, Rotation.VOTE, Rotation.FIXED])
@pytest.mark.parametrize(
    ("has_locations", "sure", "said"),
    [
        (False, False, "There is no place to choose yet; `/location suggest` offers one"),
        (True, False, "None of your group's places can be used that day; `/location suggest` offers another"),
        (
            True,
            True,
            (
                "The place that was announced is off, and nothing else is settled; "
                "an organizer can choose one with `/rotation assign`"
            ),
        ),
    ],
)
def test_a_meeting_without_a_place_says_why_when_it_has_none(
    rule: Rotation, has_locations: bool, sure: bool, said: str
) -> None:
    nowhere = HOSTED._replace(rule=rule, arrangement=NOWHERE, choice=Choice(None, None))
    assert explain_choice(TEXTS, nowhere._replace(has_locations=has_locations, sure=sure)) == said


@pytest.mark.parametrize("rule", Rotation)
def test_four_meetings_with_the_longest_names_fit(rule: Rotation) -> None:
    choice = Choice(
        CAFE, ANA, balance=Balance(99.9, 99), way=300.0, lead=9999.0, support=(10, 10), streak=999
    )
    view = RotationView(
        group=GROUP._replace(name="*" * 40, rotation=rule),
        ahead=(HOSTED._replace(rule=rule, choice=choice),) * 4,
        hosts=True,
        may_swap=True,
        organizes=True,
    )
    card = rotation_card(TEXTS, view, changed=True)
    assert card.content_length() <= 4000
    assert "…" not in said(card)
    assert card.total_children_count <= 40


def test_the_turns_to_swap_can_be_told_apart() -> None:
    def hosting(number: int, user: int, name: str) -> Hosting:
        starts_at = NOW + timedelta(weeks=number)
        meeting = Meeting(
            id=MeetingId(number),
            group_id=GROUP.id,
            guild_id=GROUP.guild_id,
            slot=starts_at.date(),
            kind=MeetingKind.REGULAR,
            day=date(2026, 1, 6) + timedelta(weeks=number),
            time=time(19),
            zone="UTC",
            duration_minutes=75,
            starts_at=starts_at,
            ends_at=starts_at,
            state=MeetingState.SCHEDULED,
            reason=None,
            moves=0,
            opened_at=None,
            closed_at=None,
            facilitator_id=None,
            timekeeper_id=None,
        )
        return Hosting(meeting, Member(GROUP.id, UserId(user), Role.MEMBER, NOW, name))

    mine, other = hosting(1, 7, "Ana"), hosting(2, 8, "")
    assert mine.host is not None
    card = pairs_card(TEXTS, Hostings(GROUP, mine.host, (mine, other), pairs=((mine, other),)))
    assert "Tuesday 13 January: Ana for Tuesday 20 January: 8" in said(card)
