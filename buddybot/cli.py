"""The command line: `buddybot run | demo | migrate | backtest | doctor`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from buddybot import __version__, loading, logs
from buddybot.errors import OperatorError
from buddybot.hosting import refuse_throwaway_disk
from buddybot.redaction import Redactor
from buddybot.settings import Settings
from buddybot.storage.errors import StorageError

OK, UNFIT, WRONG, INTERRUPTED = 0, 1, 2, 130
SENSITIVITIES = ("quiet", "normal", "sensitive")
"""Those of the detector, which is loaded only when it is asked for."""

DESCRIPTION = "A quiet secretary for a weekly buddy group, inside its Discord server."
EPILOG = """\
examples:
  buddybot demo                                play a week of a group in the browser; needs no token
  DISCORD_TOKEN=... buddybot doctor            see whether this machine is ready
  DISCORD_TOKEN=... buddybot run               run the bot, with an SQLite file in ./data
  DISCORD_TOKEN=... DATABASE_URL=postgres://user@host/name buddybot run

settings:
  config/default.toml explains each. Name a file of your own in BUDDYBOT_CONFIG, or set one by one in the
  environment as BUDDYBOT_SECTION__KEY. The token and the database address are read from DISCORD_TOKEN and
  DATABASE_URL only.

exit codes:
  0  all went well    1  doctor found something that must be mended, or backtest skipped a line
  2  a setting or the command is wrong
"""
COMMANDS = {
    "run": (
        "run the bot until it is told to stop",
        """\
Runs the bot: brings the database up to date, connects to Discord, and stays until SIGTERM or Ctrl-C,
which end it in order within five seconds. Needs DISCORD_TOKEN.""",
        "examples:\n  DISCORD_TOKEN=... buddybot run\n  BUDDYBOT_LOG__FORMAT=json buddybot run\n",
    ),
    "demo": ("play a buddy group in the browser, without a token", "", ""),  # says the rest itself
    "migrate": (
        "bring the database up to date and end",
        "Applies the migrations that the database does not have yet. `run` does the same when it starts.",
        "examples:\n  buddybot migrate\n  DATABASE_URL=postgres://user@host/name buddybot migrate\n",
    ),
    "backtest": (
        "replay histories and say when there would have been an alert",
        """\
Replays histories of groups through the detector of stagnation, week by week, none of which knows the next.
Reads a group a line, {"id": "rowan", "weeks": [{"week": 1, "roster": 6, "present": 5, ...}, ...]}, with
  week       a number that rises; weeks may be missing       holiday    true for a week that does not count
  roster     members                                         present    of them, null when nobody met
  items      commitments due of those who reported           done       of them, kept
  reporters  who reported                                    excused    who gave apologies
  pulse_n    ratings from 1 to 5                             pulse_sum  their sum
and writes a line a group, {"id": "rowan", "alerts": [31]}. What is missing or null is not known and moves
nothing; other fields are ignored. A line that is no group is named on standard error and skipped.
With --from-database it replays a group of the bot's own database, which `buddybot migrate` has brought up
to date; it needs no token and changes nothing.""",
        """\
examples:
  buddybot backtest groups.jsonl
  buddybot backtest --sensitivity quiet - <groups.jsonl
  DATABASE_URL=postgres://user@host/name buddybot backtest --from-database 3

exit code: 0 when every line was a group, otherwise 1
""",
    ),
    "doctor": (
        "say whether everything is ready to run",
        """\
One line each on the token, the database, the time zones, the permissions, the clock and the disk:
ok, warn or fail, and what to do. Changes nothing, does not connect to Discord, never prints the token.""",
        "examples:\n  DISCORD_TOKEN=... buddybot doctor\n\nexit code: 0 when nothing failed, otherwise 1\n",
    ),
}


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command and return its exit code; expected errors are one sentence on stderr."""
    environ = os.environ if environ is None else environ
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "demo":  # the playground reads its own options, --help among them
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        if options.command == "demo":
            return _demo(rest)
        if options.command == "backtest":
            return _backtest(options, environ)
        commands = {"run": _run, "migrate": _migrate, "doctor": _doctor}
        return commands[options.command](environ)
    except (OperatorError, StorageError) as error:
        secrets = [environ.get(name, "") for name in ("DISCORD_TOKEN", "DATABASE_URL")]
        sys.stderr.write(f"buddybot: {Redactor(secrets)(str(error))}\n")
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="buddybot", description=DESCRIPTION, epilog=EPILOG, formatter_class=layout
    )
    parser.add_argument("--version", action="version", version=f"buddybot {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    for name, (short, long, epilog) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=short,
            description=long,
            epilog=epilog,
            formatter_class=layout,
            add_help=name != "demo",
        )
        if name == "backtest":
            _add_backtest_options(command)
    return parser


def _add_backtest_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="JSON lines; standard input when it is - or left out",
    )
    parser.add_argument(
        "--from-database",
        dest="group",
        type=int,
        metavar="GROUP",
        help="replay one group of the bot's own database instead, by its number there",
    )
    parser.add_argument(
        "--sensitivity",
        choices=SENSITIVITIES,
        default="normal",
        help="how soon there is an alert; %(default)s when left out",
    )


def _prepare(environ: Mapping[str, str]) -> Settings:
    settings = Settings.load(environ)
    logs.configure(settings.log, secrets=settings.secrets)
    return settings


def _run(environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    settings.require_token()
    refuse_throwaway_disk(settings, environ)
    with loading.for_good():
        # Imported here: discord takes a third of a second, which --help and migrate can do without.
        from buddybot import app

    return asyncio.run(app.run(settings))


def _demo(rest: Sequence[str]) -> int:
    if find_spec("simcord") is None:
        raise OperatorError('The playground needs one more package: run pip install "buddybot[demo]".')
    # Imported here: only the playground may load the simulator, and not everybody has it.
    from buddybot import demo

    return demo.main(rest)


def _backtest(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    # Imported here: the other commands need none of it.
    from buddybot import backtest

    if options.group is None:
        return backtest.main(options.file or backtest.STDIN, options.sensitivity)
    if options.file is not None:
        raise OperatorError("Name a file or --from-database, not both.")
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and a file needs neither.
    from buddybot.app import utc_now
    from buddybot.backtest_database import replay_group

    return asyncio.run(replay_group(settings.database_url, options.group, options.sensitivity, now=utc_now()))


def _migrate(environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    refuse_throwaway_disk(settings, environ)
    # Imported here: the drivers are slow to load, and --help needs none.
    from buddybot.storage.database import connect
    from buddybot.storage.migrations import migrate

    async def work() -> list[str]:
        database = await connect(settings.database_url)
        try:
            return await migrate(database)
        finally:
            await database.close()

    done = asyncio.run(work())
    sys.stdout.write(
        "".join(f"applied {name}\n" for name in done) or "The database was up to date already.\n"
    )
    return OK


def _doctor(environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and the other commands need less.
    from buddybot.app import utc_now
    from buddybot.doctor import examine, is_fit

    findings = asyncio.run(examine(settings, environ=environ, now=utc_now))
    clean = Redactor(settings.secrets)
    sys.stdout.write("".join(f"{clean(str(finding))}\n" for finding in findings))
    return OK if is_fit(findings) else UNFIT
