"""How people change the schedule and single meetings."""

from tests.changes.life import HOLIDAY, NEXT, SECOND, Life

WEDNESDAY = 2


async def new_weekday(life: Life) -> None:
    """Meet on Wednesdays."""
    await life.do("Ana", "meeting schedule", weekday=WEDNESDAY)


async def new_time(life: Life) -> None:
    """Meet at half past eight."""
    await life.do("Ana", "meeting schedule", time="20:30")


async def new_zone(life: Life) -> None:
    """Meet by Berlin's clocks, an hour earlier."""
    await life.do("Ana", "meeting schedule", zone="Europe/Berlin")


async def new_interval(life: Life) -> None:
    """Meet every second week."""
    await life.do("Ana", "meeting schedule", every=2)


async def new_length(life: Life) -> None:
    """Meet for 90 minutes."""
    await life.do("Ana", "meeting schedule", minutes=90)


async def move(life: Life) -> None:
    """Hold the next meeting two days later, half an hour earlier."""
    await life.do(
        "Ana", "meeting move", meeting=str(life.ids[NEXT]), date=await life.day(NEXT, 2), time="18:30"
    )


async def move_onto_wednesday(life: Life) -> None:
    """Hold the next meeting on the Wednesday of the week after, half an hour earlier, and tell the group."""
    life.days[NEXT] = await life.day(NEXT, 8)
    await life.do("Ana", "meeting move", meeting=str(life.ids[NEXT]), date=life.days[NEXT], time="18:30")
    await life.world.run_due()


async def move_past_the_following(life: Life) -> None:
    """Hold the next meeting after the second."""
    await life.do("Ana", "meeting move", meeting=str(life.ids[NEXT]), date=await life.day(NEXT, 10))


async def skip(life: Life) -> None:
    """Leave the next meeting out."""
    await life.do("Ana", "meeting skip", meeting=str(life.ids[NEXT]), reason="holiday")


async def skip_first(life: Life) -> None:
    """Leave the next meeting out, and tell the group."""
    await skip(life)
    await life.world.run_due()


async def revive_skipped(life: Life) -> None:
    """Hold the next meeting after all."""
    await life.press("Ana", f"meeting_revive:{life.ids[NEXT]}")


async def revive(life: Life) -> None:
    """Meet on the holiday after all."""
    await life.press("Ana", f"meeting_revive:{life.ids[HOLIDAY]}")


async def cancel(life: Life) -> None:
    """Call the next meeting off."""
    await life.press("Ana", f"meeting_cancel:{life.ids[NEXT]}:other")


async def meet_once_more(life: Life) -> None:
    """Plan an extra meeting on the Friday before the next one."""
    await life.do("Ana", "meeting schedule", date=await life.day(NEXT, -4))


async def start_early(life: Life) -> None:
    """Open the next meeting before its time."""
    await life.do("Ana", "meeting start", meeting=str(life.ids[NEXT]))


async def close(life: Life) -> None:
    """End the meeting that goes on."""
    await life.press("Ana", f"close_now:{life.ids[NEXT]}")


async def choose_activity(life: Life) -> None:
    """Choose another activity for the second meeting."""
    await life.do("Ana", "activity choose", activity="resume-swap", meeting=str(life.ids[SECOND]))


async def let_few_come(life: Life) -> None:
    """Let three of the four people come that it takes, and the organizers be asked."""
    await life.press("Ben", f"rsvp:{life.ids[NEXT]}:apologies")
    await life.world.pass_time(hours=18)


async def meet_anyway(life: Life) -> None:
    """Meet although few come."""
    await life.press("Ana", f"few_decide:{life.ids[NEXT]}:meet")


async def meet_online(life: Life) -> None:
    """Meet online because few come."""
    await life.press("Ana", f"few_decide:{life.ids[NEXT]}:online")


async def call_off_for_few(life: Life) -> None:
    """Call the meeting off because few come."""
    await life.press("Ana", f"few_cancel_go:{life.ids[NEXT]}")
