"""Checks recorded requests against Discord's own OpenAPI description.

The description leaves its objects open, so an unknown name would pass: objects are closed here.
A union is entered by its discriminating number (`type`), which is fast and names the real fault.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from tests.contract import deviations
from tests.contract.requests import Finding, Request, segments

Schema = dict[str, Any]
Errors = Iterator[ValidationError]

ROOT = Path(__file__).parents[2]
BODY = "application/json"
SHOWN = 3  # errors told of one request; the rest usually follows from them

FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uri", raises=ValueError)
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and value.split(":", 1)[1].strip("/"))


@FORMATS.checks("int32")
def _fits_32_bits(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def description_path() -> Path:
    """Where the description lies: beside the checkout, or where BUDDYBOT_TEST_OPENAPI says."""
    default = ROOT.parent / "shared" / "contract" / "discord-openapi.json"
    return Path(os.environ.get("BUDDYBOT_TEST_OPENAPI") or default)


@lru_cache(maxsize=1)
def contract() -> "Contract":
    """The description, read once a session; FileNotFoundError where there is none."""
    return Contract(document())


def document() -> dict[str, Any]:
    """The description as it is written."""
    read: dict[str, Any] = json.loads(description_path().read_text(encoding="utf-8"))
    return read


def findings(requests: Iterable[Request]) -> list[Finding]:
    """Everything in these requests that the description does not allow."""
    description = contract()
    return [Finding(request, message) for request in requests for message in description.faults(request)]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one templated path."""

    name: str
    template: tuple[str, ...]
    path_parameters: Mapping[str, Schema]
    query: Mapping[str, Schema]
    needed: frozenset[str]
    body: Schema | None
    body_required: bool

    def accepts(self, parts: list[str]) -> bool:
        """Whether the template fits a path's parts, whatever their types."""
        return all(own == part or own.startswith("{") for own, part in zip(self.template, parts, strict=True))

    @property
    def literals(self) -> int:
        """How many parts are fixed: `@me` beats `{user_id}`."""
        return sum(not part.startswith("{") for part in self.template)


@dataclass(frozen=True, slots=True)
class Union:
    """How to choose among the branches of oneOf and anyOf."""

    nullable: bool
    values: tuple[object, ...]
    key: str | None
    by_key: Mapping[object, Schema]
    others: tuple[Schema, ...]


class Contract:
    """A description with its validators, made when first needed and kept."""

    def __init__(
        self,
        document: Mapping[str, Any],
        allowed: Sequence[deviations.Deviation] = deviations.PROPERTIES,
    ) -> None:
        self._schemas: dict[str, Schema] = dict(document["components"]["schemas"])
        for name, (schema, _) in deviations.COMPONENTS.items():
            self._schemas[name] = schema
        for deviation in allowed:
            for place in deviation.places:
                if place in self._schemas:
                    self._schemas[place] = _with_property(self._schemas[place], deviation)
        self._operations: dict[tuple[str, int], list[Operation]] = {}
        for path, item in document["paths"].items():
            for method in ("get", "put", "post", "patch", "delete"):
                if method in item:
                    operation = _operation(method.upper(), path, item, allowed)
                    self._operations.setdefault((method.upper(), len(operation.template)), []).append(
                        operation
                    )
        for operations in self._operations.values():
            operations.sort(key=lambda operation: -operation.literals)
        self._validators: dict[int, Draft202012Validator] = {}
        self._unions: dict[int, Union] = {}
        keywords: dict[str, Callable[..., Errors]] = {
            "$ref": self._check_ref,
            "properties": self._check_properties,
            "items": self._check_items,
            "oneOf": self._check_union,
            "anyOf": self._check_union,
            "allOf": self._check_all,
        }
        self._class: Any = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]  # by its stubs

    def faults(self, request: Request) -> Iterator[str]:
        """What is wrong with one request."""
        parts = segments(request)
        candidates = self._operations.get((request.method, len(parts)), ())
        operation = next((one for one in candidates if one.accepts(parts)), None)
        if operation is None:
            yield "Discord describes no such operation"
            return
        yield from self._path_faults(operation, parts)
        yield from self._query_faults(operation, request.params)
        yield from self._body_faults(operation, request.json)

    def schema(self, name: str) -> Schema:
        """A component schema as it is checked, with the deviations in it."""
        return self._schemas[name]

    def operation(self, name: str) -> Operation:
        """The operation called "METHOD /templated/path"."""
        return next(one for several in self._operations.values() for one in several if one.name == name)

    def _path_faults(self, operation: Operation, parts: list[str]) -> Iterator[str]:
        for own, part in zip(operation.template, parts, strict=True):
            schema = operation.path_parameters.get(own.strip("{}")) if own.startswith("{") else None
            if schema is not None:
                for error in self._child(schema).iter_errors(part):
                    yield f"{own} in the path: {error.message}"

    def _query_faults(self, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
        for name in operation.needed - params.keys():
            yield f"query {name} is missing"
        for name, value in params.items():
            if name not in operation.query:
                yield f"query {name} is not described"
                continue
            schema = operation.query[name]
            for error in self._child(schema).iter_errors(_from_text(value, schema)):
                yield f"query {name}: {error.message}"

    def _body_faults(self, operation: Operation, body: object) -> Iterator[str]:
        if body is None:
            if operation.body_required:
                yield "the body is missing"
            return
        if operation.body is None:
            yield "a body where none is described"
            return
        for number, error in enumerate(self._child(operation.body).iter_errors(body)):
            if number == SHOWN:
                yield "and more"
                return
            yield f"{error.json_path}: {_short(error.message)}"

    def _child(self, schema: Schema) -> Draft202012Validator:
        """The validator of a schema; kept by identity, since the description lives as long as this."""
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = self._class(schema, format_checker=FORMATS)
            self._validators[id(schema)] = validator
        return validator

    def _check_ref(self, _validator: object, ref: str, instance: object, _schema: Schema) -> Errors:
        return self._child(self._resolve({"$ref": ref})).iter_errors(instance)

    def _check_properties(
        self, _validator: object, properties: Mapping[str, Schema], instance: object, schema: Schema
    ) -> Errors:
        if not isinstance(instance, dict):
            return
        for name, value in instance.items():
            if name in properties:
                for error in self._child(properties[name]).iter_errors(value):
                    error.path.appendleft(name)
                    yield error
            elif "additionalProperties" not in schema:
                yield ValidationError(f"{name!r} is not described")

    def _check_items(self, _validator: object, items: Schema, instance: object, _schema: Schema) -> Errors:
        if not isinstance(instance, list):
            return
        child = self._child(items)
        for index, item in enumerate(instance):
            for error in child.iter_errors(item):
                error.path.appendleft(index)
                yield error

    def _check_all(
        self, _validator: object, parts: list[Schema], instance: object, _schema: Schema
    ) -> Errors:
        for part in parts:
            yield from self._child(part).iter_errors(instance)

    def _check_union(
        self, _validator: object, branches: list[Schema], instance: object, _schema: Schema
    ) -> Errors:
        union = self._unions.get(id(branches)) or self._unions.setdefault(id(branches), self._plan(branches))
        if (instance is None and union.nullable) or instance in union.values:
            return
        if union.key is not None and isinstance(instance, dict) and union.key in instance:
            chosen = union.by_key.get(instance[union.key])
            if chosen is None:
                yield ValidationError(f"{union.key} {instance[union.key]!r} is not possible here")
            else:
                yield from self._child(chosen).iter_errors(instance)
            return
        attempts = []
        for branch in union.others:
            errors = list(self._child(branch).iter_errors(instance))
            if not errors:
                return
            attempts.append(errors)
        if attempts:
            yield from min(attempts, key=len)
        else:
            yield ValidationError(f"{instance!r} is not one of {list(union.values)}")

    def _plan(self, branches: list[Schema]) -> Union:
        values = tuple(branch["const"] for branch in branches if "const" in branch)
        others = tuple(b for b in branches if "const" not in b and b.get("type") != "null")
        key, by_key = self._discriminator(others)
        nullable = any(branch.get("type") == "null" for branch in branches)
        return Union(nullable=nullable, values=values, key=key, by_key=by_key, others=others)

    def _discriminator(self, branches: tuple[Schema, ...]) -> tuple[str | None, dict[object, Schema]]:
        for key in ("type", "entity_type"):
            by_key: dict[object, Schema] = {}
            seen = 0
            for branch in branches:
                allowed = self._resolve(branch).get("properties", {}).get(key, {}).get("enum", ())
                seen += len(allowed)
                by_key.update(dict.fromkeys(allowed, branch))
                if not allowed:
                    break
            else:
                if len(branches) > 1 and seen == len(by_key):
                    return key, by_key
        return None, {}

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema


def _operation(
    method: str, path: str, item: Mapping[str, Any], allowed: Sequence[deviations.Deviation]
) -> Operation:
    name = f"{method} {path}"
    described = item[method.lower()]
    parameters = [*item.get("parameters", ()), *described.get("parameters", ())]
    query = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
    for (operation, parameter), (schema, _) in deviations.QUERIES.items():
        if operation == name:
            query[parameter] = schema
    request = described.get("requestBody", {})
    body = request.get("content", {}).get(BODY, {}).get("schema")
    for deviation in allowed:
        if body is not None and name in deviation.places:
            body = _with_property(body, deviation)
    return Operation(
        name=name,
        template=tuple(path.strip("/").split("/")),
        path_parameters={one["name"]: one["schema"] for one in parameters if one["in"] == "path"},
        query=query,
        needed=frozenset(one["name"] for one in parameters if one["in"] == "query" and one.get("required")),
        body=body,
        body_required=bool(request.get("required")),
    )


def _with_property(schema: Schema, deviation: deviations.Deviation) -> Schema:
    return {**schema, "properties": {**schema["properties"], deviation.prop: deviation.schema}}


def _from_text(value: object, schema: Schema) -> object:
    """A query value as the server reads it: there, everything is text."""
    kinds = schema.get("type")
    text = str(value)
    if kinds == "boolean":
        return {"1": True, "0": False, "true": True, "false": False}.get(text.lower(), value)
    if kinds == "integer" and text.lstrip("-").isdecimal():
        return int(text)
    return text if "$ref" in schema or kinds == "string" else value


def _short(message: str, limit: int = 160) -> str:
    return message if len(message) <= limit else f"{message[: limit - 40]} ... {message[-36:]}"
