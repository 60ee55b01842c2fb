"""`python -m buddybot`, and the command `buddybot`: `run` hears SIGTERM before it loads anything large."""

import signal
import sys
from types import FrameType

INTERRUPTED = 130


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


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End before there is anything to end in order; once there is, the bot listens itself."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
