"""Counts as people type them."""

import re

from buddybot.domain.errors import Refusal
from buddybot.domain.text import excerpt

_WHOLE = r"-?[0-9]+"
_LONGEST = 18


def parse_count(raw: str, *, lowest: int, highest: int, field: str) -> int:
    """A whole number in ASCII digits from `lowest` to `highest`.

    Raises Refusal("number.unreadable") or ("number.range"). `int()` alone would take "٣", "1_000" and "+5".
    """
    digits = raw.strip()
    if not re.fullmatch(_WHOLE, digits):
        raise Refusal("number.unreadable", field=field, raw=excerpt(raw), lowest=lowest, highest=highest)
    if len(digits) > _LONGEST or not lowest <= int(digits) <= highest:
        raise Refusal("number.range", field=field, raw=excerpt(digits), lowest=lowest, highest=highest)
    return int(digits)
