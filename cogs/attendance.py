"""/attendance: what the bot could not tell by itself, and a record put right, said by an organizer."""

import asyncio

from discord import File, app_commands

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, MeetingId, UserId, VisitorId
from buddybot.domain.text import read_id
from buddybot.exports.records.formats import Format
from buddybot.ui.attendance import history as attendance_history
from buddybot.ui.attendance import record_export
from buddybot.ui.attendance.attendance import (
    CORRECT,
    TAKE,
    attendance_card,
    met_form,
    parse_state,
    visitor_form,
)
from buddybot.ui.attendance.corrections import correction_card, correction_form, past_meetings
from buddybot.ui.checkins.checkins import closing_card
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework.choices import groups_to_look_back_on, organized_groups, parse_group, parse_pick
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.pictures import attachments
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.help import Audience, list_for

FORMATS = [
    app_commands.Choice(name=name, value=form.value)
    for form, name in (
        (Format.XLSX, "Spreadsheet (XLSX)"),
        (Format.CSV, "CSV"),
        (Format.CSV_EXCEL, "CSV for Excel"),
        (Format.REPORT, "Report to print, without names (HTML)"),
        (Format.PNG, "Pictures (PNG)"),
        (Format.ICS, "Calendar (ICS)"),
        (Format.JSON, "JSON"),
        (Format.JSONL, "JSON lines"),
    )
]


class AttendanceCog(BotCog):
    """The organizer's one-click list."""

    attendance = app_commands.Group(
        name="attendance",
        description="For organizers: who was at the meetings",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    @command("Say how it was for those who are not recorded yet", attendance, group=organized_groups)
    async def take(self, reply: Reply, group: str | None = None) -> None:
        """Show the list of the latest meeting that has somebody on it; offer to close one that is over."""
        chosen = parse_group(group)
        over = await self._services.attendance.find_unclosed(reply.actor, chosen)
        if over is not None:
            closing = await self._services.checkins.closing(reply.actor, over)
            await reply.show(closing_card(reply.texts, closing, reply.texts("attendance.unclosed")))
            return
        waiting = await self._services.attendance.list_unrecorded(reply.actor, group_id=chosen)
        await reply.show(attendance_card(reply.texts, waiting))

    @command("Take the record of your group with you, as a file", attendance)
    @app_commands.describe(
        form="What you will open it with",
        group="Which group, if you organize several; or all of them",
        first="The first day, such as 2026-01-08; leave it out to begin with the first meeting",
        last="The last day; leave it out to end with the latest meeting",
    )
    @app_commands.rename(form="format", first="from", last="to")
    @app_commands.choices(form=FORMATS)
    @app_commands.autocomplete(
        group=record_export.offer_groups, first=record_export.offer_days, last=record_export.offer_days
    )
    async def export(
        self,
        reply: Reply,
        form: str,
        group: str | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> None:
        """Hand the record out as files."""
        wanted = record_export.parse(form, group, first, last)
        export = await self._services.attendance_export.export(reply.actor, wanted)
        await record_export.hand_out(
            reply, export, Format(form), limit=reply.interaction.filesize_limit, now=self._bot.now()
        )

    @command(
        "Who came: your own meetings, or the group's if you organize it",
        attendance,
        group=groups_to_look_back_on,
        audience=Audience.MEMBER,
    )
    async def history(self, reply: Reply, group: str | None = None) -> None:
        """Show the newest page of the record."""
        card, files = await self._page(reply, parse_group(group))
        await reply.show(card, files=files)

    @route("attendance_page")
    async def turn_page(self, reply: Reply, given: Input) -> None:
        """Show the meetings before or after."""
        card, files = await self._page(reply, GroupId(given.read_number(0)), given.read_number(1))
        await reply.replace(card, files=files)

    async def _page(
        self, reply: Reply, group_id: GroupId | None, stop: int | None = None
    ) -> tuple[Card, list[File]]:
        view = await self._services.attendance_history.show(reply.actor, group_id, stop=stop)
        drawn = await asyncio.to_thread(attendance_history.picture, reply.texts, view)
        return attendance_history.history_card(reply.texts, view, drawn), attachments(drawn)

    @command("Put the record of a past meeting right", attendance, group=organized_groups)
    @app_commands.describe(meeting="Which one; the latest, when left out")
    @app_commands.autocomplete(meeting=past_meetings)
    async def correct(self, reply: Reply, meeting: str | None = None, group: str | None = None) -> None:
        """Show the record of one meeting, with all that can be corrected."""
        view = await self._services.corrections.view(reply.actor, parse_pick(meeting), parse_group(group))
        await reply.show(correction_card(reply.texts, view))

    @route("attendance")
    async def show(self, reply: Reply, given: Input) -> None:
        """Show the list of one meeting, from its summary."""
        meeting_id = MeetingId(given.read_number(0))
        waiting = await self._services.attendance.list_unrecorded(reply.actor, meeting_id=meeting_id)
        await reply.show(attendance_card(reply.texts, waiting))

    @route("attendance_set")
    async def record(self, reply: Reply, given: Input) -> None:
        """Record those who were chosen in the list of one state."""
        state = parse_state(given.read_word(1))
        people = [UserId(found) for each in given.values if (found := read_id(each)) is not None]
        waiting = await self._services.attendance.record(
            reply.actor,
            MeetingId(given.read_number(0)),
            dict.fromkeys(people, state),
            after=_after(given, 2),
        )
        await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_confirm")
    async def confirm(self, reply: Reply, given: Input) -> None:
        """Record what is suggested."""
        meeting_id, after = MeetingId(given.read_number(0)), _after(given, 1)
        waiting = await self._services.attendance.confirm(reply.actor, meeting_id, after=after)
        await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_undo")
    async def undo(self, reply: Reply, given: Input) -> None:
        """Take back what the click before recorded."""
        meeting_id = MeetingId(given.read_number(0))
        waiting = await self._services.attendance.undo(
            reply.actor, meeting_id, first=given.read_number(1), last=given.read_number(2)
        )
        await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_all")
    async def record_all(self, reply: Reply, given: Input) -> None:
        """Record everybody who is left as present, in the way they said they would be."""
        meeting_id, after = MeetingId(given.read_number(0)), _after(given, 1)
        waiting = await self._services.attendance.record_rest(
            reply.actor, meeting_id, Attendance.PRESENT, after=after
        )
        await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_correct")
    async def show_record(self, reply: Reply, given: Input) -> None:
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
    async def set_right(self, reply: Reply, given: Input) -> None:
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


def _after(given: Input, position: int) -> int | None:
    """Return how far the ledger went when the card was made; None on cards of earlier versions."""
    return given.read_number(position) if len(given.arguments) > position else None


def _meeting(given: Input) -> MeetingId:
    return MeetingId(given.read_number(0))


def _back(given: Input) -> str:
    """Which card a question was asked from; Refusal `button.stale` for any other word."""
    word = given.read_word(1)
    if word not in (TAKE, CORRECT):
        raise Refusal("button.stale")
    return word
