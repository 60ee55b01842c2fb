"""A member who no longer fits: what an organizer may hear of, and what only the member does."""

from collections.abc import Sequence
from dataclasses import dataclass

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.health.stagnation import Sensitivity, State, Verdict, observe
from buddybot.domain.health.stagnation_tally import USUAL, Priors, Tally

MEETINGS_LOOKED_AT, MISSED = 5, 3
_COUNTED = (
    *(Attendance.PRESENT, Attendance.LATE, Attendance.VIRTUAL),
    *(Attendance.EXCUSED, Attendance.ABSENT),
)


@dataclass(frozen=True, slots=True)
class Missed:
    """So many meetings missed without a word, of the last so many."""

    count: int
    of: int


def missed_without_a_word(states: Sequence[Attendance]) -> Missed | None:
    """Three or more of a member's last five meetings: the only thing that an organizer hears.

    The newest state is the last. Apologies are a word. What was not held, not recorded, or before the member
    came is no meeting.
    """
    last = [state for state in states if state in _COUNTED][-MEETINGS_LOOKED_AT:]
    count = last.count(Attendance.ABSENT)
    return Missed(count, len(last)) if count >= MISSED else None


def member_tally(week: int, state: Attendance, *, due: int = 0, done: int = 0) -> Tally:
    """A member's own meeting: there or not, and what was kept of what was due and reported on.

    An absence with apologies says nothing of how the member fits.
    """
    attended = 1 if state.attended else 0
    known = attended or state is Attendance.ABSENT
    return Tally(
        week,
        roster=1 if known else None,
        present=attended if known else None,
        items=due,
        done=done,
        reporters=1,
    )


def observe_member(state: State, tally: Tally, *, priors: Priors = USUAL) -> tuple[State, Verdict]:
    """A member's own drop below their own past, for that member alone: an offer to pause, shrink or swap.

    The detector of groups at its quiet threshold of 3.0, fed with `member_tally`. How often chance does as
    much is counted for groups only; it is not to be said here.
    """
    return observe(state, tally, sensitivity=Sensitivity.QUIET, priors=priors)
