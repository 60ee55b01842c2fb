"""Groups on both engines: made, seen, changed, paused, woken, archived; members who go."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from buddybot.domain.groups.groups import GroupState, Role
from buddybot.domain.groups.preferences import LeaveReason
from buddybot.domain.ids import ChannelId, GroupId
from buddybot.services.groups.groups import MOST_GROUPS, MOST_MADE, Changes
from buddybot.storage.engine.database import Database
from tests.services.club import ANA, BEN, CHO, HERE, ORGANIZER, START, STRANGER, THERE, Club, new_group
from tests.services.meetings.calendar_house import refused


@pytest.fixture
def club(database: Database) -> Club:
    """A club on each engine."""
    return Club(database)


async def test_a_new_group_has_its_organizer_and_its_first_meeting(club: Club) -> None:
    view = await club.group()
    assert (view.group.name, view.group.state) == ("Rowan", GroupState.ACTIVE)
    assert [(member.user_id, member.role) for member in view.members] == [(ORGANIZER, Role.ORGANIZER)]
    assert view.members[0].display_name == "Person 1"
    assert view.next_meeting is not None
    assert view.next_meeting.starts_at == datetime(2026, 1, 1, 19, tzinfo=UTC)
    assert await club.rows("SELECT kind FROM outbox WHERE state = 'planned'")


@pytest.mark.parametrize(
    ("every_weeks", "at", "first", "second"),
    [(1, time(19), 1, 8), (2, time(19), 1, 15), (1, time(9), 8, 15), (2, time(9), 8, 22)],
)
async def test_the_first_meeting_is_the_next_such_day(
    club: Club, every_weeks: int, at: time, first: int, second: int
) -> None:
    await club.group(every_weeks=every_weeks, time=at)
    days = [row["local_day"] for row in await club.rows("SELECT local_day FROM meetings ORDER BY starts_at")]
    assert days == [f"2026-01-{first:02}", f"2026-01-{second:02}"]


async def test_only_who_manages_the_server_or_organizes_sets_a_group_up(club: Club) -> None:
    async with refused("group.needs_manage_server"):
        await club.groups.create(club.actor(STRANGER), new_group())
    view = await club.group()
    await club.join(view.group.id, ANA)
    async with refused("group.needs_manage_server"):
        await club.groups.create(club.actor(ANA), new_group("Birch"))
    async with refused("group.needs_manage_server"):
        await club.groups.create(club.actor(ORGANIZER, guild=THERE), new_group("Birch"))
    await club.groups.create(club.actor(ORGANIZER), new_group("Birch"))
    async with refused("guild.only"):
        await club.groups.create(club.actor(ORGANIZER, guild=None, manages=True), new_group("Elm"))


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
    club: Club, change: dict[str, object], code: str
) -> None:
    async with refused(code):
        await club.group(**{"name": "Rowan", **change})  # type: ignore[arg-type]  # on purpose
    assert await club.rows("SELECT id FROM groups") == []
    assert await club.rows("SELECT interaction_id FROM interactions") == []


async def test_a_name_is_free_in_another_server_and_after_archiving(club: Club) -> None:
    view = await club.group("Rowan")
    async with refused("group.name_taken"):
        await club.group(" rOWAN ")
    there = await club.group("Rowan", guild=THERE)
    assert there.group.id != view.group.id
    await club.groups.archive(club.actor(ORGANIZER), view.group.id)
    await club.group("Rowan")


async def test_two_set_ups_at_once_make_one_group(club: Club) -> None:
    results = await asyncio.gather(club.group(), club.group(), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["GroupView", "Refusal"]
    assert len(await club.rows("SELECT id FROM groups")) == 1


async def test_a_server_has_limits(club: Club) -> None:
    for number in range(MOST_MADE):
        await club.group(f"Group {number}")
    async with refused("group.too_fast"):
        await club.group("One more")
    made = MOST_MADE
    while made < MOST_GROUPS:
        club.now += timedelta(days=1, seconds=1)
        for _ in range(min(MOST_MADE, MOST_GROUPS - made)):
            await club.group(f"Group {made}")
            made += 1
    club.now += timedelta(days=2)
    async with refused("group.too_many"):
        await club.group("One more")
    await club.group("Elsewhere", guild=THERE)


async def test_members_see_the_group_and_organizers_its_invitations(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA)
    await club.invitations.invite(club.actor(ORGANIZER), BEN, group.id)
    assert (await club.groups.get_group(club.actor(ANA))).invitations == ()
    seen = await club.groups.get_group(club.actor(ORGANIZER))
    assert [invitation.user_id for invitation in seen.invitations] == [BEN]
    async with refused("group.none"):
        await club.groups.get_group(club.actor(STRANGER))


ORGANIZERS = {
    "see it": lambda club, actor, group: club.groups.get_organized(actor, group),
    "change": lambda club, actor, group: club.groups.change(actor, group, Changes(name="Mine")),
    "charter": lambda club, actor, group: club.groups.write_charter(actor, group, "Mine"),
    "pause": lambda club, actor, group: club.groups.pause(actor, group),
    "resume": lambda club, actor, group: club.groups.resume(actor, group),
    "archive": lambda club, actor, group: club.groups.archive(actor, group),
    "remove": lambda club, actor, group: club.members.remove(actor, group, BEN),
    "find": lambda club, actor, group: club.members.find(actor, BEN, group),
    "transfer": lambda club, actor, group: club.members.transfer(actor, ANA, keep=True, group_id=group),
    "invite": lambda club, actor, group: club.invitations.invite(actor, CHO, group),
    "code": lambda club, actor, group: club.invitations.invite_by_code(actor, group_id=group),
}


@pytest.mark.parametrize("act", ORGANIZERS.values(), ids=ORGANIZERS.keys())
async def test_only_its_own_organizer_may(club: Club, act) -> None:  # type: ignore[no-untyped-def]  # a lambda
    group = (await club.group()).group
    await club.join(group.id, ANA, BEN)
    await club.group("Rowan", guild=THERE, organizer=CHO)
    before = await club.rows("SELECT * FROM groups ORDER BY id"), await club.current(group.id)
    async with refused("group.organizers_only"):
        await act(club, club.actor(ANA), group.id)
    for stranger in (club.actor(STRANGER), club.actor(CHO, guild=THERE), club.actor(ORGANIZER, guild=THERE)):
        async with refused("group.unknown"):
            await act(club, stranger, group.id)
    async with refused("group.unknown"):
        await act(club, club.actor(ORGANIZER), GroupId(999))
    assert before == (await club.rows("SELECT * FROM groups ORDER BY id"), await club.current(group.id))
    await act(club, club.actor(ORGANIZER), group.id)


async def test_settings_change_what_is_given(club: Club) -> None:
    group = (await club.group()).group
    await club.group("Birch")
    changed = await club.groups.change(
        club.actor(ORGANIZER),
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
        await club.groups.change(club.actor(ORGANIZER), group.id, Changes(name="BIRCH"))
    await club.join(group.id, ANA, BEN)
    async with refused("group.capacity_members"):
        await club.groups.change(club.actor(ORGANIZER), group.id, Changes(capacity=2))


async def test_the_charter_keeps_its_lines(club: Club) -> None:
    group = (await club.group()).group
    changed = await club.groups.write_charter(club.actor(ORGANIZER), group.id, "One\x00\r\n\r\n\r\nTwo\u202e")
    assert changed.charter == "One\n\nTwo"


async def test_a_paused_group_has_no_due_pings_and_wakes_with_all_of_them(club: Club) -> None:
    group = (await club.group()).group
    paused = await club.groups.pause(club.actor(ORGANIZER))
    assert paused.group.state is GroupState.PAUSED
    due = await club.rows("SELECT kind FROM outbox WHERE state = 'planned'")
    assert [row["kind"] for row in due] == ["break"]
    club.now = START + timedelta(days=30)
    woken = await club.groups.resume(club.actor(ORGANIZER), group.id)
    assert woken.next_meeting is not None
    assert woken.next_meeting.starts_at > club.now
    assert await club.rows("SELECT id FROM outbox WHERE state = 'planned'")


async def test_an_archived_group_is_gone_for_everybody(club: Club) -> None:
    group = (await club.group()).group
    offer = await club.invitations.invite(club.actor(ORGANIZER), ANA, group.id)
    await club.groups.archive(club.actor(ORGANIZER), group.id)
    assert await club.rows("SELECT kind FROM outbox WHERE state = 'planned'") == [{"kind": "archive"}]
    async with refused("group.archived"):
        await club.groups.get_group(club.actor(ORGANIZER), group.id)
    async with refused("group.unknown"):
        await club.groups.get_group(club.actor(STRANGER), group.id)
    async with refused("invitation.used"):
        await club.invitations.accept(club.actor(ANA), offer.invitation.id)


async def test_a_person_in_two_groups_names_one_or_speaks_in_its_channel(club: Club) -> None:
    rowan = (await club.group("Rowan", channel_id=ChannelId(100))).group
    birch = (await club.group("Birch", channel_id=ChannelId(200))).group
    async with refused("group.which"):
        await club.groups.get_group(club.actor(ORGANIZER))
    assert (await club.groups.get_group(club.actor(ORGANIZER, channel=200))).group == birch
    assert (await club.groups.get_group(club.actor(ORGANIZER, channel=200), rowan.id)).group == rowan
    assert [group.name for group in await club.groups.choices(club.actor(ORGANIZER))] == ["Birch", "Rowan"]
    assert await club.groups.choices(club.actor(ORGANIZER, guild=THERE)) == []


async def test_what_can_be_offered_to_whom(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA)
    for actor, member, organizer in (
        (club.actor(ORGANIZER), True, True),
        (club.actor(ANA), True, False),
        (club.actor(STRANGER), False, False),
        (club.actor(ORGANIZER, guild=THERE), False, False),
        (club.actor(ORGANIZER, guild=None), False, False),
    ):
        place = await club.groups.place(actor)
        assert (place.member, place.organizer) == (member, organizer)


# -- who goes -------------------------------------------------------------------------------------


async def test_a_member_leaves_and_comes_back_to_their_history(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA)
    left = await club.members.leave(club.actor(ANA), group.id, LeaveReason.FOUND_WORK)
    assert (left.heir, left.ended) == (None, False)
    async with refused("group.left"):
        await club.groups.get_group(club.actor(ANA))
    club.now += timedelta(days=40)
    await club.join(group.id, ANA)
    memberships = await club.rows("SELECT left_reason FROM memberships WHERE user_id = 2 ORDER BY id")
    assert [membership["left_reason"] for membership in memberships] == ["found_work", None]


async def test_the_only_organizer_hands_over_to_the_longest_member(club: Club) -> None:
    group = (await club.group()).group
    for user_id in (BEN, ANA):
        club.now += timedelta(hours=1)
        await club.join(group.id, user_id)
    assert (await club.members.leaving(club.actor(ORGANIZER))).heir == BEN
    left = await club.members.leave(club.actor(ORGANIZER), group.id)
    assert left.heir == BEN
    assert [(member.user_id, member.role) for member in await club.current(group.id)] == [
        (BEN, Role.ORGANIZER),
        (ANA, Role.MEMBER),
    ]


async def test_the_last_member_ends_the_group(club: Club) -> None:
    group = (await club.group()).group
    assert (await club.members.leaving(club.actor(ORGANIZER))).last
    assert (await club.members.leave(club.actor(ORGANIZER), group.id)).ended
    assert await club.rows("SELECT state FROM groups") == [{"state": "archived"}]


async def test_two_organizers_who_leave_at_once_do_not_count_on_each_other(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA, BEN)
    await club.members.transfer(club.actor(ORGANIZER), ANA, keep=True)
    await asyncio.gather(
        club.members.leave(club.actor(ORGANIZER), group.id), club.members.leave(club.actor(ANA), group.id)
    )
    assert [(member.user_id, member.role) for member in await club.current(group.id)] == [
        (BEN, Role.ORGANIZER)
    ]


async def test_transfer_gives_the_role_and_keeps_mine_only_when_asked(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA, BEN)
    await club.members.transfer(club.actor(ORGANIZER), ANA, keep=True)
    assert [m.user_id for m in await club.current(group.id) if m.organizes] == [ORGANIZER, ANA]
    await club.members.transfer(club.actor(ORGANIZER), BEN, keep=False)
    assert [m.user_id for m in await club.current(group.id) if m.organizes] == [ANA, BEN]
    await club.members.transfer(club.actor(ANA), ANA, keep=False)
    assert [m.user_id for m in await club.current(group.id) if m.organizes] == [ANA, BEN]
    async with refused("member.unknown"):
        await club.members.transfer(club.actor(ANA), STRANGER, keep=False)


async def test_who_manages_the_server_saves_a_group_without_an_organizer(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA)
    manager = club.actor(STRANGER, manages=True)
    await club.members.transfer(manager, ANA, keep=False, group_id=group.id)
    assert [m.user_id for m in await club.current(group.id) if m.organizes] == [ORGANIZER, ANA]
    async with refused("member.unknown"):
        await club.members.transfer(
            club.actor(STRANGER, manages=True), STRANGER, keep=False, group_id=group.id
        )
    async with refused("group.unknown"):
        await club.members.transfer(
            club.actor(STRANGER, guild=THERE, manages=True), ANA, keep=False, group_id=group.id
        )
    async with refused("group.none"):
        await club.groups.get_group(club.actor(STRANGER, manages=True))


async def test_removing_is_quiet_and_reversible(club: Club) -> None:
    group = (await club.group()).group
    await club.join(group.id, ANA, BEN)
    async with refused("member.yourself"):
        await club.members.remove(club.actor(ORGANIZER), group.id, ORGANIZER)
    async with refused("member.unknown"):
        await club.members.remove(club.actor(ORGANIZER), group.id, STRANGER)
    pings = await club.rows("SELECT id FROM outbox")
    await club.members.remove(club.actor(ORGANIZER), group.id, ANA)
    assert [member.user_id for member in await club.current(group.id)] == [ORGANIZER, BEN]
    assert await club.rows("SELECT id FROM outbox") == pings
    await club.join(group.id, ANA)
    assert ANA in [member.user_id for member in await club.current(group.id)]


async def test_a_server_that_is_gone_gets_nothing_until_it_is_back(club: Club) -> None:
    await club.group()
    await club.guilds.mark_gone(HERE)
    first = await club.rows("SELECT gone_since FROM guilds WHERE guild_id = 10")
    club.now += timedelta(days=9)
    await club.guilds.mark_gone(HERE)
    assert await club.rows("SELECT gone_since FROM guilds WHERE guild_id = 10") == first
    await club.guilds.reconcile([HERE])
    assert await club.rows("SELECT gone_since FROM guilds WHERE guild_id = 10") == [{"gone_since": None}]
    upcoming = await club.rows("SELECT starts_at FROM meetings WHERE state = 'scheduled'")
    assert max(row["starts_at"] for row in upcoming) > club.now.timestamp()
    await club.guilds.reconcile([THERE])
    assert await club.rows("SELECT gone_since FROM guilds WHERE guild_id = 10") != [{"gone_since": None}]
