"""What the playground's group said and did in its eight weeks, as data."""

from typing import NamedTuple

from buddybot.domain.locations.locations import Access, LocationKind
from buddybot.domain.meetings.meetings import Answer


class Week(NamedTuple):
    """One person's week: what they promised for it, how many they did, what they were glad of.

    `came` is their answer for the meeting that ends the week; None is no word and no show, and no
    new commitment.
    """

    commitment: str
    done: int
    win: str | None = None
    came: Answer | None = Answer.GOING
    blocker: str | None = None


_LATE, _VIRTUAL, _SORRY = Answer.LATE, Answer.VIRTUAL, Answer.APOLOGIES

PLANS = {
    "4 coffee meetings": "if it is Tuesday 9:00, then I write to two people",
    "4 applications, so that I do not wait": "if it is Monday 9:00, then I open the list before the mail",
    "2 STAR stories": "if I sit down on the train, then I write one story",
    "Prepare the interview with 3 stories": "if lunch is over, then I tell one story aloud",
}
"""If-then plans that came with the commitments."""

PRIVATE = {"Call the doctor about my back"}
"""Commitments that only the one who made them can read."""

WEEKS: dict[str, tuple[Week, ...]] = {
    "Ana": (
        Week(
            "5 applications to libraries and archives", 5, "The first week with a list, and it is all ticked"
        ),
        Week("Rewrite the first page of my résumé", 1, "It fits on one page now"),
        Week("3 informational interviews", 2, "The archivist at the museum gave me an hour"),
        Week("Update the portfolio page", 1),
        Week("4 applications", 4, "Invited to a first interview", _LATE),
        Week("2 mock interviews with Cho", 2, "The question about gaps no longer scares me"),
        Week("Thank-you notes to each of the 3 interviewers", 3, "Second round!"),
        Week("4 applications, so that I do not wait", 3),
    ),
    "Ben": (
        Week(
            "4 coffee meetings",
            2,
            "Two people said yes at once",
            blocker="I write to them too late in the week",
        ),
        Week("Answer the 3 people who wrote back", 3, "One of them knows the team I want to join"),
        Week("2 introductions through Fay", 1, None, _VIRTUAL),
        Week("5 applications", 5, "Five, for the first time since summer"),
        Week("2 STAR stories", 2, "They sound like me"),
        Week("3 coffee meetings", 3, "A team lead asked for my résumé"),
        Week("Send my résumé to the team lead, and 2 applications", 2, "Sent on Monday"),
        Week("4 coffee meetings", 2, "A former colleague is hiring"),
    ),
    "Cho": (
        Week("Update my profile", 1, "New photo, at last"),
        Week("3 applications", 3, None, _LATE),
        Week("1 mock interview", 1, "I asked for feedback and lived"),
        Week("Visit the job fair and talk to 5 people", 5, "Seven, even"),
        Week("4 applications", 2, None, Answer.GOING, "The forms take an hour each"),
        Week("Save my answers for the forms", 1, "A form takes ten minutes now"),
        Week("3 follow-up messages", 3),
        Week("3 applications", 1, None),
    ),
    "Dev": (
        Week("2 STAR stories", 2, "Wrote them on the train"),
        Week("3 coffee meetings", 1, None, _VIRTUAL, "Everybody is on holiday"),
        Week("2 messages to people from my course", 1, None, _VIRTUAL),
        Week("5 applications", 4, "An answer the same day"),
        Week("Finish the online course, 3 lessons", 3, "Certificate!", _VIRTUAL),
        Week("3 applications", 3),
        Week("Find a partner for mock interviews", 0, None, _SORRY),
        Week("2 mock interviews", 1),
    ),
    "Eli": (
        Week("3 applications", 3, "All three before Friday"),
        Week("Ask 2 people about their work", 2),
        Week("3 applications", 0, None, _SORRY),
        Week("3 applications", 3, "Back after the flu"),
        Week("2 informational interviews", 2, "I know now what I do not want"),
        Week("1 workshop at the library", 1, None, _LATE),
        Week("3 applications", 2, "An interview next week"),
        Week("Prepare the interview with 3 stories", 3, "It went well"),
    ),
    "Fay": (
        Week("4 applications", 4, "Started early"),
        Week("2 introductions for Ben", 2, "Ben met both"),
        Week("3 applications", 3),
        Week("2 coffee meetings", 1, None, Answer.GOING, "Child care"),
        Week("Ask at the library about the workshop", 0, None, None),
        Week("", 0, None, None),
        Week("", 0, "Good to be back"),
        Week("Call the doctor about my back", 1, "I slept a whole night"),
    ),
}
"""The weeks of each: promised at one meeting, reported at the next; the eighth week is under way."""

RATINGS: dict[str, tuple[int | None, ...]] = {
    "Ana": (4, 5, 4, 4, 5, 5, 5, 4),
    "Ben": (4, 4, None, 5, 4, 4, 4, 5),
    "Cho": (3, 4, 4, 3, None, 4, 5, 4),
    "Dev": (None, 4, 3, 3, 4, 4, None, 4),
    "Eli": (4, None, 4, 3, 3, None, 4, 4),
}
"""How they rated each of the eight meetings; None did not."""

ANSWERED = {"Ana": Answer.GOING, "Ben": Answer.GOING, "Dev": Answer.VIRTUAL}
"""What is said of the ninth meeting so far; the others have not answered yet."""


class Spot(NamedTuple):
    """A place that somebody offered, and what it costs those who said so, in minutes."""

    name: str
    kind: LocationKind
    where: str
    access: frozenset[Access]
    note: str | None
    minutes: dict[str, int]


SPOTS: dict[str, Spot] = {
    "Ana": Spot(
        "Café Lumen",
        LocationKind.PLACE,
        "3 Mill Lane",
        frozenset({Access.PUBLIC, Access.STEP_FREE}),
        "The long table at the back is ours on Thursdays",
        {"Ana": 10, "Ben": 25, "Cho": 20, "Dev": 35, "Eli": 15, "Fay": 30},
    ),
    "Ben": Spot(
        "Harbour library",
        LocationKind.HYBRID,
        "12 Quay Street, room 2\nhttps://meet.example.org/rowan-library",
        frozenset({Access.PUBLIC, Access.STEP_FREE, Access.QUIET}),
        "Ring at the side door after six",
        {"Ana": 25, "Ben": 5, "Cho": 30, "Dev": 20, "Eli": 30, "Fay": 15},
    ),
    "Cho": Spot(
        "Cho's kitchen",
        LocationKind.PLACE,
        "7 Orchard Row, second bell",
        frozenset({Access.QUIET, Access.PARKING}),
        None,
        {"Ana": 20, "Ben": 30, "Cho": 0, "Dev": 25, "Eli": 20, "Fay": 40},
    ),
    "Dev": Spot(
        "Video room",
        LocationKind.VIRTUAL,
        "https://meet.example.org/rowan",
        frozenset(),
        "For weeks with snow or colds",
        {},
    ),
    "Fay": Spot(
        "Allotment house",
        LocationKind.PLACE,
        "Plot 14, Station Road gardens",
        frozenset({Access.PARKING}),
        "Bring a warm jumper",
        {"Ana": 35, "Ben": 20, "Cho": 45, "Dev": 15, "Eli": 40, "Fay": 5},
    ),
}
"""The five places among which the group rotates, by the one who offered them; Eli has none to offer."""

SUITING = {"Ana": ("Café Lumen", "Harbour library"), "Eli": ("Café Lumen", "Cho's kitchen")}
"""Which places suit those who said so."""

WISHES = {
    "Ana": ("negotiating", "references"),
    "Ben": ("coffee-chat", "introductions", "resume-swap"),
    "Cho": ("mock-interview", "portfolio-show"),
    "Dev": ("star-stories", "mock-interview"),
    "Eli": ("questions-for-them", "star-stories"),
    "Fay": ("wins-and-vents", "resume-swap"),
}
"""Which activities of the library each would like; each meeting's is chosen from these."""
