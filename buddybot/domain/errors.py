"""What the rules refuse, as a code and parameters; the locale makes the sentence."""


class Refusal(Exception):
    """A rule was not met; nothing was changed.

    `code` names a sentence in the locale's `refusals` table, `parameters` fill its fields.
    """

    def __init__(self, code: str, /, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters

    def __str__(self) -> str:
        return self.code
