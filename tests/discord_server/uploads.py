"""The files that came with a request."""

import hashlib
import re
from typing import NamedTuple

_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_NAME = re.compile(rb'filename="([^"]+)"')


class Upload(NamedTuple):
    """One file: what it is called, how many bytes it has, and what tells it from others."""

    name: str
    size: int
    digest: str


def digest(content: bytes) -> str:
    """What tells a file from others."""
    return hashlib.sha256(content).hexdigest()[:16]


def uploads(content_type: str, body: bytes) -> list[Upload]:
    """The files in a multipart request, in order; none in any other."""
    found = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/") or found is None:
        return []
    sections = body.split(b"--" + found[1].encode())[1:-1]
    split = [section.removesuffix(b"\r\n").partition(b"\r\n\r\n") for section in sections]
    named = [(_NAME.search(head), content) for head, _, content in split]
    return [
        Upload(name[1].decode(), len(content), digest(content)) for name, content in named if name is not None
    ]
