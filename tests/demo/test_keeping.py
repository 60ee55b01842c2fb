"""What is older than the host keeps is reduced to counts: the figures stay, names and words go."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from buddybot.demo.playground import Playground, open_playground
from buddybot.demo.story import WEEKS
from buddybot.services.privacy.retention import RetentionService
from tests.demo.test_forgetting import forms, record, words_of

pytestmark = pytest.mark.slow


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    """The playground as it opens."""
    async with open_playground(tmp_path) as opened:
        yield opened


async def keep_weeks(playground: Playground, weeks: int) -> None:
    """Keep what the last weeks brought and nothing older."""
    transactions = playground.bot.services.transactions
    await RetentionService(transactions, timedelta(weeks=weeks)).reduce_old()
    await transactions.scrub()


async def test_old_meetings_keep_their_figures_and_lose_their_people(
    playground: Playground, tmp_path: Path
) -> None:
    before = await record(playground)
    await keep_weeks(playground, 4)
    after = await record(playground)
    assert (after.rates, after.kept) == (before.rates, before.kept)
    assert [each.number for each in after.meeting_records] == [each.number for each in before.meeting_records]
    whole = [len(meeting_record.unnamed) for meeting_record in after.meeting_records]
    assert whole == [6] * 4 + [0] * 4
    assert all(entry.user_id > 0 for entry in after.ledger)
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"The first week with a list" not in left
    assert b"Second round!" in left
    rows = await playground.bot.services.transactions.read(
        lambda uow: uow.tx.all("SELECT action, actor_id, parameters FROM audit")
    )
    assert [dict(row) for row in rows] == [
        {"action": "retention", "actor_id": None, "parameters": '{"meetings": 4}'}
    ]


async def test_everybody_is_a_count_when_nothing_is_kept(playground: Playground, tmp_path: Path) -> None:
    before = await record(playground)
    await keep_weeks(playground, 0)
    after = await record(playground)
    assert (after.rates, after.kept) == (before.rates, before.kept)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all(any(form in stored for form in forms(playground.stage.people[name].id)) for name in WEEKS)
    spoken = [week for week in words_of("Eli") if "flu" in week]
    assert spoken
    assert not any(text.encode() in stored for text in spoken)


async def test_nothing_is_reduced_where_the_host_keeps_it(playground: Playground) -> None:
    before = await record(playground)
    await RetentionService(playground.bot.services.transactions, None).reduce_old()
    assert await record(playground) == before
