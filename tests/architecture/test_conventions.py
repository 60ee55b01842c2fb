"""The conventions of the house, each shown on an example that breaks it."""

from collections.abc import Callable, Iterable

import pytest

from tests.architecture import conventions, texts
from tests.architecture.source import Source, demand, project

Rule = Callable[[Source], Iterable[str]]


@pytest.mark.parametrize("rule", conventions.RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps(rule: Rule) -> None:
    demand([fault for source in project() for fault in rule(source)])


def test_no_tracked_file_holds_what_it_must_not() -> None:
    assert "pyproject.toml" in texts.tracked()
    demand(list(texts.faults(texts.tracked())))


def test_every_exception_from_a_rule_is_needed() -> None:
    by_path = {source.path: source for source in project()}
    allowed = [*conventions.CLOCKS, *conventions.CAUGHT_WHOLE, *conventions.SLEEPS]
    demand(conventions.stale(allowed, by_path))
    demand([path for path in conventions.LONG_FILES if len(by_path[path].lines) <= conventions.MAX_LINES])


def call(text: str) -> str:
    """A function that does something."""
    return f"def f():\n    {text}\n"


LONG = "def f():\n" + "    a = 1\n" * 60
BODY = '    """Doc."""\n' + "    a = 1\n" * 26
CALLBACK = f"@group.command(name='go')\nasync def go(self, interaction):\n{BODY}"
ROUTE = "class A:\n    @route('rsvp')\n    async def go(self):\n" + "        a = 1\n" * 26
BAD: list[tuple[Rule, str, str, str]] = [
    (conventions.clock, "buddybot/services/a.py", call("return datetime.now(UTC)"), "datetime.now reads"),
    (
        conventions.clock,
        "buddybot/services/a.py",
        call("return datetime.datetime.now(UTC)"),
        "reads the real clock",
    ),
    (
        conventions.clock,
        "buddybot/services/a.py",
        "def f(now=datetime.now):\n    pass",
        "reads the real clock",
    ),
    (
        conventions.clock,
        "buddybot/ui/a.py",
        call("return discord.utils.utcnow()"),
        "discord.utils.utcnow reads",
    ),
    (conventions.clock, "buddybot/ui/a.py", "from discord.utils import utcnow", "reads the real clock"),
    (conventions.clock, "cogs/a.py", call("return time.time()"), "time.time reads"),
    (conventions.clock, "cogs/a.py", call("return time.monotonic()"), "time.monotonic reads"),
    (conventions.clock, "cogs/a.py", "from time import monotonic", "reads the real clock"),
    (conventions.clock, "buddybot/domain/a.py", call("return date.today()"), "date.today reads"),
    (conventions.sleep, "tests/a.py", call("await asyncio.sleep(0.1)"), "a test does not sleep"),
    (conventions.sleep, "tests/a.py", call("time.sleep(1)"), "a test does not sleep"),
    (
        conventions.broad_except,
        "cogs/a.py",
        "try:\n    a\nexcept BaseException:\n    # why\n    b",
        "must pass through",
    ),
    (conventions.broad_except, "tests/a.py", "try:\n    a\nexcept:\n    b", "must pass through"),
    (
        conventions.broad_except,
        "cogs/a.py",
        "try:\n    a\nexcept (OSError, BaseException):\n    b",
        "pass through",
    ),
    (
        conventions.broad_except,
        "cogs/a.py",
        "try:\n    a\nexcept Exception:\n    b  # too late",
        "names the boundary",
    ),
    (conventions.broad_except, "cogs/a.py", "with suppress(Exception):\n    a", "names the boundary"),
    (conventions.length, "bench/a.py", "a = 1\n" * 401, "401 lines"),
    (conventions.length, "tests/a.py", LONG, "f has 61 lines"),
    (conventions.length, "cogs/a.py", CALLBACK, "callback go has 26 lines"),
    (conventions.length, "cogs/a.py", ROUTE, "callback go has 26 lines"),
    (conventions.vague_names, "buddybot/ui/a.py", "class PingManager:\n    pass", "PingManager says nothing"),
    (conventions.vague_names, "tests/a.py", "def make_helper():\n    pass", "make_helper says nothing"),
    (conventions.vague_names, "buddybot/ui/utils.py", "", "the module's name utils"),
    (conventions.docstrings, "buddybot/ui/a.py", "a = 1", "the module has no docstring"),
    (conventions.docstrings, "cogs/a.py", '"""Doc."""\nclass A:\n    pass', "A has no docstring"),
    (conventions.docstrings, "bench/a.py", '"""Doc."""\nasync def f():\n    pass', "f has no docstring"),
    (
        conventions.docstrings,
        "buddybot/services/a.py",
        '"""Doc."""\nclass A:\n    """Doc."""\n    def f(self):\n        pass',
        "A.f has no docstring",
    ),
    (conventions.work_on_import, "buddybot/services/a.py", "start()", "works while it is imported"),
    (conventions.work_on_import, "cogs/a.py", "for a in b:\n    c(a)", "works while it is imported"),
]


@pytest.mark.parametrize(
    ("rule", "path", "text", "expected"),
    BAD,
    ids=[f"{one[0].__name__}-{number}" for number, one in enumerate(BAD)],
)
def test_a_fault_is_found(rule: Rule, path: str, text: str, expected: str) -> None:
    found = list(rule(Source(path, text)))
    assert len(found) == 1, found
    assert expected in found[0]


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (conventions.clock, "buddybot/app.py", call("return datetime.now(UTC)")),
        (conventions.clock, "buddybot/services/a.py", call("return self.now() + datetime.resolution")),
        (
            conventions.clock,
            "buddybot/services/a.py",
            "from datetime import time\nfrom discord.utils import MISSING",
        ),
        (conventions.clock, "tests/a.py", call("return datetime.now(UTC)")),
        (conventions.sleep, "tests/a.py", call("await asyncio.sleep(0)")),
        (
            conventions.broad_except,
            "cogs/a.py",
            "try:\n    a\nexcept Exception:  # boundary: the task\n    b",
        ),
        (
            conventions.broad_except,
            "cogs/a.py",
            "try:\n    a\n# boundary: one ping\nexcept Exception:\n    b",
        ),
        (conventions.broad_except, "cogs/a.py", "try:\n    a\nexcept (OSError, ValueError):\n    b"),
        (conventions.length, "cogs/a.py", CALLBACK.replace("    a = 1\n", "", 1)),
        (conventions.vague_names, "tests/a.py", "class Managed:\n    pass\ndef manage():\n    pass"),
        (conventions.docstrings, "tests/a.py", "class A:\n    pass"),
        (
            conventions.docstrings,
            "buddybot/ui/a.py",
            '"""D."""\nclass A:\n    """D."""\n    def f(self): ...',
        ),
        (conventions.docstrings, "buddybot/ui/a.py", '"""D."""\ndef _f(): ...\n@overload\ndef g(): ...'),
        (
            conventions.work_on_import,
            "buddybot/ui/a.py",
            '"""D."""\na = f()\nif TYPE_CHECKING:\n    import b',
        ),
    ],
)
def test_what_keeps_a_rule_passes(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "# TO" + "DO later",
        "FIX" + "ME",
        "open('/wo" + "rk/main/a')",
        "cd /ho" + "me/ana/buddybot",
        "--index" + "-url https://example.org",
        "https://example.org/sim" + "ple/discord",
    ],
)
def test_a_forbidden_text_is_found(text: str) -> None:
    assert len(list(texts.faults({"docs/a.md": f"first\n{text}\n"}))) == 1


@pytest.mark.parametrize(
    "text", ["buddybot/works/a.py", "https://example.org/root/", "a todo list", "~/works/", "$HOME/x"]
)
def test_an_ordinary_text_passes(text: str) -> None:
    assert list(texts.faults({"docs/a.md": text})) == []


def test_a_needless_exception_is_told() -> None:
    by_path = {"buddybot/app.py": Source("buddybot/app.py", "now = clock")}
    assert conventions.stale([("buddybot/app.py", "utcnow"), ("buddybot/gone.py", "x")], by_path) == [
        "buddybot/app.py: the exception for utcnow is needed no more"
    ]
