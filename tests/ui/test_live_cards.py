"""Cards follow the rows by being edited, one edit at a time."""

import asyncio
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY

import discord
import pytest

from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.services.what_follows import CardService
from buddybot.storage.engine.database import Database
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.channel_health import ChannelHealthRepository
from buddybot.ui.messages import LiveCards, MessageTable
from tests.pings.people import notices
from tests.services.builder import ANA, BEN, ORGANIZER, RULES, Builder


@dataclass
class Messages:
    """Stands for the client: what was edited, and how the next edits end."""

    shown: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most: int = 0

    def get_partial_messageable(self, _channel_id: int) -> "Messages":
        return self

    def get_partial_message(self, _message_id: int) -> "Messages":
        return self

    async def edit(self, *, view: discord.ui.LayoutView, allowed_mentions: discord.AllowedMentions) -> None:
        assert allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()
        self.under_way += 1
        self.entered.set()
        self.most = max(self.most, self.under_way)
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.failures:
                raise self.failures.pop(0)
            self.shown.append(str(view.to_components()))  # type: ignore[no-untyped-call]  # untyped there
        finally:
            self.under_way -= 1


def refusal(status: int, code: int) -> discord.HTTPException:
    """Return what the library raises for an answer of Discord's."""
    response: Any = SimpleNamespace(status=status, reason="no", headers={})
    return discord.HTTPException(response, {"code": code, "message": "no"})


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture
async def group(builder: Builder) -> Group:
    return await builder.add_group()


@pytest.fixture
async def meeting(builder: Builder, group: Group) -> Meeting:
    """A meeting whose card is out."""
    found = (await builder.list_ahead(group))[0]
    await builder.post_card(found)
    return found


def live(builder: Builder, messages: Messages) -> LiveCards:
    client: Any = messages
    services: Any = SimpleNamespace(
        transactions=builder.transactions, cards=CardService(builder.transactions)
    )
    return LiveCards(client, services, MessageTable(services, builder.planner, RULES))


async def test_changes_during_an_edit_are_shown_by_one_more(builder: Builder, meeting: Meeting) -> None:
    messages = Messages(gate=asyncio.Event())
    cards = live(builder, messages)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    first = asyncio.create_task(cards.refresh())
    await messages.entered.wait()
    for user_id in (BEN, ORGANIZER):
        await builder.rsvps.answer(builder.act_as(user_id), meeting.id, Answer.GOING)
        await cards.refresh()
    assert messages.gate is not None
    messages.gate.set()
    await first
    assert messages.most == 1
    assert len(messages.shown) == 2
    assert f"<@{ORGANIZER}>, <@{ANA}>, <@{BEN}>" in messages.shown[-1]
    assert not await builder.is_card_stale(meeting)


async def test_a_failed_edit_leaves_the_card_stale_for_the_next_refresh(
    builder: Builder, meeting: Meeting
) -> None:
    messages = Messages(failures=[refusal(503, 0), OSError(104, "reset")])
    cards = live(builder, messages)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await cards.refresh()
    await cards.refresh()
    assert await builder.is_card_stale(meeting)
    await cards.refresh()
    assert not await builder.is_card_stale(meeting)


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_card_in_a_channel_that_refuses_waits_until_the_channel_is_tried_again(
    builder: Builder, meeting: Meeting, code: int
) -> None:
    messages = Messages(failures=[refusal(403, code), refusal(403, code)])
    cards = live(builder, messages)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await cards.refresh()
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.GOING)
    await cards.refresh()
    assert len(messages.failures) == 1
    assert await builder.write(lambda tx: ChannelHealthRepository(tx).reopen_wanted(builder.now)) == 1
    await cards.refresh()
    assert await notices(builder.database) == [("route_closed", ANY)]
    assert await builder.write(lambda tx: ChannelHealthRepository(tx).reopen_wanted(builder.now)) == 1
    await cards.refresh()
    assert f"<@{ANA}>, <@{BEN}>" in messages.shown[0]
    assert await notices(builder.database) == []
    assert await builder.write(lambda tx: ChannelHealthRepository(tx).reopen_wanted(builder.now)) == 0


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_what_discord_will_never_take_is_asked_once_for_each_change(
    builder: Builder, meeting: Meeting, elsewhere: bool
) -> None:
    """A form that it refuses, or a channel that is not the group's any more."""
    messages = Messages(failures=[refusal(403, 50013) if elsewhere else refusal(400, 50035)])
    cards = live(builder, messages)
    if elsewhere:
        await builder.write(lambda tx: tx.run("UPDATE groups SET channel_id = channel_id + 1"))
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await cards.refresh()
    await cards.refresh()
    assert messages.shown == []
    await builder.rsvps.answer(builder.act_as(BEN), meeting.id, Answer.GOING)
    await cards.refresh()
    assert f"<@{ANA}>, <@{BEN}>" in messages.shown[0]
    assert await notices(builder.database) == []


@pytest.mark.parametrize(("code", "why"), [(50035, "fault"), (200000, "blocked"), (240000, "blocked")])
async def test_a_change_that_discord_will_not_take_is_told_once_until_it_is_shown(
    builder: Builder, meeting: Meeting, code: int, why: str
) -> None:
    messages = Messages(failures=[refusal(400, code), refusal(400, code)])
    cards = live(builder, messages)
    for user_id in (ANA, BEN):
        await builder.rsvps.answer(builder.act_as(user_id), meeting.id, Answer.GOING)
        await cards.refresh()
    [(told, parameters)] = await notices(builder.database)
    assert told == "card_refused"
    assert json.loads(parameters) == {"error": code, "kind": "card_again", "why": why}
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.LATE)
    await cards.refresh()
    assert await notices(builder.database) == []


@pytest.mark.parametrize("code", [10003, 10008])
async def test_a_message_that_is_gone_is_forgotten(builder: Builder, meeting: Meeting, code: int) -> None:
    messages = Messages(failures=[refusal(404, code)])
    cards = live(builder, messages)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await cards.refresh()
    assert await builder.write(lambda tx: CardRepository(tx).of_meeting(meeting.id)) == []
    await cards.refresh()
    assert messages.shown == []


async def test_a_database_that_fails_meanwhile_is_no_error_of_the_member(
    builder: Builder, meeting: Meeting
) -> None:
    """What they did is saved and answered; the card follows with the next refresh."""
    messages = Messages()
    cards = live(builder, messages)
    await builder.rsvps.answer(builder.act_as(ANA), meeting.id, Answer.GOING)
    await builder.database.close()
    await cards.refresh()
    assert messages.shown == []
