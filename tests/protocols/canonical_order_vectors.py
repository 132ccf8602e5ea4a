"""Vectors of ``fixtures/protocols/canonical-order``: which claim comes first, in whatever order they arrive."""

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

from backend.kernel.trust import seconds_of
from tests.protocols.encoding_vectors import BOUNDARIES
from tests.protocols.known_keys import AT, DAY, SECOND

Vector = dict[str, Any]
HOURS = timedelta(hours=72)
"""The hard limit of a merchant."""
FORTNIGHT = 14 * DAY
"""The hard limit of a station."""


def vectors() -> list[Vector]:
    """All cases: effective times, then sets of claims with their order and some orders of arrival."""
    return [*_times(), *_orders()]


def claim(
    name: str,
    mode: str = "rotating",
    *,
    t_dev: datetime = AT,
    checkpoint: datetime = AT - DAY,
    maximum: timedelta = HOURS,
) -> Vector:
    """A claim; its hash is the SHA-256 of its name."""
    times = {"t_dev": seconds_of(t_dev), "checkpoint_time": seconds_of(checkpoint), "maximum": maximum // SECOND}
    return {"name": name, "mode": mode} | times | {"hash": hashlib.sha256(name.encode()).hexdigest()}


def _times() -> Iterator[Vector]:
    start, end = AT - DAY, AT - DAY + HOURS
    for why, at, expect in [
        ("a clock that can be believed", AT, AT),
        ("the instant of the checkpoint", start, start),
        ("a second before the checkpoint", start - SECOND, start),
        ("a clock at its beginning", datetime.fromtimestamp(0, AT.tzinfo), start),
        ("the last instant that can be believed", end, end),
        ("a second beyond it", end + SECOND, end),
        ("a clock years ahead", AT + 3650 * DAY, end),
    ]:
        yield {"op": "effective", "case": "O2", "why": why, "claim": claim("x", t_dev=at), "time": seconds_of(expect)}
    for seconds in BOUNDARIES:
        within = claim("x", t_dev=start + seconds * SECOND, maximum=seconds * SECOND)
        beyond = claim("x", t_dev=start + (seconds + 1) * SECOND, maximum=seconds * SECOND)
        for why, one in ((f"{seconds} s of {seconds}", within), (f"a second beyond {seconds}", beyond)):
            yield {"op": "effective", "case": "O2", "why": why, "claim": one} | {"time": seconds_of(start) + seconds}
    still = claim("x", maximum=timedelta(0))
    yield {"op": "effective", "case": "O2", "why": "no time without a network at all", "claim": still} | {
        "time": seconds_of(start)
    }


def _orders() -> Iterator[Vector]:
    near, far = sorted(("one", "two"), key=lambda name: hashlib.sha256(name.encode()).digest())
    late, early = AT + SECOND, AT - SECOND
    sets: list[tuple[str, str, list[Vector]]] = [
        ("O3", "nothing", []),
        ("O3", "one claim", [claim("one")]),
        ("O3", "online is before offline, however late", [claim("b", "online", t_dev=late + DAY), claim("a")]),
        ("O3", "online ones by their times", [claim("a", "online", t_dev=early), claim("b", "online")]),
        (
            "O3",
            "how a holder proved it makes no other difference",
            [claim("c", "paper", t_dev=early), claim("a", "challenge"), claim("b", "rotating", t_dev=late)],
        ),
        ("O4", "the earlier one", [claim("two", t_dev=early), claim("one")]),
        ("O4", "a second decides", [claim("two"), claim("one", t_dev=late)]),
        (
            "O4",
            "a clock set back gains nothing before the checkpoint",
            [claim("fair", t_dev=AT - 2 * DAY, checkpoint=AT - 3 * DAY), claim("set back", t_dev=AT - 30 * DAY)],
        ),
        (
            "O4",
            "a clock set ahead loses no more than its maximum",
            [
                claim("ahead", t_dev=AT + 30 * DAY, checkpoint=AT - 3 * DAY, maximum=HOURS),
                claim("later", t_dev=AT + DAY, checkpoint=AT),
            ],
        ),
        (
            "O4",
            "each by the maximum of its own policy",
            [
                claim("merchant", t_dev=AT + 20 * DAY, maximum=HOURS),
                claim("station", t_dev=AT + 20 * DAY, maximum=FORTNIGHT),
            ],
        ),
        ("O5", "of the same second the smaller hash", [claim(near), claim(far)]),
        (
            "O5",
            "times made equal by the checkpoint",
            [claim(near, t_dev=AT - 9 * DAY), claim(far, t_dev=AT - 10 * DAY)],
        ),
        ("O5", "hashes are compared as bytes", _by_first_byte()),
        ("O4", "times around what two bytes of seconds hold", _around()),
        ("O6", "the same claim twice is one", [claim("one"), claim("one"), claim("two", t_dev=late)]),
        ("O6", "all together", _many()),
    ]
    for case, why, ordered in sets:
        order = list(dict.fromkeys(one["hash"] for one in ordered))
        yield {"op": "order", "case": case, "why": why, "order": order, "arrivals": _arrivals(ordered)}


def _by_first_byte() -> list[Vector]:
    """Hashes on both sides of what a signed byte, a digit and a letter would compare differently."""
    made = [claim(f"c{i}") for i in range(64)]
    chosen = {one["hash"][:1]: one for one in made}
    return sorted(chosen.values(), key=lambda one: bytes.fromhex(one["hash"]))


def _around() -> list[Vector]:
    """So many seconds after the checkpoint; whoever compares a part of the number alone orders them otherwise."""
    return [claim(f"s{number}", t_dev=AT - DAY + number * SECOND) for number in BOUNDARIES]


def _many() -> list[Vector]:
    online = [claim("n1", "online", t_dev=early) for early in (AT - DAY,)] + [
        claim("n2", "online", t_dev=AT + 40 * DAY)
    ]
    offline = [
        claim("p", "paper", t_dev=AT - 60 * DAY, checkpoint=AT - 2 * DAY),
        claim("q", "rotating", t_dev=AT - DAY),
        claim("r", "challenge", t_dev=AT + SECOND),
        claim("s", "rotating", t_dev=AT + 60 * DAY, maximum=FORTNIGHT),
    ]
    return online + offline


def _arrivals(ordered: list[Vector]) -> list[list[Vector]]:
    """All orders of arrival of up to three claims; of more, five that are fixed."""
    if len(ordered) <= 3:
        return [list(arrival) for arrival in permutations(ordered)]
    shuffled = random.Random(7)
    return [ordered, ordered[::-1], *(shuffled.sample(ordered, len(ordered)) for _ in range(3))]
