"""The bot as a process: `python -m buddybot run` against a Discord on loopback."""
