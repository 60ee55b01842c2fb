"""Swapping turns of hosting: which ones, the question to the other person, and what came of it."""

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId
from buddybot.domain.locations.host_swaps import SwapState
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.meetings.schedule import local
from buddybot.domain.text import read_id
from buddybot.services.locations.arrangements import DECLINE_BEFORE
from buddybot.services.locations.host_swaps import SwapView
from buddybot.services.locations.host_turn_views import Hostings
from buddybot.ui.framework.components import QUIET, Card, button, option, select
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Texts, channel, day_name, member
from buddybot.ui.locations.arrangements import say_location
from buddybot.ui.locations.hosting import turn_name

MOST_PAIRS = 25
"""What one select can offer."""


def pairs_card(texts: Texts, view: Hostings) -> Card:
    """Return the choice of turns to swap; Refusal `swap.none` or `swap.none_yet` when there is none."""
    options = [
        option(
            texts.plain("rotation.swap.pair", turn=turn_name(texts, mine), other=turn_name(texts, other)),
            f"{mine.meeting.id}-{other.meeting.id}",
            description=None if view.me.organizes else _until(texts, mine.meeting, other.meeting),
        )
        for mine, other in view.my_pairs
    ]
    if not options and view.late is not None and not view.me.organizes:
        raise Refusal("swap.none_yet", start=view.late.starts_at)
    if not options:
        raise Refusal("swap.none")
    key = "rotation.swap.ask_organizer" if view.me.organizes else "rotation.swap.ask"
    choose = select(
        "swap_pick",
        view.group.id,
        options=options[:MOST_PAIRS],
        placeholder=texts.plain("rotation.swap.choose"),
    )
    return Card().text(texts(key)).row(choose)


def _until(texts: Texts, meeting: Meeting, other: Meeting) -> str:
    """Say until when two turns can be swapped, by the clock of the earlier meeting."""
    first = min(meeting, other, key=lambda each: each.starts_at)
    until = local(first.starts_at - DECLINE_BEFORE, first.zone)
    return texts.plain("rotation.swap.in_time", day=day_name(texts, until.date()), at=f"{until:%H:%M}")


def pair_chosen(given: Input) -> tuple[MeetingId, MeetingId]:
    """Return the two meetings that were chosen; Refusal `button.stale` for what was not offered."""
    written, _, other_written = (given.values[0] if given.values else "").partition("-")
    turn, other = read_id(written), read_id(other_written)
    if turn is None or other is None:
        raise Refusal("button.stale")
    return MeetingId(turn), MeetingId(other)


def offer_card(texts: Texts, view: SwapView) -> Card:
    """Return the question in the channel; only the one who is asked can answer it."""
    swap = view.swap
    if swap is None:
        raise ValueError("nothing is offered")
    people = {"by": member(swap.offered_by), "to": member(swap.offered_to)}
    meetings = {"start": view.turn.meeting.starts_at, "other": view.other.meeting.starts_at}
    return (
        Card(colour=QUIET)
        .text(
            texts("rotation.swap.offer", **people), texts("rotation.swap.turns", by=people["by"], **meetings)
        )
        .row(
            button(texts.plain("rotation.swap.agree"), "swap_agree", swap.id),
            button(texts.plain("rotation.swap.decline"), "swap_decline", swap.id),
            button(texts.plain("rotation.swap.withdraw"), "swap_withdraw", swap.id),
        )
        .note(texts("rotation.swap.until", until=view.until))
    )


def answered_card(texts: Texts, view: SwapView) -> Card:
    """Return what came of an offer, in its place; a no names nobody."""
    if view.swap is None or view.swap.state is SwapState.AGREED:
        return swapped_card(texts, view)
    key = "declined" if view.swap.state is SwapState.DECLINED else "withdrawn"
    return Card(colour=QUIET).text(texts(f"rotation.swap.{key}"))


def ended_card(texts: Texts) -> Card:
    """Return that an offer can be agreed to no more, in its place."""
    return Card(colour=QUIET).text(texts("rotation.swap.ended"))


def swapped_card(texts: Texts, view: SwapView) -> Card:
    """Return where both meetings are now, and by whom."""
    said = texts(
        "rotation.swap.agreed",
        start=view.turn.meeting.starts_at,
        place=say_location(texts, view.turn.arrangement),
        other=view.other.meeting.starts_at,
        other_place=say_location(texts, view.other.arrangement),
    )
    return Card(colour=QUIET).text(said)


def asked_card(texts: Texts, view: SwapView) -> Card:
    """Return the answer to the one who offered, or to the organizer who swapped at once."""
    if view.swap is None:
        return swapped_card(texts, view).note(texts("rotation.done.told"))
    home = channel(view.group.channel_id)
    to = member(view.swap.offered_to)
    return Card().text(texts("rotation.swap.asked", to=to, channel=home, until=view.until))
