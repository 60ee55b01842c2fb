"""The other half of `buddybot backtest`: a real group, from the rows that the bot itself decides by."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from buddybot.domain.health.stagnation import Sensitivity, State, observe
from buddybot.domain.health.stagnation_tally import GROUPS_TO_LEARN, USUAL, Priors, Tally, learn_priors
from buddybot.domain.ids import GroupId
from buddybot.operator.backtest import OK
from buddybot.operator.database import group_named, open_database
from buddybot.operator.output import say
from buddybot.services.health.health_watch import LEARNED_FROM
from buddybot.storage.engine.database import Tx
from buddybot.storage.health.meeting_history import HistoryRepository

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_LEARNED_FROM = LEARNED_FROM // timedelta(weeks=1)

Guild = Mapping[GroupId, Sequence[Tally]]


async def replay_group(url: str, group_id: int, sensitivity: str, *, now: datetime) -> int:
    """Write the line of one group; OperatorError when there is no such group."""

    async def script(tx: Tx) -> list[int]:
        group = await group_named(tx, group_id)
        found = await HistoryRepository(tx).of_guild(group.guild_id, since=_EVER, until=now)
        guild = {each: [past.tally for past in history] for each, history in found.items()}
        return list(_find_alert_weeks(guild, group.id, Sensitivity(sensitivity)))

    async with open_database(url) as database:
        alerts = await database.read(script)
    say(f"{json.dumps({'id': group_id, 'alerts': alerts})}\n")
    return OK


def _find_alert_weeks(guild: Guild, group: GroupId, sensitivity: Sensitivity) -> Iterator[int]:
    """The weeks of the alerts; what is usual in the guild is learned from the year up to each week."""
    state = State()
    for tally in guild.get(group, ()):
        priors = _learn_priors(guild, tally.week) if len(guild) >= GROUPS_TO_LEARN else USUAL
        state, verdict = observe(state, tally, sensitivity=sensitivity, priors=priors)
        if verdict.alert is not None:
            yield tally.week


def _learn_priors(guild: Guild, week: int) -> Priors:
    return learn_priors(
        [each for each in history if week - _LEARNED_FROM <= each.week <= week] for history in guild.values()
    )
