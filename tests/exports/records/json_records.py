"""Records as JSON, held to the schema in the documentation."""

import io
import json
from typing import Any

import jsonschema

from buddybot.domain.attendance.records import Record
from buddybot.exports.records.attendance_json import write_json, write_jsonl
from tests.architecture.source import ROOT
from tests.exports.example_records import NOW

SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text(encoding="utf-8"))
GROUP = {"$defs": SCHEMA["$defs"], "$ref": "#/$defs/group"}


def check(found: Any, schema: Any = SCHEMA) -> None:
    """Complain of whatever the schema does not allow."""
    jsonschema.Draft202012Validator(schema).validate(found)


def as_json(*records: Record, progress: list[int] | None = None) -> bytes:
    out, told = io.BytesIO(), [] if progress is None else progress
    write_json(records, out, now=NOW, progress=told.append)
    return out.getvalue()


def as_lines(*records: Record) -> bytes:
    out = io.BytesIO()
    write_jsonl(records, out, now=NOW, progress=lambda _: None)
    return out.getvalue()


def groups(data: bytes) -> list[dict[str, Any]]:
    """The groups of a document that keeps to the schema."""
    found = json.loads(data)
    check(found)
    return list(found["groups"])


def only(of: Record) -> dict[str, Any]:
    """What the document says of one group."""
    (found,) = groups(as_json(of))
    return found
