"""The cards that quote commitments fit into Discord and do nothing else, whatever was written."""

from dataclasses import replace

import pytest

from buddybot.domain.ids import CommitmentId
from buddybot.services.commitments.commitment_views import (
    Choice,
    GroupList,
    MemberCommitments,
    OwnCommitment,
    OwnList,
)
from buddybot.services.commitments.nudges import DirectNudge
from buddybot.ui.commitments.commitments import (
    carry_offer_card,
    choice_label,
    drop_card,
    edit_form,
    list_card,
    others_card,
    own_card,
    shrink_form,
    swap_form,
)
from buddybot.ui.commitments.nudges import direct_nudge_card
from buddybot.ui.framework.components import Card
from tests.hostile import MARKUP as HOSTILE
from tests.ui.checkins.test_checkins import (
    GROUP,
    LONG,
    NOW,
    PEOPLE,
    TEXTS,
    WORST,
    assert_fits,
    commitment,
    parts,
    said,
)
from tests.ui.framework.test_texts import markup_in

TRIES = [*(text for text in HOSTILE if text != "\ud800"), WORST, LONG, "[" * 200, "@" * 200, "\\" * 200]


def cards(text: str) -> list[Card]:
    """Every card that quotes, with three commitments of each of ten members."""
    items = tuple(
        replace(commitment(number, text), id=CommitmentId(10**17 + number), weeks_carried=3)
        for number in range(3)
    )
    own = OwnCommitment(commitment=items[0], group_name=text[:60], due=NOW)
    others = tuple(MemberCommitments(user_id=user, readable=items, private=2) for user in PEOPLE)
    return [
        list_card(
            TEXTS,
            OwnList(group_id=GROUP.id, group_name=text[:60], items=tuple((item, NOW) for item in items)),
        ),
        own_card(TEXTS, own, heading="commitments.heading.added"),
        drop_card(TEXTS, own),
        others_card(TEXTS, GroupList(group_name=text[:60], others=others)),
        carry_offer_card(TEXTS, items[0]),
        direct_nudge_card(
            TEXTS, DirectNudge(guild_id=GROUP.guild_id, group_name=text[:60], items=items, starts_at=NOW)
        ),
    ]


@pytest.mark.parametrize("text", TRIES)
def test_every_card_fits_and_the_words_do_nothing(text: str) -> None:
    for card in cards(text):
        assert_fits(card)
        for line in said(card).splitlines():
            words = line.partition("“")[2].rpartition("”")[0]
            assert markup_in(words) == [], line


@pytest.mark.parametrize("text", [WORST, LONG])
def test_forms_and_choices_keep_within_what_discord_takes(text: str) -> None:
    item = replace(commitment(1, text), id=CommitmentId(10**17))
    for form in (edit_form(TEXTS, item, "list"), shrink_form(TEXTS, item), swap_form(TEXTS, item)):
        for part in parts(form):
            assert len(part.get("label") or "") <= 45
            assert len(part.get("description") or "") <= 100
            assert len(part.get("value") or "") <= (part.get("max_length") or 4000)
    assert len(choice_label(TEXTS, Choice(commitment=item, group_name=text[:60]))) <= 100
