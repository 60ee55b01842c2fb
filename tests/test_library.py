"""The library that ships is whole; a file of one's own is read the same way, or refused in a sentence."""

from pathlib import Path

import pytest

from buddybot.domain.checkins.agenda import Practice, Turns, agenda
from buddybot.library import load_activities
from buddybot.settings.errors import OperatorError
from buddybot.settings.paths import config_file

OWN = """
[[activity]]
key = "walk"
name = "A walk"
summary = "Some things are easier said side by side."
minutes = 20
people = [2, 6]
needs = []
practises = ["networking"]

[[activity.step]]
minutes = 2
text = "Find somebody to walk with."

[[activity.step]]
minutes = 18
turns = "pairs"
text = "One talks on the way there, the other on the way back."
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


def complaint(own: Path, text: str) -> str:
    own.write_text(text, encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        load_activities(str(own))
    return str(caught.value)


def test_the_library_has_something_of_everything() -> None:
    shipped = load_activities()
    keys = {each.key for each in shipped}
    assert len(shipped) >= 20
    assert {practice for each in shipped for practice in each.practises} == set(Practice)
    assert keys >= {
        *("mock-interview", "star-stories", "resume-swap", "profile-review", "who-knows-whom"),
        *("introductions", "company-research", "thank-you-notes", "negotiating", "setbacks"),
        *("wins-and-vents", "skill-share", "week-plan", "coffee-chat", "posting-taken-apart"),
        *("questions-for-them", "portfolio-show", "why-it-worked", "reaching-out-cold", "references"),
        *("quiet-work", "better-than-thought"),
    }


def test_keys_that_were_used_stay() -> None:
    assert [each.key for each in load_activities()][:6] == [
        *("introductions", "resume-swap", "mock-interview"),
        *("who-knows-whom", "quiet-work", "better-than-thought"),
    ]


def test_whenever_there_is_room_several_activities_fit() -> None:
    shipped = load_activities()
    for people in range(2, 11):
        for duration in range(75, 181, 5):
            room = agenda(duration, people).room
            assert sum(each.fits(people, room) for each in shipped) >= 5, (duration, people)
    assert all(each.fits(6, agenda(75, 6).room) for each in shipped)


def test_the_file_explains_every_word_that_it_may_use() -> None:
    head = config_file("activities.toml").read_text(encoding="utf-8").partition("[[activity]]\n")[0]
    assert f"from: {', '.join(Practice)}" in head
    assert all(f'"{turns}"' in head for turns in Turns)


def test_every_text_ends_like_a_sentence_and_shouts_nothing() -> None:
    for each in load_activities():
        for text in (each.summary, *(step.text for step in each.steps)):
            assert text.endswith((".", "?", "”.", ".”", "?”"))
            assert "!" not in text
        assert not each.name.endswith(".")


def test_ones_own_activities_come_after_those_that_ship(own: Path) -> None:
    own.write_text(OWN, encoding="utf-8")
    *shipped, walk = load_activities(f" {own} ")
    assert tuple(shipped) == load_activities()
    assert (walk.key, walk.fewest, walk.most, walk.needs) == ("walk", 2, 6, ())
    assert [(step.minutes, step.turns) for step in walk.steps] == [(2, None), (18, Turns.PAIRS)]


def test_one_with_a_key_that_ships_replaces_it(own: Path) -> None:
    own.write_text(OWN.replace('"walk"', '"mock-interview"'), encoding="utf-8")
    found = load_activities(str(own))
    assert len(found) == len(load_activities())
    assert [each.name for each in found if each.key == "mock-interview"] == ["A walk"]


@pytest.mark.parametrize(
    ("said", "instead", "clause"),
    [
        ("summary =", "sumary =", "has an unknown sumary (did you mean summary?)"),
        ("[2, 6]", "[2, 6]\ncolour = 1", "has an unknown colour"),
        ('turns = "pairs"', 'turn = "pairs"', "has an unknown turn in step 2 (did you mean turns?)"),
        ("needs = []\n", "", "has no needs"),
        ('text = "Find somebody to walk with."\n', "", "has no text in step 1"),
        ("minutes = 20", 'minutes = "20"', "must have a whole number as minutes"),
        ("minutes = 20", "minutes = true", "must have a whole number as minutes"),
        ('"A walk"', "7", "must have a text as name"),
        ("needs = []", 'needs = "shoes"', "must have a list as needs"),
        ("needs = []", "needs = [1]", "must have needs as a list of texts"),
        ("[2, 6]", '["2", "6"]', "must have people as a list of whole numbers"),
        ("[2, 6]", "[2]", "must have people as [fewest, most]"),
        (
            '"networking"',
            '"walking"',
            'says "walking", which is none of applications, feedback, interviews, ',
        ),
        ('"pairs"', '"couples"', 'says "couples", which is none of everyone, pairs, threes'),
        ("minutes = 20", "minutes = 21", "says 21 minutes, but its steps take 20"),
    ],
)
def test_what_is_wrong_in_an_activity_is_named(own: Path, said: str, instead: str, clause: str) -> None:
    assert said in OWN
    sentence = complaint(own, OWN.replace(said, instead, 1))
    assert sentence.startswith(f"The activity walk in {own} {clause}")
    assert sentence.endswith("; config/activities.toml explains the format.")


def test_an_activity_without_a_key_is_named_by_its_number(own: Path) -> None:
    assert complaint(own, OWN.replace('key = "walk"\n', "")).startswith(
        f"The activity number 1 in {own} has no key;"
    )


def test_the_same_key_twice_in_a_file_is_a_mistake(own: Path) -> None:
    assert "The activity walk in" in complaint(own, OWN + OWN)
    assert "is there twice: give one of them another key" in complaint(own, OWN + OWN)


@pytest.mark.parametrize("text", ["", "title = 'Ours'\n" + OWN, "activity = 3", "[activity]\nkey = 'walk'"])
def test_a_file_of_something_else_is_refused(own: Path, text: str) -> None:
    assert complaint(own, text) == (
        f"The activities file {own} must hold [[activity]] tables and nothing else; "
        "config/activities.toml explains the format."
    )


def test_a_list_of_something_else_is_refused(own: Path) -> None:
    assert complaint(own, "activity = [1]").startswith(
        f"The activity number 1 in {own} must be an [[activity]] table;"
    )


def test_a_file_that_is_not_there_or_not_text_is_a_sentence(own: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        load_activities(str(own))
    assert str(caught.value) == (
        f"The activities file {own} cannot be read (No such file or directory): check meetings.activities."
    )
    assert complaint(own, "a = = 1").startswith(f"The activities file {own} is not valid TOML: ")
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(OperatorError, match="is not valid TOML"):
        load_activities(str(own))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minutes = 20", f"minutes = {10**30}"),
        ("minutes = 18", f"minutes = {10**30}"),
        ("minutes = 18", f"minutes = {10**4000}"),
        ("minutes = 20", "minutes = 481"),
    ],
)
def test_an_activity_is_refused_when_it_takes_longer_than_a_meeting(own: Path, old: str, new: str) -> None:
    sentence = complaint(own, OWN.replace(old, new))
    assert "walk" in sentence
    assert "takes longer than the 480 minutes that a meeting may" in sentence
    assert len(sentence) < 400


def test_a_file_that_is_nested_too_deeply_is_refused(own: Path) -> None:
    assert "is not valid TOML: it is nested too deeply" in complaint(own, "x = " + "[" * 20_000)


def test_a_file_may_begin_with_the_mark_that_some_editors_write(own: Path) -> None:
    own.write_text(OWN, encoding="utf-8-sig")
    assert load_activities(str(own))[-1].key == "walk"
