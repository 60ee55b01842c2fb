"""Who took data out and who had data deleted: the log that an organizer can read."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from buddybot.domain.ids import UserId


class Action(StrEnum):
    """What is logged.

    The record was exported by an organizer, or by the host; a member took a copy of their own data, or had it
    deleted (without their name); the host deleted a person's data; what was older than the host keeps was
    reduced to counts; a backup was put to work again.
    """

    EXPORT = "export"
    OPERATOR_EXPORT = "host_export"
    OWN_EXPORT = "own_export"
    OWN_DELETION = "own_deletion"
    OPERATOR_DELETION = "host_deletion"
    RETENTION = "retention"
    RESTORE = "restore"


class Logged(NamedTuple):
    """One line of the log; `actor_id` is None where nobody is named. `parameters` hold no personal text."""

    action: Action
    actor_id: UserId | None
    done_at: datetime
    parameters: Mapping[str, str | int]
