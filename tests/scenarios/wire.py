"""What anybody can send to the bot with a program of their own: any command, button, select or form.

The simulated people of `tests/world.py` can only use what they are shown. Here an interaction is written
as Discord would hand it on, whoever is said to send it, wherever, with whatever in it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simcord
from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models import Message

from tests.world import World

COMMAND, PRESS, COMPLETE, SUBMIT = 2, 3, 4, 5
SOON = 0.001
"""Seconds after which the simulator looks again whether the bot is done; its own are fifty times as many."""
_BUTTON, _CHOICE, _TEXT, _LABEL = 2, 3, 4, 18
_WITH_COMPONENTS = 1 << 15
_SPOKEN = ("content", "label", "description", "placeholder", "title")

Value = str | int | bool | simcord.MemberActor | simcord.ChannelHandle
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Place:
    """A channel in which somebody sends something; without a guild it is their direct messages."""

    channel_id: int
    guild_id: int | None


@dataclass(frozen=True)
class Answer:
    """All that the bot sent to Discord because of one interaction, in order."""

    requests: Sequence[simcord.HttpLogEntry]
    result: simcord.InteractionResult

    async def files(self) -> Sequence[tuple[str, bytes]]:
        """Return the files that came with it, by their names."""
        shown = [each for each in (self.result.response, *self.result.followups) if each is not None]
        attached = [each for message in shown for each in message.attachments]
        return [(each.filename, await each.read()) for each in attached]

    @property
    def acknowledged(self) -> bool:
        """Whether there was one answer, and not two."""
        return sum(request.path.endswith("/callback") for request in self.requests) == 1

    @property
    def payload(self) -> Any:
        """The answer itself."""
        [found] = [request.json for request in self.requests if request.path.endswith("/callback")]
        return found

    @property
    def bytes(self) -> bytes:
        """Every request as it went out, but for where it went."""
        return json.dumps([[each.method, each.json] for each in self.requests], sort_keys=True).encode()

    @property
    def is_form(self) -> bool:
        """Whether the answer is a form to fill in."""
        return bool(self.payload["type"] == 9)

    @property
    def fields(self) -> Mapping[str, bool]:
        """Return the names of a form's fields, and whether each is chosen from a select."""
        inner = [item["component"] for item in self.payload["data"]["components"] if "component" in item]
        return {item["custom_id"]: item["type"] != _TEXT for item in inner}

    @property
    def choices(self) -> list[dict[str, Any]]:
        """What is offered while somebody types."""
        return list(self.payload["data"]["choices"])

    @property
    def private(self) -> bool:
        """Whether nobody else is shown the answer: a message of its own, or what was there before."""
        return self.payload["type"] != 4 or bool(self.payload["data"].get("flags", 0) & 64)

    @property
    def said(self) -> str:
        """What the answer says, in the order of its parts."""
        return "\n".join(spoken(self.payload))


def spoken(node: object) -> Iterator[str]:
    """Return every text in something that was sent."""
    if type(node) is dict:
        yield from (str(node[part]) for part in _SPOKEN if isinstance(node.get(part), str))
        for inner in node.values():
            yield from spoken(inner)
    elif type(node) is list:
        for inner in node:
            yield from spoken(inner)


class Wire:
    """Hands interactions to the bot."""

    def __init__(self, world: World) -> None:
        self._env = world.env
        self._doors: dict[int, Message] = {}

    def direct(self, actor: simcord.MemberActor) -> Place:
        """Return where the bot and somebody write to each other alone."""
        return Place(self._env.backend.get_dm_channel(actor.id).id, None)

    async def command(self, actor: simcord.MemberActor, place: Place, name: str, /, **given: Value) -> Answer:
        """Type a command."""
        return await self._send(COMMAND, actor, place, self._command(actor, place, name, given))

    async def complete(
        self, actor: simcord.MemberActor, place: Place, name: str, option: str, typed: str, /, **given: Value
    ) -> Answer:
        """Type into an option, with others filled in before."""
        data = self._command(actor, place, name, {**given, option: typed}, focused=option)
        return await self._send(COMPLETE, actor, place, data)

    async def press(
        self,
        actor: simcord.MemberActor,
        place: Place,
        custom_id: str,
        values: Sequence[str] | None = None,
        on: Message | None = None,
    ) -> Answer:
        """Press a button, or choose values from a select; without a message it is on one of the bot's."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": _BUTTON}
        if values is not None:
            data |= {"component_type": _CHOICE, "values": list(values)}
        return await self._send(PRESS, actor, place, data, on)

    async def submit(
        self, actor: simcord.MemberActor, place: Place, custom_id: str, fields: Fields
    ) -> Answer:
        """Send a form; a field with a list was chosen from a select."""
        inner: list[dict[str, Any]] = [
            {"type": _TEXT, "custom_id": name, "value": value}
            if isinstance(value, str)
            else {"type": _CHOICE, "custom_id": name, "values": list(value)}
            for name, value in fields.items()
        ]
        components = [
            {"type": _LABEL, "id": number, "component": {**each, "id": number + 100}}
            for number, each in enumerate(inner, 1)
        ]
        return await self._send(
            SUBMIT, actor, place, {"custom_id": custom_id, "components": components, "resolved": {}}
        )

    def _command(
        self,
        actor: simcord.MemberActor,
        place: Place,
        name: str,
        given: Mapping[str, Value],
        focused: str | None = None,
    ) -> dict[str, Any]:
        first, *rest = name.split()
        root = self._env.backend.find_command(first, place.guild_id)
        assert root is not None, name
        leaf, nesting = interactions.walk_to_subcommand(root, rest)
        types = {option["name"]: option["type"] for option in leaf.get("options") or []}
        resolved: dict[str, dict[str, Any]] = {}
        options = []
        for option, value in given.items():
            sent: Any = value
            if isinstance(value, simcord.MemberActor | simcord.ChannelHandle):
                sent = str(value.id)
                if place.guild_id is not None:
                    interactions.resolve_handle(actor, value, resolved, channel_id=place.channel_id)
            options.append({"name": option, "type": types[option], "value": sent})
            if option == focused:
                options[-1]["focused"] = True
        data = {
            "id": root["id"],
            "name": root["name"],
            "type": 1,
            "options": interactions.nest_options(root, nesting, options),
        }
        return {**data, "resolved": resolved} if resolved else data

    async def _send(
        self,
        kind: int,
        actor: simcord.MemberActor,
        place: Place,
        data: dict[str, Any],
        on: Message | None = None,
    ) -> Answer:
        backend, begun = self._env.backend, len(self._env.http_requests)
        record, payload = interactions.base_payload(
            backend,
            type=kind,
            channel_id=place.channel_id,
            guild_id=place.guild_id,
            user_id=actor.id,
            data=data,
        )
        if kind in (PRESS, SUBMIT):
            door = on or self._door(place)
            payload["message"] = dict(serializers.message_payload(backend, door))
            record.source_message_id = door.id
        backend.emit("INTERACTION_CREATE", payload)
        await self._env.settle(idle=SOON)
        return Answer(self._env.http_requests[begun:], simcord.InteractionResult(self._env, record))

    def _door(self, place: Place) -> Message:
        """A message of the bot's in each place, on which everything is said to have been."""
        if place.channel_id not in self._doors:
            self._doors[place.channel_id] = self._env.backend.create_message(
                place.channel_id,
                self._env.backend.bot_user.id,
                components=[{"type": 10, "id": 1, "content": "A door"}],
                flags=_WITH_COMPONENTS,
            )
        return self._doors[place.channel_id]
