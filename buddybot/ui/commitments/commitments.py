"""What a member's commitments look like: cards for themselves, a calm list of the others', and forms."""

from datetime import datetime

from buddybot.domain.commitments.commitments import (
    PLAN_LIMIT,
    TEXT_LIMIT,
    Category,
    Commitment,
    Visibility,
    remainder,
)
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId
from buddybot.domain.text import length_of
from buddybot.services.commitments.commitment_views import (
    Choice,
    GroupList,
    MemberCommitments,
    OwnCommitment,
    OwnList,
)
from buddybot.services.commitments.wording_steps import Changes, Draft, count_of, is_unsure, target_in
from buddybot.ui.framework.choices import parse_id
from buddybot.ui.framework.components import (
    DANGER,
    OPTION_LIMIT,
    PRIMARY,
    QUIET,
    WARM,
    Card,
    Form,
    button,
    option,
)
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts, member, moment, neutralize_text, shorten_text

IN_LIST = "list"
"""The last argument of a button whose answer is the list that it stands in."""

_GUESS = "guess"
_LONGEST_STREAK = 5
_ROOM_FOR_OTHERS = 3000
_COUNT_DIGITS = 2


def own_card(texts: Texts, own: OwnCommitment, *, heading: str | None = None) -> Card:
    """Return one commitment for its owner, with what can be done about it; `heading` is a sentence's key."""
    card = Card()
    if heading is not None:
        card.note(texts(heading, group=own.group_name))
    item = own.commitment
    lines = _lines(texts, item, own.due)
    if is_unsure(item.text, item.target):
        lines.append(say_understood(texts, item))
    return _with_buttons(texts, card.text(*lines), item)


def say_understood(texts: Texts, item: Commitment) -> Markup:
    """Return as how many steps a commitment counts, where its words hold other numbers."""
    key = "understood_one" if item.target == 1 else "understood"
    return texts(f"commitments.{key}", count=item.target)


def added_card(texts: Texts, own: OwnCommitment) -> Card:
    """Return a commitment that was just said, or that was there before and was said again."""
    return own_card(texts, own, heading=f"commitments.heading.{'again' if own.again else 'added'}")


def list_card(texts: Texts, mine: OwnList) -> Card:
    """Return one's open commitments, each with its buttons, and a way to add one while there is room."""
    key = "commitments.list.mine" if mine.items else "commitments.list.nothing"
    card = Card().text(texts(key, group=mine.group_name))
    for item, due in mine.items:
        _with_buttons(texts, card.line().text(*_lines(texts, item, due)), item, IN_LIST)
    if mine.room:
        if mine.items:
            card.line()
        card.row(button(texts.plain("commitments.button.add"), "commit_open", mine.group_id, IN_LIST))
    return card


def others_card(texts: Texts, others: GroupList) -> Card:
    """Return what the others said they would do: no numbers, no order but that of joining."""
    if not others.others:
        return Card(colour=QUIET).text(texts("commitments.list.nobody", group=others.group_name))
    card = Card().text(texts("commitments.list.others", group=others.group_name))
    lines = sum(len(each.readable) for each in others.others)
    limit = _ROOM_FOR_OTHERS // max(lines, 1)
    for each in others.others:
        card.text(*_member_lines(texts, each, limit))
    return card


def drop_card(texts: Texts, own: OwnCommitment, *argument: str) -> Card:
    """Return the one question before a commitment is let go."""
    id_ = own.commitment.id
    return (
        Card(colour=QUIET)
        .text(texts("commitments.drop.ask", text=own.commitment.text))
        .row(
            button(texts.plain("commitments.button.drop_now"), "commit_gone", id_, *argument, style=DANGER),
            button(texts.plain("commitments.button.keep"), "commit_keep", id_, *argument),
        )
    )


def dropped_card(texts: Texts, own: OwnCommitment) -> Card:
    """Return the word after a commitment was let go."""
    return Card(colour=QUIET).text(texts("commitments.drop.gone", text=own.commitment.text))


def carry_offer_card(texts: Texts, commitment: Commitment) -> Card:
    """Return the private offer of help with a commitment that has been carried for a while."""
    id_ = commitment.id
    offer = texts("commitments.offer.text", text=commitment.text, times=commitment.weeks_carried)
    return (
        Card(colour=WARM)
        .text(offer)
        .row(
            button(texts.plain("commitments.button.shrink"), "commit_shrink", id_),
            button(texts.plain("commitments.button.swap"), "commit_swap", id_),
            button(texts.plain("commitments.button.drop"), "commit_drop", id_),
        )
        .note(texts("commitments.offer.note"))
    )


def commitment_chosen(value: str) -> CommitmentId:
    """Return the commitment that was chosen; the id of none for other text."""
    return CommitmentId(parse_id(value))


def choice_label(texts: Texts, choice: Choice) -> str:
    """Return how an own commitment reads among the choices of a command."""
    item = choice.commitment
    if choice.group_name is None:
        label = texts.plain("commitments.choice.own", done=item.done, target=item.target, text=item.text)
    else:
        label = texts.plain(
            "commitments.choice.own_of_group",
            done=item.done,
            target=item.target,
            text=item.text,
            group=choice.group_name,
        )
    return shorten_text(label, OPTION_LIMIT)


def add_form(texts: Texts, group: Group, *argument: str) -> Form:
    """Return the form for a new commitment in a group."""
    return _form(texts, Form(texts.plain("commitments.form.add"), "commit_new", group.id, *argument), None)


def edit_form(texts: Texts, commitment: Commitment, *argument: str) -> Form:
    """Return the form that changes a commitment, filled with what it is."""
    form = Form(texts.plain("commitments.form.edit"), "commit_change", commitment.id, *argument)
    return _form(texts, form, commitment)


def swap_form(texts: Texts, commitment: Commitment, *place: str) -> Form:
    """Return the form for what takes a commitment's place; who may read it stays as it was.

    `place` is a route with its arguments where another one than usual takes the form.
    """
    form = Form(texts.plain("commitments.form.swap"), *(place or ("commit_swapped", str(commitment.id))))
    return _form(texts, form, None, visibility=commitment.visibility)


def shrink_form(texts: Texts, commitment: Commitment, *place: str) -> Form:
    """Return the form that makes a commitment smaller: half of it, unless the member says otherwise.

    `place` is a route with its arguments where another one than usual takes the form.
    """
    form = Form(texts.plain("commitments.form.shrink"), *(place or ("commit_shrunk", str(commitment.id))))
    _ask_text(texts, form, commitment.text)
    half = max(commitment.target // 2, 1)
    return _ask_count(texts, form, str(half)).say(texts("commitments.form.smaller"))


def draft_in(given: Input) -> Draft:
    """Return what was written into the form of a new commitment."""
    return Draft(
        text=given.written("text"),
        count=count_of(given.written("count")),
        plan=given.written("plan"),
        category=_category(given),
        visibility=_visibility(given),
    )


def changes_in(given: Input) -> Changes:
    """Return what was written into the form that changes a commitment; an emptied plan goes."""
    draft = draft_in(given)
    return Changes(
        text=draft.text,
        count=draft.count,
        plan=draft.plan,
        category=draft.category,
        visibility=draft.visibility,
    )


def progress_line(texts: Texts, item: Commitment) -> Markup:
    """Return how far one's own commitment is, in words where there is nothing to count."""
    if remainder(item) == 0:
        key = "commitments.complete" if item.target == 1 else "commitments.complete_many"
        return texts(key, target=item.target)
    if item.target == 1:
        return texts("commitments.not_yet")
    return texts("commitments.counted", done=item.done, target=item.target)


def _lines(texts: Texts, item: Commitment, due: datetime | None) -> list[Markup]:
    lines = [texts("commitments.quoted", text=item.text), progress_line(texts, item)]
    if item.plan is not None:
        lines.append(texts("commitments.plan", plan=item.plan))
    if due is None:
        lines.append(texts("commitments.due_next"))
    else:
        lines.append(texts("commitments.due", due=due, due_in=moment(due, "R")))
    small = [texts(f"commitments.category.{item.category.value}")]
    if item.weeks_carried:
        small.append(texts(f"commitments.carried.{min(item.weeks_carried, _LONGEST_STREAK)}"))
    if item.visibility is Visibility.PRIVATE:
        small.append(texts("commitments.private"))
    return [*lines, Markup(f"-# {' · '.join(small)}")]


def _with_buttons(texts: Texts, card: Card, item: Commitment, *argument: str) -> Card:
    more = button(
        texts.plain("commitments.button.more"),
        "commit_more",
        item.id,
        item.done,
        *argument,
        style=PRIMARY,
    )
    edit = button(texts.plain("commitments.button.edit"), "commit_edit", item.id, *argument)
    drop = button(texts.plain("commitments.button.drop"), "commit_drop", item.id, *argument)
    return card.row(*([more] if remainder(item) else []), edit, drop)


def _member_lines(texts: Texts, theirs: MemberCommitments, limit: int) -> list[Markup]:
    lines = [member(theirs.user_id)]
    lines += [Markup(f"- “{_fitting(item.text, limit)}”") for item in theirs.readable]
    if theirs.private == 1:
        lines.append(Markup(f"- {texts('commitments.list.one_private')}"))
    elif theirs.private:
        lines.append(Markup(f"- {texts('commitments.list.some_private', count=theirs.private)}"))
    return lines


def _fitting(text: str, limit: int) -> Markup:
    """User text in at most `limit` characters, cut before it is escaped so that no escape is cut."""
    room = limit
    while (length := length_of(shown := neutralize_text(shorten_text(text, room)))) > limit:
        room -= length - limit
    return shown


def _form(
    texts: Texts, form: Form, before: Commitment | None, *, visibility: Visibility = Visibility.GROUP
) -> Form:
    _ask_text(texts, form, None if before is None else before.text)
    # A count that came from the words is left empty, so that it follows words that are changed.
    is_own = before is not None and target_in(before.text) != before.target
    _ask_count(texts, form, str(before.target) if before is not None and is_own else None)
    form.ask(
        "plan",
        texts.plain("commitments.form.plan"),
        placeholder=texts.plain("commitments.form.plan_example"),
        default=None if before is None else before.plan,
        limit=PLAN_LIMIT,
        required=False,
    )
    chosen = None if before is None else before.category
    guess = option(texts.plain("commitments.form.guess"), _GUESS, default=chosen is None)
    kinds = [
        option(texts.plain(f"commitments.category.{kind.value}"), kind.value, default=kind is chosen)
        for kind in Category
    ]
    form.choose("category", texts.plain("commitments.form.category"), [guess, *kinds])
    shown_to = visibility if before is None else before.visibility
    readers = [
        option(
            texts.plain(f"commitments.visibility.{each.value}"),
            each.value,
            description=texts.plain(f"commitments.visibility.{each.value}_hint"),
            default=each is shown_to,
        )
        for each in Visibility
    ]
    return form.choose("visibility", texts.plain("commitments.form.visibility"), readers)


def _ask_text(texts: Texts, form: Form, default: str | None) -> Form:
    return form.ask(
        "text",
        texts.plain("commitments.form.text"),
        placeholder=texts.plain("commitments.form.text_example"),
        default=default,
        limit=TEXT_LIMIT,
    )


def _ask_count(texts: Texts, form: Form, default: str | None) -> Form:
    return form.ask(
        "count",
        texts.plain("commitments.form.count"),
        hint=texts.plain("commitments.form.count_hint"),
        default=default,
        limit=_COUNT_DIGITS,
        required=False,
    )


def _category(given: Input) -> Category | None:
    value = given.written("category")
    if value in ("", _GUESS):
        return None
    if value not in set(Category):
        raise Refusal("button.stale")
    return Category(value)


def _visibility(given: Input) -> Visibility:
    value = given.written("visibility") or Visibility.GROUP
    if value not in set(Visibility):
        raise Refusal("button.stale")
    return Visibility(value)
