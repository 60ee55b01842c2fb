"""A real browser prints the report to one page a group, and runs nothing that somebody wrote."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from buddybot.domain.attendance.records import Record
from buddybot.domain.commitments.commitments import Category
from buddybot.exports.records.attendance_report import write_report
from tests.exports.example_charts import say
from tests.exports.example_records import NOW, commitment, group, meeting_record, person, record

HOSTILE = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
MEASURE = """
() => [...document.querySelectorAll(".sheet")].map((sheet) => {
  const top = sheet.getBoundingClientRect().top;
  const blocks = [...sheet.children].filter((each) => each.tagName !== "FOOTER");
  return {
    content: Math.max(...blocks.map((each) => each.getBoundingClientRect().bottom)) - top,
    foot: sheet.querySelector("footer").getBoundingClientRect().top - top,
    wide: sheet.scrollWidth - sheet.clientWidth,
  };
})
"""


def lived(meetings: int, name: str) -> Record:
    """A group of ten with every state, and commitments of every kind: as much as a page must hold."""
    return record(
        [person(name, "+L-eV?"[n % 6] * meetings, user_id=n + 1, reason=name) for n in range(10)],
        meeting_records=[
            meeting_record(place, arrangement=name, called_off=place % 9 == 8) for place in range(meetings)
        ],
        of=group(name),
        commitments=[commitment(name, category=kind) for kind in Category for _ in range(3)],
    )


def opened(browser: Browser, folder: Path, *records: Record) -> tuple[Any, list[str]]:
    """Open the report; return the page, and whatever it tried to load or complained of."""
    out = io.BytesIO()
    write_report(records, out, say=say, now=NOW)
    file = folder / "report.html"
    file.write_bytes(out.getvalue())
    page = browser.new_page(viewport={"width": 1000, "height": 1200})
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: told.append(request.url))
    page.goto(file.as_uri())
    return page, [each for each in told if each != file.as_uri()]


@pytest.mark.parametrize("meetings", [4, 26, 52])
def test_each_group_is_printed_on_exactly_one_page(browser: Browser, tmp_path: Path, meetings: int) -> None:
    groups = [lived(meetings, name) for name in ("Rowan", "W" * 60, HOSTILE)]
    page, told = opened(browser, tmp_path, *groups)
    assert told == []
    for measures in ({"prefer_css_page_size": True}, {"format": "A4"}, {"format": "Letter"}):
        printed = page.pdf(print_background=True, **measures)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == len(groups)
    page.emulate_media(media="print")
    for sheet in page.evaluate(MEASURE):
        assert sheet["content"] < sheet["foot"]  # nothing is cut off, and nothing lies over the footer
        assert sheet["wide"] == 0
    page.close()


def test_nothing_that_somebody_wrote_runs(browser: Browser, tmp_path: Path) -> None:
    page, told = opened(browser, tmp_path, lived(4, HOSTILE))
    assert told == []
    assert page.title() == f"Attendance report: {HOSTILE}"[: len("Attendance report: ") + 59] + "…"
    assert page.locator("script, img, iframe, object, embed, link, a").count() == 0
    # Even a script that got into the page is refused.
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    page.close()


def test_the_style_is_the_one_that_the_policy_names(browser: Browser, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, lived(4, "Rowan"))
    assert page.evaluate("getComputedStyle(document.querySelector('.figures')).display") == "grid"
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 380  # on a phone nothing is cut off
    page.close()
