"""The organizer's list of people of whom nobody has said yet how it was."""

import discord

from buddybot.domain.ids import UserId
from buddybot.services.attendance import RECORDABLE, Unrecorded
from buddybot.ui.kit import Card, button, option, select
from buddybot.ui.texts import Texts, members


def attendance_card(texts: Texts, waiting: Unrecorded) -> Card:
    """Return a list for each state to choose people in; a choice is recorded at once."""
    meeting = waiting.meeting
    title = texts("attendance.title", number=waiting.number)
    if not waiting.people:
        return Card().text(title, texts("attendance.done", at=meeting.starts_at))
    card = Card().text(title, texts("attendance.ask", who=members(user_id for user_id, _ in waiting.people)))
    card.row(
        button(
            texts.plain("attendance.all_present"),
            "attendance_all",
            meeting.id,
            style=discord.ButtonStyle.primary,
        )
    )
    for state in RECORDABLE:
        options = [option(_name(texts, user_id, name), user_id) for user_id, name in waiting.people[:25]]
        card.row(
            select(
                "attendance_set",
                meeting.id,
                state.value,
                options=options,
                placeholder=texts.plain(f"attendance.choose.{state.value}"),
                most=len(options),
            )
        )
    return card


def _name(texts: Texts, user_id: UserId, name: str) -> str:
    """What a list shows of somebody; their name may not be known yet."""
    return name or texts.plain("attendance.unnamed", tail=str(user_id)[-4:])
