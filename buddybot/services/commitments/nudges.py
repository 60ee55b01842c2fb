"""The one friendly word in the middle of the week, to those who want it and still have something open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from buddybot.domain.commitments.commitments import Commitment, remainder
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.groups.preferences import Preferences, QuietHours, defer
from buddybot.domain.ids import GroupId, GuildId, UserId
from buddybot.domain.meetings.meetings import Meeting
from buddybot.domain.pings import GROUP, Ping
from buddybot.domain.zones import pick_known_zone
from buddybot.services.core import Actor, Announcement, Service, UnitOfWork, as_member, read_transaction

REST = timedelta(days=7, hours=-2)
"""Between two nudges of one person, in whatever groups: a week, less what a change of the clocks takes."""


class ChannelNudge(NamedTuple):
    """What the channel reads: who is meant and when the meeting is, nothing of what they said."""

    group_id: GroupId
    user_ids: tuple[UserId, ...]
    starts_at: datetime


class DirectNudge(NamedTuple):
    """What one person reads in private: their own open commitments, private ones too."""

    guild_id: GuildId
    group_name: str
    items: tuple[Commitment, ...]
    starts_at: datetime | None


class NudgePreparer:
    """Decides, at the moment of sending, whom a nudge is for."""

    def __init__(self, *, quiet: QuietHours | None) -> None:
        """`quiet` are the hours without direct messages of those who chose none themselves."""
        self._quiet = quiet

    async def __call__(
        self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime, /
    ) -> Announcement | None:
        """Return the nudge for those who still want and need it, or None.

        Whom it is for is settled the first time; prepared again, for instance after a crash, it can
        only be for fewer.
        """
        meeting = await _meeting_ahead(uow, ping, group, now)
        if meeting is None:
            return None
        wanted = await self._find_recipients(uow, ping, group, now)
        nudges = uow.nudges
        await nudges.lock(wanted)
        meant = await nudges.of_ping(ping.id)
        if meant:
            chosen = [user_id for user_id in wanted if user_id in meant]
        else:
            nudged = await nudges.nudged_since(wanted, now - REST)
            chosen = [user_id for user_id in wanted if user_id not in nudged]
            for user_id in chosen:
                await nudges.add(ping.id, user_id, now=now)
        if not chosen:
            return None
        return await _make_announcement(uow, ping, group, meeting, tuple(chosen))

    async def _find_recipients(
        self, uow: UnitOfWork, ping: Ping, group: Group, now: datetime
    ) -> Sequence[UserId]:
        """Members with something open who may be written to now, longest in the group first."""
        busy = {item.user_id for item in await uow.commitments.open_in(group.id) if remainder(item)}
        people = {person.user_id: person for person in await uow.preferences.of_group(group.id)}
        spans = await uow.away.of_group(group.id)
        wanted = []
        for member in await uow.members.present(group.id):
            person = people.get(member.user_id, Preferences(group.guild_id, member.user_id))
            away = any(span.covers(now) for span in spans if span.user_id == member.user_id)
            if member.user_id in busy and not away and self._may_write(ping, person, group, now):
                wanted.append(member.user_id)
        return wanted

    def _may_write(self, ping: Ping, person: Preferences, group: Group, now: datetime) -> bool:
        if not person.nudges or not _is_route_of(ping, person):
            return False
        quiet = person.quiet or (self._quiet if ping.direct else None)
        return defer(now, quiet, pick_known_zone(person.zone, group.zone)) <= now


class NudgeService(Service):
    """What a nudge's buttons show."""

    @read_transaction
    async def prepare_direct(self, uow: UnitOfWork, actor: Actor, group_id: GroupId) -> DirectNudge:
        """Return what a direct nudge shows now, after one of its buttons was pressed."""
        group = (await as_member(uow, actor, group_id)).group
        ahead = await uow.meetings.list_coming(group.id, self._now())
        return await _direct(uow, group, ahead[0] if ahead else None, actor.user_id)


def _is_route_of(ping: Ping, person: Preferences) -> bool:
    """Whether this person is written to on the ping's way.

    A ping of one person that travels in the channel is for somebody whose quiet hours ended later
    than the group's nudge, or whom Discord lets the bot send no direct message.
    """
    if ping.recipient == GROUP:
        return not person.direct_messages
    return ping.recipient == person.user_id and (person.direct_messages or not ping.direct)


async def _meeting_ahead(uow: UnitOfWork, ping: Ping, group: Group, now: datetime) -> Meeting | None:
    if group.state is not GroupState.ACTIVE or ping.meeting_id is None:
        return None
    meeting = await uow.meetings.get(group.id, ping.meeting_id)
    return meeting if meeting is not None and meeting.ahead and meeting.starts_at > now else None


async def _make_announcement(
    uow: UnitOfWork, ping: Ping, group: Group, meeting: Meeting, chosen: tuple[UserId, ...]
) -> Announcement:
    content: ChannelNudge | DirectNudge
    if ping.direct:
        content = await _direct(uow, group, meeting, ping.recipient)
    else:
        content = ChannelNudge(group_id=group.id, user_ids=chosen, starts_at=meeting.starts_at)
    return Announcement(content=content, language=group.language, mentions=chosen)


async def _direct(uow: UnitOfWork, group: Group, meeting: Meeting | None, user_id: UserId) -> DirectNudge:
    return DirectNudge(
        guild_id=group.guild_id,
        group_name=group.name,
        items=tuple(await uow.commitments.open_of(group.id, user_id)),
        starts_at=None if meeting is None else meeting.starts_at,
    )
