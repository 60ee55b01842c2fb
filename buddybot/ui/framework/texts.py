"""The one renderer: sentences from the locale, with everything that fills them made inert."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Self

import discord

from buddybot import locales
from buddybot.domain.ids import ChannelId, RoleId, UserId
from buddybot.domain.text import cut_to, length_of

# Patterns are kept as text: `re` compiles one when it is first used, which makes no start longer.
_UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
"""Control characters, overrides of the reading direction, halves of characters."""
_INLINE = r"([\\*_~`|<\[\]])"
"""What begins or ends emphasis, code, spoilers, links, mentions, timestamps and emoji, wherever it stands."""
_FIRST = r"(?m)^(\s*)([#>]|[-+](?=[\s#]))|^(\s*[0-9]{1,9})([.)])(?=\s)"
"""What makes a heading, quotation, list or small print at the beginning of a line."""
_ADDRESS = r"(?<=:)/(?=/)|(?<=\.[A-Za-z]{2})/|(?<=\.[A-Za-z]{3})/|(?<=\.[A-Za-z]{4})/"
"""What makes a client see a link in `https://` or in an address without it, such as `discord.gg/`."""


class Markup(str):
    """Text that is markdown on purpose; everything else is escaped before it is shown."""

    __slots__ = ()


_SHOWN_AS_IT_IS = (Markup, int)


def neutralize_text(text: str) -> Markup:
    """Return user text so that no mention, link, heading or other markup comes out of it.

    Only what could begin markup is escaped, so that ordinary sentences stay as they are; a reader
    sees the text as it was written. `@everyone` and ids get a zero-width space behind the `@`,
    because a backslash does not stop Discord from seeing those.
    """
    if text.replace(" ", "").isalnum():  # words only: nothing in them could mean anything
        return Markup(text)
    escaped = re.sub(_INLINE, r"\\\1", re.sub(_UNSEEN, "", text))
    escaped = re.sub(_FIRST, _escaped_first, escaped)
    return Markup(discord.utils.escape_mentions(re.sub(_ADDRESS, r"\\/", escaped)))


def _escaped_first(match: re.Match[str]) -> str:
    if match[2] is not None:
        return f"{match[1]}\\{match[2]}"
    return f"{match[3]}\\{match[4]}"


def member(user_id: UserId) -> Markup:
    """Return a mention; it shows the name and pings only when the send allows this user."""
    return Markup(f"<@{user_id}>")


def members(user_ids: Iterable[UserId], *, none: str = "") -> Markup:
    """Return mentions in a row, or `none`."""
    return Markup(", ".join(member(user_id) for user_id in user_ids) or none)


def channel(channel_id: ChannelId) -> Markup:
    """Return a link to a channel."""
    return Markup(f"<#{channel_id}>")


def role(role_id: RoleId) -> Markup:
    """Return a role's name; it never pings."""
    return Markup(f"<@&{role_id}>")


def moment(instant: datetime, style: str = "F") -> Markup:
    """Return an instant that each client shows in its own zone and language (styles F, f, D, t, R)."""
    return Markup(f"<t:{int(instant.timestamp())}:{style}>")


class Texts:
    """The sentences of one language."""

    def __init__(self, language: str = locales.DEFAULT) -> None:
        self._sentences = locales.sentences(language)
        self.language = language

    @classmethod
    def for_locale(cls, locale: str) -> Self:
        """Return the sentences that are nearest to a Discord locale such as `de` or `en-GB`."""
        language = locale.split("-")[0].lower()
        return cls(language if language in locales.available() else locales.DEFAULT)

    def __call__(self, key: str, /, **parameters: object) -> Markup:
        """Return the sentence for messages: markdown, with its parameters escaped."""
        for name, value in parameters.items():
            if not isinstance(value, _SHOWN_AS_IT_IS):
                parameters[name] = _show_value(value)
        return Markup(self._pick_sentence(key, parameters).format_map(parameters))

    def plain(self, key: str, /, **parameters: object) -> str:
        """Return the sentence for labels, titles and choices, where Discord reads no markdown."""
        sentence = self._pick_sentence(key, parameters)
        return sentence.format_map(parameters) if parameters or "{" in sentence else sentence

    def _pick_sentence(self, key: str, parameters: Mapping[str, object]) -> str:
        """The sentence of a key; where a number that `<key>_one` does not name is 1, that one."""
        sentence, one = self._sentences[key], self._sentences.get(f"{key}_one")
        if one is None:
            return sentence
        left_out = (f"{{{name}}}" for name, value in parameters.items() if value == 1)
        return one if any(field in sentence and field not in one for field in left_out) else sentence

    def has_sentence(self, key: str) -> bool:
        """Return whether there is such a sentence."""
        return key in self._sentences


def _show_value(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return neutralize_text(value) if isinstance(value, str) else value


def shorten_text(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters as Discord counts them, the cut marked by an ellipsis."""
    return text if length_of(text) <= limit else f"{cut_to(text, limit - 1).rstrip()}…"


def length_together(lines: Iterable[str]) -> int:
    """Return how long texts are together, as Discord counts."""
    return sum(map(length_of, lines))


def day_name(texts: Texts, day: date) -> str:
    """Return a local day as plain text, for choices."""
    return _say_day(texts, "choice", day)


def write_day(texts: Texts, day: date) -> str:
    """Return a local day as it stands in a sentence."""
    return _say_day(texts, "day", day)


def _say_day(texts: Texts, key: str, day: date) -> str:
    return texts.plain(
        f"meetings.slot.{key}",
        day=texts.plain(f"groups.day.{day.weekday()}"),
        number=day.day,
        month=texts.plain(f"meetings.month.{day.month}"),
    )
