"""The question to the organizers when few come, and what became of it."""

from buddybot.domain.errors import Refusal
from buddybot.domain.meetings.meetings import Meeting, MeetingState, QuorumDecision
from buddybot.services.meetings.meetings import Changed
from buddybot.services.meetings.quorum import Decided, QuorumView
from buddybot.ui.framework.components import DANGER, QUIET, WARM, Card, button
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Texts, members, moment
from buddybot.ui.meetings.meetings import done_card

_OFF = (MeetingState.SKIPPED, MeetingState.CANCELLED)


def question_card(texts: Texts, view: QuorumView) -> Card:
    """Return the one message that asks, and says afterwards what was decided; it names nobody missing."""
    meeting = view.meeting
    when = {"start": meeting.starts_at, "soon": moment(meeting.starts_at, "R")}
    if not view.open:
        return Card(colour=QUIET).text(texts(_outcome(view), group=view.group.name, **when))
    said = texts(
        "quorum.question.said",
        group=view.group.name,
        coming=view.coming,
        minimum=view.group.minimum,
        **when,
    )
    ask = texts("quorum.question.ask", organizers=members(view.organizers))
    card = Card(colour=WARM).text(said, texts("quorum.question.enough") if view.enough else ask)
    card.row(
        button(texts.plain("quorum.question.meet"), "few_decide", meeting.id, QuorumDecision.MEET.value),
        button(texts.plain("quorum.question.online"), "few_decide", meeting.id, QuorumDecision.ONLINE.value),
        button(texts.plain("quorum.question.cancel"), "few_cancel", meeting.id),
    )
    return card.note(texts("quorum.question.note"))


def _outcome(view: QuorumView) -> str:
    """The sentence for what was decided; what became of the meeting since counts more."""
    meeting = view.meeting
    if meeting.state in _OFF:
        return "quorum.decided.off"
    if meeting.quorum_decision is None:
        return "quorum.decided.begun"
    if meeting.quorum_decision is QuorumDecision.ONLINE and not view.online:
        return "quorum.decided.meet"
    if meeting.quorum_decision is QuorumDecision.ONLINE and view.linkless:
        return "quorum.decided.online_linkless"
    return f"quorum.decided.{meeting.quorum_decision.value}"


def decision_in(given: Input) -> QuorumDecision:
    """Return what a button decides at once; Refusal `button.stale` for anything else."""
    for decision in (QuorumDecision.MEET, QuorumDecision.ONLINE):
        if given.read_word(1) == decision.value:
            return decision
    raise Refusal("button.stale")


def cancel_card(texts: Texts, changed: Changed) -> Card:
    """Return the one question before the meeting is cancelled, as `/meeting cancel` asks it."""
    meeting_id = changed.meeting.id
    yes = button(texts.plain("meetings.done.cancel_yes"), "few_cancel_go", meeting_id, style=DANGER)
    no = button(texts.plain("meetings.done.cancel_no"), "meeting_keep", meeting_id)
    return done_card(texts, "cancel_ask", changed).row(yes, no)


def linkless_card(texts: Texts, decided: Decided) -> Card:
    """Return what is still to be done for a meeting that moved online where nobody knows a link."""
    return Card().text(texts("quorum.linkless", group=decided.group.name, start=decided.meeting.starts_at))


def again_card(texts: Texts, meeting: Meeting) -> Card:
    """Return the answer to a click that came second: what was decided before."""
    decision = meeting.quorum_decision or QuorumDecision.MEET
    return Card(colour=QUIET).text(texts(f"quorum.again.{decision.value}", start=meeting.starts_at))
