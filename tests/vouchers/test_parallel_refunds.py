"""Refunds in steps, and several at the same moment: nobody gets back more than they paid."""

import asyncio

from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.ledger.rules import Funder
from backend.vouchers.funding_rules import FundingShare
from backend.vouchers.redeem import redeem
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.refund_rules import RollBackReason, RolledBack
from tests.vouchers.campaigns import faults, running_campaign
from tests.vouchers.counters import counter, phone, redemption, shown, undo, voucher

SHARED = (
    FundingShare(funder=Funder.GOVERNMENT, share_bp=7_000),
    FundingShare(funder=Funder.PLATFORM, share_bp=3_000),
)


async def test_craft_1098_two_refunds_in_steps_never_give_back_more_than_was_paid(county: County) -> None:
    [round_id] = await running_campaign(county, pieces=1, funding=SHARED)
    shop, me = await counter(county), await phone(county)
    done = await transact(
        county, redeem, redemption(county, await shown(county, me, await voucher(county, round_id, me)), shop)
    )
    assert isinstance(done, Redeemed)
    first = await undo(county, done.redemption_id, shop, refund_fen=13_333)
    assert isinstance(first, RolledBack)
    assert await undo(county, done.redemption_id, shop, refund_fen=13_333) == Refused(RollBackReason.TOO_MUCH)
    second = await undo(county, done.redemption_id, shop, refund_fen=6_667)
    assert isinstance(second, RolledBack)
    given_back = {funder: dict(first.funders)[funder] + dict(second.funders)[funder] for funder, _ in done.funders}
    assert given_back == dict(done.funders)
    assert first.customer_fen + second.customer_fen == done.payable_fen
    assert await faults(county) == []


async def test_craft_1098_refunds_sent_at_once_share_what_is_left(county: County) -> None:
    [round_id] = await running_campaign(county, pieces=1, funding=SHARED)
    shop, me = await counter(county), await phone(county)
    done = await transact(
        county, redeem, redemption(county, await shown(county, me, await voucher(county, round_id, me)), shop)
    )
    assert isinstance(done, Redeemed)
    ids = [new_id() for _ in range(8)]
    outcomes = await asyncio.gather(
        *(undo(county, done.redemption_id, shop, roll_back_id=one, refund_fen=6_000) for one in (*ids, *ids))
    )
    given = {one.roll_back_id: one for one in outcomes if isinstance(one, RolledBack)}
    assert len(given) == 3  # Of 20 000 fen, three times 6 000; the rest is too little for a fourth.
    for funder, fen in done.funders:
        assert sum(dict(one.funders).get(funder, 0) for one in given.values()) <= fen
    assert sum(one.refund_fen for one in given.values()) == 18_000
    assert await faults(county) == []
