"""The card of an alert: what changed, how sure that is, what could be tried, and what was decided."""

import logging
from collections.abc import Iterable, Mapping

import discord

from buddybot.domain.attendance.rates import percent, tenths
from buddybot.domain.errors import Refusal
from buddybot.domain.health.alerts import Fall, Raised
from buddybot.domain.health.stagnation_evidence import Average, Change, Evidence, PulseChange
from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.health.stagnation_tally import Signal
from buddybot.exports.charts.figures import Figure
from buddybot.pings.delivery.requests import FAULTS, Bounded, describe_fault
from buddybot.services.health.alert_messages import AlertView
from buddybot.services.health.alerts import Decided, may_be_holiday
from buddybot.ui.framework.components import QUIET, SUCCESS, WARM, Card, button, option, select
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts, member

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds for one edit."""
_MONTHS = 12
_SOON = 1.5
"""Years up to which months are said."""


def alert_card(texts: Texts, view: AlertView) -> Card:
    """Return an alert as it stands; once settled it says by whom and how, and can be pressed no more."""
    raised, group = view.raised, view.group.name
    card = Card(colour=WARM if raised.open else QUIET)
    card.text(Markup(f"### {texts(f'health.alert.{kind_of(raised)}', group=group)}"))
    card.text(*say_alert(texts, view, raised.what))
    if raised.open:
        _decisions(card, texts, view)
    else:
        card.text(_decision_line(texts, raised))
    if view.direct:
        card.row(button(texts.plain("meetings.reminder.stop"), "dm_stop", view.group.guild_id))
    return card.note(texts("health.alert.note"))


def say_alert(texts: Texts, view: AlertView, what: Fall | Fact) -> Iterable[Markup]:
    """Return what an alert says, sentence by sentence."""
    if isinstance(what, Fact):
        return [fact_line(texts, view.names, what), texts(f"health.hint.{what.sign.value}")]
    lines = [evidence_line(texts, each) for each in what.evidence]
    lines.append(texts(f"health.sure.{what.confidence.value}", span=_span(texts, what.years)))
    return [*lines, texts(f"health.hint.{what.chart.value}")]


def figure(texts: Texts, found: Evidence) -> Figure | None:
    """Return a signal before and lately in words, for sentences and pictures alike; of ratings bands only.

    None where too few rated lately.
    """
    if isinstance(found, PulseChange):
        if found.recent is None:
            return None
        before = None if found.before is None else texts.plain(f"health.band.{found.before.value}")
        recent = texts.plain(f"health.band.{found.recent.value}")
        return Figure(before, recent, texts.plain("health.over.some"))
    earlier, average = found.before, found.recent
    return Figure(
        None if earlier is None else _average(texts, found.signal, earlier),
        _average(texts, found.signal, average),
        texts.plain(f"health.over.m{average.meetings}"),
    )


def evidence_line(texts: Texts, found: Evidence) -> Markup:
    """Return one signal's change in numbers that a person understands."""
    said = figure(texts, found)
    if said is None:
        return texts("health.figure.unrated")
    name = "pulse" if isinstance(found, PulseChange) else found.signal.name.lower()
    fields: dict[str, object] = {"recent": said.recent, "over": said.over}
    if said.before is not None:
        return texts(f"health.change.{name}", before=said.before, **fields)
    if isinstance(found, Change):
        usual = Average(found.expected * found.recent.of, found.recent.of, 0)
        fields["usual"] = _average(texts, found.signal, usual)
    return texts(f"health.first.{name}", **fields)


def _average(texts: Texts, signal: Signal, average: Average) -> str:
    if signal is Signal.COMPLETION:
        return texts.plain("health.figure.percent", percent=percent(average.rate))
    amount, of = tenths(average.amount), tenths(average.of)
    return texts.plain("health.figure.of", amount=amount, of=of)


def fact_line(texts: Texts, names: Mapping[str, str], fact: Fact) -> Markup:
    """Return a fact in words; nobody is named in it."""
    activity = str(fact.what)
    what = names.get(activity, activity) if fact.sign is Sign.SAME_ACTIVITY else ""
    return texts(f"health.fact.{fact.sign.value}", count=fact.count, of=fact.of, what=what)


def kind_of(raised: Raised) -> str:
    """Return which of the two kinds of alert it is, as its title is called."""
    return "fall" if isinstance(raised.what, Fall) else "fact"


def label(texts: Texts, raised: Raised) -> str:
    """Return an alert's name for a choice, such as "Attendance"."""
    what = raised.what
    return texts.plain(f"health.name.{what.chart.value if isinstance(what, Fall) else what.sign.value}")


def _decisions(card: Card, texts: Texts, view: AlertView) -> None:
    alert, guild = view.raised.id, view.group.guild_id
    if view.suggested:
        named = (
            texts("health.alert.activity", name=each.name, minutes=each.minutes) for each in view.suggested
        )
        card.text(texts("health.alert.unused", activities=Markup(", ".join(named))))
    if view.suggested and view.following is not None:
        options = [option(each.name, each.key, description=each.summary) for each in view.suggested]
        use = texts.plain("health.button.use")
        card.row(select("alert_use", guild, alert, options=options, placeholder=use))
    row = [button(texts.plain("health.button.snooze"), "alert_snooze", guild, alert)]
    if may_be_holiday(view.raised):
        row.insert(0, button(texts.plain("health.button.holiday"), "alert_holiday", guild, alert))
    done = texts.plain("health.button.resolve")
    row.append(button(done, "alert_resolve", guild, alert, style=SUCCESS))
    card.row(*row)


def _decision_line(texts: Texts, raised: Raised) -> Markup:
    if not raised.settled_by:  # it ended by itself, or by somebody whose data was deleted
        return texts("health.decided.over")
    by = member(raised.settled_by)
    return texts(f"health.decided.{raised.state.value}", by=by, at=raised.settled_at)


def activity_chosen(given: Input) -> str:
    """Return the suggestion that was chosen; Refusal `button.stale` for none."""
    if not given.values:
        raise Refusal("button.stale")
    return given.values[0]


def _span(texts: Texts, years: float) -> Markup:
    if years < _SOON:
        months = max(round(years * _MONTHS), 1)
        return texts("health.span.month" if months == 1 else "health.span.months", count=months)
    return texts("health.span.years", count=round(years))


async def edit_elsewhere(client: discord.Client, decided: Decided, pressed: int | None) -> None:
    """Let the other messages that show an alert say what was decided; one that fails says so when pressed."""
    for message in decided.messages:
        if decided.again or message.message_id == pressed:
            continue
        place = client.get_partial_messageable(message.channel_id)
        view = decided.view._replace(direct=message.direct)
        card = alert_card(Texts(view.group.language), view)
        try:
            async with Bounded(client, PATIENCE):
                await place.get_partial_message(message.message_id).edit(
                    view=card, allowed_mentions=discord.AllowedMentions.none()
                )
        except FAULTS as error:
            log.info("a card of alert %s was not edited (%s)", decided.view.raised.id, describe_fault(error))
