"""The guided set-up: two forms, and between them the answers of the first travel in the custom id.

Nothing is stored before the group is made, so a restart or a change of mind leaves nothing behind.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import NamedTuple, Self

from buddybot.domain import zones
from buddybot.domain.errors import Refusal
from buddybot.domain.groups.groups import USUAL_ROTATION, Rotation
from buddybot.domain.meetings.schedule import next_occurrences, parse_time
from buddybot.services.groups.groups import GroupView, NewSchedule
from buddybot.ui.framework.choices import weekday_options
from buddybot.ui.framework.components import PRIMARY, Card, Form, button, option, select
from buddybot.ui.framework.router import Input
from buddybot.ui.framework.texts import Markup, Texts, channel, moment
from buddybot.ui.groups.groups import ask_home, invite_buttons, schedule_line

MINUTES = (30, 45, 60, 75, 90, 120)
USUAL_MINUTES = 75
WEEKS = (1, 2, 3, 4)


class When(NamedTuple):
    """The answers of the first form but the zone."""

    weekday: int
    time: time
    minutes: int
    weeks: int

    @classmethod
    def written(cls, given: Input) -> Self:
        """Read the first form; Refusal when the time cannot be read."""
        return cls(
            weekday=_read_choice(given.written("weekday"), range(7)),
            time=parse_time(given.written("time")),
            minutes=_read_choice(given.written("minutes"), MINUTES),
            weeks=_read_choice(given.written("weeks"), WEEKS),
        )

    @classmethod
    def from_arguments(cls, given: Input, start: int = 0) -> Self:
        """Read what a custom id carries; Refusal `button.stale` when it was not made by `arguments`."""
        weekday, clock, minutes, weeks = (given.read_number(start + position) for position in range(4))
        if weekday not in range(7) or clock // 100 > 23 or clock % 100 > 59:
            raise Refusal("button.stale")
        if minutes not in MINUTES or weeks not in WEEKS:
            raise Refusal("button.stale")
        return cls(weekday=weekday, time=time(clock // 100, clock % 100), minutes=minutes, weeks=weeks)

    @property
    def arguments(self) -> tuple[object, ...]:
        """What a custom id carries."""
        return self.weekday, self.time.strftime("%H%M"), self.minutes, self.weeks

    def new_schedule(self, zone: str) -> NewSchedule:
        """Return the schedule of the new group."""
        zones.zone(zone)
        return NewSchedule(
            weekday=self.weekday,
            time=self.time,
            zone=zone,
            every_weeks=self.weeks,
            duration_minutes=self.minutes,
        )


def start_card(texts: Texts) -> Card:
    """Return the beginning of the set-up."""
    return (
        Card()
        .text(Markup(f"## {texts('setup.start.title')}"))
        .text(texts("setup.start.what"), texts("setup.start.how"), texts("setup.start.after"))
        .row(button(texts.plain("setup.start.go"), "setup_when", style=PRIMARY))
    )


def when_form(texts: Texts, *, when: When | None = None, zone: str = "") -> Form:
    """Return the first form, filled with what was answered before."""
    minutes = USUAL_MINUTES if when is None else when.minutes
    weeks = 1 if when is None else when.weeks
    return (
        Form(texts.plain("setup.when.title"), "setup_when_given")
        .ask(
            "zone",
            texts.plain("setup.when.zone"),
            hint=texts.plain("setup.when.zone_hint"),
            default=zone or None,
            limit=60,
        )
        .choose(
            "weekday",
            texts.plain("setup.when.weekday"),
            weekday_options(texts, None if when is None else when.weekday),
        )
        .ask(
            "time",
            texts.plain("setup.when.time"),
            placeholder=texts.plain("setup.when.time_placeholder"),
            default=None if when is None else when.time.strftime("%H:%M"),
            limit=12,
        )
        .choose(
            "minutes",
            texts.plain("setup.when.minutes"),
            [
                option(texts.plain("setup.when.minutes_option", minutes=each), each, default=each == minutes)
                for each in MINUTES
            ],
        )
        .choose(
            "weeks",
            texts.plain("setup.when.weeks"),
            [option(_weeks(texts, each), each, default=each == weeks) for each in WEEKS],
        )
    )


def zones_card(texts: Texts, when: When, names: Sequence[str]) -> Card:
    """Return the choice between zones that fit what was written."""
    return (
        Card()
        .text(Markup(f"## {texts('setup.zones.title')}"), texts("setup.zones.ask"))
        .row(
            select(
                "setup_zone",
                *when.arguments,
                options=[option(name.replace("_", " "), name) for name in names],
                placeholder=texts.plain("setup.zones.placeholder"),
            )
        )
    )


def check_card(texts: Texts, when: When, zone: str, now: datetime) -> Card:
    """Return what was answered, to go on or to correct."""
    schedule = when.new_schedule(zone).begin_after(now)
    first = next(each for each in next_occurrences(schedule, now=now, count=2) if each.starts_at > now)
    carried = (zone, *when.arguments)
    return (
        Card()
        .text(Markup(f"## {texts('setup.check.title')}"))
        .text(
            texts("setup.check.when", when=schedule_line(texts, schedule)),
            texts("setup.check.first", at=first.starts_at, soon=moment(first.starts_at, "R")),
        )
        .row(
            button(texts.plain("setup.check.go"), "setup_group", *carried, style=PRIMARY),
            button(texts.plain("setup.check.change"), "setup_when", *carried),
        )
    )


def group_form(texts: Texts, when: When, zone: str, *, here: int | None) -> Form:
    """Return the second form; submitting it makes the group."""
    form = Form(texts.plain("setup.group.title"), "setup_create", zone, *when.arguments)
    form.ask(
        "name",
        texts.plain("setup.group.name"),
        placeholder=texts.plain("setup.group.name_placeholder"),
        limit=40,
    )
    return ask_home(form, texts, here=here).choose(
        "rotation",
        texts.plain("setup.group.rotation"),
        [
            option(texts.plain(f"rotation.choice.{rule.value}"), rule.value, default=rule is USUAL_ROTATION)
            for rule in Rotation
        ],
        hint=texts.plain("setup.group.rotation_hint"),
    )


def ready_card(texts: Texts, view: GroupView) -> Card:
    """Return what was made, what happens next, and how to invite."""
    group = view.group
    home = channel(group.channel_id)
    card = Card().text(Markup(f"## {texts('setup.ready.title', group=group.name)}"))
    if view.next_meeting is not None:
        at = view.next_meeting.starts_at
        card.text(texts("setup.ready.first", at=at, soon=moment(at, "R")))
    card.text(texts("setup.ready.place", channel=home), texts("setup.ready.where"))
    card.text(texts("setup.ready.next", channel=home), texts("setup.ready.invite"))
    return card.note(texts("setup.ready.alone")).row(*invite_buttons(texts, group))


def _weeks(texts: Texts, weeks: int) -> str:
    if weeks == 1:
        return texts.plain("groups.weeks.one")
    return texts.plain("groups.weeks.many", weeks=weeks)


def _read_choice(value: str, among: Sequence[int]) -> int:
    """A select's value; Discord sends only what was offered, anything else was forged."""
    if not value.isascii() or not value.isdigit() or len(value) > 4 or int(value) not in among:
        raise Refusal("button.stale")
    return int(value)
