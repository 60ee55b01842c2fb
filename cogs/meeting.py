"""/meeting: the calendar of a group, for its organizers."""

from typing import Literal

from discord import app_commands
from discord.app_commands import Choice, Range

from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.meetings import Reason
from buddybot.domain.meetings.schedule import LONGEST, MOST_WEEKS, SHORTEST, parse_time
from buddybot.domain.zones import canonical
from buddybot.services.meetings.meeting_choices import Aim
from buddybot.services.meetings.schedules import ScheduleChange
from buddybot.ui.checkins.checkins import closing_card
from buddybot.ui.cog import BotCog, command
from buddybot.ui.framework import choices
from buddybot.ui.framework.reply import Reply
from buddybot.ui.framework.router import Input, route
from buddybot.ui.help import Audience, list_for
from buddybot.ui.meetings import day_choices, meetings

WEEKDAYS = [
    Choice(name=name, value=number)
    for number, name in enumerate(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )
]
Why = Literal["holiday", "few can come", "other"]
REASONS = {"holiday": Reason.HOLIDAY, "few can come": Reason.BELOW_QUORUM, "other": Reason.OTHER}


class MeetingCog(BotCog):
    """Schedule, skip, move, cancel, start and close; a file for each member's own calendar."""

    meeting = app_commands.Group(
        name="meeting",
        description="When the group meets (for organizers)",
        guild_only=True,
        extras=list_for(Audience.ORGANIZER),
    )

    @command("Show or change when the group meets, or plan one extra meeting", meeting)
    @app_commands.describe(
        weekday="The day of the week",
        time="The local time, such as 19:00 or 7 pm",
        every="Every how many weeks",
        minutes="How long a meeting takes",
        zone="The time zone, by its largest city",
        date="For one extra meeting only: its day",
        group="Which group, if you are in several",
    )
    @app_commands.choices(weekday=WEEKDAYS)
    @app_commands.autocomplete(
        zone=choices.zones, date=day_choices.days_for_extra, group=choices.organized_groups
    )
    async def schedule(
        self,
        reply: Reply,
        weekday: int | None = None,
        time: str | None = None,
        every: Range[int, 1, MOST_WEEKS] | None = None,
        minutes: Range[int, SHORTEST, LONGEST] | None = None,
        zone: str | None = None,
        date: str | None = None,
        group: str | None = None,
    ) -> None:
        wanted = ScheduleChange(
            weekday=weekday,
            at=None if time is None else parse_time(time),
            every_weeks=every,
            duration_minutes=minutes,
            zone=None if zone is None else canonical(zone),
        )
        chosen, day = choices.parse_group(group), day_choices.parse_day(date)
        if day is not None:
            changed = await self._services.schedules.add_extra(reply.actor, day, wanted, chosen)
            await reply.show(meetings.done_card(reply.texts, "extra", changed))
            await self._live.refresh(changed.meeting.id)
        elif wanted.nothing:
            view = await self._services.schedules.show(reply.actor, chosen)
            await reply.show(meetings.schedule_card(reply.texts, view, changed=False))
        else:
            view = await self._services.schedules.change(reply.actor, wanted, chosen)
            await reply.show(meetings.schedule_card(reply.texts, view, changed=True))
            await self._live.refresh()

    @command(
        "Leave a meeting out ahead of time; this can be taken back",
        meeting,
        group=choices.active_groups,
    )
    @app_commands.describe(
        meeting="Which one; the next, when left out", reason="Why; a holiday never counts against the group"
    )
    @app_commands.autocomplete(meeting=day_choices.meetings_for(Aim.SKIP))
    async def skip(
        self,
        reply: Reply,
        meeting: str | None = None,
        reason: Why = "other",
        group: str | None = None,
    ) -> None:
        changed = await self._services.meetings.skip(
            reply.actor, choices.parse_pick(meeting), REASONS[reason], choices.parse_group(group)
        )
        await reply.show(meetings.skipped_card(reply.texts, changed))
        await self._live.refresh(changed.meeting.id)

    @route("meeting_revive")
    async def revive(self, reply: Reply, given: Input) -> None:
        """Meet after all."""
        changed = await self._services.meetings.revive(reply.actor, MeetingId(given.read_number(0)))
        await reply.replace(meetings.done_card(reply.texts, "revived", changed))
        await self._live.refresh(changed.meeting.id)
        await self._live.outdated.follow_meeting(changed.meeting.id)

    @command("Hold one meeting at another time", meeting, group=choices.active_groups)
    @app_commands.describe(
        meeting="Which one; the next, when left out",
        date="The new day; the same, when left out",
        time="The new local time, such as 18:30; the same, when left out",
    )
    @app_commands.autocomplete(meeting=day_choices.meetings_for(Aim.MOVE), date=day_choices.days_to_move)
    async def move(
        self,
        reply: Reply,
        meeting: str | None = None,
        date: str | None = None,
        time: str | None = None,
        group: str | None = None,
    ) -> None:
        changed = await self._services.meetings.move(
            reply.actor,
            choices.parse_pick(meeting),
            day=day_choices.parse_day(date),
            at=None if time is None else parse_time(time),
            group_id=choices.parse_group(group),
        )
        await reply.show(meetings.done_card(reply.texts, "moved", changed))
        await self._live.refresh(changed.meeting.id)
        await self._live.outdated.follow_meeting(changed.meeting.id)

    @command("Call a meeting off for good", meeting, group=choices.active_groups)
    @app_commands.describe(
        meeting="Which one; the next, when left out", reason="Why; a holiday never counts against the group"
    )
    @app_commands.autocomplete(meeting=day_choices.meetings_for(Aim.CANCEL))
    async def cancel(
        self,
        reply: Reply,
        meeting: str | None = None,
        reason: Why = "other",
        group: str | None = None,
    ) -> None:
        found = await self._services.meetings.find(
            reply.actor, choices.parse_pick(meeting), choices.parse_group(group)
        )
        await reply.show(meetings.cancel_card(reply.texts, found, REASONS[reason]))

    @route("meeting_cancel")
    async def cancel_meeting(self, reply: Reply, given: Input) -> None:
        """Call it off, now that it was asked once."""
        reason = Reason(given.read_word(1)) if given.read_word(1) in set(Reason) else Reason.OTHER
        changed = await self._services.meetings.cancel(reply.actor, MeetingId(given.read_number(0)), reason)
        key = "cancelled_before" if changed.again else "cancelled"
        await reply.replace(meetings.done_card(reply.texts, key, changed))
        await self._live.refresh(changed.meeting.id)

    @route("meeting_keep")
    async def keep_meeting(self, reply: Reply, _given: Input) -> None:
        """Leave everything as it is."""
        await reply.replace(meetings.kept_card(reply.texts))

    @command("Open a meeting and its check-in now, a little early", meeting, group=choices.active_groups)
    @app_commands.describe(meeting="Which one; the next, when left out")
    @app_commands.autocomplete(meeting=day_choices.meetings_for(Aim.START))
    async def start(self, reply: Reply, meeting: str | None = None, group: str | None = None) -> None:
        changed = await self._services.meetings.start(
            reply.actor, choices.parse_pick(meeting), choices.parse_group(group)
        )
        key = "started_before" if changed.again else "started"
        await reply.show(meetings.done_card(reply.texts, key, changed))
        await self._live.refresh(changed.meeting.id)

    @command(
        "End a meeting that goes on; its summary goes to the channel",
        meeting,
        group=choices.offer_groups,
    )
    @app_commands.describe(meeting="Which one; the one that goes on, when left out")
    @app_commands.autocomplete(meeting=day_choices.meetings_for(Aim.CLOSE))
    async def close(self, reply: Reply, meeting: str | None = None, group: str | None = None) -> None:
        """Ask once, naming who has not checked in; the button under the question closes."""
        found = await self._services.meetings.find(
            reply.actor, choices.parse_pick(meeting), choices.parse_group(group), is_open=True
        )
        closing = await self._services.checkins.closing(reply.actor, found.meeting.id)
        await reply.show(closing_card(reply.texts, closing))

    @command(
        "The group's meetings as a file for your own calendar (for every member)",
        meeting,
        group=choices.groups_to_look_back_on,
        audience=Audience.MEMBER,
    )
    async def calendar(self, reply: Reply, group: str | None = None) -> None:
        """The group's meetings as a file for your own calendar."""
        # Imported here: it is asked for rarely, and a start does without what writes the file.
        from buddybot.ui.meetings.calendar_files import calendar_attachment, calendar_card

        view = await self._services.calendar_feed.view(reply.actor, choices.parse_group(group))
        card, file = calendar_card(reply.texts, view), calendar_attachment(reply.texts, view)
        await reply.show(card, files=[file])
