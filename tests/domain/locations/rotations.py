"""Meetings, places and a group with people who come and go; for the tests of the rotations."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from buddybot.domain.groups.groups import Rotation
from buddybot.domain.ids import LocationId, UserId
from buddybot.domain.locations.fairness import Balance, Candidate, Held, count_meeting, handed_on, next_host

ANA, BEN, CHO, DEV = PEOPLE = [UserId(number) for number in (40, 30, 20, 10)]
CAFE, ATTIC, PARK = (LocationId(number) for number in (1, 2, 3))
HandOn = Callable[[Mapping[UserId, Balance], Collection[UserId]], dict[UserId, Balance]]
ROUNDING = 1e-9


def held(
    host: UserId | None = None,
    came: Collection[UserId] = PEOPLE,
    *,
    willing: Collection[UserId] = PEOPLE,
    rule: Rotation = Rotation.TURNS,
    minutes: Mapping[UserId, int] | None = None,
    voters: Collection[UserId] = (),
    supporters: Collection[UserId] = (),
    at: LocationId | None = CAFE,
) -> Held:
    """Return a meeting; by default everybody came and would host."""
    return Held(
        rule=rule,
        location_id=at,
        host_id=host,
        attendees=frozenset(came),
        willing=frozenset(willing),
        minutes=minutes or {},
        voters=frozenset(voters),
        supporters=frozenset(supporters),
    )


def candidate(
    number: LocationId,
    minutes: Mapping[UserId, int] | None = None,
    *,
    by: UserId | None = None,
    suits: Collection[UserId] = (),
    remote: bool = False,
) -> Candidate:
    """Return a place that can be chosen."""
    return Candidate(
        id=number, offered_by=by, minutes=minutes or {}, approved_by=frozenset(suits), remote=remote
    )


@dataclass(slots=True)
class Hosting:
    """Everybody in it would host; the balances are kept from meeting to meeting, as `balances` does.

    `remembered` is as of the latest meeting, `standing` among those who are there now.
    """

    people: list[UserId]
    hand_on: HandOn = handed_on
    history: list[Held] = field(default_factory=list)
    remembered: dict[UserId, Balance] = field(default_factory=dict)
    standing: dict[UserId, Balance] = field(default_factory=dict)
    most: int = 0
    worst: float = 0.0

    def __post_init__(self) -> None:
        """Begin with those who are there."""
        self.changed()

    @property
    def bound(self) -> float:
        """How far anybody may be from their share, by the most people there ever were."""
        return (self.most - 1) / 2

    def changed(self) -> None:
        """Take in who joined and who left."""
        self.standing = self.hand_on(self.remembered, self.people)
        self.most = max(self.most, len(self.people))
        self._watch()

    def meet(self, came: Collection[UserId]) -> UserId | None:
        """Hold a meeting; return who hosted."""
        host = next_host(self.standing, [user for user in self.people if user in came], self.history)
        held = Held(
            rule=Rotation.TURNS,
            location_id=None,
            host_id=host,
            attendees=frozenset(came),
            willing=frozenset(self.people),
        )
        self.history.append(held)
        if host is not None:
            self.remembered = self.standing = count_meeting(self.standing, held)
        self._watch()
        return host

    def follow(self, script: str) -> None:
        """Play a script: `abd` is a meeting of three, `-b` leaves, `+e` joins."""
        for word in script.split():
            users = [UserId(ord(letter)) for letter in word if letter.isalpha()]
            if word.startswith("-"):
                self.people.remove(users[0])
                self.changed()
            elif word.startswith("+"):
                self.people.append(users[0])
                self.changed()
            else:
                self.meet(users)

    def _watch(self) -> None:
        self.worst = max([self.worst, *(abs(balance.due) for balance in self.standing.values())])
