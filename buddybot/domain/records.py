"""The record of a group over a span of time: its meetings, its people, and how each was at each.

What charts are drawn from and exports are written from.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from buddybot.domain.attendance import Attendance, Entry, began
from buddybot.domain.commitments import Category
from buddybot.domain.groups import Group
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings import Meeting, MeetingState
from buddybot.domain.rates import Kept, Rates, rates


@dataclass(frozen=True, slots=True)
class Stint:
    """A time in which somebody was a member; `until` is None while they are."""

    since: dt.datetime
    until: dt.datetime | None

    def covers(self, moment: dt.datetime) -> bool:
        """Whether they were a member at that moment."""
        return self.since <= moment and (self.until is None or self.until > moment)


@dataclass(frozen=True, slots=True)
class Cell:
    """How somebody was at a meeting; `entry` is the ledger's newest word on it, None where it has none."""

    state: Attendance
    entry: Entry | None = None

    @property
    def counts(self) -> bool:
        """Whether they were a member when the meeting began."""
        return self.state is not Attendance.NOT_YET_MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is or was a member, with a cell for each meeting of the record, the oldest first.

    `name` is "" when it was never known.
    """

    user_id: UserId
    name: str
    is_member: bool
    cells: tuple[Cell, ...]

    @property
    def states(self) -> tuple[Attendance, ...]:
        """Their states, the oldest meeting first."""
        return tuple(cell.state for cell in self.cells)

    @property
    def rates(self) -> Rates | None:
        """How they attended."""
        return rates([state] for state in self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A meeting of the record that is over.

    `number` is None when it was called off. `unnamed` are the states of those whose data was deleted,
    counted and without a name; `visitors` are names as an organizer wrote them. `promises` are the
    commitments that were reported on, and `reporters` how many people checked in about them.
    """

    meeting: Meeting
    number: int | None
    place: str | None
    visitors: tuple[str, ...]
    unnamed: tuple[Attendance, ...]
    promises: Kept
    reporters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A commitment that was due at a meeting and reported on.

    Of a private one everything but that it exists is None. `user_id` is None when its owner's data was
    deleted.
    """

    meeting_id: MeetingId
    user_id: UserId | None
    is_private: bool
    category: Category | None
    text: str | None
    target: int | None
    done: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A group's record; `people` are sorted by name, never by how they did.

    `first` and `last` are the local days that were asked for, both included, None for an open end; `ledger`
    has every entry about these meetings, the oldest first.
    """

    group: Group
    first: dt.date | None
    last: dt.date | None
    sittings: tuple[Sitting, ...]
    people: tuple[Person, ...]
    promises: tuple[Promise, ...]
    ledger: tuple[Entry, ...]

    def states_at(self, place: int) -> list[Attendance]:
        """The states at one sitting, those without a name among them."""
        return [person.cells[place].state for person in self.people] + list(self.sittings[place].unnamed)

    def met(self, place: int) -> bool:
        """Whether the group met: a meeting was held, and its organizer did not say otherwise."""
        return self.sittings[place].meeting.state is MeetingState.CLOSED and took_place(self.states_at(place))

    @property
    def rates(self) -> Rates | None:
        """How the group attended."""
        return rates(self.states_at(place) for place in range(len(self.sittings)))

    @property
    def kept(self) -> Kept:
        """How many commitments were kept."""
        found = [sitting.promises for sitting in self.sittings]
        return Kept(sum(each.due for each in found), sum(each.kept for each in found))

    def part(self, start: int, stop: int) -> "Record":
        """The record of some of its sittings, by their places; people who were no members then stay."""
        sittings = self.sittings[start:stop]
        within = {sitting.meeting.id for sitting in sittings}
        return Record(
            group=self.group,
            first=sittings[0].meeting.day if sittings and start else self.first,
            last=sittings[-1].meeting.day if sittings and stop < len(self.sittings) else self.last,
            sittings=sittings,
            people=tuple(
                Person(
                    user_id=person.user_id,
                    name=person.name,
                    is_member=person.is_member,
                    cells=person.cells[start:stop],
                )
                for person in self.people
            ),
            promises=tuple(each for each in self.promises if each.meeting_id in within),
            ledger=tuple(each for each in self.ledger if each.meeting_id in within),
        )


def took_place(states: Sequence[Attendance]) -> bool:
    """Whether these are of a meeting that took place: not everybody's entry says that it did not."""
    return not states or any(
        state not in (Attendance.DIDNT_MEET, Attendance.NOT_YET_MEMBER) for state in states
    )


def cell(meeting: Meeting, stints: Iterable[Stint], entry: Entry | None) -> Cell:
    """How somebody stands at a meeting that is over.

    Nobody counts for a meeting outside their membership. Who was a member and has no entry is unrecorded,
    never absent; a meeting that was called off did not meet.
    """
    if not any(stint.covers(began(meeting)) for stint in stints):
        return Cell(Attendance.NOT_YET_MEMBER)
    if meeting.state is not MeetingState.CLOSED:
        return Cell(Attendance.DIDNT_MEET)
    return Cell(Attendance.UNRECORDED if entry is None else entry.state, entry)
