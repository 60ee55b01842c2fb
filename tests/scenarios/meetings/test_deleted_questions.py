"""A question to organizers that a moderator deleted is asked again while it can be decided."""

import pytest

from tests.scenarios.meetings.calendars import Calendar, calendar
from tests.scenarios.meetings.deciding import CLICKS, DUE, answered, question, settle
from tests.world import World, labels


@pytest.fixture
async def asked(world: World) -> Calendar:
    """A group of which few come, at the hour when answers are due."""
    made = await calendar(world)
    await settle(made, minimum=3)
    await answered(made, "Ana", "Ben")
    await made.world.until(DUE)
    return made


async def test_a_question_that_was_deleted_is_asked_again_with_the_next_answer(asked: Calendar) -> None:
    first = question(asked)
    asked.world.env.backend.delete_message(first.channel.id, first.id)
    await asked.press("Ben", "Late")
    await asked.world.run_due()
    again = question(asked)
    assert again.id != first.id
    assert labels(again) == CLICKS
    path = f"/channels/{asked.channel.id}/messages"
    sent = [each.json for each in asked.world.env.http_requests if (each.method, each.path) == ("POST", path)]
    assert sent[-1] is not None
    assert not sent[-1]["allowed_mentions"].get("users")
