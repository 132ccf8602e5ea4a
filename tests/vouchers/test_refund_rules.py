"""Who gets which fen of a bill that is given back, in any number of steps, under each of the four policies."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.vouchers.desk_rules import CampaignState, RedemptionState, RefundPolicy
from backend.vouchers.refund_rules import (
    RedemptionRecord,
    Returned,
    RollBack,
    RollBackReason,
    decide_refund,
    split_refund,
)
from backend.vouchers.rules import VoucherState

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
POLICIES = list(RefundPolicy)
SHOP = new_id()


def record(bill_fen: int = 20_000, **shares: int) -> RedemptionRecord:
    """A redemption with these shares, nothing of it given back."""
    paid = {Funder(funder): fen for funder, fen in (shares or {"government": 5_000}).items()}
    return RedemptionRecord(
        redemption_id=new_id(),
        voucher_id=new_id(),
        campaign_id=new_id(),
        line_id=new_id(),
        resident_id=new_id(),
        merchant_id=SHOP,
        state=RedemptionState.ACCEPTED,
        bill_fen=bill_fen,
        eligible_fen=bill_fen,
        discount_fen=sum(paid.values()),
        face_fen=sum(paid.values()),
        occurred_at=NOW,
        shares=paid,
    )


def asked(of: RedemptionRecord, refund_fen: int | None) -> RollBack:
    return RollBack(
        roll_back_id=new_id(),
        redemption_id=of.redemption_id,
        merchant_id=SHOP,
        reason="退货",
        refund_fen=refund_fen,
        actor=Actor(kind=ActorKind.STAFF),
    )


def decided(
    of: RedemptionRecord,
    refund_fen: int | None,
    policy: RefundPolicy,
    *,
    valid: bool = True,
    campaign: CampaignState = CampaignState.RUNNING,
) -> Returned | Refused[RollBackReason]:
    expires_at = NOW + timedelta(days=1) if valid else NOW
    command = asked(of, refund_fen)
    return decide_refund(of, command, policy=policy, campaign=campaign, expires_at=expires_at, at=NOW)


def after(of: RedemptionRecord, step: Returned) -> RedemptionRecord:
    """The redemption when the step is stored."""
    return replace(
        of,
        refunded_fen=of.refunded_fen + step.customer_fen + sum(step.shares.values()),
        shares={funder: fen - step.shares.get(funder, 0) for funder, fen in of.shares.items()},
        state=RedemptionState.REVERSED if step.restores else of.state,
    )


@given(
    bill=st.integers(2, 100_000),
    weights=st.tuples(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 5_000)),
    parts=st.lists(st.integers(1, 40_000), min_size=1, max_size=12),
    policy=st.sampled_from(POLICIES),
)
@settings(max_examples=5_000, deadline=None)
def test_at_every_prefix_nobody_gets_back_more_than_they_paid(
    bill: int, weights: tuple[int, int, int], parts: list[int], policy: RefundPolicy
) -> None:
    discount = min(sum(weights), bill - 1)
    shares: dict[str, int] = {}
    for funder, weight in zip(Funder, weights, strict=True):
        shares[str(funder)] = min(weight, discount - sum(shares.values()))
    if not sum(shares.values()):
        return
    first = now = record(bill, **shares)
    customer_paid, back = bill - first.discount_fen, 0
    for part in [*parts, None]:
        step = decided(now, part, policy)
        if isinstance(step, Refused):
            over = now.state is RedemptionState.REVERSED or now.left_fen == 0
            assert step.reason is (RollBackReason.ALREADY_REVERSED if over else RollBackReason.TOO_MUCH)
            continue
        amount = now.left_fen if part is None else part
        assert step.customer_fen + sum(step.shares.values()) == amount
        assert step.customer_fen >= 0
        assert all(fen >= 0 for fen in step.shares.values())
        now, back = after(now, step), back + step.customer_fen
        assert all(0 <= fen <= first.shares[funder] for funder, fen in now.shares.items())
        assert 0 <= back <= customer_paid
    assert (now.left_fen, back) == (0, customer_paid)
    assert all(fen == 0 for fen in now.shares.values())


@pytest.mark.parametrize(
    ("policy", "valid", "state"),
    [
        (RefundPolicy.RESTORE_FULL, True, VoucherState.ISSUED),
        (RefundPolicy.RESTORE_FULL, False, VoucherState.EXPIRED),
        (RefundPolicy.POOL_FIRST, True, VoucherState.REDEEMED),
        (RefundPolicy.USED, True, VoucherState.REDEEMED),
        (RefundPolicy.RESTORE_SAME_EXPIRY, True, VoucherState.ISSUED),
        (RefundPolicy.RESTORE_SAME_EXPIRY, False, VoucherState.EXPIRED),
    ],
)
def test_the_whole_bill_in_one_step_does_to_the_voucher_what_the_policy_says(
    policy: RefundPolicy, valid: bool, state: VoucherState
) -> None:
    step = decided(record(), None, policy, valid=valid)
    assert isinstance(step, Returned)
    assert (step.customer_fen, step.shares, step.voucher_state) == (15_000, {Funder.GOVERNMENT: 5_000}, state)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_part_of_the_bill_never_brings_the_voucher_back_even_if_the_rest_follows(policy: RefundPolicy) -> None:
    first = decided(record(), 19_999, policy)
    assert isinstance(first, Returned)
    assert first.voucher_state is VoucherState.REDEEMED
    rest = decided(after(record(), first), None, policy)
    assert isinstance(rest, Returned)
    assert rest.voucher_state is VoucherState.REDEEMED


@pytest.mark.parametrize(
    ("policy", "customer", "shares"),
    [
        (RefundPolicy.RESTORE_FULL, 3_000, {Funder.GOVERNMENT: 700, Funder.PLATFORM: 300}),
        (RefundPolicy.USED, 3_000, {Funder.GOVERNMENT: 700, Funder.PLATFORM: 300}),
        (RefundPolicy.RESTORE_SAME_EXPIRY, 3_000, {Funder.GOVERNMENT: 700, Funder.PLATFORM: 300}),
        (RefundPolicy.POOL_FIRST, 0, {Funder.GOVERNMENT: 2_800, Funder.PLATFORM: 1_200}),
    ],
)
def test_a_part_is_split_pro_rata_or_goes_to_the_pool_first(
    policy: RefundPolicy, customer: int, shares: dict[Funder, int]
) -> None:
    step = decided(record(20_000, government=3_500, platform=1_500), 4_000, policy)
    assert isinstance(step, Returned)
    assert (step.customer_fen, step.shares) == (customer, shares)


def test_ties_go_to_the_government() -> None:
    assert split_refund(1, {Funder.GOVERNMENT: 1, Funder.PLATFORM: 1}, 1, RefundPolicy.USED) == (
        0,
        {Funder.GOVERNMENT: 1, Funder.PLATFORM: 0},
    )


def test_more_than_is_left_or_after_the_archive_is_refused() -> None:
    assert decided(record(), 20_001, RefundPolicy.USED) == Refused(RollBackReason.TOO_MUCH)
    archived = decided(record(), 1, RefundPolicy.USED, campaign=CampaignState.ARCHIVED)
    assert archived == Refused(RollBackReason.ARCHIVED)
