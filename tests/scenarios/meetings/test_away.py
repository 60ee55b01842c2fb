"""Members say when they are away, and the bot answers for them."""

from datetime import UTC, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import GuildId, InteractionId
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.services.locations import arrangements
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.meetings.deciding import question, settle
from tests.scenarios.wire import Place, Wire
from tests.world import World, custom_ids, labels, texts_in

FIRST = datetime(2026, 1, 6, 19, tzinfo=UTC)


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that meets on Tuesdays at 19:00, first on 6 January."""
    return await calendar(world)


async def test_away_answers_the_meetings_inside_and_takes_the_answers_back(rowan: Calendar) -> None:
    ben = rowan.person("Ben").mention
    await rowan.world.until(FIRST - timedelta(hours=20))
    await rowan.press("Ben", "Going")
    reply = await rowan.ask("Ben", "away", start="2026-01-05", end="2026-01-13")
    assert "**Rowan** Monday, January 5 to Tuesday, January 13" in texts_in(reply)
    assert stamp(FIRST) in texts_in(reply)
    assert stamp(FIRST + timedelta(weeks=1)) in texts_in(reply)
    assert "not why" in texts_in(reply)
    assert f"can't come {ben}" in texts_in(rowan.card())
    listed = await rowan.ask("Ben", "away")
    assert labels(listed) == ["Take back"]
    assert "no time away noted" in await rowan.press("Ben", "Take back", listed)
    assert "can't come" not in texts_in(rowan.card())
    assert "Coming" not in texts_in(rowan.card())


async def test_refusals_write_days_as_people_do_when_they_name_one(rowan: Calendar) -> None:
    for options, said in (
        (
            {"start": "2026-01-08", "end": "2026-01-05"},
            "away, Monday, January 5, is before the first, Thursday, January 8",
        ),
        ({"start": "2025-12-31"}, "Wednesday, December 31 has passed"),
    ):
        assert said in texts_in(await rowan.ask("Ben", "away", **options))
    assert "does not meet on Wednesday, January 7" in texts_in(
        await rowan.ask("Ana", "meeting skip", meeting="2026-01-07")
    )


async def test_days_away_are_the_members_own_and_the_answer_says_so_when_zones_differ(world: World) -> None:
    rowan = await calendar(world, zone="America/Los_Angeles", at=time(19))  # Wednesday noon in Tokyo
    meets = datetime(2026, 1, 7, 3, tzinfo=UTC)
    reply = await rowan.ask("Cho", "away", start="2026-01-06")
    assert stamp(meets) in texts_in(reply)
    assert "These are days in America/Los Angeles, as in your group." in texts_in(reply)
    await rowan.world.bot.services.preferences.set_zone(rowan.circle.actor(rowan.person("Ben")), "Asia/Tokyo")
    reply = await rowan.ask("Ben", "away", start="2026-01-07")
    assert stamp(meets) in texts_in(reply)
    assert "These are days in Asia/Tokyo, your own zone." in texts_in(reply)
    await rowan.world.until(datetime(2026, 1, 6, 16, tzinfo=UTC))  # 8 on Tuesday there, 1 on Wednesday here
    for name, command, option, given, first in (
        ("Ben", "away", "start", {}, "2026-01-07"),
        ("Cho", "away", "start", {}, "2026-01-06"),
        ("Ana", "meeting move", "date", {"time": "20:30"}, "2026-01-06"),
        ("Ana", "meeting move", "date", {}, "2026-01-07"),  # on Tuesday it stands at 19:00 already
    ):
        offered = await rowan.person(name).autocomplete(rowan.channel, command, option, "", **given)
        assert offered[0]["value"] == first
    await rowan.world.until(meets + timedelta(minutes=1))
    for name in ("Ben", "Cho"):
        assert f"{rowan.person(name).mention}" not in texts_in(rowan.said()[-1])


async def test_an_own_answer_counts_more_than_time_away(rowan: Calendar) -> None:
    await rowan.ask("Ben", "away", start="2026-01-06")
    await rowan.world.until(FIRST - timedelta(hours=20))
    ben = rowan.person("Ben").mention
    assert f"can't come {ben}" in texts_in(rowan.card())
    await rowan.press("Ben", "Virtual")
    assert f"**virtual** {ben}" in texts_in(rowan.card())


async def test_who_is_away_gets_no_reminder_and_is_not_called_to_the_check_in(rowan: Calendar) -> None:
    await rowan.opt_in("Ben")
    await rowan.ask("Ben", "away", start="2026-01-01", end="2026-01-31")
    await rowan.world.until(FIRST + timedelta(minutes=1))
    assert rowan.person("Ben").user.dm_channel.history() == []
    check_in = rowan.said()[-1]
    assert "Check-in is open" in texts_in(check_in)
    assert check_in.mentions == []


async def test_away_holds_for_all_groups_here_or_for_one(world: World) -> None:
    rowan = await calendar(world)
    ash = await calendar(world, name="Ash", guild=rowan.circle.guild)
    everywhere = texts_in(await rowan.ask("Ben", "away", start="2026-01-06"))
    assert "**Ash** Tuesday, January 6" in everywhere
    assert "**Rowan** Tuesday, January 6" in everywhere
    here = texts_in(await ash.ask("Cho", "away", start="2026-01-06", group=str(ash.circle.group_id)))
    assert "**Ash** Tuesday, January 6" in here
    assert "Rowan" not in here


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"start": "2026-01-06", "end": "2026-01-05"}, "swap them"),
        ({"start": "2025-12-01", "end": "2025-12-02"}, "has passed"),
        ({"start": "2026-01-01", "end": "2026-12-31"}, "at most 180 days"),
        ({"start": "2028-01-01"}, "far away"),
        ({"start": "tomorrow"}, "could not read"),
        ({"start": "2026-W01-1"}, "could not read"),
        ({"start": "2026-02-30"}, "no such day"),
        ({"end": "2026-01-06"}, "first day too"),
        ({"start": "2026-01-06", "group": "999"}, "no such group"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(
    rowan: Calendar, options: dict[str, str], sentence: str
) -> None:
    assert sentence in texts_in(await rowan.ask("Ben", "away", **options))
    assert await rowan.world.rows("SELECT * FROM away") == []


async def test_who_is_in_no_group_is_told_so(rowan: Calendar) -> None:
    assert "not in a buddy group" in texts_in(await rowan.ask("Zoe", "away", start="2026-01-06"))
    assert "no time away" in texts_in(await rowan.ask("Zoe", "away"))


async def test_days_are_offered_from_the_first_one_on(rowan: Calendar) -> None:
    ben = rowan.person("Ben")
    days = await ben.autocomplete(rowan.channel, "away", "start", "tue")
    assert days[0] == {"name": "Tuesday 6 January", "value": "2026-01-06"}
    after = await ben.autocomplete(rowan.channel, "away", "end", "", start="2026-01-20")
    assert after[0]["value"] == "2026-01-20"


async def test_taking_back_works_after_a_restart(rowan: Calendar) -> None:
    listed = await rowan.ask("Ben", "away", start="2026-01-06")
    await rowan.world.restart()
    assert "no time away noted" in await rowan.press("Ben", "Take back", listed)


async def test_away_says_when_too_few_are_left_and_names_nobody(rowan: Calendar) -> None:
    await settle(rowan, minimum=3)
    alone = texts_in(await rowan.ask("Ben", "away", start="2026-01-06"))
    said = f"{stamp(FIRST)}: fewer than 3 may be able to come."
    assert said in alone
    assert "name nobody" in alone
    assert said not in texts_in(await rowan.ask("Cho", "away", start="2026-01-14"))
    await rowan.world.until(FIRST - timedelta(hours=6))
    assert "Coming so far: 0" in texts_in(question(rowan))
    assert said not in texts_in(await rowan.ask("Ben", "away"))


async def test_a_host_who_is_away_reads_who_hosts_now_and_the_group_hears_it(rowan: Calendar) -> None:
    host, other = await turns(rowan, "Ben", "Cho")
    await rowan.world.until(FIRST - timedelta(days=2))
    reply = await rowan.ask(host, "away", start="2026-01-06")
    handed_to = rowan.person(other).mention
    assert f"{stamp(FIRST)}: you were to host; now {handed_to} does." in texts_in(reply)
    await rowan.world.until(FIRST - timedelta(hours=20))
    assert f"hosted by {handed_to}" in texts_in(rowan.card())
    assert "you were to host" not in texts_in(await rowan.ask(host, "away"))


async def test_a_host_who_is_away_in_the_last_day_reads_that_it_is_open(rowan: Calendar) -> None:
    host, _ = await turns(rowan, "Ben", "Cho")
    await rowan.world.until(FIRST - timedelta(hours=20))
    reply = texts_in(await rowan.ask(host, "away", start="2026-01-06"))
    assert f"{stamp(FIRST)}: you were to host; who does is open now." in reply


async def test_taking_days_back_says_what_that_changes(rowan: Calendar) -> None:
    host, _ = await turns(rowan, "Ben", "Cho")
    listed = await rowan.ask(host, "away", start="2026-01-06")
    back = await rowan.press(host, "Take back", listed)
    assert f"I no longer say “can't come” to: {stamp(FIRST)}." in back
    assert f"{stamp(FIRST)}: you are the host." in back
    assert "no time away noted" in back
    assert "I no longer say" not in texts_in(await rowan.ask(host, "away"))


async def test_what_is_free_again_stays_readable_when_take_back_is_pressed_twice(rowan: Calendar) -> None:
    listed = await rowan.ask("Ben", "away", start="2026-01-06")
    [drop] = custom_ids(listed)
    assert "I no longer say" in await rowan.press("Ben", "Take back", listed)
    channel = Place(rowan.channel.id, rowan.circle.guild.id)
    twice = await Wire(rowan.world).press(rowan.person("Ben"), channel, drop)
    assert twice.payload["type"] == 4, "the card of the first press stays as it is"
    assert "no time away noted" in twice.said


async def turns(rowan: Calendar, *hosts: str) -> tuple[str, str]:
    """Let two take turns at hosting; return who has the first turn, and the other."""
    group_id = rowan.circle.group_id

    async def script(tx: Tx) -> int:
        group = await GroupRepository(tx).get(GuildId(rowan.circle.guild.id), group_id)
        assert group is not None
        await GroupRepository(tx).change(group, rotation=Rotation.TURNS)
        for member in await MemberRepository(tx).list_current(group_id):
            willing = member.user_id in [rowan.person(name).id for name in hosts]
            assert await MemberRepository(tx).set_hosts(
                group_id=group_id, user_id=member.user_id, hosts=willing, interaction_id=InteractionId(0)
            )
        await tx.run("UPDATE venues SET basis = 'open'")
        await arrangements.settle(UnitOfWork(tx), group._replace(rotation=Rotation.TURNS), rowan.world.now)
        row = await tx.one(
            "SELECT v.host_id FROM venues v JOIN meetings m ON m.id = v.meeting_id ORDER BY m.starts_at"
        )
        assert row is not None
        host: int = row["host_id"]
        return host

    host = await rowan.world.bot.services.transactions.write(lambda uow: script(uow.tx))
    first, second = sorted(hosts, key=lambda name: rowan.person(name).id != host)
    return first, second
