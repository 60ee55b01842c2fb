"""What is offered while somebody types an option, and how the chosen value is read back.

Autocomplete never fails: whoever may see nothing is offered nothing.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Iterable
from functools import wraps
from typing import Any

import discord
from discord.app_commands import Choice

from buddybot import locales
from buddybot.domain import zones as domain_zones
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState, Member, Rotation, check_capacity
from buddybot.domain.ids import ChannelId, GroupId, MeetingId, UserId
from buddybot.domain.meetings.schedule import parse_date
from buddybot.domain.text import fold_text, name_order, read_id
from buddybot.pings.delivery.requests import FAULTS, describe_fault
from buddybot.services.core.meeting_days import Pick
from buddybot.ui.framework.components import option
from buddybot.ui.framework.reply import actor_of, texts_of
from buddybot.ui.framework.texts import Texts, shorten_text

log = logging.getLogger(__name__)

MOST = 25
NOBODY = 0
_LABEL_LIMIT = 100

Interaction = discord.Interaction[Any]
Suggest = Callable[[Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]


def guard_suggest(suggest: Suggest) -> Suggest:
    """Return an autocomplete that offers nothing where `suggest` refuses or fails."""

    @wraps(suggest)
    async def guarded(interaction: Interaction, current: str) -> list[Choice[str]]:
        try:
            found = (await suggest(interaction, current))[:MOST]
        except Refusal:
            found = []
        except Exception:  # the boundary of autocomplete: an empty list, and a log line
            log.exception("autocomplete failed, reference %s", secrets.token_hex(4))
            found = []
        await offer(interaction, found)
        return found

    return guarded


async def offer(interaction: Interaction, found: list[Choice[str]]) -> None:
    """Answer here, and not in the library, for which one that comes too late is an error.

    Then the task that answers ends, as cancelled: the library would try again, and nobody waits for it.
    """
    try:
        await interaction.response.autocomplete(found)
    except FAULTS as error:
        log.info("suggestions came too late (%s)", describe_fault(error))
        raise asyncio.CancelledError from error


def choice(label: str, value: object) -> Choice[str]:
    """Return one suggestion, cut to Discord's limits."""
    return Choice(name=shorten_text(label or str(value), _LABEL_LIMIT), value=str(value))


def _offer_groups_of(**wanted: bool) -> Suggest:
    @guard_suggest
    async def offer_those(interaction: Interaction, current: str) -> list[Choice[str]]:
        return await matching_groups(interaction, current, **wanted)

    return offer_those


offer_groups = _offer_groups_of()
"""Offers the groups that the person is in."""
organized_groups = _offer_groups_of(organized=True)
"""Offers the groups that the person organizes."""
active_groups = _offer_groups_of(organized=True, active=True)
"""Offers the groups that the person organizes and that meet at present."""
groups_that_meet = _offer_groups_of(active=True)
"""Offers the groups that the person is in and that meet at present."""
groups_to_look_back_on = _offer_groups_of(archived=True)
"""Offers the groups that the person is in, archived ones too."""
transferable_groups = _offer_groups_of(organized=True, rescue=True)
"""Offers the groups that the person may find a new organizer for."""


@guard_suggest
async def zones(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer time zones by city."""
    del interaction
    return [choice(name.replace("_", " "), name) for name in domain_zones.search(current, limit=MOST)]


@guard_suggest
async def other_members(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the other members of the group that is chosen, or of the only one it can be."""
    return await _members(interaction, current, lambda member, me: member.user_id != me)


@guard_suggest
async def other_members_here(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the other members who are in the server."""
    return await _members(
        interaction, current, lambda member, me: member.user_id != me and member.gone_since is None
    )


@guard_suggest
async def transferable_members(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the members who could organize the chosen group: who does already has nothing to take over."""

    def fits(member: Member, me: UserId) -> bool:
        return member.gone_since is None and not (member.organizes and member.user_id == me)

    return await _members(interaction, current, fits, rescue=True)


def read_option(interaction: Interaction, name: str) -> Any:
    """Return what stands in an option of the command; None when nothing does."""
    return getattr(interaction.namespace, name, None) or None


def read_group(interaction: Interaction) -> GroupId | None:
    """Return the group that is chosen in the command so far; None when none is."""
    return parse_group(read_option(interaction, "group"))


def read_pick(interaction: Interaction) -> Pick | None:
    """Return the meeting, or the day, that is chosen in the command so far; None when none is."""
    return parse_pick(read_option(interaction, "meeting"))


def match_names(named: Iterable[tuple[str, object]], current: str) -> list[Choice[str]]:
    """Return what is offered by a name with the typed words in it, or by the value that was typed."""
    wanted = fold_text(current)
    return [choice(name, value) for name, value in named if wanted in fold_text(name) or wanted == str(value)]


async def _members(
    interaction: Interaction, current: str, fits: Callable[[Member, UserId], bool], *, rescue: bool = False
) -> list[Choice[str]]:
    group_id, actor = read_group(interaction), actor_of(interaction)
    found: list[Member] = await interaction.client.services.members.choices(actor, group_id, rescue=rescue)
    return matching_members([each for each in found if fits(each, actor.user_id)], current)


def matching_members(found: Iterable[Member], current: str) -> list[Choice[str]]:
    """Return members by their names, as people sort them, of those in whose names the typed words are."""
    wanted = fold_text(current)
    return [
        choice(member.display_name, member.user_id)
        for member in sorted(found, key=lambda member: name_order(member.display_name))
        if wanted in fold_text(member.display_name) or wanted == str(member.user_id)
    ]


def parse_group(value: str | None) -> GroupId | None:
    """Return the group that was chosen, None when none was; the id of none for other text."""
    if value is None or not value.strip():
        return None
    return GroupId(parse_id(value))


def parse_channel(value: str) -> ChannelId:
    """Return the channel that was chosen in a form; Refusal `channel.unknown`."""
    return ChannelId(_number(value, "channel.unknown"))


def parse_capacity(value: str) -> int:
    """Return the size that was chosen in a form; Refusal `button.stale` for what was not offered."""
    return check_capacity(_number(value, "button.stale"))


def parse_minimum(value: str) -> int:
    """Return how many people make a meeting, as chosen in a form; Refusal `button.stale` for other text."""
    return _number(value, "button.stale")


def parse_rotation(value: str) -> Rotation:
    """Return the rule that was chosen; Refusal `button.stale` for what was not offered."""
    if value not in set(Rotation):
        raise Refusal("button.stale")
    return Rotation(value)


def parse_language(value: str) -> str | None:
    """Return the language that was chosen in a form, None when none was; Refusal `button.stale`."""
    if value and value not in locales.available():
        raise Refusal("button.stale")
    return value or None


def parse_member(value: str) -> UserId:
    """Return the member who was chosen, or typed as a mention; `NOBODY` for other text."""
    return UserId(parse_id(value.strip().removeprefix("<@").removesuffix(">")))


def weekday_options(texts: Texts, chosen: int | None = None) -> list[discord.SelectOption]:
    """Return the seven days for a select."""
    return [option(texts.plain(f"groups.day.{day}"), day, default=day == chosen) for day in range(7)]


def zone_matches(written: str) -> list[str]:
    """Return the zone that was meant, or several when it could be more than one; Refusal `zone.unknown`."""
    try:
        return [domain_zones.canonical(written)]
    except Refusal:
        found = domain_zones.search(written, limit=MOST) if written.strip() else []
        if not found:
            raise
    cities = [
        name for name in found if name.rpartition("/")[2].casefold() == "_".join(written.casefold().split())
    ]
    return cities if len(cities) == 1 else found


async def matching_groups(
    interaction: Interaction,
    current: str,
    *,
    organized: bool = False,
    rescue: bool = False,
    archived: bool = False,
    active: bool = False,
) -> list[Choice[str]]:
    """Return the groups in whose names the typed words are; with `active` none that rests."""
    found: list[Group] = await interaction.client.services.groups.choices(
        actor_of(interaction), organized=organized, rescue=rescue, archived=archived
    )
    wanted, texts = fold_text(current), texts_of(interaction)
    return [
        choice(group_label(texts, group), group.id)
        for group in found
        if wanted in fold_text(group.name) and (group.state is GroupState.ACTIVE or not active)
    ]


def group_label(texts: Texts, group: Group) -> str:
    """Return how a group is offered: an archived one says so, for another may have its name."""
    if group.state is not GroupState.ARCHIVED:
        return group.name
    return texts.plain("groups.archive.label", group=group.name)


def parse_id(value: str) -> int:
    """Return the id that a choice stands for; for other text `NOBODY`, the id of nothing and nobody.

    Then the service refuses it, and only once it knows that the person may ask at all.
    """
    number = read_id(value.strip())
    return NOBODY if number is None else number


def parse_pick(value: str | None) -> Pick | None:
    """Return the meeting that was chosen, or the day that was typed; None when neither was."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return MeetingId(parse_id(text))
    return parse_date(text)


def _number(value: str, code: str) -> int:
    number = parse_id(value)
    if number == NOBODY and value.strip() != "0":
        raise Refusal(code)
    return number
