"""What a transaction script sees, and the checks that both engines share."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol, TypeVar

from buddybot.storage.engine.errors import ScriptError
from buddybot.storage.engine.parameters import check

T = TypeVar("T")


class Row(Protocol):
    """One row; ``row["column"]`` or ``dict(row)``."""

    def __getitem__(self, column: str, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Tx(Protocol):
    """One transaction; the only thing a script may await."""

    @property
    def for_update(self) -> str:
        """The clause that locks the selected rows, empty where only one writer exists."""

    @property
    def lock_person(self) -> str:
        """The condition that is true once no other transaction holds the person ``:user_id``.

        The transaction then holds them until its end. Always true where only one writer exists.
        """

    @property
    def skip_locked(self) -> str:
        """The clause that locks the selected rows and leaves out those that another holds."""

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Return the first row, or None."""

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        """Return every row."""

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Return how many rows were changed."""


Script = Callable[[Tx], Awaitable[T]]


class Guard:
    """A transaction's life: after a failed statement, or its end, nothing runs in it any more."""

    __slots__ = ("ended", "failed")

    def __init__(self) -> None:
        self.ended = False
        self.failed = False

    def admit(self, parameters: dict[str, Any]) -> None:
        """Refuse a statement that this transaction, or one of the engines, could not take."""
        if self.ended:
            raise ScriptError("A script used its transaction after the end of it.")
        if self.failed:
            raise ScriptError("A script went on after one of its statements had failed.")
        check(parameters)

    def finish(self) -> None:
        """End the transaction; a script that swallowed the error of a statement keeps nothing."""
        self.ended = True
        if self.failed:
            raise ScriptError("A script hid the error of one of its statements; nothing was kept.")
