"""Each card that Discord has, against what the rows make of it now."""

import re
from typing import Any

from buddybot.domain.ids import UserId
from buddybot.domain.meetings.cards import CardKind, ShownCard
from buddybot.storage.engine.database import Tx
from buddybot.storage.outbox.cards import CardRepository
from tests.endurance.discord import MemoryDiscord, texts_of, unmarked, walk
from tests.endurance.facts import Facts
from tests.endurance.process import Process

_ASKED_BY = re.compile(r"\\nPlease answer by [^.]*\.")
"""Stays on a card when that hour has passed, until something else changes it."""


async def compare_cards(process: Process, discord: MemoryDiscord, facts: Facts | None = None) -> None:
    """Fail unless each card is what the rows make of it, and names those who said that they come.

    Messages that this Discord keeps no longer, and those in channels that are closed, are passed over.
    """
    states, messages = await process.read(_states), process.messages
    for card in await process.read(_cards):
        message = discord.message(card.channel_id, card.message_id)
        made = await messages.render_again(card)
        if message is None or made is None or card.channel_id in discord.closed:
            continue
        wanted: list[dict[str, Any]] = made.to_components()
        shown = _lasting(card.kind, message["components"])
        assert shown == _lasting(card.kind, wanted), (card, shown, wanted)
        if (
            facts is not None
            and card.kind is CardKind.MEETING
            and states[card.meeting_id] in ("scheduled", "open")
        ):
            said = texts_of(message)
            assert all(f"<@{user}>" in said for user in _coming(facts, card)), said


def _coming(facts: Facts, card: ShownCard) -> set[UserId]:
    return {
        user
        for meeting, user, answer in facts.answers
        if meeting == card.meeting_id and user in facts.members and answer != "apologies"
    }


def _lasting(kind: CardKind, components: list[dict[str, Any]]) -> str | list[str]:
    """What a card shows for as long as the rows stay: of a summary all but what comes next."""
    if kind is CardKind.SUMMARY:
        texts = [str(item["content"]) for item in walk(components) if item.get("content")]
        return [each for each in texts if not each.startswith("Next: ")]
    return _ASKED_BY.sub("", unmarked(components))


async def _cards(tx: Tx) -> list[ShownCard]:
    meetings = await tx.all("SELECT id FROM meetings ORDER BY id")
    return [card for row in meetings for card in await CardRepository(tx).of_meeting(row["id"])]


async def _states(tx: Tx) -> dict[int, str]:
    return {row["id"]: row["state"] for row in await tx.all("SELECT id, state FROM meetings")}
