"""Every use case of the bot, built once by the composition root."""

from typing import NamedTuple

from buddybot.services import health
from buddybot.services.activities import ActivityService
from buddybot.services.agenda import AgendaService
from buddybot.services.alerts import AlertService
from buddybot.services.arrangement_choices import ArrangementChoices
from buddybot.services.attendance import AttendanceService
from buddybot.services.attendance_corrections import CorrectionService
from buddybot.services.attendance_export import AttendanceExport
from buddybot.services.attendance_history import AttendanceHistories
from buddybot.services.audit import AuditService
from buddybot.services.away import AwayService
from buddybot.services.calendar_feed import CalendarFeed
from buddybot.services.checkins import CheckInService
from buddybot.services.commitments import CommitmentService
from buddybot.services.events import EventService
from buddybot.services.feedback import FeedbackService
from buddybot.services.few import FewService
from buddybot.services.fit import FitService
from buddybot.services.groups import GroupService
from buddybot.services.guilds import GuildService
from buddybot.services.health import HealthWatch
from buddybot.services.health_views import HealthViews
from buddybot.services.hosting import HostingService
from buddybot.services.invitations import InvitationService
from buddybot.services.kudos import KudosService
from buddybot.services.leavers import LeaverService
from buddybot.services.location_views import LocationViews
from buddybot.services.locations import LocationService
from buddybot.services.meeting_choices import MeetingChoices
from buddybot.services.meeting_views import MeetingViews
from buddybot.services.meetings import MeetingService
from buddybot.services.members import MemberService
from buddybot.services.notices import NoticeService
from buddybot.services.nudges import NudgeService
from buddybot.services.offers import OfferService
from buddybot.services.own_history import OwnHistories
from buddybot.services.personal import PersonalService
from buddybot.services.preferences import PreferenceService
from buddybot.services.pulse import PulseService
from buddybot.services.reposts import CardService
from buddybot.services.restores import RestoreService
from buddybot.services.retention import RetentionService
from buddybot.services.retiring import RetiringService
from buddybot.services.role_tasks import RoleTaskService
from buddybot.services.rotation import RotationService
from buddybot.services.rsvps import RsvpService
from buddybot.services.rules import Rules
from buddybot.services.schedules import ScheduleService
from buddybot.services.swaps import SwapService
from buddybot.services.turns import TurnService
from buddybot.services.visitors import VisitorService
from buddybot.services.work import Planner, Work


class Services(NamedTuple):
    """One service a feature; cogs, cards and pings are given this."""

    work: Work
    guilds: GuildService
    groups: GroupService
    members: MemberService
    leavers: LeaverService
    invitations: InvitationService
    preferences: PreferenceService
    personal: PersonalService
    retention: RetentionService
    retiring: RetiringService
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
    few: FewService
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
    fit: FitService
    offers: OfferService
    feedback: FeedbackService
    kudos: KudosService
    cards: CardService
    server_events: EventService


def build(work: Work, planner: Planner, rules: Rules) -> Services:
    """Return all services over one unit of work, one planner and one set of rules."""
    away = AwayService(work, planner)
    return Services(
        work=work,
        guilds=GuildService(work, planner),
        groups=GroupService(work, planner),
        members=MemberService(work, planner),
        leavers=LeaverService(work, planner),
        invitations=InvitationService(work, planner, rules),
        preferences=PreferenceService(work, planner),
        personal=PersonalService(work, planner),
        retention=RetentionService(work, rules.keep),
        retiring=RetiringService(work),
        role_tasks=RoleTaskService(work),
        restores=RestoreService(work, planner),
        schedules=ScheduleService(work, planner),
        meetings=MeetingService(work, planner),
        meeting_views=MeetingViews(work, rules),
        meeting_choices=MeetingChoices(work),
        activities=ActivityService(work, rules),
        agenda=AgendaService(work, rules),
        calendar_feed=CalendarFeed(work),
        locations=LocationService(work, planner),
        location_views=LocationViews(work),
        rotation=RotationService(work, planner),
        hosting=HostingService(work, planner),
        arrangement_choices=ArrangementChoices(work),
        swaps=SwapService(work, planner),
        rsvps=RsvpService(work),
        few=FewService(work, planner),
        away=away,
        commitments=CommitmentService(work),
        nudges=NudgeService(work),
        notices=NoticeService(work),
        checkins=CheckInService(work, planner, rules),
        turns=TurnService(work),
        attendance=AttendanceService(work),
        attendance_history=AttendanceHistories(work),
        own_history=OwnHistories(work),
        corrections=CorrectionService(work, planner),
        visitors=VisitorService(work),
        attendance_export=AttendanceExport(work),
        audit=AuditService(work),
        pulses=PulseService(work, health.evaluate),
        health=HealthViews(work, rules.library),
        health_watch=HealthWatch(work),
        alerts=AlertService(work, rules.library),
        fit=FitService(work),
        offers=OfferService(work, away),
        feedback=FeedbackService(work),
        kudos=KudosService(work),
        cards=CardService(work),
        server_events=EventService(work),
    )
