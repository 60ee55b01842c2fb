"""Local days as plain text, for choices and the labels of buttons."""

from datetime import date

from buddybot.ui.texts import Texts


def day_name(texts: Texts, day: date) -> str:
    """Return a local day as plain text, for choices."""
    return texts.plain(
        "meetings.slot.day",
        day=texts.plain(f"groups.day.{day.weekday()}"),
        number=day.day,
        month=texts.plain(f"meetings.month.{day.month}"),
    )
