"""Every use case of the bot, built once by the composition root."""

from buddybot.services.attendance.attendance import AttendanceService
from buddybot.services.attendance.corrections import CorrectionService
from buddybot.services.attendance.history_views import AttendanceHistories, OwnHistories
from buddybot.services.attendance.record_export import AttendanceExport
from buddybot.services.attendance.visitors import VisitorService
from buddybot.services.checkins.activities import ActivityService
from buddybot.services.checkins.agenda_views import AgendaService
from buddybot.services.checkins.checkins import CheckInService
from buddybot.services.checkins.kudos import KudosService
from buddybot.services.checkins.pulse import PulseService
from buddybot.services.checkins.speaking_turns import TurnService
from buddybot.services.commitments.commitments import CommitmentService
from buddybot.services.commitments.nudges import NudgeService
from buddybot.services.core import Planner, Rules, Transactions
from buddybot.services.groups.groups import GroupService
from buddybot.services.groups.guilds import GuildService
from buddybot.services.groups.invitations import InvitationService
from buddybot.services.groups.members import MemberService
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
from buddybot.services.meetings.meetings import MeetingService
from buddybot.services.meetings.quorum import QuorumService
from buddybot.services.meetings.rsvps import MeetingViews, RsvpService
from buddybot.services.meetings.schedules import ScheduleService
from buddybot.services.meetings.server_event_steps import EventService
from buddybot.services.outdated_messages import OutdatedMessageService
from buddybot.services.privacy.audit import AuditService
from buddybot.services.privacy.personal_data import PersonalService
from buddybot.services.privacy.restores import RestoreService
from buddybot.services.privacy.retention import RetentionService
from buddybot.services.what_follows import CardService, NoticeService


class Services:
    """One service a feature, over one unit of work; cogs, cards and pings are given this."""

    def __init__(self, transactions: Transactions, planner: Planner, rules: Rules) -> None:
        self.transactions = transactions
        self.guilds = GuildService(transactions, planner)
        self.groups = GroupService(transactions, planner)
        self.members = MemberService(transactions, planner)
        self.leavers = LeaverService(transactions, planner)
        self.invitations = InvitationService(transactions, planner, rules)
        self.preferences = PreferenceService(transactions, planner)
        self.personal = PersonalService(transactions, planner)
        self.retention = RetentionService(transactions, rules.keep)
        self.outdated_messages = OutdatedMessageService(transactions)
        self.role_tasks = RoleTaskService(transactions)
        self.restores = RestoreService(transactions, planner)
        self.schedules = ScheduleService(transactions, planner)
        self.meetings = MeetingService(transactions, planner)
        self.meeting_views = MeetingViews(transactions, rules)
        self.meeting_choices = MeetingChoices(transactions)
        self.activities = ActivityService(transactions, rules)
        self.agenda = AgendaService(transactions, rules)
        self.calendar_feed = CalendarFeed(transactions)
        self.locations = LocationService(transactions, planner)
        self.location_views = LocationViews(transactions)
        self.rotation = RotationService(transactions, planner)
        self.hosting = HostingService(transactions, planner)
        self.arrangement_choices = ArrangementChoices(transactions)
        self.swaps = SwapService(transactions, planner)
        self.rsvps = RsvpService(transactions)
        self.quorum = QuorumService(transactions, planner)
        self.away = AwayService(transactions, planner)
        self.commitments = CommitmentService(transactions)
        self.nudges = NudgeService(transactions)
        self.notices = NoticeService(transactions)
        self.checkins = CheckInService(transactions, planner, rules)
        self.turns = TurnService(transactions)
        self.attendance = AttendanceService(transactions)
        self.attendance_history = AttendanceHistories(transactions)
        self.own_history = OwnHistories(transactions)
        self.corrections = CorrectionService(transactions, planner)
        self.visitors = VisitorService(transactions)
        self.attendance_export = AttendanceExport(transactions)
        self.audit = AuditService(transactions)
        self.pulses = PulseService(transactions, health.evaluate)
        self.health = HealthViews(transactions, rules.library)
        self.health_watch = HealthWatch(transactions)
        self.alerts = AlertService(transactions, rules.library)
        self.member_signals = MemberSignalService(transactions)
        self.offers = OfferService(transactions, self.away)
        self.feedback = FeedbackService(transactions)
        self.kudos = KudosService(transactions)
        self.cards = CardService(transactions)
        self.server_events = EventService(transactions)
