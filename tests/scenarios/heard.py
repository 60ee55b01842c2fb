"""What a group's channel hears, and whom each message notifies, as Discord was asked to send it."""

from dataclasses import dataclass

import discord

from tests.scenarios.meetings.calendars import Calendar


@dataclass(frozen=True)
class Notice:
    """One message to the channel: whom it notifies, and what it says."""

    people: set[str]
    text: str


def sent(rowan: Calendar) -> list[Notice]:
    """Return every message to the channel, as Discord was asked to send it."""
    path = f"/channels/{rowan.channel.id}/messages"
    names = {rowan.person(name).id: name for name in ("Ana", "Ben", "Cho", "Dan")}
    found = []
    for request in rowan.world.env.http_requests:
        if (request.method, request.path) == ("POST", path) and isinstance(request.json, dict):
            allowed = request.json["allowed_mentions"]
            assert allowed["parse"] == []
            found.append(Notice({names[int(user)] for user in allowed["users"]}, str(request.json)))
    return found


def heard(rowan: Calendar, before: list[Notice]) -> list[Notice]:
    """Return what was sent to the channel since then."""
    return sent(rowan)[len(before) :]


def edits_of(rowan: Calendar, message: discord.Message) -> int:
    """Return how often a message was edited."""
    path = f"/channels/{rowan.channel.id}/messages/{message.id}"
    return sum((each.method, each.path) == ("PATCH", path) for each in rowan.world.env.http_requests)
