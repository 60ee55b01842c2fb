"""What neither the library, nor the simulator, nor the description catches: limits and house rules.

Messages, modals, events and channels are here; commands are in `lint_commands`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from tests.contract import lint_commands
from tests.contract.requests import (
    ACTION_ROW,
    BUTTON,
    COMPONENTS_V2,
    LABEL,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    Finding,
    Json,
    Request,
    as_objects,
    message_of,
    modal_of,
    segments,
    walk_components,
)

MAX_CONTENT, MAX_V2_TEXT, MAX_EMBEDS = 2_000, 4_000, 6_000
MAX_COMPONENTS, MAX_ROWS, MAX_BUTTONS = 40, 5, 5
MAX_FILES, MAX_TOPIC, MAX_CUSTOM_ID = 10, 1_024, 100
MAX_OPTIONS, MAX_OPTION_LABEL, MAX_PLACEHOLDER, MAX_BUTTON_LABEL = 25, 100, 150, 80
MAX_INPUT_PLACEHOLDER = 100
MAX_MODAL_COMPONENTS, MAX_TITLE, MAX_LABEL = 5, 45, 45
SELECTS = range(STRING_SELECT, 9)
LINK, PREMIUM = 5, 6
CANCELED = 4


def findings(requests: Iterable[Request], *, now: datetime) -> list[Finding]:
    """Everything in these requests that the lint list forbids; `now` is when they were sent."""
    return [Finding(request, message) for request in requests for message in faults(request, now=now)]


def faults(request: Request, *, now: datetime) -> Iterator[str]:
    """What the lint list says about one request."""
    message, modal = message_of(request), modal_of(request)
    if message is not None:
        yield from _message_faults(message)
    if modal is not None:
        yield from _modal_faults(modal)
    parts = segments(request)
    if not isinstance(request.json, (dict, list)) or request.method == "GET":
        return
    if parts[0] == "applications" and "commands" in parts:
        yield from lint_commands.faults(request.json)
    if isinstance(request.json, dict):
        if "scheduled-events" in parts:
            yield from _event_faults(request.json, now)
        topic = request.json.get("topic")
        if isinstance(topic, str) and _units(topic) > MAX_TOPIC:
            yield f"topic of {_units(topic)} characters, {MAX_TOPIC} are allowed"


def _message_faults(message: Json) -> Iterator[str]:
    components = list(walk_components(message.get("components")))
    texts = [_text(part, "content") for part in components if part.get("type") == TEXT_DISPLAY]
    content = _text(message, "content")
    if _units(content) > MAX_CONTENT:
        yield f"content of {_units(content)} characters, {MAX_CONTENT} are allowed"
    if sum(map(_units, texts)) > MAX_V2_TEXT:
        yield f"text displays of {sum(map(_units, texts))} characters together, {MAX_V2_TEXT} are allowed"
    if len(components) > MAX_COMPONENTS:
        yield f"{len(components)} components, {MAX_COMPONENTS} are allowed"
    if len(as_objects(message.get("attachments"))) > MAX_FILES:
        yield f"more than {MAX_FILES} files"
    yield from _version_faults(message, content)
    yield from _embed_faults(as_objects(message.get("embeds")))
    yield from _component_faults(components)
    if content or texts:
        yield from _mention_faults(message)


def _version_faults(message: Json, content: str) -> Iterator[str]:
    """The flag of Components V2 and what must not stand beside it."""
    flags = message.get("flags")
    is_v2 = isinstance(flags, int) and bool(flags & COMPONENTS_V2)
    top = as_objects(message.get("components"))
    if is_v2 and (content or message.get("embeds") or message.get("poll")):
        yield "content, embeds or a poll beside Components V2"
    if not is_v2 and any(part.get("type") != ACTION_ROW for part in top):
        yield "a Components V2 component without the flag"
    if not is_v2 and len(top) > MAX_ROWS:
        yield f"{len(top)} rows, {MAX_ROWS} are allowed"


def _mention_faults(message: Json) -> Iterator[str]:
    mentions = message.get("allowed_mentions")
    if not isinstance(mentions, dict) or mentions.get("parse") is None:
        yield "text without allowed_mentions: everybody in it would be pinged"
    elif mentions["parse"]:
        yield f"allowed_mentions parses {', '.join(map(str, mentions['parse']))}: name user ids instead"
    elif mentions.get("roles"):
        yield "allowed_mentions names roles: name user ids instead"


def _embed_faults(embeds: list[Json]) -> Iterator[str]:
    size = 0
    for embed in embeds:
        fields = as_objects(embed.get("fields"))
        for field in fields:
            if not _text(field, "name").strip() or not _text(field, "value").strip():
                yield "an embed field with an empty name or value"
        holders = [(embed, "title"), (embed, "description"), (embed.get("footer"), "text")]
        holders += [(embed.get("author"), "name"), *((f, key) for f in fields for key in ("name", "value"))]
        size += sum(_units(_text(holder, key)) for holder, key in holders if isinstance(holder, dict))
    if size > MAX_EMBEDS:
        yield f"embeds of {size} characters together, {MAX_EMBEDS} are allowed"


def _component_faults(components: list[Json]) -> Iterator[str]:
    """What holds in messages and modals alike."""
    ids = Counter(_text(part, "custom_id") for part in components if part.get("custom_id"))
    for custom_id, times in ids.items():
        if times > 1:
            yield f"custom_id {custom_id!r} {times} times"
        if _units(custom_id) > MAX_CUSTOM_ID:
            yield f"custom_id of {_units(custom_id)} characters, {MAX_CUSTOM_ID} are allowed"
    for part in components:
        kind = part.get("type")
        if kind == BUTTON:
            yield from _button_faults(part)
        elif kind in SELECTS and kind != TEXT_INPUT:
            yield from _select_faults(part)
        elif kind == ACTION_ROW:
            yield from _row_faults(as_objects(part.get("components")))
        elif kind == TEXT_DISPLAY and not _text(part, "content").strip():
            yield "an empty text display"


def _button_faults(button: Json) -> Iterator[str]:
    style = button.get("style")
    if style != PREMIUM and not _text(button, "label").strip() and not button.get("emoji"):
        yield "a button with neither label nor emoji"
    if _units(_text(button, "label")) > MAX_BUTTON_LABEL:
        yield f"a button's label is longer than {MAX_BUTTON_LABEL} characters"
    if style == LINK and (not button.get("url") or button.get("custom_id")):
        yield "a link button needs a url and no custom_id"
    if style not in {LINK, PREMIUM} and (not button.get("custom_id") or button.get("url")):
        yield "a button that is no link needs a custom_id and no url"


def _row_faults(children: list[Json]) -> Iterator[str]:
    kinds = {child.get("type") for child in children}
    if not children:
        yield "an empty action row"
    if len(children) > MAX_BUTTONS:
        yield f"{len(children)} components in a row, {MAX_BUTTONS} are allowed"
    if len(children) > 1 and kinds != {BUTTON}:
        yield "a select or text input shares its row"


def _select_faults(select: Json) -> Iterator[str]:
    placeholder = _text(select, "placeholder")
    if _units(placeholder) > MAX_PLACEHOLDER:
        yield f"a select's placeholder of {_units(placeholder)} characters, {MAX_PLACEHOLDER} are allowed"
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield f"a select wants at least {least} and at most {most} values"
    if select.get("type") == STRING_SELECT:
        yield from _option_faults(as_objects(select.get("options")), most if isinstance(most, int) else 1)


def _option_faults(options: list[Json], most: int) -> Iterator[str]:
    if not 1 <= len(options) <= MAX_OPTIONS:
        yield f"a select with {len(options)} options, 1 to {MAX_OPTIONS} are allowed"
    elif most > len(options):
        yield f"a select takes up to {most} values but offers {len(options)}"
    if not all(_text(option, "label").strip() for option in options):
        yield "a select option without a label"
    for key in ("label", "value", "description"):
        if any(_units(_text(option, key)) > MAX_OPTION_LABEL for option in options):
            yield f"a select option's {key} is longer than {MAX_OPTION_LABEL} characters"
    if len({option.get("value") for option in options}) < len(options):
        yield "two select options with one value"
    if sum(bool(option.get("default")) for option in options) > most:
        yield "more defaults than a select takes"


def _modal_faults(modal: Json) -> Iterator[str]:
    top = as_objects(modal.get("components"))
    title = _text(modal, "title")
    if not title.strip() or _units(title) > MAX_TITLE:
        yield f"a modal title of {_units(title)} characters, 1 to {MAX_TITLE} are allowed"
    if not 1 <= len(top) <= MAX_MODAL_COMPONENTS:
        yield f"a modal with {len(top)} components, 1 to {MAX_MODAL_COMPONENTS} are allowed"
    if _units(_text(modal, "custom_id")) > MAX_CUSTOM_ID:
        yield f"the modal's custom_id is longer than {MAX_CUSTOM_ID} characters"
    parts = list(walk_components(top))
    yield from _component_faults(parts)
    for part in parts:
        if part.get("type") in {LABEL, TEXT_INPUT} and _units(_text(part, "label")) > MAX_LABEL:
            yield f"a label of {_units(_text(part, 'label'))} characters, {MAX_LABEL} are allowed"
        if part.get("type") == TEXT_INPUT:
            yield from _input_faults(part)


def _input_faults(text_input: Json) -> Iterator[str]:
    if _units(_text(text_input, "placeholder")) > MAX_INPUT_PLACEHOLDER:
        yield f"an input's placeholder is longer than {MAX_INPUT_PLACEHOLDER} characters"
    least, most = text_input.get("min_length") or 0, text_input.get("max_length") or 4_000
    if least > most:
        yield f"an input wants at least {least} and at most {most} characters"
    if _units(_text(text_input, "value")) > most:
        yield f"an input's own value is longer than its {most} characters"


def _event_faults(event: Json, now: datetime) -> Iterator[str]:
    start, end = _instant(event.get("scheduled_start_time")), _instant(event.get("scheduled_end_time"))
    if start is not None and start <= now:
        yield f"the event starts in the past: {start.isoformat()}, and it is {now.isoformat()}"
    if end is not None and end <= now:
        yield f"the event ends in the past: {end.isoformat()}, and it is {now.isoformat()}"
    if start is not None and end is not None and end <= start:
        yield "the event ends before it starts"
    external = event.get("entity_type") == 3
    if external and end is None and event.get("status") != CANCELED:
        yield "an external event without an end"
    if "name" in event and not _text(event, "name").strip():
        yield "an event without a name"


def _instant(value: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None  # the description's check tells of it
    return instant if instant is not None and instant.tzinfo is not None else None


def _text(holder: Json, key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _units(text: str) -> int:
    """How long Discord finds a text: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
