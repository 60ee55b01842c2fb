"""The standard library's dataclasses, finished when the first object of a class is made.

`dataclass` writes the source of half a dozen methods for each class and compiles it, half a millisecond
a class. The bot has nearly two hundred of them and needs a few before it logs in: made at once they were
two fifths of what a start takes beside discord.py. So a class gets its methods with its first object, and
from then on is what `dataclasses.dataclass` makes of it. Until then `fields` and `is_dataclass` do not
know it.
"""

import dataclasses
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # what a type checker sees
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """Return a decorator; the options are those of `dataclasses.dataclass`."""
        return lambda cls: _unfinished(cls, **options)


_finishing = threading.Lock()
"""Objects are made in the event loop's thread and in the database's."""

_plans: dict[type, Callable[[], None]] = {}
"""What finishes a class, for each that has no object yet."""


class _Unfinished:
    """The base of every class here: its `__init__` is found as long as the class has none of its own."""

    __slots__ = ()

    def __init__(self, *values: Any, **named: Any) -> None:
        with _finishing:
            for cls in reversed(type(self).__mro__):
                if cls in _plans:
                    _plans.pop(cls)()
        type(self).__init__(self, *values, **named)


def _unfinished(cls: type, *, slots: bool = False, **options: bool) -> type:
    """Return the class with its slots, and with methods as soon as it is called."""
    members = dict(cls.__dict__)
    members.pop("__dict__", None)
    members.pop("__weakref__", None)
    if slots:
        members["__slots__"] = tuple(members.get("__annotations__", ()))
        for name in members["__slots__"]:
            members.pop(name, None)  # a default; the class that was decorated keeps it
    bases = *(base for base in cls.__bases__ if base is not object), _Unfinished
    made = type(cls)(cls.__name__, bases, members)

    def finish() -> None:
        before = set(cls.__dict__)
        dataclasses.dataclass(**options)(cls)
        methods = {name: value for name, value in cls.__dict__.items() if name not in before}
        init = methods.pop("__init__")
        for name, value in methods.items():
            setattr(made, name, value)
        made.__init__ = init  # type: ignore[misc]  # last: with it other threads do without `_Unfinished`

    _plans[made] = finish
    return made
