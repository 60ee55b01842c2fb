"""Where the group meets next and why, as `/rotation show` explains it."""

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.locations.rotation import Basis
from buddybot.services.locations.rotation_views import Outlook, RotationView
from buddybot.ui.framework.components import Card, button
from buddybot.ui.framework.texts import Markup, Texts, moment
from buddybot.ui.locations.arrangements import say_location

_SAID = {
    Basis.ASSIGNED: "rotation.why.assigned",
    Basis.SWAPPED: "rotation.why.swapped",
    Basis.OFFERED: "rotation.why.offered",
    Basis.STAND_IN: "rotation.why.stand_in",
}


def rotation_card(texts: Texts, view: RotationView, *, changed: bool = False) -> Card:
    """Return the next meetings, each with what explains it; `changed` when the rule was just chosen."""
    card = Card().text(texts("rotation.show.title", group=view.group.name))
    if changed:
        card.text(texts("rotation.strategy.done"))
    card.text(texts(f"rotation.rule.{view.group.rotation.value}"))
    if view.paused:
        card.text(texts("meetings.next.paused"))
    elif not view.ahead:
        card.text(texts("meetings.next.none"))
    for each in view.ahead:
        card.text(_line(texts, each), _reason(texts, each))
    key = "hosts_not" if view.hosts else "hosts"
    row = [button(texts.plain(f"rotation.button.{key}"), "host_willing", view.group.id, int(not view.hosts))]
    if view.may_swap:
        row.append(button(texts.plain("rotation.button.swap"), "swap_begin", view.group.id))
    card.row(*row).note(texts("rotation.show.hosts" if view.hosts else "rotation.show.hosts_not"))
    return card.note(texts("rotation.show.organizers")) if view.organizes else card


def _line(texts: Texts, each: Outlook) -> Markup:
    where = say_location(texts, each.arrangement) or texts("rotation.show.open")
    return texts("rotation.show.line", start=each.starts_at, soon=moment(each.starts_at, "R"), place=where)


def _reason(texts: Texts, each: Outlook) -> Markup:
    return texts("rotation.show.why" if each.sure else "rotation.show.maybe", why=explain_choice(texts, each))


def explain_choice(texts: Texts, each: Outlook) -> Markup:
    """Return why a meeting is where it is, with the figures that led there."""
    choice = each.choice
    if choice is None:
        return texts("rotation.why.online")
    if each.basis in _SAID:
        return texts(_SAID[each.basis])
    if each.basis is Basis.CHOSEN and each.rule is not Rotation.TURNS:
        return texts("rotation.why.chosen")
    if each.by_earlier_rule:
        return texts("rotation.why.before")
    if each.rule is Rotation.TURNS:
        return _by_turns(texts, each)
    if each.arrangement.location is None:
        return _explain_no_location(texts, each)
    if each.rule is Rotation.TRAVEL:
        return _by_travel(texts, way=choice.way, lead=choice.lead)
    if each.rule is Rotation.VOTE:
        if choice.support is None:
            return texts("rotation.why.vote_unknown")
        return texts("rotation.why.vote", suits=choice.support[0], voters=choice.support[1])
    return texts("rotation.why.fixed", streak=choice.streak)


def _explain_no_location(texts: Texts, each: Outlook) -> Markup:
    if not each.has_locations:
        return texts("rotation.why.no_place")
    return texts("rotation.why.no_place_now" if each.sure else "rotation.why.no_place_then")


def _by_turns(texts: Texts, each: Outlook) -> Markup:
    balance = None if each.choice is None else each.choice.balance
    if each.arrangement.host_id is None or balance is None:
        return texts("rotation.why.turns_none")
    share = f"{balance.share:.1f}"
    if balance.hosted == 0 and share == "0.0":
        return texts("rotation.why.turns_first")
    return texts("rotation.why.turns", hosted=balance.hosted, share=share)


def _by_travel(texts: Texts, *, way: float | None, lead: float | None) -> Markup:
    if way is None:
        return texts("rotation.why.travel_unknown")
    if lead is None or round(lead) == 0:
        return texts("rotation.why.travel", way=round(way))
    return texts("rotation.why.travel_so_far", way=round(way), lead=round(lead))
