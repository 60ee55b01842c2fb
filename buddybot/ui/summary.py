"""The summary of a meeting: what went well."""

from collections.abc import Sequence

from buddybot.domain.commitments import Commitment
from buddybot.services.summary import SummaryView
from buddybot.ui.kit import WARM, Card, button
from buddybot.ui.texts import Markup, Texts, member, moment, shortened

ROOM = 3700
"""Characters that a summary may fill; Discord takes 4,000."""
_LENGTHS = (300, 200, 150, 110, 80, 60, 45, 30, 20, 10)


def summary_card(texts: Texts, view: SummaryView) -> Card:
    """Return wins and promises met; nobody's failure, and nobody who was missing."""
    card = Card(colour=WARM).text(_fitted(texts, view))
    if view.next_starts_at is not None:
        card.note(
            texts("checkins.summary.next", at=view.next_starts_at, relative=moment(view.next_starts_at, "R"))
        )
    return card.row(
        button(texts.plain("checkins.correct"), "checkin", view.meeting.id),
        button(texts.plain("checkins.closing.attendance"), "attendance", view.meeting.id),
    )


def _fitted(texts: Texts, view: SummaryView) -> Markup:
    for length in _LENGTHS:
        shown = Markup("\n".join(_lines(texts, view, length)))
        if len(shown) <= ROOM:
            return shown
    return shown


def _lines(texts: Texts, view: SummaryView, length: int) -> Sequence[Markup]:
    lines = [texts("checkins.summary.title", number=view.number)]
    if view.wins:
        lines.append(texts("checkins.summary.wins"))
        lines += [
            texts("checkins.summary.win", who=member(user_id), text=shortened(win, length))
            for user_id, win in view.wins
        ]
    if view.kept_in_all:
        key = "checkins.summary.kept_one" if view.kept_in_all == 1 else "checkins.summary.kept"
        lines.append(texts(key, count=view.kept_in_all))
        lines += [_promise(texts, commitment, "checkins.summary.quote", length) for commitment in view.kept]
    if view.begun:
        lines.append(texts("checkins.summary.begun"))
        lines += [_promise(texts, commitment, "checkins.summary.partly", length) for commitment in view.begun]
    if len(lines) == 1:
        lines.append(texts("checkins.summary.together"))
    return lines


def _promise(texts: Texts, commitment: Commitment, key: str, length: int) -> Markup:
    return texts(
        key,
        who=member(commitment.user_id),
        text=shortened(commitment.text, length),
        done=commitment.done,
        target=commitment.target,
    )
