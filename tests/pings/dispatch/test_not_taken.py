"""What Discord will not take, however often it is sent."""

import json

import pytest

from buddybot.domain.pings import PingKind, PingState
from buddybot.pings.dispatch.delivery_worker import DeliveryOutcome
from buddybot.pings.dispatch.message_gateway import Refused
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from tests.pings.discords import FakeDiscord, dispatcher
from tests.pings.people import CHANNEL, GUILD, Hands, Preparer, found_group, meet, notices, ping, plan_ping


@pytest.mark.parametrize(
    ("code", "why"), [(50035, "fault"), (50006, "fault"), (200000, "blocked"), (240000, "blocked")]
)
async def test_a_message_that_discord_will_not_take_is_given_up_at_once_and_told(
    database: Database, caplog: pytest.LogCaptureFixture, code: int, why: str
) -> None:
    now, discord, group = Hands(), FakeDiscord(), await found_group(database)
    key = await plan_ping(database, group, await meet(database, group))
    discord.closed[CHANNEL] = Refused(status=400, code=code)
    sender = dispatcher(database, now, discord, Preparer())
    assert await sender.run_due() == {DeliveryOutcome.MISSED: 1}
    now.go(days=2)
    assert await sender.run_due() == {}
    assert discord.requests == {"send": 1}
    assert (await ping(database, key)).state is PingState.MISSED
    [(told, parameters)] = await notices(database)
    assert (told, json.loads(parameters)["why"], json.loads(parameters)["error"]) == (
        "ping_refused",
        why,
        code,
    )
    assert f"400/{code}), reference {json.loads(parameters)['reference']}" in caplog.text
    found = await database.read(lambda tx: GroupRepository(tx).get(GUILD, group.id))
    assert found is not None
    assert found.route_error is None


async def test_an_alert_that_discord_will_not_take_waits_for_a_command(
    database: Database,
) -> None:
    now, discord, group = Hands(), FakeDiscord(), await found_group(database)
    key = await plan_ping(database, group, await meet(database, group), PingKind.ALERT)
    discord.closed[CHANNEL] = Refused(status=400, code=50035)
    assert await dispatcher(database, now, discord, Preparer()).run_due() == {DeliveryOutcome.SUPPRESSED: 1}
    assert (await ping(database, key)).state is PingState.SUPPRESSED
    assert await notices(database) == []
