"""What is the same in every small county: six vouchers of three residents, one campaign, tight limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from backend.kernel.signing import SigningKey
from merchant_tools.till_state import Allowance, Briefing, Limits
from tests.merchant_tools.shop import CAMPAIGN, NOW, TERMS, briefing, other_holder, token_of, voucher_of

HOUR, DAY = 3_600, 86_400
FACE, SCAN, CAP, CLAIMS, HARD = 50_00, 50_00, 120_00, 8, 3 * DAY
LIMITS = Limits(number=1, scan_fen=SCAN, holder_day_fen=200_00, cap_fen=CAP, claims=CLAIMS, hard=HARD)
EARLY, LATE = 2 * HOUR, 7 * DAY
"""When tokens end, after the beginning."""
POOL = 10_000_00


@dataclass(frozen=True)
class Voucher:
    """A voucher as its holder's phone has it; fen, seconds since 1970."""

    id: UUID
    index: int
    face_fen: int
    expires_at: int
    holder: SigningKey
    token: bytes


Vouchers = Mapping[UUID, Voucher]


def _voucher(number: int) -> Voucher:
    holder = other_holder(number % 3)
    life = EARLY if number in (1, 4) else LATE
    token = token_of(number, life=timedelta(seconds=life), holder=holder)
    return Voucher(voucher_of(number), number, FACE, NOW + life, holder, token)


VOUCHERS: Vouchers = {voucher_of(number): _voucher(number) for number in range(1, 7)}
_TERMS = {**TERMS, "discount": "percentage", "percent_bp": 2_000, "minimum_spend_fen": 50_00}
TOLD: Briefing = briefing(limits=LIMITS, terms={(CAMPAIGN, 2, 1): _TERMS}, allowance=Allowance(0, 0, {}))
"""What every till knows at its beginning; its allowance comes with the county's first answer."""
