"""The library of activities as files: the one that ships in config/activities.toml, and the host's own."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from buddybot.domain.checkins.agenda import Activity, LazyLibrary, Library, Practice, Step, Turns, find_fault
from buddybot.settings.errors import OperatorError
from buddybot.settings.paths import config_file
from buddybot.settings.reader import read_toml

FORMAT = "config/activities.toml explains the format"
_ACTIVITY: Mapping[str, type] = {
    "key": str,
    "name": str,
    "summary": str,
    "minutes": int,
    "people": list,
    "needs": list,
    "practises": list,
    "step": list,
}
_STEP: Mapping[str, type] = {"minutes": int, "text": str}
_OPTIONAL: Mapping[str, type] = {"turns": str}
_Word = TypeVar("_Word", bound=StrEnum)
_KINDS = {str: "a text", int: "a whole number", list: "a list"}


def load_activities(own: str = "") -> tuple[Activity, ...]:
    """The activities that ship, then those of the file `own` (empty: none), which replace equal keys.

    Raises OperatorError with one sentence about the first thing that is wrong.
    """
    shipped = config_file("activities.toml")
    found = {each.key: each for each in _read(shipped)}
    if own.strip():
        found |= {each.key: each for each in _read(Path(own.strip()))}
    return tuple(found.values())


def open_library(own: str = "") -> Library:
    """The activities by key; raises OperatorError like `load_activities`.

    What ships is in order, and is read when the first activity is asked for: a start need not wait for it.
    """
    return {each.key: each for each in load_activities(own)} if own.strip() else LazyLibrary(load_activities)


def _read(path: Path) -> list[Activity]:
    try:
        document = read_toml(path)
    except OSError as error:
        raise OperatorError(
            f"The activities file {path} cannot be read ({error.strerror}): check meetings.activities."
        ) from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise OperatorError(f"The activities file {path} is not valid TOML: {error}.") from error
    return _Reader(path).activities(document)


class _Reader:
    """Makes activities of one document; every complaint names the file and the activity."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def activities(self, document: Mapping[str, Any]) -> list[Activity]:
        tables = document.get("activity")
        if set(document) != {"activity"} or not isinstance(tables, list):
            raise OperatorError(
                f"The activities file {self._path} must hold [[activity]] tables and nothing else; {FORMAT}."
            )
        found: dict[str, Activity] = {}
        for number, table in enumerate(tables, 1):
            activity = self._activity(table, number)
            if activity.key in found:
                raise self._error(activity.key, "is there twice: give one of them another key")
            found[activity.key] = activity
        return list(found.values())

    def _activity(self, table: Any, number: int) -> Activity:
        key = table.get("key") if isinstance(table, dict) else None
        name = key if isinstance(key, str) and key.strip() else f"number {number}"
        self._check(name, "", table, _ACTIVITY)
        for each in ("people", "needs", "practises", "step"):
            kind = {"people": int, "step": dict}.get(each, str)
            if not all(type(one) is kind for one in table[each]):
                shown = {int: "whole numbers", str: "texts"}.get(kind, "[[activity.step]] tables")
                raise self._error(name, f"must have {each} as a list of {shown}")
        if len(table["people"]) != 2:
            raise self._error(name, "must have people as [fewest, most]")
        activity = Activity(
            key=table["key"],
            name=table["name"],
            summary=table["summary"],
            minutes=table["minutes"],
            fewest=table["people"][0],
            most=table["people"][1],
            needs=tuple(table["needs"]),
            practises=frozenset(self._word(name, word, Practice) for word in table["practises"]),
            steps=tuple(self._step(name, number, step) for number, step in enumerate(table["step"], 1)),
        )
        if wrong := find_fault(activity):
            raise self._error(name, wrong)
        return activity

    def _step(self, name: str, number: int, table: Mapping[str, Any]) -> Step:
        self._check(name, f" in step {number}", table, _STEP, _OPTIONAL)
        turns = self._word(name, table["turns"], Turns) if "turns" in table else None
        return Step(table["minutes"], table["text"], turns)

    def _word(self, name: str, word: str, words: type[_Word]) -> _Word:
        try:
            return words(word)
        except ValueError:
            raise self._error(name, f'says "{word}", which is none of {", ".join(words)}') from None

    def _check(
        self,
        name: str,
        where: str,
        table: Any,
        needed: Mapping[str, type],
        optional: Mapping[str, type] | None = None,
    ) -> None:
        """Every key is known, none is missing, and each value is of its type."""
        known = {**needed, **(optional or {})}
        if not isinstance(table, dict):
            raise self._error(name, "must be an [[activity]] table")
        for key in table:
            if key not in known:
                raise self._error(name, f"has an unknown {key}{where}{_suggestion(key, known)}")
        for key, kind in known.items():
            if key not in table and key in needed:
                raise self._error(name, f"has no {key}{where}")
            if key in table and type(table[key]) is not kind:
                raise self._error(name, f"must have {_KINDS[kind]} as {key}{where}")

    def _error(self, name: str, clause: str) -> OperatorError:
        return OperatorError(f"The activity {name} in {self._path} {clause}; {FORMAT}.")


def _suggestion(key: str, known: Iterable[str]) -> str:
    # Imported here: most starts have no mistake to explain.
    from difflib import get_close_matches

    close = get_close_matches(key, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
