"""Empty databases of both engines, for what opens them from several processes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from tests.databases import _execute, _url


@asynccontextmanager
async def empty(engine: str, folder: Path, rounds: int = 1) -> AsyncIterator[str]:
    """Yield the address of so many empty databases, with `{round}` where their number goes."""
    name = f"buddybot_chaos_{uuid4().hex[:12]}"
    if engine == "sqlite":
        yield f"sqlite:///{(folder / name).as_posix()}_{{round}}.sqlite3"
        return
    schemas = [f"{name}_{number}" for number in range(rounds)]
    try:
        for schema in schemas:
            await _execute(_url(schema), f"CREATE SCHEMA {schema}")
        yield _url(f"{name}_ROUND").replace("ROUND", "{round}")
    finally:
        for schema in schemas:
            await _execute(_url(schema), f"DROP SCHEMA IF EXISTS {schema} CASCADE")
