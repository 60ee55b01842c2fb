"""The command line of whoever runs the bot: `buddybot run`, and the commands around it."""

import argparse
import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec

from buddybot import __version__, loading
from buddybot.domain.text import read_id
from buddybot.operator.output import OutputError, Parser, complain, give_up_output, hold_standard_files, say
from buddybot.settings import logs
from buddybot.settings.errors import OperatorError
from buddybot.settings.hosting import refuse_throwaway_disk
from buddybot.settings.redaction import Redactor
from buddybot.settings.settings import Settings, secrets_in
from buddybot.storage.engine.errors import StorageError

OK, UNFIT, WRONG, INTERRUPTED = 0, 1, 2, 130
SENSITIVITIES = ("quiet", "normal", "sensitive")
"""Those of the detector, which is loaded only when it is asked for."""
FORMATS = ("csv", "xlsx", "json", "jsonl", "ics", "png", "report")
"""Those of the exports, as above; how a CSV begins is an option of its own."""

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
  2  a setting or the command is wrong        70  a mistake in buddybot
  74  the output could not be written         141  nobody read the output any more
  130, 143  it was told to end by Ctrl-C or SIGTERM, which end run with 0
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
  week       its number; none may fall, some may be missing  holiday    true for a week that does not count
  roster     members                                         present    of them, null when nobody met
  items      commitments due of those who reported           done       of them, kept
  reporters  who reported                                    excused    who gave apologies
  pulse_n    ratings from 1 to 5                             pulse_sum  their sum
and writes a line a group, {"id": "rowan", "alerts": [31]}. What is missing or null is not known and moves
nothing; other fields are ignored. A line that is no group is named on standard error and skipped. What
/attendance export writes as JSON or JSONL is read as it is.
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
    "export": (
        "write the attendance of groups into a file",
        """\
Writes the record of attendance from the bot's own database, which `buddybot migrate` has brought up to
date, of all groups or of one. Needs no token, and may run beside the bot. The group's organizers read in
their log that it was done. The file holds names; it is readable by you only, and appears when it is whole.
Private commitments are not in it, nor how anybody rated a meeting.""",
        """\
examples:
  buddybot export --output attendance.csv
  buddybot export --format xlsx --group 3 --from 2026-01-01 --to 2026-03-31 --output spring.xlsx
  buddybot export --format jsonl --output - | buddybot backtest

exit code: 0 when the file was written, otherwise 2
""",
    ),
    "person": (
        "show, hand over or delete what is stored of one person",
        """\
For people who ask you and cannot use /me export or /me delete any more. Needs their Discord id and no
token, and may run beside the bot. --erase takes them out of every group and leaves counts without a name;
the roles that the bot gave them in Discord you take by hand.""",
        """\
examples:
  buddybot person 123456789012345678
  buddybot person 123456789012345678 --copy for-ana
  buddybot person 123456789012345678 --erase
""",
    ),
    "backup": (
        "copy the database into a file, also while the bot runs",
        """\
Makes a whole copy of the SQLite database, checks it, and lets it appear under its name when it is whole;
never replaces a file. For PostgreSQL it says which commands do it. Needs no token.""",
        """\
examples:
  buddybot backup backups/2026-03-05.sqlite3
  DATABASE_URL=postgres://user@host/name buddybot backup any

exit code: 0 when the copy was made, otherwise 2
""",
    ),
    "restore": (
        "put a copy of the database to work again",
        """\
Stop the bot first. Puts a copy in the place of the SQLite database and keeps the former one beside it.
Nothing that was due before is sent again, and the organizers of every group are told that what they said
since the copy was made is lost. --settle does only the latter, for a database that was restored by other
means, such as pg_restore.""",
        """\
examples:
  buddybot restore backups/2026-03-05.sqlite3
  DATABASE_URL=postgres://user@host/name buddybot restore --settle

exit code: 0 when it was put to work, otherwise 2
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
    hold_standard_files()
    try:
        return _carry_out(arguments, environ)
    except OutputError as error:
        give_up_output()
        complain(f"buddybot: {error}\n" if str(error) else "")
        return error.code
    except (OperatorError, StorageError) as error:
        complain(f"buddybot: {Redactor(secrets_in(environ))(str(error))}\n")
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        complain("")  # what the log and the library left there must not change the exit code


def _carry_out(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> int:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "demo":  # the playground reads its own options, --help among them
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "demo":
        return _demo(rest)
    if options.command == "backtest":
        return _backtest(options, environ)
    if options.command == "export":
        return _export(options, environ)
    if options.command == "person":
        return _person(options, environ)
    if options.command in ("backup", "restore"):
        return _copies(options, environ)
    commands = {"run": _run, "migrate": _migrate, "doctor": _doctor}
    return commands[options.command](environ)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Say which version this is, and end."""
        say(f"buddybot {__version__}\n")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="buddybot", description=DESCRIPTION, epilog=EPILOG, formatter_class=layout)
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is, and end")
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
        if name == "export":
            _add_export_options(command)
        if name == "person":
            _add_person_options(command)
        if name == "backup":
            command.add_argument("file", type=_path, metavar="FILE", help="where to; a new name")
        if name == "restore":
            what = command.add_mutually_exclusive_group(required=True)
            what.add_argument("file", nargs="?", type=_path, metavar="FILE", help="a copy from backup")
            what.add_argument("--settle", action="store_true", help="only settle what was restored otherwise")
    return parser


def _path(written: str) -> str:
    """Return a path as it was typed; a lone dash, which elsewhere means the terminal, is none."""
    if written == "-":
        raise argparse.ArgumentTypeError("it is a place on the disk: give a name instead of -")
    return written


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


def _add_export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=FORMATS, default="csv", help="the form of the file; %(default)s when left out"
    )
    parser.add_argument("--output", required=True, metavar="FILE", help="where to; - is standard output")
    parser.add_argument("--group", type=int, help="one group only, by its number in the database")
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="first day: 2026-01-08")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last day")
    parser.add_argument("--bom", action="store_true", help="csv: begin with the mark that Excel looks for")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


def _add_person_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", type=_user, metavar="USER", help="the person's Discord id")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--copy", type=_path, metavar="FOLDER", help="write everything into two files in it")
    what.add_argument("--erase", action="store_true", help="delete everything; it cannot be taken back")


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no day: write it like 2026-01-08") from None


def _user(written: str) -> int:
    number = read_id(written)
    if not number:
        raise argparse.ArgumentTypeError(
            f"{written[:30]!r} is no Discord id: copy it in Discord, with Developer Mode switched on"
        )
    return number


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
    from buddybot.operator import backtest

    if options.group is None:
        return backtest.main(options.file or backtest.STDIN, options.sensitivity)
    if options.file is not None:
        raise OperatorError("Name a file or --from-database, not both.")
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and a file needs neither.
    from buddybot.app import utc_now
    from buddybot.operator.backtest_database import replay_group

    return asyncio.run(replay_group(settings.database_url, options.group, options.sensitivity, now=utc_now()))


def _export(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if options.bom and options.format != "csv":
        raise OperatorError("--bom is for --format csv.")
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and the other commands need less.
    from buddybot.app import utc_now
    from buddybot.exports.records.formats import Format
    from buddybot.operator.export import Order, export

    order = Order(
        form=Format.CSV_EXCEL if options.bom else Format(options.format),
        output=options.output,
        group_id=options.group,
        first=options.first,
        last=options.last,
        force=options.force,
    )
    return asyncio.run(export(settings.database_url, order, now=utc_now()))


def _person(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and the other commands need less.
    from buddybot.app import utc_now
    from buddybot.operator.person import person

    return asyncio.run(
        person(settings, options.user, folder=options.copy, erase=options.erase, now=utc_now())
    )


def _copies(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and the other commands need less.
    from buddybot.app import utc_now
    from buddybot.operator.backup import backup, restore

    if options.command == "backup":
        return backup(settings, options.file, now=utc_now())
    return asyncio.run(restore(settings, options.file, now=utc_now()))


def _migrate(environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    refuse_throwaway_disk(settings, environ)
    # Imported here: the drivers are slow to load, and --help needs none.
    from buddybot.storage.engine.database import connect
    from buddybot.storage.migrations.runner import migrate

    async def work() -> list[str]:
        database = await connect(settings.database_url)
        try:
            return await migrate(database)
        finally:
            await database.close()

    done = asyncio.run(work())
    say("".join(f"applied {name}\n" for name in done) or "The database was up to date already.\n")
    return OK


def _doctor(environ: Mapping[str, str]) -> int:
    settings = _prepare(environ)
    # Imported here: discord and the drivers are slow to load, and the other commands need less.
    from buddybot.app import utc_now
    from buddybot.operator.doctor import examine, is_fit

    findings = asyncio.run(examine(settings, environ=environ, now=utc_now))
    clean = Redactor(settings.secrets)
    say("".join(f"{clean(str(finding))}\n" for finding in findings))
    return OK if is_fit(findings) else UNFIT
