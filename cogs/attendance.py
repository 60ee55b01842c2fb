"""/attendance: what the bot could not tell by itself, said by an organizer with a click."""

import asyncio

from discord import File, app_commands

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.text import read_id
from buddybot.exports.records.formats import Format
from buddybot.ui.attendance import history as attendance_history
from buddybot.ui.attendance import record_export
from buddybot.ui.attendance.attendance import attendance_card, parse_state
from buddybot.ui.attendance.corrections import correction_card, past_meetings
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


def _after(given: Input, position: int) -> int | None:
    """Return how far the ledger went when the card was made; None on cards of earlier versions."""
    return given.read_number(position) if len(given.arguments) > position else None
