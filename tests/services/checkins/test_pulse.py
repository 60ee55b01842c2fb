"""A meeting is rated once by each who was there to rate it, until the next morning, on both engines."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from buddybot.domain.checkins.pulse import Band, Pulse
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import Group, GroupState
from buddybot.domain.ids import MeetingId
from buddybot.domain.meetings.cards import CardKind
from buddybot.domain.meetings.meetings import Meeting
from buddybot.services.checkins import summary_messages
from buddybot.services.checkins.pulse import PulseService
from buddybot.services.core.unit_of_work import AlreadyHandled, UnitOfWork
from buddybot.storage.checkins.pulse import PulseRepository
from buddybot.storage.engine.database import Database, StorageError, TransientError
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, STRANGER
from tests.services.meeting_builder import MEETS, MeetingBuilder

NINE = datetime(MEETS.year, MEETS.month, MEETS.day, 9, tzinfo=UTC) + timedelta(days=1)
EVERYBODY = (ORGANIZER, ANA, BEN, CHO)
PULSE_TABLES = ("pulse_voters", "pulse_ratings")


class Rating:
    """A meeting that is rated, and the groups that were evaluated after it."""

    def __init__(self, builder: MeetingBuilder) -> None:
        self.builder = builder
        self.evaluated: list[tuple[MeetingId, datetime]] = []
        self.fails_with: Exception | None = None
        self.restart()

    def restart(self) -> None:
        """Let another process go on with the same database."""
        self.pulses = PulseService(self.builder.transactions, self._evaluate)

    async def _evaluate(self, uow: UnitOfWork, group: Group, meeting: Meeting, now: datetime) -> None:
        if self.fails_with is not None:
            await uow.tx.run("UPDATE groups SET charter = 'half done' WHERE id = :id", id=group.id)
            raise self.fails_with
        self.evaluated.append((meeting.id, now))

    @property
    def id(self) -> MeetingId:
        """The meeting."""
        return self.builder.meeting_id

    async def meet(self, *came: int) -> None:
        """Hold the meeting and close it at 20:15; a summary is in the channel, and up to date."""
        await self.builder.open_checkin()
        for user in came:
            await self.builder.report_checkin(user)
        self.builder.now = MEETS + timedelta(minutes=75)
        await self.builder.close_checkin()
        await self.builder.change_rows(
            "INSERT INTO cards (meeting_id, kind, channel_id, message_id, revision, shown) "
            "VALUES (:id, :kind, 1, 2, 1, 1)",
            id=self.id,
            kind=CardKind.SUMMARY.value,
        )

    async def vote(self, user: int, rating: int = 4) -> Pulse:
        """Let somebody press a button."""
        return await self.pulses.vote(self.builder.act_as(user), self.id, rating)

    async def end(self, at: datetime = NINE) -> None:
        """Let the time come, and the job that runs every minute."""
        self.builder.now = at
        await self.pulses.close_due()

    async def pulse(self) -> Pulse | None:
        """Return what there is of it."""
        return await self.builder.database.read(lambda tx: PulseRepository(tx).get(self.id))

    async def row(self) -> dict[str, Any]:
        """Return its row."""
        [row] = await self.builder.read_rows("SELECT * FROM pulses")
        return row

    async def counted(self) -> list[int]:
        """Return the ratings that are counted."""
        return list(await self.builder.database.read(lambda tx: PulseRepository(tx).ratings(self.id)))

    async def left(self) -> int:
        """Return how many rows there are of who voted and what was voted."""
        return sum([len(await self.builder.read_rows(f"SELECT * FROM {name}")) for name in PULSE_TABLES])

    async def shown(self) -> Pulse | None:
        """Return what the summary's view holds of it."""
        meeting = await self.builder.get_meeting()
        group = self.builder.group
        view = await self.builder.database.read(
            lambda tx: summary_messages.view_of(UnitOfWork(tx), group, meeting)
        )
        return view.pulse

    async def stale(self) -> bool:
        """Return whether the summary shows an older state than there is."""
        rows = await self.builder.read_rows("SELECT meeting_id FROM cards WHERE shown < revision")
        return bool(rows)


@pytest.fixture
async def rating(database: Database) -> Rating:
    """The group, three days before it meets."""
    return Rating(await MeetingBuilder.prepare(database))


@pytest.fixture
async def met(rating: Rating) -> Rating:
    """The same after its meeting, to which Ana and Ben came."""
    await rating.meet(ANA, BEN)
    return rating


# -- it opens --------------------------------------------------------------------------------------


async def test_the_pulse_opens_with_the_close_until_nine_the_next_morning(met: Rating) -> None:
    assert await met.pulse() == Pulse(met.id, NINE, open=True, band=None)
    assert await met.shown() == await met.pulse()


async def test_the_morning_is_that_of_the_meetings_zone(rating: Rating) -> None:
    await rating.builder.change_rows(
        "UPDATE meetings SET zone = 'America/New_York' WHERE id = :id", id=rating.id
    )
    await rating.meet(ANA)
    pulse = await rating.pulse()
    assert pulse is not None
    assert pulse.closes_at == NINE + timedelta(hours=5)


async def test_a_meeting_to_which_nobody_came_has_none(rating: Rating) -> None:
    await rating.meet()
    assert await rating.pulse() is None
    with pytest.raises(Refusal, match=r"pulse\.closed"):
        await rating.vote(ANA)


async def test_a_meeting_that_closes_by_itself_in_the_morning_can_be_rated_for_a_day(rating: Rating) -> None:
    await rating.builder.open_checkin()
    await rating.builder.report_checkin(ANA)
    rating.builder.now = MEETS + timedelta(hours=13, minutes=15)
    await rating.builder.close_checkin()
    pulse = await rating.pulse()
    assert pulse is not None
    assert pulse.closes_at == NINE + timedelta(days=1)


# -- one vote --------------------------------------------------------------------------------------


async def test_everybody_who_was_a_member_votes_once_whether_they_came_or_not(met: Rating) -> None:
    for user, given in ((ANA, 5), (CHO, 2), (BEN, 5)):
        await met.vote(user, given)
    assert await met.counted() == [2, 5, 5]
    assert not await met.stale()  # no card tells that there was a vote


async def test_a_second_vote_is_not_counted(met: Rating) -> None:
    await met.vote(ANA, 5)
    for again in (5, 1):
        with pytest.raises(Refusal, match=r"pulse\.voted"):
            await met.vote(ANA, again)
    assert await met.counted() == [5]


async def test_the_same_click_delivered_twice_is_one_vote(met: Rating) -> None:
    actor = met.builder.act_as(ANA)
    await met.pulses.vote(actor, met.id, 3)
    with pytest.raises(AlreadyHandled):
        await met.pulses.vote(actor, met.id, 3)
    assert await met.counted() == [3]


@pytest.mark.parametrize("given", [0, 6, 10**9])
async def test_a_rating_without_a_button_counts_nothing(met: Rating, given: int) -> None:
    with pytest.raises(Refusal, match=r"button\.stale"):
        await met.vote(ANA, given)
    assert await met.counted() == []
    await met.vote(ANA, 1)


async def test_who_was_no_member_when_it_began_has_no_vote(met: Rating) -> None:
    await met.builder.join_group(STRANGER)
    with pytest.raises(Refusal, match=r"pulse\.not_there"):
        await met.vote(STRANGER)
    assert await met.left() == 5


async def test_to_strangers_and_those_who_left_there_is_no_such_meeting(met: Rating) -> None:
    await met.vote(BEN, 2)
    await met.builder.remove_member(met.builder.group, BEN)
    for user in (STRANGER, BEN):
        with pytest.raises(Refusal, match=r"meeting\.unknown"):
            await met.vote(user)
    await met.builder.join_group(BEN)  # who comes back has voted already, by another membership
    with pytest.raises(Refusal):
        await met.vote(BEN)
    assert await met.counted() == [2]


async def test_when_its_time_is_over_no_vote_is_taken_although_it_was_not_closed_yet(met: Rating) -> None:
    met.builder.now = NINE
    with pytest.raises(Refusal, match=r"pulse\.closed"):
        await met.vote(ANA)
    await met.end()
    with pytest.raises(Refusal, match=r"pulse\.closed"):
        await met.vote(ANA)


# -- it closes -------------------------------------------------------------------------------------


async def test_four_votes_are_published_as_a_band_and_the_rest_is_deleted(met: Rating) -> None:
    for user, given in ((ANA, 5), (BEN, 4), (CHO, 3), (ORGANIZER, 4)):
        await met.vote(user, given)
    await met.end(NINE - timedelta(seconds=1))
    assert await met.counted() == [3, 4, 4, 5]
    await met.end()
    row = await met.row()
    assert (row["state"], row["votes"], row["total"], row["band"]) == ("closed", 4, 16, "good")
    assert await met.left() == 0
    assert await met.stale()
    assert met.evaluated == [(met.id, NINE)]


async def test_the_sum_that_is_kept_is_never_the_highest(met: Rating) -> None:
    for user in EVERYBODY:
        await met.vote(user, 5)
    await met.end()
    assert (await met.row())["total"] == 19


@pytest.mark.parametrize("votes", [(), (5,), (1, 1), (2, 2, 2)])
async def test_fewer_than_four_leave_no_trace_not_even_how_many(met: Rating, votes: tuple[int, ...]) -> None:
    for user, given in zip((ANA, BEN, CHO), votes, strict=False):
        await met.vote(user, given)
    await met.end()
    row = await met.row()
    assert (row["state"], row["votes"], row["total"], row["band"]) == ("closed", None, None, None)
    assert await met.left() == 0
    assert met.evaluated == [(met.id, NINE)]


async def test_a_bot_that_slept_closes_late_and_once(met: Rating) -> None:
    for user in EVERYBODY:
        await met.vote(user, 2)
    met.restart()
    late = NINE + timedelta(days=4)
    await met.end(late)
    before = await met.row()
    await met.end(late + timedelta(minutes=1))
    assert await met.row() == before
    assert before["band"] == Band.LOW
    assert met.evaluated == [(met.id, late)]


@pytest.mark.parametrize("state", [GroupState.PAUSED, GroupState.ARCHIVED])
async def test_a_group_that_rests_keeps_no_link_and_is_not_judged(met: Rating, state: GroupState) -> None:
    for user in EVERYBODY:
        await met.vote(user, 4)
    await met.builder.set_group_state(met.builder.group, state)
    await met.end()
    assert await met.left() == 0
    assert (await met.row())["band"] == Band.GOOD
    assert met.evaluated == []


async def test_a_deleted_meeting_takes_its_pulse_along(met: Rating) -> None:
    await met.vote(ANA)
    await met.builder.change_rows("DELETE FROM meetings WHERE id = :id", id=met.id)
    await met.end()
    assert await met.left() == 0
    assert met.evaluated == []


async def test_a_failing_evaluation_keeps_nobodys_vote_and_leaves_nothing_half_done(met: Rating) -> None:
    await met.vote(ANA)
    met.fails_with = ZeroDivisionError("a fault in the arithmetic")
    await met.end()
    assert await met.left() == 0
    [group] = await met.builder.read_rows("SELECT charter FROM groups")
    assert group == {"charter": "Be kind."}


@pytest.mark.parametrize("error", [TransientError("busy"), StorageError("full")])
async def test_a_database_in_trouble_ends_no_job_and_the_next_minute_closes(
    met: Rating, error: StorageError
) -> None:
    for user in EVERYBODY:
        await met.vote(user)
    met.fails_with = error
    await met.end()
    met.fails_with = None
    await met.end(NINE + timedelta(minutes=1))
    assert (await met.row())["band"] == Band.GOOD
    assert await met.left() == 0


async def test_a_process_killed_while_closing_has_closed_nothing(met: Rating) -> None:
    for user in EVERYBODY:
        await met.vote(user)

    class Killed(BaseException):
        """What no boundary catches."""

    async def killed(uow: UnitOfWork, group: Group, meeting: Meeting, now: datetime) -> None:
        raise Killed

    dying = PulseService(met.builder.transactions, killed)
    met.builder.now = NINE
    with pytest.raises(Killed):
        await dying.close_due()
    assert (await met.row())["state"] == "open"
    assert await met.counted() == [4, 4, 4, 4]
    met.restart()
    await met.end()
    assert (await met.row())["band"] == Band.GOOD


async def test_a_correction_of_attendance_changes_no_rating(met: Rating) -> None:
    for user in EVERYBODY:
        await met.vote(user, 5)
    await met.end()
    before = await met.row()
    await met.builder.change_rows("DELETE FROM attendance WHERE meeting_id = :id", id=met.id)
    await met.builder.report_checkin(ANA)
    await met.end(NINE + timedelta(minutes=5))
    assert await met.row() == before
    assert await met.shown() == await met.pulse()
