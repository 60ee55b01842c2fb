"""How a group is doing, for its organizers: words, what is open, the settings, and two pictures."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord
from discord.app_commands import Choice

from buddybot.domain.attendance.records import MeetingPast
from buddybot.domain.checkins.pulse import Band
from buddybot.domain.errors import Refusal
from buddybot.domain.health.alerts import Watch
from buddybot.domain.health.stagnation_charts import Chart
from buddybot.domain.health.stagnation_evidence import Evidence, PulseChange
from buddybot.domain.health.stagnation_tally import Signal as Tallied
from buddybot.domain.ids import AlertId
from buddybot.domain.text import fold_text, read_id
from buddybot.exports.charts.figures import Figure
from buddybot.services.health.alerts import Watched
from buddybot.services.health.health_views import HealthView
from buddybot.ui.framework.choices import choice, guard_suggest, read_group
from buddybot.ui.framework.components import Card, button
from buddybot.ui.framework.pictures import Drawn, show
from buddybot.ui.framework.reply import actor_of, texts_of
from buddybot.ui.framework.texts import Markup, Texts, channel, moment
from buddybot.ui.health.alerts import evidence_line, fact_line, figure, label

if TYPE_CHECKING:
    from buddybot.exports.charts.signal_lines import Signal

CAME, SIGNALS = "attendance.png", "signals.png"
_MOST_OPEN = 6
_BANDS = list(Band)


def pictures(texts: Texts, view: HealthView) -> Drawn:
    """Draw who came and the signals, which takes a moment; none before the first meeting."""
    # Imported here: pictures are asked for rarely, and a start does without what draws them.
    from buddybot.exports.charts.attendance_charts import chart
    from buddybot.exports.charts.heat_map import attendance_picture
    from buddybot.exports.charts.signal_lines import Signal, SignalsChart, signals_picture

    if not view.meetings or not view.record.has_members:
        return {}
    lines = {
        Chart.ATTENDANCE: Signal.ATTENDANCE,
        Chart.COMPLETION: Signal.KEPT,
        Chart.PULSE: Signal.PULSE,
        Chart.SUM: Signal.ALL,
    }
    signals = SignalsChart(
        tuple(each.day for each in view.meetings),
        tuple(each.rates for each in view.meetings),
        tuple(each.kept for each in view.meetings),
        tuple(_band(each) for each in view.meetings),
        tuple((place, lines[fallen]) for place, fallen in view.fallen),
        figures(texts, view.signals),
    )
    return {
        CAME: attendance_picture(chart(view.record), texts.plain),
        SIGNALS: signals_picture(signals, texts.plain),
    }


def figures(texts: Texts, signals: Iterable[Evidence]) -> "Mapping[Signal, Figure]":
    """Return what the sentences say of each signal, for the picture to say the same."""
    from buddybot.exports.charts.signal_lines import Signal  # as above

    lines = (Signal.ATTENDANCE, Signal.KEPT, Signal.PULSE)
    found = {
        lines[Tallied.PULSE if isinstance(each, PulseChange) else each.signal]: figure(texts, each)
        for each in signals
    }
    return {signal: said for signal, said in found.items() if said is not None}


def _band(each: MeetingPast) -> int | None:
    return None if each.tally.rated is None else _BANDS.index(each.tally.rated)


def health_card(texts: Texts, view: HealthView, drawn: Drawn) -> Card:
    """Return how the group is doing; what was drawn is sent along."""
    card = Card().text(Markup(f"### {texts('health.show.title', group=view.group.name)}"))
    lines = [evidence_line(texts, each) for each in view.signals]
    lines += [fact_line(texts, view.names, each) for each in view.facts]
    card.text(*(lines or [texts("health.show.nothing")]))
    if not view.open:
        card.text(texts("health.show.no_alerts"))
    for each in view.open[-_MOST_OPEN:]:
        opens = button(texts.plain("health.show.open"), "alert_open", view.group.guild_id, each.id)
        at = moment(each.raised_at, "D")
        card.beside(texts("health.show.alert", name=label(texts, each), at=at), opens)
    show(card, drawn)
    card.text(*settings_lines(texts, view.watch, view.now))
    return card.note(texts("health.show.note"))


def settings_lines(texts: Texts, watch: Watch, now: datetime) -> list[Markup]:
    """Return how a group is watched."""
    lines = [texts("health.set.sensitivity", sensitivity=texts(f"health.set.{watch.sensitivity.value}"))]
    if watch.channel_id is None:
        lines.append(texts("health.set.to_each"))
    else:
        lines.append(texts("health.set.to_channel", channel=channel(watch.channel_id)))
    if watch.snoozed_until is not None and watch.snoozed_until > now:
        lines.append(texts("health.set.rests", until=watch.snoozed_until))
    return lines


def watched_card(texts: Texts, watched: Watched, now: datetime) -> Card:
    """Return how a group is watched after a change."""
    card = Card().text(texts("health.set.saved", group=watched.group.name))
    return card.text(*settings_lines(texts, watched.watch, now))


# -- options -------------------------------------------------------------------------------------------


@guard_suggest
async def open_alerts(interaction: "discord.Interaction[Any]", current: str) -> list[Choice[str]]:
    """Offer the open alerts of the chosen group, or of the only one it can be."""
    group_id = read_group(interaction)
    texts = texts_of(interaction)
    found = await interaction.client.services.alerts.open(actor_of(interaction), group_id)
    named = [
        (texts.plain("health.choice", name=label(texts, each), day=each.raised_at.date()), each.id)
        for each in found
    ]
    wanted = fold_text(current)
    return [choice(name, value) for name, value in named if wanted in fold_text(name)]


def parse_alert(value: str) -> AlertId:
    """Return the alert that was chosen; Refusal `alert.unknown` for other text."""
    number = read_id(value.strip())
    if number is None:
        raise Refusal("alert.unknown")
    return AlertId(number)
