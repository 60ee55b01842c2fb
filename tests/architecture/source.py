"""The project's files as the architecture tests read them: text, syntax tree, comments."""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("buddybot", "cogs", "tests", "bench")
PRODUCT = ("buddybot/", "cogs/")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """The dotted name; a package's own is that of its folder."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.module if self.path.endswith("/__init__.py") else self.module.rpartition(".")[0]

    @property
    def is_product(self) -> bool:
        """Whether this is part of what runs, not of what tests it."""
        return self.path.startswith(PRODUCT)

    @cached_property
    def lines(self) -> list[str]:
        """The lines, the first at 0."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree."""
        return list(ast.walk(self.tree))

    @cached_property
    def comments(self) -> frozenset[int]:
        """The numbers of the lines that carry a comment."""
        if "#" not in self.text:
            return frozenset()
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return frozenset(token.start[0] for token in tokens if token.type == tokenize.COMMENT)

    def explained(self, line: int) -> bool:
        """Whether a comment stands on this line or on the one above."""
        return bool({line, line - 1} & self.comments)

    def at(self, line: int, message: str) -> str:
        """A fault as a person can find it."""
        return f"{self.path}:{line}: {message}"


def sources_of(texts: Mapping[str, str]) -> list[Source]:
    """Sources from texts by path, for examples."""
    return [Source(path, text) for path, text in texts.items()]


@cache
def project() -> tuple[Source, ...]:
    """Every Python file of the project."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


def dotted(node: ast.AST | None) -> str:
    """`a.b.c` for names and attributes; the names at the end for anything longer; else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def definitions(tree: ast.Module) -> Iterator[tuple[Definition, ast.ClassDef | None]]:
    """Functions and classes of a module with the class they stand in; not those inside functions."""
    for node in tree.body:
        if isinstance(node, Definition):
            yield node, None
        if isinstance(node, ast.ClassDef):
            yield from ((inner, node) for inner in node.body if isinstance(inner, Definition))


def functions(source: Source) -> Iterator[Function]:
    """Every function, however deep."""
    return (node for node in source.nodes if isinstance(node, Function))


def demand(faults: list[str]) -> None:
    """Fail with all the faults at once."""
    assert not faults, "\n" + "\n".join(sorted(faults))
