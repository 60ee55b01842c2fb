"""The page beside a running clock: no click is lost because a minute passed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import simcord

from buddybot.demo.playground import Playground, open_playground
from buddybot.demo.stage import LivePage
from tests.world import texts_in

pytestmark = pytest.mark.slow


class Browser:
    """A browser window as the page's own script speaks with the server."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        parts = urlsplit(url)
        self._session = session
        self._base = f"http://{parts.netloc}/api"
        self._headers = {"X-Simcord-Capability": parts.fragment}
        self.state: dict[str, Any] = {}
        self._sequence = 0

    async def open(self) -> None:
        """Open the window."""
        async with self._session.post(f"{self._base}/pages", json={}, headers=self._headers) as answer:
            self.state = await answer.json()
        self._headers["X-Simcord-Context"] = self.state["context"]["id"]

    async def look(self) -> None:
        """See the present state."""
        async with self._session.get(f"{self._base}/state", headers=self._headers) as answer:
            self.state = await answer.json()

    async def click(self, label: str) -> dict[str, Any]:
        """Click the newest button with this label, as it was seen last."""
        message, key = next(
            (message, button["control_key"])
            for message in reversed(self.state["timeline"])
            for button in _buttons(self.state["messages"][message]["components"])
            if button.get("label") == label
        )
        self._sequence += 1
        body = {
            "kind": "click",
            "protocol_version": 3,
            "sequence": self._sequence,
            "request_id": f"click-{self._sequence}",
            "generation": self.state["context"]["generation"],
            "bot_generation": self.state["botGeneration"],
            "published_revision": self.state["publishedRevision"],
            "control_key": key,
            "target_id": message,
        }
        async with self._session.post(f"{self._base}/action", json=body, headers=self._headers) as answer:
            assert answer.status == 200
            receipt: dict[str, Any] = await answer.json()
        self._sequence = receipt["expectedSequence"]
        return receipt


def _buttons(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [item for item in components if item.get("type") == 2]
    for item in components:
        found += _buttons(item.get("components") or [])
        if item.get("accessory"):
            found += _buttons([item["accessory"]])
    return found


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    """The playground as it opens."""
    async with open_playground(tmp_path) as opened:
        yield opened
        assert opened.env.errors == []


@pytest.fixture
def simulator(playground: Playground) -> simcord.Env:
    """The simulated Discord, which as an `Env` also selects the test's clock."""
    return playground.env


@pytest.fixture
async def page(playground: Playground) -> AsyncIterator[LivePage]:
    """The page, served on loopback."""
    served = LivePage(playground.env, playground.stage, playground.turn, port=0)
    async with served:
        yield served


@pytest.fixture
async def browser(page: LivePage) -> AsyncIterator[Browser]:
    """A window that shows the page to Ana."""
    async with aiohttp.ClientSession() as session:
        opened = Browser(session, page.url)
        await opened.open()
        yield opened


def card(playground: Playground) -> str:
    """Return what the ninth meeting's card says."""
    return next(
        text for each in playground.stage.channel.history() if "Meeting 9" in (text := texts_in(each))
    )


async def test_the_clock_waits_until_somebody_looks(playground: Playground, page: LivePage) -> None:
    assert not page.opened.is_set()
    async with aiohttp.ClientSession() as session:
        await Browser(session, page.url).open()
    assert page.opened.is_set()


async def test_a_click_on_what_was_shown_minutes_ago_counts(
    playground: Playground, page: LivePage, browser: Browser
) -> None:
    for _ in range(3):
        await playground.pass_minute()
        await page.refresh()
    receipt = await browser.click("Virtual")
    assert (receipt["rejected"], receipt["settlement"]) == (False, "settled")
    assert f"**virtual** <@{playground.stage.people['Ana'].id}>" in card(playground)


async def test_a_click_on_a_card_that_has_changed_is_refused(
    playground: Playground, page: LivePage, browser: Browser
) -> None:
    message = next(each for each in playground.stage.channel.history() if "Meeting 9" in texts_in(each))
    await playground.stage.people["Cho"].click(message, label="Late")
    await page.refresh()
    receipt = await browser.click("Virtual")
    assert [item["code"] for item in receipt["diagnostics"]] == ["stale-revision"]
    await browser.look()
    receipt = await browser.click("Virtual")
    assert (receipt["rejected"], receipt["settlement"]) == (False, "settled")


async def test_a_click_after_ones_own_click_and_before_looking_is_refused(
    page: LivePage, browser: Browser
) -> None:
    await page.refresh()
    await browser.look()
    assert not (await browser.click("Virtual"))["rejected"]
    assert (await browser.click("Late"))["rejected"]
    await page.refresh()
    assert (await browser.click("Late"))["rejected"]


async def test_a_click_and_a_passing_minute_wait_for_each_other(
    playground: Playground, page: LivePage, browser: Browser
) -> None:
    receipt, _, _ = await asyncio.gather(browser.click("Going"), playground.pass_minute(), page.refresh())
    assert (receipt["rejected"], receipt["settlement"]) == (False, "settled")
