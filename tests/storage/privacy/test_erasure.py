"""How the database finds what is to be reduced: without reading what is reduced already."""

from buddybot.storage.engine.database import Database, connect
from buddybot.storage.migrations.runner import migrate
from buddybot.storage.privacy.erasure import UNREDUCED


async def test_meetings_that_are_reduced_are_not_read_again() -> None:
    database: Database = await connect("sqlite://:memory:")
    await migrate(database)
    plan = await database.read(
        lambda tx: tx.all(f"EXPLAIN QUERY PLAN {UNREDUCED}", before=1, given_up=0, limit=200)
    )
    await database.close()
    assert plan[0]["detail"] == "SEARCH meetings USING INDEX meetings_unreduced (starts_at<?)"
    assert not any("SCAN" in row["detail"] for row in plan)
