"""Where the bot is not, nothing is asked: people install a bot for themselves, or a server threw it out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from buddybot.domain.ids import GroupId
from buddybot.storage.outbox.notices import NoticeRepository
from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.scenarios.wire import Place, Wire
from tests.world import World

COMMANDS: dict[str, dict[str, Any]] = {
    "setup": {},
    "help": {},
    "privacy": {},
    "next": {},
    "checkin": {},
    "group create": {},
    "group info": {},
    "me settings": {},
    "me delete": {},
    "commit add": {"text": "Call two people"},
    "meeting skip": {},
    "kudos": {"member": "1", "text": "Thanks"},
}
BUTTONS = ("setup_when", "rsvp:1:going", "checkin:1", "me_delete_go:1", "nothing_at_all")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAYS = "I'm not in this server"


@pytest.fixture
async def gone(world: World) -> Calendar:
    """A group in a server that has thrown the bot out."""
    group = await calendar(world)
    world.env.backend.emit("GUILD_DELETE", {"id": str(group.circle.guild.id)})
    await world.env.settle()
    return group


def place(group: Calendar) -> Place:
    return Place(group.channel.id, group.circle.guild.id)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_is_refused_first_where_the_bot_is_not(gone: Calendar, command: str) -> None:
    wire = Wire(gone.world)
    answer = await wire.command(gone.person("Ana"), place(gone), command, **COMMANDS[command])
    assert SAYS in answer.said
    assert answer.private
    assert answer.acknowledged


@pytest.mark.parametrize("custom_id", BUTTONS)
async def test_a_button_is_refused_where_the_bot_is_not(gone: Calendar, custom_id: str) -> None:
    answer = await Wire(gone.world).press(gone.person("Ana"), place(gone), custom_id)
    assert SAYS in answer.said
    assert answer.private


async def test_a_form_is_refused_where_the_bot_is_not(gone: Calendar) -> None:
    answer = await Wire(gone.world).submit(gone.person("Ana"), place(gone), "setup_create:1", {"name": "X"})
    assert SAYS in answer.said


async def test_nothing_is_suggested_where_the_bot_is_not(gone: Calendar) -> None:
    answer = await Wire(gone.world).complete(gone.person("Ana"), place(gone), "next", "group", "R")
    assert answer.choices == []


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060), (503, 0)])
async def test_suggestions_that_come_too_late_are_no_errors_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    group = await calendar(world)
    world.env.inject_error("POST", "/interactions/*/*/callback", status=status, code=code, times=None)
    await Wire(world).complete(group.person("Ana"), place(group), "next", "group", "R")
    assert [each.message for each in caplog.records if each.levelname in ("ERROR", "WARNING")] == []


async def test_notices_that_come_too_late_are_no_errors_in_the_log_and_wait_for_the_next_command(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    group = await calendar(world)
    await group.world.bot.services.transactions.write(lambda uow: _tell(uow.tx, group))
    world.env.inject_error("POST", "/webhooks/*/*", status=404, code=10015)
    result = await group.person("Ana").slash(group.channel, "next")
    assert result.followups == []
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []
    again = await group.person("Ana").slash(group.channel, "next")
    assert len(again.followups) == 1


async def _tell(tx: Any, group: Calendar) -> None:
    await NoticeRepository(tx).tell(
        GroupId(group.circle.group_id), code="turns_long", key="k", parameters={"count": 3, "of": 4}, now=NOW
    )
