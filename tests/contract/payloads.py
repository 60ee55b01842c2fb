"""Good requests, and a deliberate fault planted in each, for the tests of the checkers."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.contract.requests import Json

NOW = datetime(2026, 3, 5, 18, 0, tzinfo=UTC)
SOME_ID = "1456074443980800007"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the simulator records it."""

    method: str
    path: str
    json: Any = None
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bad:
    """A good request with one fault, and words that must be in the finding about it."""

    name: str
    base: Call
    fault: Callable[[Any], object]
    expected: str

    def call(self) -> Call:
        """The faulty request."""
        changed = copy.deepcopy(self.base)
        self.fault(changed)
        return changed


def button(custom_id: str = "rsvp:9:going", **changes: object) -> Json:
    """A button that answers."""
    return {"type": 2, "style": 2, "label": "Going", "custom_id": custom_id, "disabled": False, **changes}


def row(*children: Json) -> Json:
    """An action row."""
    return {"type": 1, "components": list(children)}


def text(content: str) -> Json:
    """A text display."""
    return {"type": 10, "content": content}


def option(number: int) -> Json:
    """One option of a select."""
    return {"label": f"Place {number}", "value": str(number), "default": False}


def select(**changes: object) -> Json:
    """A select with two options."""
    base: Json = {"type": 3, "custom_id": "place", "placeholder": "Where?", "min_values": 1, "max_values": 1}
    return {**base, "options": [option(1), option(2)], **changes}


MESSAGES = f"/channels/{SOME_ID}/messages"
CALLBACK = f"/interactions/{SOME_ID}/a-token/callback"
COMMANDS = f"/applications/{SOME_ID}/commands"
EVENTS = f"/guilds/{SOME_ID}/scheduled-events"

PLAIN = Call(
    "POST",
    MESSAGES,
    {
        "content": "Meeting 9 is on Thursday.",
        "embeds": [{"title": "Where", "fields": [{"name": "Café", "value": "Lumen", "inline": True}]}],
        "components": [row(button()), row(select())],
        "nonce": "p-1",
        "enforce_nonce": True,
        "tts": False,
        "allowed_mentions": {"parse": [], "users": [SOME_ID]},
        "attachments": [{"id": 0, "filename": "chart.png"}],
    },
)
CARD = Call(
    "POST",
    MESSAGES,
    {
        "components": [{"type": 17, "accent_color": 255, "components": [text("# Meeting 9"), row(button())]}],
        "flags": 1 << 15,
        "tts": False,
        "allowed_mentions": {"parse": []},
    },
)
EDIT = Call("PATCH", f"{MESSAGES}/{SOME_ID}", CARD.json)
FOLLOW_UP = Call(
    "POST",
    f"/webhooks/{SOME_ID}/a-token",
    {"content": "Noted.", "flags": 64, "allowed_mentions": {"parse": []}},
    {"wait": 1},
)
MODAL = Call(
    "POST",
    CALLBACK,
    {
        "type": 9,
        "data": {
            "custom_id": "checkin:9",
            "title": "Your week",
            "components": [
                {"type": 18, "label": "How did it go?", "component": select(custom_id="outcome")},
                {"type": 18, "label": "A win", "component": {"type": 4, "custom_id": "win", "style": 1}},
                text("Nobody is judged here."),
            ],
        },
    },
)
CHOICES = Call("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "Café", "value": "3"}]}})
SYNC = Call(
    "PUT",
    COMMANDS,
    [
        {
            "name": "meeting",
            "description": "Meetings of the group",
            "type": 1,
            "nsfw": False,
            "options": [
                {
                    "name": "move",
                    "description": "Move one meeting",
                    "type": 1,
                    "options": [
                        {"type": 3, "name": "meeting", "description": "Which one", "required": True},
                        {"type": 4, "name": "days", "description": "How far", "required": False},
                    ],
                }
            ],
        },
        {"name": "Give kudos", "type": 2},
    ],
)
EVENT = Call(
    "POST",
    EVENTS,
    {
        "name": "Meeting 9",
        "entity_type": 3,
        "privacy_level": 2,
        "scheduled_start_time": "2026-03-06T19:00:00+00:00",
        "scheduled_end_time": "2026-03-06T20:15:00+00:00",
        "entity_metadata": {"location": "Café Lumen"},
    },
)
CHANNEL = Call("PATCH", f"/channels/{SOME_ID}", {"topic": "A quiet group"})
ROLE = Call("POST", f"/guilds/{SOME_ID}/roles", {"name": "Rowan", "permissions": "0", "mentionable": False})
HISTORY = Call("GET", MESSAGES, None, {"limit": 50, "after": int(SOME_ID)})
DIRECT = Call("POST", "/users/@me/channels", {"recipient_id": int(SOME_ID)})
DELETE = Call("DELETE", f"{MESSAGES}/{SOME_ID}")

GOOD = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, Call)  # every request above
}
