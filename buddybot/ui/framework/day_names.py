"""Local days as plain text, for choices, the labels of buttons, and sentences."""

from datetime import date

from buddybot.ui.framework.texts import Texts


def day_name(texts: Texts, day: date) -> str:
    """Return a local day as plain text, for choices."""
    return _say_day(texts, "choice", day)


def write_day(texts: Texts, day: date) -> str:
    """Return a local day as it stands in a sentence."""
    return _say_day(texts, "day", day)


def _say_day(texts: Texts, key: str, day: date) -> str:
    return texts.plain(
        f"meetings.slot.{key}",
        day=texts.plain(f"groups.day.{day.weekday()}"),
        number=day.day,
        month=texts.plain(f"meetings.month.{day.month}"),
    )
