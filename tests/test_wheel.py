"""The wheel holds everything the bot needs, and puts nothing but `buddybot` into site-packages."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from buddybot import __version__
from buddybot.settings.errors import OperatorError
from buddybot.settings.paths import PACKAGE, cogs_package, config_file

CHECKOUT = PACKAGE.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel; hatchling is called directly, which saves an environment of its own."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(ZipFile(wheel).namelist())


def test_nothing_but_buddybot_goes_into_site_packages(names: set[str]) -> None:
    assert {name.split("/")[0] for name in names} == {"buddybot", f"buddybot-{__version__}.dist-info"}


def test_every_file_of_the_package_and_the_cogs_is_in_it(names: set[str]) -> None:
    expected = {
        "/".join((*where, *path.relative_to(source).parts))
        for source, where in ((PACKAGE, ("buddybot",)), (CHECKOUT / "cogs", ("buddybot", "cogs")))
        for path in source.rglob("*")
        if path.suffix in {".py", ".sql", ".toml", ".css", ".ttf", ".txt"}
    }
    assert any(name.endswith(".sql") for name in expected)
    assert any(name.startswith("buddybot/locales/") and name.endswith(".toml") for name in expected)
    assert {
        "buddybot/exports/charts/DejaVuSans.ttf",
        "buddybot/exports/charts/DejaVuSans.LICENSE.txt",
    } <= expected
    assert any(name.startswith("buddybot/cogs/") for name in expected)
    assert expected <= names


def test_of_config_only_the_two_named_files_are_in_it(names: set[str]) -> None:
    assert {name for name in names if "config/" in name} == {
        "buddybot/config/default.toml",
        "buddybot/config/activities.toml",
    }
    assert not [name for name in names if name.endswith((".pyc", ".sqlite3", ".env", ".log"))]


def test_the_cogs_and_settings_of_the_wheel_are_its_own(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    ZipFile(wheel).extractall(place)
    program = (
        "from importlib import import_module\n"
        "from buddybot.settings.paths import cogs_package, config_file\n"
        "from buddybot.settings.settings import Settings\n"
        "Settings.load({})\n"
        "print(import_module(cogs_package()).__file__, config_file('default.toml'), sep='\\n')\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.split() == [
        str(place / "buddybot" / "cogs" / "__init__.py"),
        str(place / "buddybot" / "config" / "default.toml"),
    ]


def test_in_a_checkout_the_cogs_stand_beside_the_package() -> None:
    assert cogs_package() == "cogs"
    assert config_file("default.toml") == CHECKOUT / "config" / "default.toml"


def test_somebody_elses_cogs_are_not_taken_for_ours(tmp_path: Path) -> None:
    package = tmp_path / "buddybot"
    (tmp_path / "cogs").mkdir()
    (tmp_path / "cogs" / "__init__.py").touch()
    with pytest.raises(OperatorError, match="install buddybot again"):
        cogs_package(package)  # `import cogs` would find the checkout's
    with pytest.raises(OperatorError, match=r"config/default\.toml is missing"):
        config_file("default.toml", package)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_locks_pin_and_hash_everything_and_name_no_place(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    lines = [line.strip().removesuffix("\\").strip() for line in text.splitlines()]
    pins = [line for line in lines if line and not line.startswith("--hash=sha256:")]
    assert pins
    assert all("==" in pin for pin in pins), pins
    assert "/" not in text
    assert "@" not in text


def test_the_lock_of_the_tools_agrees_with_the_lock_of_the_bot() -> None:
    bot, tools = (
        {line.split()[0] for line in (CHECKOUT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert bot <= tools
