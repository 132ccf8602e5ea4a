"""What may be kept of a bug? Of what kind it was and where it happened, never what it says.

An exception's message quotes: a driver's the row that it refused, a conversion's what somebody had typed. Logs and the
rows that the office reads outlive the purpose of such values, so that messages stay out of both.
"""

import traceback
from collections.abc import Iterator


def told_fault(error: BaseException) -> str:
    """One line: ``IntegrityError ← UniqueViolationError 23505 uq_phones, store.py:53``."""
    chain = list(_chain(error))
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f", {frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in last)
    return " ← ".join(_kind(one) for one in chain) + place


def traced_fault(error: BaseException) -> str:
    """Every call on the way, as a traceback shows them, without a message; the first cause comes first."""
    parts = ["Traceback (most recent call last, messages left out):"]
    for one in reversed(list(_chain(error))):
        parts += [*traceback.format_tb(one.__traceback__), _kind(one)]
    return "\n".join(part.rstrip() for part in parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _kind(error: BaseException) -> str:
    # What a database says beside its message: a code, and the name of the constraint that was in the way.
    told = (getattr(error, name, None) for name in ("sqlstate", "constraint_name"))
    return " ".join([type(error).__name__, *(str(one) for one in told if one)])
