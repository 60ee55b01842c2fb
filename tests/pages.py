"""The pages of the documentation as the tests read them; run as a module, writes the table of settings."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

BEGIN = "<!-- settings: begin; made from config/default.toml by `python -m tests.pages` -->\n"
END = "<!-- settings: end -->"
HOSTING = ROOT / "docs" / "hosting.md"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")


@cache
def pages() -> Mapping[str, str]:
    """Every page by its path from the top of the checkout."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in one language."""
    return [body for name, body in _FENCE.findall(text) if name == language]


def spans(text: str) -> list[str]:
    """What stands between backticks in the prose."""
    return _SPAN.findall(_FENCE.sub("", text))


def code(text: str) -> Iterator[str]:
    """Every line of the shell's blocks, without its comment, and every span."""
    for block in blocks(text, "sh"):
        yield from (line.partition("#")[0].strip() for line in block.splitlines())
    yield from spans(text)


def emphasised(text: str) -> list[str]:
    """What is set in italics: on the pages for people, the labels of buttons and forms."""
    return _EMPHASIS.findall(_SPAN.sub("", _FENCE.sub("", text)))


def links(text: str) -> list[str]:
    """The targets of links and pictures that stay in this repository."""
    found = _LINK.findall(_SPAN.sub("", _FENCE.sub("", text)))
    return [target for target in found if not target.startswith(("http://", "https://"))]


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings make."""
    titles = _HEADING.findall(_FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(path: str, text: str, everything: Mapping[str, str]) -> Iterator[str]:
    """Every link of a page whose file or anchor is not there."""
    for target in links(text):
        name, _, anchor = target.partition("#")
        place = (ROOT / path).parent / name if name else ROOT / path
        if not place.exists():
            yield f"{path}: there is no {target}"
            continue
        page = place.resolve().relative_to(ROOT).as_posix()
        if anchor and anchor not in anchors(everything.get(page, "")):
            yield f"{path}: {page} has no heading #{anchor}"


def find_invented_samples(path: str, text: str) -> Iterator[str]:
    """Every sample of a page that names its file in the first line and is not cut from it."""
    for block in blocks(text, "python"):
        name, _, body = block.partition("\n")
        if name.startswith("# "):
            there = _lines((ROOT / name.removeprefix("# ")).read_text(encoding="utf-8"))
            if _lines(body) not in there:
                yield f"{path}: {name.removeprefix('# ')} has no such lines: {body.partition(chr(10))[0]}"


def _lines(text: str) -> str:
    """A text as its lines without their margins, each with both its ends."""
    return "".join(f"\n{line.strip()}\n" for line in text.splitlines() if line.strip())


def settings_table(text: str) -> str:
    """The settings of a file like config/default.toml as a table, in its own words."""
    lines = ["| setting | usual | what it is |", "|---|---|---|"]
    section, said = "", list[str]()
    for line in text.splitlines():
        if line.startswith("["):
            section, said = line.strip("[]"), []
        elif line.startswith("#"):
            said.append(line.removeprefix("#").strip())
        elif " = " in line:
            key, _, value = line.partition(" = ")
            lines.append(f"| `{section}.{key}` | `{value}` | {' '.join(said) or 'See the line above.'} |")
            said = []
        else:
            said = []
    return "\n".join(lines) + "\n"


def with_settings(page: str, table: str) -> str:
    """A page with this table between its two marks."""
    before, after = page.index(BEGIN) + len(BEGIN), page.index(END)
    return f"{page[:before]}{table}{page[after:]}"


def write() -> None:
    """Put the present settings into the page for hosts."""
    table = settings_table((ROOT / "config" / "default.toml").read_text(encoding="utf-8"))
    HOSTING.write_text(with_settings(HOSTING.read_text(encoding="utf-8"), table), encoding="utf-8")


def exists(path: str) -> bool:
    """Whether the checkout has a file or folder at this path."""
    return Path(ROOT, path).exists()


if __name__ == "__main__":
    write()
