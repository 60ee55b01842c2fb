"""Names, locales and docs use the words that the maintainers agreed on, each for one thing."""

import tomllib
from collections.abc import Iterator, Mapping

import pytest

from tests.architecture import sentences, texts, vocabulary
from tests.architecture.source import ROOT, Source, demand, project

LOCALES = sorted(sentences.LOCALES.glob("*/*.toml"))


def by_key() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each locale file with its sentences; the key begins below the file's name."""
    for path in LOCALES:
        flat = sentences.flat("", tomllib.loads(path.read_text(encoding="utf-8")))
        yield path.relative_to(ROOT).as_posix(), {key.removeprefix("."): text for key, text in flat}


def test_names_use_the_agreed_words() -> None:
    demand([fault for source in project() for fault in vocabulary.synonyms(source)])


def test_functions_have_a_verb_and_an_object() -> None:
    demand([fault for source in project() for fault in vocabulary.participles(source)])


def test_locales_use_the_agreed_words() -> None:
    found: list[str] = []
    for path, said in by_key():
        found += vocabulary.keys(path, said)
        found += vocabulary.prose(path, "\n".join(said.values()))
    assert len(LOCALES) > 1
    demand(found)


def test_files_of_locales_use_the_agreed_words() -> None:
    demand([fault for path in LOCALES for fault in vocabulary.keys(path.name, {path.stem: ""})])


def test_docs_use_the_agreed_words() -> None:
    docs = {path: text for path, text in texts.tracked().items() if path.startswith(("docs/", "README"))}
    assert docs
    read = (vocabulary.prose(path, text) for path, text in docs.items() if path.endswith(".md"))
    demand([fault for faults in read for fault in faults])


def test_every_exception_from_the_words_is_needed() -> None:
    found = {
        (path, key) for path, said in by_key() for key in said if list(vocabulary.keys(path, {key: ""}, ()))
    }
    found |= {
        (source.path, name.text)
        for source in project()
        for name in vocabulary.names(source)
        if set(vocabulary.words(name.text)) & (vocabulary.INSTEAD.keys() | vocabulary.AMONG_LOCATIONS.keys())
    }
    assert not vocabulary.EXCEPTIONS.keys() - found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class VenueView:\n    pass", "VenueView: say arrangement"),
        ("def at_venues():\n    pass", "at_venues: say arrangement"),
        ("def f(rhythm):\n    pass", "rhythm: say schedule"),
        ("self.stints = 1", "stints: say membership"),
        ("moods = 1", "moods: say pulse"),
        ("import a as suite", "suite: say registry"),
    ],
)
def test_a_synonym_is_found_in_a_name(text: str, expected: str) -> None:
    [fault] = vocabulary.synonyms(Source("buddybot/ui/a.py", text))
    assert expected in fault


def test_a_place_is_a_location_where_locations_are_dealt_with() -> None:
    [fault] = vocabulary.synonyms(Source("buddybot/ui/locations/a.py", "def list_places(): ..."))
    assert "list_places: say location" in fault
    assert list(vocabulary.synonyms(Source("buddybot/exports/a.py", "place = 1"))) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("buddybot/ui/a.py", 'row = tx.one("SELECT * FROM venues")'),
        ("buddybot/ui/a.py", "# the news of a new home\nfewer = renewed = greenhouse = 1"),
        ("tests/a.py", "venue = 1"),
    ],
)
def test_what_is_no_name_of_the_product_passes(path: str, text: str) -> None:
    assert list(vocabulary.synonyms(Source(path, text))) == []


def test_a_bare_participle_is_found() -> None:
    found = list(
        vocabulary.participles(
            Source("cogs/a.py", "class A:\n    async def _told(self): ...\n    def seen(self): ...")
        )
    )
    assert found == [
        "cogs/a.py:2: _told has no verb and no object",
        "cogs/a.py:3: seen has no verb and no object",
    ]
    told = "class A:\n    @property\n    def _known(self): ...\n    def _note_told(self): ..."
    assert list(vocabulary.participles(Source("cogs/a.py", told))) == []


def test_a_synonym_is_found_in_a_sentence_and_in_its_key() -> None:
    assert list(vocabulary.prose("docs/a.md", "The `venues` table.\nThe Venue is open.")) == [
        "docs/a.md:2: venue: say arrangement (where one meeting is and who hosts it) or location"
    ]
    assert list(vocabulary.keys("a.toml", {"where.rhythm": ""})) == [
        "a.toml: where.rhythm: where_rhythm: say schedule, not rhythm"
    ]
