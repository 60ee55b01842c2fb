"""`python -m buddybot`, and the command `buddybot`: `run` hears SIGTERM before it loads anything large."""

import os
import signal
import sys
import traceback
from types import FrameType

BROKEN, INTERRUPTED = 70, 130


def main() -> int:
    """Run the command line; return its exit code."""
    if sys.argv[1:2] == ["run"]:
        # The first process of a container has no default: a signal that it does not handle is lost.
        signal.signal(signal.SIGTERM, _stop)
    try:
        # Imported here: it takes long, and whoever wants to stop must not wait for it.
        from buddybot import cli

        return cli.main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:  # the boundary of the process: what nobody foresaw, without what nobody may read
        return _broken(traceback.format_exc())


def _broken(told: str) -> int:
    # Imported here: nothing else needs them before the command line.
    from buddybot.output import complain
    from buddybot.redaction import Redactor
    from buddybot.settings import secrets_in

    complain(f"{Redactor(secrets_in(os.environ))(told)}buddybot: This is a mistake in buddybot: report it.\n")
    return BROKEN


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End before there is anything to end in order; once there is, the bot listens itself."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
