"""The log of exports and deletions, in plain words."""

from datetime import UTC, date, datetime

from buddybot.domain.groups.audit import Action, Logged
from buddybot.services.privacy.audit import SHOWN, AuditView
from buddybot.ui.attendance.record_export import span_label
from buddybot.ui.framework.components import Card
from buddybot.ui.framework.texts import Markup, Texts, member


def audit_card(texts: Texts, view: AuditView) -> Card:
    """Return the newest lines, the newest first."""
    card = Card().text(Markup(f"### {texts('audit.title', group=view.group.name)}"))
    if not view.lines:
        return card.text(texts("audit.none"))
    return card.text(*(_line(texts, line) for line in view.lines)).note(texts("audit.note", most=SHOWN))


def _line(texts: Texts, line: Logged) -> Markup:
    return texts(f"audit.line.{line.action.value}", at=line.done_at, **_details(texts, line))


def _details(texts: Texts, line: Logged) -> dict[str, object]:
    """What the sentence of this kind of line is filled with, besides when it was."""
    given = line.parameters
    if line.action in (Action.EXPORT, Action.OPERATOR_EXPORT):
        first, last = (date.fromisoformat(str(given[end])) for end in ("first", "last"))
        return {
            "who": member(line.actor_id) if line.actor_id else texts("audit.somebody"),
            "format": texts(f"audit.format.{given['format']}"),
            "span": span_label(texts, first, last),
            "rows": given["rows"],
        }
    if line.action is Action.RESTORE:
        return {"copied": datetime.fromtimestamp(int(given["copied_at"]), UTC), "count": given["count"]}
    return dict(given)
