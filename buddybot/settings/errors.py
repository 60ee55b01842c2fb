"""What only the person who runs the bot can mend."""


class OperatorError(Exception):
    """The bot cannot start or go on; the text is one whole sentence that says what to do.

    The command line prints it without a traceback and ends with exit code 2.
    """
