"""An organizer takes the record of a group along; nobody else does, and all organizers can read of it."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import simcord
from simcord import interactions

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.groups.audit import Action
from buddybot.domain.ids import GuildId
from buddybot.storage.engine.database import Tx
from buddybot.storage.privacy.audit import AuditRepository
from buddybot.ui.attendance import record_export
from tests.scenarios.meetings.calendars import Calendar, calendar, stamp
from tests.scenarios.pasts import ABSENT, PRESENT, lived
from tests.world import World, texts_in

EXCUSED = Attendance.EXCUSED
EXPORT = "attendance export"


@pytest.fixture
async def rowan(world: World) -> Calendar:
    """A group that has met three times; Ben was there, away with a word, and absent."""
    rowan = await calendar(world)
    await lived(rowan, "Ben", PRESENT, EXCUSED, ABSENT)
    return rowan


def limit_files(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let the simulated server take files of so many bytes besides what the message needs."""
    payload = interactions.base_payload

    def small(*args: Any, **named: Any) -> tuple[Any, dict[str, Any]]:
        record, made = payload(*args, **named)
        return record, {**made, "attachment_size_limit": size + record_export._ROOM}

    monkeypatch.setattr(interactions, "base_payload", small)


async def table(message: simcord.ResponseMessage) -> list[dict[str, str]]:
    """Read the CSV files of a message as one."""
    rows: list[dict[str, str]] = []
    for attachment in message.attachments:
        text = (await attachment.read()).decode()
        rows += csv.DictReader(io.StringIO(text, newline=""))
    return rows


async def log(rowan: Calendar, name: str = "Ana") -> str:
    """Return what an organizer reads in the log."""
    return await rowan.press(name, "Exports and deletions", await rowan.ask(name, "group info"))


async def offers(rowan: Calendar, name: str, option: str, typed: str, **filled: str) -> dict[str, str]:
    """Return what is offered to somebody who types into an option: values by their labels."""
    found = await rowan.person(name).autocomplete(rowan.channel, EXPORT, option, typed, **filled)
    return {each["name"]: each["value"] for each in found}


async def test_an_organizer_gets_a_file_that_only_they_see(rowan: Calendar) -> None:
    reply = await rowan.ask("Ana", EXPORT, format="csv")
    said = texts_in(reply)
    assert "The record of Rowan" in said
    assert "meetings: 3 · rows: 9" in said
    assert "log" in said
    [attachment] = reply.attachments
    assert attachment.filename == "rowan-attendance-2025-12-17-to-2025-12-31.csv"
    rows = await table(reply)
    assert [row["State"] for row in rows if row["Name"] == "Ben"] == ["present", "excused", "absent"]


async def test_every_format_comes_as_a_file_of_its_kind(rowan: Calendar) -> None:
    begins = {
        "xlsx": b"PK\x03\x04", "csv": b"Group,", "csv_excel": b"\xef\xbb\xbfGroup,", "json": b"{",
        "jsonl": b"{", "ics": b"BEGIN:VCALENDAR", "png": b"\x89PNG", "report": b"<!doctype html>",
    }  # fmt: skip
    for form, start in begins.items():
        reply = await rowan.ask("Ana", EXPORT, format=form)
        [attachment] = reply.attachments
        assert (await attachment.read()).startswith(start), form
        await rowan.world.pass_time(minutes=2)
    assert (await log(rowan)).count("exported the record") == len(begins)


async def test_a_picture_has_words_for_those_who_hear_it(rowan: Calendar) -> None:
    reply = await rowan.ask("Ana", EXPORT, format="png")
    [gallery] = [each for each in reply.components[0]["components"] if each["type"] == 12]
    assert "3 meetings" in gallery["items"][0]["description"]


async def test_days_are_typed_or_chosen_and_both_count(rowan: Calendar) -> None:
    assert await offers(rowan, "Ana", "from", "24 dec") == {"Wednesday 24 December 2025": "2025-12-24"}
    assert list((await offers(rowan, "Ana", "to", "")).values()) == ["2025-12-31", "2025-12-24", "2025-12-17"]
    reply = await rowan.ask("Ana", EXPORT, format="csv", **{"from": "2025-12-24", "to": "2025-12-24"})
    [attachment] = reply.attachments
    assert attachment.filename == "rowan-attendance-2025-12-24.csv"
    assert {row["Date"] for row in await table(reply)} == {"2025-12-24"}


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-02-30", "", "2026-02-30"),
        ("last week", "", "last week"),
        ("2025-12-31", "2025-12-17", "before it begins"),
        ("2026-01-01", "", "No meeting in that time"),
        ("", "2025-12-16", "No meeting in that time"),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused_kindly(
    rowan: Calendar, first: str, last: str, sentence: str
) -> None:
    days = {name: day for name, day in (("from", first), ("to", last)) if day}
    reply = await rowan.ask("Ana", EXPORT, format="csv", **days)
    assert sentence in texts_in(reply)
    assert reply.attachments == []
    assert "Nothing was exported" in await log(rowan)


async def test_a_group_before_its_first_meeting_has_nothing_to_export(world: World) -> None:
    rowan = await calendar(world)
    assert "nothing to export yet" in texts_in(await rowan.ask("Ana", EXPORT, format="xlsx"))


async def test_members_strangers_and_other_servers_get_nothing(rowan: Calendar) -> None:
    world, mine = rowan.world, str(rowan.circle.group_id)
    elsewhere = await calendar(world, name="Elm", guild=world.guild("Elsewhere"))
    asked = {
        ("Ben", ""): "Only an organizer", ("Ben", "mine"): "Only an organizer",
        ("Zoe", mine): "no such group", ("Zoe", ""): "not in a buddy group",
        ("Zoe", "mine"): "not in a buddy group",
    }  # fmt: skip
    for (name, group), sentence in asked.items():
        reply = await rowan.ask(name, EXPORT, format="csv", **({"group": group} if group else {}))
        assert sentence in texts_in(reply), (name, group)
        assert reply.attachments == []
        assert await offers(rowan, name, "group", "") == {}
        assert await offers(rowan, name, "from", "") == {}
    there = await elsewhere.ask("Ana", EXPORT, format="csv", group=mine)
    assert "no such group" in texts_in(there)
    assert await world.rows("SELECT * FROM audit") == []


async def test_all_of_somebodys_groups_come_together(rowan: Calendar) -> None:
    birch = await calendar(rowan.world, name="Birch", guild=rowan.circle.guild)
    await lived(birch, "Cho", PRESENT, ABSENT)
    elm = await calendar(rowan.world, name="Elm", guild=rowan.world.guild("Elsewhere"))
    await lived(elm, "Cho", PRESENT)

    offered = await offers(rowan, "Ana", "group", "")
    assert list(offered) == ["All of my groups", "Birch", "Rowan"]
    reply = await rowan.ask("Ana", EXPORT, format="csv", group=offered["All of my groups"])
    [attachment] = reply.attachments
    assert attachment.filename.startswith("2-groups-attendance-")
    assert {row["Group"] for row in await table(reply)} == {"Birch", "Rowan"}
    assert (await log(rowan)).count("exported the record") == 1
    assert (await log(birch)).count("exported the record") == 1
    assert "Nothing was exported" in await log(elm)


async def test_what_is_larger_than_discord_takes_comes_in_parts(
    rowan: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await table(await rowan.ask("Ana", EXPORT, format="csv"))
    limit_files(monkeypatch, 650)
    result = await rowan.person("Ana").slash(rowan.channel, EXPORT, format="csv")
    assert result.response is not None
    messages = [result.response, *result.followups]
    assert all(message.ephemeral for message in messages)
    assert "larger than Discord takes" in texts_in(result.response)
    assert "follow below: 2" in texts_in(result.response)
    assert [name for message in messages for name in names(message)] == [
        f"rowan-attendance-2025-12-17-to-2025-12-31-part-{part}-of-3.csv" for part in (1, 2, 3)
    ]
    assert [row for message in messages for row in await table(message)] == whole
    for message in messages:
        for attachment in message.attachments:
            assert attachment.size <= 650


def names(message: simcord.ResponseMessage) -> Sequence[str]:
    return [attachment.filename for attachment in message.attachments]


async def test_small_files_share_a_message_ten_at_most(world: World) -> None:
    rowan = await calendar(world)
    await lived(rowan, "Cho", *[PRESENT] * 300)
    result = await rowan.person("Ana").slash(rowan.channel, EXPORT, format="png")
    assert result.response is not None
    files = [len(message.attachments) for message in (result.response, *result.followups)]
    assert files == [10, 2]
    assert "follow below: 2" in texts_in(result.response)
    assert "larger than Discord" not in texts_in(result.response)


async def test_a_meeting_that_fits_into_no_file_is_refused(
    rowan: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_files(monkeypatch, 100)
    reply = await rowan.ask("Ana", EXPORT, format="csv")
    assert "Choose another format" in texts_in(reply)
    assert reply.attachments == []


async def test_a_long_export_says_how_far_it_has_come(world: World) -> None:
    rowan = await calendar(world)
    await lived(rowan, "Ben", *[PRESENT] * 700)
    since = len(rowan.world.env.http_requests)
    reply = await rowan.ask("Ana", EXPORT, format="csv")
    assert len(await table(reply)) > record_export.LONG
    assert len(reply.attachments) == 1
    sent = rowan.world.env.http_requests[since:]
    shares = [share for share in (0, 25, 50, 75) if any(f"{share} % are done" in str(e.json) for e in sent)]
    assert shares == [0, 25, 50, 75]
    assert "are done" not in texts_in(reply)


async def test_a_short_one_is_one_answer(rowan: Calendar) -> None:
    since = len(rowan.world.env.http_requests)
    await rowan.ask("Ana", EXPORT, format="csv")
    assert len(rowan.world.env.http_requests) == since + 1


async def test_a_few_in_a_minute_are_enough(rowan: Calendar) -> None:
    for _ in range(4):
        assert (await rowan.ask("Ana", EXPORT, format="json")).attachments
    refused = await rowan.ask("Ana", EXPORT, format="json")
    assert "wait a minute" in texts_in(refused)
    await rowan.world.pass_time(minutes=1)
    assert (await rowan.ask("Ana", EXPORT, format="json")).attachments


async def test_the_log_says_who_took_what_and_when(rowan: Calendar) -> None:
    at = rowan.world.now
    await rowan.ask("Ana", EXPORT, format="xlsx")
    await rowan.world.pass_time(days=1)
    await rowan.world.restart()
    said = await log(rowan)
    ana = rowan.person("Ana").id
    assert f"{stamp(at)} · <@{ana}> exported the record: spreadsheet" in said
    assert "Wednesday 17 December 2025 to Wednesday 31 December 2025, rows: 9" in said


async def test_members_have_no_button_and_no_log(rowan: Calendar) -> None:
    info = await rowan.ask("Ben", "group info")
    assert "Exports and deletions" not in texts_in(info)


async def test_every_kind_of_line_is_a_sentence(rowan: Calendar) -> None:
    others = [action for action in Action if action not in (Action.EXPORT, Action.OPERATOR_EXPORT)]
    now = rowan.world.now
    told = {
        Action.RETENTION: {"meetings": 7},
        Action.RESTORE: {"copied_at": int(now.timestamp()), "restored_at": 0, "count": 3},
    }

    async def script(tx: Tx) -> None:
        for number, action in enumerate(others):
            await AuditRepository(tx).log(
                GuildId(rowan.circle.guild.id),
                rowan.circle.group_id,
                action,
                actor_id=None,
                now=now + timedelta(minutes=number),
                parameters=told.get(action),
            )

    await rowan.world.bot.services.transactions.write(lambda uow: script(uow.tx))
    said = await log(rowan)
    assert said.count(" · ") == len(others)
    for words in (
        *("copy of their own data", "their own data deleted", "as that person had asked"),
        *("without names: 7", f"a copy of {stamp(now)} to work", "not sent again: 3"),
    ):
        assert words in said
