"""Groups on both engines: made, seen, changed, paused, woken, archived; members who go."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import GroupState, Role
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.ids import ChannelId, GroupId
from buddybot.services.groups.groups import MOST_GROUPS, MOST_MADE, Changes
from buddybot.storage.engine.database import Database
from tests.services.builder import (
    ANA,
    BEN,
    CHO,
    ELSEWHERE,
    GUILD,
    NEW_YEAR,
    ORGANIZER,
    START,
    STRANGER,
    Builder,
    make_new_group,
    refused,
)


@pytest.fixture
def builder(database: Database) -> Builder:
    """The services at noon on a Thursday, the day that the groups meet."""
    return Builder(database, NEW_YEAR + timedelta(hours=12))


async def test_a_new_group_has_its_organizer_and_its_first_meeting(builder: Builder) -> None:
    view = await builder.create_group()
    assert (view.group.name, view.group.state) == ("Rowan", GroupState.ACTIVE)
    assert [(member.user_id, member.role) for member in view.members] == [(ORGANIZER, Role.ORGANIZER)]
    assert view.members[0].display_name == "Person 1"
    assert view.next_meeting is not None
    assert view.next_meeting.starts_at == datetime(2026, 1, 1, 19, tzinfo=UTC)
    assert await builder.read_rows("SELECT kind FROM outbox WHERE state = 'planned'")


@pytest.mark.parametrize(
    ("every_weeks", "at", "first", "second"),
    [(1, time(19), 1, 8), (2, time(19), 1, 15), (1, time(9), 8, 15), (2, time(9), 8, 22)],
)
async def test_the_first_meeting_is_the_next_such_day(
    builder: Builder, every_weeks: int, at: time, first: int, second: int
) -> None:
    await builder.create_group(every_weeks=every_weeks, time=at)
    days = [
        row["local_day"]
        for row in await builder.read_rows("SELECT local_day FROM meetings ORDER BY starts_at")
    ]
    assert days == [f"2026-01-{first:02}", f"2026-01-{second:02}"]


async def test_only_who_manages_the_server_or_organizes_sets_a_group_up(builder: Builder) -> None:
    async with refused("group.needs_manage_server"):
        await builder.groups.create(builder.act_as(STRANGER), make_new_group())
    view = await builder.create_group()
    await builder.invite_members(view.group.id, ANA)
    async with refused("group.needs_manage_server"):
        await builder.groups.create(builder.act_as(ANA), make_new_group("Birch"))
    async with refused("group.needs_manage_server"):
        await builder.groups.create(builder.act_as(ORGANIZER, guild=ELSEWHERE), make_new_group("Birch"))
    await builder.groups.create(builder.act_as(ORGANIZER), make_new_group("Birch"))
    async with refused("guild.only"):
        await builder.groups.create(
            builder.act_as(ORGANIZER, guild=None, manages=True), make_new_group("Elm")
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "\u200b \u3164"}, "text.empty"),
        ({"name": "x" * 41}, "text.long"),
        ({"capacity": 1}, "group.capacity"),
        ({"capacity": 11}, "group.capacity"),
        ({"charter": "x" * 1501}, "text.long"),
        ({"zone": "US"}, "zone.unknown"),
        ({"zone": "../etc/passwd"}, "zone.unknown"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_made(
    builder: Builder, change: dict[str, object], code: str
) -> None:
    async with refused(code):
        await builder.create_group(**{"name": "Rowan", **change})  # type: ignore[arg-type]  # on purpose
    assert await builder.read_rows("SELECT id FROM groups") == []
    assert await builder.read_rows("SELECT interaction_id FROM interactions") == []


async def test_a_name_is_free_in_another_server_and_after_archiving(builder: Builder) -> None:
    view = await builder.create_group("Rowan")
    async with refused("group.name_taken"):
        await builder.create_group(" rOWAN ")
    there = await builder.create_group("Rowan", guild=ELSEWHERE)
    assert there.group.id != view.group.id
    await builder.groups.archive(builder.act_as(ORGANIZER), view.group.id)
    await builder.create_group("Rowan")


async def test_two_set_ups_at_once_make_one_group(builder: Builder) -> None:
    results = await asyncio.gather(builder.create_group(), builder.create_group(), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["GroupView", "Refusal"]
    assert len(await builder.read_rows("SELECT id FROM groups")) == 1


async def test_a_server_has_limits(builder: Builder) -> None:
    for number in range(MOST_MADE):
        await builder.create_group(f"Group {number}")
    async with refused("group.too_fast"):
        await builder.create_group("One more")
    made = MOST_MADE
    while made < MOST_GROUPS:
        builder.now += timedelta(days=1, seconds=1)
        for _ in range(min(MOST_MADE, MOST_GROUPS - made)):
            await builder.create_group(f"Group {made}")
            made += 1
    builder.now += timedelta(days=2)
    async with refused("group.too_many"):
        await builder.create_group("One more")
    await builder.create_group("Elsewhere", guild=ELSEWHERE)


async def test_members_see_the_group_and_organizers_its_invitations(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    await builder.invitations.invite(builder.act_as(ORGANIZER), BEN, group.id)
    assert (await builder.groups.get_group(builder.act_as(ANA))).invitations == ()
    seen = await builder.groups.get_group(builder.act_as(ORGANIZER))
    assert [invitation.user_id for invitation in seen.invitations] == [BEN]
    async with refused("group.none"):
        await builder.groups.get_group(builder.act_as(STRANGER))


ORGANIZERS = {
    "see it": lambda builder, actor, group: builder.groups.get_organized(actor, group),
    "change": lambda builder, actor, group: builder.groups.change(actor, group, Changes(name="Mine")),
    "charter": lambda builder, actor, group: builder.groups.write_charter(actor, group, "Mine"),
    "pause": lambda builder, actor, group: builder.groups.pause(actor, group),
    "resume": lambda builder, actor, group: builder.groups.resume(actor, group),
    "archive": lambda builder, actor, group: builder.groups.archive(actor, group),
    "remove": lambda builder, actor, group: builder.members.remove(actor, group, BEN),
    "find": lambda builder, actor, group: builder.members.find(actor, BEN, group),
    "transfer": lambda builder, actor, group: builder.members.transfer(actor, ANA, keep=True, group_id=group),
    "invite": lambda builder, actor, group: builder.invitations.invite(actor, CHO, group),
    "code": lambda builder, actor, group: builder.invitations.invite_by_code(actor, group_id=group),
}


@pytest.mark.parametrize("act", ORGANIZERS.values(), ids=ORGANIZERS.keys())
async def test_only_its_own_organizer_may(builder: Builder, act) -> None:  # type: ignore[no-untyped-def]  # a lambda
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA, BEN)
    await builder.create_group("Rowan", guild=ELSEWHERE, organizer=CHO)
    before = await builder.read_rows("SELECT * FROM groups ORDER BY id"), await builder.list_members(group.id)
    async with refused("group.organizers_only"):
        await act(builder, builder.act_as(ANA), group.id)
    for stranger in (
        builder.act_as(STRANGER),
        builder.act_as(CHO, guild=ELSEWHERE),
        builder.act_as(ORGANIZER, guild=ELSEWHERE),
    ):
        async with refused("group.unknown"):
            await act(builder, stranger, group.id)
    async with refused("group.unknown"):
        await act(builder, builder.act_as(ORGANIZER), GroupId(999))
    assert before == (
        await builder.read_rows("SELECT * FROM groups ORDER BY id"),
        await builder.list_members(group.id),
    )
    await act(builder, builder.act_as(ORGANIZER), group.id)


async def test_settings_change_what_is_given(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.create_group("Birch")
    changed = await builder.groups.change(
        builder.act_as(ORGANIZER),
        group.id,
        Changes(name="Hazel", channel_id=ChannelId(200), capacity=4),
    )
    assert (changed.name, changed.channel_id, changed.capacity, changed.charter) == (
        "Hazel",
        200,
        4,
        "Be kind.",
    )
    async with refused("group.name_taken"):
        await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(name="BIRCH"))
    await builder.invite_members(group.id, ANA, BEN)
    async with refused("group.capacity_members"):
        await builder.groups.change(builder.act_as(ORGANIZER), group.id, Changes(capacity=2))


async def test_the_charter_keeps_its_lines(builder: Builder) -> None:
    group = (await builder.create_group()).group
    changed = await builder.groups.write_charter(
        builder.act_as(ORGANIZER), group.id, "One\x00\r\n\r\n\r\nTwo\u202e"
    )
    assert changed.charter == "One\n\nTwo"


async def test_a_paused_group_has_no_due_pings_and_wakes_with_all_of_them(builder: Builder) -> None:
    group = (await builder.create_group()).group
    paused = await builder.groups.pause(builder.act_as(ORGANIZER))
    assert paused.group.state is GroupState.PAUSED
    due = await builder.read_rows("SELECT kind FROM outbox WHERE state = 'planned'")
    assert [row["kind"] for row in due] == ["break"]
    builder.now = START + timedelta(days=30)
    woken = await builder.groups.resume(builder.act_as(ORGANIZER), group.id)
    assert woken.next_meeting is not None
    assert woken.next_meeting.starts_at > builder.now
    assert await builder.read_rows("SELECT id FROM outbox WHERE state = 'planned'")


async def test_an_archived_group_is_gone_for_everybody(builder: Builder) -> None:
    group = (await builder.create_group()).group
    offer = await builder.invitations.invite(builder.act_as(ORGANIZER), ANA, group.id)
    await builder.groups.archive(builder.act_as(ORGANIZER), group.id)
    assert await builder.read_rows("SELECT kind FROM outbox WHERE state = 'planned'") == [{"kind": "archive"}]
    async with refused("group.archived"):
        await builder.groups.get_group(builder.act_as(ORGANIZER), group.id)
    async with refused("group.unknown"):
        await builder.groups.get_group(builder.act_as(STRANGER), group.id)
    async with refused("invitation.used"):
        await builder.invitations.accept(builder.act_as(ANA), offer.invitation.id)


async def test_a_person_in_two_groups_names_one_or_speaks_in_its_channel(builder: Builder) -> None:
    rowan = (await builder.create_group("Rowan", channel_id=ChannelId(100))).group
    birch = (await builder.create_group("Birch", channel_id=ChannelId(200))).group
    async with refused("group.which"):
        await builder.groups.get_group(builder.act_as(ORGANIZER))
    assert (await builder.groups.get_group(builder.act_as(ORGANIZER, channel=200))).group == birch
    assert (await builder.groups.get_group(builder.act_as(ORGANIZER, channel=200), rowan.id)).group == rowan
    assert [group.name for group in await builder.groups.choices(builder.act_as(ORGANIZER))] == [
        "Birch",
        "Rowan",
    ]
    assert await builder.groups.choices(builder.act_as(ORGANIZER, guild=ELSEWHERE)) == []


async def test_what_can_be_offered_to_whom(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    for actor, member, organizer in (
        (builder.act_as(ORGANIZER), True, True),
        (builder.act_as(ANA), True, False),
        (builder.act_as(STRANGER), False, False),
        (builder.act_as(ORGANIZER, guild=ELSEWHERE), False, False),
        (builder.act_as(ORGANIZER, guild=None), False, False),
    ):
        rights = await builder.groups.find_rights(actor)
        assert (rights.member, rights.organizer) == (member, organizer)


# -- who goes -------------------------------------------------------------------------------------


async def test_a_member_leaves_and_comes_back_to_their_history(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    left = await builder.members.leave(builder.act_as(ANA), group.id, LeaveReason.FOUND_WORK)
    assert (left.heir, left.ended) == (None, False)
    async with refused("group.left"):
        await builder.groups.get_group(builder.act_as(ANA))
    builder.now += timedelta(days=40)
    await builder.invite_members(group.id, ANA)
    memberships = await builder.read_rows("SELECT left_reason FROM memberships WHERE user_id = 2 ORDER BY id")
    assert [membership["left_reason"] for membership in memberships] == ["found_work", None]


async def test_the_only_organizer_hands_over_to_the_longest_member(builder: Builder) -> None:
    group = (await builder.create_group()).group
    for user_id in (BEN, ANA):
        builder.now += timedelta(hours=1)
        await builder.invite_members(group.id, user_id)
    assert (await builder.members.leaving(builder.act_as(ORGANIZER))).heir == BEN
    left = await builder.members.leave(builder.act_as(ORGANIZER), group.id)
    assert left.heir == BEN
    assert [(member.user_id, member.role) for member in await builder.list_members(group.id)] == [
        (BEN, Role.ORGANIZER),
        (ANA, Role.MEMBER),
    ]


async def test_the_last_member_ends_the_group(builder: Builder) -> None:
    group = (await builder.create_group()).group
    assert (await builder.members.leaving(builder.act_as(ORGANIZER))).last
    assert (await builder.members.leave(builder.act_as(ORGANIZER), group.id)).ended
    assert await builder.read_rows("SELECT state FROM groups") == [{"state": "archived"}]


async def test_two_organizers_who_leave_at_once_do_not_count_on_each_other(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA, BEN)
    await builder.members.transfer(builder.act_as(ORGANIZER), ANA, keep=True)
    await asyncio.gather(
        builder.members.leave(builder.act_as(ORGANIZER), group.id),
        builder.members.leave(builder.act_as(ANA), group.id),
    )
    assert [(member.user_id, member.role) for member in await builder.list_members(group.id)] == [
        (BEN, Role.ORGANIZER)
    ]


async def test_transfer_gives_the_role_and_keeps_mine_only_when_asked(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA, BEN)
    await builder.members.transfer(builder.act_as(ORGANIZER), ANA, keep=True)
    assert [m.user_id for m in await builder.list_members(group.id) if m.organizes] == [ORGANIZER, ANA]
    await builder.members.transfer(builder.act_as(ORGANIZER), BEN, keep=False)
    assert [m.user_id for m in await builder.list_members(group.id) if m.organizes] == [ANA, BEN]
    await builder.members.transfer(builder.act_as(ANA), ANA, keep=False)
    assert [m.user_id for m in await builder.list_members(group.id) if m.organizes] == [ANA, BEN]
    async with refused("member.unknown"):
        await builder.members.transfer(builder.act_as(ANA), STRANGER, keep=False)


async def test_who_manages_the_server_saves_a_group_without_an_organizer(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA)
    manager = builder.act_as(STRANGER, manages=True)
    await builder.members.transfer(manager, ANA, keep=False, group_id=group.id)
    assert [m.user_id for m in await builder.list_members(group.id) if m.organizes] == [ORGANIZER, ANA]
    async with refused("member.unknown"):
        await builder.members.transfer(
            builder.act_as(STRANGER, manages=True), STRANGER, keep=False, group_id=group.id
        )
    async with refused("group.unknown"):
        await builder.members.transfer(
            builder.act_as(STRANGER, guild=ELSEWHERE, manages=True), ANA, keep=False, group_id=group.id
        )
    async with refused("group.none"):
        await builder.groups.get_group(builder.act_as(STRANGER, manages=True))


async def test_removing_is_quiet_and_reversible(builder: Builder) -> None:
    group = (await builder.create_group()).group
    await builder.invite_members(group.id, ANA, BEN)
    async with refused("member.yourself"):
        await builder.members.remove(builder.act_as(ORGANIZER), group.id, ORGANIZER)
    async with refused("member.unknown"):
        await builder.members.remove(builder.act_as(ORGANIZER), group.id, STRANGER)
    pings = await builder.read_rows("SELECT id FROM outbox")
    await builder.members.remove(builder.act_as(ORGANIZER), group.id, ANA)
    assert [member.user_id for member in await builder.list_members(group.id)] == [ORGANIZER, BEN]
    assert await builder.read_rows("SELECT id FROM outbox") == pings
    await builder.invite_members(group.id, ANA)
    assert ANA in [member.user_id for member in await builder.list_members(group.id)]


async def test_a_server_that_is_gone_gets_nothing_until_it_is_back(builder: Builder) -> None:
    await builder.create_group()
    await builder.guilds.mark_gone(GUILD)
    first = await builder.read_rows("SELECT gone_since FROM guilds WHERE guild_id = 10")
    builder.now += timedelta(days=9)
    await builder.guilds.mark_gone(GUILD)
    assert await builder.read_rows("SELECT gone_since FROM guilds WHERE guild_id = 10") == first
    await builder.guilds.reconcile([GUILD])
    assert await builder.read_rows("SELECT gone_since FROM guilds WHERE guild_id = 10") == [
        {"gone_since": None}
    ]
    upcoming = await builder.read_rows("SELECT starts_at FROM meetings WHERE state = 'scheduled'")
    assert max(row["starts_at"] for row in upcoming) > builder.now.timestamp()
    await builder.guilds.reconcile([ELSEWHERE])
    assert await builder.read_rows("SELECT gone_since FROM guilds WHERE guild_id = 10") != [
        {"gone_since": None}
    ]
