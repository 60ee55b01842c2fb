"""Who read what since a change was begun: in the group's channels, by direct message, as an answer."""

import re
from string import Formatter

from buddybot import locales
from tests.changes.life import Life
from tests.changes.words import GROUP, Told
from tests.scenarios.wire import spoken

SENTENCES = locales.sentences(locales.DEFAULT)


class Read:
    """What was sent since `Life.begin` was called."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.messages: list[tuple[set[int], str]] = []
        """What the channel heard: who was notified, and the text."""
        self._direct: dict[int, list[str]] = {}
        channels = {f"/channels/{channel.id}/messages" for channel in life.channels}
        for request in life.world.env.http_requests[life.begun :]:
            if request.method != "POST" or not isinstance(request.json, dict):
                continue
            text = "\n".join(spoken(request.json))
            if request.path in channels:
                notified = {int(user) for user in request.json["allowed_mentions"].get("users", ())}
                self.messages.append((notified, text))
            for user, channel in life.world.env.backend.dm_channels.items():
                if request.path == f"/channels/{channel}/messages":
                    self._direct.setdefault(user, []).append(text)

    def by(self, whom: str) -> list[str]:
        """Return what somebody, or the group, was told."""
        if whom == GROUP:
            return [text for _, text in self.messages]
        user = self._life.person(whom).id
        shown = [
            "\n".join(text for request in answer.requests for text in spoken(request.json))
            for name, answer in self._life.answers
            if name == whom
        ]
        heard = [text for notified, text in self.messages if user in notified]
        return [*heard, *self._direct.get(user, ()), *shown]

    def missing(self, told: Told) -> list[tuple[str, str]]:
        """Return who did not read their sentence."""
        return [
            (whom, SENTENCES.get(key, key))
            for whom, key in told.items()
            if not any(_pattern(key).search(text) for text in self.by(whom))
        ]


def _pattern(key: str) -> re.Pattern[str]:
    """Return what finds a sentence of the locale, whatever fills it."""
    parts = (
        re.escape(text) + ("" if name is None else ".*?")
        for text, name, *_ in Formatter().parse(SENTENCES.get(key, key))
    )
    return re.compile("".join(parts), re.DOTALL)
