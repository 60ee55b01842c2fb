"""Every benchmark runs, on a small scale, and judges what it found; no test here looks at a clock."""

import asyncio
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import __main__ as every
from bench import exports, growth, herd, memory, outbox, rotation, slash, start, storage
from bench.support.report import Report, Verdict, conclude, table
from bench.support.timing import Heartbeat, Rounds, interleaved
from buddybot.domain.groups.groups import Rotation

pytestmark = pytest.mark.slow


def verdict(figure: float, *, sense: str = ">=", goal: float = 1.0) -> Verdict:
    return Verdict(claim="speed", figure=figure, sense="<=" if sense == "<=" else ">=", goal=goal)


@pytest.mark.parametrize(
    ("figure", "sense", "met"),
    [(1.0, ">=", True), (0.99, ">=", False), (1.0, "<=", True), (1.01, "<=", False)],
)
def test_a_goal_is_met_up_to_its_edge(figure: float, sense: str, met: bool) -> None:
    assert verdict(figure, sense=sense).met is met


def test_one_missed_goal_is_an_exit_code_of_1(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Report("good", verdicts=[verdict(2.0)]), Report("bad", verdicts=[verdict(2.0), verdict(0.5)])
    assert conclude([good]) == 0
    assert conclude([good, bad]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["bad", "speed", "0.50", "x", ">=", "1", "x", "MISSED"]


def test_what_was_left_out_is_said_below_the_table() -> None:
    assert table([Report("storage", skipped=["no server."])]).splitlines()[-1] == "storage: no server."


async def test_contenders_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def contender(name: str) -> Callable[[], "asyncio.Future[float]"]:
        def turn() -> "asyncio.Future[float]":
            order.append(name)
            done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
            done.set_result(float(len(order)))
            return done

        return turn

    found = await interleaved({"a": contender("a"), "b": contender("b")}, rounds=2)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found.figures == {"a": (4.0, 5.0), "b": (3.0, 6.0)}


def test_ratios_compare_within_a_round() -> None:
    rounds = Rounds({"fast": (2.0, 40.0, 6.0), "slow": (1.0, 10.0, 3.0)})
    assert rounds.ratio("fast", "slow") == 2.0
    assert rounds.median("fast") == 6.0


async def test_the_heartbeat_feels_a_deaf_loop() -> None:
    beats = 0
    with Heartbeat() as heart:
        while heart.longest == 0.0:
            beats += 1
            await asyncio.sleep(0)
    assert beats > 0


@pytest.mark.usefixtures("postgres")
async def test_storage_runs_and_judges() -> None:
    report = await storage.measure(storage.Size(rounds=1, transactions=64))
    assert [each.goal for each in report.verdicts] == [0.45, 2.0, 2.5, 0.8, 0.8]
    assert all(each.figure > 0 for each in report.verdicts)
    assert len(report.figures) == 8


async def test_storage_without_a_server_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDDYBOT_TEST_POSTGRES", "postgres://nobody@127.0.0.1:1/none")
    report = await storage.measure(storage.Size(rounds=1, transactions=64))
    assert len(report.verdicts) == 3
    assert "PostgreSQL was left out" in report.skipped[0]


async def test_the_outbox_runs_and_judges() -> None:
    size = outbox.Size(rounds=1, claims=120, herd=120, herds=1, messages=40, channels=(20, 300))
    report = await outbox.measure(size)
    assert [(each.sense, each.goal) for each in report.verdicts] == [
        (">=", 0.65),
        ("<=", 20.0),
        ("<=", 0.05),
        (">=", 0.88),
        ("<=", 0.1),
        ("<=", 1.5),
    ]
    assert all(each.figure > 0 for each in report.verdicts if each.unit != "%")
    assert report.skipped == []


def test_the_herd_is_judged_by_the_bots_own_part_and_by_the_clock() -> None:
    report = Report("herd")
    heart = Heartbeat()
    heart.longest, heart.caused = 0.03, 0.01
    herd.judge(report, 10_000, [heart], [1.0], 2.0)
    assert [each.figure for each in report.verdicts] == pytest.approx([10.0, 0.015])
    assert report.met


@pytest.mark.usefixtures("postgres")
async def test_slash_commands_run_on_both_engines_and_are_judged() -> None:
    report = await slash.measure(slash.Size(rounds=1, commands=64))
    assert [(each.sense, each.goal) for each in report.verdicts] == [
        (">=", goal) for goal in (0.40, 0.40, 0.45, 0.30, 2.0)
    ]
    assert all(each.figure > 0 for each in report.verdicts)


async def test_servers_are_weighed_and_weigh_less_than_the_librarys() -> None:
    report = await memory.measure(memory.Size(rounds=1, guilds=600))
    assert [(each.sense, each.goal) for each in report.verdicts] == [("<=", 0.35)]
    assert 0 < report.verdicts[0].figure < 1


async def test_growth_runs_and_judges() -> None:
    report = await growth.measure(growth.Size(groups=(40, 80), rounds=1, sample=5))
    assert [(each.sense, each.goal) for each in report.verdicts] == [("<=", 1.3)] * 3
    assert all(each.figure > 0 for each in report.verdicts)
    assert report.figures[0].startswith("40 groups: ")


async def test_the_rotations_are_played_and_judged_and_come_out_the_same_again() -> None:
    report = await rotation.measure(rotation.Size(seeds=4))
    assert [(each.sense, each.goal) for each in report.verdicts] == [
        ("<=", goal) for goal in (2.5, 2.5, 0.5, 1.0, 8.0)
    ]
    assert report.met
    assert all(each.figure > 0 for each in report.verdicts)
    assert len(report.figures) == 1 + len(Rotation) + 4
    assert await rotation.measure(rotation.Size(seeds=4)) == report


def test_rules_that_are_no_fairer_than_a_fixed_place_miss_every_goal() -> None:
    found = [rotation.outcomes_of(seed, 52) for seed in range(4)]
    poor = {name: [each["fixed"] for each in found] for name in found[0]}
    poor["round robin"] = [each["round robin"] for each in found]
    assert not any(each.met for each in rotation.verdicts(poor))


def test_how_unequal_minutes_are() -> None:
    assert rotation.gini([7, 7, 7]) == pytest.approx(0.0)
    assert rotation.gini([0, 0, 0, 12]) == pytest.approx(0.75)
    assert rotation.gini([3, 1]) == rotation.gini([10, 30]) == pytest.approx(0.25)
    assert rotation.gini([0, 0]) == 0.0


@pytest.mark.usefixtures("postgres")
async def test_the_start_runs_and_judges() -> None:
    report = await start.measure(rounds=1)
    assert [each.goal for each in report.verdicts] == [1.6, 1.8]
    assert all(each.figure > 0 for each in report.verdicts)


async def test_the_exports_run_and_judge() -> None:
    report = await exports.measure(rounds=1, rows=1000)
    assert [(each.sense, each.goal) for each in report.verdicts] == [("<=", 1.5), ("<=", 3.0)]
    assert all(each.figure > 0 for each in report.verdicts)
    assert len(report.figures) == 7


@pytest.mark.parametrize("path", sorted(Path(every.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_runs_when_asked_and_with_all_others(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = runpy.run_path(str(path), run_name="imported")
    assert capsys.readouterr().out == ""
    if "measure" in found:
        assert path.stem in {measure.__module__.rpartition(".")[2] for measure in every.BENCHMARKS}
