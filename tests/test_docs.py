"""The documentation says what is: its commands, settings, links and files are the program's own."""

import ast
import re
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from buddybot.app import create_bot
from buddybot.cli import COMMANDS
from buddybot.permissions import ASKED_FOR
from buddybot.settings.settings import Settings
from tests.architecture import texts
from tests.architecture.source import ROOT, demand, project
from tests.pages import (
    BEGIN,
    blocks,
    broken,
    code,
    emphasised,
    exists,
    find_invented_samples,
    pages,
    settings_table,
    spans,
)
from tests.pages import with_settings as page_with

MIGRATIONS = sorted((ROOT / "buddybot" / "storage" / "migrations").glob("*.sql"))
FOLDERS = ("buddybot/", "cogs/", "tests/", "config/", "docs/", "bench/", ".ci/", ".github/")
_FORBIDDEN = re.compile(r"\b(?:somebody|anybody|whoever|meanwhile|thereby)\b", re.IGNORECASE)
_QUOTED = re.compile(r"\*[^*\n]+\*|[\"“][^\"”]{1,200}[\"”]")
"""A label or a sentence of the program's, which a page repeats."""
IN_A_WHEEL = {"buddybot/cogs", "buddybot/config"}
DISCORDS_OWN = {"manage server"}
"""Words of Discord's that the pages for people set in italics like the labels of ours."""

Command = app_commands.Command[Any, ..., Any] | app_commands.Group


@pytest.fixture
async def commands(tmp_path: Path) -> AsyncIterator[Mapping[str, Command]]:
    """The real command tree by full names, families too."""
    address = f"sqlite:///{(tmp_path / 'docs.sqlite3').as_posix()}"
    bot = create_bot(replace(Settings.load({}), database_address=address))
    await bot._open_services(bot)
    await bot.load_cogs()
    yield {command.qualified_name: command for command in bot.tree.walk_commands()}
    await bot.close_services()


def typed(text: str) -> list[str]:
    """The slash commands that a page names, without what is behind a name."""
    return [found[1] for span in spans(text) if (found := re.fullmatch(r"/([a-z]+(?: [a-z]+)*)", span))]


def test_every_command_that_is_named_exists(commands: Mapping[str, Command]) -> None:
    demand(
        [f"{path}: /{name}" for path, text in pages().items() for name in set(typed(text)) - set(commands)]
    )


def test_every_command_is_named_on_some_page(commands: Mapping[str, Command]) -> None:
    named = {name for text in pages().values() for name in typed(text)}
    leaves = [name for name, each in commands.items() if not isinstance(each, app_commands.Group)]
    demand([f"no page names /{name}" for name in leaves if name not in named])


def test_every_label_that_is_quoted_exists(commands: Mapping[str, Command]) -> None:
    known = {label.casefold() for label in _labels()} | DISCORDS_OWN
    for each in commands.values():
        if isinstance(each, app_commands.Command):
            known |= {str(choice.name).casefold() for part in each.parameters for choice in part.choices}
    for_people = {path: text for path, text in pages().items() if path.startswith(("docs/org", "docs/memb"))}
    assert len(for_people) > 5
    demand(
        [
            f"{path}: nothing is called {label!r}"
            for path, text in for_people.items()
            for label in emphasised(text)
            if label.casefold() not in known
        ]
    )


def _labels() -> Iterator[str]:
    """Every sentence of the locale; a label may be the part before a colon."""
    for file in (ROOT / "buddybot" / "locales" / "en").glob("*.toml"):
        waiting: list[object] = [tomllib.loads(file.read_text(encoding="utf-8"))]
        while waiting:
            found = waiting.pop()
            if isinstance(found, dict):
                waiting += found.values()
            elif isinstance(found, str):
                yield from {found, found.partition(":")[0]}


def test_every_link_leads_somewhere() -> None:
    demand([fault for path, text in pages().items() for fault in broken(path, text, pages())])


def test_a_broken_link_is_found() -> None:
    text = "# A title\n[a](gone.md) [b](#a-title) [c](#nowhere) [d](README.md#no) `[e](no.md)`"
    assert list(broken("CONTRIBUTING.md", text, {"CONTRIBUTING.md": text, "README.md": "# Yes"})) == [
        "CONTRIBUTING.md: there is no gone.md",
        "CONTRIBUTING.md: CONTRIBUTING.md has no heading #nowhere",
        "CONTRIBUTING.md: README.md has no heading #no",
    ]


def test_every_page_can_be_reached_from_the_index() -> None:
    index = pages()["docs/README.md"]
    demand(
        [
            path
            for path in pages()
            if path.startswith("docs/") and path != "docs/README.md" and f"({path[5:]})" not in index
        ]
    )


def test_no_page_uses_a_word_that_the_style_forbids() -> None:
    demand(
        [
            f"{path}: {word}"
            for path, text in pages().items()
            for word in _FORBIDDEN.findall(_QUOTED.sub("", text))
        ]
    )


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert "demo" in targets
    demand([f"{path}: make {name}" for path, text in pages().items() for name in _made(text) - targets])


def _made(text: str) -> set[str]:
    """The make targets that a page calls."""
    found = (re.match(r"(?:[A-Z_]+=\S+ )*make ([a-z-]+)", line) for line in code(text))
    return {match[1] for match in found if match}


def test_the_readme_has_two_commands() -> None:
    (block,) = blocks(pages()["README.md"], "sh")
    assert [line.partition("#")[0].strip() for line in block.splitlines()] == ["make demo", "make test"]
    assert _made(pages()["README.md"]) == {"demo", "test"}


def test_every_command_of_the_program_exists() -> None:
    named = {
        found[1]
        for text in pages().values()
        for line in code(text)
        if (found := re.search(r"(?:^| )(?:python -m )?buddybot ([a-z]+)$", line))
    }
    assert named == set(COMMANDS)


def test_every_file_that_is_named_exists() -> None:
    demand(
        [
            f"{path}: there is no {span}"
            for path, text in pages().items()
            for span in spans(text)
            if span.startswith(FOLDERS) and " " not in span and span not in IN_A_WHEEL and not exists(span)
        ]
    )


def list_maintainers_pages() -> Mapping[str, str]:
    """The pages for those who work on the code."""
    return {path: text for path, text in pages().items() if path.startswith(("docs/maint", "CONTRIB"))}


def test_every_method_that_is_named_exists() -> None:
    named = {
        found[1]
        for text in pages().values()
        for span in spans(text)
        if (found := re.match(r"([A-Z][a-z]\w+\.\w+)(?:\(|$)", span))
    }
    classes = "|".join({name.partition(".")[0] for name in named})
    known = {
        f"{each.name}.{part.name}"
        for source in project()
        if re.search(rf"^class ({classes})\b", source.text, re.MULTILINE)
        for each in source.tree.body
        if isinstance(each, ast.ClassDef)
        for part in each.body
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert "Router.find" in named
    assert named <= known


def test_every_name_on_the_pages_for_maintainers_is_in_the_code() -> None:
    files = (
        path for top in ("buddybot", "cogs", "tests", "bench", "config") for path in (ROOT / top).rglob("*")
    )
    read = (path.read_text(encoding="utf-8") for path in files if path.suffix in {".py", ".sql", ".toml"})
    known = {word for text in read for word in re.findall(r"\w+", text)}
    demand(
        [
            f"{path}: nothing is called {span}"
            for path, text in list_maintainers_pages().items()
            for span in spans(text)
            if re.fullmatch(r"@?\w+(\.\w+)*(\(.*\))?", span) and not span.endswith((".md", ".sql"))
            for word in span.lstrip("@").partition("(")[0].split(".")
            if word not in known
        ]
    )


def test_every_sample_is_cut_from_its_file() -> None:
    demand(
        [
            fault
            for path, text in list_maintainers_pages().items()
            for fault in find_invented_samples(path, text)
        ]
    )


def test_a_sample_that_is_not_in_its_file_is_found() -> None:
    page = "```python\n# buddybot/app.py\ndef utc_now() -> datetime:\n{}\n```\n"
    right = '    """Return the wall clock\'s instant; everything else in the project is handed this."""'
    assert list(find_invented_samples("A.md", page.format(right))) == []
    assert list(find_invented_samples("A.md", page.format("    pass"))) == [
        "A.md: buddybot/app.py has no such lines: def utc_now() -> datetime:"
    ]


def test_the_table_of_settings_is_the_file() -> None:
    table = settings_table((ROOT / "config" / "default.toml").read_text(encoding="utf-8"))
    page = pages()["docs/hosting.md"]
    assert page == page_with(page, table), f"run the command in {BEGIN.strip()}"


def test_the_permissions_are_those_of_the_link() -> None:
    page = pages()["docs/hosting.md"]
    assert f"`{ASKED_FOR}`" in page
    rows = page.partition("| permission | for |")[2].partition("\n\n")[0]
    listed = {
        name for cell in re.findall(r"^\| ([A-Z][^|]+) \|", rows, re.MULTILINE) for name in cell.split(", ")
    }
    asked = {name.replace("_", " ").title() for name, on in discord.Permissions(ASKED_FOR) if on}
    assert listed == asked - {"Read Messages"} | {
        "View Channels"
    }  # the same one: the library's name, Discord's


def test_the_privacy_page_lists_every_table() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", pages()["docs/privacy.md"], re.MULTILINE)
    schema = "\n".join(file.read_text(encoding="utf-8") for file in MIGRATIONS)
    assert sorted(listed) == sorted([*re.findall(r"CREATE TABLE (\w+) \(", schema), "schema_migrations"])


def test_no_page_names_a_place_that_only_one_machine_has() -> None:
    demand(list(texts.faults(pages())))
