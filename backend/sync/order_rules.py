"""Of several claims on one voucher, which came first?

The answer is read from the claims' own content, so that every county, device and auditor gives the same whatever
arrived when. It decides only which account pays. Specification: ``fixtures/protocols/canonical-order/SPEC.md``; twins:
``pwa/src/offline/canonical_order.ts``, ``merchant_tools/canonical_order.py``.
"""

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from backend.kernel.instants import Instant
from backend.sync.body_rules import Mode


class RankedClaim(Struct, frozen=True, kw_only=True):
    """What the order looks at; ``maximum`` is the longest time without a network by the claim's own policy."""

    mode: Mode
    t_dev: Instant
    checkpoint_time: Instant
    maximum: timedelta
    hash: bytes
    """The event's name; of equal times the smaller one is first."""

    @property
    def effective_time(self) -> Instant:
        """The device's time as far as the county's own checkpoint lets it be believed."""
        latest = self.checkpoint_time + self.maximum
        return min(max(self.t_dev, self.checkpoint_time), latest)


def canonical_order(claims: Iterable[RankedClaim]) -> list[RankedClaim]:
    """Every claim once, the first one first: online before offline, then by effective time, then by hash."""
    once = {claim.hash: claim for claim in claims}
    return sorted(once.values(), key=lambda claim: (claim.mode != Mode.ONLINE, claim.effective_time, claim.hash))
