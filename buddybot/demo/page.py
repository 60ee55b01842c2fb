"""The page in the browser, made to live beside a running clock."""

import asyncio
from collections.abc import Mapping
from typing import Any

import simcord

from buddybot.demo.stage import LOCALE, ZONE, Stage


class LivePage(simcord.Preview):
    """simcord's page; neither a click nor a minute that passes gets in the other's way.

    Left alone, the page refuses a click that was made on an older state than the present one, and
    with a clock behind it every state is a second old. A click that meets a passing minute would be
    lost altogether, and the page would wait for its outcome for ever.
    """

    def __init__(self, env: simcord.Env, stage: Stage, turn: asyncio.Lock, *, port: int) -> None:
        """`turn` is held by whoever moves the simulated Discord: a click, or the clock."""
        super().__init__(
            env,
            stage.channel,
            tuple(stage.viewers),
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale=LOCALE,
            timezone=ZONE,
            presentation_time=None,
            assets=None,
            port=port,
        )
        self.opened = asyncio.Event()
        self._turn = turn
        self._alike: dict[str, tuple[int, int]] = {}

    async def refresh(self) -> None:
        """Show every browser window the present state, and remember for which nothing but time changed."""
        async with self._turn:
            before = {key: (page.revision, _face(page.snapshot)) for key, page in self._pages.items()}
            await super().refresh()
            for key, page in self._pages.items():
                revision, face = before.get(key, (page.revision, None))
                first, last = self._alike.get(key, (revision, revision))
                if face != _face(page.snapshot):
                    first = page.revision
                elif last != revision:
                    first = revision
                self._alike[key] = (first, page.revision)

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            return await super()._action(context_id, self._brought_up(context_id, body))

    def _brought_up(self, context_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the click as made on the present state, if that looks like the one it was made on."""
        page = self._pages.get(context_id or "")
        if page is None or not isinstance(body, Mapping):
            return body
        first, last = self._alike.get(page.id, (page.revision, page.revision))
        seen = body.get("published_revision")
        if last == page.revision and isinstance(seen, int) and first <= seen < last:
            return {**body, "published_revision": last}
        return body

    def _open_page(self, viewer_id: Any = None, target_id: Any = None) -> Any:
        page = super()._open_page(viewer_id, target_id)
        self.opened.set()
        return page


def _face(snapshot: Mapping[str, Any]) -> tuple[object, ...]:
    """What can be clicked: the messages and the open form."""
    return snapshot.get("messages"), snapshot.get("modal")
