"""Setting up a group and inviting people, through the forms and buttons that people use."""

from typing import Any

import discord
import simcord

from tests.world import World, texts_in

WHEN = {"zone": "London", "weekday": ["3"], "time": "19:00", "minutes": ["75"], "weeks": ["1"]}


async def press(
    actor: simcord.MemberActor, shown: simcord.InteractionResult, label: str
) -> simcord.InteractionResult:
    """Press a button on what was answered."""
    assert shown.response is not None
    return await actor.click(shown.response, label=label)


def about(channel: simcord.ChannelHandle, name: str = "Rowan", **answers: Any) -> dict[str, Any]:
    """Return answers to the second form."""
    usual = {"name": name, "channel": [channel], "capacity": ["6"], "rotation": ["turns"]}
    return {**usual, **answers}


async def answer_when(
    actor: simcord.MemberActor, channel: simcord.ChannelHandle, command: str = "setup", **answers: Any
) -> simcord.InteractionResult:
    """Begin a set-up and fill in the first form."""
    started = await actor.slash(channel, command)
    form = await press(actor, started, "When do you meet?")
    return await actor.submit_modal(form, {**WHEN, **answers})


async def set_up(
    actor: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    name: str = "Rowan group",
    *,
    home: simcord.ChannelHandle | None = None,
    capacity: int = 6,
    rotation: str = "turns",
    command: str = "setup",
    **answers: Any,
) -> simcord.InteractionResult:
    """Set a group up, and return the answer to the second form."""
    checked = await answer_when(actor, channel, command, **answers)
    form = await press(actor, checked, "Yes: name and channel")
    return await actor.submit_modal(
        form,
        about(home or channel, name, capacity=[str(capacity)], rotation=[rotation]),
    )


async def invite(
    organizer: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    person: simcord.MemberActor,
    **options: Any,
) -> discord.Message:
    """Invite a person, and return the card in the channel."""
    sent = await organizer.slash(channel, "group invite", member=person, **options)
    assert "is in" in texts_in(sent.response)
    message = channel.last_message
    assert message is not None
    return message


async def accept(actor: simcord.MemberActor, card: discord.Message) -> simcord.InteractionResult:
    """Read the charter and join."""
    read = await actor.click(card, label="Read the charter")
    return await press(actor, read, "Join")


async def join(
    organizer: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    *people: simcord.MemberActor,
    **options: Any,
) -> None:
    """Invite people, who accept."""
    for person in people:
        joined = await accept(person, await invite(organizer, channel, person, **options))
        assert "Welcome to" in texts_in(joined.response)


async def members(world: World, name: str = "Rowan group") -> set[int]:
    """Return who is in the group now, by the rows."""
    rows = await world.rows(
        """
        SELECT m.user_id FROM memberships m JOIN groups g ON g.id = m.group_id
        WHERE g.name = :name AND m.left_at IS NULL
        """,
        name=name,
    )
    return {row["user_id"] for row in rows}
