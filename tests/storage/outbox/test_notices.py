"""Notices reach an organizer of the group, once."""

from collections.abc import Sequence
from datetime import timedelta

from buddybot.domain.groups.groups import Role
from buddybot.domain.groups.notices import Notice
from buddybot.domain.ids import ChannelId, GroupId, GuildId, InteractionId, UserId
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.what_follows import NoticeService
from buddybot.storage.engine.database import Database, Tx
from buddybot.storage.groups.groups import MemberRepository
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.ui.framework.texts import Texts
from buddybot.ui.notices import notice_line, notices_card
from tests.pings.people import ANA, BEN, CHO, GUILD, NOON, Hands, found_group

GROUP_ID = GroupId(1)


def who(user_id: UserId, guild_id: GuildId | None = GUILD) -> Actor:
    return Actor(user_id, guild_id, None, InteractionId(1), "")


def service(database: Database) -> NoticeService:
    return NoticeService(Transactions(database=database, now=Hands(), changed=lambda: None))


async def take(notices: NoticeService, actor: Actor) -> Sequence[Notice]:
    """Let an organizer read what there is."""
    found = await notices.list_unseen(actor)
    await notices.mark_seen(actor, found)
    return found


async def tell(database: Database, *keys: str) -> None:
    await tell_again(database, *keys, group_id=(await found_group(database)).id)


async def tell_again(database: Database, *keys: str, group_id: GroupId = GROUP_ID) -> None:
    async def script(tx: Tx) -> None:
        for key in keys:
            await NoticeRepository(tx).tell(
                group_id, code="ping_missed", key=key, parameters={"kind": "card"}, now=NOON
            )

    await database.write(script)


async def test_the_same_trouble_is_told_once(database: Database) -> None:
    await tell(database, "a", "a", "b")
    notices = service(database)
    assert len(await take(notices, who(ANA))) == 2
    assert not await take(notices, who(ANA))


async def test_what_came_in_while_an_organizer_read_waits_for_the_next_command(database: Database) -> None:
    await tell(database, "a")
    notices = service(database)
    shown = await notices.list_unseen(who(ANA))
    await tell_again(database, "b")
    await notices.mark_seen(who(ANA), shown)
    assert len(await take(notices, who(ANA))) == 1


async def test_only_the_groups_organizers_are_told(database: Database) -> None:
    await tell(database, "a")
    notices = service(database)
    for actor in (who(BEN), who(CHO), who(ANA, GuildId(701)), who(ANA, None)):
        assert not await take(notices, actor)
    [notice] = await take(notices, who(ANA))
    assert (notice.group_name, notice.code, notice.parameters) == ("Rowan", "ping_missed", {"kind": "card"})


async def test_who_organizes_no_more_is_told_no_more(database: Database) -> None:
    await tell(database, "a")
    group_id = (await database.read(lambda tx: NoticeRepository(tx).list_unseen(GUILD, ANA)))[0].group_id
    await database.write(
        lambda tx: MemberRepository(tx).set_role(group_id=group_id, user_id=ANA, role=Role.MEMBER)
    )
    assert not await take(service(database), who(ANA))


async def test_a_trouble_that_was_over_is_told_again(database: Database) -> None:
    group = await found_group(database)

    async def tell_route() -> None:
        await database.write(
            lambda tx: NoticeRepository(tx).tell(
                group.id, code="route_closed", key="route:50013", parameters={}, now=NOON
            )
        )

    await tell_route()
    assert len(await take(service(database), who(ANA))) == 1
    await database.write(lambda tx: NoticeRepository(tx).forget(group.id, "route_closed"))
    await tell_route()
    assert len(await take(service(database), who(ANA))) == 1


def test_every_notice_is_a_sentence_with_its_fields() -> None:
    texts = Texts()
    missed = Notice(
        id=1,
        group_id=GROUP_ID,
        group_name="Rowan *group*",
        code="ping_missed",
        parameters={"kind": "checkin", "due_at": int(NOON.timestamp()), "why": "late"},
        created_at=NOON,
    )
    line = notice_line(texts, missed)
    assert r"Rowan \*group\*" in line
    assert f"<t:{int(NOON.timestamp())}:F>" in line
    assert "the check-in" in line
    closed = Notice(
        id=1,
        group_id=GROUP_ID,
        group_name="Rowan",
        code="route_closed",
        parameters={"channel": 800, "error": 50013},
        created_at=NOON + timedelta(hours=1),
    )
    assert f"<#{ChannelId(800)}>" in notice_line(texts, closed)
    assert notices_card(texts, [], [missed, closed], more=True).content_length() < 1000
