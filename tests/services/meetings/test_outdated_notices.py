"""A notice of a place and a host gives way to a later one, and asks no more when its meeting has begun."""

from datetime import timedelta

from buddybot.domain.meetings.meetings import Answer, Meeting
from buddybot.services.outdated_messages import OutdatedMessageService
from tests.services.builder import ANA, ORGANIZER, Builder


async def unhosted(builder: Builder) -> Meeting:
    """Let the organizer, who hosts today, not come, and let the channel have read that."""
    group = await builder.add_rotating_group()
    first, _ = await builder.announce_ahead(group)
    builder.now = first.starts_at - timedelta(hours=5)
    await builder.rsvps.answer(builder.act_as(ORGANIZER), first.id, Answer.APOLOGIES)
    await send(builder)
    return first


async def send(builder: Builder) -> None:
    """Send the notices of places that are owed."""
    await builder.write(
        lambda tx: tx.run(
            "UPDATE outbox SET state = 'sent', channel_id = 100, message_id = 1000 + id, settled_at = due_at "
            "WHERE state = 'planned' AND kind = 'place'"
        )
    )


async def outdated(builder: Builder) -> int:
    """Return how many notices of places are out of date."""
    found = await OutdatedMessageService(builder.transactions).list_outdated()
    return sum(each.ping.kind.value == "place" for each in found)


async def test_notice_asks_until_a_later_one_says_who_hosts(builder: Builder) -> None:
    first = await unhosted(builder)
    assert await outdated(builder) == 0
    await builder.hosting.come_forward(builder.act_as(ANA), first.id)
    assert await outdated(builder) == 0  # the later one is still to come
    await send(builder)
    assert await outdated(builder) == 1


async def test_notice_asks_no_more_when_its_meeting_has_begun(builder: Builder) -> None:
    first = await unhosted(builder)
    builder.now = first.starts_at
    assert await outdated(builder) == 1
