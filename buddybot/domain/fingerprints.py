"""Short marks of what a form was opened with, to tell later which of its fields a person changed."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from zlib import crc32

LENGTH = 6
"""Characters of a mark: letters, digits, `-` and `_`."""


def form_number(stamp: str, user_id: int) -> int:
    """Return the number under which a person's form is known to have been sent; no interaction has it.

    Those of Discord are positive.
    """
    digest = sha256(f"{user_id}:{stamp}".encode("utf-8", "surrogatepass")).digest()
    return -(int.from_bytes(digest[:8], "big") >> 2) - 1


def fingerprint(values: Iterable[str]) -> str:
    """Return the mark of one field's text, or of the values chosen in it in whatever order.

    Blanks around a text and the kind of its line breaks do not count: Discord may change both.
    """
    plain = sorted("\n".join(line.rstrip() for line in value.strip().splitlines()) for value in values)
    mark = crc32("\x1f".join(filter(None, plain)).encode("utf-8", "surrogatepass"))
    return urlsafe_b64encode(mark.to_bytes(4, "big")).decode()[:LENGTH]
