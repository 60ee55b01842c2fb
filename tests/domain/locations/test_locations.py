"""What somebody writes of a place becomes words, at most one safe link, and a map link made here."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.errors import Refusal
from buddybot.domain.locations.locations import (
    ADDRESS_LIMIT,
    LINK_LIMIT,
    LONGEST_WAY,
    NAME_LIMIT,
    NOTE_LIMIT,
    URL_LIMIT,
    Access,
    LocationKind,
    LocationWords,
    check_link,
    check_minutes,
    host_of,
    map_link,
    read_location,
)
from buddybot.domain.text import clean


def words(
    where: str, *, name: str = "Café Lumen", note: str | None = None, kind: LocationKind = LocationKind.PLACE
) -> LocationWords:
    return read_location(name=name, kind=kind, where=where, access=frozenset({Access.QUIET}), note=note)


def refused(where: str, **others: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        words(where, **others)  # type: ignore[arg-type]  # names of texts only
    return caught.value


# -- links ----------------------------------------------------------------------------------------

GOOD = [
    ("https://cafe.example", "cafe.example"),
    ("http://www.cafe.example/menu?day=mon&for=6#lunch", "cafe.example"),
    ("https://meet.example.org/rowan-group", "meet.example.org"),
    ("  https://cafe.example/a_(b)/~c;d,e!$*'  ", "cafe.example"),
    ("HTTPS://CAFE.Example/X", "cafe.example"),
    ("https://cafe.example:8443/", "cafe.example"),
    ("https://cafe.example./", "cafe.example"),
    ("https://cafe.example/caf%C3%A9", "cafe.example"),
    ("https://example.org/@someone", "example.org"),
    ("https://example.org?q=a@b", "example.org"),
    ("https://xn--caf-dma.example/", "xn--caf-dma.example"),
    ("https://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai"),
]
SCHEMES = [
    "javascript:alert(1)",
    "javascript://cafe.example/%0aalert(1)",
    "JavaScript://cafe.example",
    "data:text/html,<script>",
    "data://cafe.example",
    "file:///etc/passwd",
    "ftp://cafe.example",
    "discord://-/channels/1",
    "vbscript://x.example",
    "https:cafe.example",
    "https:/cafe.example",
    "https:///cafe.example",
    "//cafe.example",
    "cafe.example",
    "://cafe.example",
    "https://",
    "",
]
USERS = [
    "https://bank.example@evil.example",
    "https://user:password@evil.example/",
    "https://bank.example%40evil.example",
    "https://bank.example\\@evil.example",
    "https://@evil.example",
    "https://:@evil.example",
]
INSIDE = [
    "http://localhost",
    "http://localhost:8080/",
    "http://localhost.",
    "http://LOCALHOST/",
    "http://db.localhost",
    "http://printer.local",
    "http://printer.LOCAL/",
    "http://printer.local.",
    "http://nas.lan",
    "http://vault.internal",
    "http://router.home.arpa",
    "http://intranet",
]
NUMBERS = [
    "http://127.0.0.1",
    "http://127.0.0.1.",
    "http://127.1",
    "http://10.0.0.1:80",
    "http://8.8.8.8",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.1",
    "http://0x7f.0x1",
    "http://127.0.0.0x1",
    "http://0177.0.0.1",
    "http://[::1]",
    "http://[::1",
    "http://[::ffff:127.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://\uff11\uff12\uff17.0.0.1",
    "http://169.254.169.254/latest",
]
LOOKALIKES = [
    "https://c\u0430fe.example",  # a Cyrillic letter among Latin ones
    "https://cafe\u3002example",
    "https://cafe.ex\u00e4mple",
    "https://cafe.example/caf\u00e9",
    "https://cafe.e\u212aample",  # the Kelvin sign, a k when made small
    "https://\u202ecafe.example",
    "https://cafe.example\u200b",
    "https://exa%6dple.org",
    "https://xn--.example-",
]
BROKEN = [
    "https://cafe.example/a b",
    "https://cafe .example",
    "https://cafe.example/\tx",
    "https://cafe.example/\nx",
    "https://cafe.example/\x00",
    "https://cafe.example/<script>",
    'https://cafe.example/"onclick=',
    "https://cafe.example/`x`",
    "https://cafe.example/{x}|y^z",
    "https://cafe.example/[x]",
    "https://cafe.example/%zz",
    "https://cafe.example/%4",
    "https://cafe..example",
    "https://.cafe.example",
    "https://-cafe.example",
    "https://cafe-.example",
    "https://cafe_.example",
    f"https://{'a' * 64}.example",
    "https://cafe.example:99999",
    "https://cafe.example:80:80",
    "https://cafe.example:x",
    "https://cafe.example/" + "x" * 5000,
    "https://" + "a." * 2500 + "example",
]


@pytest.mark.parametrize(("raw", "host"), GOOD)
def test_a_public_web_address_is_kept_and_says_where_it_leads(raw: str, host: str) -> None:
    link = check_link(raw)
    assert link == raw.strip()
    assert host_of(link) == host
    assert words(f"3 Mill Lane\n{raw}").link == raw.strip()


@pytest.mark.parametrize("raw", [*SCHEMES, *USERS, *INSIDE, *NUMBERS, *LOOKALIKES, *BROKEN])
def test_what_is_no_public_web_address_is_no_button(raw: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_link(raw)
    assert caught.value.code == "location.link"
    assert len(str(caught.value.parameters["raw"])) <= 40


def test_a_link_may_have_a_bounded_length() -> None:
    start = "https://cafe.example/"
    assert len(check_link(start + "x" * (LINK_LIMIT - len(start)))) == LINK_LIMIT < URL_LIMIT
    with pytest.raises(Refusal):
        check_link(start + "x" * (LINK_LIMIT - len(start) + 1))


@given(st.text(max_size=60))
def test_whatever_passes_leads_to_a_host_that_every_reader_of_addresses_agrees_on(raw: str) -> None:
    for link in (f"https://{raw}", f"http://cafe.example{raw}", f"https://{raw}.example/"):
        try:
            kept = check_link(link)
        except Refusal:
            continue
        parts = urlsplit(kept)
        assert parts.username is None
        assert parts.hostname is not None
        assert parts.hostname.isascii()
        assert parts.netloc.lower().startswith(parts.hostname)


# -- what is written of a place -------------------------------------------------------------------


def test_the_lines_of_where_are_an_address_and_a_link() -> None:
    found = words("  3 Mill Lane \n\nhttps://cafe.example\n Oxford ", note=" ring  twice ")
    assert (found.address, found.link, found.note) == (
        "3 Mill Lane, Oxford",
        "https://cafe.example",
        "ring twice",
    )
    assert words("https://meet.example/rowan").address is None
    assert words("3 Mill Lane").link is None
    assert words("3 Mill Lane", note=" \u200b ").note is None


def test_a_script_without_slashes_is_part_of_the_address_and_never_a_link() -> None:
    assert words("javascript:alert(1)").link is None


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("", "location.where"),
        (" \n \u200b", "location.where"),
        ("https://a.example\nhttps://b.example", "location.links"),
        ("see https://a.example", "location.link"),
        ("3 Mill Lane\njavascript://x", "location.link"),
        ("x" * (ADDRESS_LIMIT + 1), "text.long"),
        ("x" * 5000, "text.long"),
        ("\n".join(["x" * 50] * 5), "text.long"),
        ("https://a.example/" + "x" * 5000, "location.link"),
        ("x" * 100_000, "text.long"),
    ],
)
def test_a_place_that_cannot_be_found_is_refused(where: str, code: str) -> None:
    assert refused(where).code == code


@pytest.mark.parametrize(
    ("others", "code", "field"),
    [
        ({"name": " "}, "text.empty", "location"),
        ({"name": "x" * (NAME_LIMIT + 1)}, "text.long", "location"),
        ({"note": "x" * (NOTE_LIMIT + 1)}, "text.long", "note"),
    ],
)
def test_the_words_have_bounds(others: dict[str, str], code: str, field: str) -> None:
    found = refused("3 Mill Lane", **others)
    assert (found.code, found.parameters["field"]) == (code, field)


# -- the map --------------------------------------------------------------------------------------

AWKWARD = [chr(code) for code in range(32, 127)] + [
    "é",
    "ß",
    "日本",
    "😀",
    "\u202e",
    "\u00a0",
    "\u2018",
    "%26",
    "&#38;",
]


def asked_for(link: str) -> str:
    """What a server would read of the link, when it is one question to the one map."""
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.openstreetmap.org", "/search")
    assert not parts.fragment
    [(name, value)] = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    assert name == "query"
    return value


@pytest.mark.parametrize("part", AWKWARD)
def test_an_awkward_character_stays_inside_the_one_question(part: str) -> None:
    address = f"3 Mill{part}Lane{part}{part}x"
    assert asked_for(map_link(address)) == address


@given(st.text(min_size=1, max_size=ADDRESS_LIMIT))
def test_every_address_becomes_one_question_that_fits_behind_a_button(raw: str) -> None:
    try:
        address = clean(raw, limit=ADDRESS_LIMIT, field="address")
    except Refusal:
        return
    link = map_link(address)
    assert len(link) <= URL_LIMIT
    assert link.isascii()
    assert asked_for(link)
    assert address.startswith(asked_for(link))


def test_a_long_address_in_another_script_is_cut_between_words() -> None:
    address = "улица Пушкина, дом Колотушкина, " * 6
    found = asked_for(map_link(address))
    assert len(map_link(address)) <= URL_LIMIT
    assert address.startswith(f"{found} ")
    assert len(found) > 50
    without_spaces = asked_for(map_link("日本" * 100))
    assert ("日本" * 100).startswith(without_spaces)
    assert len(without_spaces) > 50


@pytest.mark.parametrize("minutes", [0, 1, LONGEST_WAY])
def test_minutes_that_somebody_travels(minutes: int) -> None:
    assert check_minutes(minutes) == minutes


@pytest.mark.parametrize("minutes", [-1, LONGEST_WAY + 1, 10**30])
def test_minutes_that_nobody_travels(minutes: int) -> None:
    with pytest.raises(Refusal) as caught:
        check_minutes(minutes)
    assert (caught.value.code, caught.value.parameters["field"]) == ("number.range", "minutes")
