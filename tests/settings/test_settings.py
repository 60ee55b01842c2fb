"""Settings come in layers, and what is wrong with them is one sentence that names it and holds no secret."""

import dataclasses
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from buddybot.settings.hosting import refuse_throwaway_disk, throwaway_disk
from buddybot.settings.paths import config_file
from buddybot.settings.reader import Between
from buddybot.settings.redaction import Redactor
from buddybot.settings.settings import Settings, SettingsError

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own.toml"


def load(own: Path, text: str, **environ: str) -> Settings:
    own.write_text(text, encoding="utf-8")
    return Settings.load({"BUDDYBOT_CONFIG": str(own), **environ})


def complaint(own: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(own, text)
    return str(caught.value)


def complaint_about(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    return str(caught.value)


def test_the_defaults_are_those_of_the_documented_file() -> None:
    settings = Settings.load({})
    assert settings.reminders.quiet_start == time(21)
    assert settings.discord.sends_per_second == 45
    assert settings.database_url == "sqlite:///data/buddybot.sqlite3"
    assert (settings.token, settings.database_address, settings.secrets) == ("", "", ())


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(own: Path) -> None:
    text = "[invitations]\ndays = 3\ntries_per_hour = 9\n"
    settings = load(own, text, BUDDYBOT_INVITATIONS__DAYS="4")
    assert settings.invitations.days == 4
    assert settings.invitations.tries_per_hour == 9
    assert settings.privacy.purge_days == Settings.load({}).privacy.purge_days


def test_every_kind_of_value_is_read_from_the_environment() -> None:
    settings = Settings.load(
        {
            "BUDDYBOT_DATABASE__DIRECTORY": "/srv/buddies",
            "BUDDYBOT_DATABASE__EPHEMERAL_OK": "Yes",
            "BUDDYBOT_DISCORD__SENDS_PER_SECOND": "12.5",
            "BUDDYBOT_DISCORD__TEST_GUILD": "123456789012345678",
            "BUDDYBOT_REMINDERS__QUIET_START": "22:30",
            "BUDDYBOT_BOT__SUPPORT_URL": "https://example.org/help",
        }
    )
    assert settings.database_url == "sqlite:////srv/buddies/buddybot.sqlite3"
    assert settings.database.ephemeral_ok is True
    assert settings.discord.sends_per_second == 12.5
    assert settings.discord.test_guild == 123456789012345678
    assert settings.reminders.quiet_start == time(22, 30)
    assert settings.bot.support_url == "https://example.org/help"


def test_the_token_and_the_database_address_come_from_the_environment_and_stay_hidden() -> None:
    address = "postgres://ana:hunter22@db.example:5432/buddies"
    settings = Settings.load({"DISCORD_TOKEN": f" {TOKEN}\n", "DATABASE_URL": address})
    assert settings.require_token() == TOKEN
    assert settings.database_url == address
    assert TOKEN not in repr(settings)
    assert "hunter22" not in repr(settings)


def test_a_missing_token_is_a_sentence_that_says_where_to_get_one() -> None:
    with pytest.raises(SettingsError, match=r"^DISCORD_TOKEN is not set: copy the token .+ Bot page .+\.$"):
        Settings.load({}).require_token()


@pytest.mark.parametrize(
    "section", [field.name for field in dataclasses.fields(Settings.load({})) if field.repr]
)
def test_each_number_is_refused_just_outside_its_range(section: str) -> None:
    kind = get_type_hints(Settings)[section]
    for key, hint in get_type_hints(kind, include_extras=True).items():
        for rule in get_args(hint)[1:]:
            if not isinstance(rule, Between):
                continue
            name = f"BUDDYBOT_{section}__{key}".upper()
            for edge, outside in ((int(rule.low), int(rule.low) - 1), (int(rule.high), int(rule.high) + 1)):
                assert getattr(getattr(Settings.load({name: str(edge)}), section), key) == edge
                assert complaint_about(**{name: str(outside)}).startswith(f"{name} must be a")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[log]\nlevl = 'INFO'", "log.levl in FILE is not a setting: did you mean log.level?"),
        ("[logs]\nlevel = 'INFO'", "[logs] in FILE is not a section of settings: did you mean [log]?"),
        ("level = 'INFO'", "level in FILE stands outside every section: did you mean level under [log]?"),
        ("log = 'INFO'", "log in FILE must be a section: write [log] on a line of its own."),
        ("zork = 1", "zork in FILE stands outside every section; config/default.toml lists them all."),
        (
            "[log]\nlevel = 'LOUD'",
            'log.level in FILE must be one of DEBUG, INFO, WARNING, ERROR, but it is "LOUD".',
        ),
        (
            "[meetings]\nplanned_ahead = true",
            "meetings.planned_ahead in FILE must be a whole number from 1 to 8, but it is true.",
        ),
        (
            "[meetings]\nplanned_ahead = 2.0",
            "meetings.planned_ahead in FILE must be a whole number from 1 to 8, but it is 2.0.",
        ),
        (
            "[discord]\nsends_per_second = nan",
            "discord.sends_per_second in FILE must be a number from 1 to 50, but it is nan.",
        ),
        (
            "[database]\nephemeral_ok = 'yes'",
            'database.ephemeral_ok in FILE must be true or false, but it is "yes".',
        ),
        (
            "[reminders]\nquiet_end = '8'",
            'reminders.quiet_end in FILE must be a time of day like "21:00", but it is "8".',
        ),
        (
            "[database]\ndirectory = ''",
            'database.directory in FILE must be the name of a folder, but it is "".',
        ),
        (
            "[bot]\nsupport_url = 'help'",
            'bot.support_url in FILE must be empty or an address like https://example.org, but it is "help".',
        ),
        (
            "[log]\nlevel = [1]",
            "log.level in FILE must be one of DEBUG, INFO, WARNING, ERROR, but it is a list.",
        ),
        ("a = = 1", "The settings file FILE is not valid TOML: Invalid value (at line 1, column 5)."),
    ],
)
def test_what_is_wrong_in_a_file_is_named_exactly(own: Path, text: str, sentence: str) -> None:
    assert complaint(own, text) == sentence.replace("FILE", str(own))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BUDDYBOT_LOG__LEVL", "x", "BUDDYBOT_LOG__LEVL is not a setting: did you mean BUDDYBOT_LOG__LEVEL?"),
        ("BUDDYBOT_LOG_LEVEL", "x", "BUDDYBOT_LOG_LEVEL is not a setting: did you mean BUDDYBOT_LOG__LEVEL?"),
        ("BUDDYBOT_CONFG", "x", "BUDDYBOT_CONFG is not a setting: did you mean BUDDYBOT_CONFIG?"),
        (
            "BUDDYBOT_PRIVACY__PURGE_DAYS",
            "soon",
            'BUDDYBOT_PRIVACY__PURGE_DAYS must be a whole number from 1 to 365, but it is "soon".',
        ),
        (
            "BUDDYBOT_DATABASE__EPHEMERAL_OK",
            "perhaps",
            'BUDDYBOT_DATABASE__EPHEMERAL_OK must be true or false, but it is "perhaps".',
        ),
    ],
)
def test_what_is_wrong_in_the_environment_is_named_exactly(name: str, value: str, sentence: str) -> None:
    assert complaint_about(**{name: value}) == sentence


def test_other_peoples_variables_are_left_alone() -> None:
    assert Settings.load({"PATH": "/bin", "BUDDYBOTANY": "1", "BUDDYBOT_TEST_X": "1"}) == Settings.load({})


def test_a_file_that_is_not_there_or_not_text_is_a_sentence(own: Path) -> None:
    missing = complaint_about(BUDDYBOT_CONFIG=str(own))
    assert (
        missing
        == f"The settings file {own} cannot be read (No such file or directory): check BUDDYBOT_CONFIG."
    )
    own.write_bytes(b"\xff\xfe")
    assert complaint_about(BUDDYBOT_CONFIG=str(own)).startswith(
        f"The settings file {own} is not valid TOML: "
    )


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        (f"[discord]\ntoken = '{TOKEN}'", "DISCORD_TOKEN"),
        (f"DISCORD_TOKEN = '{TOKEN}'", "DISCORD_TOKEN"),
        (f"[bot]\nsupport_url = '{TOKEN}'", "DISCORD_TOKEN"),
        ("[database]\nurl = 'postgres://ana:hunter22@host/name'", "DATABASE_URL"),
        ("[database]\ndirectory = 'postgres://ana:hunter22@host/name'", "DATABASE_URL"),
    ],
)
def test_a_secret_in_a_file_is_refused_and_not_repeated(own: Path, text: str, variable: str) -> None:
    sentence = complaint(own, text)
    assert sentence.startswith(f"The settings file {own} holds a secret under the name ")
    assert sentence.endswith(f"set the environment variable {variable} instead.")
    assert TOKEN not in sentence
    assert "hunter22" not in sentence


def test_a_secret_in_the_wrong_variable_is_not_repeated() -> None:
    assert complaint_about(BUDDYBOT_DISCORD__TOKEN=TOKEN) == (
        "BUDDYBOT_DISCORD__TOKEN is not read: set the environment variable DISCORD_TOKEN instead."
    )
    assert TOKEN not in complaint_about(BUDDYBOT_LOG__LEVEL=TOKEN)


def test_a_database_address_of_another_kind_is_refused_and_not_repeated() -> None:
    sentence = complaint_about(DATABASE_URL="mysql://ana:hunter22@host/name")
    assert sentence.startswith("DATABASE_URL must start with postgres:// or postgresql://")
    assert "hunter22" not in sentence


def test_the_password_alone_is_a_secret_too() -> None:
    settings = Settings.load({"DATABASE_URL": "postgres://ana:hunter%3222@host/name"})
    assert {"hunter%3222", "hunter222"} <= set(settings.secrets)


def test_every_default_is_explained() -> None:
    lines = config_file("default.toml").read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        if line.startswith("["):
            assert above == "", f"{line} begins without a gap"
        elif line and not line.startswith("#"):
            assert above.startswith("#") or "=" in above, f"{line} is not explained"


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({}, None),
        ({"DYNO": "worker.1"}, "Heroku"),
        ({"RENDER": "true"}, "Render"),
        ({"FLY_MACHINE_ID": "148e"}, "Fly.io"),
        ({"K_SERVICE": "buddybot"}, "Cloud Run"),
        ({"RAILWAY_PROJECT_ID": "1"}, "Railway"),
        ({"RAILWAY_PROJECT_ID": "1", "RAILWAY_VOLUME_MOUNT_PATH": "/srv/other"}, "Railway"),
        ({"RAILWAY_PROJECT_ID": "1", "RAILWAY_VOLUME_MOUNT_PATH": "/srv/data"}, None),
    ],
)
def test_hosts_that_throw_the_disk_away_are_known(environ: dict[str, str], host: str | None) -> None:
    assert throwaway_disk(Path("/srv/data/buddies"), environ, is_mount=lambda _: False) == host


def test_a_volume_is_kept_but_the_disk_below_it_is_not() -> None:
    mounts = {Path("/"), Path("/srv/data")}
    place = Path("/srv/data/buddies")
    assert throwaway_disk(place, {"RENDER": "true"}, is_mount=mounts.__contains__) is None
    assert throwaway_disk(Path("/srv"), {"RENDER": "true"}, is_mount=mounts.__contains__) == "Render"
    assert throwaway_disk(place, {"DYNO": "worker.1"}, is_mount=mounts.__contains__) == "Heroku"


def test_an_sqlite_file_on_a_throwaway_disk_is_refused_unless_the_host_says_it_does_not_matter() -> None:
    dyno = {"DYNO": "worker.1"}
    with pytest.raises(SettingsError, match=r"^Heroku throws this disk away .+ set DATABASE_URL "):
        refuse_throwaway_disk(Settings.load({}), dyno)
    refuse_throwaway_disk(Settings.load({"BUDDYBOT_DATABASE__EPHEMERAL_OK": "true"}), dyno)
    refuse_throwaway_disk(Settings.load({"DATABASE_URL": "postgres://host/name"}), dyno)
    refuse_throwaway_disk(Settings.load({}), {})


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"token {TOKEN}!", "token [hidden]!"),
        ("postgres://ana:hun@ter22@db:5432/x", "postgres://ana:[hidden]@db:5432/x"),
        ("Authorization: Bot abcdefghijklmnopqrstuvwxyz", "Authorization: Bot [hidden]"),
        ("POST /interactions/123/aW50ZXJhY3Rpb246MTIz/callback", "POST /interactions/123/[hidden]/callback"),
        ("a short-lived my-own-secret", "a short-lived [hidden]"),
        (
            "Tuesday 19:00, Café Lumen, https://example.org/a:b",
            "Tuesday 19:00, Café Lumen, https://example.org/a:b",
        ),
    ],
)
def test_secrets_are_known_by_their_shape_or_by_heart(text: str, clean: str) -> None:
    assert Redactor(["my-own-secret", ""])(text) == clean


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 20_000, "is not valid TOML: it is nested too deeply"),
        ("x = " + "{a=" * 20_000, "is not valid TOML: it is nested too deeply"),
        ("[database]\ndirectory = 'a\x00b'", "is not valid TOML"),
        (
            '[database]\ndirectory = "a\\u0000b"',
            "database.directory in {} must be a text without control characters",
        ),
        ('[meetings]\nactivities = "a\\u0000b"', "meetings.activities in {} must be a text without control"),
        ('[log]\nlevel = "\\u001b[31m"', 'must be one of DEBUG, INFO, WARNING, ERROR, but it is "?[31m"'),
        (f"[discord]\nsends_per_second = {'9' * 400}", "must be a number from 1 to 50, but it is 9999"),
        (f"[discord]\ntest_guild = {'9' * 400}", "must be a whole number of 0 or more, but it is 9999"),
        (f"[discord]\ntest_guild = {'9' * 5000}", "is not valid TOML: a number in it has too many digits"),
        (f"[discord]\ntest_guild = 0x{'f' * 5000}", "but it is a number of thousands of digits"),
        (f"[log]\nlevel{'.a' * 20_000} = 1", "is not valid TOML: it is nested too deeply"),
        (f"[log{'.a' * 20_000}]", "is not valid TOML: it is nested too deeply"),
        ("# long\n" * 200_000, "is not valid TOML: it is longer than a million characters"),
        ('"\\u001b[31mred" = 1', "?[31mred in {} stands outside every section"),
        (f"[log]\n{'k' * 5000} = 1", "is not a setting"),
        (f"[{'k' * 5000}]", "is not a section"),
        ('[bot]\nsupport_url = "https://ex ample.org"', "must be empty or an address like"),
        ('[discord]\napi_base = "http://127.0.0.1:port"', "must be empty or an address like"),
        ('[discord]\napi_base = "http://127.0.0.1:99999"', "must be empty or an address like"),
        ("[discord]\nsends_per_second = nan", "must be a number from 1 to 50"),
        (f"[bot]\nsupport_url = '{'x' * 5000}'", "must be empty or an address like"),
    ],
)
def test_what_no_program_would_write_ends_in_a_short_sentence(own: Path, text: str, words: str) -> None:
    own.write_text(text, encoding="utf-8")
    sentence = complaint_about(BUDDYBOT_CONFIG=str(own))
    assert words.format(own) in sentence
    assert len(sentence) < 400


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding_ends_in_a_sentence(own: Path, encoding: str) -> None:
    own.write_text('[log]\nlevel = "\u00fc"', encoding=encoding)
    assert "is not valid TOML: it is not written in UTF-8." in complaint_about(BUDDYBOT_CONFIG=str(own))


@pytest.mark.parametrize("name", ["BUDDYBOT_DISCORD__SENDS_PER_SECOND", "BUDDYBOT_DISCORD__TEST_GUILD"])
@pytest.mark.parametrize("digits", [400, 5000])
def test_too_many_digits_in_the_environment_end_in_a_short_sentence(name: str, digits: int) -> None:
    sentence = complaint_about(**{name: "9" * digits})
    assert sentence.startswith(f"{name} must be a ")
    assert len(sentence) < 400


def test_a_file_may_begin_with_the_mark_that_some_editors_write(own: Path) -> None:
    own.write_text("[meetings]\nplanned_ahead = 3\n", encoding="utf-8-sig")
    assert Settings.load({"BUDDYBOT_CONFIG": str(own)}).meetings.planned_ahead == 3


def test_a_secret_in_a_setting_is_refused_and_not_repeated() -> None:
    for value in ("postgres://ana:hunter22@h/x", "postgres://ana@h/x?password=hunter22", TOKEN):
        for name in ("BUDDYBOT_DATABASE__DIRECTORY", "BUDDYBOT_CONFIG", "BUDDYBOT_LOG__LEVEL"):
            sentence = complaint_about(**{name: value})
            assert sentence.startswith(
                f"{name} holds a secret: remove it there and set the environment variable D"
            )
            assert "hunter22" not in sentence
            assert TOKEN not in sentence
