"""How long to wait before a ping is tried again."""

from datetime import timedelta

_STEPS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
_THEN = timedelta(minutes=30)


def wait_after(attempts: int) -> timedelta:
    """Return the wait after so many attempts; it grows to half an hour and stays there."""
    return _STEPS[attempts - 1] if 0 < attempts <= len(_STEPS) else _THEN
