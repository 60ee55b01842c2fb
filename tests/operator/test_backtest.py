"""History is replayed line by line: the good ones are answered, the bad ones named, and none is kept."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot import cli
from buddybot.domain.health.stagnation import Sensitivity
from buddybot.domain.health.stagnation_tally import Tally, week_of
from buddybot.domain.ids import UserId
from buddybot.operator import backtest
from buddybot.operator.backtest_database import replay_group
from buddybot.settings.paths import PACKAGE
from buddybot.storage.engine.database import connect
from tests.services.builder import START, Builder
from tests.services.health.past import PastMeeting, lived

Run = Callable[..., tuple[int, list[Any], list[str]]]
WELL = [{"week": week, "roster": 6, "present": 5} for week in range(20)]
EMPTY = [{"week": week, "roster": 6, "present": 0} for week in range(20, 30)]
STALE: dict[str, object] = {"id": "stale", "weeks": [*WELL, *EMPTY]}
FINE: dict[str, object] = {"id": 7, "weeks": WELL}


def line(group: object) -> bytes:
    return json.dumps(group).encode() + b"\n"


def meeting(**counts: object) -> bytes:
    """A group of one meeting with some of its numbers changed."""
    usual = {"week": 3, "holiday": False, "roster": 6, "present": 5, "excused": 1, "items": 9, "done": 4}
    return line({"id": "a", "weeks": [{**usual, "reporters": 5, "pulse_n": 4, "pulse_sum": 15, **counts}]})


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Backtest a file of these lines: the exit code, the answers, the complaints."""

    def given_lines(*lines: bytes, options: tuple[str, ...] = ()) -> tuple[int, list[Any], list[str]]:
        file = tmp_path / "groups.jsonl"
        file.write_bytes(b"".join(lines))
        code = cli.main(["backtest", *options, str(file)], {})
        out, err = capsys.readouterr()
        return code, [json.loads(each) for each in out.splitlines()], err.splitlines()

    return given_lines


def test_a_line_a_group_in_their_order(run: Run) -> None:
    assert run(line(STALE), line(FINE)) == (
        0,
        [{"id": "stale", "alerts": [21, 26]}, {"id": 7, "alerts": []}],
        [],
    )


@pytest.mark.parametrize(
    ("sensitivity", "alerts"), [("quiet", []), ("normal", [16]), ("sensitive", [14, 19])]
)
def test_the_sensitivity_is_an_option(run: Run, sensitivity: str, alerts: list[int]) -> None:
    slow = [*WELL[:12], *({"week": 12 + week, "roster": 6, "present": 3 + week % 2} for week in range(12))]
    _, answers, _ = run(line({"id": 1, "weeks": slow}), options=("--sensitivity", sensitivity))
    assert answers == [{"id": 1, "alerts": alerts}]


def test_the_command_offers_every_sensitivity() -> None:
    assert list(cli.SENSITIVITIES) == [each.value for each in Sensitivity]


@pytest.mark.parametrize("options", [["-"], []])
def test_standard_input_is_read_when_no_file_is_named(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line(STALE))))
    assert cli.main(["backtest", *options], {}) == 0
    assert json.loads(capsys.readouterr().out)["alerts"] == [21, 26]


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in (tmp_path / "none.jsonl", tmp_path):
        assert cli.main(["backtest", str(place)], {}) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"buddybot: {place} cannot be read (")
        assert err.count("\n") == 1


def test_what_is_missing_or_null_is_no_data(run: Run) -> None:
    bare = [{"week": week, "present": None, "items": None, "roster": 6} for week in range(40, 50)]
    gaps = [{"week": week} for week in range(50, 60)]
    off = [{"week": week, "holiday": True, "roster": 6, "present": 0} for week in range(60, 70)]
    code, answers, complaints = run(line({"id": "a", "weeks": [*WELL, *bare, *gaps, *off]}))
    assert (code, answers, complaints) == (0, [{"id": "a", "alerts": []}], [])


def test_weeks_without_a_line_are_weeks_without_a_meeting(run: Run) -> None:
    fortnightly = [{**each, "week": 2 * number} for number, each in enumerate([*WELL, *EMPTY])]
    assert run(line({"id": "a", "weeks": fortnightly}))[1] == [{"id": "a", "alerts": [42, 48, 54]}]


def test_other_fields_are_ignored(run: Run) -> None:
    weeks = [{**each, "members": {"ana": [1, {"b": None}]}, "note": 1.5} for each in [*WELL, *EMPTY]]
    assert run(line({"id": "stale", "weeks": weeks, "kind": "sudden"}))[1] == run(line(STALE))[1]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"{", "it is not JSON"),
        (b"\xff\xfe\n", "it is not UTF-8"),
        (b"[1]\n", "it is not an object"),
        (b"null\n", "it is not an object"),
        (b'{"id": 1, "weeks": [{"week": 1, "present": NaN}]}\n', "it is not JSON"),
        (b'{"id": 1, "weeks": [{"week": 1, "present": -Infinity}]}\n', "it is not JSON"),
        (b'{"id": 1, "weeks": [{"week": 1' + b"0" * 5000 + b"}]}\n", "it is not JSON"),
        (b"[" * 200_000 + b"\n", "it is nested too deeply"),
        (b'{"id": 1, "weeks": ' + b'{"a":' * 200_000 + b"\n", "it is nested too deeply"),
        (line({"id": 1}), "weeks is not a list"),
        (line({"id": 1, "weeks": {}}), "weeks is not a list"),
        (line({"weeks": []}), "id is neither a text nor a whole number"),
        (line({"id": True, "weeks": []}), "id is neither a text nor a whole number"),
        (line({"id": None, "weeks": []}), "id is neither a text nor a whole number"),
        (line({"id": 1, "weeks": [3]}), "entry 1 of weeks is not an object"),
        (line({"id": 1, "weeks": [{}]}), "entry 1 of weeks has no week number from 0 to 1000000"),
        (meeting(week="3"), "entry 1 of weeks has no week number from 0 to 1000000"),
        (meeting(week=True), "entry 1 of weeks has no week number from 0 to 1000000"),
        (meeting(week=-1), "entry 1 of weeks has no week number from 0 to 1000000"),
        (meeting(week=1_000_001), "entry 1 of weeks has no week number from 0 to 1000000"),
        (meeting(holiday=1), "in week 3 holiday is neither true nor false"),
        (meeting(roster="6"), "in week 3 roster is not a whole number from 0 to 1000000"),
        (meeting(present=True), "in week 3 present is not a whole number from 0 to 1000000"),
        (meeting(present=5.0), "in week 3 present is not a whole number from 0 to 1000000"),
        (meeting(excused=-1), "in week 3 excused is not a whole number from 0 to 1000000"),
        (meeting(items=10**300), "in week 3 items is not a whole number from 0 to 1000000"),
        (meeting(done=[4]), "in week 3 done is not a whole number from 0 to 1000000"),
        (meeting(pulse_sum={}), "in week 3 pulse_sum is not a whole number from 0 to 1000000"),
        (meeting(present=7), "in week 3 present is more than roster"),
        (meeting(excused=7), "in week 3 excused is more than roster"),
        (meeting(pulse_n=7, pulse_sum=21), "in week 3 pulse_n is more than roster"),
        (meeting(done=10), "in week 3 done is more than items"),
        (meeting(pulse_sum=3), "in week 3 pulse_sum is not that of pulse_n ratings from 1 to 5"),
        (meeting(pulse_n=0, pulse_sum=1), "in week 3 pulse_sum is not that of pulse_n ratings from 1 to 5"),
        (meeting(pulse_sum=21), "in week 3 pulse_sum is not that of pulse_n ratings from 1 to 5"),
        (line({"id": 1, "weeks": [*WELL, WELL[4]]}), "week 4 follows week 19, and weeks may not fall"),
        (b'{"id": "' + b"a" * backtest.LONGEST_LINE + b'"}\n', "it is longer than 16777216 bytes"),
    ],
)
def test_a_bad_line_is_named_and_skipped(run: Run, bad: bytes, why: str) -> None:
    code, answers, complaints = run(line(FINE), bad.rstrip(b"\n") + b"\n", b"\n", line(STALE))
    assert complaints == [f"buddybot: line 2 is skipped: {why}."]
    assert [answer["id"] for answer in answers] == [7, "stale"]
    assert code == 1


def test_a_meeting_on_the_edge_of_what_is_possible_is_read(run: Run) -> None:
    edges = (
        meeting(present=6, excused=0, done=9, reporters=6, pulse_n=6, pulse_sum=30),
        meeting(roster=0, present=0, excused=0, items=0, done=0, reporters=0, pulse_n=0, pulse_sum=0),
        meeting(roster=1_000_000, present=0, items=1_000_000, done=0, week=0),
        meeting(roster=None, present=3, done=None, pulse_sum=None),
        meeting(items=None, reporters=None, pulse_n=None),
        line({"id": "\ud800 \u2028", "weeks": []}),
        b"\xef\xbb\xbf" + line(FINE),
    )
    for edge in edges:
        code, answers, complaints = run(edge, b" \r\n")
        assert (code, len(answers), complaints) == (0, 1, [])


def test_a_group_may_have_met_twice_in_a_week(run: Run) -> None:
    weeks = [*WELL, *EMPTY[:1], *EMPTY[:1]]
    apart = [*WELL, *EMPTY[:2]]
    assert run(line({"id": 1, "weeks": weeks}))[1:] == ([{"id": 1, "alerts": [20]}], [])
    assert run(line({"id": 1, "weeks": apart}))[1:] == ([{"id": 1, "alerts": [21]}], [])


def test_somebody_may_report_of_whom_it_is_not_known_whether_they_came(run: Run) -> None:
    code, answers, complaints = run(meeting(reporters=7))
    assert (code, len(answers), complaints) == (0, 1, [])


def test_the_last_line_may_end_without_a_line_break(run: Run) -> None:
    assert len(run(line(FINE), line(FINE).rstrip(b"\n"))[1]) == 2
    code, answers, complaints = run(line(FINE), b"x" * (backtest.LONGEST_LINE + 5))
    assert (code, len(answers), len(complaints)) == (1, 1, 1)


class Feed(io.RawIOBase):
    """So many lines, each made when it is asked for; then `asked` is called."""

    def __init__(self, lines: int, asked: Callable[[], None]) -> None:
        self._left = lines
        self._asked = asked

    def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002  # none is longer
        if not self._left:
            return b""
        self._left -= 1
        self._asked()
        return line(STALE)


def test_a_group_is_answered_before_the_next_is_read_and_then_forgotten() -> None:
    out = io.StringIO()
    answered: list[int] = []
    feed = Feed(50, lambda: answered.append(out.getvalue().count("\n")))
    assert backtest.replay(feed, out, io.StringIO(), Sensitivity.NORMAL) == 0  # type: ignore[arg-type]  # reads as one
    assert answered == list(range(50))


def test_a_line_that_is_too_long_is_never_held_whole() -> None:
    asked: list[int] = []

    class Endless(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            asked.append(-1 if size is None else size)
            return super().readline(size)

    source = Endless(b"x" * (3 * backtest.LONGEST_LINE) + b"\n" + line(FINE))
    out, complaints = io.StringIO(), io.StringIO()
    assert backtest.replay(source, out, complaints, Sensitivity.NORMAL) == 1
    assert max(asked) <= backtest.LONGEST_LINE + 1
    assert min(asked) > 0
    assert complaints.getvalue().startswith("buddybot: line 1 is skipped")
    assert json.loads(out.getvalue())["id"] == 7


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "groups.jsonl"
    file.write_bytes(line(STALE) * 3000)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "buddybot", "backtest", str(file)],
            cwd=PACKAGE.parent,
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_backtest_loads_neither_discord_nor_a_database(tmp_path: Path) -> None:
    file = tmp_path / "groups.jsonl"
    file.write_bytes(line(STALE))
    program = (
        f"import sys\nfrom buddybot import cli\ncli.main(['backtest', {str(file)!r}], {{}})\n"
        "heavy = ('discord', 'aiosqlite', 'asyncpg', 'apscheduler')\n"
        "sys.exit([name for name in heavy if name in sys.modules] or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


WEEK = st.fixed_dictionaries(
    {},
    optional={
        "holiday": st.sampled_from([False, False, False, True, None]),
        "roster": st.just(6),
        "present": st.one_of(st.none(), st.integers(0, 6)),
        "items": st.integers(5, 9),
        "done": st.integers(0, 5),
        "reporters": st.integers(0, 6),
    },
)


@given(st.lists(WEEK, max_size=25), st.data())
def test_each_week_is_decided_before_the_next(weeks: list[dict[str, Any]], data: st.DataObject) -> None:
    numbered = [{"week": number, **week} for number, week in enumerate(weeks)]
    until = data.draw(st.integers(0, len(weeks)))
    whole, part = answer(numbered), answer(numbered[:until])
    assert part == [week for week in whole if week < until]


def answer(weeks: list[dict[str, Any]]) -> list[int]:
    out = io.StringIO()
    assert backtest.replay(io.BytesIO(line({"id": 1, "weeks": weeks})), out, out, Sensitivity.NORMAL) == 0
    found: list[int] = json.loads(out.getvalue())["alerts"]
    return found


@given(st.binary(max_size=300))
def test_no_line_whatever_it_holds_stops_the_others(noise: bytes) -> None:
    out, complaints = io.StringIO(), io.StringIO()
    backtest.replay(io.BytesIO(noise + b"\n" + line(FINE)), out, complaints, Sensitivity.NORMAL)
    assert json.loads(out.getvalue().splitlines()[-1])["id"] == 7


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["week", "roster", "present", "holiday"]), inner, max_size=4),
    ),
)


@given(st.lists(JSON, max_size=4))
def test_whatever_stands_in_the_weeks_is_answered_or_named(weeks: list[Any]) -> None:
    out, complaints = io.StringIO(), io.StringIO()
    code = backtest.replay(io.BytesIO(line({"id": 1, "weeks": weeks})), out, complaints, Sensitivity.NORMAL)
    assert (out.getvalue() == "") == (complaints.getvalue() != "") == (code == 1)


def test_any_iterable_of_weeks_can_be_replayed() -> None:
    def history() -> Iterator[Tally]:
        yield from (Tally(week, roster=6, present=5 if week < 10 else 0) for week in range(14))

    assert list(backtest.alert_weeks(history())) == [11]
    assert list(backtest.alert_weeks(history(), sensitivity=Sensitivity.QUIET)) == [11]


# -- a group of the bot's own database ---------------------------------------------------------------


async def in_database(url: str) -> tuple[int, list[int]]:
    """Write a group that goes stale into a database; return its number and the weeks of its last meetings."""
    database = await connect(url)
    try:
        builder = Builder(database)
        builder.now = START
        group = await builder.add_group()
        people = [UserId(number) for number in range(1, 7)]
        past = [*[PastMeeting()] * 12, *[PastMeeting(came=1)] * 4]
        meetings = await builder.write(lambda tx: lived(tx, group, people, past, until=builder.now))
        return group.id, [week_of(each.day) for each in meetings[12:]]
    finally:
        await database.close()


def test_a_real_group_is_replayed_from_the_same_rows_as_the_bot_decides_by(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    group, falling = asyncio.run(in_database(database_url))
    command = ["backtest", "--from-database", str(group)]
    assert cli.main(command, _environment(database_url)) == 0
    [answer] = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert answer["id"] == group
    assert len(answer["alerts"]) == 1
    assert answer["alerts"][0] in falling
    assert cli.main([*command, "--sensitivity", "quiet"], _environment(database_url)) == 0
    [quiet] = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert quiet["alerts"] >= answer["alerts"]


async def _half_of_a_guild(url: str) -> tuple[int, list[int]]:
    """Write five groups of which half come from the first day; return one, and the weeks of its meetings."""
    database = await connect(url)
    try:
        builder = Builder(database)
        people, past = [UserId(number) for number in range(1, 7)], [PastMeeting(came=2)] * 10
        for number in range(5):
            group = await builder.add_group(f"Birch {number}", channel=300 + number)
            meetings = await builder.write(
                lambda tx, group=group: lived(tx, group, people, past, until=builder.now)  # type: ignore[misc]  # bound early
            )
        return group.id, [week_of(each.day) for each in meetings]
    finally:
        await database.close()


def test_what_is_usual_in_a_guild_is_learned_from_the_weeks_up_to_then(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    group, weeks = asyncio.run(_half_of_a_guild(database_url))
    assert asyncio.run(replay_group(database_url, group, "normal", now=START)) == 0
    # Nothing was learned yet when the alert came: so few were below what is usual elsewhere.
    assert json.loads(capsys.readouterr().out)["alerts"] == [weeks[2]]


def test_an_unknown_group_and_a_database_that_is_behind_are_said_in_a_sentence(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["backtest", "--from-database", "987"], _environment(database_url)) == 2
    assert capsys.readouterr().err == (
        "buddybot: The database has no group 987: its groups are in the table groups.\n"
    )
    empty = f"sqlite:///{(tmp_path / 'empty.db').as_posix()}"
    assert cli.main(["backtest", "--from-database", "1"], _environment(empty)) == 2
    assert "run `buddybot migrate` first" in capsys.readouterr().err
    assert cli.main(["backtest", "--from-database", "1", "groups.jsonl"], {}) == 2
    assert "not both" in capsys.readouterr().err


def _environment(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url}
