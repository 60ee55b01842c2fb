"""The playground: the real bot in a simulated Discord, played in the browser, without a token."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from buddybot.demo.playground import SECONDS_A_MINUTE, play
from buddybot.operator.output import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the playground until the page is closed or Ctrl-C is pressed; return the exit code."""
    parser = Parser(
        prog="buddybot demo",
        description="Play the members of a buddy group in the browser. Nothing is sent to Discord.",
    )
    parser.add_argument(
        "--port", type=_port, default=0, help="the page's port on 127.0.0.1 (default: a free one)"
    )
    parser.add_argument(
        "--second",
        type=float,
        default=SECONDS_A_MINUTE,
        metavar="SECONDS",
        help="how long a minute of the group's time takes (default: %(default)s; 0 stops the clock)",
    )
    parser.add_argument("--stop-after", type=float, default=None, metavar="SECONDS", help="end by itself")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="buddybot-demo-") as folder:
        return asyncio.run(
            play(
                Path(folder),
                port=options.port,
                seconds_a_minute=options.second,
                stop_after=options.stop_after,
            )
        )


def _port(text: str) -> int:
    if not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
