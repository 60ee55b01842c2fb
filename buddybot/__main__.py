"""`python -m buddybot`, and the command `buddybot`: it hears SIGTERM before it loads anything large."""

import os
import signal
import sys
import traceback
from types import FrameType

BROKEN, INTERRUPTED, TERMINATED = 70, 130, 143


def main() -> int:
    """Run the command line; return its exit code."""
    # The first process of a container has no default: a signal that it does not handle is lost.
    signal.signal(signal.SIGTERM, _stop if sys.argv[1:2] == ["run"] else _end)
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
    """End before there is anything to end in order; once there is, the bot listens itself.

    An exception would be lost where Python can only ignore it, as in the callbacks of its importing.
    """
    os._exit(0)


def _end(_number: int, _frame: FrameType | None) -> None:
    """End a command that was told to: what it had begun to write is taken away."""
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
