"""What members do about themselves, and what is done about them."""

from buddybot.storage.engine.database import Tx
from buddybot.ui.groups.preferences import KEEP
from tests.changes.life import NEXT, Life


async def go_away(life: Life) -> None:
    """Cho, who hosts the next meeting, will be away."""
    await life.do("Cho", "away", start=await life.day(NEXT, -1), end=await life.day(NEXT, 1))


async def go_away_first(life: Life) -> None:
    """Cho will be away, and those concerned hear of it."""
    await go_away(life)
    await life.world.run_due()


async def stay(life: Life) -> None:
    """Cho, who was to be away, is not."""
    cho = life.person("Cho").id
    [row] = await life.world.rows("SELECT id FROM away WHERE user_id = :cho", cho=cho)
    await life.press("Cho", f"away_drop:{row['id']}")


async def take_back_away(life: Life) -> None:
    """Dev, who was away over the second meeting, is not."""
    dev = life.person("Dev").id
    [row] = await life.world.rows("SELECT id FROM away WHERE user_id = :dev", dev=dev)
    await life.press("Dev", f"away_drop:{row['id']}")


async def host_cannot_come(life: Life) -> None:
    """Cho, who hosts the next meeting, says that she can't come."""
    await life.press("Cho", f"rsvp:{life.ids[NEXT]}:apologies")


async def be_here(life: Life) -> None:
    """Eli, who has not answered, is there."""
    await life.press("Eli", f"here:{life.ids[NEXT]}")


async def pass_the_word(life: Life) -> None:
    """The one who speaks passes the word to the next."""
    await life.press("Ana", f"next_turn:{life.ids[NEXT]}:0")


async def answer_late(life: Life) -> None:
    """Eli says while the meeting goes on that he will be late."""
    await life.press("Eli", f"rsvp:{life.ids[NEXT]}:late")


async def answer(life: Life) -> None:
    """Eli says that he comes."""
    await life.press("Eli", f"rsvp:{life.ids[NEXT]}:going")


async def leave(life: Life) -> None:
    """Cho, who hosts the next meeting, leaves the group."""
    await life.press("Cho", f"me_leave_go:{life.group_id}")


async def leave_before_the_close(life: Life) -> None:
    """Cho, who is at the meeting and hosts it, leaves the group while it goes on; then Ana closes it."""
    await leave(life)
    await life.world.pass_time(minutes=20)
    await life.press("Ana", f"close_now:{life.ids[NEXT]}")


async def organizer_leaves(life: Life) -> None:
    """Ana leaves, and takes the Library off the list; Dev organizes the group as well."""
    await life.press("Ana", f"me_leave_go:{life.group_id}")


async def organizer_leaves_place(life: Life) -> None:
    """Ana leaves, and leaves the Library to the group."""
    await life.press("Ana", f"me_leave_go:{life.group_id}:{KEEP}")


async def remove(life: Life) -> None:
    """Ana lets Cho go."""
    await life.press("Ana", f"group_remove_go:{life.group_id}:{life.person('Cho').id}")


async def rejoin(life: Life) -> None:
    """Cho leaves, and comes back an hour later."""
    await leave(life)
    await life.world.pass_time(hours=1)
    await join(life, "Cho")


async def join(life: Life, name: str = "Zoe") -> None:
    """Somebody is invited and comes."""
    await life.do("Ana", "group invite", member=life.person(name))
    [row] = await life.world.rows("SELECT MAX(id) AS id FROM invitations")
    await life.press(name, f"invitation_accept:{row['id']}")


async def delete(life: Life) -> None:
    """Cho has everything about her deleted."""
    await life.press("Cho", f"me_delete_go:{life.person('Cho').id}")


async def rename(life: Life) -> None:
    """Ben takes a nickname, and looks at what is next."""
    backend = life.world.env.backend
    backend.edit_member(life.guild.id, life.person("Ben").id, {"nick": "Benjamin"})
    await life.do("Ben", "next")


async def hand_on_office(life: Life) -> None:
    """Ana makes Eli an organizer in her place."""
    await life.do("Ana", "group transfer", member=str(life.person("Eli").id))


async def stop_nudges(life: Life) -> None:
    """Eli wants no nudge in the middle of the week."""
    await life.press("Eli", "me_nudges:0")


async def be_quiet(life: Life) -> None:
    """Eli does not want to be written to in the evening."""
    await life.fill("Eli", "me_quiet_given", start="18:00", end="20:00")


async def be_elsewhere(life: Life) -> None:
    """Eli lives by Tokyo's clocks."""
    await life.fill("Eli", "me_zone_given", zone="Tokyo")


async def pause_oneself(life: Life) -> None:
    """Eli, who was offered it, takes a break of a week."""
    now = int(life.world.now.timestamp())

    async def script(tx: Tx) -> None:
        await tx.run(
            "INSERT INTO offers (group_id, user_id, meeting_id, made_at, seen_at) "
            "VALUES (:group, :user, :meeting, :now, :now)",
            group=life.group_id, user=life.person("Eli").id, meeting=life.ids["held"], now=now,
        )  # fmt: skip

    await life.world.bot.services.transactions.write(lambda uow: script(uow.tx))
    await life.fill("Eli", f"offer_paused:{life.guild.id}:{life.ids['held']}", weeks=["1"])


async def stop_messages(life: Life) -> None:
    """Eli wants no more direct messages."""
    await life.press("Eli", "me_direct:0")
