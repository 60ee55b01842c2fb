"""What organizers are told of troubles has words for every kind of message."""

from datetime import UTC, datetime

import pytest

from buddybot.domain.groups.notices import CARD_REFUSED, Notice
from buddybot.domain.ids import GroupId
from buddybot.domain.pings import PingKind
from buddybot.storage.outbox.sending import PING_MISSED, PING_REFUSED
from buddybot.ui.framework.texts import Texts
from buddybot.ui.notices import notice_line

SHOWN_TO_THEIR_OWN = {PingKind.ALERT, PingKind.OFFER}
"""Of these no organizer is told that they did not arrive."""


@pytest.mark.parametrize("kind", sorted(set(PingKind) - SHOWN_TO_THEIR_OWN))
@pytest.mark.parametrize("code", [PING_MISSED, PING_REFUSED, CARD_REFUSED])
@pytest.mark.parametrize("why", ["late", "route", "blocked", "fault"])
def test_a_notice_names_each_kind_of_message_when_it_did_not_arrive(
    kind: PingKind, code: str, why: str
) -> None:
    parameters = {"kind": kind.value, "due_at": 0, "why": why, "error": 50035, "reference": "abcd"}
    notice = Notice(
        id=1,
        group_id=GroupId(1),
        group_name="Rowan",
        code=code,
        parameters=parameters,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    line = notice_line(Texts("en"), notice)
    assert "Rowan" in line
    assert "{" not in line
