"""Wrong codes are counted against whoever types them: a station can neither lock a shop nor try on at another."""

from uuid import UUID

from msgspec.structs import replace

from backend.database.county import County
from backend.kernel.actors import Actor, ActorKind
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.vouchers.redeem_rules import MOST_WRONG_CODES, Redeem, Redeemed
from backend.vouchers.rules import RedemptionReason
from tests.vouchers.campaigns import running_campaign
from tests.vouchers.counters import counter, phone, redemption, spend, typed, voucher

LOCKED = Refused(RedemptionReason.COUNTER_LOCKED)
WRONG = Refused(RedemptionReason.CODE_WRONG)


def by_station(command: Redeem, operator_id: UUID) -> Redeem:
    actor = Actor(kind=ActorKind.STAFF, id=operator_id, role="operator", shift_id=UUID(int=5), proof="presence")
    return replace(command, actor=actor)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 100_000_000:08d}"


async def test_an_operators_wrong_codes_lock_the_operator_everywhere_and_no_shop(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, rival, me = await counter(county), await counter(county, order=2, places=False), await phone(county)
    code = await typed(county, me, await voucher(county, round_id, me))
    operator = new_id()
    for _ in range(MOST_WRONG_CODES):
        assert await spend(county, by_station(redemption(county, other_than(code), rival), operator)) == WRONG
    for merchant_id in (shop, rival):
        assert await spend(county, by_station(redemption(county, code, merchant_id), operator)) == LOCKED
    assert isinstance(await spend(county, redemption(county, code, rival)), Redeemed), "the shop itself is not locked"


async def test_a_shops_wrong_codes_lock_the_shop_and_no_operator(county: County) -> None:
    [round_id] = await running_campaign(county)
    shop, me = await counter(county), await phone(county)
    code = await typed(county, me, await voucher(county, round_id, me))
    for _ in range(MOST_WRONG_CODES):
        assert await spend(county, redemption(county, other_than(code), shop)) == WRONG
    assert await spend(county, redemption(county, code, shop)) == LOCKED
    assert isinstance(await spend(county, by_station(redemption(county, code, shop), new_id())), Redeemed)
