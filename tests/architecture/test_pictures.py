"""The picture of the house shows the imports that there are, and its table the order of the areas."""

from tests.architecture.pictures import (
    HOUSE,
    arrows_in,
    arrows_of,
    differences,
    order_in,
    picture_of,
    rooms_in,
    rooms_of,
)
from tests.architecture.rooms import AREAS
from tests.architecture.source import ROOT, demand, project, sources_of

PAGE = HOUSE.read_text(encoding="utf-8")


def test_the_picture_has_the_arrows_of_the_imports() -> None:
    demand(sorted(differences(arrows_in(picture_of(PAGE)), arrows_of(project()))))


def test_the_picture_names_every_room() -> None:
    assert rooms_in(picture_of(PAGE)) == rooms_of(ROOT / "buddybot")


def test_the_table_lists_the_areas_in_their_order() -> None:
    assert order_in(PAGE) == {layer: list(areas) for layer, areas in AREAS.items()}


def test_a_picture_is_found_out_when_it_differs_from_the_imports() -> None:
    picture = picture_of(
        "```mermaid\nflowchart BT\n    ui --> domain & services\n    services --> domain\n```\n"
    )
    sources = sources_of(
        {
            "buddybot/ui/a.py": "from buddybot.services.b import c\nfrom buddybot.domain.b import c",
            "buddybot/services/a.py": "from buddybot.storage.b import c",
        }
    )
    assert sorted(differences(arrows_in(picture), arrows_of(sources))) == [
        "services imports storage, and the picture has no such arrow",
        "the picture has services --> domain, and nothing imports so",
    ]
