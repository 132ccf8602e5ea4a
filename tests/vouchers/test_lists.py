"""A voucher that asks for a list is taken only by merchants on it; a redemption asks nothing more for that."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CursorResult, Executable, func, select

from backend.database.county import County
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.refusals import Refused
from backend.merchants.call_rules import Step
from backend.merchants.find_calls import FindListed, find_listed
from backend.merchants.rules import Standing
from backend.merchants.standing import standings
from backend.merchants.store import calls
from backend.merchants.suspend import Suspend, suspend
from backend.merchants.unlist import Unlist, unlist
from backend.vouchers.plan_campaign import PlanCampaign, PlanFaults, Planned, plan_campaign
from backend.vouchers.redeem_rules import Redeemed
from backend.vouchers.rules import RedemptionReason, Terms
from backend.vouchers.tables import redemptions
from tests.databases import HandClock
from tests.merchants.call_makers import PERIOD_ENDS, Office, office
from tests.merchants.merchant_makers import admission, admitted
from tests.vouchers.campaigns import CLERK, running_campaign
from tests.vouchers.counters import phone, redemption, spend, typed, voucher
from tests.vouchers.desks import small_plan


async def listed(here: Office, call_id: UUID, clock: HandClock, order: int = 1) -> UUID:
    """A merchant that came onto the list by its application."""
    application_id = await here.applied(call_id, order)
    await here.signed(application_id, Step.REVIEW, Step.PUBLICISE)
    clock.at = PERIOD_ENDS
    await here.signed(application_id, Step.LIST)
    return (await inquire(here.county, find_listed, FindListed(call_id=call_id)))[-1].merchant_id


async def spent(county: County) -> int:
    async def count(tx: Transaction, _asked: None) -> int:
        return int((await tx.execute(select(func.count()).select_from(redemptions))).scalar_one())

    return await inquire(county, count, None)


async def test_a_voucher_is_taken_by_merchants_on_its_list_only(county: County, clock: HandClock) -> None:
    here = await office(county)
    call_id = await here.publish()
    on_list = await listed(here, call_id, clock)
    off_list = (await admitted(county, admission(order=7))).merchant_id
    (round_id,) = await running_campaign(county, lists=(call_id,))
    holder = await phone(county)
    voucher_id = await voucher(county, round_id, holder)
    refused = await spend(county, redemption(county, await typed(county, holder, voucher_id), off_list))
    assert refused == Refused(RedemptionReason.WRONG_MERCHANT)
    assert await spent(county) == 0
    taken = await spend(county, redemption(county, await typed(county, holder, voucher_id), on_list))
    assert isinstance(taken, Redeemed)
    assert taken.discount_fen == 5_000


async def test_a_merchant_that_was_taken_off_the_list_or_stopped_is_refused_at_once(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    call_id = await here.publish()
    merchants = [await listed(here, call_id, clock)]
    clock.forward(seconds=1)
    second = await here.applied(call_id, 2)
    await here.signed(second, Step.REVIEW, Step.PUBLICISE)
    clock.forward(days=10)
    await here.signed(second, Step.LIST)
    merchants.append((await inquire(county, find_listed, FindListed(call_id=call_id)))[-1].merchant_id)
    (round_id,) = await running_campaign(county, lists=(call_id,))
    holder = await phone(county)
    voucher_id = await voucher(county, round_id, holder)
    known = await transact(county, _standings, merchants)
    assert [known[one].lists for one in merchants] == [{call_id}, {call_id}]
    off = Unlist(actor=here.clerk, change_id=new_id(), call_id=call_id, merchant_id=merchants[0], reason="违规套现")
    await transact(county, unlist, off)
    stop = Suspend(actor=here.clerk, change_id=new_id(), merchant_id=merchants[1], reason="核查")
    await transact(county, suspend, stop)
    for merchant_id, reason in zip(
        merchants, (RedemptionReason.WRONG_MERCHANT, RedemptionReason.MERCHANT_SUSPENDED), strict=True
    ):
        code = await typed(county, holder, voucher_id)
        assert await spend(county, redemption(county, code, merchant_id)) == Refused(reason)
    assert await spent(county) == 0


async def _standings(tx: Transaction, asked: list[UUID], *, now: Any) -> dict[UUID, Standing]:
    return await standings(tx, asked, now=now)


class Counting(Transaction):
    """A transaction that counts its statements."""

    asked = 0

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        self.asked += 1
        return await super().execute(statement, parameters)


async def test_a_standing_that_is_remembered_knows_its_lists_without_a_question(
    county: County, clock: HandClock
) -> None:
    here = await office(county)
    merchant_id = await listed(here, await here.publish(), clock)

    async def count(tx: Transaction, _asked: None) -> tuple[int, int]:
        counting = Counting(tx.connection, tx.county)
        found = await standings(counting, [merchant_id], now=clock())
        for action in counting._afterwards:
            action()
        return counting.asked, len(found[merchant_id].lists)

    assert await inquire(county, count, None) == (3, 1)
    assert await inquire(county, count, None) == (0, 1)
    clock.forward(seconds=1)
    assert await inquire(county, count, None) == (1, 1)


async def test_a_list_that_another_process_changed_is_known_within_a_second(county: County, clock: HandClock) -> None:
    """The mark moves with every listing, and with every end of one."""
    here = await office(county)
    call_id = await here.publish()
    merchant_id = await listed(here, call_id, clock)
    assert (await transact(county, _standings, [merchant_id]))[merchant_id].lists == {call_id}

    async def elsewhere(tx: Transaction, _command: None, *, now: Any) -> None:
        await calls.end_listing(tx, call_id, merchant_id, now)

    await transact(county, elsewhere, None)
    clock.forward(milliseconds=500)
    assert (await transact(county, _standings, [merchant_id]))[merchant_id].lists == frozenset()


async def test_a_plan_names_calls_that_there_are(county: County) -> None:
    here = await office(county)
    call_id = await here.publish()
    plan = small_plan(county)
    wanted = [(call_id, new_id())] + [()] * (len(plan.kinds) - 1)
    kinds = tuple(
        msgspec.structs.replace(kind, terms=msgspec.structs.replace(kind.terms, lists=lists))
        for kind, lists in zip(plan.kinds, wanted, strict=True)
    )
    command = PlanCampaign(
        campaign_id=new_id(), plan=msgspec.structs.replace(plan, kinds=kinds), version=None, actor=CLERK
    )
    outcome = await transact(county, plan_campaign, command)
    assert isinstance(outcome, PlanFaults)
    assert [fault.pointer for fault in outcome.faults] == ["/kinds/0/terms/lists/1"]
    good = tuple(
        msgspec.structs.replace(kind, terms=msgspec.structs.replace(kind.terms, lists=kind.terms.lists[:1]))
        for kind in kinds
    )
    mended = msgspec.structs.replace(command, plan=msgspec.structs.replace(plan, kinds=good))
    assert isinstance(await transact(county, plan_campaign, mended), Planned)


def test_terms_that_were_stored_before_there_were_lists_ask_for_none() -> None:
    stored = msgspec.to_builtins(Terms(kind_code="dining-50", face_fen=5_000, valid_days=7))
    del stored["lists"]
    assert msgspec.json.decode(msgspec.json.encode(stored), type=Terms).lists == ()
