"""What an export writes on its way is gone when it ends; after a kill, at the next start."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from buddybot.exports.records import scratch_folder
from buddybot.settings.paths import PACKAGE

WRITES = """
import sys
from buddybot.exports.records import scratch_folder as scratch
with scratch.folder() as folder:
    with open(folder + "/sheet.xml", "w") as out:
        out.write("Ana")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What this test and its processes take for the folder of temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def writing() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has begun to write, and where."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITES],
        cwd=PACKAGE.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())


def test_a_folder_is_gone_when_its_block_ends_with_an_error_too(temporary: Path) -> None:
    def write() -> None:
        with scratch_folder.folder() as folder:
            (Path(folder) / "sheet.xml").write_text("Ana")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed(temporary: Path) -> None:
    with writing() as (process, folder):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert (folder / "sheet.xml").exists()
        assert scratch_folder.sweep() == 1
    assert list(temporary.iterdir()) == []


def test_what_another_process_is_writing_stays() -> None:
    with writing() as (process, folder):
        assert scratch_folder.sweep() == 0
        assert (folder / "sheet.xml").read_text() == "Ana"
        process.communicate()
        assert process.returncode == 0
        assert not folder.exists()


def test_a_folder_that_was_swept_before_it_was_locked_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = tempfile.mkdtemp, []

    def swept_at_first(*, prefix: str) -> str:
        made.append(make(prefix=prefix))
        if len(made) == 1:
            assert scratch_folder.sweep() == 1
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept_at_first)
    with scratch_folder.folder() as folder:
        assert made == [made[0], folder]
        assert list(temporary.iterdir()) == [Path(folder)]


def test_other_folders_and_links_stay(temporary: Path) -> None:
    (temporary / "buddybot-demo-1").mkdir()
    (temporary / "target").mkdir()
    (temporary / f"{scratch_folder.PREFIX}link").symlink_to(temporary / "target")
    assert scratch_folder.sweep() == 0
    assert len(list(temporary.iterdir())) == 3
