"""What is done to what people said, did and promised."""

from datetime import timedelta

from buddybot.domain.health.stagnation_signs import Fact, Sign
from buddybot.domain.ids import GroupId, MeetingId
from buddybot.services.privacy.retention import RetentionService
from buddybot.storage.engine.database import Tx
from buddybot.storage.health.alerts import AlertRepository
from tests.changes.life import Life


async def correct_attendance(life: Life) -> None:
    """Ana records that Eli was there."""
    eli = str(life.person("Eli").id)
    await life.fill(
        "Ana", f"attendance_set_right:{life.ids['held']}:{eli}", state=["present"], reason="He was."
    )


async def did_not_meet(life: Life) -> None:
    """Ana says that the last meeting did not take place."""
    await life.fill("Ana", f"attendance_off:{life.ids['held']}", reason="Snow")


async def correct_checkin(life: Life) -> None:
    """Ben corrects what he reported."""
    await life.fill("Ben", f"checkin_report:{life.ids['held']}", win="Two answers", blocker="")


async def progress(life: Life) -> None:
    """Ben has done what he said."""
    await life.do("Ben", "commit progress", commitment=await _letter(life))


async def commit(life: Life) -> None:
    """Ben will do one thing more."""
    await life.do("Ben", "commit add", text="A walk")


async def edit_commitment(life: Life) -> None:
    """Ben writes what he will do in other words."""
    await life.do("Ben", "commit edit", commitment=await _letter(life), text="Two letters")


async def drop_commitment(life: Life) -> None:
    """Ben will not do what he said."""
    await life.press("Ben", f"commit_gone:{await _letter(life)}")


async def _letter(life: Life) -> str:
    [row] = await life.world.rows("SELECT id FROM commitments WHERE text = 'Ben''s letter'")
    return str(row["id"])


async def visit(life: Life) -> None:
    """Ana notes that somebody visited the last meeting."""
    await life.fill("Ana", f"attendance_visit:{life.ids['held']}:correct", name="Vic")


async def rate(life: Life) -> None:
    """Dev changes his mind about the meeting."""
    await life.press("Dev", f"pulse:{life.ids['held']}:5")


async def mark_holiday(life: Life) -> None:
    """Ana says, asked about a dip, that the last meeting was in a holiday week."""
    now = life.world.now

    async def script(tx: Tx) -> None:
        found = Fact(Sign.NOT_HELD, 3, 3, None)
        await AlertRepository(tx).add(
            GroupId(life.group_id), key="dip", what=found, meeting_id=MeetingId(life.ids["held"]), now=now
        )

    await life.world.bot.services.transactions.write(lambda uow: script(uow.tx))
    [row] = await life.world.rows("SELECT id FROM alerts")
    await life.press("Ana", f"alert_holiday:{life.guild.id}:{row['id']}")


async def end_the_pulse(life: Life) -> None:
    """The morning comes."""
    await life.world.pass_time(hours=13)


async def keep_two_days(life: Life) -> None:
    """Whoever hosts the bot keeps what was said for two days only."""
    await RetentionService(life.world.bot.services.transactions, timedelta(days=2)).reduce_old()
