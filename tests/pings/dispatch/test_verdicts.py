"""Each of Discord's answers means one thing, whatever was asked for."""

import pytest

from buddybot.pings.dispatch.verdicts import Verdict, is_blocked, judge_answer


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (403, 50001, Verdict.CLOSED),
        (403, 50013, Verdict.CLOSED),
        (403, 50007, Verdict.CLOSED),
        (403, 50278, Verdict.CLOSED),
        (400, 50083, Verdict.CLOSED),
        (403, 160005, Verdict.CLOSED),
        (400, 50008, Verdict.CLOSED),
        (400, 50024, Verdict.CLOSED),
        (403, 50009, Verdict.CLOSED),
        (400, 30038, Verdict.CLOSED),
        (400, 30005, Verdict.CLOSED),
        (403, 99_999, Verdict.CLOSED),
        (404, 10003, Verdict.GONE),
        (404, 10004, Verdict.GONE),
        (404, 10007, Verdict.GONE),
        (404, 10008, Verdict.GONE),
        (404, 10011, Verdict.GONE),
        (404, 10013, Verdict.GONE),
        (404, 10070, Verdict.GONE),
        (400, 50033, Verdict.GONE),
        (403, 50005, Verdict.GONE),
        (400, 180000, Verdict.GONE),
        (404, 99_999, Verdict.GONE),
        (400, 50035, Verdict.OURS),
        (400, 50006, Verdict.OURS),
        (400, 50109, Verdict.OURS),
        (413, 40005, Verdict.OURS),
        (405, 0, Verdict.OURS),
        (400, 0, Verdict.OURS),
        (400, 200000, Verdict.OURS),
        (403, 200000, Verdict.OURS),
        (400, 200001, Verdict.OURS),
        (400, 240000, Verdict.OURS),
        (403, 20009, Verdict.OURS),
        (429, 0, Verdict.BUSY),
        (429, 20028, Verdict.BUSY),
        (400, 20016, Verdict.BUSY),
        (429, 30046, Verdict.BUSY),
        (400, 40003, Verdict.BUSY),
        (403, 40004, Verdict.BUSY),
        (503, 130000, Verdict.BUSY),
        (408, 0, Verdict.UNCLEAR),
        (500, 0, Verdict.UNCLEAR),
        (503, 0, Verdict.UNCLEAR),
        (524, 0, Verdict.UNCLEAR),
        (403, 40333, Verdict.UNREACHABLE),
        (429, 40333, Verdict.UNREACHABLE),
        (403, 0, Verdict.UNREACHABLE),
        (401, 0, Verdict.UNAUTHORIZED),
        (401, 50014, Verdict.UNAUTHORIZED),
        (404, 10062, Verdict.LATE),
        (404, 10015, Verdict.LATE),
        (400, 40060, Verdict.LATE),
        (401, 50027, Verdict.LATE),
    ],
)
def test_an_answer_is_judged_by_its_code_and_then_by_its_status(
    status: int, code: int, verdict: Verdict
) -> None:
    assert judge_answer(status, code) is verdict


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 451])
def test_an_answer_that_is_no_json_comes_from_something_before_discord(status: int) -> None:
    assert judge_answer(status, 0, from_discord=False) is Verdict.UNREACHABLE


@pytest.mark.parametrize(
    ("status", "verdict"), [(408, Verdict.UNCLEAR), (429, Verdict.BUSY), (502, Verdict.UNCLEAR)]
)
def test_what_may_have_arrived_or_is_to_wait_stays_so_without_json(status: int, verdict: Verdict) -> None:
    assert judge_answer(status, 0, from_discord=False) is verdict


@pytest.mark.parametrize(("code", "blocked"), [(200000, True), (240000, True), (50035, False)])
def test_blocked_words_are_told_from_a_fault_of_the_request(code: int, blocked: bool) -> None:
    assert is_blocked(code) is blocked
