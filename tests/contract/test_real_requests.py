"""What discord.py itself sends passes both checkers, and quickly."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import discord
import pytest
import pytest_asyncio
import simcord

from tests.contract import assert_contract, openapi, watch
from tests.contract.check import contract_findings
from tests.contract.payloads import EVENT
from tests.contract.sample_bot import SampleBot


class Stage:
    """A simulated guild with one member and the sample bot."""

    def __init__(self, env: simcord.Env) -> None:
        self.env = env
        guild = env.create_guild()
        for role in env.backend.guilds[guild.id].roles.values():
            role.permissions = discord.Permissions.all().value
        self.channel = guild.create_text_channel("rowan-group")
        self.ana = guild.add_member(env.create_user("ana"))

    async def play(self) -> None:
        """One round through everything the bot sends."""
        await self.ana.autocomplete(self.channel, "meeting start", "place", "lum")
        await self.ana.slash(self.channel, "meeting start", place="3")
        await self.ana.slash(self.channel, "meeting arrange")
        await self.ana.context_menu(self.channel, "Give kudos", self.ana)
        card = next(message for message in self.channel.history() if message.components)
        await self.ana.click(card, custom_id="rsvp:9:going")
        shown = await self.ana.select(card, ["3"], custom_id="pick")
        await self.ana.submit_modal(shown, {"outcome": ["done"], "win": "An interview"})


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    """The stage, with the bot logged in."""
    env = simcord.Env(SampleBot())
    await env.start()  # simcord.run() cannot enter and leave in the two contexts of a fixture
    yield Stage(env)
    await env.shutdown()
    env.raise_errors()


async def test_everything_the_library_sends_passes(stage: Stage, description: openapi.Contract) -> None:
    await stage.play()
    assert len(stage.env.http_requests) > 30
    assert contract_findings(stage.env) == []
    assert_contract(stage.env)


async def test_the_round_covers_the_routes_the_bot_needs(stage: Stage) -> None:
    await stage.play()
    sent = {(one.method, one.path.strip("/").split("/")[0]) for one in stage.env.http_requests}
    assert {
        ("PUT", "applications"),
        ("POST", "interactions"),
        ("PATCH", "webhooks"),
        ("DELETE", "channels"),
    } <= sent
    bodies = [one.json for one in stage.env.http_requests if one.path.endswith("/callback")]
    assert {body["type"] for body in bodies if isinstance(body, dict)} == {4, 5, 7, 8, 9}


async def test_a_finding_fails_the_scenario_and_names_the_request(stage: Stage) -> None:
    await stage.ana.slash(stage.channel, "meeting late")
    with pytest.raises(
        AssertionError, match=r"1 findings.*\n +PATCH /channels/\d+/messages/\d+: text without"
    ):
        assert_contract(stage.env)


async def test_each_request_is_judged_by_the_instant_it_was_made(stage: Stage) -> None:
    starts = datetime.fromisoformat(EVENT.json["scheduled_start_time"])
    clock = [starts - timedelta(days=1)]
    watch(stage.env, lambda: clock[0])
    request = simcord.HttpLogEntry("POST", EVENT.path, {}, EVENT.json, None)
    stage.env.http_requests.append(request)
    clock[0] = starts + timedelta(weeks=4)
    assert_contract(stage.env)
    stage.env.http_requests.append(request)
    with pytest.raises(AssertionError, match="starts in the past"):
        assert_contract(stage.env)


async def test_without_a_clock_the_past_is_before_the_simulator_started(stage: Stage) -> None:
    began = stage.env.now()
    await stage.env.advance_time(timedelta(weeks=4).total_seconds())
    for days, findings in ((1, 0), (-1, 1)):
        stage.env.http_requests.clear()
        start = (began.astimezone(UTC) + timedelta(days=days)).isoformat()
        changes = {"scheduled_start_time": start, "scheduled_end_time": None, "status": 4}
        body = {"name": "Meeting 9", **changes}
        stage.env.http_requests.append(simcord.HttpLogEntry("PATCH", f"{EVENT.path}/1", {}, body, None))
        assert len(contract_findings(stage.env)) == findings


async def test_a_hundred_requests_take_less_than_fifty_milliseconds(
    stage: Stage, description: openapi.Contract
) -> None:
    await stage.play()
    requests = stage.env.http_requests
    requests.extend((list(requests) * 3)[: 100 - len(requests)])
    taken = []
    for _ in range(5):  # the best of five: other processes share this machine
        begin = time.process_time()
        contract_findings(stage.env)
        taken.append(time.process_time() - begin)
    assert len(requests) == 100
    assert min(taken) < 0.05


async def test_a_missing_description_is_a_failure_in_ci_only(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    openapi.contract.cache_clear()
    monkeypatch.setenv("BUDDYBOT_TEST_OPENAPI", "/nowhere/discord-openapi.json")
    monkeypatch.delenv("CI", raising=False)
    assert_contract(stage.env)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(FileNotFoundError):
        assert_contract(stage.env)
