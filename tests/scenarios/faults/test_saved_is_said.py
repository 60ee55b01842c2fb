"""Whatever goes wrong behind a committed change, no handler answers that the change was refused."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from buddybot.domain.errors import Refusal
from buddybot.services.core.unit_of_work import Transactions
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import Database, LostFileError, Script, StorageError, T, connect
from tests.scenarios.authorization import TABLE
from tests.scenarios.locks import Line
from tests.scenarios.test_authorization import allowed
from tests.scenarios.town import Town, code_of, sent, town
from tests.scenarios.wire import Answer, spoken
from tests.world import World

pytestmark = pytest.mark.slow

Fault = Callable[[], Exception]
FAULTS: Mapping[str, Fault] = {
    "refused": partial(Refusal, "group.unknown"),
    "a fault of ours": partial(RuntimeError, "a fault of ours"),
    "no database": partial(StorageError, "gone"),
    "no file": partial(LostFileError, Path("gone"), "it is gone"),
}
SAVED = {"errors.stored", "errors.stored_unseen", "errors.unknown"}
SHOWN_BY_A_READ = {
    "next_rsvp", "commit_more in the list", "commit_gone in the list", "dm_commit_more", "attendance_visit",
    "attendance_visitor_back",
}  # fmt: skip
"""Handlers that read what they show after they wrote; the test is worth nothing where it misses them."""


class _Undone(Exception):
    """Ends a transaction that the bot believes to be committed."""


@dataclass
class Trouble:
    """Lets all that reads or writes behind an interaction's own write end with `fault`; keeps no row."""

    world: World | None = None
    fault: Fault | None = None
    saved: bool = False
    hit_at: int | None = None

    def begin(self, world: World, fault: Fault) -> None:
        """Let the next interaction run into the fault."""
        self.world, self.fault, self.saved, self.hit_at = world, fault, False, None

    def strike(self) -> None:
        """Raise the fault where something was saved before."""
        if self.saved and self.fault is not None and self.world is not None:
            if self.hit_at is None:
                self.hit_at = len(self.world.env.http_requests)
            raise self.fault()


class Forgetful:
    """A database that keeps nothing while there is trouble, and says that it did."""

    def __init__(self, database: Database, trouble: Trouble) -> None:
        self._database = database
        self._trouble = trouble

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, script: Script[T]) -> T:
        """Run a script; its rows are gone behind it."""
        if self._trouble.fault is None:
            return await self._database.write(script)
        found: list[T] = []

        async def undone(tx: Any) -> None:
            found.append(await script(tx))
            raise _Undone

        with pytest.raises(_Undone):
            await self._database.write(undone)
        return found[-1]


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Trouble:
    made = Trouble()

    async def connecting(url: str) -> Any:
        return Forgetful(await connect(url), made)

    def troubled(run: Any, *, for_person: bool) -> Any:
        async def running(self: Transactions, *given: Any, saves: bool = True, **how: Any) -> Any:
            made.strike()
            result = await run(self, *given, **({"saves": saves, **how} if for_person else how))
            made.saved = made.saved or (for_person and saves)
            return result

        return running

    monkeypatch.setattr("buddybot.app.connect", connecting)
    for name in ("read", "write", "write_for"):
        run = getattr(Transactions, name)
        monkeypatch.setattr(Transactions, name, troubled(run, for_person=name == "write_for"))
    return made


@pytest.fixture
def settings(settings: Settings, database_url: str, trouble: Trouble) -> Settings:
    """What ships, on a freshly migrated database of either engine."""
    return replace(settings, database_address=database_url)


def lines() -> Iterator[tuple[str, str, Line]]:
    """Return every command, button, select and form: what to call it, its name, and its line."""
    for name, line in TABLE.items():
        if not name.startswith("?"):
            yield name, name, line
    for name in ("commit_more", "commit_gone"):
        line = TABLE[name]
        yield f"{name} in the list", name, replace(line, arguments=f"{line.arguments}:list")


def codes(answer: Answer) -> list[str]:
    """Return the refusals and faults that a person was told, in order."""
    told = [each for each in answer.requests if "/callback" in each.path or "/webhooks/" in each.path]
    return [code for each in told for text in spoken(each.json) if (code := code_of(text))]


async def tried(town: Town, trouble: Trouble, name: str, line: Line, fault: Fault) -> str | None:
    """Send one line into trouble; return what is wrong with the answer, None where nothing was saved."""
    actor, begun = allowed(town, line), len(town.world.env.http_requests)
    trouble.begin(town.world, fault)
    answer = await sent(town, actor, town.rowan.place, name, line, town.rowan.names(actor, town))
    trouble.fault = None
    if not trouble.saved:
        return None
    told = codes(answer)
    if denied := [code for code in told if code not in SAVED]:
        return f"it is saved, and the answer is {denied}"
    answers = (number for number, each in enumerate(answer.requests, begun) if "/callback" in each.path)
    answered_at = next(answers, None)
    if answered_at is None:
        return "it is not answered"
    if trouble.hit_at is not None and answered_at >= trouble.hit_at and not told:
        return "nobody hears that it is saved"
    return ""


async def test_a_change_is_called_saved_when_what_follows_it_is_refused_or_fails(
    world: World, settings: Settings, trouble: Trouble
) -> None:
    """Every handler, with every read and write behind its own refused, or failing.

    On PostgreSQL, where a town takes long, those that read what they show.
    """
    made = await town(world, settings)
    world.expected_errors = (Refusal, RuntimeError, StorageError)
    every = settings.database_address.startswith("sqlite")
    wrong, saving, unanswered = [], set(), set()
    tries = [each for each in lines() if every or each[0] in SHOWN_BY_A_READ]
    for fault_name, fault in FAULTS.items():
        for title, name, line in tries:
            found = await tried(made, trouble, name, line, fault)
            if found is not None:
                saving.add(title)
                wrong += [f"{title}, {fault_name}: {found}"] if found else []
                if trouble.hit_at is not None:
                    unanswered.add(title)
        tries = [each for each in tries if each[0] in saving]
    assert not wrong, "\n".join(wrong)
    assert unanswered >= SHOWN_BY_A_READ
    assert not every or len(saving) > 60
