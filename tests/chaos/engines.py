"""Empty databases of both engines, for what opens them from several processes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from tests.databases import ADDRESS, _url


@asynccontextmanager
async def empty(engine: str, folder: Path, rounds: int = 1) -> AsyncIterator[str]:
    """Yield the address of so many empty databases, with `{round}` where their number goes."""
    name = f"buddybot_chaos_{uuid4().hex[:12]}"
    if engine == "sqlite":
        yield f"sqlite:///{(folder / name).as_posix()}_{{round}}.sqlite3"
        return
    schemas = [f"{name}_{number}" for number in range(rounds)]
    try:
        await _each("CREATE SCHEMA {}", schemas)
        yield _url(f"{name}_ROUND").replace("ROUND", "{round}")
    finally:
        await _each("DROP SCHEMA IF EXISTS {} CASCADE", schemas)


async def _each(statement: str, schemas: Sequence[str]) -> None:
    """Carry out the same for every schema, in transactions of their own, which hold few locks each."""
    connection = await asyncpg.connect(ADDRESS, timeout=5)
    try:
        await connection.execute("SET synchronous_commit = off")
        for schema in schemas:
            await connection.execute(statement.format(schema))
    finally:
        await connection.close()
