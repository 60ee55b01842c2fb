"""Every button, select and form leads to a handler: one that leads nowhere fails without an error."""

import ast
from collections.abc import Iterator, Sequence

import pytest

from tests.architecture.source import Source, demand, dotted, project, sources_of

# Which argument of a part of `buddybot.ui.framework.components` names its route.
POSITION = {"custom_id": 0, "select": 0, "button": 1, "Form": 1}


def _literals(sources: Sequence[Source], position: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Where a literal stands as the telling argument of these calls, and the literal."""
    for source in sources:
        for node in source.nodes if source.is_product else ():
            if isinstance(node, ast.Call):
                before, _, name = dotted(node.func).rpartition(".")
                index = position.get(name)
                if index is None or before not in {"", "components", "router"} or len(node.args) <= index:
                    continue
                argument = node.args[index]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield source.at(node.lineno, ""), argument.value


def dead_ends(sources: Sequence[Source]) -> list[str]:
    """Routes that are shown and not handled, and names that are handled twice."""
    handled = [name for _, name in _literals(sources, {"route": 0})]
    faults = [
        f"{where}nothing handles the route {name!r}"
        for where, name in _literals(sources, POSITION)
        if name not in handled
    ]
    return faults + [
        f"two handlers of the route {name!r}" for name in sorted(set(handled)) if handled.count(name) > 1
    ]


def test_every_button_of_the_project_leads_to_a_handler() -> None:
    demand(dead_ends(project()))


@pytest.mark.parametrize(
    "shown", ["button('Going', 'rsvp', 9)", "components.select('rsvp')", "Form('Title', 'rsvp', 3)"]
)
def test_a_dead_end_is_found(shown: str) -> None:
    handler = "@route('other')\nasync def f(self, interaction, given): ..."
    found = dead_ends(sources_of({"cogs/a.py": handler, "buddybot/ui/a.py": shown}))
    assert found == ["buddybot/ui/a.py:1: nothing handles the route 'rsvp'"]
    assert (
        dead_ends(sources_of({"cogs/a.py": handler.replace("other", "rsvp"), "buddybot/ui/a.py": shown}))
        == []
    )


def test_two_handlers_of_one_route_are_found() -> None:
    handler = "@route('rsvp')\nasync def f(self, interaction, given): ..."
    assert dead_ends(sources_of({"cogs/a.py": handler, "cogs/b.py": handler})) == [
        "two handlers of the route 'rsvp'"
    ]
