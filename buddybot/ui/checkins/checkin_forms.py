"""What a member fills in at a check-in, and what they are told, each for their eyes only."""

import re
from collections.abc import Iterator, Mapping

import discord

from buddybot.domain.checkins.checkins import BLOCKER_LIMIT, WIN_LIMIT
from buddybot.domain.commitments.commitments import (
    PLAN_LIMIT,
    TEXT_LIMIT,
    Commitment,
    Outcome,
    State,
    Visibility,
)
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import CommitmentId
from buddybot.domain.text import length_of, parse_count, read_id
from buddybot.services.checkins.checkins import CheckInQuestions, Due, Reported
from buddybot.services.commitments.wording_steps import is_unsure
from buddybot.ui.commitments.commitments import say_understood
from buddybot.ui.framework.components import PRIMARY, Card, Form, button, option
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts, shorten_text

MOST_OPTIONS = 20
"""Up to this target a count is chosen from a list, which Discord ends at 25; above it is written."""
MOST_ASKED = 3
_FIELD = "c"
_CHOICE = r"(drop-)?([0-9]{1,3})"
_QUOTE = 43  # characters of a label between the quotation marks


def report_form(texts: Texts, asked: CheckInQuestions) -> Form:
    """Return the first form: what became of each commitment, quoted; a win; what is in the way."""
    form = Form(texts.plain("checkins.form.title"), "checkin_report", asked.meeting.id)
    for item in asked.due[:MOST_ASKED]:
        _ask_outcome(texts, form, item)
    before = asked.report or asked.unheard
    win, blocker = (None, None) if before is None else (before.win, before.blocker)
    form.ask(
        "win",
        texts.plain("checkins.form.win"),
        hint=texts.plain("checkins.form.win_hint"),
        default=win,
        limit=WIN_LIMIT,
        required=False,
        long=True,
    )
    return form.ask(
        "blocker",
        texts.plain("checkins.form.blocker"),
        hint=texts.plain("checkins.form.blocker_hint"),
        default=blocker,
        limit=BLOCKER_LIMIT,
        required=False,
        long=True,
    )


def _ask_outcome(texts: Texts, form: Form, item: Due) -> None:
    commitment = item.commitment
    name = f"c{commitment.id}"
    label = texts.plain("checkins.form.quote", text=shorten_text(commitment.text, _QUOTE))
    hint = commitment.text if length_of(commitment.text) > _QUOTE else commitment.plan
    done = commitment.done if item.outcome is None else item.outcome.done
    if commitment.target <= MOST_OPTIONS:
        form.choose(name, label, _options(texts, item, done), hint=hint)
        return
    form.ask(
        name,
        label,
        hint=texts.plain("checkins.form.count", target=commitment.target),
        default=str(done) if done or item.outcome is not None else None,
        limit=4,
    )


def _options(texts: Texts, item: Due, done: int) -> Iterator[discord.SelectOption]:
    """The counts from none to all, and letting the rest go; what was said before is chosen already."""
    target = item.commitment.target
    said = f"drop-{done}" if item.outcome is not None and item.outcome.drop else str(done)
    known = item.outcome is not None or done > 0
    for count in range(target, -1, -1):
        if target == 1:
            label = texts.plain("checkins.form.done" if count else "checkins.form.not_yet")
        elif count == target:
            label = texts.plain("checkins.form.all", target=target)
        elif count == 0:
            label = texts.plain("checkins.form.none")
        else:
            label = texts.plain("checkins.form.some", done=count, target=target, rest=target - count)
        yield option(label, count, default=known and said == str(count))
    begun = min(done, target - 1)
    key = "checkins.form.drop_rest" if begun else "checkins.form.drop"
    drop = f"drop-{begun}"
    yield option(texts.plain(key, done=begun, target=target), drop, default=known and said == drop)


def outcomes_in(given: Input) -> Mapping[CommitmentId, Outcome]:
    """Return what a filled-in first form says of each commitment."""
    found = {}
    for name in given.fields:
        commitment_id = read_id(name.removeprefix(_FIELD)) if name.startswith(_FIELD) else None
        if commitment_id is None:
            continue
        written = given.written(name).strip()
        choice = re.fullmatch(_CHOICE, written)
        if choice is None:
            done, dropped = parse_count(written, lowest=0, highest=999, field="done"), False
        else:
            done, dropped = int(choice[2]), choice[1] is not None
        found[CommitmentId(commitment_id)] = Outcome(done=done, drop=dropped)
    return found


def next_form(texts: Texts, reported: Reported) -> Form:
    """Return the second form: one to three new commitments, a plan for the first, who may read them."""
    if not reported.slots:
        raise Refusal("checkin.full", slots=0, most=MOST_ASKED)
    form = Form(texts.plain("checkins.next.title"), "checkin_commit", reported.meeting.id)
    for number in range(reported.slots):
        form.ask(
            f"line{number}",
            texts.plain("checkins.next.line_more" if number else "checkins.next.line"),
            hint=None if number else texts.plain("checkins.next.hint"),
            limit=TEXT_LIMIT,
            required=number == 0,
        )
    form.ask(
        "plan",
        texts.plain("checkins.next.plan"),
        hint=texts.plain("checkins.next.plan_hint"),
        limit=PLAN_LIMIT,
        required=False,
    )
    return form.choose(
        "visibility",
        texts.plain("checkins.next.visibility"),
        [
            option(texts.plain("checkins.next.group"), Visibility.GROUP, default=True),
            option(texts.plain("checkins.next.private"), Visibility.PRIVATE),
        ],
    )


def recorded_card(texts: Texts, reported: Reported) -> Card:
    """Return what was recorded, what is open now, and the way to say what comes next."""
    lines = [texts("checkins.recorded.title")]
    lines += [_outcome_line(texts, commitment) for commitment in reported.settled]
    if reported.report.win is not None:
        lines.append(texts("checkins.recorded.win", text=reported.report.win))
    if reported.report.blocker is not None:
        lines.append(texts("checkins.recorded.blocker", text=reported.report.blocker))
    card = Card().text(*lines).line().text(*_open(texts, reported)).note(_room(texts, reported))
    buttons = [button(texts.plain("checkins.correct"), "checkin", reported.meeting.id)]
    if reported.slots:
        first = button(
            texts.plain("checkins.recorded.next"),
            "checkin_next",
            reported.meeting.id,
            style=PRIMARY,
        )
        buttons.insert(0, first)
    card.row(*buttons)
    return card.note(texts("checkins.recorded.kept"))


def saved_card(texts: Texts, reported: Reported) -> Card:
    """Return everything that is open after new commitments were made."""
    card = Card().text(texts("checkins.next.saved"), *_open(texts, reported)).note(_room(texts, reported))
    for item in reported.open:
        if item.set_at_meeting == reported.meeting.id and is_unsure(item.text, item.target):
            said = Markup(f"{texts('commitments.quoted', text=item.text)}\n{say_understood(texts, item)}")
            card.beside(said, button(texts.plain("commitments.button.edit"), "commit_edit", item.id))
    if reported.slots:
        card.row(button(texts.plain("checkins.recorded.next"), "checkin_next", reported.meeting.id))
    return card


def _outcome_line(texts: Texts, commitment: Commitment) -> Markup:
    partly = 0 < commitment.done < commitment.target
    if commitment.state is State.KEPT:
        key = "checkins.recorded.done"
    elif commitment.state is State.DROPPED:
        key = "checkins.recorded.dropped_partly" if partly else "checkins.recorded.dropped"
    else:
        key = "checkins.recorded.partly" if partly else "checkins.recorded.carried"
    outcome = texts(key, done=commitment.done, target=commitment.target)
    return texts("checkins.recorded.settled", text=commitment.text, result=outcome)


def _open(texts: Texts, reported: Reported) -> Iterator[Markup]:
    if not reported.open:
        yield texts("checkins.recorded.none_open")
    else:
        yield texts("checkins.recorded.open")
    for commitment in reported.open:
        left = commitment.target - commitment.done
        counted = commitment.target > 1 or commitment.carried_from is not None
        key = "checkins.recorded.item_left" if counted else "checkins.recorded.item"
        item = texts(key, text=commitment.text, left=left)
        private = commitment.visibility is Visibility.PRIVATE
        yield texts("checkins.recorded.item_private", item=item) if private else item


def _room(texts: Texts, reported: Reported) -> Markup:
    if reported.slots:
        return texts("checkins.recorded.room", slots=reported.slots)
    return texts("checkins.recorded.full")
