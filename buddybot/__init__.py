"""buddybot: a quiet secretary for a weekly buddy group, inside its Discord server."""

__version__ = "0.1.0"
