"""What can be seen of turns: who swapped, who hosts, and where."""

from buddybot.domain.ids import UserId
from buddybot.domain.meetings.meetings import Answer
from tests.changes.life import NEXT, PUBLIC, SECOND, Life
from tests.changes.seen.ahead import IN_FORCE, TAKES_PLACE, Row, all_meetings, group_row, members, roll_of
from tests.changes.words import Fact, Facts
from tests.world import custom_ids


async def _arrangements(life: Life) -> dict[str, Row]:
    """Return where each meeting in force that has a name is, and by whom."""
    rows = await life.world.rows(
        "SELECT v.*, l.name, l.kind, l.offered_by, l.retired_at FROM venues v "
        "LEFT JOIN locations l ON l.id = v.location_id"
    )
    by_id = {row["meeting_id"]: row for row in rows}
    return {
        name: by_id[row["id"]]
        for name, row in (await life.meetings()).items()
        if row["state"] in TAKES_PLACE and row["id"] in by_id
    }


async def see_swaps(life: Life) -> Facts:
    """Whether the two turns that were swapped still are, and whether the question about them is open."""
    arrangements, both = await _arrangements(life), ("Ben", "Cho")
    meetings = await life.meetings()
    found = {}
    hosts = [
        life.name_of(arrangements[name]["host_id"]) if name in arrangements else "" for name in (NEXT, SECOND)
    ]
    if hosts == ["Cho", "Ben"]:
        days = " and ".join(meetings[name]["local_day"] for name in (NEXT, SECOND))
        found["the swap of Ben and Cho"] = Fact("Cho hosts the next meeting, Ben the second", days, both)
    for row in await life.world.rows("SELECT * FROM swaps WHERE state = 'open'"):
        found[f"Ben's question {row['id']}"] = Fact("open")
    return found


async def swaps_wrong(life: Life) -> list[str]:
    """Which questions can be agreed to though they lead nowhere, and which open ones nobody can answer."""
    rows = {row["id"]: row for row in await life.world.rows("SELECT * FROM swaps")}
    meetings = {row["id"]: row for row in await all_meetings(life)}
    hosts = {row["meeting_id"]: row["host_id"] for row in await life.world.rows("SELECT * FROM venues")}
    group, here, wrong, live = await group_row(life), await members(life), [], set()
    for message in life.channel_messages():
        asked = [each for each in custom_ids(message) if each.startswith("swap_agree:")]
        if asked:
            live.add(int(asked[0].partition("~")[0].split(":")[1]))
    for swap_id in live:
        swap = rows.get(swap_id)
        if swap is None or swap["state"] != "open":
            wrong.append(f"question {swap_id} is settled and can still be agreed to")
            continue
        both = ((swap["meeting_id"], swap["offered_by"]), (swap["other_meeting_id"], swap["offered_to"]))
        sound = group["state"] == "active" and all(
            each in meetings
            and meetings[each]["state"] == "scheduled"
            and hosts.get(each) == user
            and user in here
            for each, user in both
        )
        if not sound and group["state"] != "paused":
            wrong.append(f"question {swap_id} can be agreed to and leads nowhere")
    return wrong


async def see_hosts(life: Life) -> Facts:
    """Who hosts each meeting; who was told so, or agreed to it, must hear when they do not."""
    meetings = await life.meetings()
    found = {}
    for name, arrangement in (await _arrangements(life)).items():
        if arrangement["host_id"] is None:
            continue
        host = life.name_of(arrangement["host_id"])
        sure = meetings[name]["state"] in IN_FORCE and (
            arrangement["announced"] or arrangement["basis"] in ("swapped", "assigned", "chosen")
        )
        found[f"host of {name}"] = Fact(host, meetings[name]["local_day"], (host,) if sure else ())
    for row in await _home_questions(life):
        found[f"question {row['id']} about a home"] = Fact("open", row["local_day"])
    return found


async def _home_questions(life: Life) -> list[Row]:
    """Return the questions about homes that went out and that nobody answered or settled otherwise."""
    now = int(life.world.now.timestamp())
    rows = await life.world.rows(
        "SELECT o.*, m.local_day, m.starts_at FROM outbox o JOIN meetings m ON m.id = o.meeting_id "
        "WHERE o.kind = 'home' AND o.state = 'sent' AND o.error IS NULL AND m.state = 'scheduled'"
    )
    return [row for row in rows if row["expires_at"] > now]


async def _planned(life: Life) -> list[Row]:
    """Return where the meetings ahead are at which people meet somewhere, also during a break."""
    return await life.world.rows(
        "SELECT v.*, m.local_day, l.name, l.kind, l.offered_by, l.retired_at FROM venues v "
        "JOIN meetings m ON m.id = v.meeting_id JOIN groups g ON g.id = m.group_id "
        "LEFT JOIN locations l ON l.id = v.location_id "
        "WHERE m.group_id = :group AND g.state <> 'archived' AND m.state = 'scheduled' "
        "AND v.online = 0 ORDER BY m.starts_at",
        group=life.group_id,
    )


async def _stays_away(life: Life, meeting_id: int, user_id: int) -> bool:
    """Whether somebody has said that they do not come to a meeting, or has left."""
    answer = (await roll_of(life, meeting_id)).find_rsvp(UserId(user_id))
    return user_id not in await members(life) or answer is Answer.APOLOGIES


async def hosts_wrong(life: Life) -> list[str]:
    """Who hosts though they are no member or do not come, and which homes can be lent that nobody needs."""
    open_ones = {
        (row["meeting_id"], row["key"].split(":")[4])
        for row in await _home_questions(life)
        if row["expires_at"] == row["starts_at"]
    }
    asked = [
        tuple(each.partition("~")[0].split(":")[1:3])
        for message in life.channel_messages()
        for each in custom_ids(message)
        if each.startswith("home_agree:")
    ]
    return [
        f"{life.name_of(arrangement['host_id'])}, who is not there, hosts on {arrangement['local_day']}"
        for arrangement in await _planned(life)
        if arrangement["host_id"] is not None
        and await _stays_away(life, arrangement["meeting_id"], arrangement["host_id"])
    ] + [
        f"meeting {meeting} can still be at location {place}, for which nobody asks"
        for meeting, place in asked
        if (int(meeting), place) not in open_ones
    ]


async def see_locations(life: Life) -> Facts:
    """Where each meeting is."""
    meetings = await life.meetings()
    found = {}
    for name, arrangement in (await _arrangements(life)).items():
        where = "online this once" if arrangement["online"] else arrangement["name"]
        if where is not None:
            found[f"location of {name}"] = Fact(where, meetings[name]["local_day"])
    return found


async def locations_wrong(life: Life) -> list[str]:
    """Which meeting is at a place that is gone, or at the home of somebody who does not receive the group."""
    wrong = []
    for arrangement in await _planned(life):
        if arrangement["location_id"] is None:
            continue
        if arrangement["name"] is None or arrangement["retired_at"] is not None:
            wrong.append(f"{arrangement['local_day']} is at a place that is gone")
            continue
        owner = arrangement["offered_by"]
        if arrangement["kind"] == "virtual" or arrangement["name"] == PUBLIC:
            continue
        passes = await life.world.rows(
            "SELECT user_id FROM host_passes WHERE meeting_id = :id", id=arrangement["meeting_id"]
        )
        declined = owner in [row["user_id"] for row in passes]
        if declined or await _stays_away(life, arrangement["meeting_id"], owner):
            wrong.append(
                f"{arrangement['local_day']} is at the home of {life.name_of(owner)}, who is not there"
            )
    return wrong
