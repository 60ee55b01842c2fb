"""/me: what each person decides for themselves."""

import asyncio

from discord import app_commands
from discord.ext import commands

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.preferences import LeaveReason, Preferences, QuietHours
from buddybot.domain.ids import GroupId, GuildId
from buddybot.domain.meetings.schedule import parse_time
from buddybot.ui.checkins.own_history import weeks_card
from buddybot.ui.cog import BotCog, Client, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.groups import preferences as ui
from buddybot.ui.groups.invitations import offer_card
from buddybot.ui.help import Audience
from buddybot.ui.privacy import personal_data


@app_commands.guild_only()
class MeCog(BotCog, commands.GroupCog, group_name="me", group_description="What you decide for yourself"):
    """Everything here is for the asking person alone."""

    def __init__(self, bot: Client) -> None:
        super().__init__(bot)
        reminders = bot.settings.reminders
        start, end = (reminders.quiet_start, reminders.quiet_end)
        self._usual = None if start == end else QuietHours(start, end)

    @command("Direct messages, nudges, quiet hours and your zone")
    async def settings(self, reply: Reply) -> None:
        """Show the person's settings."""
        mine = await self._services.preferences.get_own(reply.actor)
        await reply.show(ui.settings_card(reply.texts, mine, self._usual))

    @command("Join a group with the code you were given", audience=Audience.EVERYONE)
    @app_commands.describe(code="Like ABCD-EFGH-IJKL-MNOP")
    async def join(self, reply: Reply, code: app_commands.Range[str, 1, 100]) -> None:
        """Show the charter of the group behind a code."""
        offer = await self._services.invitations.by_code(reply.actor, code)
        await reply.show(offer_card(reply.texts, offer))

    @command("Your own weeks: what you had promised, and your wins", group=choices.groups_to_look_back_on)
    async def history(self, reply: Reply, group: str | None = None) -> None:
        """Show the person's newest weeks."""
        weeks = await self._services.own_history.show(reply.actor, choices.parse_group(group))
        await reply.show(weeks_card(reply.texts, weeks))

    @route("me_weeks")
    async def show_history(self, reply: Reply, given: Input) -> None:
        """Show the person's newest weeks in one group, from a message in its channel."""
        weeks = await self._services.own_history.show(reply.actor, GroupId(given.read_number(0)))
        await reply.show(weeks_card(reply.texts, weeks))

    @route("me_history")
    async def turn_history(self, reply: Reply, given: Input) -> None:
        """Show weeks before or after."""
        group_id, stop = GroupId(given.read_number(0)), given.read_number(1)
        weeks = await self._services.own_history.show(reply.actor, group_id, stop=stop)
        await reply.replace(weeks_card(reply.texts, weeks))

    @command("Leave a group; the door stays open", group=choices.offer_groups)
    async def leave(self, reply: Reply, group: str | None = None) -> None:
        """Ask once."""
        leaving = await self._services.members.leaving(reply.actor, choices.parse_group(group))
        await reply.show(ui.leave_card(reply.texts, leaving))

    @command("A copy of everything I keep about you, for you alone")
    async def export(self, reply: Reply) -> None:
        """Hand over both files."""
        copy = await self._services.personal.copy(reply.actor)
        files = await asyncio.to_thread(
            personal_data.copy_files, reply.texts, copy, reply.actor.user_id, self._server_name
        )
        await reply.show(personal_data.copy_card(reply.texts), files=personal_data.attachments(files))

    @command("Delete everything I keep about you; I ask once")
    async def delete(self, reply: Reply) -> None:
        """Show what goes and what remains."""
        deletion = await self._services.personal.deletion(reply.actor.user_id)
        card = personal_data.deletion_card(reply.texts, deletion, reply.actor.user_id, self._server_name)
        await reply.show(card)

    @route("me_delete_go")
    async def delete_now(self, reply: Reply, given: Input) -> None:
        """Delete it, for the one who was asked, and take the roles of the groups that were left."""
        if given.read_number(0) != reply.actor.user_id:
            raise Refusal("button.stale")
        taken = await self._live.roles.take_from(reply.actor.user_id)
        erased = await self._services.personal.delete(reply.actor, taken)
        await reply.replace(personal_data.farewell_card(reply.texts, erased, self._server_name))
        await self._live.refresh()
        for gone in erased.departed:
            await self._live.roles.settle(gone.group.id)

    @route("me_leave_why")
    async def say_why(self, reply: Reply, given: Input) -> None:
        """Keep the reason in the button until it is pressed."""
        leaving = await self._services.members.leaving(reply.actor, GroupId(given.read_number(0)))
        await reply.replace(ui.leave_card(reply.texts, leaving, _reason(given.values[:1])))

    @route("me_leave_go")
    async def leave_now(self, reply: Reply, given: Input) -> None:
        """Leave the group."""
        gone = await self._services.members.leave(
            reply.actor,
            GroupId(given.read_number(0)),
            _reason(given.arguments[1:2]),
            keep_public=ui.KEEP in given.arguments[1:],
        )
        await reply.replace(Card().text(ui.left_text(reply.texts, gone)))
        await self._live.refresh()
        await self._live.roles.settle(gone.group.id)

    @route("me_stay")
    async def stay(self, reply: Reply, given: Input) -> None:
        """Put the question away."""
        del given
        await reply.replace(Card().text(reply.texts("groups.unchanged.done")))

    @route("me_direct")
    async def switch_direct(self, reply: Reply, given: Input) -> None:
        """Turn direct messages on or off."""
        mine = await self._services.preferences.choose(reply.actor, direct_messages=_read_wanted(given))
        await self._show(reply, mine)
        await self._follow(reply, stoppable=mine.direct_messages)

    @route("me_nudges")
    async def nudges(self, reply: Reply, given: Input) -> None:
        """Turn the mid-week nudge on or off."""
        mine = await self._services.preferences.choose(reply.actor, nudges=_read_wanted(given))
        await self._show(reply, mine)

    @route("me_quiet")
    async def ask_quiet(self, reply: Reply, given: Input) -> None:
        """Open the form for quiet hours."""
        del given
        await reply.ask(ui.quiet_form(reply.texts, await self._services.preferences.get_own(reply.actor)))

    @route("me_quiet_given")
    async def take_quiet(self, reply: Reply, given: Input) -> None:
        """Keep the quiet hours."""
        mine = await self._services.preferences.set_quiet(reply.actor, _quiet(given))
        await self._show(reply, mine)

    @route("me_zone")
    async def ask_zone(self, reply: Reply, given: Input) -> None:
        """Open the form for the zone."""
        del given
        await reply.ask(ui.zone_form(reply.texts, await self._services.preferences.get_own(reply.actor)))

    @route("me_zone_given")
    async def take_zone(self, reply: Reply, given: Input) -> None:
        """Keep the zone, or ask which one was meant."""
        written = given.written("zone").strip()
        zones = choices.zone_matches(written) if written else []
        if len(zones) > 1:
            await reply.replace(ui.zones_card(reply.texts, zones))
            return
        mine = await self._services.preferences.set_zone(reply.actor, zones[0] if zones else None)
        await self._show(reply, mine)
        await self._live.refresh()

    @route("me_zone_chosen")
    async def choose_zone(self, reply: Reply, given: Input) -> None:
        """Keep the chosen zone."""
        zone = given.values[0] if given.values else None
        await self._show(reply, await self._services.preferences.set_zone(reply.actor, zone))
        await self._live.refresh()
        await self._follow(reply, stoppable=True)

    @route("dm_stop")
    async def stop_direct(self, reply: Reply, given: Input) -> None:
        """End direct messages from one server, pressed on such a message."""
        await self._services.preferences.stop_direct(reply.actor, GuildId(given.read_number(0)))
        await reply.say("me.stop.done")
        guild_id = GuildId(given.read_number(0))
        await self._live.outdated.drop_stop(guild_id, reply.actor.user_id, reply.interaction.message)

    def _server_name(self, guild_id: GuildId) -> str:
        guild = self._bot.get_guild(guild_id)
        return str(guild_id) if guild is None else guild.name

    async def _show(self, reply: Reply, mine: Preferences) -> None:
        await reply.replace(ui.settings_card(reply.texts, mine, self._usual))

    async def _follow(self, reply: Reply, *, stoppable: bool) -> None:
        """Bring the direct messages that are there already in line with what was chosen."""
        if reply.actor.guild_id is None:
            return
        if not stoppable:
            await self._live.outdated.drop_stop(reply.actor.guild_id, reply.actor.user_id, None)
        await self._live.outdated.follow_days(reply.actor.guild_id, reply.actor.user_id)


def _read_wanted(given: Input) -> bool:
    if given.read_number(0) > 1:
        raise Refusal("button.stale")
    return bool(given.read_number(0))


def _reason(values: tuple[str, ...]) -> LeaveReason | None:
    return LeaveReason(values[0]) if values and values[0] in set(LeaveReason) else None


def _quiet(given: Input) -> QuietHours | None:
    start, end = given.written("start").strip(), given.written("end").strip()
    if not start and not end:
        return None
    if not start or not end:
        raise Refusal("quiet.half")
    return QuietHours(parse_time(start), parse_time(end))
