"""No command that takes or reads a database address shows its password, whatever goes wrong."""

import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from buddybot import cli
from tests.settings.test_logs import restored_logging
from tests.settings.test_settings import TOKEN

CANARY = "S3cret-canary"
COMMANDS = (
    ("run",),
    ("migrate",),
    ("doctor",),
    ("export", "--output", "-"),
    ("person", "123456789012345678"),
    ("backup", "any"),
    ("restore", "any"),
    ("restore", "--settle"),
    ("backtest", "--from-database", "1"),
)
NOBODY = "127.0.0.1:9/buddies"  # nobody listens on that port
ADDRESSES = (
    f"postgres://ana:{CANARY}@{NOBODY}",
    f"postgresql://ana:{CANARY}@{NOBODY}?sslmode=require&channel_binding=require",
    f"postgres://ana:{quote(CANARY + '/?#', safe='')}@{NOBODY}",
    f"postgres://ana@{NOBODY}?password={CANARY}",
    f"postgres://ana@{NOBODY}?application_name=x&password={CANARY}&sslpassword={CANARY}",
    *(f"postgres://ana:{CANARY}{mark}{CANARY}@{NOBODY}" for mark in "/?#[@%"),
    *(f"postgres://ana:{mark}{CANARY}@{NOBODY}" for mark in "/?#[@%"),
    f"postgres://ana:{CANARY}@127.0.0.1:99999/buddies",
    f"postgres://ana:{CANARY}@host.invalid/buddies",
    f"postgres://ana:{CANARY}@{NOBODY}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem",
    f"postgres://ana:{CANARY}@{NOBODY}?{CANARY}",
    f"postgres:ana:{CANARY}@{NOBODY}",
    f"mysql://ana:{CANARY}@{NOBODY}",
    f"jdbc:postgresql://{NOBODY}?user=ana&password={CANARY}",
    f"host=127.0.0.1 port=9 user=ana password={CANARY}",
    f"host=127.0.0.1 user=ana password='{CANARY} {CANARY}'",
)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with restored_logging():
        yield


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_the_password_when_the_address_is_of_no_use(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    for address in ADDRESSES:
        environ = {"DATABASE_URL": address, "DISCORD_TOKEN": TOKEN, "BUDDYBOT_LOG__LEVEL": "DEBUG"}
        code = cli.main(command, environ)
        logging.getLogger("any").warning("could not reach %s", address)
        out, err = capfd.readouterr()
        assert CANARY not in out + err, address
        assert "Traceback" not in out + err, address
        assert TOKEN not in out + err
        assert code in (1, 2), address


def test_the_password_of_the_environment_is_hidden_as_well(capfd: pytest.CaptureFixture[str]) -> None:
    environ = {"DATABASE_URL": f"postgres://ana@{NOBODY}", "PGPASSWORD": CANARY, "DISCORD_TOKEN": TOKEN}
    assert cli.main(["migrate"], environ) == 2
    logging.getLogger("any").warning("the password is %s", CANARY)
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "name", ["BUDDYBOT_DATABASE__DIRECTORY", "BUDDYBOT_DATABASE__URL", "BUDDYBOT_CONFIG"]
)
def test_an_address_in_the_wrong_variable_is_not_repeated(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for address in ADDRESSES:
        for command in (("doctor",), ("migrate",), ("backup", "any")):
            cli.main(command, {name: address, "DISCORD_TOKEN": TOKEN})
        assert CANARY not in "".join(capfd.readouterr()), address
