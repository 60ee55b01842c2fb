"""A group with a rich life: something of everything that a change can touch.

Rowan meets on Tuesdays at 19:00 in London. One meeting lies behind it, and its pulse is open. Ahead are four
days, which have names here and in the table:

- `next`, 13 January: Ben and Cho have swapped turns, so that Cho hosts it, at her own place;
- `second`, 20 January: Ben hosts it, and an organizer chose the Library and an activity for it; Dev is away;
  and Ben asks by now whether Cho would swap back;
- `holiday`, 27 January: the group leaves it out;
- `moved`, 10 February: it was moved to the day after, an hour earlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import discord
import simcord

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.pings import MARK
from tests.scenarios.circles import circle
from tests.scenarios.meetings.calendars import TUESDAY, Calendar
from tests.scenarios.wire import Answer, Place, Wire
from tests.world import World, texts_in

PEOPLE = ("Ana", "Ben", "Cho", "Dev", "Eli")
"""Ana organizes, and Dev too; Eli asked for direct messages."""
NEXT, SECOND, HOLIDAY, MOVED = "next", "second", "holiday", "moved"
EXTRA = "extra"
HELD = datetime(2026, 1, 6, 19, tzinfo=UTC)
DAYS = {
    NEXT: "2026-01-13",
    SECOND: "2026-01-20",
    HOLIDAY: "2026-01-27",
    MOVED: "2026-02-11",
}
"""On which day each meeting is that is to come, before anything changes."""
PUBLIC = "Library"
"""The place that is nobody's home."""
LINK = "https://meet.example.org/rowan"


class Moment(Enum):
    """When a change is made: how long after the start of the meeting that was held, or of the next one."""

    EVENING = HELD + timedelta(hours=2)
    """The meeting has just closed, and its pulse is open."""
    EVE = HELD + timedelta(days=6, hours=1)
    """The next meeting's card is out, and its reminder; most have answered."""
    DAY = HELD + timedelta(days=6, hours=21, minutes=30)
    """It is the day of the next meeting; answers were due at 13:00."""
    MEETING = HELD + timedelta(days=7, minutes=20)
    """The next meeting goes on."""


@dataclass
class Life:
    """The group, its world, and what was sent since."""

    world: World
    rowan: Calendar
    wire: Wire
    ids: dict[str, int] = field(default_factory=dict)
    """The meetings by their names; those that only the schedule knows are missing."""
    file: bytes = b""
    """The calendar file that Eli took before the change."""
    begun: int = 0
    """How many requests there were before the change."""
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    """Who did what about the change, and what they were shown."""
    channels: list[simcord.ChannelHandle] = field(default_factory=list)
    """Where the group is at home, and was."""
    days: dict[str, str | None] = field(default_factory=lambda: dict(DAYS))
    """On which day each meeting is now, or should be."""

    @property
    def group_id(self) -> int:
        """The group's id."""
        return self.rowan.circle.group_id

    @property
    def guild(self) -> simcord.GuildHandle:
        """Its server."""
        return self.rowan.circle.guild

    @property
    def is_out(self) -> bool:
        """Whether the server has thrown the bot out."""
        return self.guild.id not in self.world.env.backend.guilds

    @property
    def place(self) -> Place:
        """The channel in which people type."""
        return Place(self.channels[-1].id, self.guild.id)

    def person(self, name: str) -> simcord.MemberActor:
        """Return somebody of the server."""
        return self.rowan.person(name)

    def name_of(self, user_id: int | None) -> str:
        """Return the name of a person by their id."""
        known = {self.person(name).id: name for name in (*PEOPLE, "Zoe")}
        return "nobody" if user_id is None else known.get(user_id, "somebody else")

    async def do(self, name: str, command: str, /, **options: Any) -> Answer:
        """Let somebody type a command in the group's channel, and keep what they are shown."""
        return self._kept(name, await self.wire.command(self.person(name), self.place, command, **options))

    async def press(self, name: str, custom_id: str, *values: str, direct: bool = False) -> Answer:
        """Let somebody press a button or choose from a select, on the message that has it if one does."""
        place = self.wire.direct(self.person(name)) if direct else self.place
        shown = self.world.env.backend.messages.get(place.channel_id, {}).values()
        on = next(
            ((each, found) for each in shown if (found := _pressable(each.components, custom_id))), None
        )
        message, pressed = on or (None, custom_id)
        chosen = list(values) or None
        answer = await self.wire.press(self.person(name), place, pressed, chosen, message)
        return self._kept(name, answer)

    async def fill(self, name: str, custom_id: str, /, **fields: Any) -> Answer:
        """Let somebody send a form, and keep what they are shown."""
        answer = await self.wire.submit(self.person(name), self.place, custom_id, fields)
        return self._kept(name, answer)

    def _kept(self, name: str, answer: Answer) -> Answer:
        assert answer.acknowledged, answer.requests
        self.answers.append((name, answer))
        return answer

    async def meetings(self) -> dict[str, dict[str, Any]]:
        """Return the meetings that have a name, as they are now: those in force before those called off."""
        rows = await self.world.rows(
            "SELECT * FROM meetings WHERE group_id = :group ORDER BY starts_at, id", group=self.group_id
        )
        [held] = [row for row in rows if row["id"] == self.ids["held"]] or [{}]
        found = {"held": held} if held else {}
        for name, day in self.days.items():
            there = [row for row in rows if row["local_day"] == day and row["id"] != self.ids["held"]]
            there.sort(key=lambda row: row["state"] in ("skipped", "cancelled"))
            if there:
                found[name] = there[0]
        return found

    async def tables(self) -> set[str]:
        """Return the names of all tables."""
        if self.world.bot.settings.database_url.startswith("sqlite"):
            rows = await self.world.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        else:
            rows = await self.world.rows(
                "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
            )
        return {row["name"] for row in rows if not row["name"].startswith("sqlite_")}

    async def day(self, name: str, later: int) -> str:
        """Return the day so many days after that of a meeting."""
        [row] = await self.world.rows("SELECT local_day FROM meetings WHERE id = :id", id=self.ids[name])
        return (date.fromisoformat(row["local_day"]) + timedelta(days=later)).isoformat()

    async def location(self, name: str) -> str:
        """Return the id of a location."""
        [row] = await self.world.rows("SELECT id FROM locations WHERE name = :name", name=name)
        return str(row["id"])

    async def calendar_file(self, name: str = "Eli") -> bytes:
        """Let somebody ask for the group's calendar file."""
        answer = await self.wire.command(self.person(name), self.place, "meeting calendar")
        files = await answer.files()
        return files[0][1] if files else b""

    def begin(self) -> None:
        """Forget what was sent and shown so far: what follows belongs to the change."""
        self.begun, self.answers = len(self.world.env.http_requests), []

    def channel_messages(self) -> list[discord.Message]:
        """Return what the group's channels show now, the oldest first."""
        return [
            message
            for channel in self.channels
            if channel.id in self.world.env.backend.channels
            for message in channel.history()
            if not message.flags.ephemeral
        ]

    def card(self, mark: str) -> discord.Message:
        """Return the latest message of the channel with these words."""
        found = [each for each in self.channel_messages() if mark in texts_in(each)]
        if not found:
            raise LookupError(f"the channel shows no {mark!r}")
        return found[-1]


async def begin(world: World) -> Life:
    """Let the group live up to the evening of its first meeting."""
    guild = world.guild()
    _allow(world, guild)
    made = await circle(
        world, PEOPLE[0], guild=guild, weekday=TUESDAY, zone="Europe/London", rotation=Rotation.TURNS
    )
    made.people += [world.person(name, guild) for name in PEOPLE[1:]]
    world.person("Zoe", guild)
    life = Life(world, Calendar(world, made), Wire(world), channels=[made.channel])
    await _settle_in(life)
    await world.until(HELD + timedelta(minutes=1))
    await _meet(life)
    await world.until(Moment.EVENING.value - timedelta(minutes=10))
    await _agree(life)
    await world.until(Moment.EVENING.value)
    return life


def _allow(world: World, guild: simcord.GuildHandle) -> None:
    allowed = discord.Permissions.all()
    allowed.update(administrator=False)
    world.env.backend.edit_role(guild.id, guild.roles["TestBot"].id, {"permissions": allowed.value})


async def _settle_in(life: Life) -> None:
    group = life.group_id
    for number, name in enumerate(PEOPLE[1:], 1):
        await life.do("Ana", "group invite", member=life.person(name))
        await life.press(name, f"invitation_accept:{number}")
    settings = {
        "name": "Rowan", "channel": [str(life.rowan.channel.id)], "capacity": ["10"], "language": ["en"],
    }  # fmt: skip
    await life.fill("Ana", f"group_settings_save:{group}", **settings)
    await life.fill("Ana", f"group_answers_save:{group}", minimum=["4"], hours="6")
    for owner, name, kind, where in (
        ("Ben", "Ben's flat", "place", "1 Ash Road"),
        ("Cho", "Cho's kitchen", "place", "2 Birch Road"),
        ("Ana", PUBLIC, "place", "3 Cedar Road"),
        ("Dev", "Our room", "virtual", LINK),
    ):
        access = ["public"] if name == PUBLIC else []
        await life.fill(
            owner, f"location_new:{group}", name=name, kind=[kind], where=where, access=access, note=""
        )
    for name in PEOPLE:
        await life.do(name, "commit add", text=f"{name}'s letter")
    await life.press("Eli", "me_direct:1")


async def _meet(life: Life) -> None:
    meeting = await life.world.rows("SELECT id FROM meetings WHERE state = 'open'")
    life.ids["held"] = held = meeting[0]["id"]
    for name in ("Ana", "Ben", "Cho", "Dev"):
        await life.press(name, f"here:{held}")
    await life.fill("Ben", f"checkin_report:{held}", win="An answer", blocker="")
    await life.world.pass_time(hours=1)
    await life.press("Ana", f"close_now:{held}")
    await life.world.run_due()
    for name, rating in (("Ana", 4), ("Ben", 5), ("Cho", 4), ("Dev", 3)):
        await life.press(name, f"pulse:{held}:{rating}")


async def _agree(life: Life) -> None:
    """Agree on what lies ahead."""
    await life.do("Ana", "group transfer", member=str(life.person("Dev").id), stay_organizer=True)
    await life.do("Ana", "meeting skip", meeting=DAYS[HOLIDAY], reason="holiday")
    await life.do("Ana", "meeting move", meeting="2026-02-10", date=DAYS[MOVED], time="18:00")
    await name_meetings(life)
    following, second = life.ids[NEXT], life.ids[SECOND]
    hosts = {row["meeting_id"]: row["host_id"] for row in await _arrangements(life)}
    assert [life.name_of(hosts[each]) for each in (following, second)] == ["Ben", "Cho"]
    await life.press("Ben", f"swap_pick:{life.group_id}", f"{following}-{second}")
    [swap] = await life.world.rows("SELECT id FROM swaps")
    await life.world.run_due()
    await life.press("Cho", f"swap_agree:{swap['id']}")
    await life.do("Ana", "rotation assign", meeting=str(second), location=await life.location("Library"))
    await life.press("Ben", f"swap_pick:{life.group_id}", f"{second}-{following}")
    await life.do("Ana", "activity choose", activity="introductions", meeting=str(second))
    await life.do("Dev", "away", start="2026-01-19", end="2026-01-21")
    for name, answer in (("Ana", "going"), ("Ben", "going"), ("Cho", "late"), ("Dev", "virtual")):
        await life.press(name, f"rsvp:{following}:{answer}")
    await life.world.run_due()
    life.file = await life.calendar_file()


async def _arrangements(life: Life) -> list[dict[str, Any]]:
    return await life.world.rows("SELECT meeting_id, host_id FROM venues")


async def name_meetings(life: Life) -> None:
    """Note which meeting is which."""
    rows = await life.world.rows(
        "SELECT id, local_day FROM meetings WHERE id <> :held", held=life.ids["held"]
    )
    by_day = {row["local_day"]: row["id"] for row in rows}
    life.ids |= {name: by_day[day] for name, day in DAYS.items() if day in by_day}


async def live_on(life: Life, moment: Moment) -> None:
    """Let the group live on to a moment, from the one before it, each doing what people do until then."""
    if moment is Moment.EVE:
        await life.world.until(moment.value - timedelta(minutes=5))
        await life.fill("Ben", f"checkin_report:{life.ids[NEXT]}", win="A call", blocker="")
    if moment is Moment.MEETING:
        await life.world.until(moment.value - timedelta(minutes=10))
        for name in ("Ana", "Cho"):
            await life.press(name, f"here:{life.ids[NEXT]}")
    await life.world.until(moment.value)


def _pressable(components: Sequence[Any], custom_id: str) -> str | None:
    """Return how a message has a button with this id, which the ping's mark may follow; None without one."""
    for item in components:
        if item.get("custom_id", "").partition(MARK)[0] == custom_id:
            return str(item["custom_id"])
        if found := _pressable(item.get("components") or (), custom_id):
            return found
    return None
