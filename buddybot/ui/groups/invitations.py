"""The invitation as a card, a code, and the charter that is read before the answer."""

from discord import ui

from buddybot.domain.groups.groups import NAME_LIMIT, Group
from buddybot.domain.groups.invitations import Invitation, InvitationState
from buddybot.domain.ids import ChannelId, UserId
from buddybot.services.groups.invitations import Code, Offer
from buddybot.ui.framework.components import PRIMARY, QUIET, SUCCESS, WARM, Card, Form, button
from buddybot.ui.framework.texts import Markup, Texts, channel, member, moment, neutralize_text
from buddybot.ui.groups.groups import charter_of, schedule_line


def invitation_card(texts: Texts, offer: Offer, user_id: UserId) -> Card:
    """Return the card in the channel that one person is asked by."""
    invitation = offer.invitation
    who, organizer = member(user_id), member(invitation.created_by)
    if offer.schedule is None:
        by = texts("invitations.card.by_unsettled", organizer=organizer)
    else:
        by = texts("invitations.card.by", organizer=organizer, when=schedule_line(texts, offer.schedule))
    until = moment(invitation.expires_at, "f")
    return (
        Card(colour=WARM)
        .text(Markup(f"### {texts('invitations.card.title', member=who, group=offer.group.name)}"))
        .text(by, texts("invitations.card.how"))
        .row(button(texts.plain("invitations.card.read"), "invitation_read", invitation.id, style=PRIMARY))
        .note(texts("invitations.card.note", member=who, until=until))
    )


def answered_card(texts: Texts, invitation: Invitation, group: Group) -> Card:
    """Return what is left of the card after the answer; a no is not shown to the channel."""
    user_id = invitation.user_id
    if invitation.state is InvitationState.ACCEPTED and user_id is not None:
        return Card().text(texts("invitations.answered.accepted", member=member(user_id), group=group.name))
    return Card(colour=QUIET).text(texts("invitations.answered.closed"))


def offer_card(texts: Texts, offer: Offer) -> Card:
    """Return the charter and the facts, with the two answers, to the invited person only."""
    group = offer.group
    card = Card(colour=WARM)
    card.text(
        Markup(f"## {texts('invitations.offer.title', group=group.name)}"),
        neutralize_text(charter_of(texts, group)),
    ).line()
    facts = [
        texts("invitations.offer.members", count=offer.members, capacity=group.capacity),
        texts("invitations.offer.when", when=schedule_line(texts, offer.schedule)),
    ]
    if offer.next_meeting is not None:
        at = offer.next_meeting.starts_at
        facts.append(texts("invitations.offer.next", at=at, soon=moment(at, "R")))
    card.text(*facts).note(texts("invitations.offer.seen"))
    return card.row(
        button(
            texts.plain("invitations.offer.accept"),
            "invitation_accept",
            offer.invitation.id,
            style=SUCCESS,
        ),
        button(texts.plain("invitations.offer.decline"), "invitation_decline", offer.invitation.id),
    )


def joined_card(texts: Texts, offer: Offer) -> Card:
    """Return the welcome to the new member."""
    home = channel(offer.group.channel_id)
    if offer.next_meeting is None:
        then = texts("invitations.joined.next_none", channel=home)
    else:
        at = offer.next_meeting.starts_at
        then = texts("invitations.joined.next", at=at, soon=moment(at, "R"), channel=home)
    title = Markup(f"## {texts('invitations.joined.title', group=offer.group.name)}")
    return Card().text(title).text(then, texts("invitations.joined.how"), texts("invitations.joined.quiet"))


def sent_card(texts: Texts, offer: Offer, *, user_id: UserId, channel_id: ChannelId) -> Card:
    """Return where the invitation is, to the organizer."""
    return Card().text(
        texts(
            "invitations.sent.done",
            member=member(user_id),
            channel=channel(channel_id),
            until=moment(offer.invitation.expires_at, "D"),
        )
    )


def code_card(texts: Texts, code: Code) -> Card:
    """Return a fresh code, to the organizer, for the only time."""
    invitation = code.offer.invitation
    if invitation.invited_name is None:
        title = texts("invitations.sent.code_unnamed")
    else:
        title = texts("invitations.sent.code", name=invitation.invited_name)
    until = moment(invitation.expires_at, "D")
    card = Card().text(Markup(f"### {title}"), Markup(f"```\n{code.text}\n```"))
    card.text(texts("invitations.sent.shown", until=until), texts("invitations.sent.how"))
    return card.note(texts("invitations.sent.again", name=invitation.invited_name)) if code.again else card


def person_form(texts: Texts, group: Group) -> Form:
    """Return the form in which an organizer chooses whom to invite."""
    return Form(texts.plain("invitations.form.title"), "invitation_person_given", group.id).pick(
        "person",
        texts.plain("invitations.form.person"),
        ui.UserSelect(custom_id="person"),
        hint=texts.plain("invitations.form.person_hint"),
    )


def name_form(texts: Texts, group: Group) -> Form:
    """Return the form in which an organizer says whom a code is for."""
    return Form(texts.plain("invitations.form.code_title"), "invitation_name_given", group.id).ask(
        "name",
        texts.plain("invitations.form.code_name"),
        hint=texts.plain("invitations.form.code_hint"),
        limit=NAME_LIMIT,
        required=False,
    )
