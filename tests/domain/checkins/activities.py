"""Activities for tests, and a strategy that makes valid ones."""

from collections.abc import Mapping

from hypothesis import strategies as st

from buddybot.domain.checkins.agenda import USUAL_PEOPLE, Activity, Practice, Step, Turns


def activity(
    key: str = "mock-interview",
    *,
    steps: tuple[Step, ...] = (Step(3, "Form groups."), Step(24, "Ask.", Turns.THREES), Step(3, "Write.")),
    people: tuple[int, int] = (2, 10),
    **changes: object,
) -> Activity:
    """Return a valid activity, but for what is changed."""
    values: Mapping[str, object] = {
        "key": key,
        "name": "Mock interview",
        "summary": "Answer two hard questions in a friendly room.",
        "minutes": sum(step.minutes for step in steps),
        "fewest": people[0],
        "most": people[1],
        "needs": ("a question",),
        "practises": frozenset({Practice.INTERVIEWS}),
        "steps": steps,
        **changes,
    }
    return Activity(**values)  # type: ignore[arg-type]  # tests give wrong values on purpose


def lasting(key: str, minutes: int, *, people: tuple[int, int] = (2, 10)) -> Activity:
    """Return an activity of one step without turns."""
    return activity(key, steps=(Step(minutes, "Write."),), people=people)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """Make a valid activity."""
    kinds = draw(st.lists(st.sampled_from([None, *Turns]), max_size=4))
    steps = [
        Step(each * (1 if turns is None else turns.count_turns(USUAL_PEOPLE)), "Do it.", turns)
        for turns in [*kinds, None]
        for each in [draw(st.integers(1, 12))]
    ]
    fewest = draw(st.integers(2, 10))
    return activity(steps=tuple(draw(st.permutations(steps))), people=(fewest, draw(st.integers(fewest, 10))))
