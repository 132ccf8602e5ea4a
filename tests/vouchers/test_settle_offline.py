"""A claim made without a network is settled into money: its voucher's own first, then an allowance, in any order."""

from datetime import timedelta
from uuid import UUID

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import Refused
from backend.settlement.record import lock_event
from backend.settlement.rules import EventState
from backend.vouchers.close_label import CloseLabel, close_label
from backend.vouchers.correct import DecideIncident, IncidentOutcome, ProposeIncident, decide_incident, propose_incident
from backend.vouchers.expire import Expire, expire
from backend.vouchers.find_debts import DebtsOf, debts_of
from backend.vouchers.offline_rules import ClaimLabel, OfflineReason
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RedemptionRecord, RollBackReason, RolledBack
from backend.vouchers.rules import RedemptionReason, VoucherState
from backend.vouchers.store import reads
from tests.databases import HandClock
from tests.vouchers.campaigns import CLERK, FINANCE, faults_of_books
from tests.vouchers.counters import redemption, shown, spend, undo
from tests.vouchers.offline_counters import (
    BEFORE,
    OPEN_FOR,
    device,
    offline_claim,
    settle,
    settled,
    stage,
    void,
    void_voucher,
)
from tests.vouchers.test_audit import SHARED
from tests.vouchers.test_redeem import balances, state_of


async def test_the_vouchers_own_money_pays_and_what_the_bill_did_not_use_waits_until_the_label_closes(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    assert await balances(county) == BEFORE
    clock.forward(hours=30)
    done = settled(
        await settle(county, offline_claim(on.devices[0], on.voucher, on.at + timedelta(hours=1), fen=3_000))
    )
    assert (done.label, done.paid_fen, done.cover_fen, done.debt_fen) == (ClaimLabel.APPLIED, 3_000, 0, 0)
    assert await balances(county) == BEFORE | {"voucher.open": 2_000, "merchant.payable": 3_000}
    assert await state_of(county, on.me, on.voucher) is VoucherState.REDEEMED
    assert await faults_of_books(county) == []
    assert await transact(county, close_label, CloseLabel(on.voucher)) is None
    clock.forward(days=7, seconds=OPEN_FOR.total_seconds())
    assert await transact(county, close_label, CloseLabel(on.voucher)) == 2_000
    assert await transact(county, close_label, CloseLabel(on.voucher)) is None
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "merchant.payable": 3_000,
        "budget.line": 17_000,
    }
    assert await faults_of_books(county) == []


async def test_it_is_payable_from_the_day_of_its_arrival_and_happened_when_its_device_says(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    arrived = clock.forward(days=2)
    claim = offline_claim(on.devices[0], on.voucher, on.at + timedelta(hours=1))
    settled(await settle(county, claim))

    async def look(tx: Transaction, asked: UUID, *, now: Instant) -> tuple[object, ...]:
        del now
        event = await lock_event(tx, asked)
        assert event is not None
        return event.state, event.occurred_at, event.business_day, event.government_fen, event.paid_fen

    assert await transact(county, look, claim.claim_id) == (
        EventState.PENDING,
        on.at + timedelta(hours=1),
        arrived.date(),
        5_000,
        15_000,
    )


async def test_a_second_merchant_is_paid_by_its_devices_allowance_and_the_holder_owes_it(county: County) -> None:
    on = await stage(county)
    first = offline_claim(on.devices[0], on.voucher, on.at, fen=3_000)
    second = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1), fen=4_000)
    settled(await settle(county, first))
    done = settled(await settle(county, second))
    # 20 yuan of the voucher were left, and count before the pool.
    assert (done.label, done.paid_fen, done.cover_fen, done.debt_fen) == (ClaimLabel.CONFLICT_PAID, 4_000, 2_000, 4_000)
    assert [(one.device_id, one.fen) for one in done.covers] == [(on.devices[1].device_id, 2_000)]
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "merchant.payable": 7_000,
        "offline.allowance": 28_000,
    }
    owed = await inquire(county, debts_of, DebtsOf(on.me.resident_id))
    assert [(one.claim_id, one.debt_fen, one.state) for one in owed] == [(second.claim_id, 4_000, "open")]
    assert await faults_of_books(county) == []


async def test_who_was_first_is_read_from_the_claims_and_not_from_their_arrival(county: County) -> None:
    on = await stage(county)
    first = offline_claim(on.devices[0], on.voucher, on.at, fen=3_000)
    second = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1), fen=4_000)
    assert settled(await settle(county, second)).label is ClaimLabel.APPLIED
    done = settled(await settle(county, first))
    assert (done.label, done.cover_fen, done.debt_fen) == (ClaimLabel.APPLIED, 2_000, 0)
    assert [(one.claim_id, one.label) for one in done.relabelled] == [(second.claim_id, ClaimLabel.CONFLICT_PAID)]
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "merchant.payable": 7_000,
        "offline.allowance": 28_000,
    }
    owed = await inquire(county, debts_of, DebtsOf(on.me.resident_id))
    assert [(one.claim_id, one.debt_fen) for one in owed] == [(second.claim_id, 4_000)]
    assert await faults_of_books(county) == []


async def test_one_claim_of_a_merchant_is_paid_and_an_earlier_one_takes_the_others_place(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    other = device(on.shops[0], on.devices[0].pool_line_id)
    late = offline_claim(on.devices[0], on.voucher, on.at + timedelta(minutes=9), fen=5_000)
    early = offline_claim(other, on.voucher, on.at, fen=2_000)
    third = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=5), fen=4_000)
    settled(await settle(county, late))
    settled(await settle(county, third))
    clock.forward(minutes=1)
    done = settled(await settle(county, early))
    assert (done.label, done.paid_fen) == (ClaimLabel.APPLIED, 2_000)
    assert {one.claim_id: one.label for one in done.relabelled} == {
        late.claim_id: ClaimLabel.CONFLICT_UNPAID,
        third.claim_id: ClaimLabel.CONFLICT_PAID,
    }
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "merchant.payable": 6_000,
        "offline.allowance": 29_000,
    }
    assert await faults_of_books(county) == []
    # Its own device takes the early one back: the late one is paid again, by another redemption.
    await void(county, early)
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "merchant.payable": 9_000,
        "offline.allowance": 26_000,
    }
    assert await faults_of_books(county) == []


async def test_pretix_pr_3187_a_voucher_voided_meanwhile_is_recorded_as_it_happened_and_paid_from_the_pool(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    used_at = clock.forward(minutes=10)
    clock.forward(minutes=10)
    await void_voucher(county, on.voucher)
    clock.forward(hours=20)
    claim = offline_claim(on.devices[0], on.voucher, used_at)
    done = settled(await settle(county, claim))
    assert (done.label, done.paid_fen, done.cover_fen, done.debt_fen) == (ClaimLabel.APPLIED, 5_000, 5_000, 0)
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "budget.line": 20_000,
        "merchant.payable": 5_000,
        "offline.allowance": 25_000,
    }
    assert await state_of(county, on.me, on.voucher) is VoucherState.REDEEMED
    assert await inquire(county, debts_of, DebtsOf(on.me.resident_id)) == []
    stored = await inquire(county, one_redemption, claim.claim_id)
    assert (stored.occurred_at, stored.device_id) == (used_at, on.devices[0].device_id)
    assert await faults_of_books(county) == []
    await void(county, claim)
    assert await state_of(county, on.me, on.voucher) is VoucherState.VOIDED
    assert await faults_of_books(county) == []


async def one_redemption(tx: Transaction, asked: UUID) -> RedemptionRecord:
    return (await reads.redemptions_by_id(tx, {asked}))[asked]


async def test_a_voucher_that_ran_out_meanwhile_was_good_at_its_counter(county: County, clock: HandClock) -> None:
    on = await stage(county)
    late = clock.forward(days=8)
    assert await transact(county, expire, Expire(late)) == 1
    too_late = offline_claim(on.devices[1], on.voucher, on.at + timedelta(days=7))
    assert await settle(county, too_late) == Refused(RedemptionReason.EXPIRED)
    claim = offline_claim(on.devices[0], on.voucher, on.at + timedelta(days=2))
    done = settled(await settle(county, claim))
    assert (done.label, done.cover_fen, done.debt_fen) == (ClaimLabel.APPLIED, 5_000, 0)
    assert await faults_of_books(county) == []
    await void(county, claim)
    assert await state_of(county, on.me, on.voucher) is VoucherState.EXPIRED
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "budget.line": 20_000,
        "merchant.payable": 0,
    }
    assert await faults_of_books(county) == []


async def test_what_the_county_took_itself_is_before_every_claim(county: County) -> None:
    on = await stage(county)
    code = await shown(county, on.me, on.voucher)
    online = await spend(county, redemption(county, code, on.shops[0]))
    assert isinstance(online, Redeemed)
    same = settled(await settle(county, offline_claim(on.devices[0], on.voucher, on.at)))
    assert (same.label, same.paid_fen, same.debt_fen) == (ClaimLabel.CONFLICT_UNPAID, 0, 0)
    elsewhere = settled(await settle(county, offline_claim(on.devices[1], on.voucher, on.at)))
    assert (elsewhere.label, elsewhere.cover_fen, elsewhere.debt_fen) == (ClaimLabel.CONFLICT_PAID, 5_000, 5_000)
    assert await faults_of_books(county) == []
    # It is given back, but the voucher does not live again: it was used elsewhere.
    back = await undo(county, online.redemption_id, on.shops[0])
    assert isinstance(back, RolledBack)
    assert back.voucher_state is VoucherState.REDEEMED
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "budget.line": 20_000,
        "merchant.payable": 5_000,
        "offline.allowance": 25_000,
    }
    assert await faults_of_books(county) == []


async def test_the_same_claim_again_moves_nothing(county: County) -> None:
    on = await stage(county)
    claim = offline_claim(on.devices[0], on.voucher, on.at)
    first = settled(await settle(county, claim))
    before = await balances(county)
    again = settled(await settle(county, claim))
    assert (again.label, again.paid_fen, again.again, again.covers) == (first.label, 5_000, True, ())
    assert await balances(county) == before


async def test_what_is_refused_moves_nothing_and_is_remembered_nowhere(county: County) -> None:
    on = await stage(county)
    at = on.devices[0]
    refused = [
        await settle(county, offline_claim(at, new_id(), on.at)),
        await settle(county, offline_claim(at, on.voucher, on.at, allowance_left_fen=4_999)),
        await settle(county, offline_claim(at, on.voucher, on.at, pool_line_id=None)),
        await settle(county, offline_claim(at, on.voucher, on.at, merchant_id=new_id())),
        await settle(county, offline_claim(at, on.voucher, on.at - timedelta(hours=1))),
        await settle(county, offline_claim(at, on.voucher, on.at, fen=0)),
    ]
    assert refused == [
        Refused(OfflineReason.UNKNOWN_VOUCHER),
        Refused(OfflineReason.BEYOND_ALLOWANCE),
        Refused(OfflineReason.BEYOND_ALLOWANCE),
        Refused(RedemptionReason.MERCHANT_SUSPENDED),
        Refused(RedemptionReason.NOT_YET_VALID),
        Refused(RedemptionReason.NO_DISCOUNT),
    ]
    assert await balances(county) == BEFORE
    assert await state_of(county, on.me, on.voucher) is VoucherState.ISSUED
    assert settled(await settle(county, offline_claim(at, on.voucher, on.at))).label is ClaimLabel.APPLIED


async def test_a_claim_taken_back_leaves_the_voucher_as_it_was_and_only_its_own_device_takes_it_back(
    county: County,
) -> None:
    on = await stage(county)
    claim = offline_claim(on.devices[0], on.voucher, on.at)
    settled(await settle(county, claim))
    strange = offline_claim(on.devices[1], on.voucher, on.at, claim_id=claim.claim_id)
    assert await void(county, strange) == Refused(OfflineReason.UNKNOWN_CLAIM)
    await void(county, claim)
    assert await state_of(county, on.me, on.voucher) is VoucherState.ISSUED
    assert await balances(county) == BEFORE | {"merchant.payable": 0}
    assert await faults_of_books(county) == []
    assert (await void(county, claim)).again
    # It can be used like any other.
    code = await shown(county, on.me, on.voucher)
    assert isinstance(await spend(county, redemption(county, code, on.shops[2])), Redeemed)
    assert await faults_of_books(county) == []


async def test_a_claim_taken_back_after_the_vouchers_time_returns_its_money_to_the_line(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    claim = offline_claim(on.devices[0], on.voucher, on.at, fen=3_000)
    settled(await settle(county, claim))
    clock.forward(days=8)
    await void(county, claim)
    assert await state_of(county, on.me, on.voucher) is VoucherState.EXPIRED
    assert await balances(county) == BEFORE | {"merchant.payable": 0, "voucher.open": 0, "budget.line": 20_000}
    assert await faults_of_books(county) == []


async def test_what_a_counter_accepted_is_given_back_only_once_all_claims_are_known(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    first = offline_claim(on.devices[0], on.voucher, on.at)
    second = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1), fen=4_000)
    settled(await settle(county, first))
    settled(await settle(county, second))
    assert await undo(county, first.claim_id, on.shops[0]) == Refused(RollBackReason.OFFLINE_OPEN)
    clock.forward(days=28)
    await transact(county, close_label, CloseLabel(on.voucher))
    back = await undo(county, first.claim_id, on.shops[0])
    assert isinstance(back, RolledBack)
    # What the pool paid goes back to it first, the rest to the voucher's line.
    pool = {"offline.pool": 4_000, "offline.allowance": 26_000}
    after = {"voucher.open": 0, "budget.line": 16_000, "merchant.payable": 4_000} | pool
    assert await balances(county) == BEFORE | after
    assert await faults_of_books(county) == []


async def test_a_correction_by_two_people_goes_the_same_way_while_the_label_is_open(county: County) -> None:
    on = await stage(county)
    first = offline_claim(on.devices[0], on.voucher, on.at)
    second = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1))
    settled(await settle(county, first))
    settled(await settle(county, second))
    incident = ProposeIncident(
        incident_id=new_id(), redemption_id=second.claim_id, reason="冒领", document_no="1号", actor=CLERK
    )
    assert isinstance(await transact(county, propose_incident, incident), IncidentOutcome)
    decision = DecideIncident(decision_id=new_id(), incident_id=incident.incident_id, confirm=True, actor=FINANCE)
    decided = await transact(county, decide_incident, decision)
    assert isinstance(decided, IncidentOutcome)
    after = {"voucher.open": 0, "merchant.payable": 5_000, "offline.pool": 5_000, "offline.allowance": 25_000}
    assert await balances(county) == BEFORE | after
    assert await faults_of_books(county) == []


async def test_a_claim_that_was_corrected_before_is_still_taken_back(county: County) -> None:
    on = await stage(county)
    claim = offline_claim(on.devices[0], on.voucher, on.at)
    settled(await settle(county, claim))
    incident = ProposeIncident(
        incident_id=new_id(), redemption_id=claim.claim_id, reason="冒领", document_no="1号", actor=CLERK
    )
    assert isinstance(await transact(county, propose_incident, incident), IncidentOutcome)
    decision = DecideIncident(decision_id=new_id(), incident_id=incident.incident_id, confirm=True, actor=FINANCE)
    assert isinstance(await transact(county, decide_incident, decision), IncidentOutcome)
    assert await balances(county) == BEFORE | {"merchant.payable": 0}
    assert await faults_of_books(county) == []
    await void(county, claim)
    assert await state_of(county, on.me, on.voucher) is VoucherState.ISSUED
    assert await balances(county) == BEFORE | {"merchant.payable": 0}
    assert await faults_of_books(county) == []


async def test_each_funder_pays_its_part_of_each_claim_and_only_public_money_is_covered_and_owed(
    county: County,
) -> None:
    on = await stage(county, apart_fen=15_000, funding=SHARED)
    settled(await settle(county, offline_claim(on.devices[0], on.voucher, on.at)))
    second = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1), fen=4_000)
    done = settled(await settle(county, second))
    assert (done.label, done.paid_fen, done.cover_fen, done.debt_fen) == (
        ClaimLabel.CONFLICT_PAID,
        4_000,
        2_000,
        2_000,
    )
    assert await balances(county) == {
        "fund.bank": 25_000,
        "fund.unallocated": 0,
        "budget.line": 7_500,
        "offline.pool": 0,
        "offline.allowance": 13_000,
        "voucher.open": 0,
        "merchant.payable": 7_200,
        "platform.due": 2_700,
    }
    assert await faults_of_books(county) == []
    await void(county, second)
    assert (await balances(county))["platform.due"] == 1_500
    assert (await balances(county))["offline.allowance"] == 15_000
    assert await faults_of_books(county) == []


async def test_who_comes_after_the_closing_ranks_last(county: County, clock: HandClock) -> None:
    on = await stage(county)
    settled(await settle(county, offline_claim(on.devices[0], on.voucher, on.at + timedelta(hours=2), fen=3_000)))
    clock.forward(days=28)
    await transact(county, close_label, CloseLabel(on.voucher))
    late = settled(await settle(county, offline_claim(on.devices[1], on.voucher, on.at, fen=3_000)))
    assert (late.label, late.cover_fen, late.debt_fen) == (ClaimLabel.CONFLICT_PAID, 3_000, 3_000)
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "budget.line": 17_000,
        "merchant.payable": 6_000,
        "offline.allowance": 27_000,
    }
    assert await faults_of_books(county) == []
