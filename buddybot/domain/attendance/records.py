"""The record of a group over a span of time: its meetings, its people, and how each was at each.

What charts are drawn from and exports are written from.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from buddybot.domain.attendance.attendance import Attendance, Entry, Visitor
from buddybot.domain.attendance.rates import Kept, Rates, count_kept, rates
from buddybot.domain.commitments.commitments import Category
from buddybot.domain.groups.groups import Group
from buddybot.domain.health.stagnation_signs import Past
from buddybot.domain.health.stagnation_tally import Tally
from buddybot.domain.ids import MeetingId, UserId
from buddybot.domain.meetings.meetings import Meeting, MeetingState, began


class Membership(NamedTuple):
    """A time in which somebody was a member; `until` is None while they are."""

    since: dt.datetime
    until: dt.datetime | None

    def covers(self, moment: dt.datetime) -> bool:
        """Whether they were a member at that moment."""
        return self.since <= moment and (self.until is None or self.until > moment)


class Cell(NamedTuple):
    """How somebody was at a meeting; `entry` is the ledger's newest word on it, None where it has none.

    `joined` when they became a member while it went on: it counts for nobody, but it was their first.
    """

    state: Attendance
    entry: Entry | None = None
    joined: bool = False

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
class MeetingRecord:
    """A meeting of the record that is over.

    `number` is None when it was called off. `unnamed` are the states of those whose data was deleted,
    counted and without a name; `visitors` are those who were not taken back. `commitments` are the
    commitments that were reported on. `tally` is the meeting as the detector counts it, without its ratings;
    None when it passes the meeting over.
    """

    meeting: Meeting
    number: int | None
    place: str | None
    visitors: tuple[Visitor, ...]
    unnamed: tuple[Attendance, ...]
    commitments: Kept
    tally: Tally | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRecord:
    """A commitment that was due at a meeting and reported on.

    Of a private one everything but that it exists is None. `user_id` is None when its owner's data was
    deleted. `let_go` is whether what was left of it was given up instead of carried over.
    """

    meeting_id: MeetingId
    user_id: UserId | None
    is_private: bool
    category: Category | None
    text: str | None
    target: int | None
    done: int | None
    let_go: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A group's record; `people` are sorted by name, never by how they did.

    `first` and `last` are the local days that were asked for, both included, None for an open end; `ledger`
    has every entry about these meetings, the oldest first.
    """

    group: Group
    first: dt.date | None
    last: dt.date | None
    meeting_records: tuple[MeetingRecord, ...]
    people: tuple[Person, ...]
    commitments: tuple[CommitmentRecord, ...]
    ledger: tuple[Entry, ...]

    def states_at(self, place: int) -> list[Attendance]:
        """The states at one meeting, those without a name among them."""
        return [person.cells[place].state for person in self.people] + list(
            self.meeting_records[place].unnamed
        )

    def met(self, place: int) -> bool:
        """Whether the group met: a meeting was held, and its organizer did not say otherwise."""
        return self.meeting_records[place].meeting.state is MeetingState.CLOSED and took_place(
            self.states_at(place)
        )

    @property
    def rows(self) -> int:
        """How many rows its long table has: one for each member, and each visitor, at a meeting."""
        members = sum(cell.counts for person in self.people for cell in person.cells)
        return members + sum(len(each.unnamed) + len(each.visitors) for each in self.meeting_records)

    @property
    def has_members(self) -> bool:
        """Whether anybody with a name was a member at any of its meetings: whether there is a chart of it."""
        return any(cell.counts for person in self.people for cell in person.cells)

    @property
    def rates(self) -> Rates | None:
        """How the group attended."""
        return rates(self.states_at(place) for place in range(len(self.meeting_records)))

    @property
    def kept(self) -> Kept:
        """How many commitments were kept."""
        return sum((meeting_record.commitments for meeting_record in self.meeting_records), Kept(0, 0))

    def unrecorded_at(self, place: int) -> int:
        """Of how many members nobody has said yet how they were at one meeting."""
        return sum(person.cells[place].state is Attendance.UNRECORDED for person in self.people)

    def own(self, user_id: UserId, *, arrivals: bool = False) -> "Record":
        """One person's own record: the meetings while they were a member, and nothing of anybody else.

        With `arrivals` also those at which they joined. It must have been read for them, or their private
        commitments count as none.
        """
        theirs = [person for person in self.people if person.user_id == user_id]
        places = [
            place
            for person in theirs
            for place, each in enumerate(person.cells)
            if each.counts or (arrivals and each.joined)
        ]
        within = {self.meeting_records[place].meeting.id for place in places}
        commitments = tuple(
            each for each in self.commitments if each.user_id == user_id and each.meeting_id in within
        )
        return replace(
            self,
            meeting_records=tuple(_own(self.meeting_records[place], commitments) for place in places),
            people=tuple(
                replace(person, cells=tuple(person.cells[place] for place in places)) for person in theirs
            ),
            commitments=commitments,
            ledger=tuple(each for each in self.ledger if each.user_id == user_id),
        )

    def part(self, start: int, stop: int) -> "Record":
        """The record of some of its meetings, by their places; people who were no members then stay."""
        meeting_records = self.meeting_records[start:stop]
        within = {meeting_record.meeting.id for meeting_record in meeting_records}
        return replace(
            self,
            first=meeting_records[0].meeting.day if meeting_records and start else self.first,
            last=meeting_records[-1].meeting.day
            if meeting_records and stop < len(self.meeting_records)
            else self.last,
            meeting_records=meeting_records,
            people=tuple(replace(person, cells=person.cells[start:stop]) for person in self.people),
            commitments=tuple(each for each in self.commitments if each.meeting_id in within),
            ledger=tuple(each for each in self.ledger if each.meeting_id in within),
        )

    def select_page(self, page: "Page") -> "Record":
        """The record of one page."""
        return self.part(page.start, page.stop)


class Page(NamedTuple):
    """Some of a record's meetings, by their places: from `start` up to `stop`, of `total`.

    Pages are named by where they stop, so that one stays the same when the group meets again.
    """

    start: int
    stop: int
    total: int
    size: int

    @property
    def older(self) -> int | None:
        """Where the page before stops; None when this is the first."""
        return self.start or None

    @property
    def newer(self) -> int | None:
        """Where the page after stops; None when this is the newest."""
        return None if self.stop == self.total else min(self.stop + self.size, self.total)


class MeetingPast(NamedTuple):
    """One meeting that is over: its figures, what it gives the detector, and what the facts go by.

    `rates` is None where nothing is known, both figures where the group did not meet.
    """

    meeting_id: MeetingId
    day: dt.date
    rates: Rates | None
    kept: Kept | None
    tally: Tally
    past: Past


class Span(NamedTuple):
    """Local days, both included; None is an open end."""

    first: dt.date | None = None
    last: dt.date | None = None


def page(total: int, *, size: int, stop: int | None = None) -> Page:
    """Return the page that stops at a place, or the nearest there is; the newest when none is named."""
    stop = total if stop is None else min(max(stop, 1), total)
    return Page(max(stop - size, 0), stop, total, size)


def _own(meeting_record: MeetingRecord, commitments: Sequence[CommitmentRecord]) -> MeetingRecord:
    reported = count_kept(
        (each.done, each.target)
        for each in commitments
        if each.meeting_id == meeting_record.meeting.id and each.done is not None and each.target is not None
    )
    return replace(meeting_record, visitors=(), unnamed=(), commitments=reported, tally=None)


def took_place(states: Collection[Attendance]) -> bool:
    """Whether these are of a meeting that took place: not everybody's entry says that it did not."""
    return not states or any(
        state not in (Attendance.DIDNT_MEET, Attendance.NOT_YET_MEMBER) for state in states
    )


def cell(meeting: Meeting, memberships: Iterable[Membership], entry: Entry | None) -> Cell:
    """How somebody stands at a meeting that is over.

    Nobody counts for a meeting outside their membership. Who was a member and has no entry is unrecorded,
    never absent; a meeting that was called off did not meet. At one that is reduced to counts everybody
    counts without a name.
    """
    theirs = list(memberships)
    if meeting.reduced or not any(membership.covers(began(meeting)) for membership in theirs):
        held = meeting.state is MeetingState.CLOSED and not meeting.reduced
        arrived = held and any(began(meeting) < membership.since <= meeting.ends_at for membership in theirs)
        return Cell(Attendance.NOT_YET_MEMBER, joined=arrived)
    if meeting.state is not MeetingState.CLOSED:
        return Cell(Attendance.DIDNT_MEET)
    return Cell(Attendance.UNRECORDED if entry is None else entry.state, entry)
