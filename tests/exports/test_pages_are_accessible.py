"""The pages that people are given can be read without a mouse, and by a screen reader."""

import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Page

from buddybot import locales
from buddybot.domain.ids import UserId
from buddybot.exports.records.attendance_report import write_report
from buddybot.exports.records.personal_data import Reading, person_page
from buddybot.storage.privacy.personal_data import Copy
from buddybot.ui.framework.texts import Texts
from tests.exports.example_charts import say
from tests.exports.example_records import NOW, record
from tests.exports.records.test_report_in_a_browser import lived

NARROW, WIDE = 380, 1200


def told(prefix: str) -> list[str]:
    """The last parts of the keys of a table of sentences."""
    keys = (key for key in locales.sentences("en") if key.startswith(prefix))
    return [key.removeprefix(prefix) for key in keys if key.count(".") == prefix.count(".")]


def everything() -> Copy:
    """A copy with each section there is, each as wide as it gets."""
    row = {name: f"{name} & <b>{'w' * 20}</b>" for name in told("personal.column.")}
    return {name: [{**row, "state": "open"}, {**row, "state": "kept"}] for name in told("personal.section.")}


def person(copy: Copy) -> bytes:
    reading = Reading(user_id=UserId(7), now=NOW, language="en", zone="Europe/Berlin", guilds={})
    return person_page(copy, reading, say=Texts().plain)


def report(*names: str) -> bytes:
    out = io.BytesIO()
    write_report(
        [lived(12, name) for name in names] or [record([], meeting_records=[])], out, say=say, now=NOW
    )
    return out.getvalue()


PAGES = {
    "a copy with everything": lambda: person(everything()),
    "a copy with nothing": lambda: person({}),
    "a report": lambda: report("Rowan"),
    "a report of three groups": lambda: report("Rowan", "Alder", "Élan"),
    "a report of no meeting": lambda: report(),
}


def show(browser: Browser, folder: Path, content: bytes, width: int) -> Page:
    file = folder / "page.html"
    file.write_bytes(content)
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", PAGES)
def test_no_fault_is_found_in_a_page_that_people_are_given(
    browser: Browser, tmp_path: Path, name: str, width: int
) -> None:
    page = show(browser, tmp_path, PAGES[name](), width)
    for details in page.locator("details").all():
        details.evaluate("each => each.open = true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("main").count() == 1
    assert page.locator("body > :not(main)").count() == 0
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title()
    page.close()


def test_the_keyboard_reaches_and_scrolls_a_table_when_it_is_wider_than_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    page = show(browser, tmp_path, PAGES["a copy with everything"](), NARROW)
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.getAttribute('role')") == "region"
    assert page.evaluate(f"{focused}.getAttribute('aria-label') === document.querySelector('h2').innerText")
    assert page.evaluate(f"{focused}.scrollWidth > {focused}.clientWidth")
    page.evaluate(
        f"const table = {focused};"
        "const scrolled = new Promise((done) => { table.onscroll = () => done(table.scrollLeft); });"
        "window.scrolled = scrolled; 0"
    )
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.scrolled") > 0
    page.close()
