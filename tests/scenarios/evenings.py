"""What people do at a meeting: they look at its cards, report in two forms, and close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord
import simcord

from buddybot.domain.ids import GroupId
from tests.scenarios.circles import circle
from tests.world import World, labels, texts_in

OPEN, CLOSED, SUMMARY = "Check-in is open", "The meeting is closed", "what went well"


@dataclass
class Evening:
    """One group's meetings, one after the other."""

    world: World
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    group_id: GroupId
    names: tuple[str, ...]

    @classmethod
    async def gather(cls, world: World, *names: str, name: str = "Rowan") -> "Evening":
        """Set up a group that meets on Sundays at 19:00; the first one organizes it."""
        made = await circle(world, *names, name=name)
        return cls(world, made.guild, made.channel, made.group_id, names)

    def person(self, name: str) -> simcord.MemberActor:
        """Return a person by name."""
        return self.world.person(name, self.guild)

    def mention(self, name: str) -> str:
        """Return how the cards name a person."""
        return f"<@{self.person(name).id}>"

    def shown(self, mark: str) -> discord.Message:
        """Return the latest message that everybody sees with these words."""
        found: list[discord.Message] = [
            message
            for message in self.channel.history()
            if not message.flags.ephemeral and mark in texts_in(message)
        ]
        assert found, f"nobody was shown {mark!r}"
        return max(found, key=lambda message: message.id)

    def text(self, mark: str) -> str:
        """Return what that message says now."""
        return texts_in(self.shown(mark))

    def notified(self) -> list[int]:
        """Return who was notified by the last message that the bot sent to the channel."""
        path = f"/channels/{self.channel.id}/messages"
        sent = [each for each in self.world.env.http_requests if (each.method, each.path) == ("POST", path)]
        payload = sent[-1].json
        assert payload is not None
        mentions = payload.get("allowed_mentions") or {}
        assert mentions.get("parse") == []
        return [int(user) for user in mentions.get("users", [])]

    async def starts(self, *, before: timedelta = timedelta(0)) -> None:
        """Let time pass until the next meeting, or until a while before it."""
        [row] = await self.world.rows(
            "SELECT MIN(starts_at) AS at FROM meetings WHERE state = 'scheduled' AND group_id = :group",
            group=self.group_id,
        )
        start = datetime.fromtimestamp(row["at"], self.world.now.tzinfo)
        await self.world.until(start - before)

    async def press(
        self, name: str, label: str, message: discord.Message | simcord.ResponseMessage
    ) -> simcord.InteractionResult:
        """Press a button that can be pressed."""
        assert label in labels(message), f"{label} is not on {texts_in(message)}"
        result = await self.person(name).click(message, label=label)
        assert result.acknowledged
        return result

    async def check_in(
        self,
        name: str,
        said: Mapping[str, str] | None = None,
        *,
        win: str = "",
        blocker: str = "",
        via: discord.Message | None = None,
    ) -> simcord.InteractionResult:
        """Fill in the first form: for each commitment, by its words, what is chosen or written."""
        if via is None:
            form = await self.person(name).slash(self.channel, "checkin")
        else:
            label = next(each for each in labels(via) if "heck" in each)
            form = await self.press(name, label, via)
        fields = {label.strip("“”"): field for label, field in fields_of(form)}
        values: dict[str, Any] = {}
        for words, choice in (said or {}).items():
            field = fields[words]
            values[field["custom_id"]] = value_of(field, choice)
        values |= {key: text for key, text in (("win", win), ("blocker", blocker)) if text}
        result = await self.person(name).submit_modal(form, values)
        assert result.acknowledged
        assert result.response is not None
        assert result.response.ephemeral
        return result

    async def promise(
        self,
        name: str,
        reported: simcord.InteractionResult,
        *lines: str,
        plan: str = "",
        visibility: str = "group",
    ) -> simcord.InteractionResult:
        """Fill in the second form."""
        assert reported.response is not None
        form = await self.press(name, "Next: what I will do", reported.response)
        values: dict[str, Any] = {f"line{number}": line for number, line in enumerate(lines)}
        values |= {"plan": plan, "visibility": [visibility]}
        result = await self.person(name).submit_modal(form, values)
        assert result.acknowledged
        return result

    async def close(self, name: str) -> simcord.InteractionResult:
        """Close the meeting, with the one question."""
        asked = await self.press(name, "Close", self.shown(OPEN))
        assert asked.ephemeral
        assert asked.response is not None
        result = await self.press(name, "Close the meeting", asked.response)
        await self.world.run_due()
        return result

    async def ledger(self) -> dict[str, str]:
        """Return how each person stands at the latest closed meeting, by name."""
        rows = await self.world.rows(
            """
            SELECT user_id, state FROM attendance WHERE meeting_id = (
                SELECT id FROM meetings WHERE state = 'closed' ORDER BY starts_at DESC LIMIT 1)
            ORDER BY id
            """
        )  # a later entry about somebody takes the place of an earlier one
        names = {self.person(name).id: name for name in self.names}
        return {names[row["user_id"]]: row["state"] for row in rows}


def fields_of(form: simcord.InteractionResult) -> list[tuple[str, dict[str, Any]]]:
    """Return a form's fields with their labels."""
    assert form.modal is not None, texts_in(form.response)
    return [(item["label"], item["component"]) for item in form.modal["components"] if "label" in item]


def value_of(field: Mapping[str, Any], choice: str) -> str | list[str]:
    """Return what comes back for the choice that begins with these words, or for a written text."""
    if "options" not in field:
        return choice
    [value] = [option["value"] for option in field["options"] if option["label"].startswith(choice)]
    return [str(value)]


def chosen_in(field: Mapping[str, Any]) -> str | None:
    """Return the label of what is chosen already, or the text that stands in a field."""
    if "options" not in field:
        return field.get("value") or None
    return next((option["label"] for option in field["options"] if option.get("default")), None)
