"""Neither the tables, nor the files, nor what is published tell which rating a member gave."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count, permutations, product
from pathlib import Path
from typing import Any

import pytest

from buddybot.domain.checkins.pulse import HIGHEST, LOWEST, publish_band
from buddybot.domain.groups.groups import Group
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.checkins.pulse import PulseService
from buddybot.services.core.unit_of_work import UnitOfWork
from buddybot.settings import logs
from buddybot.settings.settings import LogSettings
from buddybot.storage.engine.database import Database, sqlite_path
from tests.services.builder import ANA, BEN, CHO, ORGANIZER
from tests.services.meeting_builder import MEETS, MeetingBuilder
from tests.settings.test_logs import restored_logging

Dump = Mapping[str, Sequence[Mapping[str, Any]]]

VOTERS = (ANA, BEN, CHO)
RATINGS = range(LOWEST, HIGHEST + 1)
DAN = 987_654_321_098_765_432
"""A member whose id is found again byte by byte."""


async def nothing(_uow: UnitOfWork, _group: Group, _meeting: Meeting, _now: object) -> None:
    """Judge nothing."""


class Watched:
    """A meeting that is being rated, and somebody who reads the whole database."""

    def __init__(self, builder: MeetingBuilder) -> None:
        self.builder = builder
        self.pulses = PulseService(builder.transactions, nothing)
        self.engine = builder.database.engine

    async def vote(self, user: int, rating: int) -> None:
        """Let somebody vote."""
        await self.pulses.vote(self.builder.act_as(user), self.builder.meeting_id, rating)

    async def again(self) -> None:
        """Take everything back to before the first vote."""
        self.builder._interactions = count(5000)
        for statement in (
            "DELETE FROM pulse_voters",
            "UPDATE pulse_ratings SET votes = 0",
            "DELETE FROM interactions",
        ):
            await self.builder.change_rows(statement)

    async def end(self) -> None:
        """Let it be ten the next morning."""
        self.builder.now = MEETS + timedelta(hours=15)
        await self.minute()

    async def minute(self) -> None:
        """Do what is done every minute."""
        await self.pulses.close_due()
        await self.builder.transactions.scrub()

    async def dump(self) -> Dump:
        """Return every row of every table, in the order in which the database keeps them."""
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if self.engine == "sqlite"
            else "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
        )
        marks = ", rowid AS place" if self.engine == "sqlite" else ""
        return {
            row["name"]: await self.builder.read_rows(f"SELECT *{marks} FROM {row['name']}")
            for row in await self.builder.read_rows(names)
        }


@pytest.fixture
async def watched(database: Database) -> Watched:
    """Everybody came, the meeting was closed at 20:15, and nobody has voted yet."""
    builder = await MeetingBuilder.prepare(database)
    await builder.join_group(DAN)
    await builder.open_checkin()
    for user in VOTERS:
        await builder.report_checkin(user)
    builder.now = MEETS + timedelta(minutes=75)
    await builder.close_checkin()
    return Watched(builder)


def changed(before: Dump, after: Dump) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return the rows that are new or different, by table."""
    assert before.keys() == after.keys()
    return {
        name: [row for row in after[name] if row not in before[name]]
        for name in after
        if after[name] != before[name]
    }


# -- the tables ------------------------------------------------------------------------------------


async def test_a_vote_writes_who_voted_and_apart_from_it_a_number(watched: Watched) -> None:
    for user, rating in zip(VOTERS, (5, 2, 5), strict=True):
        before = await watched.dump()
        await watched.vote(user, rating)
        written = changed(before, await watched.dump())
        assert written.keys() == {"pulse_voters", "pulse_ratings", "interactions"}
        [voter], [counted] = written["pulse_voters"], written["pulse_ratings"]
        [interaction] = written["interactions"]
        assert voter["user_id"] == user
        assert voter.keys() - {"place"} == {"meeting_id", "user_id"}
        assert counted["rating"] == rating
        assert counted.keys() - {"place"} == {"meeting_id", "rating", "votes"}
        assert user not in interaction.values()


async def test_whoever_gave_which_rating_every_table_is_the_same(watched: Watched) -> None:
    """One row more or less, another order or another mark on a row would be a trace."""
    seen = []
    for ratings in sorted(set(permutations((5, 2, 2)))):
        await watched.again()
        for user, rating in zip(VOTERS, ratings, strict=True):
            await watched.vote(user, rating)
        seen.append(await watched.dump())
    assert len(seen) == 3
    assert seen[0]["pulse_voters"] != []
    assert seen[0] == seen[1] == seen[2]


async def test_the_databases_own_marks_do_not_tell_the_last_vote(watched: Watched) -> None:
    column = "xmin::text" if watched.engine == "postgres" else "0"
    for user, rating in zip(VOTERS, (5, 2, 4), strict=True):
        await watched.vote(user, rating)
        marks = await watched.builder.read_rows(f"SELECT DISTINCT {column} AS mark FROM pulse_ratings")
        assert len(marks) == 1


async def test_voters_stand_in_no_order_of_voting_when_they_voted_one_after_the_other(
    watched: Watched,
) -> None:
    """A vacuum or a copy of the file keeps the places of the rows: they must not be those of the votes."""
    place = "ctid" if watched.engine == "postgres" else "rowid"
    for order in permutations(VOTERS):
        await watched.again()
        for user in order:
            await watched.vote(user, 4)
        rows = await watched.builder.read_rows(f"SELECT user_id FROM pulse_voters ORDER BY {place}")
        assert [row["user_id"] for row in rows] == sorted(VOTERS)
    column = "xmin::text" if watched.engine == "postgres" else "0"
    assert len(await watched.builder.read_rows(f"SELECT DISTINCT {column} AS mark FROM pulse_voters")) == 1


async def test_after_the_close_no_row_names_a_voter_or_a_rating(watched: Watched) -> None:
    before = await watched.dump()
    for user, rating in zip((ORGANIZER, *VOTERS), (3, 5, 2, 2), strict=True):
        await watched.vote(user, rating)
    await watched.end()
    after = changed(before, await watched.dump())
    assert after["pulse_ratings"] == []
    assert "pulse_voters" not in after
    [row] = after.pop("pulses")
    assert (row["votes"], row["total"], row["band"]) == (4, 12, "middling")
    assert not {ANA, BEN, CHO} & {value for row in after["interactions"] for value in row.values()}


async def test_two_votes_leave_as_much_as_none(watched: Watched) -> None:
    seen = []
    for votes in ((), (1, 1)):
        await watched.again()
        for user, rating in zip(VOTERS, votes, strict=False):
            await watched.vote(user, rating)
        dump = dict(await watched.dump())
        del dump["interactions"]
        seen.append(dump)
    assert seen[0] != seen[1]
    await watched.end()
    closed = dict(await watched.dump())
    assert (closed["pulse_voters"], closed["pulse_ratings"]) == ([], [])
    [row] = closed["pulses"]
    assert (row["votes"], row["total"], row["band"]) == (None, None, None)


# -- the files and the log -------------------------------------------------------------------------


async def test_after_the_close_no_byte_of_a_voter_is_left_in_the_files(
    watched: Watched, database_url: str
) -> None:
    path = sqlite_path(database_url)
    if path is None:
        pytest.skip("PostgreSQL's files are the server's")

    def traces() -> int:
        return sum(file.read_bytes().count(DAN.to_bytes(8)) for file in path.parent.iterdir())

    await watched.minute()
    before = traces()
    await watched.vote(DAN, 3)
    assert traces() > before
    await watched.end()
    assert traces() == before > 0


async def test_within_a_minute_the_files_hold_no_history_of_votes(
    watched: Watched, database_url: str
) -> None:
    path = sqlite_path(database_url)
    if path is None:
        pytest.skip("PostgreSQL's files are the server's")
    await watched.minute()
    journal = Path(f"{path}-wal")
    await watched.vote(ANA, 3)
    assert journal.stat().st_size > 0
    await watched.minute()
    assert journal.stat().st_size == 0


def test_the_library_tells_no_click_at_any_level() -> None:
    with restored_logging():
        logs.configure(LogSettings(level="DEBUG", format="text"), secrets=())
        for name in ("discord.gateway", "discord.http", "discord.client", "asyncpg", "aiosqlite"):
            assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


# -- what is published -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"), [(3, 3), (3, 4), (4, 3), pytest.param(4, 4, marks=pytest.mark.slow), (3, 2), (2, 3)]
)
def test_two_publications_tell_nobody_anothers_rating(first: int, second: int) -> None:
    """Whoever joined or left between them; each voter knows who voted, and both of their own ratings."""
    for mine in product(RATINGS, repeat=2):
        possible = defaultdict(list)
        for others in product(RATINGS, repeat=first + second - 2):
            one, two = (mine[0], *others[: first - 1]), (mine[1], *others[first - 1 :])
            possible[publish_band(one), publish_band(two)].append(others)
        for ways in possible.values():
            assert all(len(set(seat)) > 1 for seat in zip(*ways, strict=True))


CHANGES = {
    "nobody": ((0, 1, 2, 3), (0, 1, 2, 3)),
    "one left": ((0, 1, 2, 3), (0, 1, 2)),
    "one came": ((0, 1, 2), (0, 1, 2, 3)),
    "one for another": ((0, 1, 2, 3), (0, 1, 2, 4)),
    "one of three": ((0, 1, 2), (0, 1, 3)),
}


@pytest.mark.parametrize(
    ("change", "most"),
    [("nobody", 0), ("one left", 0.5), ("one came", 0.5), ("one for another", 0.5), ("one of three", 1)],
)
def test_if_all_others_felt_the_same_twice_a_guess_is_seldom_sure(change: str, most: float) -> None:
    """In percent; docs/privacy.md says what remains."""
    assert 100 * sure_guesses(*CHANGES[change]) <= most


def sure_guesses(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the share of ratings that one other voter could be sure of, of all ratings there may be."""
    everybody = sorted({*first, *second})
    guesses = defaultdict(list)
    for given in product(RATINGS, repeat=len(everybody)):
        by = dict(zip(everybody, given, strict=True))
        seen = tuple(publish_band([by[each] for each in people]) for people in (first, second))
        for reader, other in permutations(everybody, 2):
            guesses[reader, by[reader], seen, other].append(by[other])
    total = sum(map(len, guesses.values()))
    return sum(len(each) for each in guesses.values() if len(set(each)) == 1) / total
