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
    signal.signal(signal.SIGTERM, _stop)
    try:
        # Imported here: it takes long, and whoever wants to stop must not wait for it.
        from buddybot import cli

        return cli.main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:  # the boundary of the process: what nobody foresaw, without what nobody may read
        return _report_mistake(traceback.format_exc())


def _report_mistake(told: str) -> int:
    # Imported here: nothing else needs them before the command line.
    from buddybot.operator.output import complain
    from buddybot.settings.redaction import Redactor
    from buddybot.settings.settings import secrets_in

    complain(f"{Redactor(secrets_in(os.environ))(told)}buddybot: This is a mistake in buddybot: report it.\n")
    return BROKEN


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End before there is anything to end in order; later the bot listens itself.

    An exception would be lost where Python can only ignore it, as in the callbacks of its importing.
    """
    os._exit(0 if sys.argv[1:2] == ["run"] else TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
