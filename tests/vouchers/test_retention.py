"""Typed codes and their mistakes are forgotten once they mean nothing any more, and not before."""

from backend.app import DUE_VERBS
from backend.database.county import County
from backend.database.transaction import transact
from backend.kernel.refusals import Refused
from backend.outbox.due import run_due
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.retention import FORGET_CODES, plan_forgetting
from backend.vouchers.rules import RedemptionReason
from tests.databases import HandClock
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import counter, phone, redemption, spend, typed, voucher
from tests.web.world import row_counts

DUE = {FORGET_CODES: DUE_VERBS[FORGET_CODES]}


async def kept(county: County) -> tuple[int, int]:
    """How many codes and hours of mistakes are stored."""
    rows = await row_counts(county)
    return rows["short_codes"], rows["wrong_codes"]


async def test_codes_and_mistakes_are_forgotten_the_second_night_and_live_ones_stay(
    county: County, clock: HandClock
) -> None:
    [round_id] = await running_campaign(county)
    shop, people = await counter(county), [await phone(county, number) for number in range(2)]
    mine, theirs = [await voucher(county, round_id, one) for one in people]
    for _ in range(2):
        await transact(county, plan_forgetting, None)
    await typed(county, people[0], mine)
    assert await spend(county, redemption(county, "00000000", shop)) == Refused(RedemptionReason.CODE_WRONG)
    clock.forward(hours=17)  # Three at night: both are of this very day.
    assert await run_due(county, DUE, clock()) == 1
    assert await kept(county) == (1, 1)
    clock.forward(days=1, seconds=-30)
    late = await typed(county, people[1], theirs)
    clock.forward(seconds=30)
    assert await run_due(county, DUE, clock()) == 1
    assert await kept(county) == (1, 0)
    assert isinstance(await spend(county, redemption(county, late, shop)), Redeemed)
    assert await run_due(county, DUE, clock()) == 0
