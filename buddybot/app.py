"""The composition root: builds everything once, starts it, and stops it in order."""

import logging
from datetime import UTC, datetime, time, timedelta

from buddybot.bot import BuddyBot
from buddybot.domain.quiet import QuietHours
from buddybot.pings.owed import Times
from buddybot.pings.planner import Planner
from buddybot.services import suite
from buddybot.services.rules import Rules
from buddybot.services.work import Now, Work
from buddybot.settings import Settings
from buddybot.storage.database import connect
from buddybot.storage.migrations import migrate

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the wall clock's instant; everything else in the project is handed this."""
    return datetime.now(UTC)


def create_bot(settings: Settings, *, now: Now = utc_now) -> BuddyBot:
    """Return a bot that is ready to log in, with nothing started."""

    async def open_house(bot: BuddyBot) -> None:
        database = await connect(settings.database_url)
        bot.on_close(database.close)
        await migrate(database)
        work = Work(database=database, now=now, changed=lambda: None)
        planner = Planner(ahead=settings.meetings.planned_ahead, times=times_of(settings))
        bot.services = suite.build(work, planner, rules_of(settings))

    return BuddyBot(settings=settings, now=now, open_house=open_house)


def rules_of(settings: Settings) -> Rules:
    """Return the settings that the services follow."""
    return Rules(
        check_in_early=timedelta(hours=settings.meetings.check_in_hours_before),
        close_after=timedelta(hours=settings.meetings.close_hours_after),
        invitation_life=timedelta(days=settings.invitations.days),
        code_tries_per_hour=settings.invitations.tries_per_hour,
    )


def times_of(settings: Settings) -> Times:
    """Return the settings that the planner follows; equal quiet times mean that there are none."""
    reminders = settings.reminders
    has_quiet = reminders.quiet_start != reminders.quiet_end
    return Times(
        card_before=timedelta(hours=settings.meetings.card_hours_before),
        close_after=timedelta(hours=settings.meetings.close_hours_after),
        nudge_at=time(settings.reminders.nudge_hour),
        quiet=QuietHours(reminders.quiet_start, reminders.quiet_end) if has_quiet else None,
    )
