"""Zones come from an allow-list, and nothing a person types reaches the file system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain import zones
from buddybot.domain.errors import Refusal

HOSTILE = [
    "",
    " ",
    "US",
    "US/Eastern",
    "America",
    "america/new_york",
    "Europe/Berlin ",
    "Europe/Berlin\0",
    "../../etc/passwd",
    "/etc/localtime",
    "posix/Europe/Berlin",
    "right/UTC",
    "Etc/UTC",
    "Etc/GMT+5",
    "GMT",
    "EST5EDT",
    "Japan",
    "localtime",
    "posixrules",
    "Factory",
    "SystemV/EST5",
    "Mars/Olympus",
    "\ud800",
    "Europe/" + "x" * 100_000,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_outside_the_list_is_refused_and_never_reaches_zoneinfo(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones.allowed()
    seen: list[str] = []
    monkeypatch.setattr("zoneinfo.ZoneInfo", seen.append)
    with pytest.raises(Refusal) as refusal:
        zones.zone(name)
    assert refusal.value.code == "zone.unknown"
    assert len(str(refusal.value.parameters["zone"])) <= 40
    assert seen == []


def test_every_allowed_zone_loads() -> None:
    assert len(zones.allowed()) > 400
    for name in zones.allowed():
        assert str(zones.zone(name)) == name


def test_utc_is_the_only_zone_without_a_city() -> None:
    assert {name for name in zones.allowed() if "/" not in name} == {"UTC"}
    assert {name.split("/")[0] for name in zones.allowed()} == zones.REGIONS | {"UTC"}


def test_the_common_zones_are_allowed_and_offered_when_nothing_is_typed() -> None:
    assert set(zones.COMMON) <= zones.allowed()
    assert zones.search("  ") == list(zones.COMMON)
    assert len(zones.search("")) == 25


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("york", "America/New_York"),
        ("new york", "America/New_York"),
        ("BERL", "Europe/Berlin"),
        ("europe/ber", "Europe/Berlin"),
        ("São Paulo", "America/Sao_Paulo"),
        ("buenos", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("au-prince", "America/Port-au-Prince"),
    ],
)
def test_a_search_finds_the_city_first(query: str, first: str) -> None:
    assert zones.search(query)[0] == first


def test_a_city_that_begins_with_the_query_comes_before_one_that_contains_it() -> None:
    found = zones.search("lima")
    assert found[0] == "America/Lima"
    found = zones.search("ac", limit=1000)
    assert found.index("Africa/Accra") < found.index("America/Curacao")


@given(st.text(max_size=80), st.integers(1, 25))
def test_a_search_never_fails_and_offers_only_allowed_zones(query: str, limit: int) -> None:
    found = zones.search(query, limit=limit)
    assert len(found) <= limit
    assert set(found) <= zones.allowed()


@pytest.mark.parametrize("raw", ["europe/berlin", "Europe/Berlin", " EUROPE/BERLIN "])
def test_a_zone_typed_by_hand_gets_its_own_name(raw: str) -> None:
    assert zones.canonical(raw) == "Europe/Berlin"
    assert zones.canonical("america/new york") == "America/New_York"


@pytest.mark.parametrize("raw", ["", "Berlin!", "US/Eastern", "Etc/UTC", "\ud800", "x" * 100_000])
def test_a_zone_typed_by_hand_that_does_not_exist_is_refused(raw: str) -> None:
    with pytest.raises(Refusal, match=r"zone\.unknown"):
        zones.canonical(raw)
