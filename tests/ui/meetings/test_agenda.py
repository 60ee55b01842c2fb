"""The agenda's cards fit into Discord for every size and length of a meeting, and read well."""

from dataclasses import replace
from datetime import timedelta

import pytest

from buddybot.domain.checkins.agenda import (
    NAME_LIMIT,
    NEED_LIMIT,
    SUMMARY_LIMIT,
    TEXT_LIMIT,
    Activity,
    Plan,
    Practice,
    Step,
    Turns,
    agenda,
)
from buddybot.domain.meetings.meetings import Answer, MeetingState, Roll, Rsvp, Source
from buddybot.library import load_activities
from buddybot.services.checkins.activities import ActivityList, ActivityView
from buddybot.services.checkins.agenda_views import AgendaView
from buddybot.services.checkins.speaking_turns import Round
from buddybot.services.locations.arrangement_views import ArrangementView
from buddybot.services.meetings.rsvps import MeetingView
from buddybot.ui.checkins.activities import activity_card, list_card, wish_card
from buddybot.ui.checkins.checkins import checkin_card
from buddybot.ui.meetings.agenda import agenda_card
from buddybot.ui.meetings.meetings import meeting_card
from tests.ui.checkins.test_checkins import (
    GROUP,
    MEETING,
    NOW,
    PEOPLE,
    TEXTS,
    WORST,
    assert_fits,
    full_view,
    said,
)

LIBRARY = load_activities()
HEAVY = Activity(
    key="a" * 40,
    name="*" * NAME_LIMIT,
    summary="_" * SUMMARY_LIMIT,
    minutes=18,
    fewest=2,
    most=10,
    needs=("`" * NEED_LIMIT,) * 4,
    practises=frozenset(Practice),
    steps=(
        *(Step(1, "|" * TEXT_LIMIT) for _ in range(12)),
        Step(6, "~" * TEXT_LIMIT, Turns.EVERYONE),
    ),
)
EVERY = [(minutes, people) for minutes in (30, 45, 60, 75, 90, 120, 150, 180) for people in range(2, 11)]


def view_of(minutes: int, people: int, activity: Activity | None) -> AgendaView:
    meeting = MEETING._replace(duration_minutes=minutes, ends_at=NOW + timedelta(minutes=minutes))
    return AgendaView(GROUP, meeting, 9, Plan(agenda(minutes, people, activity), activity))


@pytest.mark.parametrize("activity", [*LIBRARY, HEAVY, None], ids=lambda each: getattr(each, "key", "none"))
def test_the_whole_agenda_fits_for_all_sizes_and_lengths(activity: Activity | None) -> None:
    for minutes, people in EVERY:
        view = view_of(minutes, people, activity)
        card = agenda_card(TEXTS, view)
        assert_fits(card)
        shown = said(card)
        assert "**Closing** · " in shown
        if activity in LIBRARY and view.plan.agenda.activity is not None:
            assert all(step.text in shown for step in activity.steps)
            assert not shown.endswith("…")


def test_the_agenda_says_when_each_part_begins_and_how_long_each_turn_is() -> None:
    [resume] = [each for each in LIBRARY if each.key == "resume-swap"]
    shown = said(agenda_card(TEXTS, view_of(75, 6, resume)))
    review = int((NOW + timedelta(minutes=11)).timestamp())
    assert f"<t:{review}:t> **How the week went** · 18 minutes, 3 minutes each" in shown
    assert "**Wins** · 6 minutes, 1 minute each" in shown
    assert f"**{resume.name}** · 25 minutes" in shown
    assert "Please bring** your résumé, on paper or on a screen, one job posting" in shown


def test_an_agenda_without_an_activity_says_so() -> None:
    [chat] = [each for each in LIBRARY if each.key == "introductions"]
    assert "No activity is chosen yet" in said(agenda_card(TEXTS, view_of(75, 6, None)))
    assert "no room for an activity" in said(agenda_card(TEXTS, view_of(30, 6, chat)))
    assert "does not suit this many people" in said(agenda_card(TEXTS, view_of(75, 10, chat)))


@pytest.mark.parametrize("minutes", [30, 75, 180])
def test_the_live_card_still_holds_ten_people_below_the_agenda(minutes: int) -> None:
    for text in ("short", WORST):
        meeting = MEETING._replace(lead_id=PEOPLE[2])
        plan = view_of(minutes, 10, HEAVY).plan
        card = checkin_card(TEXTS, full_view(text)._replace(meeting=meeting, plan=plan))
        assert_fits(card)
        shown = said(card)
        assert shown.count("“") == 30
        assert "Closing" in shown
        assert ("activity led by" in shown) == (plan.agenda.activity is not None)


def test_one_minute_is_one_minute() -> None:
    view = full_view("short")
    one = view._replace(round=Round(PEOPLE, None, None, PEOPLE, 1, 0))
    assert "1 minute each" in said(checkin_card(TEXTS, one))
    assert "3 minutes each" in said(checkin_card(TEXTS, view))


def meeting_view(plan: Plan, state: MeetingState = MeetingState.SCHEDULED) -> MeetingView:
    roll = Roll(tuple(Rsvp(user, Answer.GOING, Source.MEMBER) for user in PEOPLE), ())
    arrangement = ArrangementView(None, None)
    return MeetingView(GROUP, MEETING._replace(state=state), 9, roll, arrangement, plan)


def test_the_meetings_card_names_the_activity_with_its_minutes() -> None:
    [resume] = [each for each in LIBRARY if each.key == "resume-swap"]
    assert "Activity **Résumé swap** · 25 minutes" in said(
        meeting_card(TEXTS, meeting_view(Plan(agenda(75, 6, resume), resume)))
    )
    unfit = said(meeting_card(TEXTS, meeting_view(Plan(agenda(30, 6, resume), resume))))
    assert "Activity **Résumé swap**, if it suits those who come" in unfit
    assert "Activity" not in said(meeting_card(TEXTS, meeting_view(Plan(agenda(75, 6), None))))
    over = meeting_view(Plan(agenda(75, 6, resume), resume), MeetingState.CLOSED)
    assert "Activity" not in said(meeting_card(TEXTS, over))
    assert_fits(meeting_card(TEXTS, meeting_view(Plan(agenda(75, 6, HEAVY), HEAVY))))


def test_the_list_the_wishes_and_each_activity_fit() -> None:
    many = tuple(replace(HEAVY, key=f"heavy-{number}") for number in range(60))
    for activities in ((), LIBRARY, many):
        view = ActivityList(GROUP, activities, frozenset(each.key for each in activities))
        assert_fits(list_card(TEXTS, view))
        assert_fits(wish_card(TEXTS, view, kept=True))
    for activity in (*LIBRARY, HEAVY):
        assert_fits(activity_card(TEXTS, ActivityView(GROUP, activity, (), 6)))
        steps = agenda(180, 6, activity).steps
        card = activity_card(TEXTS, ActivityView(GROUP, activity, steps, 6))
        assert_fits(card)
        assert steps == () or "With 6 people" in said(card)
