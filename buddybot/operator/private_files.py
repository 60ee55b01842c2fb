"""Files that appear under their name when they are whole, for whoever runs the bot alone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from buddybot.settings.errors import OperatorError


@contextmanager
def put(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Give a file that appears under its name when it is whole, readable by its owner only."""
    require_free(path, force=force)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        require_free(path, force=force)
        Path(name).replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        Path(name).unlink(missing_ok=True)


def require_free(path: Path, *, force: bool) -> None:
    """Raise OperatorError where a file cannot be put."""
    try:
        _require_free(path, force=force)
    except OSError as error:  # a name that is too long, a folder that nobody may look into
        raise _unwritable(path, error) from None


def _require_free(path: Path, *, force: bool) -> None:
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise OperatorError(f"{path} is not a file: name one with --output.")
    if path.exists() and not force:
        raise OperatorError(f"{path} is there already: name another file, or add --force to replace it.")
    if not path.parent.is_dir():
        raise OperatorError(f"There is no folder {path.parent}: make it first.")


def require_folder(path: Path) -> None:
    """Raise OperatorError where there is no folder."""
    try:
        there = path.is_dir()
    except OSError as error:
        raise _unwritable(path, error) from None
    if not there:
        raise OperatorError(f"There is no folder {path}: make it first.")


def _unwritable(path: Path, error: OSError) -> OperatorError:
    return OperatorError(f"{path} cannot be written: {error.strerror or error}.")
