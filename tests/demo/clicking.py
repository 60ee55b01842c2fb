"""Click about in the playground as somebody would who wants to break it, and report what happened.

    python -m tests.demo.clicking [SECONDS] [--second S] [--seed N]

Random people press random buttons, fill forms and type commands while the clock runs. The exit code
is 1 when anything went wrong: an action that failed, a reference to quote, a line on stderr.
"""

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator
from playwright.sync_api import Error as BrowserError

from tests.demo.browser import NONE, Demo, Window, chromium, running_demo, window

PEOPLE = ("Ana", "Ben", "Cho", "Dev", "Eli", "Fay", "Gil")
WORDS = (
    "4 coffee meetings",
    "1",
    "Send **two** letters",
    "@everyone <t:0:R> `x`",
    "résumé ✏️ 完成",
    "0",
    "-3",
    "19:00",
    "Europe/Lisbon",
    "2026-03-05",
    "x" * 90,
    "",
)
HARMLESS = {"stale-revision", "validation-failed", "command-option-invalid", "command-changed", "busy"}
"""What the page says when a card changed under the mouse, or when it does not take a value itself."""
BUTTONS = '#channel-message-list button[data-control-key*=":component:"]:not([disabled]):not(.select-trigger)'
APOLOGY = "went wrong on my side"
LATEST = 14
"""Buttons, counted from the newest, that are pressed more often than those further up."""


@dataclass
class Report:
    """What was done and what came of it."""

    acts: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def __str__(self) -> str:
        done = ", ".join(f"{count} {act}" for act, count in self.acts.most_common())
        said = ", ".join(f"{count} {notice}" for notice, count in self.notices.most_common()) or "nothing"
        lines = [
            f"{self.acts.total()} actions: {done}",
            f"the page remarked: {said}",
            f"the slowest answer took {self.slowest:.2f} s",
            f"{len(self.faults)} faults",
        ]
        return "\n".join([*lines, *(f"  {fault}" for fault in self.faults[:40])])


class Clicker:
    """Somebody with seven accounts and no patience."""

    def __init__(self, place: Window, chance: random.Random) -> None:
        self._place = place
        self._page = place.page
        self._chance = chance
        self.report = Report()
        self._page.on("pageerror", lambda error: self.report.faults.append(f"page error: {error}"))
        self._page.on("console", self._heard)
        self._page.set_default_timeout(4000)

    def act(self) -> None:
        """Do one thing, and look at what came of it."""
        if self._place.form.count():
            self._try("form", self._answer_form)
            return
        acts = {"button": self._press, "select": self._choose, "viewer": self._become, "command": self._type}
        name = self._chance.choices(tuple(acts), weights=(60, 8, 17, 15))[0]
        self._try(name, acts[name])

    def _try(self, name: str, act: Any) -> None:
        start = time.monotonic()
        try:
            what = act()
        except BrowserError as error:  # what was to be clicked has gone meanwhile
            self.report.notices[f"{name}: {str(error).splitlines()[0][:60]}"] += 1
            self._page.keyboard.press("Escape")
            return
        if not what:
            return
        self._page.wait_for_timeout(60)
        receipt = self._place.settle()
        self.report.slowest = max(self.report.slowest, time.monotonic() - start)
        self.report.acts[name] += 1
        self._look(what, receipt)

    def _look(self, what: str, receipt: dict[str, Any]) -> None:
        if not receipt:  # somebody else looks at the page now, and is not told
            return
        codes = [item["code"] for item in receipt.get("diagnostics", ())]
        self.report.notices.update(codes)
        bad = [code for code in codes if code not in HARMLESS]
        failed = not receipt.get("rejected") and receipt.get("settlement") != "settled"
        silent = receipt.get("acknowledgement") == "unacknowledged"
        if bad or failed or silent:
            self.report.faults.append(
                f"{what}: {receipt.get('settlement')}, {receipt.get('acknowledgement')}, {codes}"
            )
        transport = self._page.evaluate("window.simcordPreview.transport")
        if transport.get("uncertainRequestId"):
            self.report.faults.append(f"{what}: the page does not know what became of it")
            self._page.reload()
            self._place.settle()
        apologies = self._page.get_by_text(APOLOGY)
        for place in range(apologies.count()):
            said = apologies.nth(place).inner_text()
            if said not in self.report.faults:
                self.report.faults += [f"{what}: the bot apologized", said]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.report.faults.append(f"console: {message.text}")

    def _one_of(self, found: Locator) -> Locator | None:
        count = found.count()
        if not count:
            return None
        first = max(0, count - LATEST) if self._chance.random() < 0.8 else 0
        return found.nth(self._chance.randrange(first, count))

    def _become(self) -> str:
        name = self._chance.choice(PEOPLE)
        self._page.select_option("#viewer-picker", label=name)
        return f"become {name}"

    def _press(self) -> str:
        button = self._one_of(self._page.locator(BUTTONS))
        if button is None:
            return ""
        label = button.inner_text()
        button.click()
        return f"press {label}"

    def _choose(self) -> str:
        trigger = self._one_of(self._page.locator("#channel-message-list .select-trigger:not([disabled])"))
        if trigger is None:
            return ""
        label = trigger.inner_text()
        self._pick(trigger)
        return f"choose at {label}"

    def _pick(self, trigger: Locator) -> None:
        trigger.click()
        self._page.wait_for_timeout(150)
        options = self._page.locator(".select-option:visible")
        if options.count():
            options.nth(self._chance.randrange(options.count())).click()
        self._page.wait_for_timeout(50)
        if self._page.locator(".select-option:visible").count():
            self._page.keyboard.press("Escape")

    def _answer_form(self) -> str:
        form = self._place.form
        title = form.locator(".modal-title").inner_text()
        triggers = form.locator(".select-trigger:visible")
        for place in range(triggers.count()):
            if self._chance.random() < 0.6:
                self._pick(triggers.nth(place))
        texts = self._place.texts
        for place in range(texts.count()):
            if self._chance.random() < 0.8:
                texts.nth(place).fill(self._chance.choice(WORDS))
        for kind in ("radio", "checkbox"):
            boxes = form.locator(f"input[type={kind}]")
            if boxes.count():
                boxes.nth(self._chance.randrange(boxes.count())).check(force=True)
        if self._chance.random() < 0.15:
            form.locator(".modal-close").click()
            return f"close the form {title}"
        form.locator("button[type=submit]").click()
        self._page.wait_for_timeout(150)
        if form.locator(".field-error").count():
            form.locator(".modal-close").click()
        return f"send the form {title}"

    def _type(self) -> str:
        self._page.fill("#channel-composer-input", "/")
        entry = self._one_of(self._page.locator(".command-entry"))
        if entry is None:
            return ""
        name = entry.locator("strong").inner_text()
        entry.click()
        fields = self._page.locator(".command-option-input")
        for place in range(fields.count()):
            fields.nth(place).fill(
                self._chance.choice(("", "4 coffee meetings", "Ben", "2026-03-05", "19:00"))
            )
            self._page.wait_for_timeout(250)
            options = self._page.locator('.command-popup [role="option"]:visible')
            if options.count():
                options.nth(self._chance.randrange(options.count())).click()
        self._page.locator("#send-message").click()
        self._page.wait_for_timeout(150)
        if self._page.locator(".command-chip").count():  # a value that the page does not take
            self._page.locator(".command-context-close").first.click()
        return f"type {name}"


def click_about(demo: Demo, place: Window, *, seconds: float, chance: random.Random) -> Report:
    """Click for so many seconds and return what happened."""
    clicker = Clicker(place, chance)
    end = time.monotonic() + seconds
    while time.monotonic() < end and demo.process.poll() is None:
        clicker.act()
    if demo.process.poll() is not None:
        clicker.report.faults.append(f"the playground ended by itself: exit code {demo.process.poll()}")
    return clicker.report


def main() -> int:
    """Click about and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo.clicking", description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=300)
    parser.add_argument("--second", type=float, default=1.0, help="seconds that a simulated minute takes")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    executable = chromium()
    if executable is None:
        sys.stdout.write(f"{NONE}\n")
        return 0
    chance = random.Random(options.seed)  # noqa: S311  # nothing here is a secret
    with running_demo(seconds_a_minute=options.second) as demo:
        before = demo.memory()
        with window(demo.url, executable=executable) as place:
            report = click_about(demo, place, seconds=options.seconds, chance=chance)
        after = demo.memory()
        complaints = demo.complaints()
    report.faults += [f"stderr: {line}" for line in complaints.splitlines()]
    sys.stdout.write(f"{report}\nmemory: {before:.0f} MiB before, {after:.0f} MiB after\n")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
