"""`buddybot person`: what whoever runs the bot does when a person asks for their data."""

from datetime import datetime
from pathlib import Path

from buddybot.app import times_of
from buddybot.domain.ids import UserId
from buddybot.operator.database import open_database
from buddybot.operator.output import say
from buddybot.operator.private_files import put, require_folder
from buddybot.pings.planning.planner import Planner
from buddybot.services.core.unit_of_work import Transactions
from buddybot.services.privacy.personal_data import Deletion, OwnCopy, PersonalService
from buddybot.settings.settings import Settings
from buddybot.ui.framework.texts import Texts
from buddybot.ui.privacy.personal_data import copy_files

OK = 0


async def person(settings: Settings, user_id: int, *, folder: str | None, erase: bool, now: datetime) -> int:
    """Say how much is stored of a person, write their copy, or delete it; return the exit code."""
    async with open_database(settings.database_url) as database:
        transactions = Transactions(database=database, now=lambda: now, changed=lambda: None)
        planner = Planner(ahead=settings.meetings.planned_ahead, times=times_of(settings))
        service = PersonalService(transactions, planner)
        found = await service.deletion(UserId(user_id))
        if not found.holdings.counts:
            say(f"Nothing is stored of {user_id}.\n")
            return OK
        if folder is not None:
            _write(await service.copy_for_operator(UserId(user_id)), UserId(user_id), Path(folder))
        elif erase:
            erased = await service.erase(UserId(user_id))
            say(f"Everything about {user_id} is deleted; counts without a name remain.\n")
            if erased.roles:
                say("The bot takes the roles that they have in Discord when it runs; ")
                say("it keeps their id for that, a week at most.\n")
            if not erased.complete:
                say("The journal is in use; the bot empties it when it starts next.\n")
        else:
            _tell(found, user_id)
    return OK


def _tell(found: Deletion, user_id: int) -> None:
    words, lines = Texts().plain, [f"Stored of {user_id}:"]
    lines += [
        f"  {words(f'personal.section.{name}')}: {count}" for name, count in found.holdings.counts.items()
    ]
    for each in found.leaving:
        what = "ends with them" if each.last else "has others in it"
        heir = "" if each.heir is None else f"; {each.heir} would organize it"
        lines.append(f"  member of group {each.group.id} ({each.group.name}), which {what}{heir}")
    lines.append("Add --copy FOLDER to write it into files, or --erase to delete it.")
    say("\n".join(lines) + "\n")


def _write(copy: OwnCopy, user_id: UserId, folder: Path) -> None:
    require_folder(folder)
    files = copy_files(Texts(), copy, user_id, str)  # the host's own database knows servers by their ids
    for name, data in files.items():
        with put(folder / name, force=False) as out:
            out.write(data)
    written = " and ".join(str(folder / name) for name in files)
    say(f"Written: {written}. Give them to nobody else.\n")
