"""What an organizer is told of troubles since their last command."""

from collections.abc import Sequence
from datetime import UTC, datetime

from buddybot.domain.ids import ChannelId, UserId
from buddybot.storage.notices import Notice
from buddybot.ui.kit import QUIET, Card
from buddybot.ui.texts import Markup, Texts, channel, member

MOST_SHOWN = 8


def notices_card(texts: Texts, notices: Sequence[Notice]) -> Card:
    """Return one calm card with a line for each notice, the latest ones when there are many."""
    return Card(colour=QUIET).text(
        Markup(f"-# {texts('notices.title')}"),
        *(notice_line(texts, notice) for notice in notices[-MOST_SHOWN:]),
    )


def notice_line(texts: Texts, notice: Notice) -> Markup:
    """Return the sentence of one notice."""
    fields: dict[str, object] = {"group": notice.group_name}
    for name, value in notice.parameters.items():
        if name.endswith("_at"):
            fields[name] = datetime.fromtimestamp(int(value), UTC)
        elif name == "member":
            fields[name] = member(UserId(int(value)))
        elif name == "channel":
            fields[name] = channel(ChannelId(int(value)))
        elif name == "kind":
            fields["what"] = texts(f"notices.what.{value}")
        elif name == "why":
            fields["why"] = texts(f"notices.why.{value}")
        else:
            fields[name] = value
    return texts(f"notices.{notice.code}", **fields)
