"""What each person decides for themselves: how they are written to, and whether they stay."""

from collections.abc import Sequence

from buddybot.domain.groups.preferences import LeaveReason, Preferences, QuietHours
from buddybot.domain.zones import is_known
from buddybot.services.groups.members import Departed, Leaving
from buddybot.ui.framework.components import DANGER, WARM, Card, Form, button, option, select
from buddybot.ui.framework.texts import Markup, Texts, member
from buddybot.ui.locations.arrangements import name_locations

KEEP = "keep"
"""Stands in the button that leaves a member's public places to the group."""


def settings_card(texts: Texts, mine: Preferences, usual: QuietHours | None) -> Card:
    """Return the person's settings with a button for each; `usual` are the bot's own quiet hours."""
    return (
        Card()
        .text(Markup(f"## {texts('me.settings.title')}"))
        .text(
            texts("me.settings.direct_on" if mine.direct_messages else "me.settings.direct_off"),
            texts("me.settings.nudges_on" if mine.nudges else "me.settings.nudges_off"),
            _quiet(texts, mine.quiet, usual),
            _zone(texts, mine.zone),
        )
        .row(
            button(
                texts.plain("me.button.direct_off" if mine.direct_messages else "me.button.direct_on"),
                "me_direct",
                int(not mine.direct_messages),
            ),
            button(
                texts.plain("me.button.nudges_off" if mine.nudges else "me.button.nudges_on"),
                "me_nudges",
                int(not mine.nudges),
            ),
            button(texts.plain("me.button.quiet"), "me_quiet"),
            button(texts.plain("me.button.zone"), "me_zone"),
        )
        .note(texts("me.settings.note"))
    )


def quiet_form(texts: Texts, mine: Preferences) -> Form:
    """Return the form for the person's quiet hours."""
    hint = texts.plain("me.quiet.hint")
    start = None if mine.quiet is None else mine.quiet.start.strftime("%H:%M")
    end = None if mine.quiet is None else mine.quiet.end.strftime("%H:%M")
    return (
        Form(texts.plain("me.quiet.title"), "me_quiet_given")
        .ask("start", texts.plain("me.quiet.start"), default=start, limit=12, required=False)
        .ask("end", texts.plain("me.quiet.end"), hint=hint, default=end, limit=12, required=False)
    )


def zone_form(texts: Texts, mine: Preferences) -> Form:
    """Return the form for the person's zone."""
    return Form(texts.plain("me.zone.title"), "me_zone_given").ask(
        "zone",
        texts.plain("me.zone.field"),
        hint=texts.plain("me.zone.hint"),
        default=mine.zone,
        limit=60,
        required=False,
    )


def zones_card(texts: Texts, names: Sequence[str]) -> Card:
    """Return the choice between zones that fit what was written."""
    return (
        Card()
        .text(Markup(f"## {texts('setup.zones.title')}"), texts("setup.zones.ask"))
        .row(
            select(
                "me_zone_chosen",
                options=[option(name.replace("_", " "), name) for name in names],
                placeholder=texts.plain("setup.zones.placeholder"),
            )
        )
    )


def leave_card(texts: Texts, leaving: Leaving, reason: LeaveReason | None = None) -> Card:
    """Return the one question before somebody leaves; the reason travels in the button."""
    group = leaving.group
    card = Card(colour=WARM).text(Markup(f"## {texts('me.leave.title', group=group.name)}"))
    if leaving.heir is not None:
        card.text(texts("me.leave.heir", member=member(leaving.heir)))
    elif leaving.last:
        card.text(texts("me.leave.last"))
    options = [
        option(texts.plain(f"me.reason.{each.value}"), each.value, default=each is reason)
        for each in LeaveReason
    ]
    card.text(*_name_own_locations(texts, leaving), texts("me.leave.kept"))
    card.row(select("me_leave_why", group.id, options=options, placeholder=texts.plain("me.leave.why")))
    why = () if reason is None else (reason.value,)
    keep = bool(leaving.locations.public) and not leaving.last
    leave = button(
        texts.plain("me.leave.yes_retire" if keep else "me.leave.yes"),
        "me_leave_go",
        group.id,
        *why,
        style=DANGER,
    )
    kept = button(texts.plain("me.leave.yes_keep"), "me_leave_go", group.id, *why, KEEP, style=DANGER)
    return card.row(*([kept, leave] if keep else [leave]), button(texts.plain("me.leave.no"), "me_stay"))


def _name_own_locations(texts: Texts, leaving: Leaving) -> list[Markup]:
    """Return what becomes of the places that the member offered."""
    if leaving.last:
        return []
    lines = []
    if leaving.locations.private:
        lines.append(texts("me.leave.places_private", places=name_locations(leaving.locations.private)))
    if leaving.locations.public:
        lines.append(texts("me.leave.places_public", places=name_locations(leaving.locations.public)))
    return lines


def left_text(texts: Texts, departed: Departed) -> Markup:
    """Return the farewell."""
    if departed.reason is LeaveReason.FOUND_WORK:
        return texts("me.leave.found_work", group=departed.group.name)
    return texts("me.leave.done", group=departed.group.name)


def _quiet(texts: Texts, own: QuietHours | None, usual: QuietHours | None) -> Markup:
    if own is not None:
        return texts("me.settings.quiet", **_hours(own))
    if usual is not None:
        return texts("me.settings.quiet_usual", **_hours(usual))
    return texts("me.settings.quiet_none")


def _hours(quiet: QuietHours) -> dict[str, object]:
    return {"start": quiet.start.strftime("%H:%M"), "end": quiet.end.strftime("%H:%M")}


def _zone(texts: Texts, zone: str | None) -> Markup:
    if zone is None:
        return texts("me.settings.zone_group")
    key = "zone" if is_known(zone) else "zone_lost"
    return texts(f"me.settings.{key}", zone=zone.replace("_", " "))
