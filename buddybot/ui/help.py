"""What a person can do here, read from the live command tree so that it is never out of date."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from discord import app_commands

from buddybot.services.groups.groups import GuildRights
from buddybot.settings.settings import BotSettings, PrivacySettings
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Markup, Texts

AnyCommand = app_commands.Command | app_commands.Group | app_commands.ContextMenu  # type: ignore[type-arg]  # any cog


class Audience(StrEnum):
    """Whom a command is for."""

    EVERYONE = "everyone"
    MEMBER = "member"
    ORGANIZER = "organizer"
    MANAGER = "manager"


_AUDIENCE = "audience"


def list_for(audience: Audience) -> dict[str, Audience]:
    """Return the `extras` of a command or family that `/help` lists for these people."""
    return {_AUDIENCE: audience}


class Entry(NamedTuple):
    """One command as it is typed, without the slash, and whom it is for."""

    name: str
    what: str
    audience: Audience = Audience.MEMBER


def entries(commands: Iterable[AnyCommand], usual: Audience = Audience.MEMBER) -> list[Entry]:
    """Return every slash command of a tree, subcommands one by one, by name.

    A command that says nothing is for those that its family is for, or else for members.
    """
    found: list[Entry] = []
    for command in commands:
        audience = command.extras.get(_AUDIENCE, usual)
        if isinstance(command, app_commands.Group):
            found += entries(command.commands, audience)
        elif isinstance(command, app_commands.Command):
            found.append(Entry(command.qualified_name, str(command.description), audience))
    return sorted(found, key=lambda entry: entry.name)


def audiences_of(rights: GuildRights) -> tuple[Audience, ...]:
    """Return the sections that a person is shown."""
    wanted = {
        Audience.MEMBER: rights.member,
        Audience.ORGANIZER: rights.organizer,
        Audience.MANAGER: rights.manager,
    }
    return (*(each for each, shown in wanted.items() if shown), Audience.EVERYONE)


def help_card(texts: Texts, commands: Sequence[Entry], rights: GuildRights, *, support: str) -> Card:
    """Return what this person can do here."""
    card = Card().text(Markup(f"## {texts('help.title')}"))
    card.text(texts("help.buttons" if rights.member else "help.ended" if rights.ended else "help.outsider"))
    for audience in audiences_of(rights):
        lines = _lines(texts, [entry for entry in commands if entry.audience is audience])
        if lines:
            card.text(Markup(f"### {texts(f'help.section.{audience.value}')}"), *lines)
    if support:
        card.note(texts("help.more", support=Markup(support)))
    return card


def privacy_card(texts: Texts, said: BotSettings, privacy: PrivacySettings) -> Card:
    """Return what is stored, who sees it, and how it is removed, as this bot's host has set it."""
    card = Card().text(Markup(f"## {texts('privacy.title')}"))
    for part in ("stored", "seen"):
        card.text(Markup(f"### {texts(f'privacy.{part}.title')}"), texts(f"privacy.{part}.text"))
    removed = [texts("privacy.removed.text")]
    if said.support_url:
        removed.append(texts("privacy.removed.support", support=Markup(said.support_url)))
    if privacy.keep_days:
        removed.append(texts("privacy.removed.kept", days=privacy.keep_days))
    removed.append(texts("privacy.removed.guild", days=privacy.purge_days))
    card.text(Markup(f"### {texts('privacy.removed.title')}"), *removed)
    if said.privacy_url:
        card.note(texts("privacy.removed.policy", policy=Markup(said.privacy_url)))
    return card


def _lines(texts: Texts, commands: Sequence[Entry]) -> list[Markup]:
    """One line a command, or one for all parts of a family of three or more."""
    families: dict[str, list[Entry]] = {}
    for entry in commands:
        families.setdefault(entry.name.split()[0], []).append(entry)
    lines: list[Markup] = []
    for root, parts in families.items():
        if len(parts) > 2:
            names = ", ".join(part.name.removeprefix(f"{root} ") for part in parts)
            lines.append(texts("help.family", name=Markup(root), parts=Markup(names)))
        else:
            lines += [texts("help.line", name=Markup(part.name), what=part.what) for part in parts]
    return lines
