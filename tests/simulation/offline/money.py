"""Who pays which fen, worked out from the whole set of claims: an oracle for whoever settles them one by one.

Of one voucher a merchant is paid once, for its first claim in canonical order. All that is paid comes first from the
voucher's own money, up to its face, and the rest from the pool. A voucher that had died before a claim on it came has
no money of its own. Written with the merchants' own order, apart from what the county uses.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from merchant_tools.canonical_order import Claim as Ranked
from merchant_tools.canonical_order import in_order


@dataclass(frozen=True)
class Used:
    """A compliant claim."""

    voucher: UUID
    merchant: str
    amount_fen: int
    ranked: Ranked


@dataclass
class Books:
    """Labels by the claims' hashes, and balances in fen."""

    labels: dict[bytes, str] = field(default_factory=dict)
    payable: Counter[str] = field(default_factory=Counter)
    own: Counter[UUID] = field(default_factory=Counter)
    cover: Counter[UUID] = field(default_factory=Counter)
    debts: Counter[UUID] = field(default_factory=Counter)
    """What the holder owes for using a voucher again elsewhere."""
    timely: Counter[UUID] = field(default_factory=Counter)
    """What the pool pays for vouchers that died meanwhile: nobody's debt."""


def settled(
    claims: Iterable[Used],
    faces: Mapping[UUID, int],
    dead: Collection[UUID],
    online: Mapping[UUID, tuple[str, int]],
) -> Books:
    """The books after all of these claims, in whatever order they came."""
    books = Books()
    by_hash = {claim.ranked.hash: claim for claim in claims}
    for voucher, face in faces.items():
        left = 0 if voucher in dead else face
        paid = set[str]()
        if voucher in online:
            merchant, fen = online[voucher]
            paid.add(merchant)
            books.payable[merchant] += fen
            books.own[voucher] += fen
            left -= fen
        for ranked in in_order(one.ranked for one in by_hash.values() if one.voucher == voucher):
            claim = by_hash[ranked.hash]
            if claim.merchant in paid:
                books.labels[ranked.hash] = "conflict_unpaid"
                continue
            is_first = not paid
            books.labels[ranked.hash] = "applied" if is_first else "conflict_paid"
            paid.add(claim.merchant)
            own = min(left, claim.amount_fen)
            left -= own
            books.payable[claim.merchant] += claim.amount_fen
            books.own[voucher] += own
            books.cover[voucher] += claim.amount_fen - own
            owed = books.timely if is_first else books.debts
            owed[voucher] += claim.amount_fen - own
    return books
