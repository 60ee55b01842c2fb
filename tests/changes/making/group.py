"""How organizers change the group as a whole, and its settings."""

from tests.changes.life import Life
from tests.scenarios.settling import WHEN


async def pause(life: Life) -> None:
    """Take a break."""
    await life.do("Ana", "group pause")


async def pause_first(life: Life) -> None:
    """Take a break, and tell the group."""
    await pause(life)
    await life.world.run_due()


async def resume(life: Life) -> None:
    """End the break, an hour after it began."""
    await life.do("Ana", "group resume")


async def pause_over_a_meeting(life: Life) -> None:
    """Take a break of nine days while a meeting goes on."""
    await pause(life)
    await life.world.pass_time(days=9)
    await life.do("Ana", "group resume")


async def archive(life: Life) -> None:
    """End the group."""
    await life.press("Ana", f"group_archive_go:{life.group_id}")


async def set_minimum(life: Life) -> None:
    """Let any number of people make a meeting."""
    await life.fill("Ana", f"group_answers_save:{life.group_id}", minimum=["0"], hours="6")


async def set_hours(life: Life) -> None:
    """Ask for answers a day and a half before."""
    await life.fill("Ana", f"group_answers_save:{life.group_id}", minimum=["4"], hours="36")


async def set_charter(life: Life) -> None:
    """Write another charter."""
    await life.fill("Ana", f"group_charter_save:{life.group_id}", charter="Be on time.")


async def set_channel(life: Life) -> None:
    """Let the group be at home in another channel."""
    other = life.guild.create_text_channel("linden")
    await _settings(life, channel=str(other.id))
    life.channels.append(other)


async def set_name(life: Life) -> None:
    """Give the group another name."""
    await _settings(life, name="Linden")


async def set_capacity(life: Life) -> None:
    """Let the group be smaller."""
    await _settings(life, capacity="6")


async def _settings(life: Life, **changes: str) -> None:
    present = {"name": "Rowan", "channel": str(life.rowan.channel.id), "capacity": "10", "language": "en"}
    given = {**present, **changes}
    fields = {key: value if key == "name" else [value] for key, value in given.items()}
    await life.fill("Ana", f"group_settings_save:{life.group_id}", **fields)


async def found_another(life: Life) -> None:
    """Found a second group in the server, in a channel of its own."""
    zoe = life.guild.create_text_channel("birch")
    await life.fill("Ana", "setup_when_given", **WHEN)
    await life.fill(
        "Ana", "setup_create:Europe/London:3:1900:75:1", name="Birch", channel=[str(zoe.id)],
        capacity=["6"], language=["en"], rotation=["turns"],
    )  # fmt: skip
