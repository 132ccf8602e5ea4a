"""One voucher is taken as payment at most once, and every fen of its discount has one payer."""

import asyncio
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from backend.database.county import County
from backend.database.transaction import inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.presentations import PresentationReason
from backend.kernel.refusals import Refused
from backend.ledger.audit import AuditLedger, audit_ledger
from backend.ledger.rules import Funder
from backend.merchants.rules import Trade
from backend.outbox.rules import IdReused
from backend.vouchers.expire import Expire, expire
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.redeem_rules import Evidence, EvidenceKind, Redeemed
from backend.vouchers.refund_rules import RollBackReason, RolledBack
from backend.vouchers.rules import RedemptionReason, VoucherState
from backend.vouchers.wallet import OneVoucher, one_voucher
from tests.databases import HandClock
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import Phone, counter, phone, redemption, shown, spend, typed, undo, voucher


async def balances(county: County) -> dict[str, int]:
    """Balances by kind of account, in fen."""
    found: dict[str, int] = {}
    for key, fen in (await inquire(county, audit_ledger, AuditLedger())).balances.items():
        kind = key.partition("/")[0]
        found[kind] = found.get(kind, 0) + fen
    return found


async def state_of(county: County, of: Phone, voucher_id: UUID) -> VoucherState:
    found = await inquire(county, one_voucher, OneVoucher(of.resident_id, voucher_id))
    assert found is not None
    return found.state


async def test_a_drawn_code_is_worth_its_face_once(county: County) -> None:
    [round_id] = await running_campaign(county, pieces=2)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    code = await shown(county, me, mine)
    done = await spend(county, redemption(county, code, shop, bill_fen=20_000))
    assert isinstance(done, Redeemed)
    assert (done.discount_fen, done.payable_fen, done.funders) == (5_000, 15_000, ((Funder.GOVERNMENT, 5_000),))
    again = await spend(county, redemption(county, code, shop))
    assert again == Refused(RedemptionReason.ALREADY_USED)
    assert await balances(county) == {
        "fund.bank": 10_000,
        "fund.unallocated": 0,
        "budget.line": 5_000,
        "voucher.open": 0,
        "merchant.payable": 5_000,
    }
    assert await faults(county) == []


async def test_199_99_yuan_is_not_enough_for_200_less_50_and_nothing_moves(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    before = await balances(county)
    refused = await spend(county, redemption(county, await shown(county, me, mine), shop, bill_fen=19_999))
    assert refused == Refused(RedemptionReason.BILL_TOO_SMALL)
    left_out = redemption(county, await shown(county, me, mine, count=2), shop, bill_fen=30_000, eligible_fen=19_999)
    assert await spend(county, left_out) == Refused(RedemptionReason.BILL_TOO_SMALL)
    assert await balances(county) == before
    assert await state_of(county, me, mine) is VoucherState.ISSUED


async def test_mall_1003_one_voucher_at_five_counters_at_once_is_taken_once(county: County) -> None:
    [round_id] = await running_campaign(county)
    shops = [await counter(county, order=i + 1, places=i == 0) for i in range(5)]
    me = await phone(county)
    mine = await voucher(county, round_id, me)
    code = await shown(county, me, mine)
    outcomes = await asyncio.gather(*(spend(county, redemption(county, code, shop)) for shop in shops))
    assert sum(isinstance(outcome, Redeemed) for outcome in outcomes) == 1
    assert sum(outcome == Refused(RedemptionReason.ALREADY_USED) for outcome in outcomes) == 4
    assert await faults(county) == []


async def test_vendure_5129_the_last_use_of_a_typed_code_in_two_bills_is_one(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    digits = await typed(county, me, mine)
    outcomes = await asyncio.gather(*(spend(county, redemption(county, digits, shop)) for _ in range(2)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Redeemed", "Refused"]
    assert await faults(county) == []


async def test_vendure_5278_a_voucher_that_would_give_nothing_is_not_consumed(county: County) -> None:
    [round_id] = await running_campaign(county, face_fen=1, minimum_spend_fen=1)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    refused = await spend(county, redemption(county, await shown(county, me, mine), shop, bill_fen=1))
    assert refused == Refused(RedemptionReason.NO_DISCOUNT)
    assert await state_of(county, me, mine) is VoucherState.ISSUED


async def test_the_same_id_gets_the_same_answer_even_when_the_picture_is_stale(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    code = await shown(county, me, await voucher(county, round_id, me))
    redemption_id = new_id()
    first = await spend(county, redemption(county, code, shop, redemption_id=redemption_id))
    clock.forward(minutes=5)
    second = await spend(county, redemption(county, code, shop, redemption_id=redemption_id))
    assert isinstance(first, Redeemed)
    assert isinstance(second, Redeemed)
    assert (second.again, second.discount_fen, second.redeemed_at) == (True, 5_000, first.redeemed_at)
    other = redemption(county, code, shop, redemption_id=redemption_id, bill_fen=40_000)
    assert isinstance(await spend(county, other), IdReused)
    fresh = await spend(county, redemption(county, code, shop))
    assert fresh == Refused(PresentationReason.STALE)


async def test_no_redemption_and_no_roll_back_takes_the_id_of_a_voucher_whose_claim_is_booked_under_it(
    county: County,
) -> None:
    [round_id] = await running_campaign(county)
    shop, me, other = await counter(county), await phone(county), await phone(county, 2)
    mine, others = await voucher(county, round_id, me), await voucher(county, round_id, other)
    code = await shown(county, me, mine)
    before = await balances(county)
    for taken in (others, mine):
        assert isinstance(await spend(county, redemption(county, code, shop, redemption_id=taken)), IdReused)
    assert await balances(county) == before
    assert await state_of(county, me, mine) is VoucherState.ISSUED
    done = await spend(county, redemption(county, code, shop))
    assert isinstance(done, Redeemed)
    for taken in (others, mine):
        assert isinstance(await undo(county, done.redemption_id, shop, roll_back_id=taken), IdReused)
    assert await state_of(county, me, mine) is VoucherState.REDEEMED
    assert isinstance(await undo(county, done.redemption_id, shop), RolledBack)
    assert await faults(county) == []


async def test_other_evidence_other_lines_another_shift_or_proof_make_it_another_command(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    command = redemption(county, await shown(county, me, await voucher(county, round_id, me)), shop)
    first = replace(
        command,
        evidence=Evidence(kind=EvidenceKind.TILL_RECEIPT, value="20261120-7", amount_fen=20_000),
        lines=({"name": "米线", "amount_fen": 20_000},),
        actor=replace(command.actor, shift_id=new_id(), proof="identity-card"),
    )
    done = await spend(county, first)
    assert isinstance(done, Redeemed)
    assert await spend(county, first) == replace(done, again=True)
    assert first.evidence is not None
    for other in (
        replace(first, evidence=None),
        replace(first, evidence=replace(first.evidence, value="20261120-8")),
        replace(first, evidence=replace(first.evidence, amount_fen=None)),
        replace(first, lines=()),
        replace(first, actor=replace(first.actor, shift_id=new_id())),
        replace(first, actor=replace(first.actor, proof="presence")),
    ):
        assert isinstance(await spend(county, other), IdReused)
    elsewhere = replace(first, actor=replace(first.actor, id=new_id(), address="203.0.113.9"))
    assert await spend(county, elsewhere) == replace(done, again=True)


async def test_an_old_picture_and_another_phone_are_refused(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, me, thief = await counter(county), await phone(county), await phone(county, 2)
    mine = await voucher(county, round_id, me)
    first, second = await shown(county, me, mine, count=1), await shown(county, me, mine, count=2)
    done = await spend(county, redemption(county, second, shop))
    assert isinstance(done, Redeemed)
    assert isinstance(await undo(county, done.redemption_id, shop), RolledBack)
    assert await spend(county, redemption(county, first, shop)) == Refused(RedemptionReason.CODE_REPLAYED)
    stolen = Phone(resident_id=me.resident_id, key=thief.key)
    forged = await shown(county, stolen, mine, count=3)
    assert await spend(county, redemption(county, forged, shop)) == Refused(PresentationReason.HOLDER_FORGED)


async def test_typed_codes_run_out_are_for_one_use_and_ten_wrong_ones_lock_the_counter(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    digits = await typed(county, me, mine)
    clock.forward(seconds=120)
    assert await spend(county, redemption(county, digits, shop)) == Refused(RedemptionReason.CODE_EXPIRED)
    old, new = digits, await typed(county, me, mine)
    for _ in range(10):
        assert await spend(county, redemption(county, old, shop)) == Refused(RedemptionReason.CODE_WRONG)
    assert await spend(county, redemption(county, new, shop)) == Refused(RedemptionReason.COUNTER_LOCKED)
    clock.forward(hours=1)
    later = await typed(county, me, mine)
    assert isinstance(await spend(county, redemption(county, later, shop)), Redeemed)
    assert await spend(county, redemption(county, later, shop)) == Refused(RedemptionReason.CODE_WRONG)


async def test_scope_and_time_are_kept(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, trades=("retail",))
    kitchen = await counter(county)
    market = await counter(county, order=2, trade=Trade.RETAIL, places=False)
    me = await phone(county)
    mine = await voucher(county, round_id, me)
    wrong = await spend(county, redemption(county, await shown(county, me, mine), kitchen))
    assert wrong == Refused(RedemptionReason.WRONG_TRADE)
    unknown = await spend(county, redemption(county, await shown(county, me, mine), new_id()))
    assert unknown == Refused(RedemptionReason.MERCHANT_SUSPENDED)
    code = await typed(county, me, mine)
    found = await inquire(county, one_voucher, OneVoucher(me.resident_id, mine))
    assert found is not None
    clock.at = found.expires_at
    late = redemption(county, code, market)
    assert await spend(county, late) == Refused(RedemptionReason.CODE_EXPIRED)


async def test_funders_share_the_discount_and_the_unused_face_returns_to_the_line(county: County) -> None:
    funding = (
        FundingShare(funder=Funder.GOVERNMENT, share_bp=7_000),
        FundingShare(funder=Funder.PLATFORM, share_bp=3_000),
    )
    [round_id] = await running_campaign(county, pieces=1, face_fen=5_000, minimum_spend_fen=100, funding=funding)
    shop, me = await counter(county), await phone(county)
    code = await shown(county, me, await voucher(county, round_id, me))
    done = await spend(county, redemption(county, code, shop, bill_fen=1_000))
    assert isinstance(done, Redeemed)
    assert (done.discount_fen, done.payable_fen) == (999, 1)
    assert done.funders == ((Funder.GOVERNMENT, 699), (Funder.PLATFORM, 300))
    assert await balances(county) == {
        "fund.bank": 3_500,
        "fund.unallocated": 0,
        "budget.line": 3_500 - 699,
        "voucher.open": 0,
        "merchant.payable": 999,
        "platform.due": 300,
    }
    assert await faults(county) == []


async def test_a_roll_back_restores_what_came_back_and_happens_once(county: County) -> None:
    [round_id] = await running_campaign(county, pieces=1, minimum_spend_fen=100, face_fen=5_000)
    shop, other, me = await counter(county), await counter(county, order=2, places=False), await phone(county)
    mine = await voucher(county, round_id, me)
    done = await spend(county, redemption(county, await shown(county, me, mine), shop, bill_fen=3_000))
    assert isinstance(done, Redeemed)
    foreign = await undo(county, done.redemption_id, other)
    assert foreign == Refused(RollBackReason.NO_SUCH_REDEMPTION)
    too_much = await undo(county, done.redemption_id, shop, refund_fen=3_001)
    assert too_much == Refused(RollBackReason.TOO_MUCH)
    roll_back_id = new_id()
    back = await undo(county, done.redemption_id, shop, roll_back_id=roll_back_id)
    assert isinstance(back, RolledBack)
    assert (back.refund_fen, back.customer_fen, back.voucher_state) == (3_000, 1, VoucherState.ISSUED)
    again = await undo(county, done.redemption_id, shop, roll_back_id=roll_back_id)
    assert isinstance(again, RolledBack)
    assert again.again
    assert await undo(county, done.redemption_id, shop) == Refused(RollBackReason.ALREADY_REVERSED)
    found = await inquire(county, one_voucher, OneVoucher(me.resident_id, mine))
    assert found is not None
    assert found.face_fen == 2_999
    assert (await balances(county))["voucher.open"] == 2_999
    assert await faults(county) == []


async def test_a_roll_back_after_the_expiry_returns_the_money_to_the_line(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, pieces=1)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    done = await spend(county, redemption(county, await shown(county, me, mine), shop))
    assert isinstance(done, Redeemed)
    clock.forward(days=8)
    back = await undo(county, done.redemption_id, shop)
    assert isinstance(back, RolledBack)
    assert back.voucher_state is VoucherState.EXPIRED
    assert await balances(county) == {
        "fund.bank": 5_000,
        "fund.unallocated": 0,
        "budget.line": 5_000,
        "voucher.open": 0,
        "merchant.payable": 0,
    }
    assert await faults(county) == []


async def test_expiry_returns_each_voucher_once_however_often_it_runs(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county, pieces=3)
    residents = [await phone(county, i) for i in range(3)]
    for me in residents:
        await voucher(county, round_id, me)
    assert await transact(county, expire, Expire(clock())) == 0
    late = clock.forward(days=7)
    assert [await transact(county, expire, Expire(late, most=2)) for _ in range(3)] == [2, 1, 0]
    assert await balances(county) == {
        "fund.bank": 15_000,
        "fund.unallocated": 0,
        "budget.line": 15_000,
        "voucher.open": 0,
    }
    assert await faults(county) == []


async def test_validity_ends_at_a_midnight_of_the_county(county: County, clock: HandClock) -> None:
    [round_id] = await running_campaign(county)
    me = await phone(county)
    found = await inquire(county, one_voucher, OneVoucher(me.resident_id, await voucher(county, round_id, me)))
    assert found is not None
    # Claimed on the 20th at 10:00 for seven days: good through the 26th, in the county's time.
    assert found.expires_at == clock.at.replace(day=26, hour=16)
    assert found.expires_at - found.claimed_at < timedelta(days=7)


async def test_a_restored_voucher_takes_from_each_funder_what_came_back_and_no_fen_more(county: County) -> None:
    funding = tuple(
        FundingShare(funder=funder, share_bp=share)
        for funder, share in ((Funder.GOVERNMENT, 227), (Funder.PLATFORM, 655), (Funder.MERCHANT, 9_118))
    )
    [round_id] = await running_campaign(county, pieces=1, face_fen=25, minimum_spend_fen=1, funding=funding)
    shop, me = await counter(county), await phone(county)
    mine = await voucher(county, round_id, me)
    for count, bill_fen, shares in ((1, 20, (0, 2, 17)), (2, 20, (0, 2, 17)), (3, 26, (0, 2, 17)), (4, 8, (0, 1, 6))):
        code = await shown(county, me, mine, count=count)
        done = await spend(county, redemption(county, code, shop, bill_fen=bill_fen))
        assert isinstance(done, Redeemed)
        assert done.funders == tuple((funder, fen) for funder, fen in zip(Funder, shares, strict=True) if fen)
        assert (await balances(county))["merchant.payable"] == shares[0] + shares[1]
        assert await faults(county) == []
        assert isinstance(await undo(county, done.redemption_id, shop), RolledBack)
    assert await faults(county) == []
