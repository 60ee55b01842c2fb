"""What must never be printed: tokens, passwords, and the row values that a database repeats in its errors."""

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"

# A bot token is three base64url parts: the bot's id, a time, a signature.
_TOKEN = re.compile(r"(?<![\w-])[MNO][\w-]{17,}\.[\w-]{6}\.[\w-]{25,}")
_PASSWORD_IN_ADDRESS = re.compile(r"(?P<head>\b[a-z][a-z0-9+]*:/{1,2}[^\s:/@]*:)[^\s/]+(?=@)", re.IGNORECASE)
_PASSWORD_IN_POSTGRES = re.compile(r"(?P<head>\bpostgres(?:ql)?:/{0,2}[^\s:/@]*:)\S+(?=@)", re.IGNORECASE)
_PASSWORD_BY_NAME = re.compile(r"(?P<head>\b(?:ssl)?password ?= ?)(?:'[^']*'|[^\s&'\"]+)", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"(?P<head>\b(?:Bot|Bearer) )[\w.-]{20,}")
# The token of an interaction or a webhook is a part of the address it is answered at.
_INTERACTION = re.compile(r"(?P<head>/(?:interactions|webhooks)/\d+/)[\w-]{20,}")
_SHAPES = (_PASSWORD_IN_POSTGRES, _PASSWORD_IN_ADDRESS, _PASSWORD_BY_NAME, _AUTHORIZATION, _INTERACTION)
# PostgreSQL adds the values of the row to a broken constraint: the words of a member.
_ROW_VALUES = re.compile(r"^\s*(?:DETAIL|HINT|CONTEXT): .*$", re.MULTILINE)
_SHORTEST_SECRET = 6  # anything shorter would black out ordinary words


class Redactor:
    """Replaces secrets in a text; knows their shapes, and the process's own ones by heart."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        text = _TOKEN.sub(HIDDEN, text)
        for shape in _SHAPES:
            text = shape.sub(rf"\g<head>{HIDDEN}", text)
        return text


def without_row_values(text: str) -> str:
    """Drop the lines in which a database repeats what a row holds."""
    return _ROW_VALUES.sub("", text)


def looks_secret(text: str) -> bool:
    """Whether a value has the shape of a token or of an address with a password."""
    return Redactor()(text) != text
