"""What can be seen of turns: who swapped, who hosts, and where."""

from tests.changes.life import NEXT, SECOND, Life
from tests.changes.seen.ahead import IN_FORCE, TAKES_PLACE, Row, members, roll_of
from tests.changes.words import Fact, Facts


async def _venues(life: Life) -> dict[str, Row]:
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
    venues, both = await _venues(life), ("Ben", "Cho")
    meetings = await life.meetings()
    found = {}
    hosts = [life.name_of(venues[name]["host_id"]) if name in venues else "" for name in (NEXT, SECOND)]
    if hosts == ["Cho", "Ben"]:
        days = " and ".join(meetings[name]["local_day"] for name in (NEXT, SECOND))
        found["the swap of Ben and Cho"] = Fact("Cho hosts the next meeting, Ben the second", days, both)
    for row in await life.world.rows("SELECT * FROM swaps WHERE state = 'open'"):
        found[f"Ben's question {row['id']}"] = Fact("open")
    return found


async def see_hosts(life: Life) -> Facts:
    """Who hosts each meeting; who was told so, or agreed to it, must hear when they do not."""
    meetings = await life.meetings()
    found = {}
    for name, venue in (await _venues(life)).items():
        if venue["host_id"] is None:
            continue
        host = life.name_of(venue["host_id"])
        sure = meetings[name]["state"] in IN_FORCE and (
            venue["announced"] or venue["basis"] in ("swapped", "assigned", "chosen")
        )
        found[f"host of {name}"] = Fact(host, meetings[name]["local_day"], (host,) if sure else ())
    return found


async def hosts_wrong(life: Life) -> list[str]:
    """Who hosts though they are no member or do not come."""
    wrong, here, meetings = [], await members(life), await life.meetings()
    for name, venue in (await _venues(life)).items():
        host = venue["host_id"]
        if host is None or meetings[name]["state"] != "scheduled" or venue["online"]:
            continue
        roll = await roll_of(life, meetings[name]["id"])
        answer = roll.of(host)
        if host not in here:
            wrong.append(f"{life.name_of(host)}, who has left, hosts {name}")
        elif answer is not None and answer.value == "apologies":
            wrong.append(f"{life.name_of(host)}, who can't come, hosts {name}")
    return wrong


async def see_locations(life: Life) -> Facts:
    """Where each meeting is."""
    meetings = await life.meetings()
    found = {}
    for name, venue in (await _venues(life)).items():
        where = "online this once" if venue["online"] else venue["name"]
        if where is not None:
            found[f"location of {name}"] = Fact(where, meetings[name]["local_day"])
    return found


async def locations_wrong(life: Life) -> list[str]:
    """Which meeting is at a place that is gone, or at the home of somebody who does not come."""
    wrong, here, meetings = [], await members(life), await life.meetings()
    for name, venue in (await _venues(life)).items():
        if venue["location_id"] is None or venue["online"] or meetings[name]["state"] != "scheduled":
            continue
        if venue["name"] is None or venue["retired_at"] is not None:
            wrong.append(f"{name} is at a place that is gone")
            continue
        owner = venue["offered_by"]
        if venue["kind"] == "virtual" or venue["name"] == "Library":
            continue  # a public place, or none: nobody is at home there
        passes = await life.world.rows(
            "SELECT user_id FROM host_passes WHERE meeting_id = :id", id=meetings[name]["id"]
        )
        answer = (await roll_of(life, meetings[name]["id"])).of(owner)
        declined = owner in [row["user_id"] for row in passes]
        if owner not in here or declined or (answer is not None and answer.value == "apologies"):
            wrong.append(f"{name} is at the home of {life.name_of(owner)}, who is not there")
    return wrong
