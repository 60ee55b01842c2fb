"""What `/attendance correct` and the organizer's list lead to: one entry put right, or the whole meeting."""

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId, VisitorId
from buddybot.ui.attendance.attendance import (
    CORRECT,
    TAKE,
    attendance_card,
    met_form,
    parse_state,
    visitor_form,
)
from buddybot.ui.attendance.corrections import correction_card, correction_form
from buddybot.ui.cog import BotCog
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route


class AttendanceCorrectionsCog(BotCog):
    """Buttons, selects and forms; the commands are in the cog of attendance."""

    @route("attendance_correct")
    async def show(self, reply: Reply, given: Input) -> None:
        """Show the record of a meeting in the place of the list."""
        await reply.replace(await self._card(reply, _meeting(given), CORRECT))

    @route("attendance_who")
    async def choose(self, reply: Reply, given: Input) -> None:
        """Open the form for the person who was chosen."""
        view, seat = await self._services.corrections.get_seat(
            reply.actor, _meeting(given), UserId(given.read_value())
        )
        await reply.ask(correction_form(reply.texts, view, seat))

    @route("attendance_set_right")
    async def correct(self, reply: Reply, given: Input) -> None:
        """Write the correction down."""
        view = await self._services.corrections.correct(
            reply.actor,
            _meeting(given),
            UserId(given.read_number(1)),
            parse_state(given.written("state")),
            given.written("reason"),
        )
        await reply.replace(correction_card(reply.texts, view))

    @route("attendance_off_ask")
    async def ask_off(self, reply: Reply, given: Input) -> None:
        """Ask once whether the group did not meet, and why: it changes everybody's entry."""
        await self._ask(reply, _meeting(given), met=False)

    @route("attendance_on_ask")
    async def ask_on(self, reply: Reply, given: Input) -> None:
        """Ask once whether the group met after all, and what happened."""
        await self._ask(reply, _meeting(given), met=True)

    @route("attendance_off")
    async def off(self, reply: Reply, given: Input) -> None:
        """Write down of everybody that the group did not meet."""
        view = await self._services.corrections.did_not_meet(
            reply.actor, _meeting(given), given.written("reason")
        )
        await reply.replace(correction_card(reply.texts, view))
        await self._live.refresh()

    @route("attendance_on")
    async def record_met(self, reply: Reply, given: Input) -> None:
        """Write down that the group met after all."""
        view = await self._services.corrections.did_meet(
            reply.actor, _meeting(given), given.written("reason")
        )
        await reply.replace(correction_card(reply.texts, view))
        await self._live.refresh()

    @route("attendance_visitor")
    async def ask_visitor(self, reply: Reply, given: Input) -> None:
        """Open the form for a visitor's name."""
        meeting_id = _meeting(given)
        await self._services.visitors.look(reply.actor, meeting_id)
        await reply.ask(visitor_form(reply.texts, meeting_id, _back(given)))

    @route("attendance_visit")
    async def visitor(self, reply: Reply, given: Input) -> None:
        """Note the visitor, and show the card that the form came from."""
        meeting_id, back = _meeting(given), _back(given)
        await self._services.visitors.add(reply.actor, meeting_id, given.written("name"))
        await reply.replace(await self._card(reply, meeting_id, back))

    @route("attendance_visitor_back")
    async def withdraw(self, reply: Reply, given: Input) -> None:
        """Take a visitor back."""
        meeting_id = _meeting(given)
        await self._services.visitors.withdraw(reply.actor, meeting_id, VisitorId(given.read_value()))
        await reply.replace(await self._card(reply, meeting_id, CORRECT))

    async def _ask(self, reply: Reply, meeting_id: MeetingId, *, met: bool) -> None:
        await self._services.corrections.view(
            reply.actor, meeting_id
        )  # refused before anybody writes a reason
        await reply.ask(met_form(reply.texts, meeting_id, met=met))

    async def _card(self, reply: Reply, meeting_id: MeetingId, which: str) -> Card:
        if which == TAKE:
            waiting = await self._services.attendance.list_unrecorded(reply.actor, meeting_id=meeting_id)
            return attendance_card(reply.texts, waiting)
        return correction_card(reply.texts, await self._services.corrections.view(reply.actor, meeting_id))


def _meeting(given: Input) -> MeetingId:
    return MeetingId(given.read_number(0))


def _back(given: Input) -> str:
    """Which card a question was asked from; Refusal `button.stale` for any other word."""
    word = given.read_word(1)
    if word not in (TAKE, CORRECT):
        raise Refusal("button.stale")
    return word
