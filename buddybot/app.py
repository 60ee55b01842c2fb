"""The composition root: builds everything once, starts it, and stops it in order."""

import asyncio
import logging
import signal
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from buddybot.bot import BuddyBot
from buddybot.domain.checkins.agenda import Library
from buddybot.domain.groups.preferences import QuietHours
from buddybot.domain.ids import GuildId
from buddybot.domain.pings import PingKind
from buddybot.exports.records import scratch_folder
from buddybot.library import open_library
from buddybot.pings.delivery.answers import use_tolerant_adapter
from buddybot.pings.delivery.delivery import DiscordMessageGateway
from buddybot.pings.delivery.requests import judge_fault
from buddybot.pings.dispatch.delivery_worker import DeliveryWorker
from buddybot.pings.dispatch.dispatcher import Dispatcher
from buddybot.pings.dispatch.send_rate import Pacer
from buddybot.pings.dispatch.verdicts import Verdict
from buddybot.pings.periodic_jobs import Housekeeping, list_jobs
from buddybot.pings.planning.due_pings import Times
from buddybot.pings.planning.planner import Planner
from buddybot.pings.scheduler import Alarm, AlarmClock, SilentAlarm
from buddybot.services.core.access import RateLimiter
from buddybot.services.core.service import Rules
from buddybot.services.core.unit_of_work import DatabaseTransactions, Now, Transactions
from buddybot.services.registry import Services
from buddybot.settings.errors import OperatorError
from buddybot.settings.settings import Settings
from buddybot.storage.engine.database import connect
from buddybot.storage.migrations.runner import migrate
from buddybot.ui.groups.server_presence import MemberCheck
from buddybot.ui.messages import Live, MessageTable

log = logging.getLogger(__name__)

REFUSED = "Discord does not take DISCORD_TOKEN: copy the token again from your application's Bot page."
UNREACHABLE = "Discord cannot be reached from here: check this machine's connection, then start again."
ENDED = "Discord has ended the connection for good: install the newest buddybot, then start again."
_NOT_AUTHENTICATED = 4004
_OUT_OF_REACH = (
    aiohttp.ClientConnectionError,
    discord.DiscordServerError,
    discord.GatewayNotFound,
    TimeoutError,
)
"""A network that is down, or a Discord that is; once connected, the library tries again by itself."""


def utc_now() -> datetime:
    """Return the wall clock's instant; everything else in the project is handed this."""
    return datetime.now(UTC)


def create_bot(settings: Settings, *, now: Now = utc_now, alarm: AlarmClock | None = None) -> BuddyBot:
    """Return a bot that is ready to log in, with nothing started.

    Without an `alarm` nothing is sent by itself: somebody calls the dispatcher's `run_due`.
    Raises OperatorError when the host's own activities cannot be read.
    """
    clock = alarm or SilentAlarm()
    library = open_library(settings.meetings.activities)

    async def open_services(bot: BuddyBot) -> None:
        database = await connect(settings.database_url)
        bot.on_close(database.close)
        await migrate(database)
        rate_limiter = RateLimiter(now, a_minute=settings.limits.changes_per_minute)
        of_pings = DatabaseTransactions(database)  # what is sent rings no alarm clock
        transactions = Transactions(
            database=database,
            now=now,
            changed=clock.ring_soon,
            rate_limiter=rate_limiter,
            untold=of_pings.untold,
        )
        planner = Planner(ahead=settings.meetings.planned_ahead, times=times_of(settings))
        rules = _rules(settings, library)
        bot.services = Services(transactions, planner, rules)
        bot.messages = MessageTable(bot.services, planner, rules)
        await bot.services.restores.settle_copy()
        bot.live = Live(bot, bot.services, bot.messages)
        bot.presence = MemberCheck(bot, bot.services.leavers, now)
        worker = DeliveryWorker(
            transactions=of_pings,
            now=now,
            preparers=bot.messages.preparers,
            cards=bot.messages.cards,
            gateway=DiscordMessageGateway(bot, bot.messages.render),
            pacer=Pacer(settings.discord.sends_per_second),
            quiet=_quiet(settings),
            before={PingKind.QUORUM: bot.live.interests.read_for},
            look_for_leavers=bot.presence.look_before,
        )
        bot.dispatcher = Dispatcher(
            transactions=of_pings, now=now, worker=worker, clock=clock, unauthorized=bot.access_lost.set
        )
        bot.on_close(bot.dispatcher.stop)
        bot.housekeeping = Housekeeping(
            transactions=transactions,
            planner=planner,
            purge_after=timedelta(days=settings.privacy.purge_days),
            is_out=bot.is_out_of,
        )

    return BuddyBot(settings=settings, now=now, open_services=open_services)


async def run(settings: Settings, *, now: Now = utc_now, alarm: AlarmClock | None = None) -> int:
    """Run the bot until SIGTERM or Ctrl-C; return the exit code.

    Raises OperatorError when Discord does not take the token or the intents.
    """
    stopped = _on_signals()
    alarm = alarm or Alarm(now)
    bot = create_bot(settings, now=now, alarm=alarm)
    bot.when_ready(lambda: _start(bot, alarm))
    living = asyncio.create_task(_live(bot, settings), name="discord")
    tasks = (
        living,
        asyncio.create_task(stopped.wait(), name="signals"),
        asyncio.create_task(bot.access_lost.wait(), name="access"),
    )
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if living.done():
            await living
    finally:
        await alarm.stop()
        await bot.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if bot.access_lost.is_set():
        raise OperatorError(REFUSED)
    return 0


async def _live(bot: BuddyBot, settings: Settings) -> None:
    if settings.discord.api_base:
        Route.BASE = settings.discord.api_base
    use_tolerant_adapter()
    try:
        await bot.open()
        await bot.login(settings.require_token())
        if settings.discord.api_base:
            # The library asks for the gateway's address once; a new session after an invalid one
            # would go to the address that it knows by heart.
            _, gateway, _ = await bot.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
        await bot.connect()
    except discord.LoginFailure as error:
        answer = error.__cause__
        is_before = isinstance(answer, Exception) and judge_fault(answer) is Verdict.UNREACHABLE
        raise OperatorError(UNREACHABLE if is_before else REFUSED) from error
    except (discord.Forbidden, discord.NotFound) as error:
        if judge_fault(error) is not Verdict.UNREACHABLE:
            raise
        raise OperatorError(UNREACHABLE) from error
    except _OUT_OF_REACH as error:
        raise OperatorError(UNREACHABLE) from error
    except discord.PrivilegedIntentsRequired as error:
        raise OperatorError(
            "Discord refuses the intents: this bot needs none that are privileged."
        ) from error
    except discord.ConnectionClosed as error:
        raise OperatorError(REFUSED if error.code == _NOT_AUTHENTICATED else ENDED) from error


async def _start(bot: BuddyBot, alarm: AlarmClock) -> None:
    """Begin to send, once the servers are known; what can wait comes last."""
    await bot.services.guilds.reconcile([GuildId(guild.id) for guild in bot.guilds])
    if bot.closing:  # it was told to end meanwhile
        return
    bot.dispatcher.start()
    alarm.start(
        bot.dispatcher.ring,
        list_jobs(
            bot.housekeeping,
            tick=bot.dispatcher.tick,
            refresh=bot.live.refresh,
            read_interests=bot.live.read_interests,
            review_events=bot.live.events.review,
            retire_outdated=bot.live.outdated.refresh,
            settle_roles=bot.live.roles.settle,
            look_for_leavers=bot.presence.look_ahead,
            close_pulses=bot.services.pulses.close_due,
            review_members=bot.services.member_signals.review,
            review_groups=bot.services.health_watch.look,
            reduce_old=bot.services.retention.reduce_old,
            sync_commands=bot.sync_commands,
        ),
    )
    log.info("ready in %s servers", len(bot.guilds))
    await asyncio.to_thread(scratch_folder.sweep)  # what a bot that was killed had begun to write


def _on_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no such signals; Ctrl-C raises there
            loop.add_signal_handler(number, stopped.set)
    return stopped


def _rules(settings: Settings, library: Library) -> Rules:
    return Rules(
        check_in_early=timedelta(hours=settings.meetings.check_in_hours_before),
        close_after=timedelta(hours=settings.meetings.close_hours_after),
        invitation_life=timedelta(days=settings.invitations.days),
        code_tries_per_hour=settings.invitations.tries_per_hour,
        keep=timedelta(days=settings.privacy.keep_days) or None,
        quiet=_quiet(settings),
        library=library,
    )


def _quiet(settings: Settings) -> QuietHours | None:
    start, end = settings.reminders.quiet_start, settings.reminders.quiet_end
    return None if start == end else QuietHours(start, end)


def times_of(settings: Settings) -> Times:
    """Return when the pings of a meeting are due."""
    return Times(
        card_before=timedelta(hours=settings.meetings.card_hours_before),
        close_after=timedelta(hours=settings.meetings.close_hours_after),
        nudge_at=time(settings.reminders.nudge_hour),
        quiet=_quiet(settings),
    )
