"""What a host does when a person asks: look, hand over, delete; beside a bot that runs."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from buddybot import cli
from buddybot.domain.groups.groups import Role
from buddybot.domain.ids import GuildId, UserId
from buddybot.storage.engine.database import Tx, connect
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.migrations.runner import migrate
from tests.settings.test_logs import restored_logging

NOW = datetime(2026, 3, 5, 19, tzinfo=UTC)
GUILD, ANA, BEN = GuildId(7_000_000_000_000_001), UserId(8_000_000_000_000_001), UserId(8_000_000_000_000_002)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    with restored_logging():
        yield


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A database with a group of two."""
    environ = {"BUDDYBOT_DATABASE__DIRECTORY": str(tmp_path / "data")}
    asyncio.run(_found(f"sqlite:///{tmp_path / 'data' / 'buddybot.sqlite3'}"))
    return environ


async def _found(url: str) -> None:
    async def script(tx: Tx) -> None:
        group_id = await GroupRepository(tx).add(
            guild_id=GUILD,
            name="Rowan",
            channel_id=9,  # type: ignore[arg-type]
            zone="Europe/Berlin",
            capacity=6,
            charter="Kind words.",
            language="en",
            created_by=ANA,
            now=NOW,
        )
        assert group_id is not None
        for user_id, name, role in ((ANA, "Anabel", Role.ORGANIZER), (BEN, "Benedict", Role.MEMBER)):
            await MemberRepository(tx).add(
                group_id=group_id, guild_id=GUILD, user_id=user_id, role=role, now=NOW
            )
            await PreferenceRepository(tx).keep_name(GUILD, user_id, name)

    database = await connect(url)
    try:
        await migrate(database)
        await database.write(script)
    finally:
        await database.close()


def stored(environ: dict[str, str]) -> bytes:
    """Return the bytes of the database's files."""
    folder = Path(environ["BUDDYBOT_DATABASE__DIRECTORY"])
    return b"".join(path.read_bytes() for path in folder.iterdir())


def said(capsys: pytest.CaptureFixture[str], *arguments: str, environ: dict[str, str]) -> str:
    """Run a command that goes well and return what it writes."""
    assert cli.main(["person", *arguments], environ) == 0
    return capsys.readouterr().out


def test_a_look_changes_nothing(capsys: pytest.CaptureFixture[str], environ: dict[str, str]) -> None:
    out = said(capsys, str(ANA), environ=environ)
    assert "Groups you are or were in: 1" in out
    assert f"(Rowan), which has others in it; {BEN} would organize it" in out
    assert "--erase" in out
    assert b"Anabel" in stored(environ)


def test_a_copy_is_written_once(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "for-ana"
    assert cli.main(["person", str(ANA), "--copy", str(folder)], environ) == 2
    assert "make it first" in capsys.readouterr().err
    folder.mkdir()
    said(capsys, str(ANA), "--copy", str(folder), environ=environ)
    found = json.loads((folder / "my-data.json").read_text(encoding="utf-8"))
    assert found["sections"]["settings"][0]["display_name"] == "Anabel"
    assert "Anabel" in (folder / "my-data.html").read_text(encoding="utf-8")
    assert (folder / "my-data.json").stat().st_mode & 0o077 == 0
    assert cli.main(["person", str(ANA), "--copy", str(folder)], environ) == 2
    assert "there already" in capsys.readouterr().err


def test_an_erasure_leaves_no_byte(capsys: pytest.CaptureFixture[str], environ: dict[str, str]) -> None:
    assert "is deleted" in said(capsys, str(ANA), "--erase", environ=environ)
    left = stored(environ)
    assert b"Anabel" not in left
    assert int(ANA).to_bytes(8, "big")[1:] not in left
    assert b"Benedict" in left
    assert "Nothing is stored" in said(capsys, str(ANA), "--erase", environ=environ)


def test_an_erasure_says_that_the_bot_takes_a_role_afterwards(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    asyncio.run(_give_role(f"sqlite:///{environ['BUDDYBOT_DATABASE__DIRECTORY']}/buddybot.sqlite3"))
    out = said(capsys, str(BEN), "--erase", environ=environ)
    assert "takes the roles that they have in Discord" in out
    assert b"Benedict" not in stored(environ)


async def _give_role(url: str) -> None:
    database = await connect(url)
    try:
        await database.write(lambda tx: tx.run("UPDATE groups SET role_id = 77"))
    finally:
        await database.close()


@pytest.mark.parametrize(
    "written", ["ana", "-1", "0", "1.5", "9" * 23, "9" * 5_000, str(2**63), "\u0663", "0" * 12 + "9" * 19]
)
def test_what_is_no_discord_id_ends_in_a_sentence(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], written: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["person", written], environ)
    assert ended.value.code == 2
    assert "copy it in Discord" in capsys.readouterr().err
