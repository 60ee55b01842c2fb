"""REST as the bot uses it, over what stands in the channels, with limits and faults before each route."""

import asyncio
import json
import re
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from aiohttp import web

from tests.discord_server.channels import Channels, public
from tests.discord_server.faults import Faults, instead, spoilt
from tests.discord_server.gateway import Gateway
from tests.discord_server.limits import Limits
from tests.discord_server.shapes import (
    APPLICATION,
    APPLICATION_ID,
    BASE,
    BOT,
    CHANNEL,
    LARGEST,
    MEMBER_PERMISSIONS,
    Json,
    answer,
    event,
    interaction,
    member,
    message,
    refusal,
    role,
    user,
)
from tests.discord_server.uploads import Upload, uploads

PATIENCE = 20.0
"""Seconds that a test waits at most for something that has to happen."""
FILES = web.RequestKey("files", list[Upload])
KEPT = 20_000
"""Requests that are remembered."""
_ACKNOWLEDGED, _UNKNOWN_INTERACTION, _UNKNOWN_MESSAGE, _UNKNOWN_EVENT = 40060, 10062, 10008, 10070
_WITH_MESSAGE = (4, 7)
"""Callbacks that come with a message: a new one, or the clicked one changed."""

Deed = Callable[[web.Request, Any], Any]


@dataclass(frozen=True)
class CheckInQuestions:
    """One request of the bot."""

    method: str
    path: str
    payload: Any

    @property
    def text(self) -> str:
        """What was written, to look for words in it."""
        return json.dumps(self.payload, ensure_ascii=False)


class FakeDiscord:
    """What the bot asked is in `asked`; what it is told, tests push through the gateway."""

    def __init__(
        self,
        *,
        slow: Callable[[], float] | None = None,
        nonce_memory: float = 300.0,
        channels: Sequence[int] = (CHANNEL,),
        permissions: str = MEMBER_PERMISSIONS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`slow` gives the seconds that each step of a delivery takes; `nonce_memory` is in real seconds.

        `clock` is what time it is in the bot's world: a message's id tells it.
        """
        self.channels = Channels(nonce_memory=nonce_memory, clock=clock)
        self.faults = Faults()
        self.limits = Limits(lambda: asyncio.get_running_loop().time())
        self.gateway = Gateway(channels=channels, permissions=permissions, changed=self._tell)
        self.requests: Counter[str] = Counter()
        self.asked: deque[CheckInQuestions] = deque(maxlen=KEPT)
        self.answers: dict[str, list[str]] = {}
        """What was said to each interaction, by its token."""
        self.handed: dict[str, list[Upload]] = {}
        """The files that each interaction was answered with, by its token."""
        self.acknowledged_again = 0
        self.token = ""
        self.json_type = "application/json"
        self.address = ""
        self._slow = slow
        self.events: dict[str, Json] = {}
        """The guild's scheduled events."""
        self._changed = asyncio.Condition()
        self._numbers = count(5_000)

    @property
    def messages(self) -> list[Json]:
        """Everything that was delivered, in order."""
        return self.channels.messages

    def delivered(self) -> Counter[str]:
        """How often each nonce arrived."""
        return self.channels.delivered()

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[Self]:
        """Listen on a port of loopback."""
        runner = web.AppRunner(self.application(), handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}{BASE}"
        try:
            yield self
        finally:
            self.gateway.over.set()
            await runner.cleanup()

    def application(self) -> web.Application:
        """Everything that can be asked for."""
        app = web.Application(middlewares=[self._watch])
        app.router.add_route("GET", "/gateway", self.gateway.serve)
        guild, channel, hook = "/guilds/{guild}", "/channels/{channel}", "/webhooks/{application}/{token}"
        routes: tuple[tuple[str, str, str, Deed], ...] = (
            ("login", "GET", "/users/@me", lambda *_: BOT),
            ("login", "GET", "/oauth2/applications/@me", lambda *_: APPLICATION),
            ("gateway", "GET", "/gateway/bot", self._where),
            ("commands", "PUT", "/applications/{application}/commands", self._commands),
            ("commands", "PUT", "/applications/{application}/guilds/{guild}/commands", self._commands),
            ("direct", "POST", "/users/@me/channels", self._direct),
            ("send", "POST", f"{channel}/messages", self._send),
            ("history", "GET", f"{channel}/messages", self._history),
            ("edit", "PATCH", f"{channel}/messages/{{message}}", self._edit),
            ("callback", "POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("followup", "POST", hook, self._follow_up),
            ("followup", "PATCH", f"{hook}/messages/{{message}}", self._follow_up),
            ("events", "GET", f"{guild}/scheduled-events", lambda *_: list(self.events.values())),
            ("events", "POST", f"{guild}/scheduled-events", self._make_event),
            ("events", "GET", f"{guild}/scheduled-events/{{event}}", self._one_event),
            ("events", "PATCH", f"{guild}/scheduled-events/{{event}}", self._one_event),
            ("events", "DELETE", f"{guild}/scheduled-events/{{event}}", self._drop_event),
            ("events", "GET", f"{guild}/scheduled-events/{{event}}/users", lambda *_: []),
            ("roles", "POST", f"{guild}/roles", self._role),
            ("roles", "PATCH", f"{guild}/roles/{{role}}", self._role),
            ("roles", "DELETE", f"{guild}/roles/{{role}}", lambda *_: None),
            ("members", "GET", f"{guild}/members/{{user}}", self._member),
            ("members", "PUT", f"{guild}/members/{{user}}/roles/{{role}}", lambda *_: None),
            ("members", "DELETE", f"{guild}/members/{{user}}/roles/{{role}}", lambda *_: None),
        )
        for name, method, path, deed in routes:
            app.router.add_route(method, BASE + path, self._route(name, deed))
        return app

    # -- what tests do --------------------------------------------------------------------------

    async def until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Wait until something is so; it is looked at whenever the bot asked or said something."""
        try:
            async with asyncio.timeout(patience), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            return False
        return True

    async def interact(
        self,
        kind: int,
        data: Mapping[str, Any],
        *,
        who: int,
        where: int = CHANNEL,
        on: str | None = None,
        largest: int = LARGEST,
    ) -> str:
        """Let somebody type, click or fill in; return the interaction's token.

        `largest` is how many bytes the files of an answer may have.
        """
        number = next(self._numbers)
        clicked = None if on is None else self.channels.get(on)
        message = None if clicked is None else public(clicked)
        made = interaction(number, kind, data, who=who, where=where, on=message, largest=largest)
        self.answers[made["token"]] = []
        await self.gateway.push("INTERACTION_CREATE", made)
        return str(made["token"])

    # -- around every route -------------------------------------------------------------------------

    @web.middleware
    async def _watch(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not request.path.startswith(BASE):
            return await handler(request)
        if self.token and request.headers.get("Authorization", f"Bot {self.token}") != f"Bot {self.token}":
            return refusal(401, 0)
        self.asked.append(CheckInQuestions(request.method, request.path, await _said(request)))
        await self._tell()
        response = await handler(request)
        if response.content_type == "application/json" and not response.prepared:
            response.headers["Content-Type"] = self.json_type
        await self._tell()
        return response

    def _route(self, name: str, deed: Deed) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A route's answer: limits and faults first, then the deed, then what spoils its answer."""

        async def handle(request: web.Request) -> web.StreamResponse:
            self.requests[name] += 1
            channel = request.match_info.get("channel", "")
            if (over := self.limits.check(name, channel)) is not None:
                return over
            fault = self.faults.take(name)
            if fault == "hang":
                await self.gateway.over.wait()
            if (other := instead(fault)) is not None:
                return other
            said = await _said(request)
            request[FILES] = uploads(request.headers.get("Content-Type", ""), await request.read())
            await self._take_time()
            done = deed(request, said)
            await self._tell()  # for whoever waits for a deed whose answer is held back
            await self._take_time()
            if fault == "hang after":
                await self.gateway.over.wait()
            if fault == "reset after" and request.transport is not None:
                request.transport.abort()
            if (spoiled := spoilt(fault)) is not None:
                return spoiled
            if isinstance(done, web.StreamResponse):
                return done
            return (
                web.Response(status=204)
                if done is None
                else answer(done, headers=self.limits.headers(name, channel))
            )

        return handle

    async def _take_time(self) -> None:
        if self._slow is not None and (seconds := self._slow()):
            passed = asyncio.Event()
            asyncio.get_running_loop().call_later(seconds, passed.set)
            await passed.wait()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # -- the routes -----------------------------------------------------------------------------------

    def _where(self, request: web.Request, _said: Any) -> Any:
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        address = f"ws://{request.host}/gateway"
        return {"url": address, "shards": 1, "session_start_limit": limits}

    def _commands(self, _request: web.Request, said: Any) -> Any:
        known = {"application_id": str(APPLICATION_ID), "version": "1"}
        return [{**command, **known, "id": str(number)} for number, command in enumerate(said, 1)]

    def _direct(self, _request: web.Request, said: Any) -> Any:
        recipient = int(said["recipient_id"])
        return {"id": str(100_000 + recipient), "type": 1, "recipients": [user(recipient)]}

    def _send(self, request: web.Request, said: Any) -> Any:
        return self.channels.deliver(request.match_info["channel"], said)

    def _history(self, request: web.Request, _said: Any) -> Any:
        return self.channels.history(
            request.match_info["channel"],
            before=int(request.query.get("before", 2**63)),
            limit=int(request.query.get("limit", 50)),
        )

    def _edit(self, request: web.Request, said: Any) -> Any:
        found = self.channels.edit(request.match_info["message"], said)
        return refusal(404, _UNKNOWN_MESSAGE) if found is None else public(found)

    def _callback(self, request: web.Request, said: Any) -> Any:
        spoken = self.answers.get(request.match_info["token"])
        if spoken is None:
            return refusal(404, _UNKNOWN_INTERACTION)
        if spoken:
            self.acknowledged_again += 1
            return refusal(400, _ACKNOWLEDGED)
        spoken.append(json.dumps(said, ensure_ascii=False))
        self._hand_over(request)
        if "with_response" not in request.query:
            return None
        given: Json = {"interaction": {"id": request.match_info["interaction"], "type": 2}}
        if said["type"] in _WITH_MESSAGE:
            made = message(next(self._numbers), str(CHANNEL), said["data"])
            given["resource"] = {"type": said["type"], "message": made}
        return given

    def _follow_up(self, request: web.Request, said: Any) -> Any:
        self.answers.setdefault(request.match_info["token"], []).append(json.dumps(said, ensure_ascii=False))
        self._hand_over(request)
        return message(next(self._numbers), str(CHANNEL), said)

    def _hand_over(self, request: web.Request) -> None:
        files = request[FILES]
        if files:
            self.handed.setdefault(request.match_info["token"], []).extend(files)

    def _make_event(self, _request: web.Request, said: Any) -> Any:
        made = event(self.channels.number(), said)
        self.events[made["id"]] = made
        return made

    def _one_event(self, request: web.Request, said: Any) -> Any:
        found = self.events.get(request.match_info["event"])
        if found is None:
            return refusal(404, _UNKNOWN_EVENT)
        found.update(said or {})
        return found

    def _drop_event(self, request: web.Request, _said: Any) -> Any:
        found = self.events.pop(request.match_info["event"], None)
        return refusal(404, _UNKNOWN_EVENT) if found is None else None

    def _role(self, request: web.Request, said: Any) -> Any:
        number = int(request.match_info.get("role", self.channels.number()))
        return role(number, said.get("name", "new role"))

    def _member(self, request: web.Request, _said: Any) -> Any:
        return member(int(request.match_info["user"]))


async def _said(request: web.Request) -> Any:
    """What a request says, beside its files."""
    body = await request.read()
    found = re.search(rb'name="payload_json".*?\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
    return json.loads(found[1] if found else body) if body else None
