"""The group as a card, its charter, its settings, and the questions before what cannot be undone."""

import discord
from discord import ui

from buddybot import locales
from buddybot.domain.groups.groups import (
    CHARTER_LIMIT,
    HIGHEST_CAPACITY,
    LOWEST_CAPACITY,
    NAME_LIMIT,
    Group,
    GroupState,
    Member,
)
from buddybot.domain.groups.invitations import Invitation
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.text import name_order
from buddybot.domain.zones import is_known
from buddybot.pings.delivery.requests import Part
from buddybot.services.groups.break_messages import BreakView
from buddybot.services.groups.groups import GroupView
from buddybot.services.groups.members import LettingGo
from buddybot.ui.framework.components import DANGER, PRIMARY, QUIET, WARM, Card, Form, button, option
from buddybot.ui.framework.texts import Markup, Texts, channel, member, members, moment, neutralize_text
from buddybot.ui.groups.quorum_settings import answers_line, rates_line
from buddybot.ui.locations.arrangements import change_lines, change_rows, name_locations, say_where

MOST_INVITATIONS = 6
"""Open invitations that a card shows with a button each."""


def schedule_line(texts: Texts, schedule: Schedule | None) -> Markup:
    """Return when a group meets, in words."""
    if schedule is None:
        return texts("groups.schedule_missing")
    weeks = schedule.every_weeks
    when = texts(
        "groups.when",
        weekday=texts(f"groups.weekday.{schedule.weekday}"),
        time=schedule.time.strftime("%H:%M"),
        zone=schedule.zone.replace("_", " "),
        every=texts("groups.weeks.one") if weeks == 1 else texts("groups.weeks.many", weeks=weeks),
        minutes=schedule.duration_minutes,
    )
    return when if is_known(schedule.zone) else texts("groups.when_lost", when=when)


def info_card(texts: Texts, view: GroupView) -> Card:
    """Return the group as one of its members sees it."""
    group = view.group
    card = Card(colour=QUIET) if group.state is GroupState.PAUSED else Card()
    card.text(_title(group.name))
    if group.state is GroupState.PAUSED:
        card.text(texts("groups.info.paused"))
    if view.organizes and group.route_error is not None:
        card.text(texts("groups.info.blocked", channel=channel(group.channel_id)))
    card.text(
        texts("groups.info.when", when=schedule_line(texts, view.schedule)),
        _next(texts, view),
        texts("groups.info.place", channel=channel(group.channel_id)),
        answers_line(texts, group),
        *([rates_line(texts, view.rates)] if view.rates is not None else []),
    )
    card.text(
        texts("groups.info.members", count=len(view.members), capacity=group.capacity),
        *(
            texts("groups.info.gone", member=line) if each.gone_since is not None else line
            for each, line in (
                (each, _member_line(texts, each))
                for each in sorted(view.members, key=lambda each: name_order(each.display_name))
            )
        ),
    )
    if view.organizes:
        _add_invitations(card, texts, view)
    card.row(*_buttons(texts, view))
    return card.row(button(texts.plain("audit.open"), "audit", group.id)) if view.organizes else card


def charter_of(texts: Texts, group: Group) -> str:
    """Return a group's charter: its own words, or the usual one where there are none any more."""
    return group.charter or texts.plain("groups.charter.usual")


def _member_line(texts: Texts, each: Member) -> Markup:
    line = member(each.user_id)
    return texts("groups.info.organizer", member=line) if each.organizes else line


def archived_card(texts: Texts, group: Group) -> Card:
    """Return what the channel of an archived group reads last."""
    card = Card(colour=QUIET).text(texts("groups.archive.told", group=group.name))
    card.text(texts("groups.archive.kept"))
    return card.row(button(texts.plain("groups.archive.weeks"), "me_weeks", group.id))


def break_card(texts: Texts, view: BreakView) -> Card:
    """Return what the channel reads when its group takes a break, or meets again."""
    group, following = view.group.name, view.following
    if view.resting:
        lines = [texts("groups.pause.told", group=group)]
    elif following is None:
        lines = [texts("groups.resume.told_none", group=group)]
    else:
        at = following.starts_at
        lines = [texts("groups.resume.told", group=group, at=at, soon=moment(at, "R"))]
    if view.arrangement is not None and (line := say_where(texts, view.arrangement)) is not None:
        lines.append(line)
    if view.people:
        key = "groups.pause.people" if view.resting else "groups.resume.people"
        lines.append(texts(key, people=members(view.people)))
    card = Card(colour=QUIET).text(*lines)
    if view.location_changes:
        card.text(*change_lines(texts, view.location_changes))
    for row in change_rows(texts, view.location_changes):
        card.row(*row)
    return card.row(button(texts.plain("meetings.change.more"), "next_open", view.group.id))


def charter_card(texts: Texts, group: Group, *, organizes: bool) -> Card:
    """Return the charter; organizers can change it from here."""
    card = Card().text(Markup(f"### {texts('groups.charter.title', group=group.name)}"))
    card.text(neutralize_text(charter_of(texts, group))).note(texts("groups.charter.note"))
    if organizes:
        card.row(button(texts.plain("groups.charter.edit"), "group_charter_edit", group.id))
    return card


def charter_clash_card(texts: Texts, group: Group, written: str) -> Card:
    """Return both charters when another organizer changed it while this one wrote; nothing typed is lost."""
    card = charter_card(texts, group, organizes=True)
    return card.line().text(texts("groups.charter.clash")).text(neutralize_text(written))


def charter_form(texts: Texts, group: Group) -> Form:
    """Return the form in which an organizer writes the charter."""
    form = Form(texts.plain("groups.charter.form"), "group_charter_save", group.id, remembers=True)
    return form.ask(
        "charter",
        texts.plain("groups.charter.field"),
        hint=texts.plain("groups.charter.hint"),
        default=charter_of(texts, group),
        limit=CHARTER_LIMIT,
        long=True,
    )


def settings_form(texts: Texts, group: Group) -> Form:
    """Return the form with everything of a group that is not its schedule or its charter."""
    form = Form(texts.plain("groups.settings.title"), "group_settings_save", group.id, remembers=True)
    form.ask("name", texts.plain("groups.settings.name"), default=group.name, limit=NAME_LIMIT)
    return ask_home(form, texts, group)


def ask_home(form: Form, texts: Texts, group: Group | None = None, *, here: int | None = None) -> Form:
    """Add channel, size and, where there are several, the language to a form."""
    default = here if group is None else group.channel_id
    form.pick(
        "channel",
        texts.plain("groups.settings.channel"),
        ui.ChannelSelect(
            custom_id="channel",
            channel_types=[discord.ChannelType.text],
            default_values=[] if default is None else [_channel_default(default)],
        ),
        hint=texts.plain("groups.settings.channel_hint"),
    )
    capacity = 6 if group is None else group.capacity
    form.choose(
        "capacity",
        texts.plain("groups.settings.capacity"),
        [
            option(
                texts.plain("groups.settings.capacity_option", count=count), count, default=count == capacity
            )
            for count in range(LOWEST_CAPACITY, HIGHEST_CAPACITY + 1)
        ],
        hint=texts.plain("groups.settings.capacity_hint"),
    )
    return _ask_language(form, texts, texts.language if group is None else group.language)


def saved_card(texts: Texts, group: Group) -> Card:
    """Return what was saved of the settings."""
    return Card().text(
        texts(
            "groups.settings.saved",
            group=group.name,
            capacity=group.capacity,
            channel=channel(group.channel_id),
        )
    )


def archive_card(texts: Texts, group: Group) -> Card:
    """Return the question before a group is archived."""
    return (
        Card(colour=WARM)
        .text(texts("groups.archive.ask", group=group.name))
        .row(
            button(texts.plain("groups.archive.yes"), "group_archive_go", group.id, style=DANGER),
            button(texts.plain("groups.archive.no"), "group_unchanged"),
        )
    )


def remove_card(texts: Texts, view: LettingGo) -> Card:
    """Return the question before a member is let go, and what becomes of the places they offered."""
    group, user_id = view.group, view.member.user_id
    lines = [
        texts(key, places=name_locations(places))
        for key, places in (
            ("groups.remove.places_private", view.locations.private),
            ("groups.remove.places_public", view.locations.public),
        )
        if places
    ]
    ask = texts("groups.remove.ask", member=member(user_id), group=group.name)
    return (
        Card(colour=WARM)
        .text(ask, *lines)
        .row(
            button(texts.plain("groups.remove.yes"), "group_remove_go", group.id, user_id, style=DANGER),
            button(texts.plain("groups.remove.no"), "group_unchanged"),
        )
    )


def resumed_text(texts: Texts, view: GroupView) -> Markup:
    """Return what follows when a group wakes."""
    if view.next_meeting is None:
        return texts("groups.resume.done_none", group=view.group.name)
    at = view.next_meeting.starts_at
    return texts("groups.resume.done", group=view.group.name, at=at, soon=moment(at, "R"))


def _title(name: str) -> Markup:
    return Markup(f"## {neutralize_text(name)}")


def _next(texts: Texts, view: GroupView) -> Markup:
    if view.next_meeting is None or view.group.state is not GroupState.ACTIVE:
        return texts("groups.info.next_none")
    at = view.next_meeting.starts_at
    return texts("groups.info.next", at=at, soon=moment(at, "R"))


def _add_invitations(card: Card, texts: Texts, view: GroupView) -> None:
    if view.invitations:
        card.line().text(texts("groups.info.invitations"))
    for invitation in view.invitations[:MOST_INVITATIONS]:
        card.beside(
            _invitation(texts, invitation),
            button(texts.plain("groups.info.revoke"), "invitation_revoke", invitation.id),
        )
    if len(view.invitations) > MOST_INVITATIONS:
        card.text(texts("groups.info.more", count=len(view.invitations) - MOST_INVITATIONS))
    people = [each.user_id for each in view.declined if each.user_id is not None]
    if people:
        card.note(texts("groups.info.declined", members=members(dict.fromkeys(people))))


def _invitation(texts: Texts, invitation: Invitation) -> Markup:
    until = moment(invitation.expires_at, "D")
    if invitation.user_id is not None:
        return texts("groups.info.invitation_person", member=member(invitation.user_id), until=until)
    if invitation.invited_name is not None:
        return texts("groups.info.invitation_code", name=invitation.invited_name, until=until)
    return texts("groups.info.invitation_code_unnamed", until=until)


def _buttons(texts: Texts, view: GroupView) -> list[Part]:
    group_id = view.group.id
    charter = button(texts.plain("groups.info.charter"), "group_charter", group_id)
    if not view.organizes:
        return [charter]
    return [
        *invite_buttons(texts, view.group),
        button(texts.plain("groups.info.settings"), "group_settings", group_id),
        button(texts.plain("quorum.settings.open"), "group_answers", group_id),
        charter,
    ]


def invite_buttons(texts: Texts, group: Group) -> list[Part]:
    """Return the two ways to invite somebody."""
    return [
        button(texts.plain("groups.info.invite"), "invitation_person", group.id, style=PRIMARY),
        button(texts.plain("groups.info.code"), "invitation_name", group.id),
    ]


def _ask_language(form: Form, texts: Texts, chosen: str) -> Form:
    languages = locales.available()
    if len(languages) < 2:
        return form
    return form.choose(
        "language",
        texts.plain("groups.settings.language"),
        [option(texts.plain(f"groups.language.{code}"), code, default=code == chosen) for code in languages],
    )


def _channel_default(channel_id: int) -> discord.SelectDefaultValue:
    return discord.SelectDefaultValue(id=channel_id, type=discord.SelectDefaultValueType.channel)
