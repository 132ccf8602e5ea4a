"""Which voucher of a card fits this bill best, and how much of the day is left?

Pure. The best gives most; of equals the one that ends first, then the one with the smaller id.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.cards.rules import DAY_LIMIT_FEN
from backend.vouchers.rules import Accepted, Bill, Counter, VoucherFacts, decide_redemption


class Held(Struct, frozen=True, kw_only=True):
    """A voucher of the card's owner."""

    voucher_id: UUID
    name_zh: str
    name_en: str
    facts: VoucherFacts


class Fitting(Struct, frozen=True, kw_only=True):
    """A voucher that this counter may take for the bill, and what it gives, in fen."""

    voucher_id: UUID
    name_zh: str
    name_en: str
    discount_fen: int
    face_fen: int
    expires_at: datetime


def fitting(held: Iterable[Held], *, bill: Bill, counter: Counter, at: datetime) -> list[Fitting]:
    """All that fit, the best first."""
    found = [
        Fitting(
            voucher_id=one.voucher_id,
            name_zh=one.name_zh,
            name_en=one.name_en,
            discount_fen=decided.discount_fen,
            face_fen=one.facts.face_fen,
            expires_at=one.facts.expires_at,
        )
        for one in held
        if isinstance(decided := decide_redemption(one.facts, bill=bill, counter=counter, at=at), Accepted)
    ]
    return sorted(found, key=lambda one: (-one.discount_fen, one.expires_at, one.voucher_id))


def within_the_day(used: Mapping[UUID, int], chosen: Fitting) -> bool:
    """Whether the card's day has room for it. What the same voucher was shown for before is not counted twice."""
    others = sum(fen for voucher_id, fen in used.items() if voucher_id != chosen.voucher_id)
    return others + chosen.discount_fen <= DAY_LIMIT_FEN
