"""Suspending, reinstating and ending: what the counter sees, and when."""

import asyncio

import msgspec
import pytest

from backend.audit_trail.find import Find, find
from backend.database.county import County
from backend.database.registry import open_counties
from backend.database.transaction import Transaction, inquire, transact
from backend.kernel.ids import new_id
from backend.kernel.instants import Instant
from backend.kernel.refusals import GeneralReason, Refused
from backend.merchants.change import Changed
from backend.merchants.end import End, end
from backend.merchants.find_merchants import FindMerchants, find_merchant, find_merchants
from backend.merchants.reinstate import Reinstate, reinstate
from backend.merchants.rules import MerchantReason, MerchantState, Trade
from backend.merchants.standing import standing
from backend.merchants.suspend import Suspend, suspend
from backend.outbox.rules import IdReused
from tests.databases import HandClock
from tests.merchants.merchant_makers import CLERK, admitted, with_places


async def ask(tx: Transaction, merchant_id: object, *, now: Instant) -> MerchantState | None:
    found = await standing(tx, merchant_id, now=now)  # type: ignore[arg-type]  # Tests also ask for strangers.
    return found.state if found else None


def suspension(merchant_id: object, reason: str = "顾客举报") -> Suspend:
    return msgspec.convert(
        {"actor": CLERK, "change_id": new_id(), "merchant_id": merchant_id, "reason": reason}, type=Suspend
    )


async def test_a_suspended_merchant_is_off_the_public_list_with_its_reason_on_record(
    county: County, clock: HandClock
) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    clock.forward(hours=1)
    assert await transact(county, suspend, suspension(merchant)) == Changed(
        merchant_id=merchant, state=MerchantState.SUSPENDED, since=clock()
    )
    assert await inquire(county, find_merchants, FindMerchants()) == []
    found = await inquire(county, find_merchant, merchant)
    assert found is not None
    assert (found.state, found.state_reason, found.takes_vouchers) == (MerchantState.SUSPENDED, "顾客举报", False)
    entry = (await inquire(county, find, Find(act="merchants.suspend")))[0]
    assert (entry.from_state, entry.to_state, entry.words) == ("admitted", "suspended", "顾客举报")
    back = Reinstate(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="查无实据")
    assert isinstance(await transact(county, reinstate, back), Changed)
    assert len(await inquire(county, find_merchants, FindMerchants())) == 1


async def test_an_old_suspension_sent_again_does_not_suspend_again(county: County) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    command = suspension(merchant)
    first = await transact(county, suspend, command)
    assert isinstance(first, Changed)
    back = Reinstate(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="查无实据")
    await transact(county, reinstate, back)
    assert await transact(county, suspend, command) == msgspec.structs.replace(first, again=True)
    assert await transact(county, ask, merchant) is MerchantState.ADMITTED


async def test_one_id_names_one_change(county: County) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    command = suspension(merchant)
    await transact(county, suspend, command)
    assert await transact(county, suspend, msgspec.structs.replace(command, reason="别的原因")) == IdReused()
    same_id = Reinstate(actor=CLERK, change_id=command.change_id, merchant_id=merchant, reason=command.reason)
    assert await transact(county, reinstate, same_id) == IdReused()
    assert await transact(county, ask, merchant) is MerchantState.SUSPENDED


async def test_what_cannot_move_is_refused_and_the_refusal_is_kept(county: County) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    early = Reinstate(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="恢复")
    assert await transact(county, reinstate, early) == Refused(MerchantReason.NOT_SUSPENDED)
    await transact(county, suspend, suspension(merchant))
    assert await transact(county, suspend, suspension(merchant)) == Refused(MerchantReason.ALREADY_SUSPENDED)
    # The same id keeps its answer, although a fresh one would be accepted now.
    assert await transact(county, reinstate, early) == Refused(MerchantReason.NOT_SUSPENDED)
    await transact(county, end, End(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="歇业"))
    assert await transact(county, suspend, suspension(merchant)) == Refused(MerchantReason.MERCHANT_ENDED)
    assert await transact(county, ask, merchant) is MerchantState.ENDED


async def test_nobody_s_id_is_not_found(county: County) -> None:
    assert await transact(county, suspend, suspension(new_id())) == Refused(GeneralReason.NOT_FOUND)
    assert await transact(county, ask, new_id()) is None


async def test_ten_suspensions_at_once_move_the_merchant_once(county: County) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    outcomes = await asyncio.gather(*(transact(county, suspend, suspension(merchant)) for _ in range(10)))
    assert sum(isinstance(outcome, Changed) for outcome in outcomes) == 1
    assert outcomes.count(Refused(MerchantReason.ALREADY_SUSPENDED)) == 9
    entries = await inquire(county, find, Find(act="merchants.suspend"))
    assert sum(entry.success for entry in entries) == 1


async def test_the_counter_s_question_is_answered_from_memory_for_half_a_second_at_most(
    county: County, clock: HandClock
) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id
    found = await transact(county, standing_at, merchant)
    assert found == (MerchantState.ADMITTED, Trade.CATERING, "511527100", "老城门豆花饭馆")
    url = None if not county.on_postgresql else county.write_engine.url.render_as_string(hide_password=False)
    elsewhere = open_counties(county.folder.parent.parent, url, clock=clock)
    try:
        await transact(elsewhere.all[0], suspend, suspension(merchant))
    finally:
        await elsewhere.close()
    clock.forward(milliseconds=499)
    assert await transact(county, ask, merchant) is MerchantState.ADMITTED
    clock.forward(milliseconds=1)
    assert await transact(county, ask, merchant) is MerchantState.SUSPENDED
    clock.forward(hours=-1)
    back = Reinstate(actor=CLERK, change_id=new_id(), merchant_id=merchant, reason="恢复")
    await transact(county, reinstate, back)
    assert await transact(county, ask, merchant) is MerchantState.ADMITTED


async def standing_at(tx: Transaction, merchant_id: object, *, now: Instant) -> tuple[object, ...]:
    found = await standing(tx, merchant_id, now=now)  # type: ignore[arg-type]  # As above.
    assert found is not None
    return found.state, found.trade, found.town_code, found.name_zh


async def test_a_standing_read_by_an_act_that_broke_is_not_remembered(county: County, clock: HandClock) -> None:
    await with_places(county)
    merchant = (await admitted(county)).merchant_id

    async def suspend_and_break(tx: Transaction, command: Suspend, *, now: Instant) -> None:
        await suspend(tx, command, now=now)
        assert await ask(tx, merchant, now=now) is MerchantState.SUSPENDED
        raise RuntimeError("the act breaks after it has read")

    with pytest.raises(RuntimeError):
        await transact(county, suspend_and_break, suspension(merchant))
    assert await transact(county, ask, merchant) is MerchantState.ADMITTED
