"""A form that is sent twice, as Discord offers when an answer was late, is carried out once."""

from dataclasses import replace

import pytest

from buddybot.settings.settings import Settings
from buddybot.ui.framework.components import STAMPED
from tests.scenarios.authorization import TABLE
from tests.scenarios.locks import Line
from tests.scenarios.meetings.calendars import calendar
from tests.scenarios.test_authorization import allowed, opened
from tests.scenarios.town import Town, outcome, sent, town
from tests.scenarios.wire import Answer, Place, Wire
from tests.world import World

pytestmark = pytest.mark.slow

AGAIN = {"checkin_report", "invitation_name_given"}
"""Forms that may be sent again: of reports the last one counts, and a code is shown once more."""
TWICE = "errors.sent_twice"


async def send(town: Town, name: str, line: Line, stamp: str) -> Answer:
    """Send a form that was opened under this stamp."""
    actor = allowed(town, line)
    arguments = f"{line.arguments}{STAMPED}{stamp}" if line.arguments else f"{STAMPED[1:]}{stamp}"
    names = town.rowan.names(actor, town)
    return await sent(town, actor, town.rowan.place, name, replace(line, arguments=arguments), names)


async def test_every_form_is_carried_out_once_when_it_is_sent_twice(world: World, settings: Settings) -> None:
    made = await town(world, settings)
    before, wrong, stored = made.rows(), [], 0
    for name, line in TABLE.items():
        if line.fields is None:
            continue
        await send(made, name, line, "first")
        once = made.rows()
        again = await send(made, name, line, "first")
        if once != before:
            stored += 1
            twice = made.rows()
            changed = [table for table in once if once[table] != twice[table] and name != "checkin_report"]
            wrong += [f"{name}: it changed {table} a second time" for table in changed]
            if (outcome(again) == TWICE) == (name in AGAIN):
                wrong.append(f"{name}: the second answer is {again.said[:80]!r}")
        made.restore()
    assert not wrong, "\n".join(wrong)
    assert stored > 20


async def test_two_openings_of_a_form_are_two_forms(world: World, settings: Settings) -> None:
    made = await town(world, settings)
    for stamp in ("first", "second"):
        answer = await send(made, "invitation_name_given", replace(
            TABLE["invitation_name_given"], fields={"name": ""}
        ), stamp)  # fmt: skip
        assert outcome(answer) == ""
    codes = "SELECT 1 FROM invitations WHERE code_hash IS NOT NULL AND state = 'open'"
    assert len(await world.rows(codes)) == 2


async def test_every_form_that_is_opened_bears_a_stamp_of_its_own(world: World, settings: Settings) -> None:
    made = await town(world, settings)
    stamps = [custom_id.partition(STAMPED)[2] for custom_id, _ in await opened(made)]
    assert "" not in stamps
    assert len(set(stamps)) == len(stamps) > 20


async def test_one_code_is_made_and_shown_again_when_its_form_is_sent_twice(world: World) -> None:
    group = await calendar(world)
    ana = group.person("Ana")
    info = await group.ask("Ana", "group info")
    form = await ana.click(info, label="Make a code")
    assert form.modal is not None
    place, custom_id = Place(group.channel.id, group.circle.guild.id), form.modal["custom_id"]
    said = [(await Wire(world).submit(ana, place, custom_id, {"name": ""})).said for _ in range(2)]
    assert "works once" in said[0]
    assert said[0] == said[1]
    rows = await world.rows("SELECT state FROM invitations WHERE code_hash IS NOT NULL")
    assert [row["state"] for row in rows] == ["open"]
