"""A real browser on the playground's page: whom it plays, what it clicks, types and sees."""

import contextlib
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from playwright.sync_api import Locator, Page, ViewportSize, sync_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
USUAL_PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
VARIABLE = "BUDDYBOT_TEST_CHROMIUM"
NONE = f"There is no Chromium on this machine, so nothing was done. Name one in {VARIABLE}."
SIZE = ViewportSize(width=1100, height=900)


def chromium() -> str | None:
    """Return the browser's path, or None when there is none."""
    named = os.environ.get(VARIABLE)
    paths = [named] if named else [*USUAL_PATHS, shutil.which("chromium") or ""]
    return next((path for path in paths if path and Path(path).exists()), None)


@dataclass(frozen=True, slots=True)
class Demo:
    """A running `buddybot demo`."""

    process: "subprocess.Popen[str]"
    url: str
    errors: IO[str]
    keyboard: int | None = None

    def enter(self) -> None:
        """Press Enter where the playground was started: jump to what happens next."""
        assert self.keyboard is not None
        os.write(self.keyboard, b"\n")

    def memory(self) -> float:
        """Return its resident memory in MiB; 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
        return int(found[1]) / 1024 if found else 0.0

    def complaints(self) -> str:
        """Return what it wrote to stderr."""
        self.errors.seek(0)
        return self.errors.read()


@contextlib.contextmanager
def running_demo(*, seconds_a_minute: float, keyboard: bool = False) -> Iterator[Demo]:
    """Start the playground as a person does, and stop it with Ctrl-C."""
    command = [sys.executable, "-m", "buddybot", "demo", "--second", str(seconds_a_minute)]
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(tempfile.TemporaryFile("w+"))
        ours, theirs = pty.openpty() if keyboard else (None, subprocess.DEVNULL)
        process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=errors, text=True)
        stack.callback(process.wait, timeout=20)
        stack.callback(process.send_signal, signal.SIGINT)
        assert process.stdout is not None
        found = next((match for line in process.stdout if (match := re.search(r"http://\S+", line))), None)
        demo = Demo(process, found[0] if found else "", errors, ours)
        assert found, f"the playground did not start:\n{demo.complaints()}"
        yield demo


class Window:
    """One browser window on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def play(self, name: str) -> None:
        """Become somebody."""
        self.page.select_option("#viewer-picker", label=name)
        self.settle()

    def settle(self) -> dict[str, Any]:
        """Wait until the page has heard of the last action's outcome; return its receipt."""
        self.page.wait_for_function("!window.simcordPreview.pendingAction && window.simcordPreview.ready")
        receipt: dict[str, Any] | None = self.page.evaluate("window.simcordPreview.lastAction")
        return receipt or {}

    def message(self, words: str) -> Locator:
        """Return the last message with these words."""
        return self.page.locator("#channel-message-list article", has_text=words).last

    def press(self, label: str, *, on: str = "") -> None:
        """Press the last button with this label, on a message with the words `on`."""
        place = self.message(on) if on else self.page.locator("#channel-message-list")
        place.get_by_role("button", name=label, exact=True).last.click()
        self.page.wait_for_timeout(100)
        self.settle()

    def command(self, name: str, **options: str) -> None:
        """Type a slash command with its required options."""
        self.page.fill("#channel-composer-input", f"/{name}")
        entry = self.page.locator(".command-entry", has=self.page.get_by_text(f"/{name}", exact=True))
        entry.first.click()
        for option, value in options.items():
            self.page.locator(f'.command-option-input[data-option="{option}"]').fill(value)
        self.page.locator("#send-message").click()
        self.page.wait_for_timeout(100)
        self.settle()

    @property
    def form(self) -> Locator:
        """The open form."""
        return self.page.locator("#modal-root .modal-dialog")

    @property
    def texts(self) -> Locator:
        """What can be written into in the open form."""
        return self.form.locator("textarea, input:not([type=radio], [type=checkbox], [type=file])")

    def fill(self, *texts: str) -> None:
        """Write into the fields of the open form, in their order."""
        for place, text in enumerate(texts):
            self.texts.nth(place).fill(text)

    def write(self, label: str, text: str) -> None:
        """Write into the first field of the open form whose label has these words."""
        field = self.form.locator(".modal-field", has_text=label).first
        field.locator("textarea, input").first.fill(text)

    def choose(self, label: str, words: str) -> None:
        """Choose the option with these words in the field of the open form with that label."""
        self.form.locator(".modal-field", has_text=label).locator(".select-trigger").click()
        self.page.locator(".select-option:visible", has_text=words).first.click()

    def submit(self) -> None:
        """Send the open form."""
        self.form.locator("button[type=submit]").click()
        self.page.wait_for_timeout(100)
        self.settle()


@contextlib.contextmanager
def window(url: str, *, executable: str, size: ViewportSize = SIZE, scale: float = 1) -> Iterator[Window]:
    """Open a browser window on the page of a running playground."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            # The page forbids evaluated scripts, which is how playwright waits for something.
            context = browser.new_context(viewport=size, device_scale_factor=scale, bypass_csp=True)
            page = context.new_page()
            page.goto(url)
            page.wait_for_selector("#channel-message-list article")
            opened = Window(page)
            opened.settle()
            yield opened
        finally:
            browser.close()
