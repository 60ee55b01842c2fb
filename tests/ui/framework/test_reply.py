"""The one answer to an interaction: in time, in the right place, and nothing over anything else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from buddybot.domain.errors import Refusal
from buddybot.ui.framework import reply as reply_module
from buddybot.ui.framework.components import Card, Form
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.texts import Markup
from tests.cards import words
from tests.ui.test_live_cards import refusal

Kind = discord.InteractionResponseType


@dataclass
class Discord:
    """Stands for the library's interaction: what was answered, in order, and how requests end."""

    kind: discord.InteractionType
    on_message: bool = False
    said: list[str] = field(default_factory=list)
    files: list[discord.File] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    stored: bool = False
    answered: Kind | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)

    def reply(self) -> Reply:
        """Return a reply to it."""
        interaction: Any = SimpleNamespace(
            type=self.kind,
            message=object() if self.on_message else None,
            data={},
            response=self,
            followup=SimpleNamespace(send=self._follow_up),
            edit_original_response=self._edit_original,
            client=SimpleNamespace(
                handling=set(),
                http=SimpleNamespace(_global_over=asyncio.Event()),
                services=SimpleNamespace(transactions=SimpleNamespace(has_stored=lambda _: self.stored)),
            ),
            user=SimpleNamespace(id=12, display_name="Ben"),
            guild_id=1,
            channel_id=2,
            id=3,
            extras={},
            permissions=discord.Permissions.none(),
            locale=discord.Locale.british_english,
        )
        return Reply(interaction)

    # -- the library's `interaction.response` ---------------------------------------------------

    @property
    def type(self) -> Kind | None:
        return self.answered

    def is_done(self) -> bool:
        return self.answered is not None

    async def defer(self, *, thinking: bool = False, **_: Any) -> None:
        try:
            self._request()
            self.answered = Kind.deferred_channel_message if thinking else Kind.deferred_message_update
        finally:
            self.acknowledged.set()

    async def send_message(self, *, view: Card, files: Sequence[discord.File] = (), **_: Any) -> None:
        self._request()
        self.files += files
        self.answered = Kind.channel_message
        self.said.append(f"answer {_text(view)}")

    async def edit_message(self, *, view: Card, **_: Any) -> None:
        self._request()
        self.answered = Kind.message_update
        self.said.append(f"change {_text(view)}")

    async def send_modal(self, _form: Form) -> None:
        self._request()
        self.answered = Kind.modal

    async def _edit_original(self, *, view: Card, attachments: Sequence[discord.File] = (), **_: Any) -> None:
        self._request()
        self.files += attachments
        self.said.append(f"edit {_text(view)}")

    async def _follow_up(self, *, view: Card, files: Sequence[discord.File] = (), **_: Any) -> None:
        self._request()
        self.files += files
        self.said.append(f"more {_text(view)}")

    def _request(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


def _text(card: Card) -> str:
    return words(card).replace("\n", " ")


def saying(text: str) -> Card:
    return Card().text(Markup(text))


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_module, "PATIENCE", 0.0)


def command() -> Discord:
    return Discord(discord.InteractionType.application_command)


def click() -> Discord:
    return Discord(discord.InteractionType.component, on_message=True)


async def test_a_second_answer_after_a_late_one_does_not_take_its_place() -> None:
    given = command()
    async with given.reply() as reply:
        await given.acknowledged.wait()
        await reply.show(saying("one"))
        await reply.show(saying("two"))
    assert given.said == ["edit one", "more two"]


async def test_a_file_comes_along_with_each_kind_of_answer() -> None:
    given = command()
    sent = [discord.File(BytesIO(b"x"), f"{number}.ics") for number in range(3)]
    async with given.reply() as reply:
        await given.acknowledged.wait()
        await reply.show(saying("late"), files=sent[:1])
        await reply.show(saying("another"), files=sent[1:2])
    at_once = command()
    async with at_once.reply() as reply:
        await reply.show(saying("at once"), files=sent[2:])
    assert given.said == ["edit late", "more another"]
    assert at_once.said == ["answer at once"]
    assert [*given.files, *at_once.files] == sent


async def test_a_late_answer_to_a_click_leaves_its_message_alone() -> None:
    given = click()
    async with given.reply() as reply:
        await given.acknowledged.wait()
        await reply.show(saying("one"))
        await reply.show(saying("two"))
    assert given.said == ["more one", "more two"]


async def test_a_late_replacement_of_the_clicked_message_takes_its_place() -> None:
    given = click()
    async with given.reply() as reply:
        await given.acknowledged.wait()
        await reply.replace(saying("one"))
    assert given.said == ["edit one"]


@pytest.mark.parametrize("given", [command, click])
async def test_a_refusal_after_a_late_acknowledgement_is_told(given: Any) -> None:
    late = given()
    async with late.reply():
        await late.acknowledged.wait()
        raise Refusal("group.none")
    assert len(late.said) == 1


async def test_a_form_that_comes_too_late_is_refused_in_a_sentence() -> None:
    given = command()
    async with given.reply() as reply:
        await given.acknowledged.wait()
        await reply.ask(None)  # type: ignore[arg-type]  # it is never opened
    assert len(given.said) == 1


@pytest.mark.parametrize(
    "error", [aiohttp.ServerDisconnectedError(), ConnectionResetError(104, "reset"), refusal(503, 0)]
)
@pytest.mark.parametrize(("times", "said"), [(1, "edit one"), (2, "answer one")])
async def test_an_acknowledgement_that_got_lost_does_not_lose_the_answer(
    error: Exception, times: int, said: str
) -> None:
    given = command()
    given.failures += [error] * times
    async with given.reply() as reply:
        await given.acknowledged.wait()
        await reply.show(saying("one"))
    assert given.said == [said]


LOST = [
    aiohttp.ServerDisconnectedError(),
    ConnectionResetError(104, "reset"),
    refusal(503, 0),
    TimeoutError(),
]
TOO_LATE = [
    refusal(404, 10062),
    refusal(404, 10015),
    refusal(404, 10008),
    refusal(401, 50027),
    refusal(404, 10003),
    refusal(400, 50083),
]
HOW: dict[str, Callable[[Reply], Awaitable[object]]] = {
    "show": lambda reply: reply.show(saying("one")),
    "replace": lambda reply: reply.replace(saying("one")),
    "say": lambda reply: reply.say("errors.not_here"),
    "done": lambda reply: reply.acknowledge(),
    "ask": lambda reply: reply.ask(Form("t", "here", 1)),
    "change": lambda reply: reply.change(saying("one")),
    "follow": lambda reply: reply.follow(saying("one")),
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("error", TOO_LATE, ids=lambda error: str(error.code))
async def test_an_answer_that_comes_too_late_keeps_nothing_from_following(
    error: discord.HTTPException, how: str
) -> None:
    given, went_on = click(), False
    given.failures.append(error)
    async with given.reply() as reply:
        await HOW[how](reply)
        went_on = True
    assert went_on
    assert given.said == []


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
async def test_an_answer_that_is_lost_for_good_keeps_nothing_from_following(
    error: Exception, how: str
) -> None:
    given, went_on = click(), False
    given.failures += [error] * 2
    async with given.reply() as reply:
        await HOW[how](reply)
        went_on = True
    assert went_on
    assert given.said == []


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
async def test_an_answer_that_got_lost_is_given_once_more(error: Exception) -> None:
    given = click()
    given.failures.append(error)
    async with given.reply() as reply:
        await reply.replace(saying("one"))
        await reply.follow(saying("two"))
    assert given.said == ["change one", "more two"]


async def test_an_answer_that_had_arrived_after_all_is_followed_by_others() -> None:
    given = click()
    given.failures += [ConnectionResetError(104, "reset"), refusal(400, 40060)]
    async with given.reply() as reply:
        await reply.replace(saying("one"))
        await reply.show(saying("two"))
    assert given.said == ["more two"]


async def test_the_loser_of_an_interaction_says_nothing_more() -> None:
    given = click()
    given.failures.append(refusal(400, 40060))
    async with given.reply() as reply:
        await reply.show(saying("one"))
        await reply.show(saying("two"))
        await reply.follow(saying("three"))
    assert given.said == []


async def test_a_follow_up_whose_answer_got_lost_is_not_said_twice() -> None:
    given = click()
    given.answered = Kind.message_update
    given.failures.append(ConnectionResetError(104, "reset"))
    async with given.reply() as reply:
        assert not await reply.follow(saying("one"))
    assert given.said == []


async def test_files_that_got_lost_are_told() -> None:
    given = command()
    given.failures.append(ConnectionResetError(104, "reset"))
    async with given.reply() as reply:
        await reply.show(saying("one"), files=[discord.File(BytesIO(b"x"), "x.ics")])
    assert given.said == ["answer The files didn't get through to Discord. Please ask for them again."]


async def test_a_request_at_fault_is_an_unexpected_error() -> None:
    given = click()
    given.failures.append(refusal(400, 50035))
    with pytest.raises(discord.HTTPException):
        async with given.reply() as reply:
            await reply.show(saying("one"))


async def test_a_refusal_that_discord_no_longer_takes_is_nobodys_fault() -> None:
    given = command()
    given.answered = Kind.channel_message
    given.failures.append(refusal(404, 10062))
    async with given.reply():
        raise Refusal("group.none")
    assert given.said == []
