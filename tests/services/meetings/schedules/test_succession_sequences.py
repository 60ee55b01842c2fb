"""Changes of a calendar in whatever order: no agreement goes without a word, and planning again adds none."""

import contextlib
import random
from datetime import UTC, datetime, time, timedelta

import pytest

from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Answer, Meeting, MeetingKind, MeetingState, Reason
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.storage.engine.database import Database
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.services.builder import ANA, BEN, ORGANIZER, Builder
from tests.services.meetings.schedules.moved_schedules import tell, tuesdays

OVER = timedelta(hours=2)


class Sequence:
    """A group, its calendar, and what its members agreed on about which meetings."""

    def __init__(self, builder: Builder, group: Group, chance: random.Random) -> None:
        self.builder = builder
        self.group = group
        self.chance = chance
        self.agreed: set[int] = set()
        self.told: set[int] = set()

    async def act(self) -> None:
        """Let one thing happen; what is refused changes nothing."""
        acts = (self.schedule, self.schedule, self.move, self.skip, self.revive, self.extra, self.agree)
        with contextlib.suppress(Refusal):
            await self.chance.choice((*acts, self.wait, self.hear))()

    async def schedule(self) -> None:
        options: dict[str, object] = {
            "weekday": self.chance.randrange(7),
            "at": time(self.chance.randrange(6, 23)),
            "every_weeks": self.chance.choice([1, 1, 2, 3]),
            "zone": self.chance.choice(["Europe/London", "Asia/Tokyo", "America/New_York"]),
            "duration_minutes": self.chance.choice([60, 90]),
        }
        chosen = self.chance.sample(sorted(options), k=self.chance.randrange(1, 3))
        wanted = ScheduleChange(**{name: options[name] for name in chosen})  # type: ignore[arg-type]
        await self.builder.schedules.change(self.builder.act_as(ORGANIZER), wanted)

    async def move(self) -> None:
        slots = await self.builder.meetings.list_slots(self.builder.act_as(ORGANIZER))
        slot = self.chance.choice(slots)
        day = slot.day + timedelta(days=self.chance.randrange(-3, 12))
        pick = slot.day if slot.meeting is None else slot.meeting.id
        at = self.chance.choice([None, time(12)])
        moved = await self.builder.meetings.move(self.builder.act_as(ORGANIZER), pick, day=day, at=at)
        self.agreed.add(moved.meeting.id)

    async def skip(self) -> None:
        slot = self.chance.choice(await self.builder.meetings.list_slots(self.builder.act_as(ORGANIZER)))
        pick = slot.day if slot.meeting is None else slot.meeting.id
        skipped = await self.builder.meetings.skip(self.builder.act_as(ORGANIZER), pick, Reason.HOLIDAY)
        if skipped.meeting.kind is MeetingKind.REGULAR:
            self.agreed.add(skipped.meeting.id)

    async def revive(self) -> None:
        slots = await self.builder.meetings.list_slots(self.builder.act_as(ORGANIZER))
        skipped = [slot.meeting for slot in slots if slot.skipped and slot.meeting is not None]
        if skipped:
            meeting = self.chance.choice(skipped)
            revived = await self.builder.meetings.revive(self.builder.act_as(ORGANIZER), meeting.id)
            stored = await self.builder.reload_meeting(meeting)
            assert (revived.meeting.starts_at, revived.meeting.state) == (stored.starts_at, stored.state)
            self.agreed.discard(meeting.id)

    async def extra(self) -> None:
        day = self.builder.now.date() + timedelta(days=self.chance.randrange(1, 40))
        wanted = ScheduleChange(at=time(self.chance.randrange(6, 23)))
        added = await self.builder.schedules.add_extra(self.builder.act_as(ORGANIZER), day, wanted)
        self.agreed.add(added.meeting.id)

    async def agree(self) -> None:
        ahead = [each for each in await self.ahead() if each.state is MeetingState.SCHEDULED]
        meeting = self.chance.choice(ahead)
        if self.chance.random() < 0.5:
            await self.builder.rsvps.answer(self.builder.act_as(ANA), meeting.id, Answer.GOING)
        else:
            await self.builder.rotation.assign(
                self.builder.act_as(ORGANIZER), meeting.id, host_id=BEN, location_id=None
            )
        self.agreed.add(meeting.id)

    async def wait(self) -> None:
        await self.hear()
        self.builder.now += timedelta(hours=self.chance.randrange(1, 40))
        await self.builder.replan_group(self.group)

    async def hear(self) -> None:
        for view in await tell(self.builder, self.group):
            self.told |= {each.meeting.id for each in view.fallen}

    async def ahead(self) -> list[Meeting]:
        return [
            each for each in await self.builder.list_ahead(self.group) if each.starts_at > self.builder.now
        ]

    async def check(self) -> None:
        """No day is taken twice; what was agreed on is there still, or those concerned were told."""
        rows = await self.builder.write(
            lambda tx: MeetingRepository(tx).list_slots(self.group.id, since=self.builder.now.date())
        )
        taken = [each.stands_for for each in rows if not each.dropped]
        assert len(taken) == len(set(taken))
        for meeting_id in self.agreed - self.told:
            found = await self.builder.write(
                lambda tx, m=meeting_id: MeetingRepository(tx).get(self.group.id, m)  # type: ignore[misc]
            )
            assert found is not None, "it went without a word"


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))]
)
async def test_no_agreement_goes_without_a_word_whatever_changes(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    builder = Builder(database, now=datetime(2026, 1, 1, 20, tzinfo=UTC))
    life = Sequence(builder, await tuesdays(builder), chance)
    for _ in range(30):
        await life.act()
        builder.now += timedelta(seconds=chance.randrange(0, 30))
        before = await builder.read_table("meetings")
        await builder.replan_group(life.group)
        assert [row for row in await builder.read_table("meetings") if row not in before] == []
        await life.hear() if chance.random() < 0.5 else None
        await life.check()
