"""The check against Discord's description: what it must find, and what it must let pass."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract import deviations, openapi, payloads
from tests.contract.payloads import Bad, Call

pytestmark = pytest.mark.usefixtures("description")


def body(change: Callable[[Any], object]) -> Callable[[Call], object]:
    """A fault planted in the JSON of a request."""
    return lambda call: change(call.json)


def data(change: Callable[[Any], object]) -> Callable[[Call], object]:
    """A fault planted in the data of a callback."""
    return lambda call: change(call.json["data"])


def query(**params: object) -> Callable[[Call], object]:
    """Names added to the query."""
    return lambda call: call.params.update(params)


BAD = [
    Bad("unknown operation", Call("POST", "/channels/1/nonsense"), lambda _: None, "no such operation"),
    Bad("unknown method", Call("PUT", payloads.MESSAGES, {}), lambda _: None, "no such operation"),
    Bad("path id", Call("GET", "/channels/general/messages"), lambda _: None, "{channel_id} in the path"),
    Bad("unknown query", payloads.HISTORY, query(page=2), "query page is not described"),
    Bad("query too large", payloads.HISTORY, query(limit=500), "query limit"),
    Bad("query of a wrong type", payloads.HISTORY, query(limit="many"), "query limit"),
    Bad("query id", payloads.HISTORY, query(after="yesterday"), "query after"),
    Bad("query boolean", payloads.FOLLOW_UP, query(wait="perhaps"), "query wait"),
    Bad("missing body", Call("POST", payloads.MESSAGES), lambda _: None, "the body is missing"),
    Bad(
        "body of a delete",
        Call("DELETE", payloads.DELETE.path, {"a": 1}),
        lambda _: None,
        "none is described",
    ),
    Bad(
        "unknown name", payloads.PLAIN, body(lambda m: m.update(contents="x")), "'contents' is not described"
    ),
    Bad("content is no text", payloads.PLAIN, body(lambda m: m.update(content=5)), "$.content"),
    Bad("too long a nonce", payloads.PLAIN, body(lambda m: m.update(nonce="n" * 26)), "$.nonce"),
    Bad("eleven embeds", payloads.PLAIN, body(lambda m: m.update(embeds=m["embeds"] * 11)), "$.embeds"),
    Bad(
        "field without value",
        payloads.PLAIN,
        body(lambda m: m["embeds"][0]["fields"][0].pop("value")),
        "'value'",
    ),
    Bad("embed url", payloads.PLAIN, body(lambda m: m["embeds"][0].update(url="lumen")), "is not a 'uri'"),
    Bad("embed time", payloads.PLAIN, body(lambda m: m["embeds"][0].update(timestamp="noon")), "'date-time'"),
    Bad(
        "mention kind", payloads.PLAIN, body(lambda m: m["allowed_mentions"].update(parse=["here"])), "parse"
    ),
    Bad("unknown component", payloads.CARD, body(lambda m: m["components"].append({"type": 99})), "type 99"),
    Bad(
        "button at the top",
        payloads.CARD,
        body(lambda m: m["components"].append(payloads.button())),
        "type 2",
    ),
    Bad(
        "row of six",
        payloads.PLAIN,
        body(lambda m: m["components"][0].update(components=[payloads.button(str(n)) for n in range(6)])),
        "too long",
    ),
    Bad(
        "style of a button",
        payloads.PLAIN,
        body(lambda m: m["components"][0]["components"][0].update(style=9)),
        "style",
    ),
    Bad(
        "no options",
        payloads.PLAIN,
        body(lambda m: m["components"][1]["components"][0].update(options=[])),
        "options",
    ),
    Bad(
        "colour",
        payloads.CARD,
        body(lambda m: m["components"][0].update(accent_color=1 << 24)),
        "accent_color",
    ),
    Bad(
        "empty container",
        payloads.EDIT,
        body(lambda m: m["components"][0].update(components=[])),
        "components",
    ),
    Bad("callback type", payloads.MODAL, body(lambda m: m.update(type=99)), "type 99 is not possible"),
    Bad(
        "modal in a modal",
        payloads.MODAL,
        data(lambda d: d["components"].append(payloads.CARD.json)),
        "$.data",
    ),
    Bad("modal without an id", payloads.MODAL, data(lambda d: d.pop("custom_id")), "'custom_id'"),
    Bad("26 suggestions", payloads.CHOICES, data(lambda d: d.update(choices=d["choices"] * 26)), "too long"),
    Bad(
        "long suggestion",
        payloads.CHOICES,
        data(lambda d: d["choices"][0].update(name="n" * 101)),
        "too long",
    ),
    Bad("long command", payloads.SYNC, body(lambda c: c[0].update(name="n" * 33)), "$[0].name"),
    Bad("unknown option", payloads.SYNC, body(lambda c: c[0]["options"][0].update(type=40)), "type 40"),
    Bad(
        "option without text",
        payloads.SYNC,
        body(lambda c: c[0]["options"][0]["options"][0].pop("description")),
        "'description'",
    ),
    Bad(
        "event without a place", payloads.EVENT, body(lambda e: e.pop("entity_metadata")), "'entity_metadata'"
    ),
    Bad(
        "naive event",
        payloads.EVENT,
        body(lambda e: e.update(scheduled_start_time="2026-03-06T19:00:00")),
        "'date-time'",
    ),
    Bad("kind of event", payloads.EVENT, body(lambda e: e.update(entity_type=7)), "entity_type 7"),
    Bad("permissions as words", payloads.ROLE, body(lambda r: r.update(permissions="all")), "$.permissions"),
    Bad("recipient by name", payloads.DIRECT, body(lambda d: d.update(recipient_id="Ana")), "$.recipient_id"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_fault_is_found_and_named(bad: Bad) -> None:
    found = [finding.message for finding in openapi.findings([bad.call()])]
    assert any(bad.expected in message for message in found), found


@pytest.mark.parametrize("name", payloads.GOOD)
def test_a_good_request_passes(name: str) -> None:
    assert openapi.findings([payloads.GOOD[name]]) == []


def test_each_deviation_is_one() -> None:
    bare = openapi.Contract(openapi.document(), allowed=())
    for deviation in deviations.PROPERTIES:
        for place in deviation.places:
            schema = bare.operation(place).body if " " in place else bare.schema(place)
            assert schema is not None
            described = schema["properties"].get(deviation.prop)
            assert described is None or described["type"] == ["integer", "null"], (place, deviation)


def test_each_undescribed_query_is_one() -> None:
    paths = openapi.document()["paths"]
    for name, parameter in deviations.QUERIES:
        method, path = name.split()
        described = paths[path][method.lower()].get("parameters", ())
        assert parameter not in {one["name"] for one in described}


def test_a_finding_reads_as_a_sentence_with_its_request() -> None:
    finding = openapi.findings([Call("DELETE", "/nowhere")])[0]
    assert str(finding) == "DELETE /nowhere: Discord describes no such operation"
