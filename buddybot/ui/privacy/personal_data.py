"""What a person is shown about the copy of their data, and before it is deleted."""

from collections.abc import Callable, Sequence
from io import BytesIO

import discord

from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GuildId, UserId
from buddybot.services.groups.members import Leaving
from buddybot.services.privacy.personal_data import Deletion, Erased, OwnCopy
from buddybot.ui.framework.components import DANGER, WARM, Card, button
from buddybot.ui.framework.texts import Markup, Texts, member

JSON_NAME, PAGE_NAME = "my-data.json", "my-data.html"
_MOST_GROUPS = 8

Naming = Callable[[GuildId], str]
"""What a server is called; its id where the bot does not know it any more."""


def copy_files(texts: Texts, copy: OwnCopy, user_id: UserId, naming: Naming) -> dict[str, bytes]:
    """Write both files, which takes a moment."""
    # Imported here: files and pictures are asked for rarely, and a start does without what makes them.
    from buddybot.exports.records.personal_data import Reading, person_json, person_page

    guilds = {row["guild_id"] for rows in copy.sections.values() for row in rows if "guild_id" in row}
    reading = Reading(
        user_id=user_id,
        now=copy.taken_at,
        language=texts.language,
        zone=copy.zone,
        guilds={each: naming(GuildId(each)) for each in guilds if isinstance(each, int)},
    )
    return {
        PAGE_NAME: person_page(copy.sections, reading, say=texts.plain),
        JSON_NAME: person_json(copy.sections, user_id=user_id, now=copy.taken_at),
    }


def attachments(files: dict[str, bytes]) -> list[discord.File]:
    """Return the files as they are sent along."""
    return [discord.File(BytesIO(data), name) for name, data in files.items()]


def copy_card(texts: Texts) -> Card:
    """Return the message that the files come with."""
    card = Card().text(Markup(f"## {texts('personal.copy.title')}")).text(texts("personal.copy.text"))
    return card.file(PAGE_NAME).file(JSON_NAME).note(texts("personal.copy.note"))


def deletion_card(texts: Texts, deletion: Deletion, user_id: UserId, naming: Naming) -> Card:
    """Return what goes and what remains, and the one question."""
    card = Card(colour=WARM).text(Markup(f"## {texts('personal.delete.title')}"))
    if not deletion.holdings.counts:
        return card.text(texts("personal.delete.nothing"))
    goes = " · ".join(
        texts.plain("personal.delete.item", what=texts.plain(f"personal.section.{name}"), count=count)
        for name, count in deletion.holdings.counts.items()
    )
    card.text(texts("personal.delete.goes", what=goes))
    if deletion.leaving:
        lines = [_leaving(texts, each, naming) for each in deletion.leaving[:_MOST_GROUPS]]
        if rest := len(deletion.leaving) - len(lines):
            lines.append(texts("personal.delete.more", count=rest))
        card.text(texts("personal.delete.groups"), *lines)
    card.text(texts("personal.delete.remains"), texts("personal.delete.discord"))
    return card.row(
        button(texts.plain("personal.delete.yes"), "me_delete_go", user_id, style=DANGER),
        button(texts.plain("personal.delete.no"), "me_stay"),
    ).note(texts("personal.delete.final"))


def _leaving(texts: Texts, each: Leaving, naming: Naming) -> Markup:
    key = "heir" if each.heir is not None else "last" if each.last else "group"
    heir = "" if each.heir is None else member(each.heir)
    return texts(
        f"personal.delete.{key}", group=each.group.name, server=naming(each.group.guild_id), heir=heir
    )


def farewell_card(texts: Texts, erased: Erased, naming: Naming) -> Card:
    """Return the last word, with what is still to come."""
    card = Card().text(texts(f"personal.delete.{_ending(erased)}"))
    if erased.roles:
        card.text(texts("personal.delete.roles"), *_groups(texts, erased.roles, naming))
    return card.note(texts("personal.delete.door")) if erased.departed else card


def _ending(erased: Erased) -> str:
    if not erased.complete:
        return "nearly"
    return "but_roles" if erased.roles else "done"


def _groups(texts: Texts, groups: Sequence[Group], naming: Naming) -> list[Markup]:
    lines = [
        texts("personal.delete.group", group=each.name, server=naming(each.guild_id))
        for each in groups[:_MOST_GROUPS]
    ]
    if rest := len(groups) - len(lines):
        lines.append(texts("personal.delete.more", count=rest))
    return lines
