"""`buddybot doctor` says what is fit and what is not, changes nothing, and never prints a secret."""

import dataclasses
import os
import shutil
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

import pytest

from buddybot import permissions
from buddybot.app import create_bot
from buddybot.bot import intents
from buddybot.domain.groups.preferences import Preferences
from buddybot.operator import doctor
from buddybot.operator.doctor import Finding, State, examine, is_fit
from buddybot.settings.errors import OperatorError
from buddybot.settings.settings import Settings
from buddybot.storage.copies.restores import RestoreRepository
from buddybot.storage.engine.database import Tx, connect
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.migrations.runner import migrate
from buddybot.zone_data import ZoneRules
from tests.pings.people import ANA, BEN, found_group
from tests.settings.test_settings import TOKEN

SUBJECTS = ["token", "database", "zones", "permissions", "clock", "disk", "activities"]
PACKAGE = ZoneRules(None, "2026f")
NOON = datetime(2026, 12, 4, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path), "DISCORD_TOKEN": TOKEN})


async def look(
    settings: Settings, *, environ: Mapping[str, str] | None = None, now: datetime = NOON
) -> dict[str, Finding]:
    findings = await examine(settings, environ=environ or {}, now=lambda: now)
    assert [finding.subject for finding in findings] == SUBJECTS
    assert all("\n" not in str(finding) for finding in findings)
    return {finding.subject: finding for finding in findings}


async def test_a_fresh_machine_with_a_token_is_fit_and_stays_untouched(
    settings: Settings, tmp_path: Path
) -> None:
    found = await look(settings)
    assert {finding.state for finding in found.values()} == {State.OK}
    assert is_fit(list(found.values()))
    assert list(tmp_path.iterdir()) == []
    assert TOKEN not in "".join(map(str, found.values()))


@pytest.mark.parametrize(
    ("token", "state", "words"),
    [
        ("", State.FAIL, "DISCORD_TOKEN is not set"),
        (f"Bot {TOKEN}", State.FAIL, "without quotes or the word Bot"),
        (f'"{TOKEN}"', State.FAIL, "without quotes or the word Bot"),
        ("0123456789abcdef0123456789abcdef", State.WARN, "does not look like a bot token"),
    ],
)
async def test_a_token_is_judged_by_its_shape(
    settings: Settings, token: str, state: State, words: str
) -> None:
    found = (await look(dataclasses.replace(settings, token=token)))["token"]
    assert found.state is state
    assert words in found.text
    assert not token or token not in found.text


async def test_an_unmigrated_database_is_a_warning_and_stays_unmigrated(
    settings: Settings, empty_url: str
) -> None:
    settings = dataclasses.replace(settings, database_address=empty_url)
    for _ in range(2):
        found = (await look(settings, now=datetime.now(UTC)))["database"]
        if "SQLite" not in found.text:
            assert found.state is State.WARN
            assert "run `buddybot migrate`" in found.text
        else:
            assert "made in" in found.text
            assert not Path(empty_url.removeprefix("sqlite:///")).exists()


async def test_a_migrated_database_is_fit_on_both_engines(settings: Settings, database_url: str) -> None:
    found = await look(dataclasses.replace(settings, database_address=database_url), now=datetime.now(UTC))
    assert found["database"].state is State.OK
    assert found["database"].text.endswith("reachable and up to date.")
    assert found["clock"].state is State.OK


async def test_an_sqlite_file_that_lacks_migrations_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "buddybot.sqlite3").touch()
    found = (await look(settings))["database"]
    assert found.state is State.WARN
    assert "SQLite, reachable; " in found.text


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DROP TABLE kudos", "table kudos is missing"),
        ("DROP INDEX outbox_due", "index outbox_due is missing"),
        ("ALTER TABLE away ADD COLUMN why TEXT", "away"),
    ],
)
async def test_tables_that_are_not_what_buddybot_makes_are_a_failure(
    settings: Settings, empty_url: str, change: str, fault: str
) -> None:
    database = await connect(empty_url)
    await migrate(database)
    await database.write(lambda tx: tx.run(change))
    await database.close()
    found = (await look(dataclasses.replace(settings, database_address=empty_url)))["database"]
    assert found.state is State.FAIL
    assert fault in found.text


async def test_a_database_made_with_another_migration_is_a_failure(
    settings: Settings, empty_url: str
) -> None:
    database = await connect(empty_url)
    await migrate(database)
    await database.write(lambda tx: tx.run("UPDATE schema_migrations SET checksum = 'of another'"))
    await database.close()
    found = (await look(dataclasses.replace(settings, database_address=empty_url)))["database"]
    assert found.state is State.FAIL
    assert "0001_groups is not the one that the database was made with" in found.text


async def test_a_copy_that_is_not_settled_yet_is_named(settings: Settings, database_url: str) -> None:
    database = await connect(database_url)
    await database.write(lambda tx: RestoreRepository(tx).begin(datetime(2026, 3, 5, 19, tzinfo=UTC)))
    await database.close()
    found = await look(dataclasses.replace(settings, database_address=database_url), now=datetime.now(UTC))
    assert found["database"].state is State.WARN
    assert "a copy of 2026-03-05 19:00 UTC: what was due since then is not sent" in found["database"].text


async def test_a_file_that_is_no_database_is_a_failure(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "buddybot.sqlite3").write_text("a shopping list, and not at all a database" * 50)
    assert (await look(settings))["database"].state is State.FAIL


async def test_an_unreachable_server_is_a_failure_without_its_password(settings: Settings) -> None:
    address = "postgres://ana:hunter22@127.0.0.1:9/buddies"  # port 9: nobody listens
    found = await look(dataclasses.replace(settings, database_address=address))
    assert found["database"].state is State.FAIL
    assert "hunter22" not in "".join(map(str, found.values()))
    assert found["disk"].text == "nothing is kept on it: the database is elsewhere."


@pytest.mark.parametrize(
    ("off", "state", "words"),
    [
        (timedelta(seconds=30), State.WARN, "ahead of the database's clock"),
        (timedelta(seconds=-30), State.WARN, "behind the database's clock"),
        (timedelta(minutes=10), State.FAIL, "let NTP keep both"),
    ],
)
async def test_a_clock_that_differs_from_the_databases_is_named(
    settings: Settings, migrated_schema: str, off: timedelta, state: State, words: str
) -> None:
    settings = dataclasses.replace(settings, database_address=migrated_schema)
    found = (await look(settings, now=datetime.now(UTC) + off))["clock"]
    assert found.state is state
    assert words in found.text


@pytest.mark.parametrize("year", [1970, 2026, 2099])
async def test_an_impossible_time_is_a_failure(settings: Settings, year: int) -> None:
    found = (await look(settings, now=datetime(year, 1, 2, tzinfo=UTC)))["clock"]
    assert found.state is State.FAIL
    assert "set the machine's clock" in found.text


async def test_missing_zone_data_are_a_failure(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> tzinfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(doctor, "read_zone", nothing)
    found = (await look(settings))["zones"]
    assert (found.state, found.text) == (State.FAIL, "no time zone data: run `pip install tzdata`.")


async def test_old_zone_data_are_a_warning(settings: Settings) -> None:
    found = (await look(settings, now=NOON.replace(year=2035)))["zones"]
    assert found.state is State.WARN
    assert "update tzdata" in found.text


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        ([PACKAGE], State.OK, "598 zones, release 2026f of the tzdata package."),
        (
            [PACKAGE, ZoneRules("/zones", "2025b")],
            State.OK,
            "release 2026f of the tzdata package; there is also 2025b of the system, in /zones.",
        ),
        ([PACKAGE, ZoneRules("/zones", "")], State.OK, "there is also unknown of the system, in /zones."),
        (
            [ZoneRules("/zones", "2026g"), PACKAGE],
            State.OK,
            "release 2026g of the system, in /zones; there is also 2026f of the tzdata package.",
        ),
        ([ZoneRules("/zones", "2026e"), PACKAGE], State.WARN, "update tzdata and the system's zones"),
        ([ZoneRules("/zones", "")], State.WARN, "update tzdata and the system's zones"),
    ],
)
async def test_the_zone_rules_in_use_are_named_with_a_warning_when_they_are_late(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    found: list[ZoneRules],
    state: State,
    words: str,
) -> None:
    monkeypatch.setattr(doctor, "choose_rules", lambda: found)
    monkeypatch.setattr(doctor, "zone_names", lambda: range(598))
    zones = (await look(settings))["zones"]
    assert zones.state is state
    assert words in zones.text


async def test_stored_zones_that_are_unknown_here_are_named(settings: Settings, database_url: str) -> None:
    database = await connect(database_url)
    settings = dataclasses.replace(settings, database_address=database_url)
    group = await found_group(database)
    assert (await look(settings, now=datetime.now(UTC)))["zones"].state is State.OK

    async def script(tx: Tx) -> None:
        await tx.run("UPDATE groups SET zone = 'Mars/Olympus'")
        await PreferenceRepository(tx).put(Preferences(group.guild_id, BEN, zone="Mars/Olympus"))
        await PreferenceRepository(tx).put(Preferences(group.guild_id, ANA, zone="Moon/Tycho"))

    await database.write(script)
    found = (await look(settings, now=datetime.now(UTC)))["zones"]
    assert found.state is State.WARN
    assert "'Mars/Olympus' (1 group, 1 member); 'Moon/Tycho' (1 member). Update tzdata" in found.text
    assert "`/meeting schedule zone:`" in found.text
    await database.write(lambda tx: tx.run("UPDATE groups SET state = 'archived'"))
    found = (await look(settings, now=datetime.now(UTC)))["zones"]
    assert "'Mars/Olympus' (1 member)" in found.text
    await database.close()


async def test_the_invite_link_names_the_application_of_the_token(settings: Settings) -> None:
    text = (await look(settings))["permissions"].text
    assert "client_id=123456789012345678&scope=bot+applications.commands&permissions=17592454597632" in text
    text = (await look(dataclasses.replace(settings, token="no.real.token")))["permissions"].text
    assert "client_id=APPLICATION_ID&" in text


def test_the_bot_listens_to_what_doctor_says() -> None:
    assert tuple(name for name, on in intents() if on) == permissions.INTENTS


async def test_a_disk_that_the_host_throws_away_is_a_failure_until_it_is_said_to_be_fine(
    settings: Settings,
) -> None:
    dyno = {"DYNO": "worker.1"}
    found = (await look(settings, environ=dyno))["disk"]
    assert found.state is State.FAIL
    assert "set DATABASE_URL" in found.text
    fine = settings.database._replace(ephemeral_ok=True)
    found = (await look(dataclasses.replace(settings, database=fine), environ=dyno))["disk"]
    assert found.state is State.WARN


async def test_a_folder_that_cannot_be_written_to_is_a_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = (await look(settings))["disk"]
    assert found.state is State.FAIL
    assert "cannot be written to" in found.text


@pytest.mark.parametrize(
    ("free", "state"), [(doctor.LITTLE_SPACE - 1, State.WARN), (doctor.NO_SPACE - 1, State.FAIL)]
)
async def test_a_full_disk_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, state: State
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    found = (await look(settings))["disk"]
    assert found.state is state
    assert "make room" in found.text


async def test_the_hosts_own_activities_are_read(settings: Settings, tmp_path: Path) -> None:
    assert (await look(settings))["activities"].text.endswith("in the library.")
    own = tmp_path / "own.toml"
    own.write_text('[[activity]]\nkey = "walk"\n', encoding="utf-8")
    settings = dataclasses.replace(settings, meetings=settings.meetings._replace(activities=str(own)))
    found = (await look(settings))["activities"]
    assert found.state is State.FAIL
    assert f"The activity walk in {own} has no name" in found.text
    with pytest.raises(OperatorError, match="The activity walk in"):
        create_bot(settings)
