"""What is done about turns of hosting and places."""

from tests.changes.life import NEXT, SECOND, Life


async def hand_turn_on(life: Life) -> None:
    """Cho can't host the next meeting."""
    await life.press("Cho", f"host_declined:{life.ids[NEXT]}")


async def leave_without_host(life: Life) -> None:
    """On the day itself Cho, who was to host, can't come, and the group hears of it."""
    await life.press("Cho", f"rsvp:{life.ids[NEXT]}:apologies")
    await life.world.run_due()


async def offer_to_host(life: Life) -> None:
    """Ben, who comes, can host."""
    await life.press("Ben", f"host_come:{life.ids[NEXT]}")


async def name_host(life: Life) -> None:
    """Ana chooses Ben as the host."""
    await life.press("Ana", f"host_named:{life.ids[NEXT]}", str(life.person("Ben").id))


async def meet_online(life: Life) -> None:
    """Ana lets everybody meet online this once."""
    await life.press("Ana", f"host_online:{life.ids[NEXT]}")


async def go_online_first(life: Life) -> None:
    """Ana lets everybody meet online, and the group hears of it."""
    await meet_online(life)
    await life.world.run_due()


async def come_back_from_online(life: Life) -> None:
    """Ana has the next meeting at the Library after all."""
    await life.do(
        "Ana", "rotation assign", meeting=str(life.ids[NEXT]), location=await life.location("Library")
    )


async def ask_for_home(life: Life) -> None:
    """Ana would have the second meeting at Cho's, though Ben hosts it; Cho is asked."""
    await life.do(
        "Ana", "rotation assign", meeting=str(life.ids[SECOND]), location=await life.location("Cho's kitchen")
    )
    await life.world.run_due()


async def lend_home(life: Life) -> None:
    """Cho lets the group meet at her home."""
    ben, place = life.person("Ben").id, await life.location("Cho's kitchen")
    await life.press("Cho", f"home_agree:{life.ids[SECOND]}:{place}:{ben}")


async def go_elsewhere(life: Life) -> None:
    """Ben, who hosts the second meeting, holds it online before Cho has answered."""
    await life.press("Ben", f"host_place:{life.ids[SECOND]}", await life.location("Our room"))


async def keep_home(life: Life) -> None:
    """Cho does not let the group meet at her home."""
    place = await life.location("Cho's kitchen")
    await life.press("Cho", f"home_decline:{life.ids[SECOND]}:{place}")


async def swap_back(life: Life) -> None:
    """Cho agrees to Ben's question."""
    await life.press("Cho", f"swap_agree:{await _question(life)}")


async def decline_swap(life: Life) -> None:
    """Cho keeps what was agreed."""
    await life.press("Cho", f"swap_decline:{await _question(life)}")


async def withdraw_swap(life: Life) -> None:
    """Ben takes his question back."""
    await life.press("Ben", f"swap_withdraw:{await _question(life)}")


async def _question(life: Life) -> int:
    [row] = await life.world.rows("SELECT id FROM swaps WHERE state = 'open'")
    return int(row["id"])


async def assign(life: Life) -> None:
    """Ana names Eli as the host of the next meeting."""
    await life.do("Ana", "rotation assign", meeting=str(life.ids[NEXT]), host=str(life.person("Eli").id))


async def choose_place(life: Life) -> None:
    """Cho, who hosts it, holds the next meeting at the Library."""
    await life.press("Cho", f"host_place:{life.ids[NEXT]}", await life.location("Library"))


async def retire_location(life: Life) -> None:
    """Cho takes her kitchen off the list."""
    place = await life.location("Cho's kitchen")
    await life.press("Cho", f"location_retire:{place}")


async def edit_location(life: Life) -> None:
    """Cho writes another name for her kitchen."""
    place = await life.location("Cho's kitchen")
    await life.fill(
        "Cho", f"location_change:{place}", name="Cho's garden", kind=["place"], where="2 Birch Road",
        access=[], note="",
    )  # fmt: skip


async def retire_first(life: Life) -> None:
    """Cho takes her kitchen off the list, and those concerned hear of it."""
    await retire_location(life)
    await life.world.run_due()


async def bring_location_back(life: Life) -> None:
    """Cho puts her kitchen on the list again."""
    place = await life.location("Cho's kitchen")
    await life.press("Cho", f"location_back:{place}")


async def offer_location(life: Life) -> None:
    """Eli offers his garden."""
    await life.fill(
        "Eli", f"location_new:{life.group_id}", name="Eli's garden", kind=["place"], where="4 Elm Road",
        access=[], note="",
    )  # fmt: skip


async def vote(life: Life) -> None:
    """Eli says which places suit him."""
    await life.press("Eli", f"location_vote:{life.group_id}", await life.location("Library"))


async def state_way(life: Life) -> None:
    """Eli says how far it is to the Library."""
    await life.do("Eli", "location travel", place=await life.location("Library"), minutes=20)


async def new_rule(life: Life) -> None:
    """Meet where the ways are fairest."""
    await life.do("Ana", "rotation strategy", rule="travel")


async def new_rule_with_place(life: Life) -> None:
    """Always meet at the Library."""
    await life.do("Ana", "rotation strategy", rule="fixed", location=await life.location("Library"))


async def rather_not_host(life: Life) -> None:
    """Cho would rather not host at all."""
    await life.press("Cho", f"host_willing:{life.group_id}:0")
