"""The only way into a group: an invitation for one person, by card or by a code."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import NAME_LIMIT, Group, GroupState, Role
from buddybot.domain.groups.invitations import CardIds, Invitation, InvitationState
from buddybot.domain.ids import ChannelId, GroupId, InvitationId, MessageId, UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.meetings.schedule import Schedule
from buddybot.domain.text import fold_text, optional
from buddybot.services.core import (
    Actor,
    PlanningService,
    UnitOfWork,
    access,
    bot_transaction,
    read_transaction,
    write_transaction,
)
from buddybot.services.core.service import Rules
from buddybot.services.core.unit_of_work import Planner, Transactions
from buddybot.services.meetings.replan_steps import in_line, note_name

MOST_OPEN = 20
"""Invitations a group may have open at a time."""
MOST_MADE = 30
"""Invitations a group may make in a day."""
CODE_BYTES = 10
"""80 bits, written as 16 letters and digits."""

_CODE_LENGTH = 16
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_MISREAD = str.maketrans("018", "OIB")
_HOUR = timedelta(hours=1)


class Offer(NamedTuple):
    """An invitation with what the invited person should know before they answer."""

    invitation: Invitation
    group: Group
    members: int
    schedule: Schedule | None
    next_meeting: Meeting | None
    card: CardIds | None
    replaced: tuple[CardIds, ...] = ()


class Code(NamedTuple):
    """A fresh code, in clear for the only time; `again` when an open one for the same name ended with it."""

    text: str
    offer: Offer
    again: bool


class InvitationService(PlanningService):
    """Use cases about invitations."""

    def __init__(self, transactions: Transactions, planner: Planner, rules: Rules) -> None:
        super().__init__(transactions, planner)
        self._rules = rules

    @write_transaction
    async def invite(
        self, uow: UnitOfWork, actor: Actor, user_id: UserId, group_id: GroupId | None = None
    ) -> Offer:
        """Invite a person; an open invitation that they had to this group is replaced."""
        return await self._add(uow, actor, group_id, user_id=user_id)

    async def invite_by_code(
        self, actor: Actor, *, name: str | None = None, group_id: GroupId | None = None
    ) -> Code:
        """Make a single-use code to hand over privately; `name` says whom it is meant for.

        An open code of the actor's for this name is replaced. A form that is sent twice makes one code, and
        shows it again: the first answer may be lost. Refusal `invitation.used` where it was used since.
        """
        invited_name = optional(name, limit=NAME_LIMIT, field="name")
        return await self._make_code(actor, invited_name, group_id)

    @write_transaction(repeats=True)
    async def _make_code(
        self, uow: UnitOfWork, actor: Actor, invited_name: str | None, group_id: GroupId | None
    ) -> Code:
        group = (await access.as_organizer(uow, actor, group_id, lock=True)).group
        code = base64.b32encode(_code_bytes(actor, group.id)).decode()
        made = await uow.invitations.by_code(group.guild_id, _hash(code))
        if made is not None:
            if made.state is not InvitationState.OPEN:
                raise Refusal("invitation.used")
            return Code(_space_code(code), await _offer(uow, made, self._now()), again=False)
        again = invited_name is not None and await self._end_code(uow, actor, group.id, invited_name)
        offer = await self._add(uow, actor, group.id, code_hash=_hash(code), invited_name=invited_name)
        return Code(_space_code(code), offer, again)

    @bot_transaction
    async def note_posted(
        self, uow: UnitOfWork, invitation_id: InvitationId, channel_id: ChannelId, message_id: MessageId
    ) -> None:
        """Remember the message that shows the invitation."""
        await uow.invitations.set_card(invitation_id, channel_id=channel_id, message_id=message_id)

    async def withdraw_unposted(self, actor: Actor, offer: Offer) -> None:
        """Take back an invitation whose card could not be sent."""
        made, now = offer.invitation, self._now()
        await self._transactions.take_back(
            actor,
            lambda uow: uow.invitations.settle(made.id, InvitationState.REVOKED, by=made.created_by, now=now),
        )

    @read_transaction
    async def read(self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId) -> Offer:
        """Return the offer to the one person who may answer it."""
        invitation = await self._answerable(uow, actor, invitation_id)
        return await _offer(uow, invitation, self._now())

    @write_transaction
    async def accept(self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId) -> Offer:
        """Let the invited person in, if a seat is left; the invitation is used up."""
        now = self._now()
        # Behind the lock: somebody else may take the last seat, or this invitation back.
        invitation = await self._answerable(uow, actor, invitation_id, lock=True)
        offer = await _offer(uow, invitation, self._now())
        if offer.members >= offer.group.capacity:
            raise Refusal("invitation.full")
        await uow.members.add(
            group_id=offer.group.id,
            guild_id=offer.group.guild_id,
            user_id=actor.user_id,
            role=Role.MEMBER,
            now=now,
        )
        invitations = uow.invitations
        await invitations.settle(invitation_id, InvitationState.ACCEPTED, by=actor.user_id, now=now)
        replaced = await self._replace(uow, actor, offer.group.id, actor.user_id)
        await note_name(uow, actor)
        if offer.group.role_id is not None:
            await uow.role_tasks.ask(offer.group.id, actor.user_id, now)
        await in_line(uow, self._planner, offer.group, now)
        return (await _again(uow, offer, self._now()))._replace(replaced=replaced)

    @write_transaction
    async def decline(self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId) -> Offer:
        """Keep the invited person's no; nobody is told but the organizers who look."""
        invitation = await self._answerable(uow, actor, invitation_id, lock=True)
        await uow.invitations.settle(
            invitation_id, InvitationState.DECLINED, by=actor.user_id, now=self._now()
        )
        now = self._now()
        return await _again(uow, await _offer(uow, invitation, now), now)

    @write_transaction
    async def revoke(self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId) -> Offer:
        """Take an open invitation back, as an organizer of its group."""
        invitations = uow.invitations
        invitation = await self._lock_invitation(uow, actor, invitation_id)
        if await uow.members.get(invitation.group_id, actor.user_id) is None:
            raise Refusal("invitation.unknown")
        await access.as_organizer(uow, actor, invitation.group_id)
        if invitation.state is not InvitationState.OPEN:
            raise Refusal("invitation.used")
        await invitations.settle(invitation_id, InvitationState.REVOKED, by=actor.user_id, now=self._now())
        now = self._now()
        return await _again(uow, await _offer(uow, invitation, now), now)

    async def by_code(self, actor: Actor, code: str) -> Offer:
        """Return the offer behind a code, which is the actor's from then on.

        A wrong, used, expired or foreign code gets one answer, and counts against the actor's limit.
        """
        offer = await self._claim_code(actor, code)
        if offer is None:
            # Refused only now, so that the try is on disk.
            raise Refusal("invitation.code_wrong")
        return offer

    @write_transaction(saves=False)
    async def _claim_code(self, uow: UnitOfWork, actor: Actor, code: str) -> Offer | None:
        now = self._now()
        guild_id = access.guild_of(actor)
        await uow.guilds.lock(guild_id)
        tries = uow.code_tries
        await tries.forget(before=now - _HOUR)
        if await tries.count(guild_id, actor.user_id, since=now - _HOUR) >= self._rules.code_tries_per_hour:
            raise Refusal("invitation.code_tries")
        invitation = await self._behind(uow, actor, code)
        if invitation is None:
            await tries.add(guild_id, actor.user_id, now)
            return None
        if await uow.members.get(invitation.group_id, actor.user_id) is not None:
            raise Refusal("invitation.already_member")
        await uow.invitations.bind(invitation.id, actor.user_id)
        return await _offer(uow, invitation, now)

    async def _behind(self, uow: UnitOfWork, actor: Actor, code: str) -> Invitation | None:
        letters = _letters(code)
        if letters is None:
            return None
        invitation = await uow.invitations.by_code(access.guild_of(actor), _hash(letters))
        if invitation is None:
            return None
        try:
            invitation.check_usable(by=actor.user_id, now=self._now())
        except Refusal:
            return None
        return invitation

    async def _add(
        self,
        uow: UnitOfWork,
        actor: Actor,
        group_id: GroupId | None,
        *,
        user_id: UserId | None = None,
        code_hash: str | None = None,
        invited_name: str | None = None,
    ) -> Offer:
        group = (await access.as_organizer(uow, actor, group_id, lock=True)).group
        now = self._now()
        members = await uow.members.list_current(group.id)
        replaced: tuple[CardIds, ...] = ()
        if user_id is not None:
            if any(member.user_id == user_id for member in members):
                raise Refusal("invitation.is_member")
            replaced = await self._replace(uow, actor, group.id, user_id)
        if len(members) >= group.capacity:
            raise Refusal("invitation.no_seat", capacity=group.capacity)
        invitations = uow.invitations
        if len(await invitations.open(group.id, now)) >= MOST_OPEN:
            raise Refusal("invitation.too_many", most=MOST_OPEN)
        if await invitations.count_made(group.id, since=now - timedelta(days=1)) >= MOST_MADE:
            raise Refusal("invitation.too_fast", most=MOST_MADE)
        invitation_id = await invitations.add(
            group_id=group.id,
            guild_id=group.guild_id,
            user_id=user_id,
            code_hash=code_hash,
            invited_name=invited_name,
            created_by=actor.user_id,
            now=now,
            expires_at=now + self._rules.invitation_life,
        )
        await note_name(uow, actor)
        invitation = await invitations.get(group.guild_id, invitation_id)
        if invitation is None:
            raise Refusal("invitation.unknown")
        return (await _offer(uow, invitation, self._now()))._replace(replaced=replaced)

    async def _replace(
        self, uow: UnitOfWork, actor: Actor, group_id: GroupId, user_id: UserId
    ) -> tuple[CardIds, ...]:
        """Take back what is open for a person, because a newer word is there; return its cards."""
        now = self._now()
        invitations = uow.invitations
        cards: list[CardIds] = []
        for older in await invitations.open(group_id, now):
            if older.user_id == user_id:
                await invitations.settle(older.id, InvitationState.REVOKED, by=actor.user_id, now=now)
                if (card := await invitations.find_card(older.id)) is not None:
                    cards.append(card)
        return tuple(cards)

    async def _end_code(self, uow: UnitOfWork, actor: Actor, group_id: GroupId, name: str) -> bool:
        """Take back the actor's unused code for a name; return whether one was open."""
        now = self._now()
        invitations = uow.invitations
        older = [
            each
            for each in await invitations.open(group_id, now)
            if each.user_id is None
            and each.created_by == actor.user_id
            and each.invited_name is not None
            and fold_text(each.invited_name) == fold_text(name)
        ]
        for each in older:
            await invitations.settle(each.id, InvitationState.REVOKED, by=actor.user_id, now=now)
        return bool(older)

    async def _answerable(
        self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId, *, lock: bool = False
    ) -> Invitation:
        invitation = await (self._lock_invitation if lock else self._found)(uow, actor, invitation_id)
        if invitation.user_id is None:
            raise Refusal("invitation.not_yours")  # a code that nobody has come with yet
        invitation.check_usable(by=actor.user_id, now=self._now())
        if await uow.members.get(invitation.group_id, actor.user_id) is not None:
            raise Refusal("invitation.already_member")
        return invitation

    async def _found(self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId) -> Invitation:
        invitation = await uow.invitations.get(access.guild_of(actor), invitation_id)
        if invitation is None:
            raise Refusal("invitation.unknown")
        return invitation

    async def _lock_invitation(
        self, uow: UnitOfWork, actor: Actor, invitation_id: InvitationId
    ) -> Invitation:
        """Return the invitation as it is once nobody else changes its group."""
        await uow.groups.lock((await self._found(uow, actor, invitation_id)).group_id)
        return await self._found(uow, actor, invitation_id)


def _code_bytes(actor: Actor, group_id: GroupId) -> bytes:
    """Return what a new code is made of: chance, or the secret stamp of the form, which is the same again."""
    if not actor.form:
        return secrets.token_bytes(CODE_BYTES)
    words = f"code:{actor.user_id}:{group_id}:{actor.form}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:CODE_BYTES]


def _space_code(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def _letters(code: str) -> str | None:
    """Return the 16 letters of a code however it was typed, or None when it cannot be one."""
    letters = "".join(code[:100].split()).replace("-", "").upper().translate(_MISREAD)
    return letters if len(letters) == _CODE_LENGTH and _ALPHABET.issuperset(letters) else None


def _hash(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()


async def _offer(uow: UnitOfWork, invitation: Invitation, now: datetime) -> Offer:
    group = await uow.groups.get(invitation.guild_id, invitation.group_id)
    if group is None or (group.state is GroupState.ARCHIVED and invitation.state is InvitationState.OPEN):
        raise Refusal("invitation.unknown")
    ahead = await uow.meetings.list_coming(group.id, now)
    return Offer(
        invitation=invitation,
        group=group,
        members=len(await uow.members.list_current(group.id)),
        schedule=await uow.schedules.get(group.id),
        next_meeting=ahead[0] if ahead else None,
        card=await uow.invitations.find_card(invitation.id),
    )


async def _again(uow: UnitOfWork, offer: Offer, now: datetime) -> Offer:
    """Return the same offer as it stands after the change."""
    invitation = await uow.invitations.get(offer.invitation.guild_id, offer.invitation.id)
    return await _offer(uow, invitation or offer.invitation, now)
