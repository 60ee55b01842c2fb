"""The bot's settings: what ships in config/default.toml, then the host's file, then the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self, get_type_hints

from buddybot.settings.database_address import AddressError, require_address, secrets_of
from buddybot.settings.errors import OperatorError
from buddybot.settings.paths import config_file
from buddybot.settings.reader import Between, OneOf, Reader, WebAddress


def secrets_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what nobody may read of a process's environment, in each form it may be repeated in."""
    own = [environ.get(name, "").strip() for name in ("DISCORD_TOKEN", "PGPASSWORD")]
    return tuple(filter(None, (*own, *secrets_of(environ.get("DATABASE_URL", "").strip()))))


class SettingsError(OperatorError):
    """A setting is unknown, missing, or not what it must be; the text names it and never holds a secret."""


class BotSettings(NamedTuple):
    """What the bot says about itself."""

    support_url: Annotated[str, WebAddress()]
    privacy_url: Annotated[str, WebAddress()]


class DatabaseSettings(NamedTuple):
    """Where the rows are when `DATABASE_URL` names no database."""

    directory: Path
    ephemeral_ok: bool


class DiscordSettings(NamedTuple):
    """How Discord is reached."""

    api_base: Annotated[str, WebAddress()]
    sends_per_second: Annotated[float, Between(1, 50)]
    test_guild: Annotated[int, Between(0, 2**63 - 1)]


class MeetingSettings(NamedTuple):
    """When a meeting's card, check-in and closing come, in hours from its start or end; what it may hold."""

    card_hours_before: Annotated[int, Between(1, 168)]
    check_in_hours_before: Annotated[int, Between(1, 168)]
    close_hours_after: Annotated[int, Between(1, 168)]
    planned_ahead: Annotated[int, Between(1, 8)]
    activities: str  # a file, or empty


class ReminderSettings(NamedTuple):
    """Local times of a member's day; equal quiet times mean no quiet hours."""

    nudge_hour: Annotated[int, Between(0, 23)]
    quiet_start: time
    quiet_end: time


class InvitationSettings(NamedTuple):
    """How long an invitation lasts, in days, and how often a code may be guessed."""

    days: Annotated[int, Between(1, 30)]
    tries_per_hour: Annotated[int, Between(1, 100)]


class LimitSettings(NamedTuple):
    """How much one person may change in a minute; channels, servers and days follow from it."""

    changes_per_minute: Annotated[int, Between(10, 1_000_000)]


class PrivacySettings(NamedTuple):
    """Days between a server's farewell and the deletion of its rows, and until only counts are kept."""

    purge_days: Annotated[int, Between(1, 365)]
    keep_days: Annotated[int, Between(0, 3650)]


class LogSettings(NamedTuple):
    """How much is logged, and for whom."""

    level: Annotated[str, OneOf("DEBUG", "INFO", "WARNING", "ERROR")]
    format: Annotated[str, OneOf("auto", "text", "json")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of one bot; made by `Settings.load`, changed in tests with `dataclasses.replace`."""

    bot: BotSettings
    database: DatabaseSettings
    discord: DiscordSettings
    meetings: MeetingSettings
    reminders: ReminderSettings
    invitations: InvitationSettings
    limits: LimitSettings
    privacy: PrivacySettings
    log: LogSettings
    token: str = field(repr=False)
    database_address: str = field(repr=False)  # DATABASE_URL, empty when it is not set
    secrets: tuple[str, ...] = field(repr=False, default=())  # what no log line may hold

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Read all layers; raise SettingsError with one sentence about the first thing that is wrong."""
        sections = {
            name: kind
            for name, kind in get_type_hints(cls).items()
            if isinstance(kind, type) and issubclass(kind, tuple)
        }
        reader = Reader(
            {name: get_type_hints(kind, include_extras=True) for name, kind in sections.items()},
            SettingsError,
        )
        reader.add_file(config_file("default.toml"))
        if own := environ.get("BUDDYBOT_CONFIG", "").strip():
            reader.add_file(Path(own))
        reader.add_environment(environ)
        address = environ.get("DATABASE_URL", "").strip()
        try:
            require_address(address)
        except AddressError as error:
            raise SettingsError(str(error)) from None
        values: dict[str, Any] = {name: kind(**reader.section(name)) for name, kind in sections.items()}
        return cls(
            **values,
            token=environ.get("DISCORD_TOKEN", "").strip(),
            database_address=address,
            secrets=secrets_in(environ),
        )

    @property
    def database_url(self) -> str:
        """The address that storage connects to; may hold a password."""
        return self.database_address or f"sqlite:///{self.sqlite_file.as_posix()}"

    @property
    def sqlite_file(self) -> Path:
        """The SQLite file that is used when `DATABASE_URL` names no other database."""
        return self.database.directory / "buddybot.sqlite3"

    def require_token(self) -> str:
        """The token, or a sentence that says how to get one."""
        if not self.token:
            raise SettingsError(
                "DISCORD_TOKEN is not set: copy the token from your application's Bot page on "
                "https://discord.com/developers/applications and set DISCORD_TOKEN to it."
            )
        return self.token
