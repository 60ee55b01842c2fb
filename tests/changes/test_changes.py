"""Every change is made, and every column looked at before and after, as the table in `table.py` has it."""

from collections.abc import Iterator

import pytest

from tests.changes.columns import COLUMNS
from tests.changes.conftest import LifeAt
from tests.changes.life import DAYS, Life
from tests.changes.read import Read
from tests.changes.seen.ahead import members
from tests.changes.table import ROWS, cell
from tests.changes.words import GROUP, Cell, Facts, Verdict

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("row", ROWS)
async def test_a_change_leaves_every_column_as_the_table_says(row: str, life_at: LifeAt) -> None:
    change = ROWS[row]
    async with life_at(change.at) as life:
        if change.prepare is not None:
            await change.prepare(life)
        before = {name: await column.see(life) for name, column in COLUMNS.items()}
        life.begin()
        await change.make(life)
        life.days |= change.days
        await life.world.run_due()
        wrong = [f"{row}: {fault}" for fault in await _faults_of_row(row, life)]
        read = Read(life)
        here = {life.name_of(user) for user in await members(life)}
        for name, column in COLUMNS.items():
            after = await column.see(life)
            found = [*_faults(cell(row, name), before[name], after, read, here), *await column.wrong(life)]
            wrong += [f"{row} / {name}: {fault}" for fault in found]
    assert not wrong, "\n".join([f"{len(wrong)} faults:", *wrong])


async def _faults_of_row(row: str, life: Life) -> list[str]:
    """What of the change itself is not as the table has it: the days, and what the channel hears."""
    change, wrong = ROWS[row], []
    meetings = await life.meetings()
    for name, day in {**DAYS, **change.days}.items():
        if name in change.days and day is not None and name not in meetings:
            wrong.append(f"{name} is not on {day}")
    read = Read(life)
    wrong += [f"{whom} did not read “{sentence}”" for whom, sentence in read.missing(change.told)]
    if change.says is not None and len(read.messages) != change.says:
        said = " | ".join(text[:120].replace("\n", " ") for _, text in read.messages)
        wrong.append(f"the channel hears {len(read.messages)} messages, not {change.says}: {said}")
    return wrong


def _faults(found: Cell, before: Facts, after: Facts, read: Read, here: set[str]) -> Iterator[str]:
    """What of one column is not as its cell says."""
    verdict = _verdict(before, after)
    allowed = {
        Verdict.UNTOUCHED: {Verdict.UNTOUCHED},
        Verdict.CARRIED: {Verdict.CARRIED},
        Verdict.RECOMPUTED: {Verdict.CARRIED, Verdict.RECOMPUTED, Verdict.CANCELLED},
        Verdict.CANCELLED: {Verdict.RECOMPUTED, Verdict.CANCELLED},
    }[found.verdict]
    if verdict not in allowed:
        yield f"it should be {found.verdict}, and is {verdict}: {_difference(before, after)}"
    for whom, sentence in read.missing(found.told):
        yield f"{whom} did not read “{sentence}”"
    for name, fact in before.items():
        if GROUP not in found.told and (name not in after or after[name].what != fact.what):
            for whom in fact.whose:
                if whom in here and not read.by(whom):
                    yield f"{whom} was not told that “{name}: {fact.what}” is no more"


def _verdict(before: Facts, after: Facts) -> Verdict:
    if _said(before) == _said(after):
        return Verdict.UNTOUCHED
    if before.keys() - after.keys():
        return Verdict.CANCELLED
    if all(name in before and before[name].what == fact.what for name, fact in after.items()):
        return Verdict.CARRIED
    return Verdict.RECOMPUTED


def _said(facts: Facts) -> dict[str, tuple[str, str]]:
    return {name: (fact.what, fact.when) for name, fact in facts.items()}


def _difference(before: Facts, after: Facts) -> str:
    lines = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if (old and old[:2]) != (new and new[:2]):
            lines.append(f"{name}: {' '.join(old[:2]) if old else '-'} → {' '.join(new[:2]) if new else '-'}")
    return "; ".join(lines) or "nothing differs"
