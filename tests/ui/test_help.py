"""The help page: built from commands, shown to whom they are for, and short."""

import discord
from discord import app_commands

from buddybot.services.groups.groups import Place
from buddybot.settings.settings import BotSettings, PrivacySettings
from buddybot.ui.framework.texts import Texts
from buddybot.ui.help import Audience, Entry, entries, help_card, privacy_card
from tests.cards import words


def shown(place: Place, *names: str) -> str:
    """Return the help page of a person for commands of these names."""
    card = help_card(Texts(), [Entry(name, "does it") for name in names], place, support="")
    return words(card)


def test_the_longest_beginning_decides_whom_a_command_is_for() -> None:
    audiences = {
        name: Entry(name, "").audience
        for name in ("group pause", "group info", "me leave", "me join", "setup", "help", "kudos")
    }
    assert audiences == {
        "group pause": Audience.ORGANIZER,
        "group info": Audience.MEMBER,
        "me leave": Audience.MEMBER,
        "me join": Audience.EVERYONE,
        "setup": Audience.MANAGER,
        "help": Audience.EVERYONE,
        "kudos": Audience.MEMBER,
    }


def test_everybody_is_shown_what_is_theirs() -> None:
    names = ("help", "me join", "next", "group pause", "setup")
    stranger = shown(Place(member=False, organizer=False, manager=False), *names)
    assert ("/help" in stranger, "/next" in stranger, "/group" in stranger, "/setup" in stranger) == (
        True,
        False,
        False,
        False,
    )
    member = shown(Place(member=True, organizer=False, manager=False), *names)
    assert ("/next" in member, "/group" in member) == (True, False)
    organizer = shown(Place(member=True, organizer=True, manager=True), *names)
    assert "/group pause" in organizer
    assert "/setup" in organizer


def test_members_of_an_archived_group_are_no_strangers() -> None:
    said = shown(Place(member=False, organizer=False, manager=False, ended=True), "me join", "next")
    assert "Your group is archived" in said
    assert "not in a buddy group" not in said
    assert ("/me join" in said, "/next" in said) == (True, False)


def test_a_large_family_takes_one_line() -> None:
    said = shown(
        Place(member=True, organizer=True, manager=False), "meeting skip", "meeting move", "meeting cancel"
    )
    assert "`/meeting` skip, move, cancel" in said


def test_commands_are_found_in_their_groups() -> None:
    @app_commands.command(name="add", description="Add one")
    async def add(interaction: discord.Interaction) -> None:
        """Do nothing."""

    @app_commands.command(name="next", description="What is next")
    async def what_is_next(interaction: discord.Interaction) -> None:
        """Do nothing."""

    family = app_commands.Group(name="commit", description="Commitments")
    family.add_command(add)
    assert entries([what_is_next, family]) == [
        Entry("commit add", "Add one"),
        Entry("next", "What is next"),
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
