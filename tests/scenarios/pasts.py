"""Weeks that lie behind a group, written where they would have been kept."""

from datetime import timedelta

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.ids import GuildId, MeetingId, UserId
from buddybot.domain.meetings.meetings import MeetingKind, MeetingState
from buddybot.storage.attendance.attendance import AttendanceRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.meetings.meetings import MeetingRepository
from tests.scenarios.meetings.calendars import Calendar

PRESENT, ABSENT = Attendance.PRESENT, Attendance.ABSENT


async def lived(rowan: Calendar, name: str, *states: Attendance) -> MeetingId:
    """Let one member have been so at the group's last meetings, the others present; return the last."""
    people = {person.id: PRESENT for person in rowan.circle.people}
    world, group_id = rowan.world, rowan.circle.group_id

    async def script(tx: Tx) -> MeetingId:
        await tx.run("UPDATE memberships SET joined_at = 0 WHERE group_id = :id", id=group_id)
        last = MeetingId(0)
        for weeks, state in zip(range(len(states), 0, -1), states, strict=True):
            start = world.now - timedelta(weeks=weeks) + timedelta(days=6)
            added = await MeetingRepository(tx).add(
                group_id=group_id,
                guild_id=GuildId(rowan.circle.guild.id),
                slot=start.date(),
                kind=MeetingKind.EXTRA,
                at=start.time(),
                zone="Europe/London",
                duration_minutes=75,
                starts_at=start,
                ends_at=start + timedelta(minutes=75),
            )
            assert added is not None
            last = added
            await MeetingRepository(tx).set_state(added, MeetingState.CLOSED, now=start + timedelta(hours=2))
            for user_id, usual in people.items():
                await AttendanceRepository(tx).append(
                    meeting_id=added,
                    user_id=UserId(user_id),
                    state=state if user_id == rowan.person(name).id else usual,
                    previous=None,
                    recorded_by=None,
                    now=start,
                )
        return last

    return await world.bot.services.transactions.write(lambda uow: script(uow.tx))
