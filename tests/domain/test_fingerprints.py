"""A field's mark is the same for what Discord sends back unchanged, and another one for any change."""

from hypothesis import given
from hypothesis import strategies as st

from buddybot.domain.text import LENGTH, fingerprint


def test_fingerprint_is_the_same_when_discord_tidies_a_text() -> None:
    opened = fingerprint(["Be kind.\n\nListen first. "])
    assert opened == fingerprint(["Be kind.\r\n\r\nListen first."])
    assert opened != fingerprint(["Be kind.\n\nListen last."])


def test_fingerprint_is_the_same_when_nothing_was_chosen_or_written() -> None:
    assert fingerprint([]) == fingerprint([""]) == fingerprint(["  "])


@given(st.lists(st.text(), max_size=3))
def test_fingerprint_fits_into_a_custom_id_when_made_of_any_text(values: list[str]) -> None:
    mark = fingerprint(values)
    assert len(mark) == LENGTH
    assert mark == fingerprint(reversed(values))
    assert not set(mark) & set(":~^")
