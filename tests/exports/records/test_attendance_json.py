"""JSON and JSON Lines are what the schema says, and hold every entry."""

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Category
from buddybot.exports.records.attendance_json import write_json
from buddybot.exports.records.table import EVERY
from tests.architecture.source import ROOT
from tests.exports.example_records import (
    NOW,
    ORGANIZER,
    commitment,
    group,
    meeting_record,
    people,
    person,
    record,
)
from tests.exports.records.json_records import GROUP, SCHEMA, as_json, as_lines, check, groups, only
from tests.pages import spans

HOSTILE = '=1+1\x00\x1b[31m\x7f\x85\u2028\u2029\u202e\ud800</script>"\\\r\nשלום'


# -- what is in it -----------------------------------------------------------------------------------


def test_the_schema_is_one_and_allows_nothing_that_it_does_not_name() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [each for each in walk(SCHEMA) if each.get("type") in ("object", ["object", "null"])]
    assert len(objects) > 8
    assert all("additionalProperties" in each for each in objects)
    named = [each for each in objects if "properties" in each]
    assert all(set(each["required"]) == set(each["properties"]) for each in named)


def walk(part: Any) -> list[dict[str, Any]]:
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    found = [each for one in inner for each in walk(one)]
    return [part, *found] if isinstance(part, dict) else found


def test_the_lists_of_words_in_the_schema_are_those_of_the_domain() -> None:
    words = SCHEMA["$defs"]
    assert set(words["entered"]["enum"]) == set(Attendance)
    assert set(words["state"]["enum"]) == set(Attendance) - {Attendance.NOT_YET_MEMBER}
    assert words["commitment"]["properties"]["category"]["enum"] == [*Category, None]


def test_every_field_is_explained_in_the_documentation() -> None:
    text = (ROOT / "docs" / "organizers" / "exports.md").read_text(encoding="utf-8")
    explained = set(spans(text.partition("## JSON and JSONL")[2]))
    for form in ("group", "member", "meeting", "entry", "commitment"):
        assert set(SCHEMA["$defs"][form]["properties"]) - explained == set()


def told() -> tuple[dict[str, Any], str, str]:
    """A small group as the document tells it, and the ids of its two members."""
    ana, ben = people(Ana="+?-", Ben=".Le")
    of = record(
        [ana, ben],
        meeting_records=[
            meeting_record(0, visitors=["Zoë"], unnamed="+-"),
            meeting_record(1),
            meeting_record(2),
        ],
        commitments=(
            commitment(done=3),
            commitment(None, place=1, user_id=ben.user_id),
            commitment(None, user_id=None),
        ),
        first=date(2026, 1, 1),
    )
    return only(of), str(ana.user_id), str(ben.user_id)


def test_a_group_says_what_it_is_and_who_was_in_it() -> None:
    found, ana, ben = told()
    head = [found[name] for name in ("schema", "id", "name", "zone", "exported_at", "first", "last")]
    assert head == [
        *("buddybot.record/1", 1, "Rowan", "Europe/Berlin", "2026-04-01T12:00:00Z", "2026-01-01", None),
    ]
    assert [each["id"] for each in found["members"]] == [ana, ben]
    counts = {"meetings": 2, "came": 1, "excused": 1, "absent": 0, "counted": 2}
    rates = dict(**counts, attended=0.5, attended_or_apologised=1.0)
    assert found["members"][1] == {"id": ben, "name": "Ben", "is_member": True, "rates": rates}


def test_a_meeting_says_when_and_where_it_was_and_how_everybody_stands() -> None:
    found, ana, ben = told()
    local = {"day": "2026-01-08", "time": "19:00", "zone": "Europe/Berlin", "place": "Café Lumen"}
    instants = {"starts_at": "2026-01-08T18:00:00Z", "ends_at": "2026-01-08T19:15:00Z"}
    was = {"state": "closed", "met": True, "kind": "regular", "reason": None}
    people_there = {"states": {ana: "present"}, "unnamed": ["present", "absent"]}
    assert found["meetings"][0] == dict(id=100, number=1, **local, **instants, **was, **people_there)
    assert found["meetings"][1]["states"] == {ana: "unrecorded", ben: "late"}
    by = {"recorded_by": str(ORGANIZER), "recorded_at": "2026-01-08T21:00:00Z"}
    assert found["visitors"] == [{"meeting": 100, "name": "Zoë", **by}]


def test_of_a_private_commitment_nothing_but_that_there_is_one_is_told() -> None:
    found, ana, ben = told()
    words = {"category": "networking", "text": "Four coffee meetings", "target": 4, "done": 3, "let_go": None}
    silent = dict.fromkeys(words)
    assert found["commitments"] == [
        dict(meeting=100, member=ana, private=False, **words),
        dict(meeting=101, member=ben, private=True, **silent),
        dict(meeting=100, member=None, private=True, **silent),
    ]


def test_the_rates_come_with_the_counts_they_are_made_of() -> None:
    found, _, _ = told()
    counts = {"meetings": 3, "came": 3, "excused": 1, "absent": 2, "counted": 6}
    assert found["rates"] == {
        "attendance": dict(**counts, attended=0.5, attended_or_apologised=0.6667),
        "commitments": {"due": 3, "kept": 0, "share": 0.0},
    }


def test_every_entry_of_the_ledger_is_told_with_its_trail() -> None:
    (first,) = people(Ana="-")
    (second,) = [person("Ana", "+", previous=Attendance.ABSENT, reason="She was there")]
    both = (first.cells[0].entry, second.cells[0].entry)
    found = only(replace(record([second]), ledger=tuple(entry for entry in both if entry is not None)))
    usual = {"meeting": 100, "member": str(first.user_id), "recorded_by": str(first.user_id)}
    at = {"recorded_at": "2026-01-08T20:30:00Z"}
    assert found["attendance"] == [
        {**usual, **at, "state": "absent", "previous": None, "reason": None},
        {**usual, **at, "state": "present", "previous": "absent", "reason": "She was there"},
    ]


def test_the_owner_s_own_private_words_are_not_handed_on() -> None:
    own = replace(commitment("Call the clinic"), is_private=True)
    assert "clinic" not in as_json(record(people(Ana="+"), commitments=[own])).decode()
    assert only(record(people(Ana="+"), commitments=[own]))["commitments"][0]["done"] is None


def test_nothing_known_is_null_and_never_a_number() -> None:
    found = only(record(people(Ana="??")))
    assert found["rates"] == {"attendance": None, "commitments": {"due": 0, "kept": 0, "share": None}}
    assert found["members"][0]["rates"] is None
    assert b"NaN" not in as_json(record())


# -- the two forms -----------------------------------------------------------------------------------


def test_a_line_of_jsonl_is_a_group_of_the_document() -> None:
    records = [
        record(people(Ana="+"), of=group(name, group_id=n)) for n, name in enumerate(("Rowan", "Birch"))
    ]
    told = [json.loads(line) for line in as_lines(*records).splitlines()]
    for each in told:
        check(each, GROUP)
    assert told == groups(as_json(*records))
    first, *between, last = as_json(*records).splitlines()
    assert (first, last) == (b'{"schema":"buddybot.record/1","groups":[', b"]}")
    assert len(between) == len(told)


def test_no_groups_are_an_empty_list() -> None:
    assert groups(as_json()) == []
    assert as_lines() == b""


def test_hostile_words_stay_words_on_one_line() -> None:
    hostile = record(
        [person(HOSTILE, "+", reason=HOSTILE), person("\ud83d" + "x" * 40_000, "+", user_id=7)],
        meeting_records=[meeting_record(arrangement=HOSTILE, visitors=[HOSTILE])],
        of=group(HOSTILE),
        commitments=[commitment(HOSTILE)],
    )
    data = as_json(hostile, hostile)
    assert len(data.decode().splitlines()) == 4
    text = data.decode()
    assert not [char for char in "\x00\x1b\x7f\x85\u2028\u2029\u202e" if char in text]
    meant = HOSTILE.replace("\ud800", "\ufffd")
    for found in groups(data):
        assert found["name"] == found["meetings"][0]["place"] == found["visitors"][0]["name"] == meant
        assert found["members"][0]["name"] == found["commitments"][0]["text"] == meant
        assert found["attendance"][0]["reason"] == meant
        assert len(found["members"][1]["name"]) == 40_001


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    data = as_lines(record(people(Ana="+"), of=group(text)))
    assert json.loads(data)["name"] == text
    assert len(data.decode().splitlines()) == 1


def test_progress_counts_the_rows_of_the_long_table() -> None:
    told: list[int] = []
    many = record([person(f"P{n}", "+" * 60, user_id=n) for n in range(10)])
    as_json(many, many, progress=told)
    assert told == sorted(told)
    assert len(told) == 2 * many.rows // EVERY


def test_it_is_written_as_it_goes() -> None:
    longest: list[int] = []

    class Out(io.BytesIO):
        def write(self, data: Any, /) -> int:
            longest.append(len(data))
            return super().write(data)

    many = record([person(f"P{n}", "+" * 200, user_id=n) for n in range(10)])
    write_json([many] * 3, Out(), now=NOW, progress=lambda _: None)
    assert max(longest) < 1500 < sum(longest)
