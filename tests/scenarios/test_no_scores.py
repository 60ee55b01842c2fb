"""Nobody is scored: no line that anybody was shown in some weeks joins a person with how good they are."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from discord import app_commands

from buddybot import locales
from tests.architecture.sentences import LOCALES, placeholders, read
from tests.scenarios.evenings import OPEN, SUMMARY, Evening, fields_of
from tests.world import World, custom_ids

SHOWN = ("content", "title", "label", "description", "placeholder", "name", "value")
"""The parts of what is sent that somebody reads, alt texts among them."""
NOT_TYPED = ("setup", "meeting start", "meeting close", "meeting skip", "group pause", "me join")
"""Commands that would end the week, or begin another group."""
PEOPLE_FIELDS = frozenset(
    [
        "by",
        "facilitator",
        "giver",
        "host",
        "lead",
        "member",
        "members",
        "organizer",
        "others",
        "timekeeper",
        "who",
    ]
)
"""What a locale calls the places in its sentences that people are put into."""
NUMBER = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
ALLOWED = (
    re.compile(r"“[^”]*”(?:\*\*)?(?: · | )\d+ of \d+"),  # a commitment's own progress
    re.compile(r"\b\d+ of \d+(?=: carry| done\b|, the rest)"),  # the same in a form about one's own
    re.compile(r"hosted \d+ of (?:the )?\d+(?:\.\d+)?"),  # a share of hosting, which everybody has
    re.compile(r"<t:\d+(?::\w)?>"),
)
BAD = (
    re.compile(r"\d\s?%|per ?cent", re.IGNORECASE),
    re.compile(
        rf"\b{NUMBER} (?:out )?of (?:(?:the|their|her|his) )?(?:last |past )?{NUMBER}\b", re.IGNORECASE
    ),
    re.compile(r"(?<![\d/-])\d+ ?/ ?\d+(?![\d/])"),
    re.compile(r"\b(?:scores?|scored|ratings?|rated|grades?|points?|stars?|streak)\b|[★☆⭐]", re.IGNORECASE),
    re.compile(r"\b(?:rank(?:s|ed|ing)?|leader ?board|top|best|worst|winner|champion)\b", re.IGNORECASE),
    re.compile(r"\b(?:first|second|third|last) place\b|\bplace \d|#\d|\b\d+(?:st|nd|rd|th)\b", re.IGNORECASE),
    re.compile(
        rf"\b{NUMBER} (?:absences?|promises?|commitments?|kept|missed|kudos|thanks|times)\b", re.IGNORECASE
    ),
    re.compile(rf"\b(?:missed|kept|attended|came) {NUMBER}\b", re.IGNORECASE),
    re.compile(r"^\W*\d+[.)] "),
)


def faults(lines: Sequence[str], people: Sequence[str]) -> list[str]:
    """Return the lines that join one of these people, mentioned or named, with a measure of them."""
    named = re.compile("|".join([r"<@!?\d+>", *(rf"\b{re.escape(name)}\b" for name in people)]))
    found = []
    for line in lines:
        rest = line
        for pattern in ALLOWED:
            rest = pattern.sub("", rest)
        without = re.sub(r"<@!?\d+>", "@", rest)
        if named.search(line) and any(pattern.search(without) for pattern in BAD):
            found.append(line)
    return found


def shown(world: World) -> list[str]:
    """Return every line that was ever sent to be read: messages, answers, forms, choices, alt texts."""
    return [
        line
        for request in world.env.http_requests
        if request.json is not None and "/commands" not in request.path
        for text in _texts(request.json)
        for line in text.splitlines()
    ]


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        parts = [str(node[key]) for key in SHOWN if isinstance(node.get(key), str)]
        yield from parts
        yield " ".join(parts)  # a choice is read with its description
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for each in node:
            yield from _texts(each)


async def live(evening: Evening, weeks: int) -> None:
    """Let the group meet, with everything that members and the organizer can do."""
    for week in range(weeks):
        for name in evening.names[:4]:
            await evening.person(name).slash(
                evening.channel, "commit add", text=f"{week + 4} coffee meetings"
            )
        await evening.starts(before=timedelta(hours=3))
        for name, label in zip(evening.names, ("Going", "Late", "Virtual", "Can't come"), strict=False):
            await evening.press(name, label, evening.shown("### Meeting"))
        await evening.person("Ben").slash(evening.channel, "kudos", member=str(evening.person("Ana").id))
        await evening.starts()
        for name in evening.names[:3]:
            await report(evening, name)
        await evening.press("Ana", "Next turn", evening.shown(OPEN))
        await evening.world.pass_time(minutes=45)
        await evening.press("Ana", "Next turn", evening.shown(OPEN))
        await evening.close("Ana")
        await absent(evening)
        await evening.world.pass_time(hours=20)
        await evening.world.bot.services.member_signals.review()
        await evening.world.run_due()
        await everything(evening)


async def report(evening: Evening, name: str) -> None:
    """Let a member check in: of what they promised they choose the second answer of each."""
    form = await evening.person(name).slash(evening.channel, "checkin")
    values: dict[str, object] = {"win": "A call"}
    for _, field in fields_of(form):
        if "options" in field:
            values[field["custom_id"]] = [field["options"][1]["value"]]
    await evening.person(name).submit_modal(form, values)


async def absent(evening: Evening) -> None:
    """Let the organizer say that Eli, who gave no word, was not there."""
    asked = await evening.person("Ana").slash(evening.channel, "attendance take")
    assert asked.response is not None
    [place] = [each for each in custom_ids(asked.response) if ":absent:" in each]
    eli = str(evening.person("Eli").id)
    await evening.person("Ana").select(asked.response, [eli], custom_id=place)


async def everything(evening: Evening) -> None:
    """Let the organizer and a member type every command that needs nothing more."""
    for command in evening.world.bot.tree.walk_commands():
        if not isinstance(command, app_commands.Command) or command.qualified_name in NOT_TYPED:
            continue
        if not any(each.required for each in command.parameters):
            for name in ("Ana", "Ben"):
                await evening.person(name).slash(evening.channel, command.qualified_name)
    await evening.person("Ben").slash(evening.channel, "commit list", who="group")
    desk = await evening.person("Ben").slash(evening.channel, "feedback")
    assert desk.response is not None
    form = await evening.press("Ben", "Say something", desk.response)
    await evening.person("Ben").submit_modal(form, {"phrases": ["helps"], "rating": ["2"]})
    desk = await evening.person("Ana").slash(evening.channel, "feedback")
    assert desk.response is not None
    await evening.press("Ana", "Read what was said", desk.response)


async def test_no_line_that_anybody_was_shown_scores_or_ranks_a_person(world: World) -> None:
    evening = await Evening.gather(world, "Ana", "Ben", "Cho", "Dev", "Eli")
    await live(evening, weeks=3)
    lines = shown(world)
    for seen in (
        evening.mention("Eli")
        + " missed several of the last meetings without a word",  # what organizers may hear
        "keep an eye on the clock",
        f"{evening.mention('Ben')} thanked {evening.mention('Ana')}.",
        "The meetings help me.",
        f"{evening.mention('Ana')}: “4 coffee meetings” · 3 of 4",
    ):
        assert any(seen in line for line in lines), f"nobody was shown {seen!r}"
    assert evening.text(SUMMARY)
    assert faults(lines, evening.names) == []


def filled(sentence: str) -> str:
    """Return a sentence with somebody in each field for a person, and a number in all others."""
    return re.sub(r"\{(\w+)\}", lambda field: "<@7>" if field[1] in PEOPLE_FIELDS else "3", sentence)


@pytest.mark.parametrize("language", locales.available())
def test_no_sentence_of_any_card_scores_or_ranks_a_person_whatever_fills_it(language: str) -> None:
    sentences = read(LOCALES / language)
    assert {name for sentence in sentences.values() for name in placeholders(sentence)} >= PEOPLE_FIELDS
    found = {key: faults(filled(sentence).splitlines(), []) for key, sentence in sentences.items()}
    assert {key: lines for key, lines in found.items() if lines} == {}


def test_a_planted_sentence_is_found() -> None:
    for sentence in (
        "{member} kept {count} commitments",
        "{who}: {done} of {target}",
        "{giver}: {percent} %",
    ):
        assert faults([filled(sentence)], [])


@pytest.mark.parametrize(
    "line",
    [
        "<@7> came to 80 % of the meetings",
        "Ana: 4 of 5 meetings",
        "<@7> was there 3 out of 5",
        "Ana kept 5 commitments",
        "<@7> has missed three of the last five meetings",
        "<@7> missed 3 meetings",
        "Attendance of Ana: 7/9",
        "1. <@7>, 2. <@8>",
        "<@7> has the best week",
        "Ana is ranked higher than Ben",
        "In first place: <@7>",
        "<@7> · rating 4",
        "Score of Ana: high",
        "<@7> ★★★",
        "<@7> got 5 kudos",
        "<@7>, 3rd",
        "“4 calls” · 3 of 4, so Ana is at 75 percent",
    ],
)
def test_a_planted_line_is_found(line: str) -> None:
    assert faults(["The meeting is closed", line], ["Ana", "Ben"]) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "<@7>: “4 coffee meetings” · 3 of 4",
        "<@7> · hosted 1 of the 2.4 that would be equal",
        "8 minutes each · checked in 3 of 5",
        "<@7> has the floor until <t:1767726840:t> · then <@8>",
        "<@7> thanked <@8>.",
        "5.1 of 6 came on average",
    ],
)
def test_what_the_design_shows_passes(line: str) -> None:
    assert faults([line], ["Ana", "Ben"]) == []
