"""Every repository over one transaction, made when it is first asked for."""

from collections.abc import Callable
from typing import Generic, TypeVar

from buddybot.storage.attendance.attendance import AttendanceRepository, VisitorRepository
from buddybot.storage.attendance.records import RecordRepository
from buddybot.storage.checkins.activities import ActivityRepository
from buddybot.storage.checkins.checkins import CheckInRepository
from buddybot.storage.checkins.kudos import KudosRepository
from buddybot.storage.checkins.pulse import PulseRepository
from buddybot.storage.checkins.speaking_turns import TurnRepository
from buddybot.storage.commitments.commitments import CommitmentRepository
from buddybot.storage.commitments.nudges import NudgeRepository
from buddybot.storage.copies.restores import RestoreRepository
from buddybot.storage.engine.database import Tx
from buddybot.storage.groups.groups import GroupRepository, MemberRepository
from buddybot.storage.groups.guilds import GuildRepository
from buddybot.storage.groups.interactions import InteractionRepository
from buddybot.storage.groups.invitations import CodeTryRepository, InvitationRepository
from buddybot.storage.groups.preferences import PreferenceRepository
from buddybot.storage.groups.role_tasks import RoleTaskRepository
from buddybot.storage.groups.zones import StoredZoneRepository
from buddybot.storage.health.alerts import AlertRepository
from buddybot.storage.health.feedback import FeedbackRepository
from buddybot.storage.health.meeting_history import HistoryRepository
from buddybot.storage.health.offers import OfferRepository
from buddybot.storage.locations.arrangements import ArrangementRepository, FairnessRepository
from buddybot.storage.locations.fairness_balances import BalanceRepository
from buddybot.storage.locations.host_swaps import SwapRepository
from buddybot.storage.locations.locations import LocationRepository
from buddybot.storage.meetings.away import AwayRepository
from buddybot.storage.meetings.calendar_entries import CalendarEntryRepository
from buddybot.storage.meetings.meetings import MeetingRepository, ScheduleRepository
from buddybot.storage.meetings.rsvps import DashboardRepository, RsvpRepository
from buddybot.storage.meetings.successions import AgreementRepository, SuccessionRepository
from buddybot.storage.outbox.alert_pings import AlertOutbox
from buddybot.storage.outbox.cards import CardRepository
from buddybot.storage.outbox.channel_health import ChannelHealthRepository
from buddybot.storage.outbox.notices import NoticeRepository
from buddybot.storage.outbox.outbox import OutboxRepository
from buddybot.storage.outbox.outdated_messages import OutdatedMessageRepository
from buddybot.storage.outbox.sending import SendingRepository
from buddybot.storage.outbox.server_events import EventRepository, InterestRepository
from buddybot.storage.privacy.audit import AuditRepository
from buddybot.storage.privacy.erasure import ErasureRepository
from buddybot.storage.privacy.personal_data import PersonalRepository

R = TypeVar("R")


class LazyRepository(Generic[R]):
    """A repository, made when it is first asked for: most transactions use a few."""

    def __init__(self, make: Callable[[Tx], R]) -> None:
        self.make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, listed: "Repositories", _owner: type) -> R:
        made = listed.__dict__[self._name] = self.make(listed.tx)  # from now on found without this
        return made


class Repositories:
    """The repositories of one transaction, each by the name of its rows."""

    activities = LazyRepository(ActivityRepository)
    agreements = LazyRepository(AgreementRepository)
    alert_outbox = LazyRepository(AlertOutbox)
    alerts = LazyRepository(AlertRepository)
    attendances = LazyRepository(AttendanceRepository)
    audit = LazyRepository(AuditRepository)
    away = LazyRepository(AwayRepository)
    balances = LazyRepository(BalanceRepository)
    calendar_entries = LazyRepository(CalendarEntryRepository)
    cards = LazyRepository(CardRepository)
    channel_health = LazyRepository(ChannelHealthRepository)
    checkins = LazyRepository(CheckInRepository)
    code_tries = LazyRepository(CodeTryRepository)
    commitments = LazyRepository(CommitmentRepository)
    dashboard = LazyRepository(DashboardRepository)
    erasure = LazyRepository(ErasureRepository)
    events = LazyRepository(EventRepository)
    fairness = LazyRepository(FairnessRepository)
    feedback = LazyRepository(FeedbackRepository)
    groups = LazyRepository(GroupRepository)
    guilds = LazyRepository(GuildRepository)
    history = LazyRepository(HistoryRepository)
    interactions = LazyRepository(InteractionRepository)
    interests = LazyRepository(InterestRepository)
    invitations = LazyRepository(InvitationRepository)
    kudos = LazyRepository(KudosRepository)
    locations = LazyRepository(LocationRepository)
    meetings = LazyRepository(MeetingRepository)
    members = LazyRepository(MemberRepository)
    notices = LazyRepository(NoticeRepository)
    nudges = LazyRepository(NudgeRepository)
    offers = LazyRepository(OfferRepository)
    outbox = LazyRepository(OutboxRepository)
    personal = LazyRepository(PersonalRepository)
    preferences = LazyRepository(PreferenceRepository)
    pulse = LazyRepository(PulseRepository)
    records = LazyRepository(RecordRepository)
    restores = LazyRepository(RestoreRepository)
    outdated_messages = LazyRepository(OutdatedMessageRepository)
    role_tasks = LazyRepository(RoleTaskRepository)
    rsvps = LazyRepository(RsvpRepository)
    schedules = LazyRepository(ScheduleRepository)
    sending = LazyRepository(SendingRepository)
    stored_zones = LazyRepository(StoredZoneRepository)
    successions = LazyRepository(SuccessionRepository)
    swaps = LazyRepository(SwapRepository)
    turns = LazyRepository(TurnRepository)
    arrangements = LazyRepository(ArrangementRepository)
    visitors = LazyRepository(VisitorRepository)

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
