"""What the people of a group do, each act as the cogs carry it out: one service call, then the cards."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import count

from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.groups.preferences import DaySpan
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, MeetingId, UserId
from buddybot.domain.meetings.meetings import Answer, Reason
from buddybot.services.commitments.wording_steps import Draft
from buddybot.services.core.unit_of_work import Actor
from buddybot.services.groups.groups import NewGroup, NewSchedule
from buddybot.services.groups.invitations import Offer
from tests.endurance.process import Process

_NUMBERS = count(1)


@dataclass
class People:
    """One group; the first of its people organizes it."""

    guild_id: GuildId
    channel_id: ChannelId
    users: tuple[UserId, ...]
    name: str
    new_schedule: NewSchedule
    process: Process
    group_id: GroupId = field(init=False)

    @property
    def organizer(self) -> UserId:
        """Who runs the group."""
        return self.users[0]

    def actor(self, user_id: UserId) -> Actor:
        """Return a person with a fresh interaction."""
        return Actor(
            user_id=user_id,
            guild_id=self.guild_id,
            channel_id=self.channel_id,
            interaction_id=InteractionId(next(_NUMBERS)),
            display_name=f"user {user_id}",
            manages_guild=user_id == self.organizer,
        )

    async def found(self) -> None:
        """Make the group; everybody joins."""
        new = NewGroup(
            name=self.name,
            channel_id=self.channel_id,
            capacity=10,
            charter="Be kind.",
            language="en",
            new_schedule=self.new_schedule,
        )
        view = await self.process.services.groups.create(self.actor(self.organizer), new)
        self.group_id = view.group.id
        for user_id in self.users[1:]:
            await self.join(await self.invite(user_id), user_id)

    async def invite(self, user_id: UserId) -> Offer:
        """Let the organizer invite somebody."""
        offer: Offer = await self.process.services.invitations.invite(
            self.actor(self.organizer), user_id, self.group_id
        )
        return offer

    async def join(self, offer: Offer, user_id: UserId) -> None:
        """Accept an invitation."""
        await self.process.services.invitations.accept(self.actor(user_id), offer.invitation.id)

    async def leave(self, user_id: UserId) -> None:
        """Leave the group."""
        await self.process.services.members.leave(self.actor(user_id), self.group_id)

    async def answer(self, user_id: UserId, meeting_id: MeetingId, answer: Answer) -> None:
        """Press an answer on the card."""
        await self.process.services.rsvps.answer(self.actor(user_id), meeting_id, answer)
        await self.refresh(meeting_id)

    async def promise(self, user_id: UserId, text: str) -> None:
        """Make a commitment."""
        await self.process.services.commitments.add(self.actor(user_id), Draft(text=text), self.group_id)

    async def report(
        self, user_id: UserId, meeting_id: MeetingId, win: str, *, kept: bool, following: str = ""
    ) -> None:
        """Fill in the form: all that is due was done, or none of it; then the second form."""
        checkins = self.process.services.checkins
        asked = await checkins.prepare(self.actor(user_id), meeting_id=meeting_id)
        outcomes = {
            each.commitment.id: Outcome(done=each.commitment.target if kept else 0, drop=not kept)
            for each in asked.due
        }
        await checkins.report(
            self.actor(user_id), meeting_id, outcomes=outcomes, win=win, blocker="Slow answers"
        )
        if following:
            await checkins.commit(
                self.actor(user_id), meeting_id, lines=[following], plan=None, visibility=Visibility.GROUP
            )
        await self.refresh(meeting_id)

    async def here(self, user_id: UserId, meeting_id: MeetingId) -> None:
        """Press "I'm here"."""
        await self.process.services.turns.mark_present(self.actor(user_id), meeting_id)
        await self.refresh(meeting_id)

    async def close(self, meeting_id: MeetingId) -> None:
        """Let the organizer close the meeting."""
        await self.process.services.checkins.close(self.actor(self.organizer), meeting_id)
        await self.refresh(meeting_id)

    async def rate(self, user_id: UserId, meeting_id: MeetingId, rating: int) -> None:
        """Rate the meeting."""
        await self.process.services.pulses.vote(self.actor(user_id), meeting_id, rating)

    async def skip(self, meeting_id: MeetingId) -> None:
        """Let the organizer leave a meeting out."""
        await self.process.services.meetings.skip(
            self.actor(self.organizer), meeting_id, Reason.HOLIDAY, self.group_id
        )
        await self.refresh(meeting_id)

    async def revive(self, meeting_id: MeetingId) -> None:
        """Let the organizer hold it after all."""
        await self.process.services.meetings.revive(self.actor(self.organizer), meeting_id)
        await self.refresh(meeting_id)

    async def cancel(self, meeting_id: MeetingId) -> None:
        """Let the organizer call a meeting off."""
        await self.process.services.meetings.cancel(self.actor(self.organizer), meeting_id, Reason.OTHER)
        await self.refresh(meeting_id)

    async def move(self, meeting_id: MeetingId, *, day: dt.date | None, at: dt.time | None) -> None:
        """Let the organizer move a meeting."""
        await self.process.services.meetings.move(
            self.actor(self.organizer),
            meeting_id,
            day=day,
            at=at,
            group_id=self.group_id,
        )
        await self.refresh(meeting_id)

    async def pause(self) -> None:
        """Let the group rest."""
        await self.process.services.groups.pause(self.actor(self.organizer), self.group_id)

    async def resume(self) -> None:
        """Let the group go on."""
        await self.process.services.groups.resume(self.actor(self.organizer), self.group_id)

    async def thank(self, user_id: UserId, to_id: UserId) -> None:
        """Thank somebody."""
        await self.process.services.kudos.give(self.actor(user_id), to_id, group_id=self.group_id)

    async def go_away(self, user_id: UserId, days: DaySpan) -> None:
        """Be away for some days."""
        await self.process.services.away.add(self.actor(user_id), days, self.group_id)

    async def choose(self, user_id: UserId, *, direct_messages: bool) -> None:
        """Turn direct messages on or off."""
        await self.process.services.preferences.choose(self.actor(user_id), direct_messages=direct_messages)

    async def refresh(self, meeting_id: MeetingId) -> None:
        """Edit the cards, as every cog does after its service call."""
        assert self.process.bot is not None
        await self.process.bot.live.refresh(meeting_id)
