"""What of groups' roles is to be settled: asked for, claimed once, and not noted for a group that ended."""

import pytest

from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.role_tasks import ITSELF, LEASE, LONGEST_TRIED, RoleTask, wait_after
from buddybot.domain.ids import RoleId, UserId
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import GroupRepository
from buddybot.storage.groups.role_tasks import OF_A_GUILD, RoleTaskRepository
from tests.services.meetings.calendar_house import ANA, BEN, House
from tests.ui.framework.test_held_back import move_to_other_guild

MADE = RoleId(900)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def group(house: House) -> Group:
    found = await house.group()
    await house.run(lambda tx: tx.run("DELETE FROM role_tasks"))
    return found


async def due(house: House) -> list[RoleTask]:
    return list(await house.run(lambda tx: RoleTaskRepository(tx).list_due(house.now, limit=50)))


async def ask(house: House, group: Group, user_id: UserId) -> None:
    await house.run(lambda tx: RoleTaskRepository(tx).ask(group.id, user_id, house.now))


async def later(house: House, task: RoleTask) -> None:
    await house.run(lambda tx: RoleTaskRepository(tx).postpone_task(task, house.now, refused=False))


async def test_what_is_asked_for_again_while_it_is_carried_out_stays(house: House, group: Group) -> None:
    await house.run(lambda tx: RoleTaskRepository(tx).ask(group.id, ANA, house.now))
    [task] = await due(house)
    await house.run(lambda tx: RoleTaskRepository(tx).ask(group.id, ANA, house.now))
    await house.run(lambda tx: RoleTaskRepository(tx).mark_done(task))
    [again] = await due(house)
    assert (again.user_id, again.asked) == (ANA, 2)
    await house.run(lambda tx: RoleTaskRepository(tx).mark_done(again))
    assert await due(house) == []


async def test_the_role_itself_comes_before_those_who_get_it(house: House, group: Group) -> None:
    for user_id in (BEN, ITSELF, ANA):
        await ask(house, group, user_id)
    assert [task.user_id for task in await due(house)] == [ITSELF, ANA, BEN]


async def test_a_guild_with_many_tasks_crowds_out_no_other(house: House, group: Group) -> None:
    other = await house.group("Elm", channel=101)
    await move_to_other_guild(house, other)

    async def crowd(tx: Tx) -> None:
        await tx.run("DELETE FROM role_tasks")
        for number in range(60):
            await RoleTaskRepository(tx).ask(group.id, UserId(1_000 + number), house.now)
        await RoleTaskRepository(tx).ask(other.id, ANA, house.now)

    await house.run(crowd)
    found = await due(house)
    assert [task.group_id for task in found].count(group.id) == OF_A_GUILD
    assert [task.user_id for task in found if task.group_id == other.id] == [ANA]


@pytest.mark.parametrize("lasting", [False, True])
async def test_what_fails_is_tried_again_and_given_up_after_a_week(
    house: House, group: Group, lasting: bool
) -> None:
    await ask(house, group, ANA if lasting else UserId(1_000))  # who is no member is to have no role
    began = house.now
    while house.now < began + LONGEST_TRIED:
        assert not await house.run(lambda tx: RoleTaskRepository(tx).are_hopeless(house.now))
        await house.run(lambda tx: RoleTaskRepository(tx).give_up(house.now))
        [task] = await due(house)
        await later(house, task)
        assert await due(house) == []
        house.now += wait_after(task.attempts, refused=False)
    assert await house.run(lambda tx: RoleTaskRepository(tx).are_hopeless(house.now)) is not lasting
    await house.run(lambda tx: RoleTaskRepository(tx).give_up(house.now))
    assert bool(await due(house)) is lasting


async def test_a_role_is_made_by_one_process_and_noted_once(house: House, group: Group) -> None:
    claim = RoleTaskRepository.claim
    assert await house.run(lambda tx: claim(RoleTaskRepository(tx), group.id, house.now))
    assert not await house.run(lambda tx: claim(RoleTaskRepository(tx), group.id, house.now))
    assert await house.run(lambda tx: RoleTaskRepository(tx).begun_at(group.id)) == house.now
    house.now += LEASE
    assert await house.run(lambda tx: claim(RoleTaskRepository(tx), group.id, house.now))
    assert await house.run(lambda tx: RoleTaskRepository(tx).note_made(group.id, MADE))
    assert not await house.run(lambda tx: RoleTaskRepository(tx).note_made(group.id, RoleId(901)))
    assert await house.run(lambda tx: RoleTaskRepository(tx).list_taken(group.guild_id)) == {MADE}
    assert not await house.run(lambda tx: claim(RoleTaskRepository(tx), group.id, house.now))


async def test_an_archived_group_gets_no_role(house: House, group: Group) -> None:
    assert await house.run(lambda tx: RoleTaskRepository(tx).claim(group.id, house.now))
    await house.run(lambda tx: GroupRepository(tx).change(group, state=GroupState.ARCHIVED))
    assert not await house.run(lambda tx: RoleTaskRepository(tx).note_made(group.id, MADE))
    house.now += LEASE
    assert not await house.run(lambda tx: RoleTaskRepository(tx).claim(group.id, house.now))
