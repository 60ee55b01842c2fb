"""What the checkers read: a recorded request, a finding about one, and the messages inside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
TEXT_DISPLAY, LABEL = 10, 18
COMPONENTS_V2 = 1 << 15
REPLY, UPDATE_MESSAGE, SHOW_MODAL = 4, 7, 9


class Request(Protocol):
    """One REST call as simcord records it (`simcord.HttpLogEntry`)."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def params(self) -> dict[str, Any]: ...
    @property
    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing Discord would refuse, or that the project does not allow itself."""

    request: Request
    message: str

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.path}: {self.message}"


def as_objects(value: object) -> list[Json]:
    """The objects of a JSON list; nothing when it is absent or not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def segments(request: Request) -> list[str]:
    """The parts of the path between its slashes."""
    return request.path.strip("/").split("/")


def message_of(request: Request) -> Json | None:
    """The body of the message that this request creates or edits, if it does."""
    if request.method not in {"POST", "PATCH"} or not isinstance(request.json, dict):
        return None
    body: Json = request.json
    parts = segments(request)
    if parts[0] == "interactions":
        data = body.get("data")
        return data if body.get("type") in {REPLY, UPDATE_MESSAGE} and isinstance(data, dict) else None
    if parts[0] == "webhooks":
        return body if len(parts) == 3 or "messages" in parts else None
    if parts[0] == "channels" and parts[-1] == "threads":
        starter = body.get("message")
        return starter if isinstance(starter, dict) else None
    if parts[0] == "channels" and "messages" in parts and len(parts) <= 4 and parts[-1] != "bulk-delete":
        return body
    return None


def modal_of(request: Request) -> Json | None:
    """The modal that this request opens, if it does."""
    body = request.json
    if isinstance(body, dict) and body.get("type") == SHOW_MODAL and request.path.endswith("/callback"):
        data = body.get("data")
        return data if isinstance(data, dict) else None
    return None


def walk_components(components: object) -> Iterator[Json]:
    """Every component, parents before the children inside them."""
    for component in as_objects(components):
        yield component
        yield from walk_components(component.get("components"))
        for inner in ("accessory", "component"):
            if isinstance(component.get(inner), dict):
                yield from walk_components([component[inner]])


def readable(findings: Sequence[Finding]) -> str:
    """The findings as lines a person can read, one per finding."""
    return "\n".join(f"  {finding}" for finding in findings)
