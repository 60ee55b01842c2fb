"""What every command asks of the outbox takes no longer when the outbox grows."""

from buddybot.storage.engine.database import Database, connect
from buddybot.storage.migrations.runner import migrate
from buddybot.storage.outbox.alert_pings import UNTOLD


async def test_untold_alerts_are_looked_for_in_the_groups_that_somebody_organizes() -> None:
    database: Database = await connect("sqlite://:memory:")
    await migrate(database)
    plan = await database.read(lambda tx: tx.all(f"EXPLAIN QUERY PLAN {UNTOLD}", guild_id=1, user_id=2))
    await database.close()
    [how] = [row["detail"] for row in plan if row["detail"].startswith(("SEARCH o ", "SCAN o"))]
    assert how == "SEARCH o USING INDEX outbox_by_group (group_id=? AND state=?)"
