"""What can be seen of what lies ahead of a group: its pings, cards, turns and agreements."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from buddybot.domain.ids import GroupId, MeetingId
from buddybot.domain.meetings.meetings import Roll
from buddybot.storage.engine.database import Tx
from buddybot.storage.meetings.meetings import MeetingRepository
from buddybot.storage.meetings.rsvps import RsvpRepository
from tests.changes.life import Life
from tests.changes.words import Fact, Facts
from tests.world import custom_ids, labels, texts_in

DAY = timedelta(hours=24)
CLOSES = timedelta(hours=12)
IN_FORCE = ("scheduled", "open")
TAKES_PLACE = (*IN_FORCE, "closed")
OVER = ("rsvp", "here", "close", "next_turn")
"""Routes of buttons that have no business on the card of a meeting that is over."""

Row = dict[str, Any]


def at(epoch: int) -> str:
    """Return an instant in words."""
    return f"{datetime.fromtimestamp(epoch, UTC):%a %d %b %H:%M}"


async def group_row(life: Life) -> Row:
    """Return the group's row; an empty one when it is gone."""
    rows = await life.world.rows("SELECT * FROM groups WHERE id = :id", id=life.group_id)
    return rows[0] if rows else {"state": "gone", "minimum": 0, "answer_hours": 6, "role_id": None}


async def all_meetings(life: Life) -> list[Row]:
    """Return all meetings, the earliest first."""
    return await life.world.rows(
        "SELECT * FROM meetings WHERE group_id = :group ORDER BY starts_at, id", group=life.group_id
    )


async def members(life: Life) -> list[int]:
    """Return who is in the group now."""
    rows = await life.world.rows(
        "SELECT user_id FROM memberships WHERE group_id = :group AND left_at IS NULL", group=life.group_id
    )
    return [row["user_id"] for row in rows]


async def roll_of(life: Life, meeting_id: int) -> Roll:
    """Return how everybody answers for a meeting."""

    async def script(tx: Tx) -> Roll:
        meeting = await MeetingRepository(tx).get(GroupId(life.group_id), MeetingId(meeting_id))
        assert meeting is not None
        return await RsvpRepository(tx).get_roll(meeting)

    return await life.world.read(script)


# -- pings, reminders, the quorum question ----------------------------------------------------------


async def _pings(life: Life, kinds: Iterable[str]) -> list[Row]:
    rows = await life.world.rows(
        "SELECT * FROM outbox WHERE group_id = :group AND meeting_id IS NOT NULL ORDER BY due_at, id",
        group=life.group_id,
    )
    return [row for row in rows if row["kind"] in kinds]


async def see_pings(life: Life, kinds: Iterable[str]) -> Facts:
    """What is owed for each meeting that has a name: once it was sent, the time no longer matters."""
    names = {row["id"]: name for name, row in (await life.meetings()).items()}
    found: dict[str, Fact] = {}
    for row in await _pings(life, kinds):
        if row["meeting_id"] not in names or row["state"] == "cancelled":
            continue
        to = f" to {life.name_of(row['recipient'])}" if row["recipient"] else ""
        name = f"{row['kind']} of {names[row['meeting_id']]}{to}"
        planned = row["state"] == "planned"
        found[name] = Fact(row["state"], at(row["due_at"]) if planned else "")
    return found


async def pings_wrong(life: Life, kinds: Iterable[str]) -> list[str]:
    """Which pings are planned for nothing, not when they are due, or not planned though they are owed."""
    group = await group_row(life)
    meetings = {row["id"]: row for row in await all_meetings(life)}
    planned = [row for row in await _pings(life, kinds) if row["state"] == "planned"]
    wrong = [fault for row in planned for fault in _misplaced(row, group, meetings.get(row["meeting_id"]))]
    gone = await life.world.rows("SELECT 1 FROM guilds WHERE gone_since IS NOT NULL")
    if group["state"] == "active" and not gone:
        there, now = {(row["kind"], row["meeting_id"]) for row in planned}, int(life.world.now.timestamp())
        wrong += [
            f"no {kind} is planned for {meeting['local_day']}"
            for meeting in meetings.values()
            if meeting["state"] == "scheduled"
            for kind, due in _due(group, meeting).items()
            if kind in kinds and due > now and (kind, meeting["id"]) not in there
        ]
    return wrong


def _misplaced(ping: Row, group: Row, meeting: Row | None) -> Iterator[str]:
    if group["state"] != "active" or meeting is None:
        yield f"{ping['key']} is planned for nothing"
        return
    if meeting["state"] not in (TAKES_PLACE if ping["kind"] == "summary" else IN_FORCE):
        yield f"{ping['key']} is planned for a meeting that is {meeting['state']}"
    due = _due(group, meeting).get(ping["kind"])
    if due is not None and ping["due_at"] != due:
        yield f"{ping['key']} is due {at(ping['due_at'])}, not {at(due)}"


def _due(group: Row, meeting: Row) -> dict[str, int]:
    """When each kind is due for a meeting; what nobody is owed is missing."""
    start = meeting["starts_at"]
    due = {
        "checkin": start,
        "summary": meeting["closed_at"] or meeting["ends_at"] + int(CLOSES.total_seconds()),
        "card": start - int(DAY.total_seconds()),
    }
    if group["minimum"]:
        answers = start - group["answer_hours"] * 3600
        due["card"] = min(due["card"], answers - 12 * 3600)
        if meeting["few_decision"] is None:
            due["few"] = answers
    return due


async def see_reminders(life: Life) -> Facts:
    """What those who asked for it are reminded of by direct message."""
    return await see_pings(life, ("reminder",))


async def reminders_wrong(life: Life) -> list[str]:
    """Who is not reminded though they should be, and what still asks though it is over."""
    wrong = await pings_wrong(life, ("reminder",))
    meetings = {row["id"]: row for row in await all_meetings(life)}
    for message in life.person("Eli").user.dm_channel.history():
        for custom_id in custom_ids(message):
            route, *ids = custom_id.partition("~")[0].split(":")
            meeting = meetings.get(int(ids[1])) if route == "dm_rsvp" else None
            if route == "dm_rsvp" and (meeting is None or meeting["state"] not in IN_FORCE):
                wrong.append(
                    f"a reminder still asks about a meeting that is over: {texts_in(message)[:60]!r}"
                )
                break
    return wrong


async def see_quorum(life: Life) -> Facts:
    """When the organizers would be asked, and what was decided."""
    decided = {
        f"decision of {name}": Fact(row["few_decision"])
        for name, row in (await life.meetings()).items()
        if row["few_decision"] is not None
    }
    return {**await see_pings(life, ("few",)), **decided}


async def quorum_wrong(life: Life) -> list[str]:
    """What of the question is not due when answers are, or can still be decided when it is over."""
    wrong = await pings_wrong(life, ("few",))
    return wrong + await _live_buttons(life, ("few_decide", "few_cancel"), "the question what to do")


async def _live_buttons(life: Life, routes: Iterable[str], what: str) -> list[str]:
    """Which messages still offer to do something about a meeting that is not in force."""
    states = {row["id"]: row["state"] for row in await all_meetings(life)}
    wrong = []
    for message in life.channel_messages():
        for custom_id in custom_ids(message):
            route, *ids = custom_id.partition("~")[0].split(":")
            if route in routes and states.get(int(ids[0])) not in IN_FORCE:
                wrong.append(f"{what} has live buttons though the meeting is {states.get(int(ids[0]))}")
                break
    return wrong


# -- cards ------------------------------------------------------------------------------------------


async def see_cards(life: Life) -> Facts:
    """What each card of a meeting that has a name says and offers."""
    shown = {message.id: message for message in life.channel_messages()}
    found = {}
    for name, row in (await life.meetings()).items():
        for card in await life.world.rows("SELECT * FROM cards WHERE meeting_id = :id", id=row["id"]):
            message = shown.get(card["message_id"])
            offers = "deleted" if message is None else ", ".join(labels(message))
            when = at(row["starts_at"]) if row["state"] in IN_FORCE else ""
            found[f"{card['kind']} card of {name}"] = Fact(offers, when)
    return found


async def cards_wrong(life: Life) -> list[str]:
    """Which cards show another time than the rows, or have live buttons when their meeting is over."""
    wrong = []
    shown = {message.id: message for message in life.channel_messages()}
    meetings = {row["id"]: row for row in await all_meetings(life)}
    group = await group_row(life)
    for card in await life.world.rows("SELECT * FROM cards"):
        meeting, message = meetings.get(card["meeting_id"]), shown.get(card["message_id"])
        if meeting is None or message is None:
            continue
        routes = {custom_id.split(":")[0] for custom_id in custom_ids(message)}
        over = meeting["state"] not in IN_FORCE or group["state"] == "archived"
        if over and routes & set(OVER):
            wrong.append(
                f"the {card['kind']} card of {meeting['local_day']} is over and offers {labels(message)}"
            )
        if not over and card["kind"] == "meeting":
            if f"<t:{meeting['starts_at']}:" not in texts_in(message):
                wrong.append(f"the card of {meeting['local_day']} shows another time")
            if "rsvp" not in routes:
                wrong.append(f"the card of {meeting['local_day']} takes no answers")
    return wrong


# -- activity and roles -----------------------------------------------------------------------------


async def see_activities(life: Life) -> Facts:
    """Which activity each meeting has."""
    return {
        f"activity of {name}": Fact(row["activity"], row["local_day"])
        for name, row in (await life.meetings()).items()
        if row["activity"] is not None and row["state"] in TAKES_PLACE
    }


async def see_roles(life: Life) -> Facts:
    """Who has which role, and whose turn it is."""
    found = {}
    for name, row in (await life.meetings()).items():
        for role in ("facilitator", "timekeeper", "lead"):
            if row[f"{role}_id"] is not None:
                found[f"{role} of {name}"] = Fact(life.name_of(row[f"{role}_id"]), row["local_day"])
        turns = await life.world.rows(
            "SELECT user_id FROM turns WHERE meeting_id = :id ORDER BY position", id=row["id"]
        )
        if turns and row["state"] == "open":
            found[f"round of {name}"] = Fact(", ".join(life.name_of(each["user_id"]) for each in turns))
    return found


async def roles_wrong(life: Life) -> list[str]:
    """Who has a role at a meeting that goes on though they are not there."""
    wrong, here = [], await members(life)
    in_guild = life.guild.member_ids()
    for row in await all_meetings(life):
        if row["state"] not in IN_FORCE:
            continue
        for role in ("facilitator", "timekeeper", "lead"):
            user = row[f"{role}_id"]
            if user is not None and (user not in here or user not in in_guild):
                wrong.append(f"{life.name_of(user)}, who has left, is {role} of {row['local_day']}")
    return wrong
