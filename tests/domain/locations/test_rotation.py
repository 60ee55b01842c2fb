"""The next meetings by each rule: chosen one by one, kept when settled, and explained."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import Balance, Candidate, Held, balances
from buddybot.domain.locations.rotation import Choice, Settled, Upcoming, find_location_of, plan
from tests.domain.locations.rotations import (
    ANA,
    ATTIC,
    BEN,
    CAFE,
    CHO,
    DEV,
    PARK,
    PEOPLE,
    ROUNDING,
    candidate,
    held,
)

ALL = Upcoming(attendees=tuple(PEOPLE))
RULES = pytest.mark.parametrize("rule", list(Rotation))


def coming(*users: UserId) -> Upcoming:
    return Upcoming(attendees=users)


def hosts(choices: Sequence[Choice]) -> list[UserId | None]:
    return [choice.host_id for choice in choices]


def locations(choices: Sequence[Choice]) -> list[LocationId | None]:
    return [choice.location_id for choice in choices]


def turns(
    ahead: Sequence[Upcoming],
    *,
    history: Sequence[Held] = (),
    candidates: Sequence[Candidate] = (),
    willing: Sequence[UserId] = PEOPLE,
) -> list[Choice]:
    return plan(Rotation.TURNS, history=history, ahead=ahead, candidates=candidates, willing=willing)


def as_held(
    rule: Rotation,
    choice: Choice,
    meeting: Upcoming,
    candidates: Sequence[Candidate],
    willing: Sequence[UserId],
) -> Held:
    """The meeting as it is remembered once it was held as planned."""
    there = next((each for each in candidates if each.id == choice.location_id), None)
    voters = {user for each in candidates for user in each.approved_by if user in meeting.attendees}
    return held(
        choice.host_id,
        meeting.attendees,
        willing=willing,
        rule=rule,
        minutes={} if there is None else there.minutes,
        voters=voters,
        supporters=() if there is None else there.approved_by & voters,
        at=choice.location_id,
    )


# -- all rules --------------------------------------------------------------------------------------


def made_up(chance: random.Random) -> tuple[list[Candidate], list[UserId], list[Upcoming]]:
    """Places of all kinds with gaps in what people stated, who would host, and who is expected when."""
    candidates = [
        candidate(
            LocationId(number),
            {user: chance.randrange(90) for user in PEOPLE if chance.random() < 0.8},
            by=chance.choice([None, *PEOPLE]),
            suits=[user for user in PEOPLE if chance.random() < 0.4],
            remote=chance.random() < 0.2,
        )
        for number in range(1, chance.randrange(1, 6))
    ]
    willing = [user for user in PEOPLE if chance.random() < 0.8]
    ahead = [
        Upcoming(
            attendees=tuple(user for user in PEOPLE if chance.random() < 0.8),
            passes=frozenset(user for user in PEOPLE if chance.random() < 0.1),
            settled=Settled(chance.choice([None, CAFE, ATTIC]), chance.choice([None, *PEOPLE]))
            if chance.random() < 0.2
            else None,
        )
        for _ in range(40)
    ]
    return candidates, willing, ahead


@RULES
@pytest.mark.parametrize("seed", range(12))
def test_four_meetings_ahead_are_what_four_steps_give(rule: Rotation, seed: int) -> None:
    candidates, willing, meetings = made_up(random.Random(seed))  # noqa: S311  # repeatable, nothing secret
    history: list[Held] = []
    for number in range(0, len(meetings), 4):
        ahead = meetings[number : number + 4]
        planned = plan(rule, history=history, ahead=ahead, candidates=candidates, willing=willing)
        assert len(planned) == 4
        for meeting, choice in zip(ahead, planned, strict=True):
            (step,) = plan(rule, history=history, ahead=[meeting], candidates=candidates, willing=willing)
            assert step == choice
            history.append(as_held(rule, choice, meeting, candidates, willing))


@RULES
@pytest.mark.parametrize("seed", range(12))
def test_a_host_comes_would_host_and_has_not_declined(rule: Rotation, seed: int) -> None:
    candidates, willing, meetings = made_up(random.Random(seed))  # noqa: S311  # repeatable, nothing secret
    choices = plan(rule, history=[], ahead=meetings, candidates=candidates, willing=willing)
    chosen = [pair for pair in zip(meetings, choices, strict=True) if pair[0].settled is None]
    assert len(chosen) > 20
    for meeting, choice in chosen:
        if choice.host_id is not None:
            assert choice.host_id in set(meeting.attendees) & set(willing) - meeting.passes
        assert (choice.location_id is None) == (not candidates)


@RULES
def test_what_is_settled_stays_and_is_explained(rule: Rotation) -> None:
    candidates = [
        candidate(CAFE, dict.fromkeys(PEOPLE, 10), by=ANA, suits=PEOPLE),
        candidate(ATTIC, dict.fromkeys(PEOPLE, 90), by=DEV, suits=[CHO]),
    ]
    ahead = [ALL, replace(ALL, settled=Settled(ATTIC, BEN)), ALL]
    choices = plan(rule, history=[], ahead=ahead, candidates=candidates, willing=PEOPLE)
    first, settled, _ = choices
    assert (first.location_id, settled.location_id, settled.host_id) == (CAFE, ATTIC, BEN)
    why = {
        Rotation.TURNS: Choice(ATTIC, BEN, balance=Balance(0.25, 0)),
        Rotation.TRAVEL: Choice(ATTIC, BEN, way=90.0, lead=0.0),
        Rotation.VOTE: Choice(ATTIC, BEN, support=(1, 4)),
        Rotation.FIXED: Choice(ATTIC, BEN, streak=1),
    }
    assert settled == why[rule]


def test_what_is_settled_counts_for_what_follows() -> None:
    assert hosts(turns([ALL, ALL, ALL])) == [ANA, BEN, CHO]
    assert hosts(turns([replace(ALL, settled=Settled(None, BEN)), ALL, ALL])) == [BEN, ANA, CHO]


@RULES
def test_without_places_there_is_none_to_choose(rule: Rotation) -> None:
    choices = plan(rule, history=[], ahead=[ALL, ALL], candidates=[], willing=PEOPLE)
    assert locations(choices) == [None, None]
    assert hosts(choices) == ([ANA, BEN] if rule is Rotation.TURNS else [None, None])
    assert [choice.streak for choice in choices] == [None, None]


@RULES
def test_when_nobody_comes_nobody_hosts(rule: Rotation) -> None:
    candidates = [candidate(CAFE, {ANA: 5}, by=ANA, suits=[ANA]), candidate(ATTIC, {ANA: 50}, by=BEN)]
    (choice,) = plan(rule, history=[], ahead=[coming()], candidates=candidates, willing=PEOPLE)
    assert (choice.location_id, choice.host_id) == (CAFE, None)
    assert (choice.balance, choice.way, choice.lead, choice.support) == (None, None, None, None)


@RULES
def test_when_nobody_would_host_there_is_a_place_all_the_same(rule: Rotation) -> None:
    candidates = [candidate(CAFE, {ANA: 5}, by=ANA, suits=[ANA]), candidate(ATTIC, {ANA: 50}, by=BEN)]
    choices = plan(rule, history=[held(ANA)], ahead=[ALL], candidates=candidates, willing=[])
    assert hosts(choices) == [None]
    assert locations(choices) != [None]
    assert choices[0].balance is None


@RULES
def test_with_nothing_ahead_nothing_is_chosen(rule: Rotation) -> None:
    assert plan(rule, history=[], ahead=[], candidates=[candidate(CAFE)], willing=PEOPLE) == []


# -- turns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "weeks"), [pytest.param(6, 520, marks=pytest.mark.slow), *((size, 104) for size in range(2, 11))]
)
def test_turns_chosen_by_the_plan_keep_the_bound_while_people_come_and_go(size: int, weeks: int) -> None:
    chance = random.Random(size)  # noqa: S311  # repeatable, nothing secret
    people, most, history = [UserId(number) for number in range(size)], size, list[Held]()
    for week in range(weeks):
        if len(people) > 1 and chance.random() < 0.04:
            people.remove(chance.choice(people))
        if len(people) < size and chance.random() < 0.08:
            people.append(UserId(1000 + week))
        came = [UserId(9999), *(user for user in people if chance.random() < 0.8)]
        (choice,) = turns([coming(*came)], history=history, willing=people)
        assert (choice.host_id in people) == (len(came) > 1)
        history.append(held(choice.host_id, came, willing=people, at=None))
        if choice.balance is not None:
            assert abs(choice.balance.due) <= (most - 1) / 2 + ROUNDING
    for number in range(0, len(history), 13):
        standing = balances(history[:number], history[number].willing)
        assert all(abs(balance.due) <= (most - 1) / 2 + ROUNDING for balance in standing.values())


def test_who_is_away_keeps_their_claim_and_is_next_when_they_come() -> None:
    choices = turns([ALL, coming(ANA, CHO, DEV), coming(ANA, CHO, DEV), ALL])
    assert hosts(choices) == [ANA, CHO, DEV, BEN]
    assert choices[-1].balance == Balance(0.25, 0)


def test_who_passes_their_turn_shares_it_and_is_next() -> None:
    choices = turns([replace(ALL, passes=frozenset([ANA])), ALL])
    assert hosts(choices) == [BEN, ANA]
    assert choices[1].balance == Balance(0.25, 0)


def test_when_a_meeting_is_not_held_the_same_person_stays_next() -> None:
    before = [held(ANA), held(BEN)]
    assert hosts(turns([ALL], history=before)) == [CHO]
    assert turns([ALL], history=[*before, held(None)]) == turns([ALL], history=before)


def test_who_would_rather_not_host_is_passed_over_and_newcomers_take_their_turn() -> None:
    assert hosts(turns([ALL] * 4, willing=[BEN, DEV])) == [BEN, DEV, BEN, DEV]
    history = [held(BEN, [BEN, DEV], willing=[BEN, DEV])]
    assert hosts(turns([coming(BEN, CHO, DEV)] * 3, history=history, willing=[BEN, CHO, DEV])) == [
        DEV,
        CHO,
        BEN,
    ]


def test_a_host_receives_the_group_at_their_own_place_used_longest_ago() -> None:
    candidates = [candidate(CAFE, by=ANA), candidate(ATTIC, by=ANA), candidate(PARK, by=BEN)]
    assert locations(turns([ALL, ALL], candidates=candidates, willing=[ANA])) == [CAFE, ATTIC]
    history = [held(BEN, at=CAFE)]
    assert locations(turns([coming(ANA)], history=history, candidates=candidates)) == [ATTIC]


def test_a_host_without_a_place_of_their_own_receives_at_the_one_used_longest_ago() -> None:
    candidates = [candidate(CAFE, by=ANA), candidate(ATTIC)]
    assert locations(turns([coming(BEN)], candidates=candidates, history=[held(ANA, at=CAFE)])) == [ATTIC]
    assert find_location_of(BEN, history=[held(ANA, at=CAFE)], candidates=candidates) == ATTIC
    assert find_location_of(ANA, history=[held(ANA, at=CAFE)], candidates=candidates) == CAFE
    assert find_location_of(ANA, history=[], candidates=[]) is None


def test_a_host_who_stays_while_the_place_is_open_finds_another() -> None:
    candidates = [candidate(ATTIC, by=CHO), candidate(PARK, by=BEN)]
    (choice,) = turns([replace(ALL, host_id=CHO)], candidates=candidates)
    assert (choice.location_id, choice.host_id, choice.balance) == (ATTIC, CHO, Balance(0.0, 0))


def test_a_turn_is_explained_by_how_often_the_host_did_and_what_would_be_their_share() -> None:
    (choice,) = turns([ALL], history=[held(ANA), held(BEN), held(CHO), held(DEV, [BEN, DEV]), held(ANA)])
    assert choice == Choice(None, BEN, balance=Balance(1.5, 1))
    assert turns([replace(ALL, settled=Settled(None, ANA))], willing=[BEN])[0].balance == Balance()


# -- travel -----------------------------------------------------------------------------------------


def test_travel_goes_where_the_ways_even_out_and_says_by_how_much_they_differ() -> None:
    candidates = [
        candidate(CAFE, {ANA: 10, BEN: 30, CHO: 20}, by=ANA),
        candidate(ATTIC, {ANA: 30, BEN: 10, CHO: 20}, by=BEN),
        candidate(PARK, {ANA: 90, BEN: 90, CHO: 90}),
    ]
    ahead = [coming(ANA, BEN, CHO)] * 3
    choices = plan(Rotation.TRAVEL, history=[], ahead=ahead, candidates=candidates, willing=[ANA])
    assert choices == [
        Choice(CAFE, ANA, way=20.0),
        Choice(ATTIC, None, way=20.0, lead=20.0),
        Choice(CAFE, ANA, way=20.0, lead=0.0),
    ]


@pytest.mark.parametrize(
    ("minutes", "way", "lead"),
    [({ANA: 10, BEN: 40, DEV: 70}, 40.0, 60.0), ({ANA: 10, BEN: 40}, None, None), ({}, None, None)],
)
def test_the_figures_need_three_people_who_stated_their_way(
    minutes: dict[UserId, int], way: float | None, lead: float | None
) -> None:
    ahead = [ALL, ALL, coming(ANA, BEN)]
    choices = plan(
        Rotation.TRAVEL, history=[], ahead=ahead, candidates=[candidate(CAFE, minutes)], willing=[]
    )
    assert [choice.way for choice in choices] == [way] * 3  # the same whoever comes: no difference tells
    assert [choice.lead for choice in choices] == [None, lead, None]


def test_what_was_travelled_to_a_place_that_closed_still_counts() -> None:
    history = [held(rule=Rotation.TRAVEL, minutes={ANA: 60, BEN: 0, CHO: 30}, at=PARK)]
    candidates = [candidate(CAFE, {ANA: 30, BEN: 10, CHO: 20}), candidate(ATTIC, {ANA: 10, BEN: 30, CHO: 20})]
    three = coming(ANA, BEN, CHO)
    (choice,) = plan(Rotation.TRAVEL, history=history, ahead=[three], candidates=candidates, willing=[])
    assert (choice.location_id, choice.lead) == (ATTIC, 60.0)
    (choice,) = plan(
        Rotation.TRAVEL,
        history=history,
        ahead=[replace(three, settled=Settled(PARK, None))],
        candidates=candidates,
        willing=[],
    )
    assert (choice.way, choice.lead) == (None, 60.0)


# -- vote -------------------------------------------------------------------------------------------


def test_a_wish_that_waits_is_met_and_the_support_is_told() -> None:
    candidates = [candidate(CAFE, by=ANA, suits=[ANA, BEN]), candidate(ATTIC, by=CHO, suits=[CHO])]
    choices = plan(Rotation.VOTE, history=[], ahead=[ALL] * 3, candidates=candidates, willing=PEOPLE)
    assert choices == [
        Choice(CAFE, ANA, support=(2, 3)),
        Choice(ATTIC, CHO, support=(1, 3)),
        Choice(CAFE, ANA, support=(2, 3)),
    ]


def test_support_gives_no_vote_away_when_one_member_misses_a_meeting() -> None:
    candidates = [candidate(CAFE, suits=[ANA, BEN, CHO]), candidate(ATTIC, suits=[DEV])]
    ahead = [replace(coming(*who), settled=Settled(CAFE, None)) for who in (PEOPLE, PEOPLE[1:], PEOPLE[:3])]
    choices = plan(Rotation.VOTE, history=[], ahead=ahead, candidates=candidates, willing=PEOPLE)
    assert [choice.support for choice in choices] == [(3, 4)] * 3


@pytest.mark.parametrize("voters", [[ANA], [ANA, BEN]])
def test_no_support_is_told_when_fewer_than_three_have_voted(voters: list[UserId]) -> None:
    candidates = [candidate(CAFE, suits=voters), candidate(ATTIC, suits=[voters[0]])]
    choices = plan(Rotation.VOTE, history=[], ahead=[ALL] * 3, candidates=candidates, willing=PEOPLE)
    assert [choice.support for choice in choices] == [None] * 3


def test_where_nobody_who_comes_has_a_wish_the_places_go_round_without_a_word_of_support() -> None:
    candidates = [candidate(CAFE), candidate(ATTIC), candidate(PARK, suits=[DEV])]
    ahead = [coming(ANA, BEN)] * 4
    choices = plan(Rotation.VOTE, history=[], ahead=ahead, candidates=candidates, willing=PEOPLE)
    assert choices == [Choice(each, None) for each in (CAFE, ATTIC, PARK, CAFE)]


# -- fixed ------------------------------------------------------------------------------------------


def fixed(
    history: Sequence[Held], candidates: Sequence[Candidate], ahead: Sequence[Upcoming] = (ALL,)
) -> list[tuple[LocationId | None, int | None]]:
    choices = plan(Rotation.FIXED, history=history, ahead=ahead, candidates=candidates, willing=PEOPLE)
    return [(choice.location_id, choice.streak) for choice in choices]


def test_a_fixed_place_is_the_first_one_and_stays_for_as_long_as_it_is_there() -> None:
    candidates = [candidate(CAFE, by=ANA), candidate(ATTIC)]
    assert fixed([], candidates, [ALL] * 3) == [(CAFE, 1), (CAFE, 2), (CAFE, 3)]
    assert fixed([held(at=ATTIC), held(at=ATTIC)], candidates) == [(ATTIC, 3)]
    assert fixed([held(at=CAFE), held(at=PARK), held(at=PARK)], candidates) == [(CAFE, 1)]
    assert fixed([held(at=PARK)], candidates) == [(CAFE, 1)]


def test_a_meeting_elsewhere_begins_the_count_anew() -> None:
    candidates = [candidate(CAFE), candidate(ATTIC)]
    history = [held(at=CAFE)] * 5
    elsewhere = replace(ALL, settled=Settled(ATTIC, None))
    assert fixed(history, candidates, [ALL, elsewhere, ALL]) == [(CAFE, 6), (ATTIC, 1), (ATTIC, 2)]
    assert fixed([*history, held(at=None)], candidates) == [(CAFE, 1)]


def test_a_place_that_was_picked_once_is_no_habit_and_the_one_that_was_given_comes_first() -> None:
    candidates = [candidate(CAFE), candidate(ATTIC), candidate(PARK)]
    once = replace(held(at=ATTIC), once=True)
    assert fixed([held(at=PARK), once], candidates) == [(PARK, 1)]
    assert fixed([once], candidates) == [(ATTIC, 2)]
    elsewhere = replace(ALL, settled=Settled(ATTIC, None), once=True)
    assert fixed([held(at=PARK)], candidates, [elsewhere, ALL]) == [(ATTIC, 1), (PARK, 1)]
    for usual, at in ((CAFE, CAFE), (LocationId(9), PARK)):
        choices = plan(
            Rotation.FIXED,
            history=[held(at=PARK)],
            ahead=[ALL],
            candidates=candidates,
            willing=PEOPLE,
            usual=usual,
        )
        assert [choice.location_id for choice in choices] == [at]


def test_the_one_who_offered_a_fixed_place_hosts_while_they_can() -> None:
    ahead = [ALL, coming(BEN, CHO), replace(ALL, passes=frozenset([ANA]))]
    choices = plan(
        Rotation.FIXED, history=[], ahead=ahead, candidates=[candidate(CAFE, by=ANA)], willing=PEOPLE
    )
    assert hosts(choices) == [ANA, None, None]
