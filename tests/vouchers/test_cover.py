"""Nothing is paid from an allowance that nobody reserved for it: such a claim waits for a person."""

from datetime import timedelta

from backend.database.county import County
from backend.vouchers.offline_rules import ClaimLabel
from backend.vouchers.rules import VoucherState
from tests.databases import HandClock
from tests.vouchers.campaigns import faults_of_books
from tests.vouchers.offline_counters import BEFORE, device, offline_claim, settle, settled, stage, void, void_voucher
from tests.vouchers.test_redeem import balances, state_of


async def test_a_claim_that_nobody_can_cover_any_more_waits_for_a_person_and_the_next_one_is_tried(
    county: County, clock: HandClock
) -> None:
    on = await stage(county)
    rest = [device(on.shops[1], on.devices[0].pool_line_id) for _ in range(2)]
    made = [
        offline_claim(at, on.voucher, on.at + timedelta(minutes=nth), fen=fen)
        for nth, (at, fen) in enumerate(
            [(on.devices[0], 5_000), (on.devices[1], 2_000), (rest[0], 5_000), (rest[1], 1_000)]
        )
    ]
    for claim in made:
        settled(await settle(county, claim))
    clock.forward(minutes=1)
    done = await void(county, made[1], {made[2].claim_id: 4_999, made[3].claim_id: 1_000})
    told = {one.claim_id: one.label for one in done.relabelled}
    assert told == {made[2].claim_id: None, made[3].claim_id: ClaimLabel.CONFLICT_PAID}
    assert {one.claim_id: one.fen for one in done.covers} == {made[1].claim_id: -2_000, made[3].claim_id: 1_000}
    assert await balances(county) == BEFORE | {
        "voucher.open": 0,
        "merchant.payable": 6_000,
        "offline.allowance": 29_000,
    }
    assert await faults_of_books(county) == []
    again = settled(await settle(county, made[2]))
    assert (again.label, again.paid_fen, again.again) == (None, 0, True)
    # Its own device may still call it a mistake; and what its merchant has beside it stays paid.
    assert (await void(county, made[2], {})).relabelled == ()
    assert (await balances(county))["merchant.payable"] == 6_000
    assert await faults_of_books(county) == []


async def test_the_claim_that_takes_anothers_place_is_charged_and_nobody_who_stood_beside_it(county: County) -> None:
    on = await stage(county)
    second = device(on.shops[0], on.devices[0].pool_line_id)
    made = [
        offline_claim(at, on.voucher, on.at + timedelta(minutes=nth), fen=fen)
        for nth, (at, fen) in enumerate([(on.devices[0], 1_000), (second, 5_000), (on.devices[1], 5_000)])
    ]
    for claim in made:
        settled(await settle(county, claim))
    done = await void(county, made[0], {made[1].claim_id: 4_000})
    assert {one.claim_id: one.fen for one in done.covers} == {made[1].claim_id: 4_000}
    assert await faults_of_books(county) == []


async def test_a_claim_that_arrives_when_its_episode_is_over_and_the_pool_is_empty_waits_for_a_person(
    county: County,
) -> None:
    on = await stage(county)
    settled(await settle(county, offline_claim(on.devices[0], on.voucher, on.at)))
    late = offline_claim(on.devices[1], on.voucher, on.at + timedelta(minutes=1), cover_left_fen=0)
    done = settled(await settle(county, late))
    assert (done.label, done.paid_fen, done.cover_fen, done.debt_fen) == (None, 0, 0, 0)
    assert await balances(county) == BEFORE | {"voucher.open": 0, "merchant.payable": 5_000}
    assert await faults_of_books(county) == []
    # On a voucher that was voided meanwhile it is the only one, and leaves nothing behind when it is taken back.
    await void(county, offline_claim(on.devices[0], on.voucher, on.at))
    await void_voucher(county, on.voucher)
    third = offline_claim(on.devices[2], on.voucher, on.at + timedelta(minutes=2), cover_left_fen=0)
    assert settled(await settle(county, third)).label is None
    assert await state_of(county, on.me, on.voucher) is VoucherState.VOIDED
    assert await faults_of_books(county) == []
    await void(county, third)
    assert await faults_of_books(county) == []
