"""Every use case of the bot, built once by the composition root."""

from typing import NamedTuple

from buddybot.services.attendance.attendance import AttendanceService
from buddybot.services.attendance.corrections import CorrectionService
from buddybot.services.attendance.history_views import AttendanceHistories
from buddybot.services.attendance.own_history_views import OwnHistories
from buddybot.services.attendance.record_export import AttendanceExport
from buddybot.services.attendance.visitors import VisitorService
from buddybot.services.cards import CardService
from buddybot.services.checkins.activities import ActivityService
from buddybot.services.checkins.agenda_views import AgendaService
from buddybot.services.checkins.checkins import CheckInService
from buddybot.services.checkins.kudos import KudosService
from buddybot.services.checkins.pulse import PulseService
from buddybot.services.checkins.speaking_turns import TurnService
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.nudges import NudgeService
from buddybot.services.core.rules import Rules
from buddybot.services.core.unit_of_work import Planner, Transactions
from buddybot.services.groups.groups import GroupService
from buddybot.services.groups.guilds import GuildService
from buddybot.services.groups.invitations import InvitationService
from buddybot.services.groups.members import MemberService
from buddybot.services.groups.notices import NoticeService
from buddybot.services.groups.preferences import PreferenceService
from buddybot.services.groups.role_tasks import RoleTaskService
from buddybot.services.groups.server_leavers import LeaverService
from buddybot.services.health import health_watch as health
from buddybot.services.health.alerts import AlertService
from buddybot.services.health.feedback import FeedbackService
from buddybot.services.health.health_views import HealthViews
from buddybot.services.health.health_watch import HealthWatch
from buddybot.services.health.member_signals import MemberSignalService
from buddybot.services.health.offers import OfferService
from buddybot.services.locations.arrangement_choices import ArrangementChoices
from buddybot.services.locations.host_swaps import SwapService
from buddybot.services.locations.hosting import HostingService
from buddybot.services.locations.location_views import LocationViews
from buddybot.services.locations.locations import LocationService
from buddybot.services.locations.rotation import RotationService
from buddybot.services.meetings.away import AwayService
from buddybot.services.meetings.calendar_feed import CalendarFeed
from buddybot.services.meetings.meeting_choices import MeetingChoices
from buddybot.services.meetings.meeting_views import MeetingViews
from buddybot.services.meetings.meetings import MeetingService
from buddybot.services.meetings.quorum import QuorumService
from buddybot.services.meetings.rsvps import RsvpService
from buddybot.services.meetings.schedules import ScheduleService
from buddybot.services.meetings.server_event_steps import EventService
from buddybot.services.outdated_messages import OutdatedMessageService
from buddybot.services.privacy.audit import AuditService
from buddybot.services.privacy.personal_data import PersonalService
from buddybot.services.privacy.restores import RestoreService
from buddybot.services.privacy.retention import RetentionService


class Services(NamedTuple):
    """One service a feature; cogs, cards and pings are given this."""

    transactions: Transactions
    guilds: GuildService
    groups: GroupService
    members: MemberService
    leavers: LeaverService
    invitations: InvitationService
    preferences: PreferenceService
    personal: PersonalService
    retention: RetentionService
    outdated_messages: OutdatedMessageService
    role_tasks: RoleTaskService
    restores: RestoreService
    schedules: ScheduleService
    meetings: MeetingService
    meeting_views: MeetingViews
    meeting_choices: MeetingChoices
    activities: ActivityService
    agenda: AgendaService
    calendar_feed: CalendarFeed
    locations: LocationService
    location_views: LocationViews
    rotation: RotationService
    hosting: HostingService
    arrangement_choices: ArrangementChoices
    swaps: SwapService
    rsvps: RsvpService
    quorum: QuorumService
    away: AwayService
    commitments: CommitmentService
    nudges: NudgeService
    notices: NoticeService
    checkins: CheckInService
    turns: TurnService
    attendance: AttendanceService
    attendance_history: AttendanceHistories
    own_history: OwnHistories
    corrections: CorrectionService
    visitors: VisitorService
    attendance_export: AttendanceExport
    audit: AuditService
    pulses: PulseService
    health: HealthViews
    health_watch: HealthWatch
    alerts: AlertService
    member_signals: MemberSignalService
    offers: OfferService
    feedback: FeedbackService
    kudos: KudosService
    cards: CardService
    server_events: EventService


def build(transactions: Transactions, planner: Planner, rules: Rules) -> Services:
    """Return all services over one unit of work, one planner and one set of rules."""
    away = AwayService(transactions, planner)
    return Services(
        transactions=transactions,
        guilds=GuildService(transactions, planner),
        groups=GroupService(transactions, planner),
        members=MemberService(transactions, planner),
        leavers=LeaverService(transactions, planner),
        invitations=InvitationService(transactions, planner, rules),
        preferences=PreferenceService(transactions, planner),
        personal=PersonalService(transactions, planner),
        retention=RetentionService(transactions, rules.keep),
        outdated_messages=OutdatedMessageService(transactions),
        role_tasks=RoleTaskService(transactions),
        restores=RestoreService(transactions, planner),
        schedules=ScheduleService(transactions, planner),
        meetings=MeetingService(transactions, planner),
        meeting_views=MeetingViews(transactions, rules),
        meeting_choices=MeetingChoices(transactions),
        activities=ActivityService(transactions, rules),
        agenda=AgendaService(transactions, rules),
        calendar_feed=CalendarFeed(transactions),
        locations=LocationService(transactions, planner),
        location_views=LocationViews(transactions),
        rotation=RotationService(transactions, planner),
        hosting=HostingService(transactions, planner),
        arrangement_choices=ArrangementChoices(transactions),
        swaps=SwapService(transactions, planner),
        rsvps=RsvpService(transactions),
        quorum=QuorumService(transactions, planner),
        away=away,
        commitments=CommitmentService(transactions),
        nudges=NudgeService(transactions),
        notices=NoticeService(transactions),
        checkins=CheckInService(transactions, planner, rules),
        turns=TurnService(transactions),
        attendance=AttendanceService(transactions),
        attendance_history=AttendanceHistories(transactions),
        own_history=OwnHistories(transactions),
        corrections=CorrectionService(transactions, planner),
        visitors=VisitorService(transactions),
        attendance_export=AttendanceExport(transactions),
        audit=AuditService(transactions),
        pulses=PulseService(transactions, health.evaluate),
        health=HealthViews(transactions, rules.library),
        health_watch=HealthWatch(transactions),
        alerts=AlertService(transactions, rules.library),
        member_signals=MemberSignalService(transactions),
        offers=OfferService(transactions, away),
        feedback=FeedbackService(transactions),
        kudos=KudosService(transactions),
        cards=CardService(transactions),
        server_events=EventService(transactions),
    )
