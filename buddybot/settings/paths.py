"""Where the parts live that stand at the top of a checkout and inside the package in a wheel."""

from importlib.util import find_spec
from pathlib import Path

from buddybot.settings.errors import OperatorError

PACKAGE = Path(__file__).resolve().parents[1]


def cogs_package(package: Path = PACKAGE) -> str:
    """The name to import the cogs by: `buddybot.cogs` from a wheel, `cogs` in a checkout."""
    if (package / "cogs" / "__init__.py").is_file():
        return "buddybot.cogs"
    expected = package.parent / "cogs" / "__init__.py"
    found = find_spec("cogs")
    if found is None or found.origin is None or Path(found.origin).resolve() != expected:
        raise OperatorError(
            f"The folder of commands is not where it belongs, at {expected.parent}: install buddybot again."
        )
    return "cogs"


def config_file(name: str, package: Path = PACKAGE) -> Path:
    """A file that ships in config/, such as `default.toml`."""
    for folder in (package / "config", package.parent / "config"):
        if (folder / name).is_file():
            return folder / name
    raise OperatorError(f"The file config/{name} is missing from this installation: install buddybot again.")
