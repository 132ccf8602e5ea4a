"""Of claims on one voucher: same labels, same money, whatever arrived first; and never more than was given."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.offline_rules import (
    ClaimLabel,
    OfflineClaim,
    OfflineReason,
    decide_offline,
    move_cover,
    payment_id,
    rank,
    split_cover,
    standing,
    state_without_claims,
)
from backend.vouchers.redeem_rules import LiveVoucher
from backend.vouchers.rules import Bill, Counter, RedemptionReason, VoucherState
from tests.vouchers.campaigns import terms

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHOPS = [UUID(int=0x500 + nth) for nth in range(4)]
POOL = UUID(int=0x900)
SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=5_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=3_000),
    FundingShare(funder=Funder.MERCHANT, share_bp=2_000),
)


def claim(number: int, *, shop: int = 0, minutes: int = 0, fen: int = 5_000, late: bool = False) -> OfflineClaim:
    """A claim so many minutes after noon; of equal times the smaller number is first."""
    return OfflineClaim(
        claim_id=UUID(int=number),
        voucher_id=UUID(int=0x700),
        merchant_id=SHOPS[shop],
        device_id=UUID(int=0x800 + number),
        episode=1,
        pool_line_id=POOL,
        effective_at=NOON + timedelta(minutes=minutes),
        event_hash=number.to_bytes(32),
        late=late,
        nth=0,
        found=VoucherState.ISSUED,
        bill_fen=20_000,
        eligible_fen=20_000,
        face_fen=5_000,
        government_fen=fen,
        platform_fen=0,
        merchant_fen=0,
        town_code="511527100",
        trade="catering",
        staff_id=None,
        shift_id=None,
        proof=None,
        lines=None,
        label=ClaimLabel.CONFLICT_UNPAID,
    )


class Books:
    """What the county holds of one voucher while claims arrive one after the other."""

    def __init__(self, own_fen: int, online_merchant: UUID | None) -> None:
        self.own_fen, self.online_merchant = own_fen, online_merchant
        self.claims: list[OfflineClaim] = []
        self.used_fen = self.cover_fen = 0
        self.debts: dict[UUID, int] = {}

    def arrive(self, one: OfflineClaim) -> None:
        """A claim is labelled with all others."""
        self.claims.append(replace(one, nth=len(self.claims)))
        before = self.cover_fen
        self._settle()
        assert self.cover_fen - before <= one.government_fen  # The arriving device's cap is enough.

    def take_back(self, claim_id: UUID) -> None:
        """A device takes its claim back."""
        self.claims = [replace(one, voided_at=NOON) if one.claim_id == claim_id else one for one in self.claims]
        self._settle()

    def _settle(self) -> None:
        ranked = rank(standing(self.claims), online_merchant=self.online_merchant)
        paid = {one.claim_id: one.government_fen for one in standing(self.claims) if ranked[one.claim_id].is_paid}
        self.used_fen, self.cover_fen = split_cover(self.own_fen, sum(paid.values()))
        moved = {change.claim_id: change.fen for change in move_cover(self.claims, paid, self.cover_fen)}
        self.claims = [
            replace(
                one,
                cover_fen=one.cover_fen + moved.get(one.claim_id, 0),
                label=ranked[one.claim_id].label if one.claim_id in ranked else one.label,
            )
            for one in self.claims
        ]
        self.debts = {claim_id: one.debt_fen for claim_id, one in ranked.items() if one.debt_fen}
        assert sum(one.cover_fen for one in self.claims) == self.cover_fen
        assert all(0 <= one.cover_fen <= paid.get(one.claim_id, 0) for one in self.claims)
        assert sum(paid.values()) == self.used_fen + self.cover_fen  # I4
        assert len({one.merchant_id for one in self.claims if one.claim_id in paid}) == len(paid)  # I6
        assert self.online_merchant not in {one.merchant_id for one in self.claims if one.claim_id in paid}

    def told(self) -> tuple[dict[UUID, ClaimLabel], int, int, dict[UUID, int]]:
        """All that must not depend on the order of arrival."""
        return {one.claim_id: one.label for one in standing(self.claims)}, self.used_fen, self.cover_fen, self.debts


several = st.lists(
    st.builds(
        claim, st.integers(1, 10**6), shop=st.integers(0, 3), minutes=st.integers(0, 3), fen=st.integers(1, 5_000)
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.claim_id,
)


@given(several, st.randoms(use_true_random=False), st.integers(0, 5_000), st.sampled_from([None, *SHOPS]))
def test_any_order_of_arrival_gives_the_same_labels_and_balances(
    claims: list[OfflineClaim], dice: Random, own_fen: int, online: UUID | None
) -> None:
    own_fen = own_fen if online is None else 0
    one, other = Books(own_fen, online), Books(own_fen, online)
    shuffled = list(claims)
    dice.shuffle(shuffled)
    for arriving in claims:
        one.arrive(arriving)
    for arriving in shuffled:
        other.arrive(arriving)
    assert one.told() == other.told()


@given(several, st.integers(0, 5), st.integers(0, 5_000))
def test_a_claim_that_was_taken_back_leaves_what_would_be_without_it(
    claims: list[OfflineClaim], which: int, own_fen: int
) -> None:
    gone = claims[which % len(claims)]
    one, without = Books(own_fen, None), Books(own_fen, None)
    for arriving in claims:
        one.arrive(arriving)
        if arriving is not gone:
            without.arrive(arriving)
    one.take_back(gone.claim_id)
    assert one.told() == without.told()


def labels(*claims: OfflineClaim, online: UUID | None = None) -> list[ClaimLabel]:
    ranked = rank(claims, online_merchant=online)
    return [ranked[one.claim_id].label for one in claims]


def test_the_first_is_applied_later_ones_elsewhere_are_paid_and_owed_and_one_a_merchant_is_paid() -> None:
    first, elsewhere, again = claim(1, minutes=0), claim(2, shop=1, minutes=1, fen=4_000), claim(3, minutes=2)
    assert labels(elsewhere, again, first) == [
        ClaimLabel.CONFLICT_PAID,
        ClaimLabel.CONFLICT_UNPAID,
        ClaimLabel.APPLIED,
    ]
    ranked = rank([elsewhere, again, first], online_merchant=None)
    assert {one.claim_id.int: ranked[one.claim_id].debt_fen for one in (first, elsewhere, again)} == {
        1: 0,
        2: 4_000,
        3: 0,
    }


def test_what_the_county_took_itself_is_before_every_claim() -> None:
    assert labels(claim(1), claim(2, shop=1), online=SHOPS[0]) == [
        ClaimLabel.CONFLICT_UNPAID,
        ClaimLabel.CONFLICT_PAID,
    ]


def test_of_equal_times_the_smaller_hash_is_first_and_who_comes_after_the_closing_is_last() -> None:
    assert labels(claim(2), claim(1, shop=1)) == [ClaimLabel.CONFLICT_PAID, ClaimLabel.APPLIED]
    assert labels(claim(2), claim(1, shop=1, late=True)) == [ClaimLabel.APPLIED, ClaimLabel.CONFLICT_PAID]


def test_the_vouchers_own_money_pays_before_any_allowance() -> None:
    assert split_cover(5_000, 4_000) == (4_000, 0)
    assert split_cover(5_000, 9_000) == (5_000, 4_000)
    assert split_cover(0, 9_000) == (0, 9_000)


def live(**changed: object) -> LiveVoucher:
    """A voucher of 50 yuan for bills of 200, five days old."""
    given_: dict[str, object] = {
        "voucher_id": UUID(int=0x700),
        "campaign_id": UUID(int=1),
        "round_id": UUID(int=2),
        "line_id": UUID(int=3),
        "resident_id": UUID(int=4),
        "state": VoucherState.ISSUED,
        "terms": terms(funding=SHARED),
        "face_fen": 5_000,
        "public_fen": 2_500,
        "use_from": NOON - timedelta(days=5),
        "expires_at": NOON + timedelta(days=2),
        "last_count": 0,
        "paused": False,
    }
    return LiveVoucher(**(given_ | changed))  # type: ignore[arg-type]  # A maker whose fields are changed by name.


SHOP = Counter(merchant_id=SHOPS[0], trade="catering", town="511527100")


def decided(voucher: LiveVoucher, *, bill: int = 20_000, eligible: int | None = None, claimed: int = 5_000) -> object:
    return decide_offline(
        voucher,
        bill=Bill(bill_fen=bill, eligible_fen=bill if eligible is None else eligible),
        claimed_fen=claimed,
        counter=SHOP,
        proof_level=1,
        at=NOON,
    )


def test_a_claim_gives_what_its_counter_said_and_never_more_than_the_terms() -> None:
    assert decided(live()) == {Funder.GOVERNMENT: 2_500, Funder.PLATFORM: 1_500, Funder.MERCHANT: 1_000}
    assert decided(live(), claimed=6_000) == decided(live())
    assert decided(live(), claimed=3_000) == {Funder.GOVERNMENT: 1_500, Funder.PLATFORM: 900, Funder.MERCHANT: 600}
    assert decided(live(), claimed=0) == Refused(RedemptionReason.NO_DISCOUNT)
    assert decided(live(), bill=19_999) == Refused(RedemptionReason.BILL_TOO_SMALL)
    assert decided(live(), eligible=20_001) == Refused(OfflineReason.ELIGIBLE_BEYOND_BILL)


def test_what_became_of_a_voucher_meanwhile_decides_nothing_but_what_its_counter_could_read_does() -> None:
    for state in (VoucherState.EXPIRED, VoucherState.VOIDED, VoucherState.REDEEMED):
        assert decided(live(state=state, paused=True)) == decided(live())
    assert decided(live(state=VoucherState.HELD)) == Refused(RedemptionReason.HELD)
    assert decided(live(expires_at=NOON)) == Refused(RedemptionReason.EXPIRED)
    assert decided(live(terms=terms(trades=("retail",)))) == Refused(RedemptionReason.WRONG_TRADE)


def test_a_claim_that_is_paid_again_is_paid_by_another_redemption() -> None:
    mine = new_id()
    named = [payment_id(mine, times) for times in range(3)]
    assert named[0] == mine
    assert len(set(named)) == 3
    assert [(one.version, one.variant) for one in named[1:]] == [(8, "specified in RFC 4122")] * 2
    assert payment_id(mine, 2) == named[2]


def test_a_voucher_without_claims_is_again_what_it_was_unless_its_time_ran_out() -> None:
    before, after = NOON + timedelta(days=1), NOON - timedelta(days=1)
    assert state_without_claims(VoucherState.ISSUED, before, NOON) is VoucherState.ISSUED
    assert state_without_claims(VoucherState.ISSUED, NOON, NOON) is VoucherState.EXPIRED
    for found in (VoucherState.EXPIRED, VoucherState.VOIDED, VoucherState.REDEEMED):
        assert state_without_claims(found, after, NOON) is found
