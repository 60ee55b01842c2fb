"""Eight weeks in the life of the playground's group, lived through the bot's own services."""

from datetime import time, timedelta
from itertools import count

import simcord

from buddybot.bot import BuddyBot
from buddybot.demo.stage import NAMES, ZONE, Stage, deliver_due, pass_until
from buddybot.demo.story import ANSWERED, PLANS, PRIVATE, RATINGS, SPOTS, SUITING, WEEKS, WISHES, Week
from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Commitment, Outcome, Visibility
from buddybot.domain.groups.groups import USUAL_CAPACITY
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import read_location
from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.services.core.unit_of_work import Actor
from buddybot.services.groups.groups import NewGroup, NewSchedule
from buddybot.ui.framework.texts import Texts

THURSDAY = 3
MEETINGS = 8
UNTIL_THE_NEXT = timedelta(minutes=60)


class Life:
    """The people of the stage, acting through the services as if they had clicked."""

    def __init__(self, bot: BuddyBot, stage: Stage) -> None:
        self._bot = bot
        self._stage = stage
        self._interactions = count(1)

    def actor(self, name: str) -> Actor:
        """Return a person as the services see one, with a fresh interaction."""
        person = self._stage.people[name]
        return Actor(
            user_id=UserId(person.id),
            guild_id=GuildId(self._stage.guild.id),
            channel_id=ChannelId(self._stage.channel.id),
            interaction_id=InteractionId(next(self._interactions)),
            display_name=name,
            manages_guild=name == NAMES[0],
        )

    async def found_group(self) -> GroupId:
        """Let the first of them set the group up and the others accept their invitations."""
        services = self._bot.services
        view = await services.groups.create(
            self.actor(NAMES[0]),
            NewGroup(
                name="Rowan group",
                channel_id=ChannelId(self._stage.channel.id),
                capacity=USUAL_CAPACITY,
                charter=Texts().plain("groups.charter.usual"),
                language="en",
                new_schedule=NewSchedule(weekday=THURSDAY, time=time(19), zone=ZONE),
            ),
        )
        for name in NAMES[1:]:
            offer = await services.invitations.invite(
                self.actor(NAMES[0]), UserId(self._stage.people[name].id), view.group.id
            )
            await services.invitations.accept(self.actor(name), offer.invitation.id)
        return view.group.id

    async def offer_places(self, group_id: GroupId) -> None:
        """Let them offer the places among which they rotate, and say what each costs them."""
        locations = self._bot.services.locations
        found: dict[str, LocationId] = {}
        for name, spot in SPOTS.items():
            words = read_location(
                name=spot.name, kind=spot.kind, where=spot.where, access=spot.access, note=spot.note
            )
            view = await locations.suggest(self.actor(name), words, group_id)
            found[spot.name] = view.location.id
        for name in NAMES:
            minutes = {
                found[spot.name]: spot.minutes[name] for spot in SPOTS.values() if name in spot.minutes
            }
            await locations.travel(self.actor(name), group_id, minutes)
        for name, suiting in SUITING.items():
            await locations.vote(self.actor(name), group_id, [found[place] for place in suiting])

    async def wish(self, group_id: GroupId) -> None:
        """Let them say what they would like to do together."""
        activities = self._bot.services.activities
        for name, keys in WISHES.items():
            await activities.mark_wishes(self.actor(name), group_id, keys, among=keys)

    async def meet(self, week: int, meeting_id: MeetingId) -> None:
        """Hold a meeting: everybody who comes reports on the week that ends and commitments the next."""
        services = self._bot.services
        for name, weeks in WEEKS.items():
            past = weeks[week - 1] if week else Week("", 0)
            if past.came is None or not past.came.coming:
                continue
            await services.turns.mark_present(self.actor(name), meeting_id)
            asked = await services.checkins.prepare(self.actor(name), meeting_id=meeting_id)
            outcomes = {item.commitment.id: _outcome(item.commitment, past) for item in asked.due}
            await services.checkins.report(
                self.actor(name), meeting_id, outcomes=outcomes, win=past.win, blocker=past.blocker
            )
            if weeks[week].commitment:
                await services.checkins.commit(
                    self.actor(name),
                    meeting_id,
                    lines=[weeks[week].commitment],
                    plan=PLANS.get(weeks[week].commitment),
                    visibility=_visibility(weeks[week].commitment),
                )

    async def answer(self, week: int, meeting_id: MeetingId) -> None:
        """Let everybody say whether they come to the meeting at the end of a week."""
        for name, weeks in WEEKS.items():
            came = weeks[week - 1].came if week else Answer.GOING
            if came is not None:
                await self._bot.services.rsvps.answer(self.actor(name), meeting_id, came)

    async def look_forward(self, meeting_id: MeetingId) -> None:
        """Let some of them say already how they come to the next meeting."""
        for name, answer in ANSWERED.items():
            await self._bot.services.rsvps.answer(self.actor(name), meeting_id, answer)

    async def close(self, meeting_id: MeetingId) -> None:
        """Let the organizer close a meeting and say that those who are unrecorded were not there."""
        organizer = NAMES[0]
        await self._bot.services.checkins.close(self.actor(organizer), meeting_id)
        await self._bot.services.attendance.record_rest(self.actor(organizer), meeting_id, Attendance.ABSENT)

    async def rate(self, week: int, meeting_id: MeetingId) -> None:
        """Let some of them rate the meeting that was closed."""
        for name, ratings in RATINGS.items():
            if (rating := ratings[week]) is not None:
                await self._bot.services.pulses.vote(self.actor(name), meeting_id, rating)

    async def do_some(self) -> None:
        """Let everybody do what they did so far of what they promised last."""
        for name, weeks in WEEKS.items():
            mine = await self._bot.services.commitments.list_own(self.actor(name))
            for commitment, _ in mine.items[-1:]:
                await self._bot.services.commitments.progress(
                    self.actor(name), commitment.id, str(weeks[-1].done)
                )


def _visibility(commitment: str) -> Visibility:
    return Visibility.PRIVATE if commitment in PRIVATE else Visibility.GROUP


def _outcome(commitment: Commitment, week: Week) -> Outcome:
    """What was promised last went as the story tells; what was carried from before is done by now."""
    told = commitment.text == week.commitment
    return Outcome(done=min(week.done, commitment.target) if told else commitment.target)


async def live_through(env: simcord.Env, bot: BuddyBot, stage: Stage) -> None:
    """Found the group and let it meet for eight weeks, up to shortly before the ninth meeting."""
    life = Life(bot, stage)
    group_id = await life.found_group()
    await life.offer_places(group_id)
    await life.wish(group_id)
    for week in range(MEETINGS):
        meeting = await _next_meeting(bot, group_id)
        await pass_until(env, bot, meeting.starts_at - timedelta(hours=5))
        await life.answer(week, meeting.id)
        await pass_until(env, bot, meeting.starts_at + timedelta(minutes=10))
        await life.meet(week, meeting.id)
        await pass_until(env, bot, meeting.ends_at)
        await life.close(meeting.id)
        await life.rate(week, meeting.id)
        await deliver_due(env, bot)
    meeting = await _next_meeting(bot, group_id)
    await pass_until(env, bot, meeting.starts_at - timedelta(hours=20))
    await life.do_some()
    await life.look_forward(meeting.id)
    await pass_until(env, bot, meeting.starts_at - UNTIL_THE_NEXT)


async def _next_meeting(bot: BuddyBot, group_id: GroupId) -> Meeting:
    ahead = await bot.services.transactions.read(lambda uow: uow.meetings.list_ahead(group_id))
    return ahead[0]
