"""The lint list: what it must find, and what it must let pass."""

from datetime import timedelta
from typing import Any

import pytest

from tests.contract import lint, payloads
from tests.contract.payloads import NOW, Call, button, option, row, select, text


def card(*components: object, **changes: object) -> Call:
    """A Components V2 message."""
    base = payloads.CARD.json
    return Call("POST", payloads.MESSAGES, {**base, "components": list(components), **changes})


def plain(**changes: object) -> Call:
    """An ordinary message."""
    return Call("POST", payloads.MESSAGES, {**payloads.PLAIN.json, **changes})


def modal(*components: object, **changes: object) -> Call:
    """A modal."""
    inner = payloads.MODAL.json["data"]
    shown = {**inner, "components": list(components) or inner["components"], **changes}
    return Call("POST", payloads.CALLBACK, {"type": 9, "data": shown})


def command(**changes: object) -> Call:
    """The registration of one command."""
    return Call("PUT", payloads.COMMANDS, [{"name": "next", "description": "The next meeting", **changes}])


def event(**changes: object) -> Call:
    """A scheduled event."""
    return Call("POST", payloads.EVENTS, {**payloads.EVENT.json, **changes})


def described(name: str, **changes: object) -> dict[str, Any]:
    """An option of a command."""
    return {"type": 3, "name": name, "description": "A thing", **changes}


def label(**component: object) -> dict[str, Any]:
    """A labelled text input."""
    return {
        "type": 18,
        "label": "A win",
        "component": {"type": 4, "custom_id": "win", "style": 1, **component},
    }


PAST = (NOW - timedelta(minutes=1)).isoformat()
NO_TEXT = {"type": 2, "style": 2, "custom_id": "b"}
CASES: list[tuple[str, Call, str]] = [
    ("event in the past", event(scheduled_start_time=PAST), "starts in the past"),
    ("event is over", event(scheduled_start_time=PAST, scheduled_end_time=PAST), "ends in the past"),
    ("event ends first", event(scheduled_end_time="2026-03-06T18:59:00+00:00"), "ends before it starts"),
    ("event lasts no time", event(scheduled_end_time="2026-03-06T19:00:00+00:00"), "ends before it starts"),
    ("event without an end", event(scheduled_end_time=None), "without an end"),
    (
        "moved to the past",
        Call("PATCH", f"{payloads.EVENTS}/1", {"scheduled_start_time": PAST}),
        "in the past",
    ),
    ("event without a name", event(name=" "), "without a name"),
    ("upper case", command(name="Next"), "not lower case"),
    ("upper case option", command(options=[described("Days")]), "not lower case"),
    ("upper case translation", command(name_localizations={"de": "Nächstes"}), "not lower case"),
    ("a space in a name", command(name="next one"), "is no name"),
    ("empty description", command(description=""), "no description"),
    ("the library's ellipsis", command(options=[described("days", description="…")]), "no description"),
    (
        "required after optional",
        command(options=[described("a"), described("b", required=True)]),
        "after an optional",
    ),
    (
        "101 commands",
        Call("PUT", payloads.COMMANDS, [{"name": f"c{n}", "description": "d"} for n in range(101)]),
        "101 commands",
    ),
    ("8,001 characters", command(description="d" * (8_001 - len("next"))), "8001 characters"),
    ("8,000 in translation", command(description_localizations={"de": "d" * 8_000}), "8004 characters"),
    (
        "one name twice",
        Call("PUT", payloads.COMMANDS, [{"name": "a", "description": "d"}] * 2),
        "two commands",
    ),
    (
        "choices and autocomplete",
        command(options=[described("a", autocomplete=True, choices=[{"name": "x", "value": "x"}])]),
        "exclude each other",
    ),
    (
        "26 choices",
        command(options=[described("a", choices=[{"name": str(n), "value": "x"} for n in range(26)])]),
        "26 choices",
    ),
    ("eleven files", plain(attachments=[{"id": n} for n in range(11)]), "more than 10 files"),
    ("empty field name", plain(embeds=[{"fields": [{"name": " ", "value": "v"}]}]), "empty name"),
    ("embeds too long", plain(embeds=[{"description": "d" * 4_000}] * 2), "8000 characters"),
    ("naked button", card(row(NO_TEXT)), "neither label nor emoji"),
    (
        "naked map button",
        card({"type": 9, "components": [text("a")], "accessory": NO_TEXT}),
        "neither label nor emoji",
    ),
    ("dead button", card(row({"type": 2, "style": 2, "label": "Going"})), "needs a custom_id"),
    ("link without an address", card(row({"type": 2, "style": 5, "label": "Map"})), "needs a url"),
    ("long topic", Call("PATCH", "/channels/1", {"topic": "t" * 1_025}), "topic of 1025"),
    (
        "long topic of a new channel",
        Call("POST", "/guilds/1/channels", {"name": "a", "topic": "t" * 1_025}),
        "topic of 1025",
    ),
    ("long custom_id", card(row(button("b" * 101))), "custom_id of 101"),
    ("one custom_id twice", card(row(button("b")), row(button("b"))), "'b' 2 times"),
    (
        "one custom_id in a row and a section",
        card(row(button("b")), {"type": 9, "components": [text("a")], "accessory": button("b")}),
        "'b' 2 times",
    ),
    (
        "text displays too long",
        card(text("a" * 2_001), {"type": 17, "components": [text("b" * 2_000)]}),
        "4001 characters",
    ),
    ("content too long", plain(content="c" * 2_001), "content of 2001"),
    ("content beside a card", card(text("a"), content="b"), "beside Components V2"),
    ("card without the flag", card(text("a"), flags=0), "without the flag"),
    ("41 components", card(*[text("a")] * 41), "41 components"),
    ("41 with those inside", card(*[{"type": 17, "components": [text("a")] * 20}] * 2), "42 components"),
    ("six rows", plain(components=[row(button(str(n))) for n in range(6)]), "6 rows"),
    ("select shares its row", card(row(select(), button())), "shares its row"),
    ("no options", card(row(select(options=[]))), "0 options"),
    ("26 options", card(row(select(options=[option(n) for n in range(26)]))), "26 options"),
    (
        "long option",
        card(row(select(options=[{"label": "a" * 101, "value": "1"}]))),
        "label is longer than 100",
    ),
    ("one value twice", card(row(select(options=[option(1)] * 2))), "one value"),
    ("wants more than it has", card(row(select(max_values=3))), "up to 3 values but offers 2"),
    ("least above most", card(row(select(min_values=2))), "at least 2 and at most 1"),
    ("long placeholder", card(row(select(placeholder="p" * 151))), "placeholder of 151"),
    ("long modal title", modal(title="t" * 46), "modal title of 46"),
    ("long label", modal({**label(), "label": "l" * 46}), "label of 46"),
    ("six in a modal", modal(*[text("a")] * 6), "6 components"),
    (
        "26 options in a modal",
        modal({"type": 18, "label": "Which", "component": select(options=[option(n) for n in range(26)])}),
        "26 options",
    ),
    ("value over its maximum", modal(label(value="four", max_length=3)), "longer than its 3"),
    ("one id twice in a modal", modal(label(), label()), "'win' 2 times"),
    ("everybody by default", plain(allowed_mentions=None), "without allowed_mentions"),
    ("everybody by omission", card(text("a"), allowed_mentions={}), "without allowed_mentions"),
    (
        "edited card",
        Call("PATCH", f"{payloads.MESSAGES}/1", {"components": [text("a")], "flags": 1 << 15}),
        "without allowed_mentions",
    ),
    (
        "reply",
        Call("POST", payloads.CALLBACK, {"type": 4, "data": {"content": "a"}}),
        "without allowed_mentions",
    ),
    (
        "update",
        Call("POST", payloads.CALLBACK, {"type": 7, "data": {"content": "a"}}),
        "without allowed_mentions",
    ),
    ("follow-up", Call("POST", "/webhooks/1/t", {"content": "a"}), "without allowed_mentions"),
    (
        "answer edited",
        Call("PATCH", "/webhooks/1/t/messages/@original", {"content": "a"}),
        "without allowed_mentions",
    ),
    ("everyone", plain(allowed_mentions={"parse": ["everyone"]}), "parses everyone"),
    ("roles", plain(allowed_mentions={"parse": ["roles", "users"]}), "parses roles, users"),
    ("named roles", plain(allowed_mentions={"parse": [], "roles": ["1"]}), "names roles"),
]


@pytest.mark.parametrize(("call", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_fault_is_found_and_named(call: Call, expected: str) -> None:
    found = [finding.message for finding in lint.findings([call], now=NOW)]
    assert any(expected in message for message in found), found


@pytest.mark.parametrize("name", payloads.GOOD)
def test_a_good_request_passes(name: str) -> None:
    assert lint.findings([payloads.GOOD[name]], now=NOW) == []


@pytest.mark.parametrize(
    "call",
    [
        command(description="d" * (8_000 - len("next"))),
        plain(content="c" * 2_000),
        card(text("a" * 4_000)),
        card(*[text("a")] * 40),
        card(row(select(options=[option(n) for n in range(25)], placeholder="p" * 150))),
        modal(*[text("a")] * 5, title="t" * 45),
        event(scheduled_start_time=(NOW + timedelta(seconds=1)).isoformat()),
        Call("PATCH", f"{payloads.EVENTS}/1", {"status": 4}),
        Call("PATCH", f"{payloads.MESSAGES}/1", {"components": [row(button())]}),
        Call("PUT", payloads.COMMANDS, [{"name": f"c{n}", "description": "d"} for n in range(100)]),
    ],
    ids=lambda call: f"{call.method} {str(call.json)[:30]}",
)
def test_the_limit_itself_passes(call: Call) -> None:
    assert lint.findings([call], now=NOW) == []
