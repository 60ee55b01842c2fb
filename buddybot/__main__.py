"""`python -m buddybot`."""

import sys

from buddybot.cli import main

sys.exit(main())
