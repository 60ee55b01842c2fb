"""Nobody travels or waits much more than the others: what the rules for places remember and choose."""

import random
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rotation import Company, Outcome, gini, play, rules
from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import Held, debts, next_by_travel, next_by_vote, weigh_voters
from tests.domain.locations.rotations import ANA, ATTIC, BEN, CAFE, CHO, DEV, PARK, PEOPLE, candidate, held

# -- travel and vote in the simulated groups --------------------------------------------------------


@pytest.fixture(scope="module", params=[25, pytest.param(100, marks=pytest.mark.slow)])
def years(request: pytest.FixtureRequest) -> list[dict[str, Outcome]]:
    """A year of each of so many groups that the benchmark does not play."""
    found = []
    for seed in range(1000, 1000 + request.param):
        company = Company.made_up(random.Random(seed), 52)  # noqa: S311  # a made-up group is no secret
        every = rules(company)
        found.append({name: play(company, *every[name]) for name in ("travel", "vote", "round robin")})
    return found


def test_travel_is_more_even_than_round_robin_and_in_no_group_noticeably_less(
    years: list[dict[str, Outcome]],
) -> None:
    def uneven(outcome: Outcome) -> float:
        return gini([minutes / outcome.came[user] for user, minutes in outcome.minutes.items()])

    assert all(uneven(year["travel"]) <= uneven(year["round robin"]) + 0.005 for year in years)
    assert sum(year["travel"].gini for year in years) < 0.7 * sum(year["round robin"].gini for year in years)


def test_nobody_waits_for_a_place_that_suits_them_for_more_than_eight_meetings(
    years: list[dict[str, Outcome]],
) -> None:
    assert 0 < max(year["vote"].dry for year in years) <= 8
    assert max(year["round robin"].dry for year in years) > 8


# -- travel ---------------------------------------------------------------------------------------

MINUTES = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 300))


@given(st.lists(st.tuples(MINUTES, st.frozensets(st.sampled_from(PEOPLE)))))
def test_debts_are_even_in_sum_and_only_of_those_who_travelled(
    meetings: list[tuple[dict[UserId, int], frozenset[UserId]]],
) -> None:
    history = [held(came=came, rule=Rotation.TRAVEL, minutes=minutes) for minutes, came in meetings]
    assert sum(debts(history).values()) == pytest.approx(0, abs=1e-6)
    assert set(debts(history)) == {user for minutes, came in meetings for user in came if user in minutes}


def test_a_debt_is_the_way_beyond_the_mean_of_those_who_came() -> None:
    history = [
        held(came=[ANA, BEN, CHO], rule=Rotation.TRAVEL, minutes={ANA: 10, BEN: 30, DEV: 90}),
        held(came=PEOPLE, rule=Rotation.TURNS, minutes={ANA: 300, BEN: 0}),
        held(came=PEOPLE, rule=Rotation.TRAVEL),
    ]
    assert debts(history) == {ANA: -10, BEN: 10}


def test_without_debts_the_shortest_even_way_is_chosen_and_a_debt_turns_it() -> None:
    candidates = [
        candidate(CAFE, {ANA: 5, BEN: 35}),
        candidate(ATTIC, {ANA: 35, BEN: 5}),
        candidate(PARK, {ANA: 60, BEN: 60}),
    ]
    assert next_by_travel(candidates, [ANA, BEN], {}, {CAFE: 4, ATTIC: 2}) == ATTIC
    assert next_by_travel(candidates, [ANA, BEN], {ANA: 15, BEN: -15}, {CAFE: 4, ATTIC: 2}) == CAFE
    # 2 * 15² + 20 * 40 = 1250 against 20 * 62 = 1240: ten minutes of fairness outweigh some of the way.
    even = candidate(PARK, {ANA: 31, BEN: 31})
    assert next_by_travel([candidates[0], even], [ANA, BEN], {}, {}) == PARK
    assert next_by_travel([candidates[0], candidate(PARK, {ANA: 32, BEN: 32})], [ANA, BEN], {}, {}) == CAFE


def test_only_the_ways_of_those_who_come_count() -> None:
    candidates = [candidate(CAFE, {ANA: 10, BEN: 300}), candidate(ATTIC, {ANA: 30, BEN: 5})]
    assert next_by_travel(candidates, [ANA], {BEN: 400.0}, {}) == CAFE


def test_a_way_that_nobody_stated_counts_as_the_mean_of_the_others() -> None:
    missing, stated = {ANA: 20, BEN: 20}, {ANA: 20, BEN: 20, CHO: 21}
    assert (
        next_by_travel([candidate(CAFE, stated), candidate(ATTIC, missing)], [ANA, BEN, CHO], {}, {}) == ATTIC
    )
    stated = {ANA: 20, BEN: 20, CHO: 19}
    assert (
        next_by_travel([candidate(ATTIC, missing), candidate(CAFE, stated)], [ANA, BEN, CHO], {}, {}) == CAFE
    )


def test_a_place_that_most_have_stated_no_way_to_comes_last() -> None:
    known = candidate(CAFE, dict.fromkeys(PEOPLE, 200))
    assert next_by_travel([candidate(ATTIC, {BEN: 0}), known, candidate(PARK)], PEOPLE, {}, {CAFE: 9}) == CAFE
    assert next_by_travel([candidate(ATTIC, {BEN: 0, ANA: 50}), known], PEOPLE, {}, {}) == ATTIC


def test_where_each_stated_only_the_way_to_their_own_door_the_doors_go_round() -> None:
    doors = [candidate(LocationId(user), {user: 3 * user}) for user in PEOPLE]
    last: dict[LocationId, int] = {}
    for meeting in range(8):
        chosen = next_by_travel(doors, PEOPLE, {}, last)
        assert chosen is not None
        last[chosen] = meeting
    assert sorted(last.values()) == [4, 5, 6, 7]


def test_a_place_without_a_way_is_chosen_only_when_there_is_no_other() -> None:
    room = candidate(PARK, dict.fromkeys(PEOPLE, 0), remote=True)
    assert next_by_travel([room, candidate(CAFE, dict.fromkeys(PEOPLE, 300))], PEOPLE, {}, {}) == CAFE
    assert next_by_travel([room, candidate(CAFE)], PEOPLE, {}, {}) == CAFE
    assert next_by_travel([room], PEOPLE, {}, {}) == PARK
    assert next_by_travel([], PEOPLE, {}, {}) is None


def test_where_nobody_stated_a_way_or_nobody_comes_the_places_go_round() -> None:
    candidates = [candidate(CAFE), candidate(ATTIC), candidate(PARK)]
    for people in (PEOPLE, []):
        assert next_by_travel(candidates, people, {ANA: 5.0}, {CAFE: 2, ATTIC: 1}) == PARK
        assert next_by_travel(candidates, people, {ANA: 5.0}, {CAFE: 2, ATTIC: 1, PARK: 3}) == ATTIC


# -- vote -----------------------------------------------------------------------------------------


def voted(supporters: Collection[UserId], voters: Collection[UserId] = PEOPLE) -> Held:
    return held(rule=Rotation.VOTE, voters=voters, supporters=supporters)


def test_a_wish_that_is_met_costs_those_who_had_it_what_all_gain() -> None:
    assert weigh_voters([], PEOPLE) == dict.fromkeys(PEOPLE, 1.0)
    assert weigh_voters([voted([ANA, BEN])], PEOPLE) == {ANA: 0.0, BEN: 0.0, CHO: 2.0, DEV: 2.0}
    once = weigh_voters([voted([ANA, BEN]), voted([ANA, CHO])], PEOPLE)
    assert once == {ANA: 1.0, BEN: 1.0, CHO: -1.0, DEV: 3.0}, "who has no weight left pays nothing"
    assert weigh_voters([voted([ANA], [ANA, BEN])], [ANA, CHO]) == {ANA: 0.0, BEN: 2.0, CHO: 1.0}
    other = held(rule=Rotation.FIXED, voters=PEOPLE, supporters=[ANA])
    assert weigh_voters([other], PEOPLE) == dict.fromkeys(PEOPLE, 1.0)


@given(st.lists(st.tuples(*[st.frozensets(st.sampled_from(PEOPLE), min_size=1)] * 2)))
def test_weights_never_melt_and_grow_only_when_a_place_suits_nobody_who_waits(
    meetings: list[tuple[frozenset[UserId], frozenset[UserId]]],
) -> None:
    history: list[Held] = []
    for voters, supporters in meetings:
        before = weigh_voters(history, PEOPLE)
        meeting = voted(voters & supporters, voters)
        history.append(meeting)
        paid = any(round(before[user], 9) > 0 for user in meeting.supporters)
        gained = sum(weigh_voters(history, PEOPLE).values()) - sum(before.values())
        assert gained == pytest.approx(0 if paid else len(voters), abs=1e-6)


def test_a_weight_of_thirds_that_is_used_up_is_used_up() -> None:
    three = [ANA, BEN, CHO]
    spent = [voted(three), voted(three), voted(three)]
    assert weigh_voters(spent, PEOPLE)[DEV] == 4.0
    assert max(weigh_voters(spent, PEOPLE)[user] for user in three) == pytest.approx(0, abs=1e-9)
    after = weigh_voters([*spent, voted([ANA, DEV])], PEOPLE)
    assert [after[ANA], after[DEV]] == pytest.approx([1.0, 1.0])


def test_a_wish_of_one_in_four_is_met_in_its_turn() -> None:
    candidates = [candidate(CAFE, suits=[ANA, BEN, CHO]), candidate(ATTIC, suits=[DEV])]
    history: list[Held] = []
    for _ in range(12):
        chosen = next_by_vote(candidates, PEOPLE, weigh_voters(history, PEOPLE), {})
        history.append(voted([DEV] if chosen == ATTIC else [ANA, BEN, CHO]))
    assert sum(DEV in meeting.supporters for meeting in history) == 3


def test_the_weight_behind_a_place_is_of_those_who_come_and_still_have_some() -> None:
    candidates = [candidate(CAFE, suits=[ANA, BEN]), candidate(ATTIC, suits=[CHO])]
    assert next_by_vote(candidates, PEOPLE, {ANA: 1.0, BEN: 1.0, CHO: 1.5}, {}) == CAFE
    assert next_by_vote(candidates, [ANA, CHO], {ANA: 1.0, BEN: 1.0, CHO: 1.5}, {}) == ATTIC
    assert next_by_vote(candidates, PEOPLE, {ANA: 1.0, BEN: -3.0, CHO: 0.5}, {}) == CAFE
    assert next_by_vote(candidates, PEOPLE, {ANA: 0.4, BEN: 0.4}, {}) == ATTIC, (
        "somebody new has a weight of one"
    )


def test_places_with_the_same_weight_behind_them_go_round() -> None:
    candidates = [candidate(CAFE, suits=[ANA]), candidate(ATTIC, suits=[BEN]), candidate(PARK, suits=[CHO])]
    assert next_by_vote(candidates, PEOPLE, {}, {}) == CAFE
    assert next_by_vote(candidates, PEOPLE, {}, {CAFE: 0}) == ATTIC
    assert next_by_vote(candidates, PEOPLE, {}, {CAFE: 2, ATTIC: 1, PARK: 3}) == ATTIC
    assert next_by_vote([], PEOPLE, {}, {}) is None


def test_where_nobody_has_a_wish_the_places_go_round() -> None:
    assert next_by_vote([candidate(CAFE), candidate(ATTIC)], PEOPLE, {}, {CAFE: 3, ATTIC: 2}) == ATTIC


def test_when_all_weight_is_used_up_a_place_that_suits_somebody_comes_first() -> None:
    candidates = [candidate(PARK), candidate(CAFE, suits=[ANA])]
    assert next_by_vote(candidates, PEOPLE, {ANA: -1.0}, {CAFE: 7}) == CAFE
