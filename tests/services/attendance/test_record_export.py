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
    AttendanceExport,
    Wanted,
    export_for_operator,
)
from buddybot.services.core.unit_of_work import Actor, AlreadyHandled
from buddybot.services.privacy.audit import AuditService
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, BEN, ORGANIZER, STRANGER, THERE, Club
from tests.services.health.past import GOOD, lived

EVERY = Wanted(form="csv", every=True)


class Town(Club):
    """Rowan and Birch here, both of one organizer, and Elm elsewhere; each has met three times."""

    exports: AttendanceExport
    audit: AuditService
    rowan: Group
    birch: Group
    elm: Group

    async def found(self) -> "Town":
        """Let them live."""
        self.exports, self.audit = AttendanceExport(self.transactions), AuditService(self.transactions)
        self.rowan = (await self.group()).group
        self.birch = (await self.group("Birch")).group
        self.elm = (await self.group("Elm", guild=THERE, organizer=STRANGER)).group
        await self.join(self.rowan.id, ANA, BEN)
        self.now += timedelta(weeks=4)
        for group, people in ((self.rowan, (ORGANIZER, ANA, BEN)), (self.birch, (ORGANIZER,))):
            await self.live(group, people)
        await self.live(self.elm, (STRANGER,))
        return self

    async def live(self, group: Group, people: Sequence[UserId]) -> None:
        """Let a group have met three times."""
        await self.transactions.write(lambda uow: lived(uow.tx, group, people, [GOOD] * 3, until=self.now))

    async def logged(self, group: Group, organizer: UserId = ORGANIZER) -> tuple[Logged, ...]:
        """Return a group's log."""
        return (await self.audit.of_group(self.actor(organizer, guild=group.guild_id), group.id)).lines

    async def refusal(self, actor: Actor, wanted: Wanted) -> str:
        """Return why an export is refused; nothing is logged then."""
        before = await self.rows("SELECT * FROM audit")
        with pytest.raises(Refusal) as refused:
            await self.exports.export(actor, wanted)
        assert await self.rows("SELECT * FROM audit") == before
        return refused.value.code


@pytest.fixture
async def town(database: Database) -> Town:
    """Three groups in two servers."""
    return await Town(database).found()


def of(group: Group, **span: date) -> Wanted:
    return Wanted(form="xlsx", group_id=group.id, span=Span(**span))


async def test_an_organizer_gets_the_record_and_the_log_has_a_line(town: Town) -> None:
    export = await town.exports.export(town.actor(ORGANIZER), of(town.rowan))

    assert [record.group.name for record in export.records] == ["Rowan"]
    assert (export.meetings, export.rows) == (3, 9)
    first, last = export.days
    assert await town.logged(town.rowan) == (
        Logged(
            Action.EXPORT,
            ORGANIZER,
            town.now,
            {"format": "xlsx", "first": first.isoformat(), "last": last.isoformat(), "groups": 1, "rows": 9},
        ),
    )
    assert await town.logged(town.birch) == ()


async def test_all_groups_are_those_that_the_person_organizes_here(town: Town) -> None:
    export = await town.exports.export(town.actor(ORGANIZER), EVERY)

    assert [record.group.name for record in export.records] == ["Birch", "Rowan"]
    for group in (town.rowan, town.birch):
        [line] = await town.logged(group)
        assert line.parameters["groups"] == 2
    assert await town.logged(town.elm, STRANGER) == ()


async def test_a_member_a_stranger_and_another_server_get_nothing(town: Town) -> None:
    assert await town.refusal(town.actor(ANA), of(town.rowan)) == "group.organizers_only"
    assert await town.refusal(town.actor(ANA), EVERY) == "group.organizers_only"
    assert await town.refusal(town.actor(STRANGER), of(town.rowan)) == "group.unknown"
    assert await town.refusal(town.actor(STRANGER), EVERY) == "group.none"
    assert await town.refusal(town.actor(ORGANIZER), of(town.elm)) == "group.unknown"
    assert await town.refusal(town.actor(ORGANIZER, guild=THERE), of(town.rowan)) == "group.unknown"
    assert await town.refusal(town.actor(ORGANIZER, guild=None), EVERY) == "guild.only"
    missing = Wanted(form="csv", group_id=GroupId(999))
    assert await town.refusal(town.actor(ORGANIZER), missing) == "group.unknown"


async def test_pictures_of_meetings_without_names_are_refused_and_not_logged(town: Town) -> None:
    await town.transactions.write(
        lambda uow: uow.tx.run("UPDATE meetings SET reduced = 1 WHERE group_id = :id", id=town.rowan.id)
    )
    drawn = Wanted(form="png", drawn=True, group_id=town.rowan.id)
    assert await town.refusal(town.actor(ORGANIZER), drawn) == "export.no_picture_ever"
    spanned = drawn._replace(span=Span(last=date(2020, 1, 1)))
    assert await town.refusal(town.actor(ORGANIZER), spanned) == "export.no_picture"

    export = await town.exports.export(town.actor(ORGANIZER), Wanted(form="png", drawn=True, every=True))
    assert [record.group.name for record in export.records] == ["Birch"]
    assert await town.logged(town.rowan) == ()


async def test_a_span_is_kept_to_on_both_ends(town: Town) -> None:
    first, middle, last = reversed(await town.exports.days(town.actor(ORGANIZER), of(town.rowan)))

    export = await town.exports.export(town.actor(ORGANIZER), of(town.rowan, first=middle, last=middle))
    assert export.days == (middle, middle)
    export = await town.exports.export(town.actor(ORGANIZER), of(town.rowan, first=middle))
    assert export.days == (middle, last)
    export = await town.exports.export(town.actor(ORGANIZER), of(town.rowan, last=middle))
    assert export.days == (first, middle)


async def test_a_span_that_is_no_span_is_refused(town: Town) -> None:
    [last, *_, first] = await town.exports.days(town.actor(ORGANIZER), of(town.rowan))
    day = timedelta(days=1)

    wrong = of(town.rowan, first=last, last=first)
    assert await town.refusal(town.actor(ORGANIZER), wrong) == "export.order"
    for empty in (
        of(town.rowan, first=last + day),
        of(town.rowan, last=first - day),
        of(town.rowan, first=first + day, last=first + 2 * day),
    ):
        assert await town.refusal(town.actor(ORGANIZER), empty) == "export.empty"


async def test_a_few_exports_in_a_minute_are_enough(town: Town) -> None:
    wanted = [of(town.rowan), EVERY, of(town.birch), EVERY]
    assert len(wanted) == MOST_A_MINUTE
    for each in wanted:
        await town.exports.export(town.actor(ORGANIZER), each)
        town.now += timedelta(seconds=10)
    assert await town.refusal(town.actor(ORGANIZER), of(town.rowan)) == "export.too_many"

    town.now += timedelta(seconds=20)
    await town.exports.export(town.actor(ORGANIZER), of(town.rowan))
    await town.exports.export(town.actor(STRANGER, guild=THERE), of(town.elm))


async def test_the_same_command_is_carried_out_once(town: Town) -> None:
    actor = town.actor(ORGANIZER)
    done = await asyncio.gather(
        *(town.exports.export(actor, of(town.rowan)) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(each, AlreadyHandled) for each in done) == 1
    assert len(await town.logged(town.rowan)) == 1


async def test_the_days_that_are_offered_are_an_organizers_too(town: Town) -> None:
    assert len(await town.exports.days(town.actor(ORGANIZER), EVERY)) == 3
    with pytest.raises(Refusal):
        await town.exports.days(town.actor(ANA), of(town.rowan))
    with pytest.raises(Refusal):
        await town.exports.days(town.actor(STRANGER), EVERY)


async def test_what_the_host_takes_is_in_the_groups_log_without_a_name(town: Town) -> None:
    record = await town.transactions.write(
        lambda uow: export_for_operator(uow, town.rowan, Wanted(form="csv"), now=town.now)
    )

    assert record is not None
    assert record.rows == 9
    [line] = await town.logged(town.rowan)
    assert (line.action, line.actor_id) == (Action.OPERATOR_EXPORT, None)


async def test_nothing_is_logged_for_the_host_when_there_was_nothing(town: Town) -> None:
    never = Wanted(form="csv", span=Span(last=date(2020, 1, 1)))
    assert (
        await town.transactions.write(lambda uow: export_for_operator(uow, town.rowan, never, now=town.now))
        is None
    )
    assert await town.logged(town.rowan) == ()


async def test_the_log_is_for_organizers_and_shows_the_newest_first(town: Town) -> None:
    for _ in range(25):
        town.now += timedelta(minutes=1)
        await town.exports.export(town.actor(ORGANIZER), of(town.rowan))
    lines = await town.logged(town.rowan)
    assert len(lines) == 20
    assert [line.done_at for line in lines] == sorted((line.done_at for line in lines), reverse=True)
    assert lines[0].done_at == town.now
    for actor in (town.actor(ANA), town.actor(STRANGER), town.actor(ORGANIZER, guild=THERE)):
        with pytest.raises(Refusal):
            await town.audit.of_group(actor, town.rowan.id)
