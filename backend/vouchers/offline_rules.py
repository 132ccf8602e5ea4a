"""Of several claims that counters made on one voucher without a network, which is paid, from which money, and who owes?

Pure. A voucher's own money pays first, whichever claim asks for it; what it does not reach is covered by the allowance
of the device whose claim arrived (decision 0068). So neither labels nor balances depend on the order of arrival.
Specification: ``offline-protocol.md``, "The county's rules" 6 and 7; the order itself is ``sync/order_rules.py``.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.kernel.refusals import Reason, Refused
from backend.ledger.rules import Funder
from backend.vouchers.funding_rules import split_discount
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.rules import (
    Bill,
    Counter,
    RedemptionReason,
    VoucherFacts,
    VoucherState,
    decide_redemption,
)


class ClaimLabel(StrEnum):
    """What a compliant claim came to among all claims on its voucher."""

    APPLIED = "applied"
    """The first: the voucher was taken here."""
    CONFLICT_PAID = "conflict_paid"
    """The voucher was taken elsewhere before; this merchant is paid, and the holder owes it."""
    CONFLICT_UNPAID = "conflict_unpaid"
    """This merchant has an earlier claim on the voucher; one is paid."""


class DebtState(StrEnum):
    """Where a holder's debt stands."""

    OPEN = "open"
    """待抵扣."""
    SET_OFF = "set_off"
    """已抵扣: later vouchers were smaller by it."""
    FORGIVEN = "forgiven"
    """已免除 by the office."""


class OfflineReason(Reason):
    """Why a claim made without a network gives its merchant nothing, beside the reasons of any redemption."""

    UNKNOWN_VOUCHER = "unknown-voucher", 404, "没有这张券", "There is no such voucher"
    UNKNOWN_CLAIM = "unknown-claim", 404, "没有这笔离线核销", "This device has no such claim here"
    ELIGIBLE_BEYOND_BILL = (
        "eligible-beyond-bill",
        409,
        "可优惠金额大于账单金额",
        "More of the bill counts than there is of it",
    )
    BEYOND_ALLOWANCE = (
        "beyond-allowance",
        409,
        "超出本机离线额度",
        "More than is left of this device's allowance",
    )


class OfflineClaim(Struct, frozen=True, kw_only=True):
    """A compliant claim of a device; amounts in fen are what it gives when it is paid, ``late`` after the closing.

    ``found`` is the state in which it found its voucher, ``cover_fen`` what allowances pay of it now, and
    ``redemption_id`` the live redemption that pays it, if it is paid. ``nth`` counts a voucher's claims as they
    arrived. ``uncovered``: it would be paid, and nobody has the money for it any more, so a person looks at it.
    """

    claim_id: UUID
    voucher_id: UUID
    merchant_id: UUID
    device_id: UUID
    episode: int
    pool_line_id: UUID
    effective_at: datetime
    event_hash: bytes
    late: bool
    nth: int
    found: VoucherState
    bill_fen: int
    eligible_fen: int
    face_fen: int
    government_fen: int
    platform_fen: int
    merchant_fen: int
    town_code: str
    trade: str
    staff_id: UUID | None
    shift_id: UUID | None
    proof: str | None
    lines: str | None
    label: ClaimLabel
    redemption_id: UUID | None = None
    times_paid: int = 0
    cover_fen: int = 0
    voided_at: datetime | None = None
    uncovered: bool = False

    @property
    def discount_fen(self) -> int:
        """What all funders give together."""
        return self.government_fen + self.platform_fen + self.merchant_fen

    @property
    def shares(self) -> dict[Funder, int]:
        """What each funder gives."""
        return {
            Funder.GOVERNMENT: self.government_fen,
            Funder.PLATFORM: self.platform_fen,
            Funder.MERCHANT: self.merchant_fen,
        }


class OfflineLabel(Struct, frozen=True, kw_only=True):
    """What the county keeps of a voucher that was claimed without a network, until nothing of it can change any more.

    ``own_fen`` is the voucher's own public money, of which ``used_fen`` paid claims; ``cover_fen`` is what allowances
    paid. ``found`` is the state in which the first claim to arrive found it, ``online_merchant`` where the county
    itself had taken it before.
    """

    voucher_id: UUID
    own_fen: int
    used_fen: int
    cover_fen: int
    found: VoucherState
    online_merchant: UUID | None
    closes_at: datetime
    closed_at: datetime | None = None

    @property
    def kept_fen(self) -> int:
        """What of its own money still lies on its account."""
        return self.own_fen - self.used_fen


class Ranked(Struct, frozen=True):
    """A claim's label, and what its holder owes for it in fen of public money."""

    label: ClaimLabel
    debt_fen: int

    @property
    def is_paid(self) -> bool:
        """Whether its merchant is paid."""
        return self.label is not ClaimLabel.CONFLICT_UNPAID


def rank(claims: Iterable[OfflineClaim], online_merchant: UUID | None) -> dict[UUID, Ranked]:
    """Label claims on one voucher, whatever order they are given in: a redemption by the county itself is before all.

    Of each merchant the first is paid. The first of all owes nothing, not even on a voucher that had run out or been
    voided meanwhile: at its counter it was good.
    """
    served = set() if online_merchant is None else {online_merchant}
    ranked: dict[UUID, Ranked] = {}
    for claim in sorted(claims, key=_order):
        if claim.merchant_id in served:
            ranked[claim.claim_id] = Ranked(ClaimLabel.CONFLICT_UNPAID, 0)
        elif served:
            ranked[claim.claim_id] = Ranked(ClaimLabel.CONFLICT_PAID, claim.government_fen)
        else:
            ranked[claim.claim_id] = Ranked(ClaimLabel.APPLIED, 0)
        served.add(claim.merchant_id)
    return ranked


def _order(claim: OfflineClaim) -> tuple[bool, datetime, bytes]:
    # Once a voucher's label is closed its unused money is gone: who comes later still ranks behind everybody.
    return claim.late, claim.effective_at, claim.event_hash


class CoverChange(Struct, frozen=True, kw_only=True):
    """So many fen more (or fewer, negative) of a claim are paid by its device's allowance of that episode."""

    claim_id: UUID
    device_id: UUID
    episode: int
    pool_line_id: UUID
    fen: int


def split_cover(own_fen: int, paid_fen: int) -> tuple[int, int]:
    """(from the voucher's own money, from allowances) of what its paid claims come to in public money, in fen."""
    used_fen = min(own_fen, paid_fen)
    return used_fen, paid_fen - used_fen


def move_cover(
    claims: Sequence[OfflineClaim], paid: Mapping[UUID, int], cover_fen: int, *, new: Collection[UUID] = ()
) -> list[CoverChange]:
    """Bring the cover of a voucher's claims to ``cover_fen`` together, and none above what its claim is ``paid``.

    Claims that are paid nothing any more give theirs back first; then those that are ``new`` among the paid take what
    is missing, which is never more than they cost, and of the others who came last takes or gives back.
    """
    newest_first = sorted(claims, key=lambda claim: (claim.claim_id not in new, -claim.nth))
    covered = {claim.claim_id: min(claim.cover_fen, paid.get(claim.claim_id, 0)) for claim in claims}
    missing = cover_fen - sum(covered.values())
    for claim in newest_first:
        before = covered[claim.claim_id]
        after = min(max(before + missing, 0), paid.get(claim.claim_id, 0))
        covered[claim.claim_id] = after
        missing -= after - before
    return [
        CoverChange(
            claim_id=claim.claim_id,
            device_id=claim.device_id,
            episode=claim.episode,
            pool_line_id=claim.pool_line_id,
            fen=covered[claim.claim_id] - claim.cover_fen,
        )
        for claim in newest_first
        if covered[claim.claim_id] != claim.cover_fen
    ]


def decide_offline(
    voucher: LiveVoucher, *, bill: Bill, claimed_fen: int, counter: Counter, proof_level: int, at: datetime
) -> dict[Funder, int] | Refused[RedemptionReason] | Refused[OfflineReason]:
    """What a claim gives at its device's effective time, by funder in fen: what was claimed, at most by its terms.

    The voucher counts as ready to be used and the merchant as admitted: what became of them meanwhile no counter could
    know, and whether a device should have known is compliance.
    """
    if bill.eligible_fen > bill.bill_fen:
        return Refused(OfflineReason.ELIGIBLE_BEYOND_BILL)
    if voucher.state is VoucherState.HELD:
        return Refused(RedemptionReason.HELD)
    facts = VoucherFacts(
        state=VoucherState.ISSUED,
        terms=voucher.terms,
        face_fen=voucher.face_fen,
        use_from=voucher.use_from,
        expires_at=voucher.expires_at,
        proof_level=proof_level,
    )
    decided = decide_redemption(facts, bill=bill, counter=counter, at=at)
    if isinstance(decided, Refused):
        return decided
    discount_fen = min(decided.discount_fen, claimed_fen)
    if discount_fen < 1:
        return Refused(RedemptionReason.NO_DISCOUNT)
    return split_discount(voucher.terms.funding, voucher.set_aside, discount_fen)


def payment_id(claim_id: UUID, times_paid: int) -> UUID:
    """The redemption that pays a claim: the claim's own id, and another one each time it is paid again."""
    if times_paid == 0:
        return claim_id
    again = hashlib.sha256(claim_id.bytes + times_paid.to_bytes(2)).digest()[:16]
    return UUID(int=int.from_bytes(again) & ~(0xF << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62)


def state_without_claims(found: VoucherState, expires_at: datetime, at: datetime) -> VoucherState:
    """Where a voucher stands once its last claim was taken back: as it was found, unless its time ran out since."""
    if found is VoucherState.ISSUED and at >= expires_at:
        return VoucherState.EXPIRED
    return found


def standing(claims: Iterable[OfflineClaim]) -> list[OfflineClaim]:
    """Those that nobody took back, and that do not wait for a person."""
    return [claim for claim in claims if claim.voided_at is None and not claim.uncovered]


def is_unspent(state: VoucherState, expires_at: datetime, claims: Iterable[OfflineClaim], at: datetime) -> bool:
    """Whether a voucher could still be used, and no device's claim on it stands or waits for its cover."""
    untouched = all(claim.voided_at is not None for claim in claims)
    return state is VoucherState.ISSUED and at < expires_at and untouched


GONE: Collection[VoucherState] = frozenset({VoucherState.EXPIRED, VoucherState.VOIDED})
"""States in which a voucher's own money is back on its line."""


def share_set_off(public_fen: int, owed: Sequence[int]) -> list[int]:
    """What of each debt, the oldest first, a new voucher sets off: at most half of its public money, in fen."""
    left, shares = public_fen // 2, []
    for fen in owed:
        shares.append(min(left, fen))
        left -= shares[-1]
    return shares


class HolderDebt(Struct, frozen=True, kw_only=True):
    """What a holder owes the county for a further use of a voucher, and what later vouchers have set off of it."""

    claim_id: UUID
    voucher_id: UUID
    debt_fen: int
    set_off_fen: int
    state: DebtState
    booked_at: datetime
