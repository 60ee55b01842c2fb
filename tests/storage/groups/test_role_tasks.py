"""What of groups' roles is to be settled: asked for, claimed once, and not noted for a group that ended."""

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.role_tasks import ITSELF, LEASE, LONGEST_TRIED, RoleTask, wait_after
from buddybot.domain.ids import RoleId, UserId
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.role_tasks import OF_A_GUILD, RoleTaskRepository
from tests.services.builder import ANA, BEN, Builder
from tests.ui.framework.test_held_back import move_to_other_guild

MADE = RoleId(900)


@pytest.fixture
def builder(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture
async def group(builder: Builder) -> Group:
    found = await builder.add_group()
    await builder.write(lambda tx: tx.run("DELETE FROM role_tasks"))
    return found


async def due(builder: Builder) -> list[RoleTask]:
    return list(await builder.write(lambda tx: RoleTaskRepository(tx).list_due(builder.now, limit=50)))


async def ask(builder: Builder, group: Group, user_id: UserId) -> None:
    await builder.write(lambda tx: RoleTaskRepository(tx).ask(group.id, user_id, builder.now))


async def later(builder: Builder, task: RoleTask) -> None:
    await builder.write(lambda tx: RoleTaskRepository(tx).postpone_task(task, builder.now, refused=False))


async def test_what_is_asked_for_again_while_it_is_carried_out_stays(builder: Builder, group: Group) -> None:
    await builder.write(lambda tx: RoleTaskRepository(tx).ask(group.id, ANA, builder.now))
    [task] = await due(builder)
    await builder.write(lambda tx: RoleTaskRepository(tx).ask(group.id, ANA, builder.now))
    await builder.write(lambda tx: RoleTaskRepository(tx).mark_done(task))
    [again] = await due(builder)
    assert (again.user_id, again.asked) == (ANA, 2)
    await builder.write(lambda tx: RoleTaskRepository(tx).mark_done(again))
    assert await due(builder) == []


async def test_the_role_itself_comes_before_those_who_get_it(builder: Builder, group: Group) -> None:
    for user_id in (BEN, ITSELF, ANA):
        await ask(builder, group, user_id)
    assert [task.user_id for task in await due(builder)] == [ITSELF, ANA, BEN]


async def test_a_guild_with_many_tasks_crowds_out_no_other(builder: Builder, group: Group) -> None:
    other = await builder.add_group("Elm", channel=101)
    await move_to_other_guild(builder, other)

    async def crowd(tx: Tx) -> None:
        await tx.run("DELETE FROM role_tasks")
        for number in range(60):
            await RoleTaskRepository(tx).ask(group.id, UserId(1_000 + number), builder.now)
        await RoleTaskRepository(tx).ask(other.id, ANA, builder.now)

    await builder.write(crowd)
    found = await due(builder)
    assert [task.group_id for task in found].count(group.id) == OF_A_GUILD
    assert [task.user_id for task in found if task.group_id == other.id] == [ANA]


@pytest.mark.parametrize("lasting", [False, True])
async def test_what_fails_is_tried_again_and_given_up_after_a_week(
    builder: Builder, group: Group, lasting: bool
) -> None:
    await ask(builder, group, ANA if lasting else UserId(1_000))  # who is no member is to have no role
    began = builder.now
    while builder.now < began + LONGEST_TRIED:
        assert not await builder.write(lambda tx: RoleTaskRepository(tx).are_hopeless(builder.now))
        await builder.write(lambda tx: RoleTaskRepository(tx).give_up(builder.now))
        [task] = await due(builder)
        await later(builder, task)
        assert await due(builder) == []
        builder.now += wait_after(task.attempts, refused=False)
    assert await builder.write(lambda tx: RoleTaskRepository(tx).are_hopeless(builder.now)) is not lasting
    await builder.write(lambda tx: RoleTaskRepository(tx).give_up(builder.now))
    assert bool(await due(builder)) is lasting


async def test_a_role_is_made_by_one_process_and_noted_once(builder: Builder, group: Group) -> None:
    claim = RoleTaskRepository.claim
    assert await builder.write(lambda tx: claim(RoleTaskRepository(tx), group.id, builder.now))
    assert not await builder.write(lambda tx: claim(RoleTaskRepository(tx), group.id, builder.now))
    assert await builder.write(lambda tx: RoleTaskRepository(tx).begun_at(group.id)) == builder.now
    builder.now += LEASE
    assert await builder.write(lambda tx: claim(RoleTaskRepository(tx), group.id, builder.now))
    assert await builder.write(lambda tx: RoleTaskRepository(tx).note_made(group.id, MADE))
    assert not await builder.write(lambda tx: RoleTaskRepository(tx).note_made(group.id, RoleId(901)))
    assert await builder.write(lambda tx: RoleTaskRepository(tx).list_taken(group.guild_id)) == {MADE}
    assert not await builder.write(lambda tx: claim(RoleTaskRepository(tx), group.id, builder.now))


async def test_an_archived_group_gets_no_role(builder: Builder, group: Group) -> None:
    assert await builder.write(lambda tx: RoleTaskRepository(tx).claim(group.id, builder.now))
    await builder.set_group_state(group, GroupState.ARCHIVED)
    assert not await builder.write(lambda tx: RoleTaskRepository(tx).note_made(group.id, MADE))
    builder.now += LEASE
    assert not await builder.write(lambda tx: RoleTaskRepository(tx).claim(group.id, builder.now))
