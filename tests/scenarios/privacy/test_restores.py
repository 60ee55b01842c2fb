"""A backup of weeks ago is put to work again: the channel hears nothing twice, and the group goes on."""

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest

from buddybot.app import create_bot
from buddybot.domain.pings import MARK
from buddybot.operator.backup import backup, restore
from buddybot.settings.settings import Settings
from tests.scenarios.meetings.calendars import Calendar, stamp
from tests.scenarios.meetings.gatherings import ACTIVE, Gatherings, start_of
from tests.world import World, custom_ids, texts_in

COPIED = datetime(2026, 1, 12, 20, tzinfo=UTC)
"""The second Monday, an hour after the card of the second meeting; the copy knows of two meetings ahead."""
RESTORED = datetime(2026, 2, 3, 14, tzinfo=UTC)
"""Five hours before the fifth meeting, of which the copy knows nothing, nor of the fourth."""
TONIGHT = datetime(2026, 2, 3, 19, tzinfo=UTC)
NEXT = TONIGHT + timedelta(weeks=1)
NOTICE = "I was put back to how I was on"


@dataclass
class Lived:
    """A group whose bot is put back three weeks, on the afternoon before a meeting."""

    house: Gatherings
    settings: Settings
    copy: Path
    deleted: int = 0

    @property
    def world(self) -> World:
        """The world it is in."""
        return self.house.world

    @property
    def rowan(self) -> Calendar:
        """The group."""
        return self.house.rowan

    async def put_back(self) -> None:
        """Stop the bot, put the copy in the database's place, start the bot."""
        await self.world.bot.close_services()
        assert await restore(self.settings, str(self.copy), now=self.world.now) == 0
        await self.start()

    async def start(self) -> None:
        """Start the bot, as another process."""
        await self.world.env.restart_bot(create_bot(self.settings, now=self.world.env.now))
        await self.world.run_due()

    async def live(self, *, until: datetime) -> None:
        """Let time pass, with the planning that is done every hour anew now and then."""
        while self.world.now < until:
            await self.world.until(min(until, self.world.now + timedelta(hours=6)))
            await self.world.bot.housekeeping.replan()
            await self.world.run_due()

    def messages(self) -> list[discord.Message]:
        """Return what the bot has sent to the channel and to Ben, oldest first."""
        return [*self.rowan.said(), *self.rowan.person("Ben").user.dm_channel.history()]

    def pings(self) -> Counter[str]:
        """Return in how many messages each ping stands, by what its buttons know it by."""
        return Counter(
            nonce
            for message in self.messages()
            for nonce in {each.rpartition(MARK)[2] for each in custom_ids(message) if MARK in each}
        )


@pytest.fixture
async def lived(world: World, settings: Settings, tmp_path: Path) -> Lived:
    """Four meetings, a copy of the database from before the second, and a card deleted since then."""
    made = Lived(await Gatherings.made(world), settings, tmp_path / "backup.sqlite3")
    await made.rowan.opt_in("Ben")
    await made.rowan.ask("Ben", "commit add", text="2 applications")
    await world.until(COPIED)
    assert backup(settings, str(made.copy), now=world.now) == 0
    made.deleted = made.rowan.card().id
    await world.until(datetime(2026, 1, 13, 19, 30, tzinfo=UTC))
    await made.rowan.press("Ben", "I'm here", made.rowan.said()[-1])
    await world.until(RESTORED)
    world.env.backend.delete_message(made.rowan.channel.id, made.deleted)
    assert f"### Meeting 5 · Rowan\n{stamp(TONIGHT)}" in texts_in(made.rowan.card())
    return made


async def test_nothing_that_was_due_is_said_again_and_what_is_due_later_once(lived: Lived) -> None:
    before = [message.id for message in lived.messages()]
    await lived.put_back()
    await lived.live(until=TONIGHT - timedelta(minutes=1))
    assert [message.id for message in lived.messages()] == before

    await lived.live(until=NEXT + timedelta(hours=1))
    new = [texts_in(message) for message in lived.messages() if message.id not in before]
    begins = ("### Check-in", "### Meeting 5", "### Check-in is open", "About half-way", "**Rowan** meets at")
    assert len(new) == len(begins)
    assert all(text.startswith(words) for text, words in zip(new, begins, strict=True))
    assert [nonce for nonce, times in lived.pings().items() if times > 1] == []
    late = await lived.world.rows(
        "SELECT key FROM outbox WHERE state = 'sent' AND settled_at > :at AND due_at <= :at",
        at=int(RESTORED.timestamp()),
    )
    assert late == []


async def test_organizers_are_told_once_and_the_next_meeting_works(lived: Lived) -> None:
    await lived.put_back()
    lost = lived.rowan.card()
    assert NOTICE not in texts_in(await lived.rowan.ask("Ben", "next"))
    first = await lived.rowan.person("Ana").slash(lived.rowan.channel, "next")
    told = [texts_in(each) for each in (first.response, *first.followups)]
    assert sum(NOTICE in each for each in told) == 1
    again = await lived.rowan.person("Ana").slash(lived.rowan.channel, "next")
    assert not any(NOTICE in texts_in(each) for each in (again.response, *again.followups))

    # The card of this evening was sent by a database that is no more; its buttons act on nothing else.
    assert "no longer there" in await lived.rowan.press("Ben", "Going", lost)
    assert await lived.world.rows("SELECT * FROM rsvps") == []

    shown = await lived.rowan.ask("Ben", "next")
    assert stamp(TONIGHT) in texts_in(shown)
    await lived.rowan.press("Ben", "Going", shown)
    await lived.live(until=TONIGHT)
    card = lived.rowan.said()[-1]
    assert "Check-in is open" in texts_in(card)
    form = await lived.rowan.person("Ben").click(card, label="Check in")
    assert form.modal is not None
    assert "2 applications" in str(form.modal)


async def test_the_servers_events_stay_one_a_meeting(lived: Lived) -> None:
    def starts() -> list[datetime]:
        return [start_of(event) for event in lived.house.all()]

    before = starts()
    assert before.count(TONIGHT) == 1
    await lived.put_back()
    await lived.live(until=TONIGHT)
    assert starts() == before
    assert lived.house.one().name == "Rowan · meeting 4"  # the copy knows of one meeting less
    assert lived.house.one().status == ACTIVE
    await lived.live(until=NEXT)
    assert starts() == [*before, NEXT]


async def test_a_card_that_was_deleted_meanwhile_is_edited_once_at_most(lived: Lived) -> None:
    await lived.put_back()
    [card] = await lived.world.rows("SELECT meeting_id FROM cards WHERE message_id = :id", id=lived.deleted)
    await lived.world.bot.services.transactions.write(lambda uow: uow.cards.touch(card["meeting_id"]))
    seen = len(lived.world.env.http_requests)
    await lived.live(until=TONIGHT)
    edits = [each for each in lived.world.env.http_requests[seen:] if each.path.endswith(str(lived.deleted))]
    assert len(edits) == 1


async def test_a_copy_that_was_put_in_place_by_hand_is_settled_when_the_bot_starts(lived: Lived) -> None:
    before = [message.id for message in lived.messages()]
    await lived.world.bot.close_services()
    shutil.copy(lived.copy, lived.settings.database_url.removeprefix("sqlite:///"))
    await lived.start()
    assert [message.id for message in lived.messages()] == before
    assert lived.rowan.card().id in before
    restored = "SELECT key FROM notices WHERE code = 'restored'"
    assert len(await lived.world.rows(restored)) == 1
    await lived.world.pass_time(minutes=5)
    await lived.world.restart()
    assert len(await lived.world.rows(restored)) == 1
