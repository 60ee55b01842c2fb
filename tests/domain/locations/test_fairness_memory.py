"""Meetings that are reduced to counts weigh as much as before: the rules give the same by their memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import UserId
from buddybot.domain.locations.fairness import (
    Held,
    Memory,
    balances,
    debts,
    next_host,
    remember,
    weigh_voters,
)
from tests.domain.locations.rotations import PEOPLE, held

SOME = st.frozensets(st.sampled_from(PEOPLE))
MEETINGS = st.lists(
    st.builds(
        held,
        st.none() | st.sampled_from(PEOPLE),
        SOME,
        willing=SOME,
        rule=st.sampled_from(Rotation),
        minutes=st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 300)),
        voters=SOME,
        supporters=SOME,
    ),
    max_size=12,
)


@given(MEETINGS, st.integers(0, 12), SOME)
def test_rules_give_the_same_when_old_meetings_are_remembered(
    history: list[Held], old: int, willing: frozenset[UserId]
) -> None:
    memory = Memory()
    for meeting in history[:old]:
        memory = remember(memory, meeting)
    kept = [memory.as_held, *history[old:]]

    standing = balances(history, willing)
    found = balances(kept, willing)
    assert found.keys() == standing.keys()
    for user, balance in standing.items():
        assert found[user].due == pytest.approx(balance.due, abs=1e-9)
        assert found[user].hosted == balance.hosted
    assert debts(kept) == pytest.approx(debts(history), abs=1e-9)
    assert weigh_voters(kept, PEOPLE) == pytest.approx(weigh_voters(history, PEOPLE), abs=1e-9)
    assert next_host(standing, PEOPLE, kept) == next_host(standing, PEOPLE, history)
