"""What was stored is never called unchanged, whatever goes wrong behind it."""

from datetime import timedelta
from typing import Any

import pytest
import simcord

from buddybot.storage.engine.errors import StorageError
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.world import World, texts_in

CALLBACK = "/interactions/*/*/callback"


@pytest.fixture
async def day_before(world: World) -> Calendar:
    """A group whose card of the first meeting is out."""
    made = await calendar(world)
    await world.until((await made.starts())[0] - timedelta(hours=23))
    return made


async def press(group: Calendar, name: str, label: str) -> simcord.InteractionResult:
    return await group.person(name).click(group.card(), label=label)


def told(result: simcord.InteractionResult) -> str:
    """Return all that the person read."""
    shown = [each for each in (result.response, *result.followups) if each is not None]
    return "\n".join(texts_in(each) for each in shown)


async def answers(group: Calendar) -> int:
    return len(await group.world.rows("SELECT * FROM rsvps"))


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10062), (404, 10008), (401, 50027), (400, 40060), (404, 10015)]
)
async def test_a_click_that_is_answered_too_late_counts_and_shows_on_the_card(
    day_before: Calendar, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    day_before.world.env.inject_error("POST", CALLBACK, status=status, code=code, times=None)
    result = await press(day_before, "Ben", "Going")
    assert await answers(day_before) == 1
    assert "Coming" in texts_in(day_before.card())
    assert told(result) == ""
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_a_click_whose_answer_is_lost_for_good_counts_and_shows_on_the_card(
    day_before: Calendar,
) -> None:
    day_before.world.env.inject_error("POST", CALLBACK, status=408, times=None)
    await press(day_before, "Ben", "Going")
    assert await answers(day_before) == 1
    assert "Coming" in texts_in(day_before.card())


async def break_after(group: Calendar, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let what follows each commit fail."""
    group.world.expected_errors = (type(error),)

    async def refresh(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(group.world.bot.live, "refresh", refresh)


@pytest.mark.parametrize("label", ["Going", "Late", "Can't come"])
async def test_a_fault_after_the_commit_says_that_it_is_saved(
    day_before: Calendar, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    await break_after(day_before, monkeypatch, RuntimeError("a fault of ours"))
    result = await press(day_before, "Ben", label)
    assert await answers(day_before) == 1
    assert "is saved" in told(result)
    assert "nothing was changed" not in told(result)


@pytest.mark.parametrize("between", ["left_at = 1", "state = 'archived'"])
async def test_a_change_is_called_saved_when_its_member_or_group_is_gone_before_it_is_shown(
    day_before: Calendar, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    rsvps, transactions = day_before.world.bot.services.rsvps, day_before.world.bot.services.transactions
    answer = rsvps.answer
    table = "memberships" if between.startswith("left") else "groups"

    async def answer_at_the_last_moment(*given: Any) -> Any:
        answered = await answer(*given)
        await transactions.write(lambda uow: uow.tx.run(f"UPDATE {table} SET {between}"))
        return answered

    shown = await day_before.ask("Ben", "next")
    monkeypatch.setattr(rsvps, "answer", answer_at_the_last_moment)
    result = await day_before.person("Ben").click(shown, label="Going")
    assert await answers(day_before) == 1
    assert "What you asked for is saved, but I can't show you the result here." in told(result)
    assert "`/next`" in told(result)


async def test_a_refusal_is_told_as_it_is_when_only_the_asking_was_counted(day_before: Calendar) -> None:
    result = await day_before.person("Ben").slash(day_before.channel, "me join", code="ABCD-EFGH-IJKL-MNOP")
    assert "That code does not work." in told(result)
    assert len(await day_before.world.rows("SELECT * FROM code_tries")) == 1


async def test_a_file_that_was_not_made_is_not_called_saved(
    day_before: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_files(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    day_before.world.expected_errors = (RuntimeError,)
    monkeypatch.setattr("buddybot.ui.privacy.personal_data.copy_files", copy_files)
    result = await day_before.person("Ben").slash(day_before.channel, "me export")
    assert "is saved" not in told(result)
    assert "Please try again" in told(result)


async def test_an_invitation_that_was_taken_back_is_not_called_saved(day_before: Calendar) -> None:
    world = day_before.world
    fay = day_before.person("Fay")
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
    result = await day_before.person("Ana").slash(day_before.channel, "group invite", member=fay)
    assert "I found no channel" in told(result)
    assert [each["state"] for each in await world.rows("SELECT state FROM invitations")][-1] == "revoked"


async def test_a_fault_before_the_commit_says_that_nothing_was_changed(
    day_before: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    day_before.world.expected_errors = (RuntimeError,)
    monkeypatch.setattr(day_before.world.bot.services.rsvps, "answer", answer)
    result = await press(day_before, "Ben", "Going")
    assert await answers(day_before) == 0
    assert "nothing was changed" in told(result)


async def test_a_database_that_cannot_say_what_it_kept_is_told_as_it_is(
    day_before: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def carried_out(*_: Any) -> bool:
        raise StorageError("gone")

    await break_after(day_before, monkeypatch, StorageError("gone"))
    monkeypatch.setattr(day_before.world.bot.services.transactions, "verify_stored", carried_out)
    result = await press(day_before, "Ben", "Going")
    assert "can't tell whether this was saved" in told(result)
