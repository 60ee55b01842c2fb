"""A figure in words, the same for a sentence, a picture and what is heard of it."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A signal before and lately, as the words beside the picture say it; `over` is what lately means.

    `before` is None where there is nothing before.
    """

    before: str | None
    recent: str
    over: str
