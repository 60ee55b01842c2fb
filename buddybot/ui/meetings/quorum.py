"""The question to the organizers when few come, and what became of it."""

from discord import ButtonStyle

from buddybot.domain.errors import Refusal
from buddybot.domain.meetings.meetings import FewDecision, Meeting, MeetingState
from buddybot.services.meetings.meetings import Changed
from buddybot.services.meetings.quorum import Decided, FewView
from buddybot.ui.framework.components import QUIET, WARM, Card, button
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Texts, members, moment
from buddybot.ui.meetings.meetings import done_card

_OFF = (MeetingState.SKIPPED, MeetingState.CANCELLED)


def question_card(texts: Texts, view: FewView) -> Card:
    """Return the one message that asks, and says afterwards what was decided; it names nobody missing."""
    meeting = view.meeting
    when = {"start": meeting.starts_at, "soon": moment(meeting.starts_at, "R")}
    if not view.open:
        return Card(colour=QUIET).text(texts(_outcome(view), group=view.group.name, **when))
    said = texts(
        "few.question.said",
        group=view.group.name,
        coming=view.coming,
        minimum=view.group.minimum,
        **when,
    )
    ask = texts("few.question.ask", organizers=members(view.organizers))
    card = Card(colour=WARM).text(said, texts("few.question.enough") if view.enough else ask)
    card.row(
        button(texts.plain("few.question.meet"), "few_decide", meeting.id, FewDecision.MEET.value),
        button(texts.plain("few.question.online"), "few_decide", meeting.id, FewDecision.ONLINE.value),
        button(texts.plain("few.question.cancel"), "few_cancel", meeting.id),
    )
    return card.note(texts("few.question.note"))


def _outcome(view: FewView) -> str:
    """The sentence for what was decided; what became of the meeting since counts more."""
    meeting = view.meeting
    if meeting.state in _OFF:
        return "few.decided.off"
    if meeting.few_decision is None:
        return "few.decided.begun"
    if meeting.few_decision is FewDecision.ONLINE and not view.online:
        return "few.decided.meet"
    if meeting.few_decision is FewDecision.ONLINE and view.linkless:
        return "few.decided.online_linkless"
    return f"few.decided.{meeting.few_decision.value}"


def decision_in(given: Input) -> FewDecision:
    """Return what a button decides at once; Refusal `button.stale` for anything else."""
    for decision in (FewDecision.MEET, FewDecision.ONLINE):
        if given.word(1) == decision.value:
            return decision
    raise Refusal("button.stale")


def cancel_card(texts: Texts, changed: Changed) -> Card:
    """Return the one question before the meeting is cancelled, as `/meeting cancel` asks it."""
    meeting_id = changed.meeting.id
    yes = button(
        texts.plain("meetings.done.cancel_yes"), "few_cancel_go", meeting_id, style=ButtonStyle.danger
    )
    no = button(texts.plain("meetings.done.cancel_no"), "meeting_keep", meeting_id)
    return done_card(texts, "cancel_ask", changed).row(yes, no)


def linkless_card(texts: Texts, decided: Decided) -> Card:
    """Return what is still to be done for a meeting that moved online where nobody knows a link."""
    return Card().text(texts("few.linkless", group=decided.group.name, start=decided.meeting.starts_at))


def again_card(texts: Texts, meeting: Meeting) -> Card:
    """Return the answer to a click that came second: what was decided before."""
    decision = meeting.few_decision or FewDecision.MEET
    return Card(colour=QUIET).text(texts(f"few.again.{decision.value}", start=meeting.starts_at))
