"""The help page: built from commands, shown to whom they are for, and short."""

from typing import Any

import discord
from discord import app_commands

from buddybot.services.groups.groups import GuildRights
from buddybot.settings.settings import BotSettings, PrivacySettings
from buddybot.ui.framework.texts import Texts
from buddybot.ui.help import Audience, Entry, entries, help_card, list_for, privacy_card
from tests.cards import words

WHO = {"help": Audience.EVERYONE, "me": Audience.EVERYONE, "setup": Audience.MANAGER}


def shown(place: GuildRights, *names: str) -> str:
    """Return the help page of a person for commands of these names; families are for organizers."""
    commands = []
    for name in names:
        family = Audience.ORGANIZER if " " in name else Audience.MEMBER
        commands.append(Entry(name, "does it", WHO.get(name.split()[0], family)))
    card = help_card(Texts(), commands, place, support="")
    return words(card)


def test_everybody_is_shown_what_is_theirs() -> None:
    names = ("help", "me join", "next", "group pause", "setup")
    stranger = shown(GuildRights(member=False, organizer=False, manager=False), *names)
    assert ("/help" in stranger, "/next" in stranger, "/group" in stranger, "/setup" in stranger) == (
        True,
        False,
        False,
        False,
    )
    member = shown(GuildRights(member=True, organizer=False, manager=False), *names)
    assert ("/next" in member, "/group" in member) == (True, False)
    organizer = shown(GuildRights(member=True, organizer=True, manager=True), *names)
    assert "/group pause" in organizer
    assert "/setup" in organizer


def test_members_of_an_archived_group_are_no_strangers() -> None:
    said = shown(GuildRights(member=False, organizer=False, manager=False, ended=True), "me join", "next")
    assert "Your group is archived" in said
    assert "not in a buddy group" not in said
    assert ("/me join" in said, "/next" in said) == (True, False)


def test_a_large_family_takes_one_line() -> None:
    said = shown(
        GuildRights(member=True, organizer=True, manager=False),
        "meeting skip",
        "meeting move",
        "meeting cancel",
    )
    assert "`/meeting` skip, move, cancel" in said


def command(name: str, **options: Any) -> app_commands.Command[Any, ..., Any]:
    """Return a command that does nothing."""

    @app_commands.command(name=name, description=f"About {name}", **options)
    async def found(interaction: discord.Interaction) -> None:
        """Do nothing."""

    return found


def test_a_command_is_for_members_when_nothing_says_otherwise() -> None:
    family = app_commands.Group(name="commit", description="Commitments")
    family.add_command(command("add"))
    assert entries([command("next"), family]) == [
        Entry("commit add", "About add", Audience.MEMBER),
        Entry("next", "About next", Audience.MEMBER),
    ]


def test_a_command_says_whom_it_is_for_when_its_family_is_for_others() -> None:
    family = app_commands.Group(name="group", description="A group", extras=list_for(Audience.ORGANIZER))
    family.add_command(command("pause"))
    family.add_command(command("info", extras=list_for(Audience.MEMBER)))
    assert entries([family]) == [
        Entry("group info", "About info", Audience.MEMBER),
        Entry("group pause", "About pause", Audience.ORGANIZER),
    ]


def test_privacy_says_what_this_host_has_set() -> None:
    def said(support: str = "", policy: str = "", keep: int = 730) -> str:
        privacy = PrivacySettings(purge_days=30, keep_days=keep)
        card = privacy_card(Texts(), BotSettings(support_url=support, privacy_url=policy), privacy)
        return words(card)

    assert "https://help.example" in said(support="https://help.example")
    assert "https://policy.example" in said(policy="https://policy.example")
    assert "Privacy policy" not in said()
    assert "30 days" in said()
    assert "older than 730 days" in said()
    assert "older than" not in said(keep=0)
