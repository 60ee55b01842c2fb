"""A notice of a place and a host gives way to a later one, and asks no more when its meeting has begun."""

from datetime import timedelta

import pytest

from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.services.outdated_messages import OutdatedMessageService
from buddybot.storage.engine.database import Database
from tests.services.locations.hosts import Hosts
from tests.services.meetings.calendar_house import ANA, ORGANIZER


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


async def unhosted(hosts: Hosts) -> Meeting:
    """Let the organizer, who hosts today, not come, and let the channel have read that."""
    group = await hosts.rotating()
    first, _ = await hosts.told_of(group)
    hosts.now = first.starts_at - timedelta(hours=5)
    await hosts.rsvps.answer(hosts.actor(ORGANIZER), first.id, Answer.APOLOGIES)
    await send(hosts)
    return first


async def send(hosts: Hosts) -> None:
    """Send the notices of places that are owed."""
    await hosts.run(
        lambda tx: tx.run(
            "UPDATE outbox SET state = 'sent', channel_id = 100, message_id = 1000 + id, settled_at = due_at "
            "WHERE state = 'planned' AND kind = 'place'"
        )
    )


async def outdated(hosts: Hosts) -> int:
    """Return how many notices of places are out of date."""
    found = await OutdatedMessageService(hosts.transactions).list_outdated()
    return sum(each.ping.kind.value == "place" for each in found)


async def test_notice_asks_until_a_later_one_says_who_hosts(hosts: Hosts) -> None:
    first = await unhosted(hosts)
    assert await outdated(hosts) == 0
    await hosts.hosting.come_forward(hosts.actor(ANA), first.id)
    assert await outdated(hosts) == 0  # the later one is still to come
    await send(hosts)
    assert await outdated(hosts) == 1


async def test_notice_asks_no_more_when_its_meeting_has_begun(hosts: Hosts) -> None:
    first = await unhosted(hosts)
    hosts.now = first.starts_at
    assert await outdated(hosts) == 1
