"""What members say they will do: kept small, counted once, read only by whom it concerns."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from buddybot.domain.commitments.commitments import Category, State, Visibility
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import CommitmentId, MeetingId, UserId
from buddybot.domain.meetings.cards import CardKind
from buddybot.services.commitments.commitment_views import OwnCommitment
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.wording_steps import NO_PLAN, Changes, Draft, count_of, read_draft
from buddybot.services.core.unit_of_work import AlreadyHandled
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.outbox.cards import CardRepository
from tests.services.builder import NEW_YEAR, Builder

ANA, BEN, CHO, STRANGER = 1, 2, 3, 99
COFFEES = Draft(text="4 coffee meetings", plan="if it is Tuesday 9:00, then I write to two people")


def coffees(number: int) -> Draft:
    return Draft(text=f"{number} coffee meetings")


@pytest.fixture
async def builder(database: Database) -> Builder:
    """A home with an empty database."""
    return Builder(database, NEW_YEAR)


@pytest.fixture
async def group(builder: Builder) -> Group:
    """Three people who meet."""
    return await builder.add_plain_group(ANA, BEN, CHO)


@pytest.fixture
def service(builder: Builder) -> CommitmentService:
    """The service under test."""
    return CommitmentService(builder.transactions)


async def refused(action: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await action
    return caught.value


async def carried(builder: Builder, own: OwnCommitment, weeks: int) -> None:
    await builder.change_rows(
        "UPDATE commitments SET weeks_carried = :weeks WHERE id = :id", weeks=weeks, id=own.commitment.id
    )


async def test_a_commitment_is_read_from_words_and_due_at_the_next_meeting(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    meets = NEW_YEAR + timedelta(days=3)
    await builder.add_meeting(group, meets + timedelta(days=7))
    await builder.add_meeting(group, meets)
    own = await service.add(builder.act_as(ANA), COFFEES)
    kept = own.commitment
    assert (kept.text, kept.target, kept.done, kept.category) == (
        "4 coffee meetings",
        4,
        0,
        Category.NETWORKING,
    )
    assert (kept.plan, kept.visibility, kept.state) == (COFFEES.plan, Visibility.GROUP, State.OPEN)
    assert (own.due, own.group_name) == (meets, "Rowan")


async def test_without_a_meeting_ahead_there_is_no_day_it_is_due(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    assert (await service.add(builder.act_as(ANA), COFFEES)).due is None


async def test_what_is_said_after_ones_check_in_is_due_at_the_meeting_after(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    meets = NEW_YEAR + timedelta(hours=12)
    first = await builder.add_meeting(group, meets)
    await builder.add_meeting(group, meets + timedelta(days=7))
    await report(builder, first, ANA)
    ana, ben = [await service.add(builder.act_as(user), COFFEES) for user in (ANA, BEN)]
    assert (ana.due, ana.commitment.set_at_meeting) == (meets + timedelta(days=7), first)
    assert (ben.due, ben.commitment.set_at_meeting) == (meets, None)


async def report(builder: Builder, meeting: MeetingId, user: int) -> None:
    async def script(tx: Tx) -> None:
        await CheckInRepository(tx).put(
            meeting_id=meeting,
            user_id=UserId(user),
            win=None,
            blocker=None,
            interaction_id=builder.act_as(user).interaction_id,
            now=builder.now,
        )

    await builder.database.write(script)


def test_a_count_beside_the_words_wins_over_one_in_them() -> None:
    words = read_draft(Draft(text="100 push-ups and 3 calls", count=2, category=Category.OTHER))
    assert (words.text, words.target, words.category) == ("100 push-ups and 3 calls", 2, Category.OTHER)
    assert count_of(" 7 ") == 7
    assert count_of("  ") is None


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(text="  "), "text.empty"),
        (Draft(text="x" * 201), "text.long"),
        (Draft(text="calls", plan="x" * 201), "text.long"),
        (Draft(text="calls", count=0), "commitment.target"),
        (Draft(text="calls", count=100), "commitment.target"),
        (Draft(text="0 calls"), "commitment.target"),
        (Draft(text="12"), "commitment.words"),
        (Draft(text="12", count=3), "commitment.words"),
    ],
)
async def test_words_out_of_bounds_change_nothing(
    builder: Builder, group: Group, service: CommitmentService, draft: Draft, code: str
) -> None:
    assert (await refused(service.add(builder.act_as(ANA), draft))).code == code
    assert (await service.list_own(builder.act_as(ANA))).items == ()


async def test_at_most_three_are_open_and_room_comes_back(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = [await service.add(builder.act_as(ANA), coffees(number)) for number in (3, 4, 5)]
    refusal = await refused(service.add(builder.act_as(ANA), coffees(6)))
    assert (refusal.code, refusal.parameters) == ("commitment.full", {"group": "Rowan"})
    assert (await refused(service.start(builder.act_as(ANA)))).code == "commitment.full"
    await service.drop(builder.act_as(ANA), own[1].commitment.id)
    assert (await service.start(builder.act_as(ANA))).id == group.id
    await service.add(builder.act_as(ANA), coffees(6))
    assert len((await service.list_own(builder.act_as(ANA))).items) == 3


async def test_a_fourth_does_not_slip_in_at_the_same_moment(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    results = await asyncio.gather(
        *(service.add(builder.act_as(ANA), coffees(number)) for number in range(1, 9)), return_exceptions=True
    )
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert [refusal.code for refusal in refusals] == ["commitment.full"] * 5
    assert len((await service.list_own(builder.act_as(ANA))).items) == 3


async def test_the_same_interaction_adds_once(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    actor = builder.act_as(ANA)
    await service.add(actor, COFFEES)
    with pytest.raises(AlreadyHandled):
        await service.add(actor, COFFEES)
    assert len((await service.list_own(builder.act_as(ANA))).items) == 1


@pytest.mark.parametrize(
    ("before", "written", "after"),
    [(1, "+1", 2), (1, "+ 2", 3), (1, "3", 3), (3, "1", 1), (3, "+9", 4), (0, "99", 4), (2, "0", 0)],
)
async def test_progress_is_a_number_in_all_or_so_many_more_and_never_beyond_the_target(
    builder: Builder, group: Group, service: CommitmentService, before: int, written: str, after: int
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    await service.progress(builder.act_as(ANA), own.commitment.id, str(before))
    changed = await service.progress(builder.act_as(ANA), own.commitment.id, written)
    assert changed.commitment.done == after
    assert changed.commitment.state is State.OPEN


@pytest.mark.parametrize(
    ("written", "code"), [("-1", "number.range"), ("many", "number.unreadable"), ("", "number.unreadable")]
)
async def test_progress_that_is_no_count_is_refused(
    builder: Builder, group: Group, service: CommitmentService, written: str, code: str
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    assert (await refused(service.progress(builder.act_as(ANA), own.commitment.id, written))).code == code


async def test_one_more_pressed_twice_on_the_same_card_counts_once(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    await asyncio.gather(
        *(service.count_one_more(builder.act_as(ANA), own.commitment.id, expected=0) for _ in range(4))
    )
    assert (await service.get(builder.act_as(ANA), own.commitment.id)).commitment.done == 1
    assert (
        await service.count_one_more(builder.act_as(ANA), own.commitment.id, expected=1)
    ).commitment.done == 2


async def test_an_edit_changes_what_is_given_and_keeps_the_rest(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    id_ = own.commitment.id
    await service.progress(builder.act_as(ANA), id_, "3")
    changed = (await service.edit(builder.act_as(ANA), id_, Changes(text="2 coffee meetings"))).commitment
    assert (changed.text, changed.target, changed.done, changed.plan) == (
        "2 coffee meetings",
        2,
        2,
        COFFEES.plan,
    )
    changed = (
        await service.edit(builder.act_as(ANA), id_, Changes(count=5, category=Category.EVENT))
    ).commitment
    assert (changed.target, changed.category, changed.text) == (5, Category.EVENT, "2 coffee meetings")
    changed = (await service.edit(builder.act_as(ANA), id_, Changes(text="3 coffee meetings"))).commitment
    assert changed.target == 5, "a count that did not come from the words does not follow them"
    changed = (
        await service.edit(builder.act_as(ANA), id_, Changes(visibility=Visibility.PRIVATE))
    ).commitment
    assert (changed.visibility, changed.plan) == (Visibility.PRIVATE, COFFEES.plan)


@pytest.mark.parametrize("plan", [NO_PLAN, "", "\u200b "])
async def test_an_edit_can_take_the_plan_away(
    builder: Builder, group: Group, service: CommitmentService, plan: str
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    changed = await service.edit(builder.act_as(ANA), own.commitment.id, Changes(plan=plan))
    assert changed.commitment.plan is None


async def test_letting_go_twice_is_letting_go_once_and_ends_it(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    for _ in range(2):
        dropped = await service.drop(builder.act_as(ANA), own.commitment.id)
        assert dropped.commitment.state is State.DROPPED
    later = await refused(service.progress(builder.act_as(ANA), own.commitment.id, "+1"))
    assert later.code == "commitment.settled"


async def test_shrinking_takes_less_or_other_words_and_starts_the_weeks_again(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    id_ = own.commitment.id
    await carried(builder, own, 3)
    same = await refused(service.shrink(builder.act_as(ANA), id_, text="4 coffee meetings", count=4))
    assert (same.code, same.parameters) == ("commitment.not_smaller", {"target": 4})
    assert (await service.get(builder.act_as(ANA), id_)).commitment.weeks_carried == 3
    fewer = (await service.shrink(builder.act_as(ANA), id_, text="4 coffee meetings", count=2)).commitment
    assert (fewer.target, fewer.weeks_carried, fewer.id) == (2, 0, id_)
    other = (await service.shrink(builder.act_as(ANA), id_, text="one short call", count=None)).commitment
    assert (other.target, other.text, other.plan) == (1, "one short call", COFFEES.plan)


async def test_swapping_drops_the_old_and_opens_the_new_also_when_three_are_open(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = [await service.add(builder.act_as(ANA), coffees(number)) for number in (3, 4, 5)]
    await carried(builder, own[0], 3)
    new = await service.swap(
        builder.act_as(ANA), own[0].commitment.id, Draft(text="ask Eli for an introduction")
    )
    items = [item for item, _ in (await service.list_own(builder.act_as(ANA))).items]
    assert [item.text for item in items] == [
        "4 coffee meetings",
        "5 coffee meetings",
        "ask Eli for an introduction",
    ]
    assert (items[2].weeks_carried, items[2].carried_from, items[2].id) == (0, None, new.commitment.id)
    again = await refused(service.swap(builder.act_as(ANA), own[0].commitment.id, Draft(text="another")))
    assert again.code == "commitment.settled"


async def test_a_swap_whose_words_are_refused_drops_nothing(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    assert (await refused(service.swap(builder.act_as(ANA), own.commitment.id, Draft(text="7")))).code
    assert (await service.get(builder.act_as(ANA), own.commitment.id)).commitment.state is State.OPEN


Act = Callable[[CommitmentService, Builder, int, int, CommitmentId], Awaitable[object]]
ACTS: dict[str, Act] = {
    "get": lambda s, h, user, guild, id_: s.get(h.act_as(user, guild=guild), id_),
    "progress": lambda s, h, user, guild, id_: s.progress(h.act_as(user, guild=guild), id_, "+1"),
    "more": lambda s, h, user, guild, id_: s.count_one_more(h.act_as(user, guild=guild), id_, expected=0),
    "edit": lambda s, h, user, guild, id_: s.edit(h.act_as(user, guild=guild), id_, Changes(count=9)),
    "drop": lambda s, h, user, guild, id_: s.drop(h.act_as(user, guild=guild), id_),
    "shrink": lambda s, h, user, guild, id_: s.shrink(h.act_as(user, guild=guild), id_, text="less", count=1),
    "swap": lambda s, h, user, guild, id_: s.swap(h.act_as(user, guild=guild), id_, Draft(text="other")),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_anothers_and_a_missing_commitment_get_the_same_answer(
    builder: Builder, group: Group, service: CommitmentService, act: Act
) -> None:
    own = (await service.add(builder.act_as(ANA), COFFEES)).commitment
    await builder.add_plain_group(ANA, STRANGER, guild=2, name="Elsewhere")
    answers = [
        await refused(act(service, builder, BEN, 1, own.id)),
        await refused(act(service, builder, STRANGER, 1, own.id)),
        await refused(act(service, builder, ANA, 2, own.id)),
        await refused(act(service, builder, ANA, 1, CommitmentId(own.id + 1))),
    ]
    assert {(answer.code, *answer.parameters) for answer in answers} == {("commitment.unknown",)}
    assert (await service.get(builder.act_as(ANA), own.id)).commitment == own
    await builder.remove_member(group, ANA)
    assert (await refused(act(service, builder, ANA, 1, own.id))).code == "commitment.unknown"


async def test_nothing_of_an_archived_group_can_be_changed(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    own = await service.add(builder.act_as(ANA), COFFEES)
    await builder.set_group_state(group, GroupState.ARCHIVED)
    assert (await refused(service.drop(builder.act_as(ANA), own.commitment.id))).code == "commitment.unknown"
    assert list(await service.choices(builder.act_as(ANA))) == []


async def test_the_group_reads_what_is_meant_for_it_and_only_that_there_are_private_ones(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    await service.add(builder.act_as(CHO), Draft(text="tell nobody", visibility=Visibility.PRIVATE))
    await service.add(builder.act_as(BEN), COFFEES)
    await service.add(builder.act_as(BEN), Draft(text="tell nobody", visibility=Visibility.PRIVATE))
    await service.add(builder.act_as(ANA), Draft(text="my own"))
    for organizer_or_member in (ANA, CHO):
        others = (await service.list_others(builder.act_as(organizer_or_member))).others
        ben = next(each for each in others if each.user_id == BEN)
        assert ([item.text for item in ben.readable], ben.private) == (["4 coffee meetings"], 1)
        assert organizer_or_member not in {each.user_id for each in others}
    shown = (await service.list_others(builder.act_as(ANA))).others
    assert [each.user_id for each in shown] == [BEN, CHO], "in the order of joining"
    assert (shown[1].readable, shown[1].private) == ((), 1)
    assert (await refused(service.list_others(builder.act_as(STRANGER)))).code == "group.none"


async def test_choices_are_ones_own_open_ones_with_the_group_where_there_are_several(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    await service.add(builder.act_as(ANA), COFFEES)
    gone = await service.add(builder.act_as(ANA), coffees(5))
    await service.drop(builder.act_as(ANA), gone.commitment.id)
    await service.add(builder.act_as(BEN), Draft(text="not Ana's"))
    [choice] = await service.choices(builder.act_as(ANA))
    assert (choice.commitment.text, choice.group_name) == ("4 coffee meetings", None)
    second = await builder.add_plain_group(ANA, name="Alder", channel=11)
    await service.add(builder.act_as(ANA), Draft(text="two calls"), second.id)
    choices = await service.choices(builder.act_as(ANA))
    assert [(each.group_name, each.commitment.text) for each in choices] == [
        ("Alder", "two calls"),
        ("Rowan", "4 coffee meetings"),
    ]
    assert list(await service.choices(builder.act_as(ANA, guild=None))) == []


async def test_cards_are_drawn_again_when_what_they_quote_has_changed(
    builder: Builder, group: Group, service: CommitmentService
) -> None:
    meeting = await builder.add_meeting(group, NEW_YEAR + timedelta(days=3))

    async def posted(tx: Tx) -> None:
        cards = CardRepository(tx)
        await cards.note_preparing(meeting, CardKind.MEETING)

    await builder.database.write(posted)

    async def revision() -> int:
        [row] = await builder.read_rows("SELECT revision FROM cards")
        return int(row["revision"])

    own = await service.add(builder.act_as(ANA), COFFEES)
    assert (await revision(), own.touched) == (2, (meeting,))
    await service.progress(builder.act_as(ANA), own.commitment.id, "+1")
    assert await revision() == 3
    await service.progress(builder.act_as(ANA), own.commitment.id, "1")
    assert await revision() == 3, "nothing has changed"
    await service.edit(builder.act_as(ANA), own.commitment.id, Changes(visibility=Visibility.PRIVATE))
    assert await revision() == 4
    hidden = await service.progress(builder.act_as(ANA), own.commitment.id, "3")
    assert (await revision(), hidden.touched) == (4, ()), "a private one's count is not shown"
    await service.drop(builder.act_as(ANA), own.commitment.id)
    assert await revision() == 5, "that there is one is shown"
