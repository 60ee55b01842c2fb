"""A strict look into a calendar file, with a library that did not write it."""

import re

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

LONGEST_LINE = 75
"""Octets, without the line break."""


def read(data: bytes, *, own_zones: bool = False) -> Calendar:
    """Return the calendar in a file that keeps to the form; an error tells what is wrong with it.

    With `own_zones` the clocks are those that the file itself describes: their names are changed to
    ones that no system knows.
    """
    *lines, end = data.split(b"\r\n")
    assert end == b""
    for line in lines:
        assert 0 < len(line) <= LONGEST_LINE
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
        line.decode("utf-8")  # no character is cut in two
    text = data.decode("utf-8")
    if own_zones:
        text = re.sub(r"^(TZID:|[A-Z]+;TZID=)(?=\w)", r"\1Own-", text, flags=re.MULTILINE)
    return IcsCalendarStream.calendar_from_ics(text)
