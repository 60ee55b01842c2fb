"""What can be seen of what people said and did, and of what is counted of it."""

import json
from datetime import timedelta
from typing import Any

from tests.changes.life import Life
from tests.changes.seen.ahead import IN_FORCE, TAKES_PLACE, all_meetings, group_row, roll_of
from tests.changes.words import Fact, Facts

KEPT = timedelta(days=730)
"""How long the words of a meeting are kept, by the settings that ship."""
WORDS = ("checkins", "rsvps", "turns", "interests", "shares", "host_passes", "offers", "swaps")
"""Tables that hold what people said about a meeting."""


async def see_rsvps(life: Life) -> Facts:
    """What each member answers for each meeting in force, by themselves or by their time away."""
    found = {}
    for name, row in (await life.meetings()).items():
        if row["state"] not in TAKES_PLACE:
            continue
        for rsvp in (await roll_of(life, row["id"])).given:
            who = life.name_of(rsvp.user_id)
            whose = (who,) if rsvp.answer.coming else ()
            found[f"{who} for {name}"] = Fact(rsvp.answer.value, row["local_day"], whose)
    return found


async def rsvps_wrong(life: Life) -> list[str]:
    """Which answers are to a meeting that does not exist."""
    rows = await life.world.rows(
        "SELECT r.user_id FROM rsvps r LEFT JOIN meetings m ON m.id = r.meeting_id WHERE m.id IS NULL"
    )
    return [f"the answer of {life.name_of(row['user_id'])} is to no meeting" for row in rows]


async def see_commitments(life: Life) -> Facts:
    """What each member will do, and by which meeting."""
    ahead = [row for row in await all_meetings(life) if row["state"] in IN_FORCE]
    by = ahead[0]["local_day"] if ahead else "no meeting"
    rows = await life.world.rows("SELECT * FROM commitments WHERE text <> '' ORDER BY id")
    return {
        f"“{row['text']}” {row['id']}": Fact(
            f"{row['state']}, {row['done']} of {row['target']}", by if row["state"] == "open" else ""
        )
        for row in rows
    }


async def see_checkins(life: Life) -> Facts:
    """What each member reported at each meeting."""
    found = {}
    for name, row in (await life.meetings()).items():
        for report in await life.world.rows("SELECT * FROM checkins WHERE meeting_id = :id", id=row["id"]):
            who = life.name_of(report["user_id"])
            found[f"check-in of {who} at {name}"] = Fact(report["win"] or "", row["local_day"])
    return found


async def see_attendance(life: Life) -> Facts:
    """How each member stands at each meeting."""
    found = {}
    for name, row in (await life.meetings()).items():
        entries = await life.world.rows(
            "SELECT user_id, state FROM attendance WHERE meeting_id = :id ORDER BY id", id=row["id"]
        )
        for entry in entries:
            who = life.name_of(entry["user_id"]) if entry["user_id"] > 0 else "nobody any more"
            found[f"{who} at {name}"] = Fact(entry["state"])
    return found


async def attendance_wrong(life: Life) -> list[str]:
    """Which closed meetings have members of whom nothing is recorded."""
    wrong = []
    for row in await all_meetings(life):
        if row["state"] != "closed" or row["reduced"]:
            continue
        began = row["starts_at"]
        expected = await life.world.rows(
            "SELECT DISTINCT user_id FROM memberships WHERE group_id = :group AND joined_at <= :began "
            "AND (left_at IS NULL OR left_at > :began)",
            began=began,
            group=life.group_id,
        )
        noted = await life.world.rows("SELECT user_id FROM attendance WHERE meeting_id = :id", id=row["id"])
        missing = {each["user_id"] for each in expected} - {each["user_id"] for each in noted}
        if missing:
            names = ", ".join(sorted(map(life.name_of, missing)))
            wrong.append(f"{row['local_day']} is closed and says nothing of {names}")
    return wrong


async def record(life: Life) -> dict[str, Any]:
    """Return the group's record as an organizer takes it out; empty when nobody can."""
    if life.is_out:
        return {}
    for name in ("Ana", "Dev", "Ben"):
        if life.person(name).id not in life.guild.member_ids():
            continue
        answer = await life.wire.command(
            life.person(name), life.place, "attendance export", format="json", group=str(life.group_id)
        )
        for file, data in await answer.files():
            if file.endswith(".json"):
                found: dict[str, Any] = json.loads(data)["groups"][0]
                return found
    return {}


def see_rates(taken: dict[str, Any]) -> Facts:
    """What is counted of the meetings that were held."""
    return {f"{kind} rate": Fact(json.dumps(figures)) for kind, figures in taken.get("rates", {}).items()}


async def rates_wrong(life: Life, taken: dict[str, Any]) -> list[str]:
    """Which figure is not the one that the ledger gives."""
    if not taken:
        return []
    came = excused = absent = 0
    for meeting in taken["meetings"]:
        if meeting["state"] != "closed":
            continue
        for state in [*meeting["states"].values(), *meeting["unnamed"]]:
            came += state in ("present", "late", "virtual")
            excused += state == "excused"
            absent += state == "absent"
    figures = taken["rates"]["attendance"]
    if came + excused + absent == 0:
        return [] if figures is None else ["there is a rate of nothing"]
    counted = (figures["came"], figures["excused"], figures["absent"])
    return (
        []
        if counted == (came, excused, absent)
        else [f"the rates count {counted}, the ledger {came, excused, absent}"]
    )


def see_exports(taken: dict[str, Any]) -> Facts:
    """What a file of the record says."""
    held = {
        f"{meeting['day']} in the record": Fact(meeting["state"])
        for meeting in taken.get("meetings", ())
        if meeting["state"] in ("closed", "open")
    }
    people = {
        f"{member['name']} in the record": Fact("a member" if member["is_member"] else "was a member")
        for member in taken.get("members", ())
    }
    return {**held, **people}


async def exports_wrong(life: Life, taken: dict[str, Any]) -> list[str]:
    """What was held and is not in the file, and whose name it is not."""
    group = await group_row(life)
    if not taken:
        return [] if life.is_out or group["state"] == "gone" else ["nobody can take the record out"]
    held = {row["local_day"] for row in await all_meetings(life) if row["state"] == "closed"}
    listed = {meeting["day"] for meeting in taken["meetings"] if meeting["state"] == "closed"}
    return [f"{day} is missing in the file" for day in sorted(held - listed)]


async def see_pulse(life: Life) -> Facts:
    """How far the rating of the last meeting is."""
    found = {}
    for row in await life.world.rows("SELECT * FROM pulses ORDER BY meeting_id"):
        ratings = await life.world.rows(
            "SELECT COALESCE(SUM(votes), 0) AS votes FROM pulse_ratings WHERE meeting_id = :id",
            id=row["meeting_id"],
        )
        found[f"pulse of {row['meeting_id']}"] = Fact(
            f"{row['state']}, {ratings[0]['votes']} votes under way, published {row['band']}"
        )
    return found


async def pulse_wrong(life: Life) -> list[str]:
    """What is kept of votes after they were counted, or of no pulse."""
    closed = await life.world.rows(
        "SELECT v.meeting_id FROM pulse_voters v LEFT JOIN pulses p ON p.meeting_id = v.meeting_id "
        "WHERE p.state IS NULL OR p.state <> 'open'"
    )
    return ["who has voted is kept though the pulse is closed" for _ in closed]


async def see_nothing(_life: Life) -> Facts:
    """Nothing is seen before the time has come."""
    return {}


async def retention_wrong(life: Life) -> list[str]:
    """What is still kept of people when the time to keep it is over; the group lives no longer after this."""
    await life.world.sleep_through(days=KEPT.days + 70)
    bot = life.world.bot
    await bot.housekeeping.replan()
    await bot.services.retention.reduce_old()
    await bot.housekeeping.purge_guilds()
    before = int((life.world.now - KEPT).timestamp())
    wrong = []
    for table in WORDS:
        rows = await life.world.rows(
            f"SELECT COUNT(*) AS kept FROM {table} t JOIN meetings m ON m.id = t.meeting_id "
            "WHERE m.starts_at < :before",
            before=before,
        )
        if rows[0]["kept"]:
            wrong.append(f"{rows[0]['kept']} rows of {table} are kept too long")
    rows = await life.world.rows(
        "SELECT COUNT(*) AS kept FROM attendance a JOIN meetings m ON m.id = a.meeting_id "
        "WHERE m.starts_at < :before AND a.user_id > 0",
        before=before,
    )
    if rows[0]["kept"]:
        wrong.append("names stay in the ledger")
    return wrong
