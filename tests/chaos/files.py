"""The ways to die while files are made and handed out."""

from typing import Any, cast

from buddybot.exports.records import parts
from tests.chaos.ways import Strike, doom_answers, watch_writing

_ENOUGH = 200
"""Bytes: what is shorter stands around a file."""
_TO_INTERACTIONS = (b"POST /api/v10/interactions/", b"POST /api/v10/webhooks/", b"PATCH /api/v10/webhooks/")
_REQUESTS = (b"GET ", b"POST ", b"PATCH ", b"PUT ", b"DELETE ")


def half_a_file(strike: Strike) -> None:
    """When half of what is being written is in a file."""
    kind: Any = vars(parts)["SpooledTemporaryFile"]  # it is imported there

    class Doomed(kind):  # type: ignore[misc]  # whatever it is
        def write(self, data: bytes) -> int:
            strike(lambda: super(Doomed, self).write(data[: len(data) // 2]))
            return cast(int, super().write(data))

    vars(parts)["SpooledTemporaryFile"] = Doomed


def half_sent(strike: Strike) -> None:
    """When half of a file is with the system."""
    sending: dict[Any, bool] = {}
    headed: dict[Any, bool] = {}

    def doomed(transport: Any, data: bytes) -> None:
        if data.startswith(_REQUESTS):
            headed[transport] = False
            sending[transport] = _has_files(data)
        if sending.get(transport) and b"filename=" in data:
            headed[transport] = True
        if headed.get(transport) and len(data) > _ENOUGH:
            strike(lambda: transport._sock.send(data[: len(data) // 2]))

    watch_writing(doomed)


def files_unread(strike: Strike) -> None:
    """When the answer to a request with files is there and nobody has looked at it."""
    asked: dict[Any, bool] = {}

    def note(transport: Any, data: bytes) -> None:
        if data.startswith(_REQUESTS):
            asked[transport.get_protocol()] = _has_files(data)

    watch_writing(note)
    doom_answers(asked, strike)


def _has_files(data: bytes) -> bool:
    return data.startswith(_TO_INTERACTIONS) and b"multipart/form-data" in data[:2000]
