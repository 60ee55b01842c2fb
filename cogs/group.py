"""/group: what organizers do with their group, and what members see of it."""

import discord
from discord import app_commands
from discord.ext import commands

from buddybot.domain.errors import Refusal
from buddybot.domain.ids import GroupId, UserId
from buddybot.services.groups.groups import Changes
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.channels import check_home, home
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.framework.texts import member as mention
from buddybot.ui.groups import groups as ui
from buddybot.ui.groups.invitations import code_card
from buddybot.ui.groups.setup import start_card
from buddybot.ui.help import Audience, list_for
from buddybot.ui.invitation_posts import invite
from buddybot.ui.privacy.audit import audit_card


@app_commands.guild_only()
class GroupCog(
    BotCog,
    commands.GroupCog,
    group_name="group",
    group_description="Your buddy group",
    group_extras=list_for(Audience.ORGANIZER),
):
    """The commands and buttons of the group's card."""

    @command("Set up another group in this server")
    async def create(self, reply: Reply) -> None:
        """Begin the set-up."""
        await self._services.groups.may_create(reply.actor)
        await reply.show(start_card(reply.texts))

    @command("Invite somebody by a card, or make a code to hand over", group=choices.organized_groups)
    @app_commands.describe(
        member="Whom to invite; leave it out for a code", name="Whom the code is for; only organizers see it"
    )
    async def invite(
        self,
        reply: Reply,
        member: discord.Member | None = None,
        name: str | None = None,
        group: str | None = None,
    ) -> None:
        """Put a card into the channel, or show a code once."""
        group_id = choices.parse_group(group)
        if member is not None:
            await invite(reply.interaction, reply, member, group_id)
            return
        code = await self._services.invitations.invite_by_code(reply.actor, name=name, group_id=group_id)
        await reply.show(code_card(reply.texts, code))

    @command(
        "Who is in the group, when it meets, and what is open",
        group=choices.offer_groups,
        audience=Audience.MEMBER,
    )
    async def info(self, reply: Reply, group: str | None = None) -> None:
        """Show the group."""
        view = await self._services.groups.get_group(reply.actor, choices.parse_group(group))
        await reply.show(ui.info_card(reply.texts, view))

    @command("What the group promises each other", group=choices.offer_groups, audience=Audience.MEMBER)
    async def charter(self, reply: Reply, group: str | None = None) -> None:
        """Show the charter."""
        view = await self._services.groups.get_group(reply.actor, choices.parse_group(group))
        await reply.show(ui.charter_card(reply.texts, view.group, organizes=view.organizes))

    @command("The group's name, home channel and size", group=choices.organized_groups)
    async def settings(self, reply: Reply, group: str | None = None) -> None:
        """Open the settings."""
        view = await self._services.groups.get_organized(reply.actor, choices.parse_group(group))
        await reply.ask(ui.settings_form(reply.texts, view.group))

    @command("Let the group take a break; everything is kept", group=choices.organized_groups)
    async def pause(self, reply: Reply, group: str | None = None) -> None:
        """Pause the group."""
        view = await self._services.groups.pause(reply.actor, choices.parse_group(group))
        await reply.say("groups.pause.done", group=view.group.name)
        await self._live.refresh()

    @command("Wake the group after a break", group=choices.organized_groups)
    async def resume(self, reply: Reply, group: str | None = None) -> None:
        """Wake the group."""
        view = await self._services.groups.resume(reply.actor, choices.parse_group(group))
        await reply.show(Card().text(ui.resumed_text(reply.texts, view)))
        await self._live.refresh()
        if view.next_meeting is not None:
            await self._live.outdated.follow_meeting(view.next_meeting.id)

    @command("End the group; what was recorded is kept", group=choices.organized_groups)
    async def archive(self, reply: Reply, group: str | None = None) -> None:
        """Ask once before the group ends."""
        view = await self._services.groups.get_organized(reply.actor, choices.parse_group(group))
        await reply.show(ui.archive_card(reply.texts, view.group))

    @command("Make another member an organizer")
    @app_commands.describe(
        member="Who organizes from now on",
        stay_organizer="Whether you stay an organizer too",
        group="Which group, if you organize several",
    )
    @app_commands.autocomplete(member=choices.transferable_members, group=choices.transferable_groups)
    async def transfer(
        self, reply: Reply, member: str, stay_organizer: bool = False, group: str | None = None
    ) -> None:
        """Hand the role over, or share it."""
        user_id = choices.parse_member(member)
        await self._bot.presence.look_at(reply.actor, user_id)
        changed = await self._services.members.transfer(
            reply.actor, user_id, keep=stay_organizer, group_id=choices.parse_group(group)
        )
        key = "groups.transfer.done_kept" if stay_organizer else "groups.transfer.done"
        await reply.say(key, member=mention(user_id), group=changed.name)

    @command("Let a member go, quietly; an invitation brings them back", group=choices.organized_groups)
    @app_commands.describe(member="Who")
    @app_commands.autocomplete(member=choices.other_members)
    async def remove(self, reply: Reply, member: str, group: str | None = None) -> None:
        """Ask once before a member is let go."""
        found = await self._services.members.find(
            reply.actor, choices.parse_member(member), choices.parse_group(group)
        )
        await reply.show(ui.remove_card(reply.texts, found))

    @route("group_charter")
    async def show_charter(self, reply: Reply, given: Input) -> None:
        """Show the charter below the group's card."""
        view = await self._services.groups.get_group(reply.actor, GroupId(given.read_number(0)))
        await reply.show(ui.charter_card(reply.texts, view.group, organizes=view.organizes))

    @route("group_charter_edit")
    async def edit_charter(self, reply: Reply, given: Input) -> None:
        """Open the form for the charter."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(ui.charter_form(reply.texts, view.group))

    @route("group_charter_save")
    async def save_charter(self, reply: Reply, given: Input) -> None:
        """Keep the charter."""
        group_id, charter = GroupId(given.read_number(0)), given.written("charter")
        before = (await self._services.groups.get_organized(reply.actor, group_id)).group
        if given.is_unchanged("charter"):
            await reply.replace(ui.charter_card(reply.texts, before, organizes=True))
            return
        opened = dict(given.opened).get("charter")
        try:
            group = await self._services.groups.write_charter(reply.actor, group_id, charter, opened=opened)
        except Refusal as refusal:
            if refusal.code != "group.charter_changed":
                raise
            await reply.replace(ui.charter_clash_card(reply.texts, before, charter))
            return
        await reply.replace(ui.charter_card(reply.texts, group, organizes=True))

    @route("group_settings")
    async def ask_settings(self, reply: Reply, given: Input) -> None:
        """Open the settings from the group's card."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        await reply.ask(ui.settings_form(reply.texts, view.group))

    @route("group_settings_save")
    async def save_settings(self, reply: Reply, given: Input) -> None:
        """Keep the settings; a new home must be one that the bot can use."""
        view = await self._services.groups.get_organized(reply.actor, GroupId(given.read_number(0)))
        changes = _changes(given)
        if changes.channel_id is not None:
            check_home(reply.texts, home(reply.interaction.guild, changes.channel_id), reply.interaction.user)
        group = await self._services.groups.change(reply.actor, view.group.id, changes)
        await reply.show(ui.saved_card(reply.texts, group))
        await self._live.refresh()
        await self._live.roles.settle(group.id)

    @route("group_archive_go")
    async def archive_now(self, reply: Reply, given: Input) -> None:
        """End the group."""
        group = await self._services.groups.archive(reply.actor, GroupId(given.read_number(0)))
        await reply.replace(Card().text(reply.texts("groups.archive.done", group=group.name)))
        await self._live.refresh()
        await self._live.roles.settle(group.id)

    @route("group_remove_go")
    async def remove_now(self, reply: Reply, given: Input) -> None:
        """Let a member go."""
        user_id = UserId(given.read_number(1))
        gone = await self._services.members.remove(reply.actor, GroupId(given.read_number(0)), user_id)
        done = reply.texts("groups.remove.done", member=mention(user_id), group=gone.group.name)
        await reply.replace(Card().text(done))
        await self._live.refresh()
        await self._live.roles.settle(gone.group.id)

    @route("group_unchanged")
    async def keep_group(self, reply: Reply, given: Input) -> None:
        """Put the question away."""
        del given
        await reply.replace(Card().text(reply.texts("groups.unchanged.done")))

    @route("audit")
    async def show_audit(self, reply: Reply, given: Input) -> None:
        """Show the newest lines."""
        view = await self._services.audit.of_group(reply.actor, GroupId(given.read_number(0)))
        await reply.show(audit_card(reply.texts, view))


def _changes(given: Input) -> Changes:
    """Return what was changed in the form: what another organizer changed beside it stays."""
    written = {name: None if given.is_unchanged(name) else given.written(name) for name in given.fields}
    channel, capacity, language = written.get("channel"), written.get("capacity"), written.get("language")
    return Changes(
        name=written.get("name"),
        channel_id=choices.parse_channel(channel) if channel else None,
        capacity=None if capacity is None else choices.parse_capacity(capacity),
        language=None if language is None else choices.parse_language(language),
    )
