"""Areas inside a layer point one way too, and no folder is a heap."""

import pytest

from tests.architecture.rooms import AREAS, MOST_FILES, crowded, upward
from tests.architecture.source import demand, project, sources_of


def test_the_areas_of_each_layer_point_one_way() -> None:
    demand(list(upward(project())))


def test_every_area_that_is_named_exists() -> None:
    folders = {tuple(source.path.split("/")[1:3]) for source in project() if source.is_product}
    missing = {(layer, area) for layer, areas in AREAS.items() for area in areas if area} - folders
    assert not missing


def test_no_folder_is_crowded() -> None:
    demand(list(crowded(project())))


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "buddybot/services/locations/a.py",
            "from buddybot.services.meetings.b import c",
            "locations points back up to meetings",
        ),
        (
            "buddybot/domain/errors.py",
            "from buddybot.domain.groups.b import c",
            "its own folder points back up to groups",
        ),
        ("buddybot/ui/health/a.py", "from buddybot.ui import messages", "points back up to its own folder"),
        (
            "buddybot/storage/engine/a.py",
            "def f():\n    # a reason\n    from buddybot.storage.outbox import b",
            "engine points back up to outbox",
        ),
        ("buddybot/exports/attic/a.py", "", "attic has no place in the order of exports"),
    ],
)
def test_an_area_that_points_up_is_found(path: str, text: str, expected: str) -> None:
    others = {
        "buddybot/services/meetings/__init__.py": "",
        "buddybot/services/meetings/b.py": "",
        "buddybot/domain/groups/b.py": "",
        "buddybot/ui/messages.py": "",
        "buddybot/storage/outbox/__init__.py": "",
        "buddybot/storage/outbox/b.py": "",
    }
    found = list(upward(sources_of({**others, path: text})))
    assert len(found) == 1, found
    assert expected in found[0]


def test_an_area_may_import_what_stands_below_it_and_itself() -> None:
    texts = {
        "buddybot/services/core/a.py": "from buddybot.services.core import b",
        "buddybot/services/core/b.py": "from buddybot.domain.groups.groups import Group",
        "buddybot/services/registry.py": "from buddybot.services.privacy import audit",
        "buddybot/services/privacy/audit.py": "from buddybot.services.core.a import c",
    }
    assert not list(upward(sources_of(texts)))


def test_a_crowded_folder_is_found() -> None:
    full = {f"tests/heap/test_{number}.py": "" for number in range(MOST_FILES)}
    assert not list(crowded(sources_of(full)))
    found = list(crowded(sources_of({**full, "tests/heap/one_more.py": ""})))
    assert found == [f"tests/heap: {MOST_FILES + 1} Python files, {MOST_FILES} are allowed"]
