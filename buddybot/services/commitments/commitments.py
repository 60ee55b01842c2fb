"""What members will do before the next meeting: said, counted, changed, let go."""

from collections.abc import Sequence

from buddybot.domain.commitments.commitments import (
    MAX_OPEN,
    Commitment,
    State,
    Visibility,
    find_twin,
    readable_by,
)
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import CommitmentId, GroupId, MeetingId, UserId
from buddybot.services.commitments.commitment_views import (
    Choice,
    GroupList,
    MemberCommitments,
    OwnCommitment,
    OwnList,
    due_meeting,
    find_asked_already,
    find_own,
    own_list,
)
from buddybot.services.commitments.wording_steps import (
    Changes,
    Draft,
    Step,
    Words,
    new_plan,
    new_target,
    read_draft,
    read_step,
    read_wording,
)
from buddybot.services.core import Actor, Service, UnitOfWork, access, read_transaction, write_transaction


class CommitmentService(Service):
    """A member's own commitments, and what the others said."""

    @read_transaction
    async def start(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> Group:
        """Return the group that a new commitment would be in; Refusal `commitment.full` when none fits."""
        group = (await access.as_member(uow, actor, group_id)).group
        await _require_room(uow, group, actor.user_id)
        return group

    async def add(self, actor: Actor, draft: Draft, group_id: GroupId | None = None) -> OwnCommitment:
        """Say what one will do before the next meeting; said again, it is there already and stays one."""
        words = read_draft(draft)
        return await self._add_commitment(actor, words, draft.visibility, group_id)

    @write_transaction
    async def _add_commitment(
        self, uow: UnitOfWork, actor: Actor, words: Words, visibility: Visibility, group_id: GroupId | None
    ) -> OwnCommitment:
        group = (await access.as_member(uow, actor, group_id, lock=True)).group
        set_at = await find_asked_already(uow, group.id, actor.user_id, self._now())
        twin = await _twin(uow, group.id, actor.user_id, words, set_at)
        if twin is not None:
            return (await find_own(uow, actor, twin.id))._replace(again=True)
        await _require_room(uow, group, actor.user_id)
        return await self._insert(uow, actor, group, words, visibility, set_at)

    @read_transaction
    async def list_own(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> OwnList:
        """Return one's own open commitments."""
        group = (await access.as_member(uow, actor, group_id)).group
        return await own_list(uow, group, actor.user_id)

    @read_transaction
    async def list_others(self, uow: UnitOfWork, actor: Actor, group_id: GroupId | None = None) -> GroupList:
        """Return what the others of the group said they would do; of private ones only that they are."""
        group = (await access.as_member(uow, actor, group_id)).group
        found = []
        items = await uow.commitments.open_in(group.id)
        for member in await uow.members.list_current(group.id):
            theirs = [item for item in items if item.user_id == member.user_id]
            readable = tuple(item for item in theirs if readable_by(item, actor.user_id))
            if theirs and member.user_id != actor.user_id:
                private = len(theirs) - len(readable)
                found.append(MemberCommitments(user_id=member.user_id, readable=readable, private=private))
        return GroupList(group_name=group.name, others=tuple(found))

    @read_transaction
    async def choices(self, uow: UnitOfWork, actor: Actor) -> Sequence[Choice]:
        """Return one's open commitments in this guild; none in a direct message."""
        if actor.guild_id is None:
            return ()
        found = await uow.commitments.open_own(actor.guild_id, actor.user_id)
        several = len({item.group_id for _, item in found}) > 1
        return [Choice(commitment=item, group_name=name if several else None) for name, item in found]

    @read_transaction
    async def get(self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId) -> OwnCommitment:
        """Return one's own open commitment."""
        return await find_own(uow, actor, commitment_id)

    async def progress(self, actor: Actor, commitment_id: CommitmentId, done: str) -> OwnCommitment:
        """Note how many are done in all, or with "+1" how many more; the target is the most that counts.

        A commitment that is all done stays open: the check-in asks for it, and celebrates it.
        """
        step = read_step(done)
        return await self._note_progress(actor, commitment_id, step)

    @write_transaction
    async def _note_progress(
        self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId, step: Step
    ) -> OwnCommitment:
        own = await find_own(uow, actor, commitment_id, lock=True)
        return await _count_done(uow, own, step.count_total(own.commitment.done))

    @write_transaction
    async def count_one_more(
        self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId, *, expected: int
    ) -> OwnCommitment:
        """Note one more, if `expected` are done as the pressed button said; pressed twice counts once."""
        own = await find_own(uow, actor, commitment_id, lock=True)
        done = own.commitment.done
        return await _count_done(uow, own, done + (done == expected))

    @write_transaction
    async def edit(
        self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId, changes: Changes
    ) -> OwnCommitment:
        """Change an open commitment; a count that came from the words follows the new words."""
        own = await find_own(uow, actor, commitment_id, lock=True)
        item = own.commitment
        target = new_target(item, changes)
        clear, plan = new_plan(changes.plan)
        repository = uow.commitments
        changed = await repository.change(
            item,
            text=None if changes.text is None else read_wording(changes.text),
            target=target,
            done=min(item.done, target),
            plan=plan,
            clear_plan=clear,
            category=changes.category,
            visibility=changes.visibility,
        )
        hidden = changes.visibility is Visibility.PRIVATE
        earlier = await _hide_origins(uow, item) if hidden else ()
        now = await _follow_change(uow, own, changed)
        return now._replace(touched=(*now.touched, *earlier))

    @write_transaction
    async def drop(self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId) -> OwnCommitment:
        """Let a commitment go; the second time changes nothing."""
        own = await find_own(uow, actor, commitment_id, lock=True, dropped=True)
        if own.commitment.state is State.DROPPED:
            return own
        changed = await uow.commitments.change(own.commitment, state=State.DROPPED)
        return await _follow_change(uow, own, changed, count_changed=True)

    async def shrink(
        self, actor: Actor, commitment_id: CommitmentId, *, text: str, count: int | None
    ) -> OwnCommitment:
        """Make a carried commitment smaller: fewer of the same, or other words; its weeks start again.

        Refusal `commitment.not_smaller` when neither is so.
        """
        words = read_draft(Draft(text=text, count=count))
        return await self._shrink_commitment(actor, commitment_id, words)

    @write_transaction
    async def _shrink_commitment(
        self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId, words: Words
    ) -> OwnCommitment:
        own = await find_own(uow, actor, commitment_id, lock=True)
        item = own.commitment
        if words.text == item.text and words.target >= item.target:
            raise Refusal("commitment.not_smaller", target=item.target)
        changed = await uow.commitments.change(
            item,
            text=words.text,
            target=words.target,
            done=min(item.done, words.target),
            weeks_carried=0,
        )
        return await _follow_change(uow, own, changed)

    async def swap(self, actor: Actor, commitment_id: CommitmentId, draft: Draft) -> OwnCommitment:
        """Let a commitment go and say another in its place, due when the old one was."""
        words = read_draft(draft)
        return await self._swap_commitment(actor, commitment_id, words, draft.visibility)

    @write_transaction
    async def _swap_commitment(
        self, uow: UnitOfWork, actor: Actor, commitment_id: CommitmentId, words: Words, visibility: Visibility
    ) -> OwnCommitment:
        item = (await find_own(uow, actor, commitment_id, lock=True)).commitment
        group = (await access.as_member(uow, actor, item.group_id)).group
        await uow.commitments.change(item, state=State.DROPPED)
        return await self._insert(uow, actor, group, words, visibility, item.set_at_meeting)

    async def _insert(
        self,
        uow: UnitOfWork,
        actor: Actor,
        group: Group,
        words: Words,
        visibility: Visibility,
        set_at: MeetingId | None,
    ) -> OwnCommitment:
        new = await uow.commitments.add(
            group_id=group.id,
            guild_id=group.guild_id,
            user_id=actor.user_id,
            category=words.category,
            text=words.text,
            target=words.target,
            plan=words.plan,
            visibility=visibility,
            now=self._now(),
            set_at_meeting=set_at,
        )
        own = await find_own(uow, actor, new)
        return await _follow_change(uow, own, own.commitment, count_changed=True)


async def _require_room(uow: UnitOfWork, group: Group, user_id: UserId) -> None:
    if len(await uow.commitments.open_of(group.id, user_id)) >= MAX_OPEN:
        raise Refusal("commitment.full", group=group.name)


async def _twin(
    uow: UnitOfWork, group_id: GroupId, user_id: UserId, words: Words, set_at: MeetingId | None
) -> Commitment | None:
    """The member's own that says the same and is due at the same meeting."""
    ahead = await uow.meetings.list_ahead(group_id)
    due_then = next((meeting for meeting in ahead if meeting.id != set_at), None)
    items = await uow.commitments.open_of(group_id, user_id)
    same_time = [item for item in items if due_meeting(ahead, item) == due_then]
    return find_twin(same_time, words.text, words.target)


async def _count_done(uow: UnitOfWork, own: OwnCommitment, total: int) -> OwnCommitment:
    done = min(total, own.commitment.target)
    if done == own.commitment.done:
        return own
    shown = own.commitment.visibility is Visibility.GROUP
    item, touched = await uow.commitments.count(own.commitment, done, shown=shown)
    return own._replace(commitment=item, touched=touched)


async def _follow_change(
    uow: UnitOfWork, before: OwnCommitment, item: Commitment, *, count_changed: bool = False
) -> OwnCommitment:
    """What has become of a commitment; the cards that quote it, or count it, are to be drawn again."""
    quoted = Visibility.GROUP in (before.commitment.visibility, item.visibility)
    touched = await uow.cards.touch_ahead(item.group_id) if count_changed or quoted else ()
    return before._replace(commitment=item, touched=touched)


async def _hide_origins(uow: UnitOfWork, item: Commitment) -> tuple[MeetingId, ...]:
    """Hide also what a private commitment was carried from: cards of earlier meetings quote the same."""
    repository = uow.commitments
    touched = []
    while item.carried_from is not None:
        origin = await repository.get(item.group_id, item.user_id, item.carried_from)
        if origin is None:
            break
        await repository.change(origin, visibility=Visibility.PRIVATE)
        for meeting_id in await repository.reported_in(origin):
            await uow.cards.touch(meeting_id)
            touched.append(meeting_id)
        item = origin
    return tuple(touched)
