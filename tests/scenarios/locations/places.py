"""A group's places in the simulated Discord, and what its members press and fill in about them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import discord
import simcord

from tests.scenarios.meetings.calendars import Calendar
from tests.world import labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)
ADDRESS = "3 Mill Lane"
LINK = "https://cafe.example/menu"
CAFE: Mapping[str, Any] = {
    "name": "Café Lumen",
    "kind": ["place"],
    "where": f"{ADDRESS}\n{LINK}",
    "access": ["step_free", "quiet"],
    "note": "Ring at Moss",
}
PRIVATE = ("/interactions/", "/webhooks/")
"""Where answers to one person go; those to everybody would be in the channel's history."""
SECRETS = (ADDRESS, "Mill", "cafe.example", "Moss", "openstreetmap")


async def suggest(rowan: Calendar, who: str = "Ana", /, **fields: Any) -> simcord.ResponseMessage:
    """Let somebody offer a place through the form; return what they are shown."""
    form = await rowan.person(who).slash(rowan.channel, "location suggest")
    assert form.modal is not None, texts_in(form.response)
    return shown(await rowan.person(who).submit_modal(form, {**CAFE, **fields}))


def shown(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    """Return an answer, which is for one person."""
    assert result.acknowledged
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


async def pressed(
    rowan: Calendar, name: str, label: str, message: simcord.ResponseMessage
) -> simcord.ResponseMessage:
    assert label in labels(message), f"{label} is not on {texts_in(message)}"
    return shown(await rowan.person(name).click(message, label=label))


async def opened(rowan: Calendar, name: str, place: str) -> simcord.ResponseMessage:
    """Let somebody open a place from the list."""
    listed = await rowan.ask(name, "location list")
    return shown(await rowan.person(name).select(listed, [await place_id(rowan, place)]))


async def place_id(rowan: Calendar, name: str) -> str:
    [row] = await rowan.world.rows("SELECT id FROM locations WHERE name = :name", name=name)
    return str(row["id"])


def urls(message: simcord.ResponseMessage) -> dict[str, str]:
    """Return where the link buttons of a message lead, by their labels."""
    found: dict[str, str] = {}
    waiting: list[Any] = list(message.components)
    while waiting:
        item = waiting.pop(0)
        waiting[:0] = item.get("components") or []
        if item.get("url"):
            found[item["label"]] = item["url"]
    return found


def public(rowan: Calendar) -> str:
    """Return all that the bot has sent for more than one person: messages, edits, the server's events."""
    sent = [each for each in rowan.world.env.http_requests if not each.path.startswith(PRIVATE)]
    assert any(each.path.startswith("/channels/") for each in sent)
    said = [texts_in(message) for message in rowan.said()]
    return "\n".join([*said, *(f"{each.path} {each.json}" for each in sent)])


async def one_of(rowan: Calendar, position: int) -> str:
    rows = await rowan.world.rows("SELECT id FROM locations ORDER BY id")
    return str(rows[position]["id"])


def preselected(message: simcord.ResponseMessage) -> list[str]:
    """Return what is chosen already in the one select of a message."""
    waiting: list[Any] = list(message.components)
    while waiting:
        item = waiting.pop()
        waiting += item.get("components") or []
        if "options" in item:
            assert item["min_values"] == 0
            return [option["value"] for option in item["options"] if option.get("default")]
    raise AssertionError("there is nothing to choose from")


async def open_all(actor: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    """Let somebody offer two places and open everything there is about them."""
    made = []
    for name in ("Café Lumen", "Library"):
        form = await actor.slash(channel, "location suggest")
        made.append(shown(await actor.submit_modal(form, {**CAFE, "name": name})))
    for label in ("My minutes", "Edit"):
        assert (await actor.click(made[0], label=label)).modal is not None
    for command in ("location travel", "location vote"):
        await actor.slash(channel, command)
    listed = shown(await actor.slash(channel, "location list"))
    await actor.click(listed, label="Suggest a place")
    shown(await actor.click(made[1], label="Retire"))


def newest(rowan: Calendar, *, without: str = "Meeting 1") -> discord.Message:
    """Return the latest message that is not the meeting's card."""
    return next(message for message in reversed(rowan.said()) if without not in texts_in(message))


async def exactly(rowan: Calendar, name: str) -> str:
    """Return what *Where exactly* of the next meeting shows a person."""
    listed = await rowan.ask(name, "next")
    if "Where exactly" not in labels(listed):
        return ""  # nothing is known of where it is
    return texts_in(shown(await rowan.person(name).click(listed, label="Where exactly")))


async def told(rowan: Calendar) -> None:
    """Let the group have read where its first meeting is."""
    await rowan.world.bot.services.transactions.write(
        lambda uow: uow.tx.run("UPDATE venues SET announced = 1")
    )
