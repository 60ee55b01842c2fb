"""/attendance: what the bot could not tell by itself, said by an organizer with a click."""

import asyncio

from discord import File, app_commands
from discord.ext import commands

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.ids import GroupId, MeetingId, UserId
from buddybot.domain.text import read_id
from buddybot.exports.records.formats import Format
from buddybot.ui.attendance import history as attendance_history
from buddybot.ui.attendance import record_export
from buddybot.ui.attendance.attendance import attendance_card, parse_state
from buddybot.ui.attendance.corrections import correction_card, past_meetings
from buddybot.ui.checkins.checkins import closing_card
from buddybot.ui.client import Client, Interaction
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


class AttendanceCog(commands.Cog):
    """The organizer's one-click list."""

    attendance = app_commands.Group(
        name="attendance",
        description="For organizers: who was at the meetings",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    def __init__(self, bot: Client) -> None:
        self._bot = bot
        self._attendance = bot.services.attendance
        self._corrections = bot.services.corrections
        self._histories = bot.services.attendance_history
        self._exports = bot.services.attendance_export

    @attendance.command(name="take", description="Say how it was for those who are not recorded yet")
    @app_commands.describe(group="Which group, if you organize several")
    @app_commands.autocomplete(group=organized_groups)
    async def take(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the list of the latest meeting that has somebody on it; offer to close one that is over."""
        async with Reply(interaction) as reply:
            chosen = parse_group(group)
            over = await self._attendance.find_unclosed(reply.actor, chosen)
            if over is not None:
                closing = await self._bot.services.checkins.closing(reply.actor, over)
                await reply.show(closing_card(reply.texts, closing, reply.texts("attendance.unclosed")))
                return
            waiting = await self._attendance.list_unrecorded(reply.actor, group_id=chosen)
            await reply.show(attendance_card(reply.texts, waiting))

    @attendance.command(name="export", description="Take the record of your group with you, as a file")
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
        interaction: Interaction,
        form: str,
        group: str | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> None:
        """Hand the record out as files."""
        async with Reply(interaction) as reply:
            wanted = record_export.parse(form, group, first, last)
            export = await self._exports.export(reply.actor, wanted)
            await record_export.hand_out(
                reply, export, Format(form), limit=interaction.filesize_limit, now=self._bot.now()
            )

    @attendance.command(
        name="history",
        description="Who came: your own meetings, or the group's if you organize it",
        extras=list_for(Audience.MEMBER),
    )
    @app_commands.describe(group="Which group, if you are in several")
    @app_commands.autocomplete(group=groups_to_look_back_on)
    async def history(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the newest page of the record."""
        async with Reply(interaction) as reply:
            card, files = await self._page(reply, parse_group(group))
            await reply.show(card, files=files)

    @route("attendance_page")
    async def turn_page(self, interaction: Interaction, given: Input) -> None:
        """Show the meetings before or after."""
        async with Reply(interaction) as reply:
            card, files = await self._page(reply, GroupId(given.read_number(0)), given.read_number(1))
            await reply.replace(card, files=files)

    async def _page(
        self, reply: Reply, group_id: GroupId | None, stop: int | None = None
    ) -> tuple[Card, list[File]]:
        view = await self._histories.show(reply.actor, group_id, stop=stop)
        drawn = await asyncio.to_thread(attendance_history.picture, reply.texts, view)
        return attendance_history.history_card(reply.texts, view, drawn), attachments(drawn)

    @attendance.command(name="correct", description="Put the record of a past meeting right")
    @app_commands.describe(
        meeting="Which one; the latest, when left out", group="Which group, if you organize several"
    )
    @app_commands.autocomplete(meeting=past_meetings, group=organized_groups)
    async def correct(
        self, interaction: Interaction, meeting: str | None = None, group: str | None = None
    ) -> None:
        """Show the record of one meeting, with all that can be corrected."""
        async with Reply(interaction) as reply:
            view = await self._corrections.view(reply.actor, parse_pick(meeting), parse_group(group))
            await reply.show(correction_card(reply.texts, view))

    @route("attendance")
    async def show(self, interaction: Interaction, given: Input) -> None:
        """Show the list of one meeting, from its summary."""
        async with Reply(interaction) as reply:
            meeting_id = MeetingId(given.read_number(0))
            waiting = await self._attendance.list_unrecorded(reply.actor, meeting_id=meeting_id)
            await reply.show(attendance_card(reply.texts, waiting))

    @route("attendance_set")
    async def record(self, interaction: Interaction, given: Input) -> None:
        """Record those who were chosen in the list of one state."""
        async with Reply(interaction) as reply:
            state = parse_state(given.read_word(1))
            people = [UserId(found) for each in given.values if (found := read_id(each)) is not None]
            waiting = await self._attendance.record(
                reply.actor,
                MeetingId(given.read_number(0)),
                dict.fromkeys(people, state),
                after=_after(given, 2),
            )
            await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_confirm")
    async def confirm(self, interaction: Interaction, given: Input) -> None:
        """Record what is suggested."""
        async with Reply(interaction) as reply:
            meeting_id, after = MeetingId(given.read_number(0)), _after(given, 1)
            waiting = await self._attendance.confirm(reply.actor, meeting_id, after=after)
            await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_undo")
    async def undo(self, interaction: Interaction, given: Input) -> None:
        """Take back what the click before recorded."""
        async with Reply(interaction) as reply:
            meeting_id = MeetingId(given.read_number(0))
            waiting = await self._attendance.undo(
                reply.actor, meeting_id, first=given.read_number(1), last=given.read_number(2)
            )
            await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_all")
    async def record_all(self, interaction: Interaction, given: Input) -> None:
        """Record everybody who is left as present, in the way they said they would be."""
        async with Reply(interaction) as reply:
            meeting_id, after = MeetingId(given.read_number(0)), _after(given, 1)
            waiting = await self._attendance.record_rest(
                reply.actor, meeting_id, Attendance.PRESENT, after=after
            )
            await reply.replace(attendance_card(reply.texts, waiting))


def _after(given: Input, position: int) -> int | None:
    """Return how far the ledger went when the card was made; None on cards of earlier versions."""
    return given.read_number(position) if len(given.arguments) > position else None


async def setup(bot: Client) -> None:
    """Add the cog."""
    await bot.add_cog(AttendanceCog(bot))
