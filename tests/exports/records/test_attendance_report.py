"""The report for a sponsor is one page a group, holds no name, and whatever is written in it stays text."""

import io
import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.records import CommitmentRecord, Record
from buddybot.domain.commitments.commitments import Category
from buddybot.exports.records.attendance_report import FEWEST_OF_A_KIND, write_report
from tests.exports.example_charts import say
from tests.exports.example_records import NOW, commitment, group, meeting_record, people, person, record

HOSTILE = (
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>'</style></title><!--\x00\u202e\ud800 & <b>"
)
TAGS = frozenset(
    re.findall(
        r"\S+",
        "html head meta title style body main article header div p h1 h2 strong dl dt dd svg desc path text "
        "rect circle ul li details summary table caption thead tbody tr th td section footer",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "lang charset http-equiv content name class id dir role scope viewbox aria-labelledby aria-hidden x "
        "y d width height rx cx cy r fill stroke stroke-width stroke-linecap font-size text-anchor",
    )
)
VOID = {"meta"}


class Page(HTMLParser):
    """The report as a browser reads it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.setdefault(self._open[-1], []).append(data)
            if self._open[-1] in ("th", "td"):
                self.rows[-1].append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The five figures: each value, and of what it is."""
        told = self.texts["dd"][:10]
        return list(zip(told[::2], told[1::2], strict=True))

    @property
    def words(self) -> str:
        return " ".join(text for tag, texts in self.texts.items() if tag != "style" for text in texts)


def html(*records: Record) -> str:
    out = io.BytesIO()
    write_report(records, out, say=say, now=NOW)
    return out.getvalue().decode()


def page(*records: Record) -> Page:
    return Page(html(*records))


def kinds(*counts: tuple[Category, int, int]) -> list[CommitmentRecord]:
    """So many commitments of each kind, and how many of them were kept."""
    return [
        commitment("Something", target=2, done=2 if number < kept else 1, category=kind)
        for kind, due, kept in counts
        for number in range(due)
    ]


# -- what it says ------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_record() -> None:
    of = record(
        people(Ana="++-/", Ben="Le?/", Cho=".V+/"),
        meeting_records=[
            meeting_record(0),
            meeting_record(1),
            meeting_record(2),
            meeting_record(3, called_off=True),
        ],
        commitments=kinds((Category.EVENT, 4, 3)),
    )
    rates = of.rates
    assert rates is not None
    assert (rates.meetings, rates.came, rates.counted) == (3, 5, 7)
    assert page(of).figures == [
        ("3", "of 4 planned"),
        ("1.7", "of 2.3 members"),
        ("71 %", "5 of 7 times"),
        ("86 %", "6 of 7 times"),
        ("75 %", "3 of 4"),
    ]


def test_what_is_not_known_is_no_number() -> None:
    assert page(record(people(Ana="?"))).figures == [
        ("1", "of 1 planned"),
        *[("\N{EN DASH}", "nothing recorded")] * 4,
    ]


def test_the_head_tells_the_group_its_time_and_its_zone() -> None:
    found = page(record(people(Ana="++")))
    assert found.texts["h1"] == ["Rowan"]
    assert found.texts["title"][0] == "Attendance report: Rowan"
    assert found.texts["strong"] == ["8 Jan 2026 to 15 Jan 2026"]
    assert "Europe/Berlin" in found.words
    assert "Counted on 1 Apr 2026" in found.words


def test_every_figure_has_its_definition() -> None:
    found = page(record(people(Ana="+")))
    for name in ("attended", "apologised", "kept"):
        assert say(f"export.definition.{name}") in found.words


def test_the_chart_has_words_and_a_table_for_those_who_cannot_see_it() -> None:
    of = record(people(Ana="++?/", Ben="-+?/"))
    found = page(of)
    assert found.texts["title"][1] == "How many came to each meeting"
    assert found.texts["desc"] == [
        "A bar for each of 4 meetings, the oldest first. On average 1.5 of 2 came."
    ]
    ids = {value for name, value in found.attributes if name == "id"}
    (labels,) = [
        (value or "").split()
        for name, value in found.attributes
        if name == "aria-labelledby" and "chart" in (value or "")
    ]
    assert set(labels) <= ids
    assert found.rows[:5] == [
        ["Meeting", "Came", "Of how many"],
        ["8 Jan 2026", "1", "2"],
        ["15 Jan 2026", "2", "2"],
        ["22 Jan 2026", "not recorded", "\N{EN DASH}"],
        ["29 Jan 2026", "did not take place", "\N{EN DASH}"],
    ]
    assert found.texts["li"] == ["came", "did not come", "not recorded", "did not take place"]


def test_a_kind_with_fewer_than_three_commitments_is_not_told() -> None:
    assert FEWEST_OF_A_KIND == 3
    commitments = kinds((Category.EVENT, 3, 2), (Category.RESUME, 2, 2), (Category.APPLICATION, 5, 1))
    found = page(record(people(Ana="+"), commitments=commitments))
    assert found.rows[2:] == [
        ["Kind", "Reported on", "Kept", "Share"],
        ["Application", "5", "1", "20 %"],
        ["Event", "3", "2", "67 %"],
    ]
    none = page(record(people(Ana="+"), commitments=kinds((Category.EVENT, 2, 2))))
    assert "There is no kind of which 3 or more were reported on." in none.words


def test_private_commitments_count_and_have_no_kind() -> None:
    own = [commitment(None) for _ in range(3)]
    found = page(record(people(Ana="+"), commitments=[*own, *kinds((Category.EVENT, 3, 3))]))
    assert [row[0] for row in found.rows[3:]] == ["Event"]
    assert found.figures[-1][1].endswith("of 6")


def test_nobody_is_named_and_no_words_of_theirs_are_told() -> None:
    of = record(
        [person("Ana Berg", "+-", reason="She called"), person("Ben", "++", user_id=987_654_321)],
        meeting_records=[
            meeting_record(visitors=["Zoë Quist"], arrangement="Mill Lane 3"),
            meeting_record(1),
        ],
        commitments=[commitment("Write to Nordlicht")] * 3,
    )
    told = html(of)
    hidden = ("Ana", "Berg", "Ben", "Zo", "Quist", "She called", "Nordlicht", "Mill Lane", "987654321")
    assert [word for word in hidden if word in told] == []


def test_a_record_without_a_meeting_is_a_page_that_says_so() -> None:
    found = page(record())
    assert "The group has no meeting in this time." in found.words
    assert found.tags["svg"] == 0


# -- nothing in it acts ------------------------------------------------------------------------------


def markup(*records: Record) -> Counter[str]:
    """Complain of what has no place in a report; return how often which tag is there."""
    text = html(*records)
    found = Page(text)
    assert set(found.tags) <= TAGS
    assert {name for name, _ in found.attributes} <= ATTRIBUTES
    assert not re.search(
        "url\\(|https?:|@import|javascript:|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text
    )
    policy = next(value or "" for name, value in found.attributes if name == "content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    return found.tags


def test_hostile_names_are_text() -> None:
    plain = record(people(Ana="+-"), commitments=kinds((Category.EVENT, 3, 3)))
    hostile = record(
        [person(HOSTILE, "+-", reason=HOSTILE)],
        meeting_records=[meeting_record(0, arrangement=HOSTILE, visitors=[HOSTILE]), meeting_record(1)],
        of=group(HOSTILE),
        commitments=kinds((Category.EVENT, 3, 3)),
    )
    assert markup(hostile) == markup(plain)
    assert page(hostile).texts["h1"][0].startswith('"><script>alert(1)</script><img src=x onerror')


@given(st.text(max_size=90))
def test_any_name_leaves_the_page_as_it_is(name: str) -> None:
    assert markup(record(people(Ana="+"), of=group(name))) == markup(record(people(Ana="+")))


def test_a_very_long_name_is_cut() -> None:
    (heading,) = page(record(people(Ana="+"), of=group("x" * 40_000))).texts["h1"]
    assert (len(heading), heading[-1]) == (60, "…")


def test_several_groups_have_a_page_each_and_ids_of_their_own() -> None:
    names: Sequence[str] = ("Rowan", "Birch", "Alder")
    found = page(*(record(people(Ana="+"), of=group(name)) for name in names))
    assert found.texts["h1"] == list(names)
    assert found.texts["title"][0] == "Attendance report: 3 buddy groups"
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids)) == 9


@pytest.mark.parametrize("meetings", [1, 4, 26, 52, 200])
def test_no_bar_reaches_out_of_the_chart(meetings: int) -> None:
    of = record([person(f"P{n}", "+L-e"[n % 4] * meetings, user_id=n) for n in range(10)])
    text = html(of)
    marks = [float(x) for x in re.findall(r'<text[^>]* x="([\d.]+)"', text)]
    starts = [float(x) for x in re.findall(r'<path d="M([\d.]+) ', text)]
    assert all(0 <= x <= 704 for x in [*marks, *starts])
    assert text.count('fill="#22806f"') == meetings + 1
