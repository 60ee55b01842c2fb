"""Hosts that throw a process's disk away, and with it an SQLite file."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from buddybot.settings.settings import Settings, SettingsError

WAY_OUT = (
    "set DATABASE_URL to a PostgreSQL database or database.directory to a volume "
    "(or BUDDYBOT_DATABASE__EPHEMERAL_OK=true if losing everything does not matter)."
)


def throwaway_disk(
    directory: Path, environ: Mapping[str, str], *, is_mount: Callable[[Path], bool] = os.path.ismount
) -> str | None:
    """The host that throws `directory` away at a restart, or None where nothing points to one.

    A host is known by a variable that it sets in every process, its volumes by being mount points.
    """
    if "DYNO" in environ:
        return "Heroku"  # has no volumes
    if any(name in environ for name in ("RAILWAY_PROJECT_ID", "RAILWAY_ENVIRONMENT_ID")):
        volume = environ.get("RAILWAY_VOLUME_MOUNT_PATH", "")
        return None if volume and directory.resolve().is_relative_to(Path(volume).resolve()) else "Railway"
    for name, host in (("RENDER", "Render"), ("FLY_MACHINE_ID", "Fly.io"), ("K_SERVICE", "Cloud Run")):
        if name in environ:
            return None if _on_a_volume(directory, is_mount) else host
    return None


def refuse_throwaway_disk(settings: Settings, environ: Mapping[str, str]) -> None:
    """Raise SettingsError when the rows would be kept in an SQLite file that the host throws away."""
    place = sqlite_directory(settings)
    host = None if place is None or settings.database.ephemeral_ok else throwaway_disk(place, environ)
    if host is not None:
        raise SettingsError(
            f"{host} throws this disk away at every restart, and the group's history with it: {WAY_OUT}"
        )


def sqlite_directory(settings: Settings) -> Path | None:
    """The folder of the SQLite file, or None when the rows live on a database server or in memory."""
    url = settings.database_url
    if not url.startswith("sqlite:///") or url.endswith(":memory:"):
        return None
    return Path(url.removeprefix("sqlite:///")).parent


def _on_a_volume(directory: Path, is_mount: Callable[[Path], bool]) -> bool:
    resolved = directory.resolve()
    return any(is_mount(place) for place in (resolved, *resolved.parents) if place != Path(place.anchor))
