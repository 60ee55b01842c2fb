"""Every act of the product that can write a person's id, for the tests that run it beside a deletion.

Each line of `ACTS` is named after the service's method. Ana carries it out, or another member does about her.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from buddybot.domain.attendance.attendance import Attendance
from buddybot.domain.commitments.commitments import Outcome, Visibility
from buddybot.domain.groups.groups import Group, Role
from buddybot.domain.groups.preferences import DaySpan, QuietHours
from buddybot.domain.health.feedback import Phrase
from buddybot.domain.ids import ChannelId, CommitmentId, InvitationId, LocationId, MeetingId, UserId
from buddybot.domain.locations.locations import LocationKind, LocationWords
from buddybot.domain.meetings.meetings import Answer
from buddybot.services.attendance.record_export import Wanted
from buddybot.services.commitments.wording_steps import Changes, Draft
from buddybot.services.core.unit_of_work import Actor, Transactions
from buddybot.services.groups.groups import Changes as GroupChanges
from buddybot.services.groups.groups import NewGroup, NewSchedule
from buddybot.services.registry import Services
from buddybot.storage.checkins.pulse import PulseRepository
from buddybot.storage.engine.database import Database
from buddybot.storage.groups.groups import GroupRepository
from tests.services.builder import ANA, BEN, CHO, ORGANIZER, RULES
from tests.services.meeting_builder import MEETS, WEEK, MeetingBuilder

CAFE = LocationWords(
    name="Cafe", kind=LocationKind.PLACE, address="1 Main St", link=None, access=frozenset(), note=None
)
KITCHEN = LocationWords(
    name="Kitchen", kind=LocationKind.PLACE, address="2 Oak St", link=None, access=frozenset(), note=None
)


@dataclass
class Life:
    """A group in the middle of a meeting, in which Ana has left a trace of every kind."""

    builder: MeetingBuilder
    group: Group
    services: Services
    commitment: CommitmentId
    kitchen: LocationId
    invitation: InvitationId
    code: str
    away: int

    @property
    def meeting(self) -> MeetingId:
        """The meeting that goes on."""
        return self.builder.meeting_id

    @property
    def following(self) -> MeetingId:
        """The one after it."""
        return self.builder.following_id

    def on(self, database: Database) -> Services:
        """Return the services over another connection to the same database."""
        transactions = Transactions(database=database, now=lambda: self.builder.now, changed=lambda: None)
        return Services(transactions, self.builder.planner, RULES)

    def actor(self, user: int = ANA) -> Actor:
        """Return a person with a fresh interaction."""
        return self.builder.act_as(user)


async def live(database: Database, name: str) -> Life:
    """Make the group and all that the named act needs."""
    builder = await MeetingBuilder.prepare(database)
    group = builder.group
    services = Services(builder.transactions, builder.planner, RULES)
    commitment = await builder.add_commitment(ANA)
    kitchen = await services.locations.suggest(builder.act_as(ANA), KITCHEN, group.id)
    await services.locations.suggest(builder.act_as(ORGANIZER), CAFE, group.id)
    away = await services.away.add(
        builder.act_as(ANA), DaySpan((MEETS + 6 * WEEK).date(), (MEETS + 6 * WEEK).date()), group.id
    )
    await builder.change_rows("UPDATE memberships SET role = 'organizer' WHERE user_id = :user", user=BEN)
    other = await builder.add_plain_group(CHO, name="Birch")
    offer = await services.invitations.invite(builder.act_as(CHO), UserId(ANA), other.id)
    code = await services.invitations.invite_by_code(builder.act_as(CHO), group_id=other.id)
    if name in ORGANIZED:
        await builder.change_rows(
            "UPDATE memberships SET role = :role WHERE user_id = :user", role=Role.ORGANIZER.value, user=ANA
        )
    await builder.open_checkin()
    builder.now = MEETS + timedelta(minutes=10)
    await builder.database.write(
        lambda tx: PulseRepository(tx).open(builder.meeting_id, builder.now + timedelta(hours=12))
    )
    if name == "CheckInService.commit":
        await builder.report_checkin(ANA, {commitment: Outcome(done=2)})
    if name in CLOSED:
        await builder.close_checkin()
    if name in UNHOSTED:
        await builder.change_rows(
            "UPDATE venues SET host_id = NULL WHERE meeting_id = :id", id=builder.following_id
        )
    current = await builder.database.read(lambda tx: GroupRepository(tx).get(group.guild_id, group.id))
    assert current is not None
    return Life(
        builder,
        current,
        services,
        commitment,
        kitchen.location.id,
        offer.invitation.id,
        code.text,
        away.spans[0].id,
    )


Act = Callable[[Services, Life], Awaitable[object]]

ACTS: Mapping[str, Act] = {
    "AttendanceService.record": lambda s, a: s.attendance.record(
        a.actor(ORGANIZER), a.meeting, {UserId(ANA): Attendance.PRESENT}
    ),
    "AttendanceService.record_rest": lambda s, a: s.attendance.record_rest(
        a.actor(ORGANIZER), a.meeting, Attendance.PRESENT
    ),
    "AttendanceService.confirm": lambda s, a: s.attendance.confirm(a.actor(ORGANIZER), a.meeting),
    "AttendanceExport.export": lambda s, a: s.attendance_export.export(
        a.actor(), Wanted(form="csv", group_id=a.group.id)
    ),
    "AwayService.add": lambda s, a: s.away.add(
        a.actor(), DaySpan((MEETS + 3 * WEEK).date(), (MEETS + 4 * WEEK).date()), a.group.id
    ),
    "AwayService.remove": lambda s, a: s.away.remove(a.actor(), a.away),
    "CheckInService.report": lambda s, a: s.checkins.report(
        a.actor(), a.meeting, outcomes={a.commitment: Outcome(done=2)}, win="A call", blocker=None
    ),
    "CheckInService.commit": lambda s, a: s.checkins.commit(
        a.actor(), a.meeting, lines=["2 letters"], plan=None, visibility=Visibility.GROUP
    ),
    "CheckInService.close": lambda s, a: s.checkins.close(a.actor(ORGANIZER), a.meeting),
    "CommitmentService.add": lambda s, a: s.commitments.add(a.actor(), Draft(text="1 walk"), a.group.id),
    "CommitmentService.progress": lambda s, a: s.commitments.progress(a.actor(), a.commitment, "1"),
    "CommitmentService.count_one_more": lambda s, a: s.commitments.count_one_more(
        a.actor(), a.commitment, expected=0
    ),
    "CommitmentService.edit": lambda s, a: s.commitments.edit(
        a.actor(), a.commitment, Changes(text="3 coffees")
    ),
    "CommitmentService.drop": lambda s, a: s.commitments.drop(a.actor(), a.commitment),
    "FeedbackService.give": lambda s, a: s.feedback.give(
        a.actor(), a.group.id, phrases=(Phrase.HELPS,), rating=4
    ),
    "GroupService.create": lambda s, a: s.groups.create(a.actor(), _new_group()),
    "GroupService.change": lambda s, a: s.groups.change(
        a.actor(), a.group.id, GroupChanges(name="Rowan two")
    ),
    "HostingService.come_forward": lambda s, a: s.hosting.come_forward(a.actor(), a.following),
    "HostingService.name_host": lambda s, a: s.hosting.name_host(
        a.actor(ORGANIZER), a.following, UserId(ANA)
    ),
    "InvitationService.invite": lambda s, a: s.invitations.invite(a.actor(), UserId(77), a.group.id),
    "InvitationService.invite_by_code": lambda s, a: s.invitations.invite_by_code(
        a.actor(), group_id=a.group.id
    ),
    "InvitationService.accept": lambda s, a: s.invitations.accept(a.actor(), a.invitation),
    "InvitationService.decline": lambda s, a: s.invitations.decline(a.actor(), a.invitation),
    "InvitationService.by_code": lambda s, a: s.invitations.by_code(a.actor(), a.code),
    "KudosService.give": lambda s, a: s.kudos.give(a.actor(BEN), UserId(ANA), group_id=a.group.id),
    "LocationService.suggest": lambda s, a: s.locations.suggest(a.actor(), _words("Porch"), a.group.id),
    "LocationService.edit": lambda s, a: s.locations.edit(a.actor(), a.kitchen, _words("Galley")),
    "LocationService.retire": lambda s, a: s.locations.retire(a.actor(), a.kitchen),
    "LocationService.travel": lambda s, a: s.locations.travel(a.actor(), a.group.id, {a.kitchen: 5}),
    "LocationService.travel_to": lambda s, a: s.locations.travel_to(a.actor(), a.kitchen, 7),
    "LocationService.vote": lambda s, a: s.locations.vote(a.actor(), a.group.id, (a.kitchen,)),
    "MemberService.leave": lambda s, a: s.members.leave(a.actor(), a.group.id),
    "MemberService.remove": lambda s, a: s.members.remove(a.actor(ORGANIZER), a.group.id, UserId(ANA)),
    "MemberService.transfer": lambda s, a: s.members.transfer(
        a.actor(ORGANIZER), UserId(ANA), keep=True, group_id=a.group.id
    ),
    "PersonalService.copy": lambda s, a: s.personal.copy(a.actor()),
    "PreferenceService.choose": lambda s, a: s.preferences.choose(a.actor(), direct_messages=True),
    "PreferenceService.set_quiet": lambda s, a: s.preferences.set_quiet(
        a.actor(), QuietHours(MEETS.time(), (MEETS + timedelta(hours=3)).time())
    ),
    "PreferenceService.set_zone": lambda s, a: s.preferences.set_zone(a.actor(), "Europe/Berlin"),
    "PreferenceService.stop_direct": lambda s, a: s.preferences.stop_direct(a.actor(), a.group.guild_id),
    "PulseService.vote": lambda s, a: s.pulses.vote(a.actor(), a.meeting, 4),
    "RotationService.assign": lambda s, a: s.rotation.assign(
        a.actor(ORGANIZER),
        a.following,
        host_id=UserId(ANA),
        location_id=None,
        group_id=a.group.id,
    ),
    "RotationService.set_willing": lambda s, a: s.rotation.set_willing(a.actor(), a.group.id, hosts=True),
    "RsvpService.answer": lambda s, a: s.rsvps.answer(a.actor(), a.following, Answer.GOING),
    "TurnService.mark_present": lambda s, a: s.turns.mark_present(a.actor(ORGANIZER), a.meeting),
    "VisitorService.add": lambda s, a: s.visitors.add(a.actor(), a.meeting, "Zoe"),
}

ORGANIZED = frozenset(
    {
        "AttendanceExport.export",
        "GroupService.create",
        "GroupService.change",
        "InvitationService.invite",
        "InvitationService.invite_by_code",
        "VisitorService.add",
    }
)
"""What Ana can do only as an organizer."""

CLOSED = frozenset(
    {
        "AttendanceExport.export",
        "AttendanceService.confirm",
        "AttendanceService.record",
        "AttendanceService.record_rest",
        "VisitorService.add",
    }
)
"""What is done only when the meeting is over."""

UNHOSTED = frozenset({"HostingService.come_forward", "HostingService.name_host"})
"""What is done where nobody hosts."""

NEW_CONTACT = {"InvitationService.by_code": "invitations.user_id"}
"""What needs no membership: behind a deletion it counts as done after it, and leaves this."""

ALIKE = {
    "ActivityService.choose": "writes no person's id",
    "ActivityService.mark_wishes": "as LocationService.vote",
    "AlertService.holiday": "as GroupService.change: an organizer's own act",
    "AlertService.resolve": "as GroupService.change: an organizer's own act",
    "AlertService.snooze": "as GroupService.change: an organizer's own act",
    "AlertService.use": "as GroupService.change: an organizer's own act",
    "AlertService.rest": "writes no person's id",
    "AlertService.set_channel": "writes no person's id",
    "AlertService.set_sensitivity": "writes no person's id",
    "AttendanceService.undo": "as AttendanceService.record",
    "CalendarFeed.view": "writes no person's id",
    "CorrectionService.correct": "as AttendanceService.record",
    "CorrectionService.did_meet": "as AttendanceService.record",
    "CorrectionService.did_not_meet": "as AttendanceService.record",
    "CommitmentService.shrink": "as CommitmentService.edit",
    "CommitmentService.swap": "as CommitmentService.add",
    "QuorumService.decide": "writes no person's id",
    "GroupService.pause": "writes no person's id",
    "GroupService.resume": "writes no person's id",
    "GroupService.archive": "as GroupService.change: an organizer's own act",
    "GroupService.write_charter": "as GroupService.change: an organizer's own act",
    "HostingService.keep_home": "writes no person's id",
    "HostingService.lend_home": "as HostingService.come_forward",
    "HostingService.meet_online": "as RotationService.assign",
    "InvitationService.revoke": "as InvitationService.invite",
    "LocationService.bring_back": "as LocationService.retire",
    "MeetingService.cancel": "writes no person's id",
    "MeetingService.move": "writes no person's id",
    "MeetingService.revive": "writes no person's id",
    "MeetingService.skip": "writes no person's id",
    "MeetingService.start": "as TurnService.mark_present: begins the round under the group's lock",
    "PersonalService.delete": "is the deletion",
    "RotationService.choose": "as RotationService.assign",
    "RotationService.decline": "as RotationService.assign",
    "RotationService.skip_host": "as RotationService.assign",
    "RotationService.choose_rule": "as RotationService.assign",
    "ScheduleService.add_extra": "writes no person's id",
    "ScheduleService.change": "writes no person's id",
    "SwapService.agree": "as RotationService.assign",
    "SwapService.decline": "as RotationService.assign",
    "SwapService.offer": "as RotationService.assign",
    "SwapService.withdraw": "as RotationService.assign",
    "TurnService.next_turn": "as TurnService.mark_present",
    "VisitorService.withdraw": "as VisitorService.add",
    "OfferService.pause": "as AwayService.add",
    "OfferService.note_all_well": "changes a row that a deletion drops, and makes none",
}
"""The other acts that write, and why each needs no line of its own."""


def _words(name: str) -> LocationWords:
    return LocationWords(
        name=name, kind=LocationKind.PLACE, address="3 Elm St", link=None, access=frozenset(), note=None
    )


def _new_group() -> NewGroup:
    return NewGroup(
        name="Hazel",
        channel_id=ChannelId(12),
        capacity=6,
        charter="Be kind.",
        language="en",
        new_schedule=NewSchedule(weekday=2, time=MEETS.time(), zone="UTC"),
    )
