"""What an organizer is told of troubles since their last command."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from buddybot.domain.groups.notices import ROUTE_CLOSED, Notice
from buddybot.domain.ids import ChannelId, UserId
from buddybot.services.health.alert_messages import Waiting
from buddybot.ui.framework.components import QUIET, Card, button
from buddybot.ui.framework.texts import Markup, Texts, channel, member
from buddybot.ui.health.alerts import kind_of, label

MOST_SHOWN = 2
"""With one command: more would push the answer that was asked for out of sight."""
_CAUSES: Mapping[int, str] = {
    **dict.fromkeys((50001, 50013), "permission"),
    **dict.fromkeys((10003, 10004, 50055), "gone"),
    **dict.fromkeys((50083, 160005), "archived"),
    **dict.fromkeys((40058, 50003, 50008, 50024), "kind"),
}
"""What an organizer is told of a closed channel, by Discord's code."""


def notices_card(texts: Texts, alerts: Sequence[Waiting], notices: Sequence[Notice], *, more: bool) -> Card:
    """Return one small card with a line for each; an alert is behind a button, as on the health card."""
    card = Card(colour=QUIET).text(Markup(f"-# {texts('notices.title')}"))
    for each in alerts:
        raised = each.view.raised
        opens = button(texts.plain("health.show.open"), "alert_open", each.view.group.guild_id, raised.id)
        title = texts(f"health.alert.{kind_of(raised)}", group=each.view.group.name)
        card.beside(texts("notices.alert", title=title, name=label(texts, raised)), opens)
    if notices:
        card.text(*(notice_line(texts, notice) for notice in notices))
    return card.note(texts("notices.more")) if more else card


def notice_line(texts: Texts, notice: Notice) -> Markup:
    """Return the sentence of one notice."""
    fields: dict[str, object] = {"group": notice.group_name}
    for name, value in notice.parameters.items():
        if name.endswith("_at"):
            fields[name] = datetime.fromtimestamp(int(value), UTC)
        elif name == "member":
            fields[name] = member(UserId(int(value)))
        elif name == "channel":
            fields[name] = channel(ChannelId(int(value)))
        elif name == "kind":
            fields["what"] = texts(f"notices.what.{value}")
        elif name == "why":
            fields["why"] = texts(f"notices.why.{value}")
        else:
            fields[name] = value
    if notice.code == ROUTE_CLOSED:
        fields["cause"] = texts(f"notices.cause.{_CAUSES.get(int(notice.parameters['error']), 'other')}")
    return texts(f"notices.{notice.code}", **fields)
