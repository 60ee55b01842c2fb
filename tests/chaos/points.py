"""The labelled points at which a life is ended, and how it ends there: by its own kill -9."""

import os
import signal
from collections.abc import Callable, Mapping
from zipfile import ZipFile

from buddybot.exports.records.parts import Maker
from buddybot.pings.delivery.delivery import DiscordMessageGateway, _OutgoingMessage
from buddybot.pings.dispatch.delivery_worker import DeliveryWorker
from buddybot.services.attendance import record_export
from buddybot.services.attendance.record_export import AttendanceExport
from buddybot.services.checkins.checkins import CheckInService
from buddybot.services.locations.rotation import RotationService
from buddybot.services.privacy.personal_data import PersonalService
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.engine.postgres import PostgresTx
from buddybot.storage.engine.sqlite_thread import SqliteTx
from buddybot.storage.locations.arrangements import ArrangementRepository
from buddybot.storage.migrations import runner
from buddybot.storage.outbox.sending import SendingRepository
from buddybot.storage.privacy.audit import AuditRepository
from buddybot.ui.attendance import record_export as record_answers
from buddybot.ui.framework.reply import Reply
from tests.chaos.files import files_unread, half_a_file, half_sent
from tests.chaos.ways import Point, after, before, behind, half_written, sometimes, unread, within

RANDOM = "random instant"
_SEND, _LOOK = (b"POST /api/v10/channels/", b"/messages "), (b"GET /api/v10/channels/", b"/messages?")
_ANSWER, _EDIT = (b"POST /api/v10/interactions/", b"/callback"), (b"PATCH /api/v10/channels/", b"/messages/")

POINTS: Mapping[str, Point] = {
    "delivery: before the claim": before(SendingRepository, "claim"),
    "delivery: claimed, not committed": after(SendingRepository, "claim"),
    "delivery: after `sending`": before(DeliveryWorker, "_deliver"),
    "delivery: prepared, not committed": after(SendingRepository, "note_destination"),
    "delivery: ready to send": before(_OutgoingMessage, "send"),
    "delivery: request half written": half_written(_SEND),
    "delivery: delivered, answer unread": unread(_SEND),
    "delivery: before `sent`": before(DeliveryWorker, "_note_delivered"),
    "delivery: `sent`, not committed": after(SendingRepository, "finish", always=True),
    "recovery: claimed again, not committed": after(SendingRepository, "recover"),
    "recovery: before looking": before(DiscordMessageGateway, "find_message"),
    "recovery: question half written": half_written(_LOOK),
    "recovery: history unread": unread(_LOOK),
    "recovery: found, not noted": after(DiscordMessageGateway, "find_message"),
    "check-in: written, not committed": after(CheckInRepository, "put", always=True),
    "check-in: committed, not answered": after(CheckInService, "report"),
    "check-in: answer half written": half_written(_ANSWER),
    "check-in: answer unread": unread(_ANSWER),
    "rotation: turn written, not committed": after(ArrangementRepository, "put", always=True),
    "rotation: committed, not answered": after(RotationService, "set_willing"),
    "export: logged, not committed": after(AuditRepository, "log", always=True),
    "export: committed, not answered": after(PersonalService, "copy"),
    "export: record noted, not committed": after(record_export, "_log", always=True),
    "export: record committed, not made": after(AttendanceExport, "export"),
    "export: before its files are made": before(record_answers, "followed"),
    "export: file half written": half_a_file,
    "export: workbook half packed": within(ZipFile, "write"),
    "export: files made, not sent": behind(Maker, "make"),
    "export: file half sent": half_sent,
    "export: files sent, answer unread": files_unread,
    "export: between two answers": before(Reply, "follow"),
    "card: edit half written": half_written(_EDIT),
    "card: answer unread": unread(_EDIT),
}
"""Where a running bot is killed; a new deed's points belong here, with somebody in `people` who does it."""

MIGRATION: Mapping[str, Point] = {
    "migration: among its statements": sometimes(SqliteTx, PostgresTx),
    "migration: before one": before(runner, "_apply"),
    "migration: applied, not committed": after(runner, "_apply", always=True),
}
"""Where a migration is killed."""


def arm(label: str, nth: int, told: int, points: Mapping[str, Point]) -> None:
    """Let this process die when it comes by a point for the nth time; `told` is where it says so."""
    left = nth

    def strike(last_deed: Callable[[], object] = bool) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            last_deed()
            os.write(told, label.encode())
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()

    if label in points:
        points[label](strike)
