"""Whatever is done at the moment in which a person's data is deleted, nothing of them is left."""

import ast
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

import asyncpg
import pytest

from buddybot import services as services_folder
from buddybot.domain.errors import Refusal
from buddybot.domain.ids import UserId
from buddybot.storage.engine.database import Database, Row, Script, Tx, connect
from buddybot.storage.privacy.erasure_policy import ERASURE_RULES
from tests.services.acts import ACTS, ALIKE, NEW_CONTACT, Life, live
from tests.services.builder import ANA

T = TypeVar("T")

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Interrupted:
    """A database whose first transaction waits for something else before a statement of its own."""

    def __init__(
        self, database: Database, before: Callable[[str], bool], wait: Callable[[], Awaitable[None]]
    ):
        self._database, self._before, self._wait = database, before, wait
        self.interrupted = False

    @property
    def engine(self) -> Any:
        return self._database.engine

    async def write(self, script: Script[T]) -> T:
        return await self._database.write(lambda tx: script(cast("Tx", InterruptedTx(tx, self._pause))))

    async def read(self, script: Script[T]) -> T:
        return await self._database.read(script)

    async def scrub(self, *, whole: bool = True) -> bool:
        return await self._database.scrub(whole=whole)

    async def close(self) -> None:
        await self._database.close()

    async def _pause(self, sql: str) -> None:
        if not self.interrupted and self._before(sql.strip()):
            self.interrupted = True
            await self._wait()


class InterruptedTx:
    """Passes every statement on."""

    def __init__(self, tx: Tx, pause: Callable[[str], Awaitable[None]]) -> None:
        self._tx, self._pause = tx, pause
        self.for_update, self.skip_locked, self.lock_person = tx.for_update, tx.skip_locked, tx.lock_person

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        await self._pause(sql)
        return await self._tx.one(sql, **parameters)

    async def all(self, sql: str, /, **parameters: Any) -> list[Row]:
        await self._pause(sql)
        return await self._tx.all(sql, **parameters)

    async def run(self, sql: str, /, **parameters: Any) -> int:
        await self._pause(sql)
        return await self._tx.run(sql, **parameters)


def _first_change(sql: str) -> bool:
    """Whether an act is about to change something; that it was carried out is noted before."""
    return sql.startswith(_WRITES) and "INTO interactions" not in sql


def _forgets_memberships(sql: str) -> bool:
    """Whether a deletion is about to drop the memberships, near its end."""
    return sql.startswith("DELETE FROM memberships")


class Beside:
    """A second connection to a PostgreSQL server, by a name of its own, and whether it waits there."""

    def __init__(self, url: str) -> None:
        self._url, self._name = url, f"beside {uuid4().hex[:12]}"

    async def open(self) -> None:
        self.database = await connect(f"{self._url}&application_name={self._name.replace(' ', '%20')}")
        self._watch = await asyncpg.connect(self._url, timeout=5)

    async def close(self) -> None:
        await self.database.close()
        await self._watch.close()

    async def settled(self, task: "asyncio.Task[object]") -> None:
        """Return when the task is done, or waits for a lock in the database."""
        while not task.done():
            if await self._watch.fetchval(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE application_name = $1 AND wait_event_type = 'Lock'
                """,
                self._name,
            ):
                return
            await asyncio.sleep(0)


async def trails(life: Life) -> list[str]:
    """Return every column in which Ana's id is left."""
    return [
        f"{rule.table}.{rule.column}"
        for rule in ERASURE_RULES
        if await life.builder.read_rows(f"SELECT 1 FROM {rule.table} WHERE {rule.column} = :user", user=ANA)
    ]


# SQLite has one writer, so no two transactions can be in each other's way.
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture(scope="module")
async def beside(migrated_schema: str) -> AsyncIterator[Beside]:
    """A second way to the same server."""
    found = Beside(migrated_schema)
    await found.open()
    yield found
    await found.close()


@on_postgres
@pytest.mark.parametrize("name", ACTS)
async def test_deletion_leaves_nothing_when_an_act_is_about_to_write(
    name: str, database: Database, beside: Beside
) -> None:
    life = await live(database, name)
    began: list[asyncio.Task[object]] = []

    async def delete() -> None:
        deletion = life.on(beside.database).personal.delete(life.actor())
        began.append(asyncio.create_task(deletion))
        await beside.settled(began[0])

    interrupted = Interrupted(database, _first_change, delete)
    await ACTS[name](life.on(cast("Database", interrupted)), life)
    assert interrupted.interrupted, "the act wrote nothing: it proves nothing"
    await began[0]
    assert await trails(life) == []


@on_postgres
@pytest.mark.parametrize("name", ACTS)
async def test_act_leaves_nothing_when_the_deletion_is_nearly_done(
    name: str, database: Database, beside: Beside
) -> None:
    life = await live(database, name)
    began: list[asyncio.Task[object]] = []

    async def act() -> None:
        began.append(asyncio.create_task(ACTS[name](life.on(beside.database), life)))  # type: ignore[arg-type]
        await beside.settled(began[0])

    interrupted = Interrupted(database, _forgets_memberships, act)
    await life.on(cast("Database", interrupted)).personal.delete(life.actor())
    assert interrupted.interrupted
    with suppress(Refusal):
        await began[0]
    assert set(await trails(life)) <= {NEW_CONTACT.get(name)}


# On PostgreSQL the two tests above choose the moments that matter; here it is left to chance.
@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)], indirect=True
)
@pytest.mark.parametrize("name", ACTS)
async def test_deletion_leaves_nothing_when_it_starts_with_an_act(name: str, database: Database) -> None:
    life = await live(database, name)
    await asyncio.gather(
        ACTS[name](life.services, life), life.services.personal.delete(life.actor()), return_exceptions=True
    )
    assert set(await trails(life)) <= {NEW_CONTACT.get(name)}


@on_postgres
async def test_hosts_deletion_leaves_nothing_when_settings_are_clicked(
    database: Database, beside: Beside
) -> None:
    life = await live(database, "PreferenceService.choose")
    began: list[asyncio.Task[object]] = []

    async def erase() -> None:
        erasure = life.on(beside.database).personal.erase(UserId(ANA))
        began.append(asyncio.create_task(erasure))
        await beside.settled(began[0])

    interrupted = Interrupted(database, _first_change, erase)
    services = life.on(cast("Database", interrupted))
    await services.preferences.choose(life.actor(), direct_messages=True)
    await began[0]
    assert await trails(life) == []


def test_every_act_that_writes_is_run_beside_a_deletion_or_says_why_not() -> None:
    folder = Path(services_folder.__path__[0])
    classes = [
        found
        for file in folder.rglob("*.py")
        for found in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(found, ast.ClassDef) and found.name != "Transactions"
    ]
    written = {f"{found.name}.{act}" for found in classes for act in find_acts(found)}
    assert written == set(ACTS) | set(ALIKE)


EXAMPLE = """
class Service:
    @write_transaction
    async def decorated(self, uow, actor): ...
    @write_transaction(saves=False)
    async def with_options(self, uow, actor): ...
    @bot_transaction
    async def of_the_bot(self, uow): ...
    async def direct(self, actor): await self._transactions.write_for(actor, lambda uow: uow.go())
    async def direct_of_the_bot(self): await self._transactions.write(lambda uow: uow.go())
    async def before(self, actor): await self._carry_out(actor)
    async def _carry_out(self, actor): await self._write(actor)
    @write_transaction
    async def _write(self, uow, actor): ...
"""


def test_an_act_is_the_public_method_when_a_private_one_writes() -> None:
    (service,) = ast.parse(EXAMPLE).body
    assert isinstance(service, ast.ClassDef)
    assert find_acts(service) == {"decorated", "with_options", "direct", "before"}


def find_acts(service: ast.ClassDef) -> set[str]:
    """Return the public methods that write for an actor, each by itself or through private ones."""
    methods = [each for each in service.body if isinstance(each, ast.AsyncFunctionDef)]
    writing = {method.name for method in methods if _writes_for_an_actor(method)}
    private: set[str] = set()
    while private != (found := {name for name in writing if name.startswith("_")}):
        private = found
        writing |= {method.name for method in methods if private & _own_calls(method)}
    return writing - private


def _own_calls(method: ast.AsyncFunctionDef) -> set[str]:
    return {
        call.func.attr
        for call in ast.walk(method)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "self"
    }


def _writes_for_an_actor(method: ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == "write_transaction"
        for decorator in method.decorator_list
        for each in ast.walk(decorator)
    ) or any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "write_for"
        for call in ast.walk(method)
    )
