"""What members write, and the token, are in no line of the log, whatever fails."""

import datetime as dt
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest

from buddybot.domain.ids import ChannelId, GuildId, MeetingId, UserId
from buddybot.services.groups.groups import NewSchedule
from buddybot.settings import logs
from buddybot.settings.settings import LogSettings
from buddybot.storage.engine.database import Tx
from tests.endurance.clockwork import Time
from tests.endurance.discord import MemoryDiscord, failed, refused, unreachable
from tests.endurance.people import People
from tests.endurance.process import Process
from tests.settings.test_logs import restored_logging

pytestmark = pytest.mark.slow

TOKEN = "canary.MTIzNDU2Nzg5.never-in-a-log"
WORDS = "zaubernuss"
ANA, BEN = UserId(1), UserId(2)
CHANNEL = ChannelId(800)
FAULTS = (
    lambda: unreachable(),
    lambda: failed(503),
    lambda: failed(429),
    lambda: refused(400, 50035),
    lambda: OSError(f"could not reach /webhooks/12/{TOKEN}"),
    lambda: KeyError(WORDS),
    lambda: discord.ClientException(f"no answer to {TOKEN}"),
)


@pytest.mark.parametrize("kind", ["text", "json"])
async def test_no_word_of_a_member_and_no_token_is_in_the_log(tmp_path: Path, kind: str) -> None:
    heard = io.StringIO()
    with restored_logging():
        logs.configure(LogSettings(level="INFO", format=kind), secrets=[TOKEN], stream=heard)
        await _live_through(f"sqlite:///{tmp_path / 'canary.db'}")
    written = heard.getvalue()
    assert len(written.splitlines()) > 10
    assert "KeyError" in written
    assert "ERROR" in written
    for hidden in (WORDS, TOKEN, TOKEN[:20], TOKEN[-14:]):
        assert hidden not in written.casefold()
        assert hidden not in written


async def _live_through(url: str) -> None:
    """A week in which every request fails in some way now and then, and two rows break the schema."""
    now = Time(datetime(2026, 3, 2, 12, tzinfo=UTC))
    city = MemoryDiscord(now)
    city.add_guild(700, [CHANNEL])
    process = Process(url, now, city)
    new_schedule = NewSchedule(weekday=3, time=dt.time(19), zone="Europe/Berlin")
    people = People(GuildId(700), CHANNEL, (ANA, BEN), f"Rowan {WORDS}", new_schedule, process)
    await process.start()
    await people.found()
    await people.promise(BEN, f"two letters {WORDS}")
    asked = Counter[str]()

    def fail(what: str) -> Exception | None:
        asked[what] += 1
        if what.startswith("POST /channels") and asked[what] <= len(FAULTS):
            return FAULTS[-asked[what]]()
        number = sum(asked.values())
        return FAULTS[number // 2 % len(FAULTS)]() if number % 2 else None

    city.before = fail
    start = datetime(2026, 3, 5, 18, tzinfo=UTC)
    await process.until(start + timedelta(minutes=1))
    meeting_id = await process.read(_first)
    city.before = lambda _what: OSError(104, f"reset while sending with {TOKEN}")
    await people.report(BEN, meeting_id, f"a win {WORDS}", kept=True, following=f"a call {WORDS}")
    await process.services.groups.write_charter(people.actor(ANA), people.group_id, f"Be kind. {WORDS}")
    city.before = fail
    await process.until(start + timedelta(hours=20))
    await process.stop()


async def _first(tx: Tx) -> MeetingId:
    row = await tx.one("SELECT MIN(id) AS id FROM meetings")
    assert row is not None
    return MeetingId(row["id"])
