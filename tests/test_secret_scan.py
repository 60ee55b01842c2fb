"""The scan finds what should never be committed, and is quiet about what is only talked of."""

import pytest

from tests.secret_scan import suspicious

_TOKEN = ".".join(["MTIz" * 6, "Gabcde", "x" * 30])


@pytest.mark.parametrize(
    "line",
    [
        f"token = '{_TOKEN}'",
        "DATABASE_URL=postgres://bot:" + "Zk3vTq9wLm@db.internal:5432/bot",
        "password=" + "zk3vtq9wlm",
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "aws = AKIA" + "ABCDEFGHIJKLMNOP",
        "github: ghp_" + "a1B2" * 9,
        "https://discord.com/api/webhooks/123456789012345678/" + "y" * 68,
    ],
)
def test_a_secret_is_found(line: str) -> None:
    assert suspicious(line)


@pytest.mark.parametrize(
    "line",
    [
        "DISCORD_TOKEN is not set",
        "postgres://127.0.0.1:5432/postgres",
        "sha256:" + "ab" * 32,
        "a.b.c",
        "user, password = login.partition(':')",
    ],
)
def test_talk_of_secrets_is_none(line: str) -> None:
    assert not suspicious(line)


def test_a_test_may_make_one_up() -> None:
    line = "postgres://user:geheim@db/bot"
    assert suspicious(line)
    assert not suspicious(line, test=True)
