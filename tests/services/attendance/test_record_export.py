"""The record is handed out to organizers alone, of their own groups, and the log has a line before that."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from buddybot.domain.attendance.records import Span
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.audit import Action, Logged
from buddybot.domain.groups.groups import Group
from buddybot.domain.ids import GroupId, UserId
from buddybot.services.attendance.record_export import (
    MOST_A_MINUTE,
    Wanted,
    export_for_operator,
)
from buddybot.services.core.unit_of_work import Actor, AlreadyHandled
from buddybot.storage.engine.database import Database
from tests.services.builder import ANA, BEN, ELSEWHERE, EVERYBODY, ORGANIZER, STRANGER, Builder, get_refusal
from tests.services.health.past import GOOD, lived

EVERY = Wanted(form="csv", every=True)


class ThreeGroups(Builder):
    """Rowan and Birch here, both of one organizer, and Elm elsewhere; each has met three times."""

    rowan: Group
    birch: Group
    elm: Group

    async def add_groups(self) -> None:
        """Make the groups, and let each have met three times."""
        self.rowan = (await self.create_group()).group
        self.birch = (await self.create_group("Birch")).group
        self.elm = (await self.create_group("Elm", guild=ELSEWHERE, organizer=STRANGER)).group
        await self.invite_members(self.rowan.id, ANA, BEN)
        self.now += timedelta(weeks=4)
        for group, people in ((self.rowan, EVERYBODY), (self.birch, (ORGANIZER,)), (self.elm, (STRANGER,))):
            await self.add_history(group, people)

    async def add_history(self, group: Group, people: Sequence[UserId]) -> None:
        """Let a group have met three times."""
        await self.write(lambda tx: lived(tx, group, people, [GOOD] * 3, until=self.now))

    async def read_log(self, group: Group, organizer: UserId = ORGANIZER) -> tuple[Logged, ...]:
        """Return a group's log."""
        return (await self.audit.of_group(self.act_as(organizer, guild=group.guild_id), group.id)).lines

    async def get_refusal(self, actor: Actor, wanted: Wanted) -> str:
        """Return why an export is refused; nothing is logged then."""
        before = await self.read_table("audit")
        code = await get_refusal(self.attendance_export.export(actor, wanted))
        assert await self.read_table("audit") == before
        return code


@pytest.fixture
async def builder(database: Database) -> ThreeGroups:
    """Three groups in two servers."""
    builder = ThreeGroups(database)
    await builder.add_groups()
    return builder


def of(group: Group, **span: date) -> Wanted:
    return Wanted(form="xlsx", group_id=group.id, span=Span(**span))


async def test_an_organizer_gets_the_record_and_the_log_has_a_line(builder: ThreeGroups) -> None:
    export = await builder.attendance_export.export(builder.act_as(ORGANIZER), of(builder.rowan))

    assert [record.group.name for record in export.records] == ["Rowan"]
    assert (export.meetings, export.rows) == (3, 9)
    first, last = export.days
    assert await builder.read_log(builder.rowan) == (
        Logged(
            Action.EXPORT,
            ORGANIZER,
            builder.now,
            {"format": "xlsx", "first": first.isoformat(), "last": last.isoformat(), "groups": 1, "rows": 9},
        ),
    )
    assert await builder.read_log(builder.birch) == ()


async def test_all_groups_are_those_that_the_person_organizes_here(builder: ThreeGroups) -> None:
    export = await builder.attendance_export.export(builder.act_as(ORGANIZER), EVERY)

    assert [record.group.name for record in export.records] == ["Birch", "Rowan"]
    for group in (builder.rowan, builder.birch):
        [line] = await builder.read_log(group)
        assert line.parameters["groups"] == 2
    assert await builder.read_log(builder.elm, STRANGER) == ()


async def test_a_member_a_stranger_and_another_server_get_nothing(builder: ThreeGroups) -> None:
    assert await builder.get_refusal(builder.act_as(ANA), of(builder.rowan)) == "group.organizers_only"
    assert await builder.get_refusal(builder.act_as(ANA), EVERY) == "group.organizers_only"
    assert await builder.get_refusal(builder.act_as(STRANGER), of(builder.rowan)) == "group.unknown"
    assert await builder.get_refusal(builder.act_as(STRANGER), EVERY) == "group.none"
    assert await builder.get_refusal(builder.act_as(ORGANIZER), of(builder.elm)) == "group.unknown"
    assert (
        await builder.get_refusal(builder.act_as(ORGANIZER, guild=ELSEWHERE), of(builder.rowan))
        == "group.unknown"
    )
    assert await builder.get_refusal(builder.act_as(ORGANIZER, guild=None), EVERY) == "guild.only"
    missing = Wanted(form="csv", group_id=GroupId(999))
    assert await builder.get_refusal(builder.act_as(ORGANIZER), missing) == "group.unknown"


async def test_pictures_of_meetings_without_names_are_refused_and_not_logged(builder: ThreeGroups) -> None:
    await builder.transactions.write(
        lambda uow: uow.tx.run("UPDATE meetings SET reduced = 1 WHERE group_id = :id", id=builder.rowan.id)
    )
    drawn = Wanted(form="png", drawn=True, group_id=builder.rowan.id)
    assert await builder.get_refusal(builder.act_as(ORGANIZER), drawn) == "export.no_picture_ever"
    spanned = drawn._replace(span=Span(last=date(2020, 1, 1)))
    assert await builder.get_refusal(builder.act_as(ORGANIZER), spanned) == "export.no_picture"

    export = await builder.attendance_export.export(
        builder.act_as(ORGANIZER), Wanted(form="png", drawn=True, every=True)
    )
    assert [record.group.name for record in export.records] == ["Birch"]
    assert await builder.read_log(builder.rowan) == ()


async def test_a_span_is_kept_to_on_both_ends(builder: ThreeGroups) -> None:
    first, middle, last = reversed(
        await builder.attendance_export.days(builder.act_as(ORGANIZER), of(builder.rowan))
    )

    export = await builder.attendance_export.export(
        builder.act_as(ORGANIZER), of(builder.rowan, first=middle, last=middle)
    )
    assert export.days == (middle, middle)
    export = await builder.attendance_export.export(
        builder.act_as(ORGANIZER), of(builder.rowan, first=middle)
    )
    assert export.days == (middle, last)
    export = await builder.attendance_export.export(builder.act_as(ORGANIZER), of(builder.rowan, last=middle))
    assert export.days == (first, middle)


async def test_a_span_that_is_no_span_is_refused(builder: ThreeGroups) -> None:
    [last, *_, first] = await builder.attendance_export.days(builder.act_as(ORGANIZER), of(builder.rowan))
    day = timedelta(days=1)

    wrong = of(builder.rowan, first=last, last=first)
    assert await builder.get_refusal(builder.act_as(ORGANIZER), wrong) == "export.order"
    for empty in (
        of(builder.rowan, first=last + day),
        of(builder.rowan, last=first - day),
        of(builder.rowan, first=first + day, last=first + 2 * day),
    ):
        assert await builder.get_refusal(builder.act_as(ORGANIZER), empty) == "export.empty"


async def test_a_few_exports_in_a_minute_are_enough(builder: ThreeGroups) -> None:
    wanted = [of(builder.rowan), EVERY, of(builder.birch), EVERY]
    assert len(wanted) == MOST_A_MINUTE
    for each in wanted:
        await builder.attendance_export.export(builder.act_as(ORGANIZER), each)
        builder.now += timedelta(seconds=10)
    assert await builder.get_refusal(builder.act_as(ORGANIZER), of(builder.rowan)) == "export.too_many"

    builder.now += timedelta(seconds=20)
    await builder.attendance_export.export(builder.act_as(ORGANIZER), of(builder.rowan))
    await builder.attendance_export.export(builder.act_as(STRANGER, guild=ELSEWHERE), of(builder.elm))


async def test_the_same_command_is_carried_out_once(builder: ThreeGroups) -> None:
    actor = builder.act_as(ORGANIZER)
    done = await asyncio.gather(
        *(builder.attendance_export.export(actor, of(builder.rowan)) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, AlreadyHandled) for each in done) == 1
    assert len(await builder.read_log(builder.rowan)) == 1


async def test_the_days_that_are_offered_are_an_organizers_too(builder: ThreeGroups) -> None:
    assert len(await builder.attendance_export.days(builder.act_as(ORGANIZER), EVERY)) == 3
    with pytest.raises(Refusal):
        await builder.attendance_export.days(builder.act_as(ANA), of(builder.rowan))
    with pytest.raises(Refusal):
        await builder.attendance_export.days(builder.act_as(STRANGER), EVERY)


async def test_what_the_host_takes_is_in_the_groups_log_without_a_name(builder: ThreeGroups) -> None:
    record = await builder.transactions.write(
        lambda uow: export_for_operator(uow, builder.rowan, Wanted(form="csv"), now=builder.now)
    )

    assert record is not None
    assert record.rows == 9
    [line] = await builder.read_log(builder.rowan)
    assert (line.action, line.actor_id) == (Action.OPERATOR_EXPORT, None)


async def test_nothing_is_logged_for_the_host_when_there_was_nothing(builder: ThreeGroups) -> None:
    never = Wanted(form="csv", span=Span(last=date(2020, 1, 1)))
    assert (
        await builder.transactions.write(
            lambda uow: export_for_operator(uow, builder.rowan, never, now=builder.now)
        )
        is None
    )
    assert await builder.read_log(builder.rowan) == ()


async def test_the_log_is_for_organizers_and_shows_the_newest_first(builder: ThreeGroups) -> None:
    for _ in range(25):
        builder.now += timedelta(minutes=1)
        await builder.attendance_export.export(builder.act_as(ORGANIZER), of(builder.rowan))
    lines = await builder.read_log(builder.rowan)
    assert len(lines) == 20
    assert [line.done_at for line in lines] == sorted((line.done_at for line in lines), reverse=True)
    assert lines[0].done_at == builder.now
    for actor in (builder.act_as(ANA), builder.act_as(STRANGER), builder.act_as(ORGANIZER, guild=ELSEWHERE)):
        with pytest.raises(Refusal):
            await builder.audit.of_group(actor, builder.rowan.id)
