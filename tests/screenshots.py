"""Take the pictures in docs/screenshots from the playground, with a real browser.

    python -m tests.screenshots [FOLDER]

The browser plays the evening of the ninth meeting; the clock stands still but for two jumps, so the
pictures come out alike each time.
"""

import sys
from pathlib import Path

from playwright.sync_api import Locator, ViewportSize

from tests.demo.browser import NONE, Demo, Window, chromium, running_demo, window

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
SIZE, TALL = ViewportSize(width=1100, height=1000), ViewportSize(width=1100, height=1700)
SCALE = 1.5
MARGIN = 8
STYLE = """
.modal-dialog { max-height: none; }
.select-guidance { display: none; }
.component-container > * + * { margin-top: 8px; }
"""
"""A form is whole and without what only the simulator writes into it; parts stand apart as in Discord."""
FIRST, PLAN = "I will …", "If …, then …"

Words = tuple[str, str]
REPORTS: dict[str, tuple[Words, Words]] = {
    "Ben": (
        ("A former colleague is hiring", "I never know how to end a coffee meeting"),
        ("3 coffee meetings", "if it is Tuesday 9:00, then I write to two people"),
    ),
    "Ana": (("Second interview on Monday", ""), ("A question list for the interview", "")),
    "Eli": (("The interview felt like a conversation", ""), ("A thank-you note to the panel", "")),
    "Fay": (("I slept a whole night", ""), ("2 applications", "")),
}
"""For each who checks in early: win and what is in the way; the next promise and its plan."""


def main() -> int:
    """Take every picture; without a browser say so and take none."""
    executable = chromium()
    if executable is None:
        sys.stdout.write(f"{NONE}\n")
        return 0
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        running_demo(seconds_a_minute=0, keyboard=True) as demo,
        window(demo.url, executable=executable, size=SIZE, scale=SCALE) as place,
    ):
        place.page.click("#messages-toggle")
        place.page.add_style_tag(content=STYLE)
        _play(demo, place, folder)
    for picture in sorted(folder.glob("*.png")):
        sys.stdout.write(f"{picture}: {picture.stat().st_size // 1024} kB\n")
    return 0


def _play(demo: Demo, place: Window, folder: Path) -> None:
    """Live through the evening, and take each picture when its moment has come."""
    for name, label in (("Eli", "Going"), ("Cho", "Late")):
        place.play(name)
        place.press(label, on="Meeting 9")
    _take(place, place.message("Meeting 9"), folder / "meeting.png")

    _look_where(place, folder)
    _check_in_early(place, folder)
    _look_around(place, folder)

    demo.enter()
    opened = "Check-in is open"
    place.message(opened).wait_for()
    for name in ("Cho", "Fay"):
        place.play(name)
        place.press("I'm here", on=opened)
    place.press("Next turn", on=opened)
    _take(place, place.message(opened), folder / "check-in.png")

    place.play("Ana")
    place.press("Close", on=opened)
    place.press("Close the meeting")
    demo.enter()
    summary = place.message("Meeting 9 · what went well")
    summary.wait_for()
    _take(place, summary, folder / "summary.png")


def _look_where(place: Window, folder: Path) -> None:
    """The place of the meeting, the turns, and all places."""
    place.play("Ana")
    place.press("Where exactly", on="Meeting 9")
    _take(place, place.message("for members only"), folder / "place.png")
    place.command("rotation show")
    _take(place, place.message("Where Rowan group meets next"), folder / "rotation.png")
    place.command("location list")
    _take(place, place.message("Places of Rowan group"), folder / "places.png")


def _check_in_early(place: Window, folder: Path) -> None:
    """Reports before the meeting, with the first form."""
    for name, (report, promise) in REPORTS.items():
        place.play(name)
        place.press("Check in early", on="Meeting 9")
        if name == "Eli":
            place.choose("3 applications", "Done")
        place.fill(*report)
        if name == "Ben":
            place.page.locator(":focus").blur()
            place.form.screenshot(path=folder / "form.png")
        place.submit()
        place.press("Next: what I will do")
        place.write(FIRST, promise[0])
        place.write(PLAN, promise[1])
        place.submit()


def _look_around(place: Window, folder: Path) -> None:
    """What else can be asked for: a set-up, help, the agenda, how the group is doing."""
    place.play("Ana")
    place.command("setup")
    place.press("When do you meet?")
    place.fill("London", "19:00")
    place.choose("Weekday", "Thursday")
    place.page.locator(":focus").blur()
    place.form.screenshot(path=folder / "setup.png")
    place.submit()
    place.play("Dev")
    place.command("help")
    _take(place, place.message("help"), folder / "help.png")

    place.play("Ana")
    place.press("Agenda", on="Meeting 9")
    _take(place, place.message("Agenda · meeting 9"), folder / "agenda.png")
    place.page.set_viewport_size(TALL)  # two pictures below each other are higher than the page
    place.command("health show")
    _take(place, place.message("How Rowan group is doing"), folder / "health.png")
    place.page.set_viewport_size(SIZE)
    place.command("attendance history")
    _take(place, place.message("Attendance of Rowan group"), folder / "history.png")


def _take(place: Window, message: Locator, path: Path) -> None:
    """Take a picture of a message, as wide as what it shows."""
    message.scroll_into_view_if_needed()
    place.page.mouse.move(0, 0)
    whole = message.bounding_box()
    shown = message.locator(".component-container").first.bounding_box()
    assert whole is not None
    assert shown is not None
    place.page.screenshot(
        path=path,
        clip={
            "x": whole["x"],
            "y": whole["y"],
            "width": shown["x"] + shown["width"] - whole["x"] + 2 * MARGIN,
            "height": shown["y"] + shown["height"] - whole["y"] + MARGIN / 2,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
