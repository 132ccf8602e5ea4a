"""Of several claims on one voucher, which came first? Written from ``fixtures/protocols/canonical-order/SPEC.md``."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """What the order looks at: seconds since 1970, ``maximum`` in seconds, the event's SHA-256."""

    mode: str
    t_dev: int
    checkpoint_time: int
    maximum: int
    hash: bytes


def effective_time(claim: Claim) -> int:
    """The device's time, held between the checkpoint and the longest time without a network after it."""
    if claim.t_dev < claim.checkpoint_time:
        return claim.checkpoint_time
    return min(claim.t_dev, claim.checkpoint_time + claim.maximum)


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """Each claim once, the first one first."""
    ordered: list[Claim] = []
    for claim in sorted(claims, key=lambda one: (one.mode != "online", effective_time(one), one.hash)):
        if not ordered or ordered[-1].hash != claim.hash:
            ordered.append(claim)
    return ordered
