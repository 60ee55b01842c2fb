"""Every limit is counted as Discord counts: an emoji is two characters of it."""

import pytest

from buddybot.domain.text import length_of
from buddybot.ui.framework.choices import choice
from buddybot.ui.framework.components import TEXT_LIMIT, Card, Form, button, custom_id, option
from buddybot.ui.framework.texts import Markup, length_together, shorten_text

FIRE = "🔥"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        (FIRE * 5, 10, FIRE * 5),
        (FIRE * 5, 9, FIRE * 4 + "…"),
        (FIRE * 5, 8, FIRE * 3 + "…"),
        ("a" + FIRE * 5, 8, "a" + FIRE * 3 + "…"),
        (FIRE, 1, "…"),
    ],
)
def test_a_text_is_shortened_between_characters_when_it_is_of_emoji(
    text: str, limit: int, shown: str
) -> None:
    assert shorten_text(text, limit) == shown
    assert length_of(shown) <= limit


def test_texts_are_measured_together() -> None:
    assert length_together(["ab", FIRE, "é"]) == 5


def test_a_card_of_emoji_is_no_longer_than_discord_takes() -> None:
    card = Card().text(Markup(FIRE * 1500)).text(Markup(FIRE * 1500)).note(Markup(FIRE * 1500))
    assert card.content_length() <= TEXT_LIMIT
    said = [part["content"] for part in card.components[0]["components"]]
    assert said[0] == FIRE * 1500
    assert sum(map(length_of, said)) == card.content_length() > TEXT_LIMIT - 3


def test_labels_of_emoji_are_no_longer_than_discord_takes() -> None:
    assert length_of(button(FIRE * 80, "x")["label"]) <= 80
    made = option(FIRE * 100, 1, description=FIRE * 100)
    assert length_of(made.label) <= 100
    assert length_of(made.description or "") <= 100
    assert length_of(choice(FIRE * 100, 1).name) <= 100
    with pytest.raises(ValueError, match="too long"):
        custom_id("x", FIRE * 45)


def test_a_form_opens_when_what_was_kept_is_longer_than_what_may_be_written_now() -> None:
    form = Form(FIRE * 45, "x").ask("charter", FIRE * 45, hint=FIRE * 100, default=FIRE * 1500, limit=1500)
    assert length_of(form.title) <= 45
    label = form.to_dict()["components"][0]
    assert length_of(label["label"]) <= 45
    assert length_of(label["description"]) <= 100
    assert label["component"]["max_length"] == 3000
    form = Form("x", "x").ask("charter", "x", default="short", limit=1500)
    assert form.to_dict()["components"][0]["component"]["max_length"] == 1500
