"""Buttons, selects and forms of cards that belong to no command family."""
