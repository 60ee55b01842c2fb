"""The other half of `buddybot backtest`: a real group, from the rows that the bot itself decides by."""

import json
import sys
from datetime import datetime

from buddybot.backtest import OK, alert_weeks
from buddybot.domain.ids import GroupId, GuildId
from buddybot.domain.stagnation import Sensitivity
from buddybot.errors import OperatorError
from buddybot.services.health import priors_of
from buddybot.storage.database import Tx, connect
from buddybot.storage.history import HistoryRepository
from buddybot.storage.migrations import pending


async def replay_group(url: str, group_id: int, sensitivity: str, *, now: datetime) -> int:
    """Write the line of one group; OperatorError when there is no such group."""

    async def script(tx: Tx) -> list[int]:
        row = await tx.one("SELECT guild_id FROM groups WHERE id = :id", id=group_id)
        if row is None:
            raise OperatorError(f"The database has no group {group_id}: its groups are in the table groups.")
        priors = await priors_of(tx, GuildId(row["guild_id"]), now)
        history = await HistoryRepository(tx).of_group(GroupId(group_id), until=now)
        tallies = [each.tally for each in history]
        return list(alert_weeks(tallies, sensitivity=Sensitivity(sensitivity), priors=priors))

    database = await connect(url)
    try:
        if await pending(database):
            raise OperatorError("The database is not up to date: run `buddybot migrate` first.")
        alerts = await database.read(script)
    finally:
        await database.close()
    sys.stdout.write(f"{json.dumps({'id': group_id, 'alerts': alerts})}\n")
    return OK
