"""Which of several redemptions are accepted? Decides them in order; each sees what the earlier ones have used up.

Pure: everything that was read comes in, everything to be written comes out.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.kernel.claimants import ProofLevel
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.merchants.rules import Standing
from backend.vouchers.funding_rules import split_discount
from backend.vouchers.redeem_rules import MOST_WRONG_CODES, LiveVoucher, Redeem, Redeemed, Shown, Typed
from backend.vouchers.rules import Counter, RedemptionReason, VoucherFacts, VoucherState, decide_redemption


class Acceptance(Struct, frozen=True, kw_only=True):
    """One accepted redemption with all its figures."""

    command: Redeem
    voucher: LiveVoucher
    counter: Counter
    discount_fen: int
    shares: dict[Funder, int]

    @property
    def public_fen(self) -> int:
        """The public share of the discount."""
        return self.shares.get(Funder.GOVERNMENT, 0)

    @property
    def unused_fen(self) -> int:
        """Public money that the bill did not use up."""
        return self.voucher.public_fen - self.public_fen

    @property
    def count(self) -> int:
        """The highest counter accepted from the holder's phone for this voucher."""
        presented = self.command.presented
        return presented.count if isinstance(presented, Shown) else self.voucher.last_count


class TurnedAway(Struct, frozen=True, kw_only=True):
    """One voucher that was shown or typed in good order, and refused."""

    voucher_id: UUID
    merchant_id: UUID
    reason: RedemptionReason


def hour_of(at: Instant) -> Instant:
    """The hour in which wrong codes are counted."""
    return at.replace(minute=0, second=0, microsecond=0)


class Batch:
    """The rules over commands in their order; afterwards ``accepted``, ``turned_away`` and ``newly_wrong`` say what to
    store."""

    def __init__(
        self,
        *,
        vouchers: Mapping[UUID, LiveVoucher],
        codes: Mapping[bytes, tuple[UUID, datetime]],
        holders: Mapping[UUID, bytes],
        levels: Mapping[UUID, ProofLevel],
        counters: Mapping[UUID, Standing],
        wrong: Mapping[UUID, int],
        at: Instant,
    ) -> None:
        self._vouchers = vouchers
        self._codes = codes
        self._holders = holders
        self._levels = levels
        self._counters = counters
        self._wrong = wrong
        self._at = at
        self._used: set[UUID] = set()
        self.accepted: list[Acceptance] = []
        self.turned_away: list[TurnedAway] = []
        self.newly_wrong: dict[UUID, int] = {}

    def is_voucher(self, redemption_id: UUID) -> bool:
        """Whether a redemption's id names a voucher that is there already."""
        return redemption_id in self._vouchers

    def decide(self, command: Redeem, presented: Shown | Typed) -> Redeemed | Refused[RedemptionReason]:
        """One redemption."""
        match presented:
            case Typed(code=code):
                voucher = self._typed(command, code)
            case Shown():
                voucher = self._shown(command, presented)
        if isinstance(voucher, Refused):
            return voucher
        decided = self._decide(command, voucher)
        return self._turn_away(command, voucher, decided.reason) if isinstance(decided, Refused) else decided

    def _turn_away(self, command: Redeem, voucher: LiveVoucher, reason: RedemptionReason) -> Refused[RedemptionReason]:
        # An operator names any merchant: one that is none leaves no row.
        if command.merchant_id in self._counters:
            self.turned_away.append(
                TurnedAway(voucher_id=voucher.voucher_id, merchant_id=command.merchant_id, reason=reason)
            )
        return Refused(reason)

    def _decide(self, command: Redeem, voucher: LiveVoucher) -> Redeemed | Refused[RedemptionReason]:
        standing = self._counters.get(command.merchant_id)
        if standing is None:
            return Refused(RedemptionReason.MERCHANT_SUSPENDED)
        counter = Counter(
            merchant_id=command.merchant_id,
            trade=standing.trade,
            town=standing.town_code,
            standing=standing.state,
            lists=standing.lists,
        )
        facts = VoucherFacts(
            state=self._state(voucher),
            terms=voucher.terms,
            face_fen=voucher.face_fen,
            use_from=voucher.use_from,
            expires_at=voucher.expires_at,
            paused=voucher.paused,
            proof_level=max(command.proof_level, self._levels.get(voucher.resident_id, ProofLevel.NONE)),
        )
        decided = decide_redemption(facts, bill=command.bill, counter=counter, at=self._at)
        return (
            decided if isinstance(decided, Refused) else self._accept(command, voucher, counter, decided.discount_fen)
        )

    def _accept(self, command: Redeem, voucher: LiveVoucher, counter: Counter, discount_fen: int) -> Redeemed:
        shares = split_discount(voucher.terms.funding, voucher.set_aside, discount_fen)
        self._used.add(voucher.voucher_id)
        self.accepted.append(
            Acceptance(command=command, voucher=voucher, counter=counter, discount_fen=discount_fen, shares=shares)
        )
        return Redeemed(
            redemption_id=command.redemption_id,
            voucher_id=voucher.voucher_id,
            discount_fen=discount_fen,
            payable_fen=command.bill.bill_fen - discount_fen,
            bill_fen=command.bill.bill_fen,
            funders=tuple((funder, fen) for funder, fen in shares.items() if fen),
            redeemed_at=self._at,
        )

    def _state(self, voucher: LiveVoucher) -> VoucherState:
        return VoucherState.REDEEMED if voucher.voucher_id in self._used else voucher.state

    def _typed(self, command: Redeem, code: bytes) -> LiveVoucher | Refused[RedemptionReason]:
        typist = command.typist
        if self._wrong.get(typist, 0) + self.newly_wrong.get(typist, 0) >= MOST_WRONG_CODES:
            return Refused(RedemptionReason.COUNTER_LOCKED)
        found = self._codes.get(code)
        voucher = self._vouchers.get(found[0]) if found else None
        if found is None or voucher is None or voucher.voucher_id in self._used:
            self.newly_wrong[typist] = self.newly_wrong.get(typist, 0) + 1
            return Refused(RedemptionReason.CODE_WRONG)
        if self._at < found[1]:
            return voucher
        return self._turn_away(command, voucher, RedemptionReason.CODE_EXPIRED)

    def _shown(self, command: Redeem, presented: Shown) -> LiveVoucher | Refused[RedemptionReason]:
        voucher = self._vouchers.get(presented.voucher_id)
        if voucher is None or self._holders.get(voucher.resident_id) != presented.holder:
            return Refused(RedemptionReason.CODE_WRONG)
        # A used voucher says so itself; only an unused one is told that its picture is an old one.
        if presented.count <= voucher.last_count and self._state(voucher) is VoucherState.ISSUED:
            return self._turn_away(command, voucher, RedemptionReason.CODE_REPLAYED)
        return voucher
