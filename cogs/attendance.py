"""/attendance: what the bot could not tell by itself, said by an organizer with a click."""

from discord import app_commands
from discord.ext import commands

from buddybot.domain.attendance import Attendance
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import MeetingId, UserId
from buddybot.ui.attendance import attendance_card
from buddybot.ui.choices import groups, parse_group
from buddybot.ui.client import Client, Interaction
from buddybot.ui.reply import Reply
from buddybot.ui.router import Input, route


class AttendanceCog(commands.Cog):
    """The organizer's one-click list."""

    attendance = app_commands.Group(
        name="attendance", description="For organizers: who was at the meetings", guild_only=True
    )

    def __init__(self, bot: Client) -> None:
        self._attendance = bot.services.attendance

    @attendance.command(name="take", description="Say how it was for those who are not recorded yet")
    @app_commands.describe(group="Which group, if you organize several")
    @app_commands.autocomplete(group=groups)
    async def take(self, interaction: Interaction, group: str | None = None) -> None:
        """Show the list of the latest meeting that has somebody on it."""
        async with Reply(interaction) as reply:
            waiting = await self._attendance.unrecorded(reply.actor, group_id=parse_group(group))
            await reply.show(attendance_card(reply.texts, waiting))

    @route("attendance")
    async def show(self, interaction: Interaction, given: Input) -> None:
        """Show the list of one meeting, from its summary."""
        async with Reply(interaction) as reply:
            meeting_id = MeetingId(given.number(0))
            waiting = await self._attendance.unrecorded(reply.actor, meeting_id=meeting_id)
            await reply.show(attendance_card(reply.texts, waiting))

    @route("attendance_set")
    async def record(self, interaction: Interaction, given: Input) -> None:
        """Record those who were chosen in the list of one state."""
        async with Reply(interaction) as reply:
            state = _state(given.word(1))
            people = [UserId(int(value)) for value in given.values if value.isascii() and value.isdigit()]
            waiting = await self._attendance.record(
                reply.actor, MeetingId(given.number(0)), dict.fromkeys(people, state)
            )
            await reply.replace(attendance_card(reply.texts, waiting))

    @route("attendance_all")
    async def record_all(self, interaction: Interaction, given: Input) -> None:
        """Record everybody who is left as present."""
        async with Reply(interaction) as reply:
            meeting_id = MeetingId(given.number(0))
            waiting = await self._attendance.record_rest(reply.actor, meeting_id, Attendance.PRESENT)
            await reply.replace(attendance_card(reply.texts, waiting))


def _state(word: str) -> Attendance:
    try:
        return Attendance(word)
    except ValueError:
        raise Refusal("button.stale") from None


async def setup(bot: Client) -> None:
    """Add the cog."""
    await bot.add_cog(AttendanceCog(bot))
