"""The conventions a syntax tree can show; each function tells the faults of one rule in one source."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.architecture.source import Definition, Function, Source, definitions, dotted, functions

MAX_LINES, MAX_FUNCTION, MAX_CALLBACK = 400, 60, 25

Allowed = Mapping[tuple[str, str], str]

# The one place that reads the real clock; whoever else composes something takes it from there.
CLOCKS: Allowed = {
    ("buddybot/app.py", "datetime.now"): "the default of `now`, injected into everything else",
}
_CARRIED = "carries whatever happened between the database's thread and its caller, and raises it there"
CAUGHT_WHOLE: Allowed = {
    ("buddybot/storage/engine/sqlite.py", "BaseException"): _CARRIED,
    ("buddybot/storage/engine/sqlite_thread.py", "BaseException"): _CARRIED,
}
SLEEPS: Allowed = {
    (
        "tests/storage/engine/test_sqlite.py",
        "asyncio.sleep",
    ): "a script that would wait is refused before it does",
}
LONG_FILES: Mapping[str, str] = {}

CLOCK_CALLS = re.compile(
    r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today|utcnow"
    r"|time\.(?:time|time_ns|monotonic|monotonic_ns|perf_counter|localtime|gmtime))$"
)
CLOCK_NAMES = frozenset({"utcnow", "monotonic", "perf_counter", "time_ns", "monotonic_ns"})
CALLBACKS = frozenset({"command", "autocomplete", "context_menu", "route", "listener"})
VAGUE = frozenset({"manager", "managers", "helper", "helpers", "util", "utils"})
DOCUMENTED_METHODS = ("buddybot/domain/", "buddybot/storage/", "buddybot/services/")
IMPORTABLE = (
    *(ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.If, ast.Try, ast.Pass, ast.Delete, ast.Assert),
)


def clock(source: Source, allowed: Allowed = CLOCKS) -> Iterator[str]:
    """The wall clock is read in the composition root only."""
    if not source.is_product:
        return
    for node in source.nodes:
        name = dotted(node) if isinstance(node, ast.Attribute) else ""
        if isinstance(node, ast.ImportFrom) and node.module in {"time", "discord.utils"}:
            name = next(
                (f"{node.module}.{a.name}" for a in node.names if a.name in CLOCK_NAMES | {"time"}), ""
            )
        if CLOCK_CALLS.search(name) and (source.path, _tail(name)) not in allowed:
            yield source.at(node.lineno, f"{name} reads the real clock; use the injected now")  # type: ignore[attr-defined]  # both kinds of node have a line


def _tail(name: str) -> str:
    """The last two names: `datetime.datetime.now` and `datetime.now` are one."""
    return ".".join(name.split(".")[-2:])


def sleep(source: Source, allowed: Allowed = SLEEPS) -> Iterator[str]:
    """Tests wait for nothing; sleep(0) only lets the others run."""
    if not source.path.startswith("tests/") or (source.path, "asyncio.sleep") in allowed:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and dotted(node.func) in {"asyncio.sleep", "time.sleep", "sleep"}:
            argument = node.args[0] if node.args else None
            if not (isinstance(argument, ast.Constant) and argument.value == 0):
                yield source.at(node.lineno, "a test does not sleep: inject the clock")


def broad_except(source: Source, allowed: Allowed = CAUGHT_WHOLE) -> Iterator[str]:
    """Exception is caught at a boundary that a comment names; BaseException never."""
    for node in source.nodes:
        caught: list[ast.expr | None] = []
        if isinstance(node, ast.ExceptHandler):
            caught = list(node.type.elts) if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Call) and dotted(node.func) in {"suppress", "contextlib.suppress"}:
            caught = list(node.args)
        else:
            continue
        for kind in caught:
            name = dotted(kind) if kind is not None else "BaseException"
            if name.endswith("BaseException") and (source.path, "BaseException") not in allowed:
                yield source.at(node.lineno, "catches BaseException: cancellation must pass through")
            elif name in {"Exception", "BaseException"} and not source.explained(node.lineno):
                yield source.at(node.lineno, f"catches {name}, and no comment names the boundary")


def length(source: Source, allowed: Mapping[str, str] = LONG_FILES) -> Iterator[str]:
    """A file stays under 400 lines, a function under 60, a cog's callback under 25."""
    if len(source.lines) > MAX_LINES and source.path not in allowed:
        yield source.at(MAX_LINES, f"{len(source.lines)} lines, {MAX_LINES} are allowed")
    for function in functions(source):
        lines = _last(function) - function.lineno + 1
        if lines > MAX_FUNCTION:
            yield source.at(function.lineno, f"{function.name} has {lines} lines, {MAX_FUNCTION} are allowed")
        body = _body_lines(function)
        if source.path.startswith("cogs/") and _is_callback(function) and body > MAX_CALLBACK:
            yield source.at(
                function.lineno, f"callback {function.name} has {body} lines, {MAX_CALLBACK} are allowed"
            )


def _last(function: Function) -> int:
    return function.end_lineno or function.lineno


def _body_lines(function: Function) -> int:
    """The lines below the signature and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return _last(function) - body[0].lineno + 1 if body else 0


def _is_callback(function: Function) -> bool:
    """Decorated as Discord's entry: a command, an autocomplete, a button's route."""
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if dotted(called).rpartition(".")[2] in CALLBACKS:
            return True
    return False


def vague_names(source: Source) -> Iterator[str]:
    """No Manager, Helper or Utils: the name says nothing."""
    last = source.module.rpartition(".")[2]
    if VAGUE & set(last.split("_")):
        yield source.at(1, f"the module's name {last} says nothing")
    for node in source.nodes:
        if isinstance(node, ast.ClassDef | Function):
            words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", node.name)
            if VAGUE & {word.lower() for word in words}:
                yield source.at(node.lineno, f"the name {node.name} says nothing")


def docstrings(source: Source) -> Iterator[str]:
    """What others may use says what it is, in a line; tests are exempt."""
    if source.path.startswith("tests/"):
        return
    if not ast.get_docstring(source.tree):
        yield source.at(1, "the module has no docstring")
    for node, owner in definitions(source.tree):
        hidden = node.name.startswith("_") or (owner is not None and owner.name.startswith("_"))
        if owner is not None and not source.path.startswith(DOCUMENTED_METHODS):
            continue
        if not hidden and not ast.get_docstring(node) and not _repeats(node):
            name = f"{owner.name}.{node.name}" if owner is not None else node.name
            yield source.at(node.lineno, f"{name} has no docstring")


def _repeats(node: Definition) -> bool:
    """An overload, setter or override is documented where it is first written, a stub by its protocol."""
    only = node.body[0]
    if len(node.body) == 1 and isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant):
        return only.value.value is ...
    names = {dotted(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"overload", "setter", "deleter", "override"})


def work_on_import(source: Source) -> Iterator[str]:
    """Importing a module does nothing."""
    if not source.is_product or source.path == "buddybot/__main__.py":
        return
    for node in source.tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not isinstance(node, IMPORTABLE):
            yield source.at(node.lineno, "works while it is imported")


RULES: tuple[Callable[[Source], Iterable[str]], ...] = (
    *(clock, sleep, broad_except, length),
    *(vague_names, docstrings, work_on_import),
)


def stale(allowed: Iterable[tuple[str, str]], by_path: Mapping[str, Source]) -> list[str]:
    """Exceptions from a rule that nothing needs any more, for files that exist."""
    return [
        f"{path}: the exception for {name} is needed no more"
        for path, name in allowed
        if path in by_path and name not in by_path[path].text
    ]
