"""What each of Discord's answers means for the bot: one table, which everything that asks Discord goes by.

The codes are those of Discord's documentation, "Opcodes and Status Codes".
"""

from enum import StrEnum

OPENING_TOO_FAST = 40003
"""Discord's code for too many new direct messages."""
UNKNOWN_MESSAGE = 10008
UNKNOWN_EVENT = 10070


class Verdict(StrEnum):
    """What to do after an answer that is no success.

    `CLOSED`: this route refuses the bot. Stop, tell the organizer once, try again when something changed.
    `BUSY`: nothing arrived. Wait, then try again.
    `GONE`: the channel, message, member, role or event is no longer there.
    `UNCLEAR`: it may have arrived. Look before sending it again.
    `OURS`: the request itself is at fault, by its form or its words. The same request gets the same answer.
    `UNREACHABLE`: the answer isn't Discord's but comes from something before it, so nothing arrived.
    `UNAUTHORIZED`: Discord doesn't take the token any more.
    `LATE`: the interaction was answered already, or nobody waits for its answer any more.
    """

    CLOSED = "closed"
    BUSY = "busy"
    GONE = "gone"
    UNCLEAR = "unclear"
    OURS = "ours"
    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "unauthorized"
    LATE = "late"


_CODES: dict[Verdict, tuple[int, ...]] = {
    Verdict.LATE: (
        10015,  # unknown webhook: the fifteen minutes of the interaction are over
        10062,  # unknown interaction: the three seconds are over
        40060,  # answered already
        40094,  # as many follow-ups as it may have
        50027,  # the interaction's token is over
    ),
    Verdict.CLOSED: (
        20012,  # not authorized for this application
        20024,  # under the minimum age
        20035,  # the server's level is too low
        30005,  # as many roles as a server may have
        30013,  # as many channels
        30033,  # as many people in a thread
        30038,  # as many events
        40058,  # the channel has become a forum
        50001,  # no access
        50003,  # not in a channel of direct messages
        50007,  # takes no direct messages
        50008,  # the channel has become a voice channel
        50009,  # the server's verification level
        50013,  # no permission
        50024,  # not in a channel of this kind
        50083,  # the thread is archived
        50095,  # the server is not available there
        50097,  # the server needs monetization
        50101,  # the server needs more boosts
        50278,  # takes no direct messages, for want of a common server
        60003,  # the bot's owner needs two factors
        160005,  # the thread is locked
        400001,  # the server takes no files at present
    ),
    Verdict.BUSY: (
        20016,  # slow mode
        20022,  # announcements are edited too often
        20028,  # too much is written in the channel
        20029,  # too much is written in the server
        30034,  # too many commands made in a day
        30040,
        30042,
        30046,  # too many edits of old messages
        40002,  # the bot's account has to be verified
        OPENING_TOO_FAST,
        40004,  # nobody can send messages at present
        40006,  # a part of Discord is switched off
        40062,
        110001,  # not available yet
        130000,  # overloaded
    ),
    Verdict.GONE: (
        40007,  # the person is banned from the server
        50005,  # somebody else's message
        50021,  # a message of Discord's own
        50028,  # the role
        50033,  # the recipient: their account was deleted
        50055,  # the server
        180000,  # the event is over
    ),
    Verdict.OURS: (
        20009,  # words that this recipient is not to read
        20031,  # words that are not allowed in names
        200000,  # words that the server's AutoMod blocks
        200001,
        240000,  # a link that Discord takes for harmful
    ),
    Verdict.UNREACHABLE: (40333,),  # the network before Discord blocks the request
}
_BY_CODE = {code: verdict for verdict, codes in _CODES.items() for code in codes}
_UNKNOWN_THINGS = range(10_001, 11_000)
"""Codes of something that Discord does not know, whatever it is."""
_BLOCKED = frozenset(_CODES[Verdict.OURS])

_BY_STATUS = {
    401: Verdict.UNAUTHORIZED,
    403: Verdict.CLOSED,
    404: Verdict.GONE,
    408: Verdict.UNCLEAR,
    429: Verdict.BUSY,
}
_SERVER_ERROR = 500


def judge_answer(status: int, code: int, *, from_discord: bool = True) -> Verdict:
    """Return what an answer means, by its HTTP status and Discord's own code (0 where it gave none).

    `from_discord` is False where the answer is no JSON: something before Discord wrote it.
    """
    found = _BY_CODE.get(code)
    if found is not None:
        return found
    if status >= _SERVER_ERROR:
        return Verdict.UNCLEAR
    if code in _UNKNOWN_THINGS:
        return Verdict.GONE
    judged = _BY_STATUS.get(status, Verdict.OURS)
    if judged in (Verdict.BUSY, Verdict.UNCLEAR):
        return judged
    if not from_discord or (not code and status in (403, 404)):
        return Verdict.UNREACHABLE
    return judged


def is_blocked(code: int) -> bool:
    """Return whether the words were refused, and not the form of the request."""
    return code in _BLOCKED
