"""The name under which a person is known where Discord can't show it: exports, suggestions, calendars."""

from buddybot.domain.text import cut_to, optional
from buddybot.services.core.actor import Actor
from buddybot.services.core.unit_of_work import UnitOfWork

_NAME_LIMIT = 80


def name_of(actor: Actor) -> str:
    """Return the name that the actor has in this guild now; empty where an interaction does not say."""
    return optional(cut_to(actor.display_name, _NAME_LIMIT), limit=_NAME_LIMIT, field="name") or ""


def is_renamed(actor: Actor, known_as: str | None) -> bool:
    """Return whether the actor goes by another name than that under which they are kept, if they are."""
    return known_as is not None and name_of(actor) not in ("", known_as)


async def follow_name(uow: UnitOfWork, actor: Actor, known_as: str | None) -> None:
    """Keep the actor's name of today, where they are kept at all: whatever they do, it follows them."""
    if actor.guild_id is not None and is_renamed(actor, known_as):
        await uow.preferences.rename(actor.guild_id, actor.user_id, name_of(actor))
