"""Looks at what the bot needs before it starts; one line each says how fit it is and what to do."""

import asyncio
import base64
import binascii
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from buddybot.domain.text import excerpt
from buddybot.domain.zones import is_known
from buddybot.library import load_activities
from buddybot.operator.database import odd_tables
from buddybot.permissions import ASKED_FOR, INTENTS, NEEDED, invite_link
from buddybot.settings.errors import OperatorError
from buddybot.settings.hosting import WAY_OUT, sqlite_directory, throwaway_disk
from buddybot.settings.settings import Settings
from buddybot.storage.copies.restores import RestoreRepository
from buddybot.storage.engine.database import Database, Tx, connect
from buddybot.storage.engine.errors import StorageError
from buddybot.storage.groups.zones import StoredZoneRepository
from buddybot.storage.migrations.runner import list_pending
from buddybot.zone_data import ZoneRules, choose_rules, read_zone, zone_names

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # no right clock shows an earlier time
BELIEVABLE = timedelta(days=20 * 365)
SKEW_TO_MENTION = timedelta(seconds=5)
SKEW_TO_MEND = timedelta(minutes=5)
CONNECT_SECONDS = 15
LITTLE_SPACE, NO_SPACE = 200 * 2**20, 20 * 2**20  # bytes
LOST_SHOWN = 3
TOKEN_SHAPE = re.compile(r"[\w-]{18,}\.[\w-]{6,}\.[\w-]{25,}")


class State(StrEnum):
    """How fit one thing is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(NamedTuple):
    """One line of the report; where something is amiss, `text` says what to do."""

    subject: str
    state: State
    text: str

    def __str__(self) -> str:
        return f"{self.state:<4}  {self.subject:<11}  {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database says: how far its clock is ahead of ours (PostgreSQL only), when it was copied
    if it is a copy not settled yet, and how many rows of what name each zone.
    """

    skew: timedelta | None = None
    copied_at: datetime | None = None
    zones: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def examine(
    settings: Settings, *, environ: Mapping[str, str], now: Callable[[], datetime]
) -> list[Finding]:
    """Look at everything; changes nothing and connects to nothing but the database."""
    database, stored = await _database(settings, now)
    return [
        _token(settings.token),
        database,
        _zones(now(), stored.zones),
        _permissions(settings.token),
        _clock(now(), stored.skew),
        _disk(settings, environ),
        _activities(settings),
    ]


def is_fit(findings: list[Finding]) -> bool:
    """Whether the bot can start."""
    return all(finding.state is not State.FAIL for finding in findings)


def _token(token: str) -> Finding:
    if not token:
        return Finding(
            "token",
            State.FAIL,
            "DISCORD_TOKEN is not set: copy the token from your application's Bot page on "
            "https://discord.com/developers/applications.",
        )
    if token.startswith(("Bot ", '"', "'")):
        return Finding(
            "token", State.FAIL, "DISCORD_TOKEN must hold the token alone, without quotes or the word Bot."
        )
    if not TOKEN_SHAPE.fullmatch(token):
        return Finding(
            "token",
            State.WARN,
            "DISCORD_TOKEN does not look like a bot token: copy it again, from the Bot page.",
        )
    return Finding(
        "token", State.OK, "set, and shaped like a bot token; only Discord can say whether it is valid."
    )


async def _database(settings: Settings, now: Callable[[], datetime]) -> tuple[Finding, Stored]:
    """What is known of the database, and what it says."""
    folder = sqlite_directory(settings)
    if folder is not None and _is_missing(_sqlite_file(settings)):
        return Finding("database", State.OK, f"SQLite, made in {folder} at the first start."), Stored()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            database = await connect(settings.database_url)
            try:
                waiting = await list_pending(database)
                odd = await odd_tables(database)
                stored = Stored(
                    skew=await _skew(database, now),
                    copied_at=None if waiting or odd else await database.read(_find_unsettled),
                    zones={} if waiting or odd else await database.read(_named_zones),
                )
            finally:
                await database.close()
    except StorageError as error:
        return Finding("database", State.FAIL, str(error)), Stored()
    except TimeoutError:
        return Finding(
            "database",
            State.FAIL,
            f"no answer in {CONNECT_SECONDS} s: check DATABASE_URL and that the server runs.",
        ), Stored()
    name = "SQLite" if database.engine == "sqlite" else "PostgreSQL"
    if odd:
        return Finding(
            "database",
            State.FAIL,
            f"{name}, but it is not what buddybot makes: {odd}. Put a backup to work, or begin with a new "
            "database.",
        ), stored
    if waiting:
        steps = _count_things(len(waiting), "migration")
        return Finding(
            "database",
            State.WARN,
            f"{name}, reachable; {steps} to do: run `buddybot migrate`, or start the bot.",
        ), stored
    if stored.copied_at is not None:
        return Finding(
            "database",
            State.WARN,
            f"{name}, a copy of {stored.copied_at:%Y-%m-%d %H:%M} UTC: what was due since then is not sent "
            "when the bot starts on it. If it is not meant to be put to work, name another.",
        ), stored
    return Finding("database", State.OK, f"{name}, reachable and up to date."), stored


async def _find_unsettled(tx: Tx) -> datetime | None:
    return await RestoreRepository(tx).find_unsettled()


async def _named_zones(tx: Tx) -> Mapping[str, Mapping[str, int]]:
    return await StoredZoneRepository(tx).counts()


async def _skew(database: Database, now: Callable[[], datetime]) -> timedelta | None:
    if database.engine == "sqlite":
        return None

    async def script(tx: Tx) -> int:
        row = await tx.one("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) AS seconds")
        return int(row["seconds"]) if row is not None else 0

    return datetime.fromtimestamp(await database.read(script), UTC) - now()


def _zones(now: datetime, stored: Mapping[str, Mapping[str, int]]) -> Finding:
    try:
        rules = read_zone("Europe/Berlin")
        known = len(zone_names())
    except KeyError:  # what zoneinfo raises for a zone that it has no rules for
        return Finding("zones", State.FAIL, "no time zone data: run `pip install tzdata`.")
    summer = datetime(2026, 7, 1, tzinfo=rules).utcoffset()
    if summer != timedelta(hours=2) or known < 400:
        return Finding(
            "zones", State.FAIL, "the time zone data are damaged: run `pip install --force-reinstall tzdata`."
        )
    if lost := {excerpt(zone): rows for zone, rows in stored.items() if not is_known(zone)}:
        return _lost_zones(lost)
    return _age_of_zones(known, choose_rules(), now)


def _lost_zones(lost: Mapping[str, Mapping[str, int]]) -> Finding:
    """Which zones the database names that are not known here, and who can choose others."""
    shown = "; ".join(
        f"{zone!r} ({', '.join(_count_things(count, what) for what, count in rows.items())})"
        for zone, rows in list(lost.items())[:LOST_SHOWN]
    )
    more = f"; and {len(lost) - LOST_SHOWN} more" if len(lost) > LOST_SHOWN else ""
    return Finding(
        "zones",
        State.WARN,
        f"the database names zones that are unknown here: {shown}{more}. Update tzdata; or organizers choose "
        "another with `/meeting schedule zone:`, and members in `/me settings`.",
    )


def _count_things(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count > 1)}"


def _age_of_zones(known: int, found: Sequence[ZoneRules], now: datetime) -> Finding:
    """Which rules are in use, the first of those found, and whether they are late."""
    used, *others = found
    text = f"{known} zones, release {_name_rules(used)}"
    if others:
        text += f"; there is also {', '.join(map(_name_rules, others))}"
    if any(other.age > used.age for other in others) or used.age[0] < now.year - 1:
        return Finding("zones", State.WARN, f"{text}: update tzdata and the system's zones.")
    return Finding("zones", State.OK, f"{text}.")


def _name_rules(rules: ZoneRules) -> str:
    place = "of the tzdata package" if rules.folder is None else f"of the system, in {rules.folder}"
    return f"{rules.release or 'unknown'} {place}"


def _permissions(token: str) -> Finding:
    application = _application_id(token)
    return Finding(
        "permissions",
        State.OK,
        f"intents: {', '.join(INTENTS)} (none is privileged); permissions {ASKED_FOR}, at least {NEEDED}; "
        f"what a server granted shows only when connected; invite: {invite_link(application)}",
    )


def _application_id(token: str) -> str:
    """The application's public id, which is the first part of its token."""
    head = token.partition(".")[0]
    try:
        digits = base64.b64decode(head + "=" * (-len(head) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, UnicodeDecodeError):
        return "APPLICATION_ID"
    return digits if re.fullmatch(r"\d{15,20}", digits) else "APPLICATION_ID"


def _clock(now: datetime, skew: timedelta | None) -> Finding:
    shown = f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if not RELEASED <= now <= RELEASED + BELIEVABLE:
        return Finding(
            "clock",
            State.FAIL,
            f"{shown} cannot be right: set the machine's clock, and let it be kept by NTP.",
        )
    if skew is None:
        return Finding("clock", State.OK, f"{shown}.")
    seconds = round(abs(skew).total_seconds())
    if abs(skew) > SKEW_TO_MENTION:
        state = State.FAIL if abs(skew) > SKEW_TO_MEND else State.WARN
        side = "behind" if skew > timedelta(0) else "ahead of"
        return Finding(
            "clock", state, f"{shown}, {seconds} s {side} the database's clock: let NTP keep both."
        )
    return Finding("clock", State.OK, f"{shown}, together with the database's clock.")


def _activities(settings: Settings) -> Finding:
    try:
        found = load_activities(settings.meetings.activities)
    except OperatorError as error:
        return Finding("activities", State.FAIL, str(error))
    own = f", with those of {settings.meetings.activities}" if settings.meetings.activities else ""
    return Finding("activities", State.OK, f"{len(found)} in the library{own}.")


def _disk(settings: Settings, environ: Mapping[str, str]) -> Finding:
    try:
        return _disk_of(settings, environ)
    except OSError as error:
        return Finding(
            "disk",
            State.FAIL,
            f"the database's folder cannot be looked into ({error.strerror}): set database.directory.",
        )


def _disk_of(settings: Settings, environ: Mapping[str, str]) -> Finding:
    folder = sqlite_directory(settings)
    if folder is None:
        return Finding("disk", State.OK, "nothing is kept on it: the database is elsewhere.")
    host = throwaway_disk(folder, environ)
    if host is not None and not settings.database.ephemeral_ok:
        return Finding("disk", State.FAIL, f"{host} throws {folder} away at every restart: {WAY_OUT}")
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            "disk", State.FAIL, f"{there} cannot be written to: change its owner, or set database.directory."
        )
    free = shutil.disk_usage(there).free
    if free < LITTLE_SPACE:
        state = State.FAIL if free < NO_SPACE else State.WARN
        return Finding(
            "disk", state, f"only {free // 2**20} MB free in {folder}: make room, or set database.directory."
        )
    if host is not None:
        return Finding(
            "disk", State.WARN, f"{host} throws {folder} away at every restart; you said that is fine."
        )
    return Finding(
        "disk", State.OK, f"{folder} can be written to, {free / 2**30:.1f} GB free; keep a backup of it."
    )


def _sqlite_file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _is_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:  # a name that is too long, a folder that nobody may look into: opening it says which
        return False
