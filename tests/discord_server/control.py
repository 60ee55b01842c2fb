"""How tests in another process look into the server and tell it what to do: JSON under /control."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.discord_server.server import FakeDiscord
from tests.discord_server.shapes import Json, answer


class Control:
    """One route for each thing that a test does."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord

    def add_to(self, app: web.Application) -> None:
        """Serve it beside what the bot asks for."""
        looking = ("look", "delivered", "handed", "events", "wait", "answered")
        for name in (*looking, "interact", "push", "fail", "gateway", "set"):
            app.router.add_post(f"/control/{name}", self._route(getattr(self, f"_{name}")))

    def _route(self, act: Callable[[Json], Any]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            return answer(await act(await request.json()))

        return handle

    async def _look(self, _: Json) -> Any:
        discord = self._discord
        return {
            "messages": len(discord.messages),
            "repeated": discord.channels.repeated,
            "requests": discord.requests,
            "limited": discord.limits.exceeded,
            "identified": discord.gateway.identified,
            "resumed": discord.gateway.resumed,
            "live": len(discord.gateway.live),
            "acknowledged_again": discord.acknowledged_again,
        }

    async def _delivered(self, _: Json) -> Any:
        return [[each["id"], each["channel_id"], each["nonce"]] for each in self._discord.messages]

    async def _handed(self, _: Json) -> Any:
        return self._discord.handed

    async def _events(self, _: Json) -> Any:
        return list(self._discord.events.values())

    async def _wait(self, given: Json) -> Any:
        """Wait for a number in what `_look` shows, or for a request; False, or None, when it did not come."""
        if "name" in given:
            return await self._discord.until(lambda: self._number(given["name"]) >= int(given["least"]))
        found: list[Any] = []

        def arrived() -> bool:
            found[:] = [
                asked.payload
                for asked in self._discord.asked
                if asked.method == given["method"]
                and given["part"] in asked.path
                and given["words"] in asked.text
            ]
            return len(found) >= int(given["count"])

        return found if await self._discord.until(arrived) else None

    def _number(self, name: str) -> int:
        gateway = self._discord.gateway
        counted: dict[str, int] = {
            "messages": len(self._discord.messages),
            "identified": gateway.identified,
            "resumed": gateway.resumed,
            "live": len(gateway.live),
        }
        return counted[name] if name in counted else self._discord.requests[name]

    async def _answered(self, given: Json) -> Any:
        """Whether, in so many seconds, an interaction is answered with such words."""
        spoken = self._discord.answers[given["token"]]
        return await self._discord.until(
            lambda: any(given["words"] in each for each in spoken), patience=given["seconds"]
        )

    async def _interact(self, given: Json) -> Any:
        """Let somebody act as soon as the bot listens, or just after its connection is gone."""
        await self._discord.until(lambda: bool(self._discord.gateway.live))
        if given["in_a_gap"]:
            await self._discord.gateway.drop()
        return await self._discord.interact(
            given["kind"],
            given["data"],
            who=given["who"],
            where=given["where"],
            on=given["on"],
            largest=given["largest"],
        )

    async def _push(self, given: Json) -> Any:
        await self._discord.gateway.push(given["event"], given["data"])
        return None

    async def _fail(self, given: Json) -> Any:
        faults = self._discord.faults
        if "keep" in given:
            faults.keep(given["route"], given["keep"])
        elif "share" in given:
            faults.scatter(given["route"], given["share"], given["faults"])
        else:
            faults.add(given["route"], *given["faults"])
        return None

    async def _gateway(self, given: Json) -> Any:
        await getattr(self._discord.gateway, given["act"])()
        return None

    async def _set(self, given: Json) -> Any:
        """Set what is wrong with the gateway, or switch the limits on."""
        for name, value in given.items():
            if name == "limits":
                self._discord.limits.on = value
            elif name == "json_type":
                self._discord.json_type = value
            elif name == "token":
                self._discord.token = value
            elif name == "silent":
                (self._discord.gateway.silent.set if value else self._discord.gateway.silent.clear)()
            else:
                assert hasattr(self._discord.gateway, name), name
                setattr(self._discord.gateway, name, value)
        return None
